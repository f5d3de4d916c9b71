"""Putting many contacts into a campaign at once."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, Engine, func, select, text
from sqlalchemy.dialects.postgresql import insert

from dialer.db import dnc
from dialer.db.tables import Campaign, Contact, ZoneSet
from dialer.domain.campaigns import CampaignState


class NewRow(NamedTuple):
    """A contact to be. `line` tells the rows of one call apart; no two have the same number.

    `numbers`: where it has several, all of them with the places that they can be in, in order.
    """

    line: int
    phone_number: str
    zone_id: int
    priority: int
    external_id: str | None
    name: str | None
    data: dict[str, str]
    consent_at: datetime | None = None
    consent_source: str | None = None
    numbers: tuple[tuple[str, int], ...] = ()


class Inserted(NamedTuple):
    """What became of a row: a contact with this id, or none because of DNC, or none because it is there already."""

    line: int
    contact_id: int | None
    dnc: bool


# One statement and one parameter, whatever the number of rows: no temporary table (whose catalogue entries would have
# to be vacuumed after every piece) and no round trip between the parts.
# Ids are drawn in the file's order, which is the order of dialing; rows are inserted in the order of their numbers, so
# that two imports with the same numbers wait for each other instead of deadlocking.
_INSERT = text("""
    WITH given AS MATERIALIZED (
        SELECT nextval('contacts_id_seq') AS id, r.*
        FROM json_to_recordset(CAST(:rows AS json)) AS r (
            line bigint, phone text, zone smallint, priority smallint, external_id text, name text, data jsonb,
            consent_at timestamptz, consent_source text, position smallint, numbers jsonb
        )
    ), forbidden AS MATERIALIZED (
        SELECT DISTINCT phone_number FROM dnc
        WHERE phone_number = ANY (ARRAY(SELECT phone FROM given))
            AND (campaign_id IS NULL OR campaign_id = :campaign_id)
            AND (expires_at IS NULL OR expires_at > clock_timestamp())
    ), inserted AS (
        INSERT INTO contacts (id, campaign_id, call_list_id, phone_number, zone_id, priority, external_id, name,
                              consent_at, consent_source, position)
        OVERRIDING SYSTEM VALUE
        SELECT id, :campaign_id, :call_list_id, phone, zone, priority, external_id, name, consent_at, consent_source,
               position
        FROM given
        WHERE position IS NOT NULL OR NOT EXISTS (SELECT FROM forbidden WHERE forbidden.phone_number = given.phone)
        ORDER BY phone
        ON CONFLICT (campaign_id, phone_number) DO NOTHING
        RETURNING id
    ), stored AS (
        INSERT INTO contact_data (contact_id, data)
        SELECT id, data FROM given JOIN inserted USING (id) WHERE data IS NOT NULL
    ), numbered AS (
        INSERT INTO contact_numbers (contact_id, position, phone_number, zone_id, closed_by)
        SELECT given.id, n.position, n.phone, n.zone, n.closed_by
        FROM given JOIN inserted USING (id)
        CROSS JOIN jsonb_to_recordset(given.numbers)
            AS n (position smallint, phone text, zone smallint, closed_by text)
        WHERE given.position IS NOT NULL
    )
    SELECT given.line, inserted.id, forbidden.phone_number IS NOT NULL AND given.position IS NULL AS dnc
    FROM given LEFT JOIN inserted USING (id) LEFT JOIN forbidden ON forbidden.phone_number = given.phone
""")


def insert_contacts(
    tx: Connection, campaign_id: int, call_list_id: int | None, rows: Sequence[NewRow]
) -> list[Inserted]:
    """Insert those rows that are neither forbidden nor there already, and say what became of each.

    A row is forbidden if all of its numbers are.
    """
    if not rows:
        return []
    others = {phone_number for row in rows for phone_number, _ in row.numbers}
    forbidden = dnc.forbidden(tx, campaign_id, others) if others else set()
    given = [
        {
            "line": row.line,
            "phone": row.phone_number,
            "zone": row.zone_id,
            "priority": row.priority,
            "external_id": row.external_id,
            "name": row.name,
            "data": row.data or None,
            "consent_at": row.consent_at,
            "consent_source": row.consent_source,
            **(_several(row, forbidden) if row.numbers else {}),
        }
        for row in rows
    ]
    parameters = {"rows": orjson.dumps(given).decode(), "campaign_id": campaign_id, "call_list_id": call_list_id}
    # All at once: a row at a time costs several times as much.
    return [Inserted(*row) for row in tx.execute(_INSERT, parameters).all()]


def _several(row: NewRow, forbidden: Collection[str]) -> dict[str, Any]:
    """The numbers of a row, and the first of them that may be called; nothing where none may."""
    numbers = [
        {"position": n, "phone": phone, "zone": zone_id, "closed_by": "dnc" if phone in forbidden else None}
        for n, (phone, zone_id) in enumerate(row.numbers, 1)
    ]
    first = next((number for number in numbers if number["closed_by"] is None), None)
    return {} if first is None else {"position": first["position"], "zone": first["zone"], "numbers": numbers}


def existing(tx: Connection, campaign_id: int, numbers: Collection[str]) -> dict[str, tuple[int, int | None]]:
    """The contact's id, and its call list's, of those numbers that the campaign has."""
    found = tx.execute(
        select(Contact.phone_number, Contact.id, Contact.call_list_id).where(
            Contact.campaign_id == campaign_id, Contact.phone_number.in_(numbers)
        )
    )
    return {number: (contact_id, call_list_id) for number, contact_id, call_list_id in found}


def campaign_state(tx: Connection, campaign_id: int, *, hold: bool = False) -> CampaignState | None:
    """The campaign's state, or None if there is no such campaign.

    Args:
        hold: let nobody change it before this transaction ends. To be asked last: pausing waits for it.
    """
    query = select(Campaign.state).where(Campaign.id == campaign_id)
    state = tx.scalar(query.with_for_update(read=True) if hold else query)
    return None if state is None else CampaignState(state)


Place = tuple[tuple[str, ...], tuple[str, ...]]
"""Where a callee can be: time zones by IANA name, and regions by ISO 3166 code, each sorted."""


def ensure_places(engine: Engine, places: Iterable[Place]) -> dict[Place, int]:
    """The ids of all places (rows of `zone_sets`), those asked for included.

    In a transaction of its own: who imports holds it for a while, and two of them may need the same new places.
    """
    with engine.begin() as tx:
        known = _places(tx)
        # Inserting what is there already would use up the ids, of which there are 32,767.
        missing = sorted(set(places) - known.keys())
        if not missing:
            return known
        rows = [{"zones": list(zones), "regions": list(regions)} for zones, regions in missing]
        tx.execute(insert(ZoneSet).on_conflict_do_nothing(), rows)
        return _places(tx)


def _places(tx: Connection) -> dict[Place, int]:
    found = tx.execute(select(ZoneSet.id, ZoneSet.zones, ZoneSet.regions))
    return {(tuple(zones), tuple(regions)): place_id for place_id, zones, regions in found}


def default_region(tx: Connection, campaign_id: int) -> str | None:
    """The country whose national numbers the campaign's lists mean if they say nothing else."""
    return tx.scalar(select(func.max(Campaign.default_region)).where(Campaign.id == campaign_id))
