"""The emergency stop, the allow-list, and health."""

from typing import Literal

from pydantic import Field

from api.schemas.campaigns import KnownRegion
from api.schemas.common import E164, Moment, Name, PageQuery, Phone, Schema
from dialer.db.control import ControlRecord


class StopIn(Schema):
    reason: Name


class StopOut(Schema):
    """Whether all dialing is stopped; by whom and why."""

    stopped: bool
    at: Moment | None
    by: str | None
    reason: str | None

    @classmethod
    def of(cls, control: ControlRecord) -> "StopOut":
        return cls(
            stopped=control.stop_at is not None, at=control.stop_at, by=control.stop_by, reason=control.stop_reason
        )


class StopDecided(StopOut):
    in_flight: int = Field(description="Calls that were dialed before the stop and are not over.")


class AllowListIn(Schema):
    only: bool = Field(description="Whether only numbers on the list may be dialed.")


class AllowListOut(AllowListIn):
    pass


class AllowListDecided(AllowListOut):
    in_flight: int = Field(description="Calls that were dialed before the decision and are not over.")


class AllowedIn(Schema):
    phone_number: Phone
    default_region: KnownRegion | None = None


class AllowedOut(Schema):
    phone_number: str
    added_by: str
    created_at: Moment


class AllowedPath(Schema):
    phone_number: E164


class AllowedQuery(PageQuery):
    added_by: Name | None = None
    sort: Literal["phone_number", "-phone_number"] = "phone_number"


class AllowedPage(Schema):
    items: list[AllowedOut]
    next_cursor: str | None


class InFlight(Schema):
    in_flight: int = Field(description="Calls to the number that were dialed before and are not over.")


class Alive(Schema):
    status: str


class CheckOut(Schema):
    name: str
    ok: bool
    detail: str | None


class Readiness(Schema):
    status: str = Field(description="`ready`, or `not_ready`.")
    checks: list[CheckOut]
