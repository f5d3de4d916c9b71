"""Contacts."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from api.schemas.callbacks import CallbackRecordOut
from api.schemas.calls import CallOut
from api.schemas.campaigns import CampaignPath
from api.schemas.common import E164, BigId, Moment, Name, PageQuery, Patch, Schema, unset
from dialer.domain.contacts import ContactState, FinalReason
from dialer.domain.dispositions import Disposition
from dialer.services.contacts import ContactDetails
from dialer.services.importing.mapping import MAX_NUMBERS
from dialer.services.importing.service import MAX_ITEMS, NewContact

Numbers = Annotated[
    list[Annotated[str, Field(max_length=250)]],
    Field(max_length=MAX_NUMBERS - 1, description="Further numbers, in the order in which they are tried."),
]


class ContactIn(Schema):
    """A contact to be. What is in it is judged one by one: see the answer's `code` and `reason`."""

    phone_number: str = Field(max_length=250)
    name: str | None = Field(None, max_length=1000)
    time_zone: str | None = Field(None, max_length=250)
    priority: int = Field(0, description="-100 to 100; the higher, the sooner.")
    external_id: str | None = Field(None, max_length=1000)
    region: str | None = Field(None, max_length=250, description="ISO 3166 code of where the person is, like US-FL.")
    consent_at: str | None = Field(None, max_length=250, description="When the person consented to be called.")
    consent_source: str | None = Field(None, max_length=1000, description="Where that is recorded.")
    data: dict[str, str] = Field(default_factory=dict, max_length=200, description="Channel variables.")
    numbers: Numbers = Field(default_factory=list)

    def new(self) -> NewContact:
        return NewContact(**{name: getattr(self, name) for name in type(self).model_fields})


class ContactPut(Schema):
    """A contact by its external id, which is in the path. What isn't given is blank, or the default."""

    phone_number: str = Field(max_length=250)
    name: str | None = Field(None, max_length=1000)
    time_zone: str | None = Field(None, max_length=250, description="Empty: found from the number.")
    priority: int = Field(0, description="-100 to 100; the higher, the sooner.")
    region: str | None = Field(None, max_length=250, description="ISO 3166 code of where the person is, like US-FL.")
    consent_at: str | None = Field(None, max_length=250, description="When the person consented to be called.")
    consent_source: str | None = Field(None, max_length=1000, description="Where that is recorded.")
    data: dict[str, str] = Field(default_factory=dict, max_length=200, description="Channel variables.")
    numbers: Numbers = Field(default_factory=list)

    def new(self, external_id: str) -> NewContact:
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        return NewContact(**fields, external_id=external_id)


class ContactPatch(Patch):
    """Fields to change. `data` and `numbers` are replaced as a whole."""

    phone_number: str = Field(default_factory=unset, max_length=250)
    name: str | None = Field(None, max_length=1000)
    time_zone: str | None = Field(None, max_length=250, description="Null: found from the number.")
    priority: int = Field(default_factory=unset, description="-100 to 100; the higher, the sooner.")
    external_id: str | None = Field(None, max_length=1000)
    data: dict[str, str] = Field(default_factory=unset, max_length=200, description="Channel variables.")
    numbers: Numbers = Field(default_factory=unset)


class CancelIn(Schema):
    hang_up: bool = Field(False, description="Also end a call that was answered; one that rings is ended in any case.")


class ExternalPath(CampaignPath):
    external_id: str = Field(min_length=1, max_length=200)


class ContactsIn(Schema):
    contacts: list[ContactIn] = Field(min_length=1, max_length=MAX_ITEMS)


class AddedOut(Schema):
    """What became of one: a contact, or a code and a reason."""

    contact_id: int | None
    code: str | None
    reason: str | None


class ContactsAdded(Schema):
    """A result for each contact, in the order in which they were given."""

    added: int
    results: list[AddedOut]


class ContactOut(Schema):
    id: int
    campaign_id: int
    call_list_id: int | None
    phone_number: str
    zones: list[str] = Field(description="Time zones that the number that comes next can be in.")
    regions: list[str] = Field(description="ISO 3166 codes, of the list and of the number.")
    priority: int
    external_id: str | None
    name: str | None
    state: ContactState
    final_reason: FinalReason | None
    next_attempt_at: Moment | None
    callback_at: Moment | None = Field(description="When the person wants to be called; null once that call was made.")
    attempts: int
    open_call_id: UUID | None
    last_disposition: Disposition | None
    consent_at: Moment | None
    consent_source: str | None
    created_at: Moment


class NumberOut(Schema):
    """One of a contact's numbers."""

    phone_number: str
    zones: list[str]
    regions: list[str]
    next: bool = Field(description="Whether it is the one that is called next.")
    closed_by: str | None = Field(description="Why it isn't called any more: a disposition, or a code of the gate.")


class ContactDetailsOut(ContactOut):
    """A contact with its numbers in order, its data, and its calls, the first one first."""

    numbers: list[NumberOut]
    callbacks: list[CallbackRecordOut] = Field(description="All that was asked for; the newest holds.")
    data: dict[str, Any]
    calls: list[CallOut]

    @classmethod
    def of(cls, details: ContactDetails) -> "ContactDetailsOut":
        shown = ContactOut.model_validate(details.contact)
        calls = [CallOut.model_validate(call) for call in details.calls]
        fields = {name: getattr(shown, name) for name in ContactOut.model_fields}
        numbers = [NumberOut.model_validate(number) for number in details.numbers]
        callbacks = [CallbackRecordOut.model_validate(callback) for callback in details.callbacks]
        return cls(**fields, numbers=numbers, callbacks=callbacks, data=details.data, calls=calls)


class ContactDecided(ContactDetailsOut):
    """A contact after a decision that holds from now on."""

    in_flight: int = Field(description="Calls to it that were dialed before the decision and are not over.")

    @classmethod
    def after(cls, details: ContactDetails, in_flight: int) -> "ContactDecided":
        shown = ContactDetailsOut.of(details)
        fields = {name: getattr(shown, name) for name in ContactDetailsOut.model_fields}
        return cls(**fields, in_flight=in_flight)


class ContactPath(Schema):
    contact_id: BigId


class ContactQuery(PageQuery):
    state: ContactState | None = None
    phone_number: E164 | None = Field(None, description="E.164 (the plus is %2B in a URL).")
    external_id: Name | None = None
    call_list_id: BigId | None = None
    final_reason: FinalReason | None = None
    last_disposition: Disposition | None = None
    sort: Literal["id", "-id"] = "id"


class ContactPage(Schema):
    items: list[ContactOut]
    next_cursor: str | None
