"""Why not, why, and by which rules."""

from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from api.schemas.calls import CallPage
from api.schemas.common import E164, BigId, Moment, PageQuery, Schema
from api.schemas.dnc import DncOut
from dialer.domain.calls import CallState
from dialer.domain.contacts import ContactState
from dialer.domain.dispositions import Disposition
from dialer.domain.profiles import Profile


class ExplanationOut(Schema):
    """What keeps a contact from being dialed, by the gate itself."""

    contact_id: int
    campaign_id: int
    state: ContactState
    dialable: bool = Field(description="Whether nothing forbids a call now: it waits for its turn.")
    code: str = Field(
        description="One of the gate's codes; or due, in_call, done, trunk_disabled, no_listener, no_trunk."
    )
    rule: str
    source: str = Field(description="Who made the rule: the campaign, the installation, or a profile and its law.")
    until: Moment | None = Field(description="When it may be dialed if nothing changes but the time.")
    open_call_id: UUID | None
    next_attempt_at: Moment | None
    callback_at: Moment | None = Field(description="When the person wants to be called.")
    checked: dict[str, Any] | None = Field(description="What the gate looked at.")
    as_of: Moment


class ReasonOut(Schema):
    """Contacts that one rule keeps from being dialed."""

    code: str
    rule: str = Field(description="As it reads for the sample.")
    source: str
    contacts: int
    opens_at: Moment | None = Field(description="When the first of them may be dialed, if time alone decides.")
    sample: int = Field(description="The contact that opens first.")


class CampaignExplanationOut(Schema):
    """All contacts, by what keeps them from being dialed; the counts add up to `contacts`."""

    campaign_id: int
    contacts: int
    groups: list[ReasonOut]
    as_of: Moment


class ProfilesOut(Schema):
    """The compliance profiles. They are no legal advice."""

    items: list[Profile]


class NumberPath(Schema):
    phone_number: E164


class HistoryQuery(PageQuery):
    """Which of the calls."""

    campaign_id: BigId | None = None
    state: CallState | None = None
    disposition: Disposition | None = None
    created_from: Moment | None = None
    created_before: Moment | None = None
    sort: Literal["-id", "id"] = "-id"


class NumberHistoryOut(Schema):
    """All that is known about a number, across campaigns."""

    phone_number: str
    zones: list[str]
    regions: list[str]
    dialed_at: list[Moment] = Field(description="The dials that count for caps.")
    dnc: list[DncOut]
    campaigns: dict[int, str] = Field(description="Names of the calls' campaigns.")
    calls: CallPage = Field(description="The newest first unless `sort` is `id`; each has the gate's decision.")
