"""Rows to test on. Each takes a connection and what matters to the test; all else is such that a call may be made."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import uuid_utils.compat as uuid_utils
from sqlalchemy import Connection, RowMapping, insert, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from dialer.db.tables import Call, CallList, Campaign, Contact, PbxNode, Trunk, TrunkGroup, TrunkGroupMember, ZoneSet

ALWAYS = {"start": "00:00", "end": "24:00", "days": [1, 2, 3, 4, 5, 6, 7]}
_AREAS = (201, 202, 203, 205, 206, 207, 208, 209, 210, 212, 213, 214, 215, 216, 217, 218, 219, 224, 225, 228)
_FAR = timedelta(days=365)


def number(n: int) -> str:
    """The n-th number of nobody's; its last two digits are n's."""
    if not 0 <= n < 100 * len(_AREAS):
        raise ValueError(f"no {n}th number")
    return f"+1{_AREAS[n // 100]}55501{n % 100:02d}"


def make_node(tx: Connection, name: str = "pbx1", **changes: Any) -> int:
    """A simulator, with a listener that hears everything."""
    now = datetime.now(UTC)
    values: dict[str, Any] = {
        "name": name,
        "ari_url": "http://127.0.0.1:1",
        "ari_username": "dialer",
        "is_simulator": True,
        "listener_id": "listener",
        "listener_epoch": 1,
        "lease_until": now + _FAR,
        "gap_free_since": now - _FAR,
        "echo_at": now + _FAR,
    }
    return int(tx.execute(insert(PbxNode).values(**values | changes).returning(PbxNode.id)).scalar_one())


def make_trunk(tx: Connection, node_id: int, name: str = "carrier", **changes: Any) -> int:
    values: dict[str, Any] = {
        "name": name,
        "node_id": node_id,
        "endpoint": "PJSIP/{number}@carrier",
        "cps": 200,
        "channels": 100,
    }
    return int(tx.execute(insert(Trunk).values(**values | changes).returning(Trunk.id)).scalar_one())


def make_group(tx: Connection, weights: Mapping[int, int], name: str = "carriers") -> int:
    """A group of these trunks."""
    group_id = int(tx.execute(insert(TrunkGroup).values(name=name).returning(TrunkGroup.id)).scalar_one())
    rows = [{"group_id": group_id, "trunk_id": trunk_id, "weight": weight} for trunk_id, weight in weights.items()]
    tx.execute(insert(TrunkGroupMember), rows)
    return group_id


def make_campaign(tx: Connection, trunk_id: int | None, name: str = "campaign", **changes: Any) -> int:
    """A running one that may call at any hour."""
    values: dict[str, Any] = {
        "name": name,
        "state": "running",
        "trunk_id": trunk_id,
        "timeout_seconds": 30,
        "max_attempts": 3,
        "calling_window": ALWAYS,
        "retry_policy": {"busy": {"delay_seconds": 300}},
        "answer_action": {"type": "hangup"},
        "created_by": "tests",
    }
    return int(tx.execute(insert(Campaign).values(**values | changes).returning(Campaign.id)).scalar_one())


def make_call_list(tx: Connection, campaign_id: int, name: str = "list.csv", **changes: Any) -> int:
    """One that has been imported; contacts are put on it by `call_list_id`."""
    values = {"campaign_id": campaign_id, "name": name, "state": "completed", "columns": {}, "created_by": "tests"}
    return int(tx.execute(insert(CallList).values(**values | changes).returning(CallList.id)).scalar_one())


def zone_set(tx: Connection, *zones: str) -> int:
    """The id of this set of time zones."""
    tx.execute(upsert(ZoneSet).values(zones=list(zones)).on_conflict_do_nothing())
    return int(tx.execute(select(ZoneSet.id).where(ZoneSet.zones == list(zones))).scalar_one())


def make_contacts(
    tx: Connection,
    campaign_id: int,
    numbers: int | Sequence[str] = 1,
    *,
    zones: Sequence[str] = ("UTC",),
    **changes: Any,
) -> list[int]:
    """Contacts that are due: so many, or with these numbers."""
    phones = [number(n) for n in range(numbers)] if isinstance(numbers, int) else numbers
    zone_id = zone_set(tx, *zones)
    rows = [{"campaign_id": campaign_id, "phone_number": phone, "zone_id": zone_id, **changes} for phone in phones]
    return list(tx.scalars(insert(Contact).returning(Contact.id, sort_by_parameter_order=True), rows))


def make_call(tx: Connection, trunk_id: int, contact_id: int | None = None, **changes: Any) -> UUID:
    """A queued call: the contact's open one, or one outside any campaign."""
    call_id: UUID = uuid_utils.uuid7()
    values: dict[str, Any] = {
        "id": call_id,
        "phone_number": number(0),
        "trunk_id": trunk_id,
        "node_id": tx.scalar(select(Trunk.node_id).where(Trunk.id == trunk_id)),
        "attempt_number": 1,
        "max_attempts": 1,
        "policy_version": 1,
        "timeout_seconds": 30,
    }
    if contact_id is None:
        values["zone_id"] = zone_set(tx, "UTC")
    else:
        contact = row(tx, Contact, contact_id)
        values |= {
            "campaign_id": contact["campaign_id"],
            "contact_id": contact_id,
            "phone_number": contact["phone_number"],
            "attempt_number": contact["attempts"] + 1,
            "max_attempts": tx.scalar(select(Campaign.max_attempts).where(Campaign.id == contact["campaign_id"])),
        }
        tx.execute(
            text("UPDATE contacts SET state = 'in_call', open_call_id = :call, next_attempt_at = NULL WHERE id = :id"),
            {"call": call_id, "id": contact_id},
        )
    tx.execute(insert(Call).values(**values | changes))
    return call_id


def row(tx: Connection, table: Any, key: Any) -> RowMapping:
    """A row by its id."""
    return tx.execute(select(table.__table__).where(table.id == key)).mappings().one()
