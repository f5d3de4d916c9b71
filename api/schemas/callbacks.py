"""Callbacks."""

from datetime import datetime

from pydantic import Field

from api.schemas.common import Moment, Schema
from dialer.services.callbacks import NewCallback


class CallbackIn(Schema):
    """When a person wants to be called."""

    at: datetime = Field(description="Without an offset: by the clocks where the person is.")
    phone_number: str | None = Field(
        None, max_length=250, description="One of the contact's numbers. Empty: the one that comes next."
    )
    note: str | None = Field(None, max_length=1000)

    def new(self) -> NewCallback:
        return NewCallback(self.at, self.phone_number, self.note)


class CallbackOut(Schema):
    """A callback, and what the gate says about it now."""

    contact_id: int
    at: Moment
    phone_number: str
    note: str | None
    opens_at: Moment | None = Field(
        description="When the gate lets it through if nothing changes but the time; null if that won't do."
    )
    moved_by: str | None = Field(description="The gate's code, if that isn't the time that was asked for.")
    reason: str | None


class CallbackRecordOut(Schema):
    """What was asked for a contact."""

    id: int
    at: Moment
    phone_number: str
    note: str | None
    created_by: str
    created_at: Moment
    cancelled_at: Moment | None
    cancelled_by: str | None
