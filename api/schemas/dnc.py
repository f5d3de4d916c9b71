"""The do-not-call list."""

from typing import Literal

from pydantic import Field

from api.schemas.campaigns import KnownRegion
from api.schemas.common import E164, BigId, Moment, Name, PageQuery, Phone, Schema
from dialer.db.dnc import DncRecord
from dialer.services.decisions import Decided
from dialer.services.dnc import NewDncEntry


class DncIn(Schema):
    """A number not to be called. Adding it again changes its reason, expiry and source."""

    phone_number: Phone
    campaign_id: BigId | None = Field(None, description="Empty: by nobody.")
    source: Name = Field("api", description="Where it comes from, like the name of a register.")
    reason: Name | None = None
    expires_at: Moment | None = Field(None, description="Empty: for ever.")
    default_region: KnownRegion | None = None

    def new(self) -> NewDncEntry:
        return NewDncEntry(**{name: getattr(self, name) for name in type(self).model_fields})


class DncOut(Schema):
    id: int
    phone_number: str
    campaign_id: int | None
    reason: str | None
    source: str
    expires_at: Moment | None
    upload_id: int | None = Field(description="The upload that it came with.")
    created_by: str
    created_at: Moment


class DncDecided(DncOut):
    """An entry that holds from now on."""

    in_flight: int = Field(description="Calls to the number that were dialed before and are not over.")

    @classmethod
    def of(cls, decided: Decided[DncRecord]) -> "DncDecided":
        shown = DncOut.model_validate(decided.value)
        return cls(**{name: getattr(shown, name) for name in DncOut.model_fields}, in_flight=decided.in_flight)


class DncPath(Schema):
    entry_id: BigId


class DncQuery(PageQuery):
    phone_number: E164 | None = None
    campaign_id: BigId | None = None
    source: Name | None = Field(None, description="Where the entry came from, like api.")
    sort: Literal["-id", "id"] = "-id"


class DncPage(Schema):
    items: list[DncOut]
    next_cursor: str | None
