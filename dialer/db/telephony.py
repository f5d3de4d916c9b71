"""PBX nodes and their trunks, as their administrators see them."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Connection, func, insert, select, text, update

from dialer.db import pages
from dialer.db.pages import Order, Page, PageRequest
from dialer.db.records import columns, fingerprint, first, one
from dialer.db.tables import PbxNode, Trunk

NODES: Final = Order("nodes", PbxNode.id, int)
TRUNKS: Final = Order("trunks", Trunk.id, int)


@dataclass(frozen=True, slots=True)
class NodeRecord:
    """An Asterisk, and what its listener knows of it."""

    id: int
    name: str
    ari_url: str
    ari_username: str
    events_port: int | None
    enabled: bool
    version: str | None
    is_simulator: bool | None
    startup_at: datetime | None
    listener_id: str | None
    listener_epoch: int
    lease_until: datetime | None
    gap_free_since: datetime | None
    echo_at: datetime | None
    created_at: datetime
    listener_alive: bool

    @property
    def revision(self) -> str:
        """What an edit must have been made of; what the listener writes is no part of it."""
        return fingerprint(self.id, self.name, self.ari_url, self.ari_username, self.events_port, self.enabled)


@dataclass(frozen=True, slots=True)
class TrunkRecord:
    """A way out of a PBX."""

    id: int
    name: str
    node_id: int
    endpoint: str
    caller_id: str | None
    cps: Decimal
    channels: int
    enabled: bool
    created_at: datetime

    @property
    def revision(self) -> str:
        """What an edit must have been made of."""
        pace = (self.cps, self.channels)
        return fingerprint(self.id, self.name, self.endpoint, self.caller_id, *pace, self.enabled)


_alive = func.coalesce(PbxNode.lease_until > func.clock_timestamp(), False).label("listener_alive")
_NODE: Final = [*(getattr(PbxNode, n) for n in NodeRecord.__dataclass_fields__ if n != "listener_alive"), _alive]
_TRUNK: Final = columns(Trunk, TrunkRecord)


def create_node(tx: Connection, values: dict[str, Any]) -> NodeRecord:
    """Add a node; its name must be free (`uq_pbx_nodes_name`)."""
    return one(tx, NodeRecord, insert(PbxNode).values(**values).returning(*_NODE))


def get_node(tx: Connection, node_id: int) -> NodeRecord | None:
    return first(tx, NodeRecord, select(*_NODE).where(PbxNode.id == node_id))


def lock_node(tx: Connection, node_id: int) -> NodeRecord | None:
    """The node, which nobody else edits meanwhile."""
    return first(tx, NodeRecord, select(*_NODE).where(PbxNode.id == node_id).with_for_update(key_share=True))


def edit_node(tx: Connection, node_id: int, values: dict[str, Any]) -> NodeRecord | None:
    """Change a node; None if there is none."""
    if not values:
        return get_node(tx, node_id)
    return first(tx, NodeRecord, update(PbxNode).where(PbxNode.id == node_id).values(**values).returning(*_NODE))


def nodes(tx: Connection, page: PageRequest, *, enabled: bool | None, name: str | None) -> Page[NodeRecord]:
    statement = pages.matching(select(*_NODE), PbxNode, enabled=enabled, name=name)
    return pages.read(tx, NodeRecord, statement, NODES, page)


def nodes_of_campaign(tx: Connection, campaign_id: int) -> list[NodeRecord]:
    """The nodes of the trunk or trunks that a campaign's calls may go over."""
    of_campaign = text(
        "SELECT trunk.node_id FROM campaign_trunks AS way JOIN trunks AS trunk ON trunk.id = way.trunk_id "
        "WHERE way.campaign_id = :campaign_id"
    )
    ids = list(tx.scalars(of_campaign, {"campaign_id": campaign_id}))
    statement = select(*_NODE).where(PbxNode.id.in_(ids)).order_by(PbxNode.id)
    return [NodeRecord(**row) for row in tx.execute(statement).mappings()]


def create_trunk(tx: Connection, values: dict[str, Any]) -> TrunkRecord:
    """Add a trunk; its name must be free (`uq_trunks_name`), its node exist (`fk_trunks_node_id`)."""
    return one(tx, TrunkRecord, insert(Trunk).values(**values).returning(*_TRUNK))


def get_trunk(tx: Connection, trunk_id: int) -> TrunkRecord | None:
    return first(tx, TrunkRecord, select(*_TRUNK).where(Trunk.id == trunk_id))


def only_trunk(tx: Connection) -> TrunkRecord | None:
    """The trunk, if there is just one."""
    found = [TrunkRecord(**row) for row in tx.execute(select(*_TRUNK).limit(2)).mappings()]
    return found[0] if len(found) == 1 else None


def lock_trunk(tx: Connection, trunk_id: int) -> TrunkRecord | None:
    """The trunk, which nobody else edits meanwhile."""
    return first(tx, TrunkRecord, select(*_TRUNK).where(Trunk.id == trunk_id).with_for_update(key_share=True))


def edit_trunk(tx: Connection, trunk_id: int, values: dict[str, Any]) -> TrunkRecord | None:
    """Change a trunk; None if there is none."""
    if not values:
        return get_trunk(tx, trunk_id)
    return first(tx, TrunkRecord, update(Trunk).where(Trunk.id == trunk_id).values(**values).returning(*_TRUNK))


def trunks(
    tx: Connection, page: PageRequest, *, enabled: bool | None, name: str | None, node_id: int | None
) -> Page[TrunkRecord]:
    statement = pages.matching(select(*_TRUNK), Trunk, enabled=enabled, name=name, node_id=node_id)
    return pages.read(tx, TrunkRecord, statement, TRUNKS, page)
