"""Caller ids that a trunk owns."""

from typing import Annotated, Literal

from pydantic import Field

from api.schemas.common import E164, BigId, Moment, Name, PageQuery, Patch, Schema, SmallId, unset

Number = Annotated[E164, Field(description="E.164. It belongs to one trunk only.")]


class CallerIdIn(Schema):
    """A number that calls over the trunk may show."""

    phone_number: Number
    label: Name | None = None
    enabled: bool = True


class CallerIdPatch(Patch):
    label: Name | None = None
    enabled: bool = Field(default_factory=unset)


class CallerIdOut(Schema):
    """A number that calls over the trunk may show, and no other trunk's."""

    id: int
    trunk_id: int
    phone_number: str
    label: str | None
    enabled: bool
    created_at: Moment


class CallerIdDecided(CallerIdOut):
    in_flight: int = Field(description="Calls over the trunk that were dialed before the edit and are not over.")


class CallerIdPath(Schema):
    trunk_id: SmallId
    caller_id_id: BigId


class CallerIdQuery(PageQuery):
    enabled: bool | None = None
    sort: Literal["id", "-id"] = "id"


class CallerIdPage(Schema):
    items: list[CallerIdOut]
    next_cursor: str | None
