"""Trunk groups."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from api.schemas.common import Moment, PageQuery, Patch, Schema, SmallId, unset
from api.schemas.telephony import ResourceName
from dialer.domain.trunks import TrunkState

Weight = Annotated[int, Field(ge=1, le=1000, description="Its part of the calls, beside those of the others.")]
State = Annotated[
    TrunkState,
    Field(
        description="up; or probe: after a rest, one call finds out whether it works; resting: its breaker or its "
        "node's is open; no_listener: nobody hears what becomes of calls through its node; disabled."
    ),
]


class Member(Schema):
    """A trunk of a group."""

    trunk_id: SmallId
    weight: Weight = 1


def _each_once(members: list[Member]) -> list[Member]:
    if len({member.trunk_id for member in members}) < len(members):
        raise ValueError("each trunk may be in a group once")
    return members


Members = Annotated[list[Member], Field(min_length=1, max_length=100), AfterValidator(_each_once)]


class GroupIn(Schema):
    """Trunks that stand in for each other."""

    name: ResourceName
    trunks: Members

    def weights(self) -> dict[int, int]:
        return {member.trunk_id: member.weight for member in self.trunks}


class GroupPatch(Patch):
    name: ResourceName = Field(default_factory=unset)
    trunks: Members = Field(default_factory=unset)

    def weights(self) -> dict[int, int] | None:
        return {member.trunk_id: member.weight for member in self.trunks} if "trunks" in self.changes() else None


class GroupOut(Schema):
    """Trunks that stand in for each other."""

    id: int
    name: str
    trunks: list[Member]
    created_at: Moment


class StandingOut(Schema):
    """A trunk that calls may go over, and how it is now."""

    trunk_id: int
    name: str
    node_id: int
    weight: int
    state: State


class GroupStateOut(Schema):
    """How the trunks of a group are at `as_of`."""

    trunk_group_id: int
    trunks: list[StandingOut]
    as_of: Moment


class GroupPath(Schema):
    trunk_group_id: SmallId


class GroupQuery(PageQuery):
    trunk_id: SmallId | None = Field(None, description="Groups that this trunk is in.")
    name: ResourceName | None = None
    sort: Literal["id", "-id"] = "id"


class GroupPage(Schema):
    items: list[GroupOut]
    next_cursor: str | None
