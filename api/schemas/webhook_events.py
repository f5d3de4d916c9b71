"""What webhooks are told, as the description has it. The bodies themselves are made by the database's triggers."""

from types import MappingProxyType
from typing import Any, Final, Literal
from uuid import UUID

from pydantic import Field

from api.schemas.common import Moment, Schema
from dialer.domain.campaigns import CampaignState
from dialer.domain.contacts import FinalReason
from dialer.domain.dispositions import Disposition
from dialer.domain.imports import ImportState
from dialer.services.webhooks import TEST, Event


class CallEnded(Schema):
    """A call that has ended. A single call has no campaign and no contact."""

    call_id: UUID
    campaign_id: int | None
    contact_id: int | None
    external_id: str | None = Field(description="What your own system calls the contact.")
    phone_number: str
    attempt_number: int
    max_attempts: int
    disposition: Disposition
    failure_reason: str | None
    dialstatus: str | None
    cause: int | None = Field(description="Q.850.")
    tech_cause: str | None = Field(description="What the network said, like SIP 486.")
    dialed_at: Moment | None
    answered_at: Moment | None
    ended_at: Moment | None
    duration_seconds: float | None
    data: dict[str, Any] = Field(description="What came with the contact.")


class ContactFinished(Schema):
    """A contact that is done: nobody calls it any more."""

    contact_id: int
    campaign_id: int
    call_list_id: int | None
    external_id: str | None
    phone_number: str
    name: str | None
    final_reason: FinalReason
    last_disposition: Disposition | None
    attempts: int
    data: dict[str, Any]


class CampaignStateChanged(Schema):
    """A campaign in another state."""

    campaign_id: int
    name: str
    state: CampaignState
    state_before: CampaignState


class ImportDone(Schema):
    """A call list whose import has ended."""

    call_list_id: int
    campaign_id: int
    name: str
    state: Literal[ImportState.COMPLETED, ImportState.FAILED]
    rows: int
    error: str | None
    imported: int
    duplicates: int
    refused: int


class TestSent(Schema):
    """Says nothing: `POST /v1/webhooks/{id}/test`."""

    webhook_id: int


class Told(Schema):
    """What all events share."""

    id: UUID = Field(description="Of the event: the same at every try, and in `Dialer-Event-Id`.")
    occurred_at: Moment


class CallEndedEvent(Told):
    event: Literal[Event.CALL_ENDED]
    data: CallEnded


class ContactFinishedEvent(Told):
    event: Literal[Event.CONTACT_FINISHED]
    data: ContactFinished


class CampaignStateEvent(Told):
    event: Literal[Event.CAMPAIGN_STATE]
    data: CampaignStateChanged


class ImportDoneEvent(Told):
    event: Literal[Event.IMPORT_DONE]
    data: ImportDone


class TestEvent(Told):
    event: Literal["test"]
    data: TestSent


EVENTS: Final = MappingProxyType(
    {
        str(Event.CALL_ENDED): CallEndedEvent,
        str(Event.CONTACT_FINISHED): ContactFinishedEvent,
        str(Event.CAMPAIGN_STATE): CampaignStateEvent,
        str(Event.IMPORT_DONE): ImportDoneEvent,
        TEST: TestEvent,
    }
)
"""The body of each event."""
