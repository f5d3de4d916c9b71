"""Trunk groups, and the trunks over which the calls of campaigns and groups may go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, RowMapping, delete, exists, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import aggregate_order_by

from dialer.db import caller_ids, pages
from dialer.db.pages import Order, Page, PageRequest
from dialer.db.prepared import Prepared
from dialer.db.records import fingerprint, first
from dialer.db.rows import Row
from dialer.db.tables import Campaign, Trunk, TrunkGroup, TrunkGroupMember

ORDER: Final = Order("trunk-groups", TrunkGroup.id, int)


@dataclass(frozen=True, slots=True)
class GroupRecord:
    """A trunk group. `trunks`: the ids of its trunks and their weights (`trunk_id`, `weight`), by id."""

    id: int
    name: str
    trunks: list[dict[str, int]]
    created_at: datetime

    @property
    def revision(self) -> str:
        """What an edit must have been made of."""
        return fingerprint(self.id, self.name, self.trunks)


_member: Final = func.jsonb_build_object("trunk_id", TrunkGroupMember.trunk_id, "weight", TrunkGroupMember.weight)
_GROUP: Final = [
    TrunkGroup.id,
    TrunkGroup.name,
    select(func.jsonb_agg(aggregate_order_by(_member, TrunkGroupMember.trunk_id)))
    .where(TrunkGroupMember.group_id == TrunkGroup.id)
    .scalar_subquery()
    .label("trunks"),
    TrunkGroup.created_at,
]


def create(tx: Connection, name: str, weights: Mapping[int, int]) -> int:
    """Add a group of these trunks, with their weights. Its name must be free (`uq_trunk_groups_name`); its id."""
    group_id: int = tx.execute(insert(TrunkGroup).values(name=name).returning(TrunkGroup.id)).scalar_one()
    _set_members(tx, group_id, weights)
    return group_id


def get(tx: Connection, group_id: int) -> GroupRecord | None:
    return first(tx, GroupRecord, select(*_GROUP).where(TrunkGroup.id == group_id))


def lock(tx: Connection, group_id: int) -> GroupRecord | None:
    """The group, which nobody else edits meanwhile."""
    tx.execute(select(TrunkGroup.id).where(TrunkGroup.id == group_id).with_for_update())
    return get(tx, group_id)


def edit(tx: Connection, group_id: int, *, name: str | None, weights: Mapping[int, int] | None) -> None:
    """Change what isn't None. All the trunks of a group are replaced at once."""
    if name is not None:
        tx.execute(update(TrunkGroup).where(TrunkGroup.id == group_id).values(name=name))
    if weights is not None:
        tx.execute(delete(TrunkGroupMember).where(TrunkGroupMember.group_id == group_id))
        _set_members(tx, group_id, weights)


def remove(tx: Connection, group_id: int) -> None:
    """No campaign may name it (`fk_campaigns_trunk_group_id`). Calls that did stay on the trunk that they have."""
    tx.execute(delete(TrunkGroup).where(TrunkGroup.id == group_id))


def listed(tx: Connection, page: PageRequest, *, trunk_id: int | None, name: str | None) -> Page[GroupRecord]:
    statement = pages.matching(select(*_GROUP), TrunkGroup, name=name)
    if trunk_id is not None:
        member = (TrunkGroupMember.group_id == TrunkGroup.id, TrunkGroupMember.trunk_id == trunk_id)
        statement = statement.where(exists().where(*member))
    return pages.read(tx, GroupRecord, statement, ORDER, page)


def existing_trunks(tx: Connection, trunk_ids: Sequence[int]) -> set[int]:
    """Those of these trunks that there are, and will be: they are held until the transaction ends."""
    return set(tx.scalars(select(Trunk.id).where(Trunk.id.in_(trunk_ids)).with_for_update(read=True, key_share=True)))


def members(tx: Connection, group_id: int) -> list[int]:
    """The trunks of a group; none if there is no such group."""
    found = select(TrunkGroupMember.trunk_id).where(TrunkGroupMember.group_id == group_id)
    return list(tx.scalars(found.order_by(TrunkGroupMember.trunk_id)))


def used_by(tx: Connection, group_id: int) -> str | None:
    """The name of a campaign that names the group."""
    return tx.scalar(select(Campaign.name).where(Campaign.trunk_group_id == group_id).order_by(Campaign.id).limit(1))


def _set_members(tx: Connection, group_id: int, weights: Mapping[int, int]) -> None:
    rows = [{"group_id": group_id, "trunk_id": trunk_id, "weight": weight} for trunk_id, weight in weights.items()]
    tx.execute(insert(TrunkGroupMember), rows)


WAY: Final = f"""
    trunk.id AS trunk_id, trunk.name AS trunk_name, trunk.node_id, way.weight AS trunk_weight,
    trunk.caller_id AS trunk_caller_id, trunk.enabled AND node.enabled AS trunk_enabled,
    COALESCE(node.lease_until > clock_timestamp(), false)
        AND COALESCE(node.echo_at > clock_timestamp() - make_interval(secs => :echo_max_age), false) AS is_heard,
    {caller_ids.OWNED} AS caller_ids
"""
"""Columns of a trunk over which something may go: `way`, with its `trunk` and `node`."""

_OF_CAMPAIGN: Final = text(f"""
    SELECT {WAY} FROM campaign_trunks AS way JOIN trunks AS trunk ON trunk.id = way.trunk_id
    JOIN pbx_nodes AS node ON node.id = trunk.node_id
    WHERE way.campaign_id = :campaign_id ORDER BY trunk.id
""")
_OF_GROUP: Final = text(f"""
    SELECT {WAY}, {caller_ids.pinned_elsewhere("CAST(:caller_id AS text)", "trunk.id")}
    FROM trunk_group_members AS way JOIN trunks AS trunk ON trunk.id = way.trunk_id
    JOIN pbx_nodes AS node ON node.id = trunk.node_id
    WHERE way.group_id = :group_id ORDER BY trunk.id
""")


def ways_of_campaign(tx: Connection, campaign_id: int, *, echo_max_age: float) -> Sequence[RowMapping]:
    """The trunks over which a campaign's calls may go: its only one, or those of its group."""
    return tx.execute(_OF_CAMPAIGN, {"campaign_id": campaign_id, "echo_max_age": echo_max_age}).mappings().all()


def ways_of_group(
    tx: Connection, group_id: int, *, echo_max_age: float, caller_id: str | None = None
) -> Sequence[RowMapping]:
    """The trunks of a group; `pinned_elsewhere`: another trunk owns `caller_id`."""
    parameters = {"group_id": group_id, "echo_max_age": echo_max_age, "caller_id": caller_id}
    return tx.execute(_OF_GROUP, parameters).mappings().all()


_MOVABLE: Final = Prepared("""
    SELECT place.campaign_id, place.trunk_group_id, place.trunk_id
    FROM (SELECT DISTINCT campaign_id, trunk_group_id, trunk_id FROM calls WHERE state = 'queued') AS place
    WHERE place.trunk_group_id IS NOT NULL OR place.campaign_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM campaign_trunks AS way
        WHERE way.campaign_id = place.campaign_id AND way.trunk_id = place.trunk_id
          AND way.trunk_group_id IS NOT DISTINCT FROM place.trunk_group_id
    )
    ORDER BY 1, 2, 3
""")


def movable(tx: Connection) -> Sequence[Row]:
    """Where calls are queued that may have to go over another trunk: of which campaign (None: single calls) and group,
    on which trunk. They are those of groups, and of campaigns that have been given another trunk or a group since."""
    return _MOVABLE.rows(tx)


_HOLD: Final = text("""
    SELECT call.id, call.caller_id, trunk.caller_id AS trunk_caller_id
    FROM calls AS call JOIN trunks AS trunk ON trunk.id = call.trunk_id
    WHERE call.state = 'queued' AND call.trunk_id = :trunk_id
      AND call.trunk_group_id IS NOT DISTINCT FROM CAST(:trunk_group_id AS smallint)
      AND call.campaign_id IS NOT DISTINCT FROM CAST(:campaign_id AS bigint)
    ORDER BY call.turn, call.id LIMIT :most FOR NO KEY UPDATE OF call SKIP LOCKED
""")


def hold_queued(tx: Connection, place: Mapping[str, Any] | RowMapping, most: int) -> Sequence[RowMapping]:
    """The calls of a place of `movable`, locked. Those that a claim is looking at are passed over."""
    names = ("campaign_id", "trunk_group_id", "trunk_id")
    return tx.execute(_HOLD, {name: place[name] for name in names} | {"most": most}).mappings().all()


@dataclass(frozen=True, slots=True)
class Move:
    """A queued call is to go over another trunk, and by which group and with which caller id it does so."""

    id: UUID
    trunk_id: int
    trunk_group_id: int | None
    caller_id: str | None


# What was queued elsewhere has waited: it goes first.
_MOVE: Final = text("""
    WITH move AS (
        SELECT * FROM unnest(CAST(:id AS uuid[]), CAST(:trunk_id AS smallint[]), CAST(:trunk_group_id AS smallint[]),
                             CAST(:caller_id AS text[])) AS move(id, trunk_id, trunk_group_id, caller_id)
    ), target AS (
        SELECT trunk.id, trunk.node_id, COALESCE((
            SELECT min(turn) FROM calls AS first WHERE first.state = 'queued' AND first.trunk_id = trunk.id
        ), 0) AS turn
        FROM trunks AS trunk WHERE trunk.id IN (SELECT trunk_id FROM move)
    )
    UPDATE calls SET trunk_id = target.id, node_id = target.node_id, trunk_group_id = move.trunk_group_id,
        caller_id = move.caller_id, turn = target.turn
    FROM move JOIN target ON target.id = move.trunk_id WHERE calls.id = move.id AND calls.state = 'queued'
""")


def move(tx: Connection, moves: Sequence[Move]) -> None:
    """Put queued calls that `hold_queued` has locked on other trunks."""
    if moves:
        names = ("id", "trunk_id", "trunk_group_id", "caller_id")
        tx.execute(_MOVE, {name: [getattr(each, name) for each in moves] for name in names})
