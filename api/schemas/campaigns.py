"""Campaigns and their counts."""

from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field

from api.schemas.common import (
    BigId,
    CallerId,
    Channels,
    Cps,
    Moment,
    Name,
    PageQuery,
    Patch,
    Region,
    Schema,
    SmallId,
    Timeout,
    ZoneName,
    unset,
)
from api.schemas.trunk_groups import StandingOut
from dialer.db.campaigns import CampaignFilter, CampaignRecord
from dialer.domain import phone
from dialer.domain.actions import AnswerAction
from dialer.domain.caller_ids import CallerIdPool
from dialer.domain.campaigns import CampaignState, DialOrder
from dialer.domain.contacts import ContactState, FinalReason
from dialer.domain.dispositions import Disposition
from dialer.domain.profiles import NumberCap
from dialer.domain.retry import RetryPolicy
from dialer.domain.window import CallingWindow
from dialer.services.campaigns import NewCampaign
from dialer.services.decisions import Decided
from dialer.services.results import By


def _known_region(region: str) -> str:
    if not phone.known_region(region):
        raise ValueError("is not a country with phone numbers")
    return region


def _known_zone(zone: str) -> str:
    if zone not in available_timezones():
        raise ValueError("is not the name of a time zone, like Europe/Berlin")
    return zone


KnownRegion = Annotated[Region, AfterValidator(_known_region)]
KnownZone = Annotated[ZoneName, AfterValidator(_known_zone)]
ProfileName = Annotated[
    str, Field(max_length=40, description="The compliance profile that holds at least: see GET /v1/profiles.")
]
NumberCaps = Annotated[list[NumberCap], Field(description="How often a number may be dialed, by all campaigns.")]
Gap = Annotated[int, Field(ge=1, le=31 * 86400)]
Weight = Annotated[int, Field(ge=1, le=1000, description="Its share of the trunk.")]
Priority = Annotated[int, Field(ge=-100, le=100, description="Campaigns of a higher one go first.")]
People = Annotated[
    int,
    Field(ge=0, le=100_000, description="Those who speak to whoever answers: so many calls at most are under way."),
]
AbandonCeiling = Annotated[
    float,
    Field(gt=0, le=100, description="The most, in percent of those who answer, that may be abandoned; see profiles."),
]
Attempts = Annotated[int, Field(ge=1, le=100, description="Calls to a contact, at most.")]


class CampaignIn(Schema):
    """A new campaign. It is a draft until it is started."""

    name: Name
    trunk_id: SmallId | None = Field(None, description="What its calls go over; or trunk_group_id.")
    trunk_group_id: SmallId | None = Field(None, description="Instead of trunk_id: a group of trunks.")
    answer_action: AnswerAction
    caller_id: CallerId | None = Field(None, description="Empty: the trunk's.")
    caller_id_pool: CallerIdPool | None = Field(
        None, description="Instead of caller_id: one of the trunk's caller ids is chosen for each call."
    )
    timeout_seconds: Timeout = 30
    max_attempts: Attempts = 3
    cps: Cps | None = Field(None, description="Calls per second of this campaign; empty: the trunk's.")
    channels: Channels | None = Field(None, description="Channels of this campaign; empty: the trunk's.")
    people: People | None = Field(None, description="Must be stated where the answer action transfers to people.")
    abandon_ceiling: AbandonCeiling | None = Field(None, description="Empty: what the profile says.")
    default_region: KnownRegion | None = Field(None, description="Of national numbers in its lists.")
    default_time_zone: KnownZone | None = Field(None, description="Of contacts whose number doesn't tell it.")
    calling_window: CallingWindow = CallingWindow()
    profile: ProfileName = "none"
    number_caps: NumberCaps = Field(default_factory=list, max_length=10)
    min_gap_seconds: Gap | None = Field(None, description="The least time between two dials of a number.")
    skip_holidays: bool = Field(False, description="Leave out the public holidays of the callee's region.")
    consent_required: bool = Field(False, description="Dial only contacts whose consent is recorded.")
    not_before: Moment | None = Field(None, description="Nothing is dialed before.")
    not_after: Moment | None = Field(None, description="Nothing is dialed from then on.")
    weight: Weight = 1
    priority: Priority = 0
    dial_order: DialOrder = DialOrder.LIST
    retry_policy: RetryPolicy = RetryPolicy()

    def new(self) -> NewCampaign:
        return NewCampaign(**{name: getattr(self, name) for name in type(self).model_fields})


class CloneIn(Schema):
    name: Name = Field(description="Of the new campaign.")


class CampaignPatch(Patch):
    """Fields to change."""

    name: Name = Field(default_factory=unset)
    trunk_id: SmallId | None = Field(None, description="Takes the place of its trunk or group.")
    trunk_group_id: SmallId | None = Field(None, description="Takes the place of its trunk or group.")
    answer_action: AnswerAction = Field(default_factory=unset)
    caller_id: CallerId | None = None
    caller_id_pool: CallerIdPool | None = None
    timeout_seconds: Timeout = Field(default_factory=unset)
    max_attempts: Attempts = Field(default_factory=unset)
    cps: Cps | None = None
    channels: Channels | None = None
    people: People | None = None
    abandon_ceiling: AbandonCeiling | None = None
    default_region: KnownRegion | None = None
    default_time_zone: KnownZone | None = None
    calling_window: CallingWindow = Field(default_factory=unset)
    profile: ProfileName = Field(default_factory=unset)
    number_caps: NumberCaps = Field(default_factory=unset, max_length=10)
    min_gap_seconds: Gap | None = None
    skip_holidays: bool = Field(default_factory=unset)
    consent_required: bool = Field(default_factory=unset)
    not_before: Moment | None = None
    not_after: Moment | None = None
    weight: Weight = Field(default_factory=unset)
    priority: Priority = Field(default_factory=unset)
    dial_order: DialOrder = Field(default_factory=unset)
    retry_policy: RetryPolicy = Field(default_factory=unset)


class CampaignOut(Schema):
    """A campaign."""

    id: int
    name: str
    state: CampaignState
    version: int
    trunk_id: int | None
    trunk_group_id: int | None
    caller_id: str | None
    caller_id_pool: CallerIdPool | None
    timeout_seconds: int
    max_attempts: int
    cps: float | None
    channels: int | None
    people: int | None
    abandon_ceiling: float | None
    default_region: str | None
    default_time_zone: str | None
    calling_window: CallingWindow
    profile: str
    number_caps: list[NumberCap]
    min_gap_seconds: int | None
    skip_holidays: bool
    consent_required: bool
    not_before: Moment | None
    not_after: Moment | None
    weight: int
    priority: int
    dial_order: DialOrder
    retry_policy: RetryPolicy
    answer_action: AnswerAction
    created_by: str
    created_at: Moment
    updated_at: Moment
    started_at: Moment | None
    ended_at: Moment | None


class CampaignDecided(CampaignOut):
    """A campaign after a decision that holds from now on."""

    in_flight: int = Field(description="Calls that were dialed before the decision and are not over.")

    @classmethod
    def of(cls, decided: Decided[CampaignRecord]) -> "CampaignDecided":
        shown = CampaignOut.model_validate(decided.value)
        return cls(**{name: getattr(shown, name) for name in CampaignOut.model_fields}, in_flight=decided.in_flight)


class CampaignPath(Schema):
    campaign_id: BigId


class CampaignQuery(PageQuery):
    state: CampaignState | None = None
    trunk_id: SmallId | None = None
    trunk_group_id: SmallId | None = None
    name: Name | None = Field(None, description="A part of the name, in upper or lower case.")
    created_from: Moment | None = None
    created_before: Moment | None = None
    sort: Literal["-id", "id"] = "-id"

    def wanted(self) -> CampaignFilter:
        return CampaignFilter(**self.filter())


class CampaignPage(Schema):
    items: list[CampaignOut]
    next_cursor: str | None


class RateOut(Schema):
    """People who answered and those of them who were abandoned, over the present period of a rule."""

    profile: str | None = Field(description="Whose rule it is; empty: of all calls of the campaign.")
    source: str
    begins: Moment
    ends: Moment
    answered: int
    abandoned: int
    percent: float
    ceiling: float | None = Field(description="In percent; empty: it is only measured.")


class PeopleOut(Schema):
    """The people of a campaign, and who waited for them in vain."""

    people: int
    calls: int = Field(description="Calls that may be under way now: fewer than people near a ceiling.")
    opens_at: Moment | None = Field(description="At a ceiling: when the first call is allowed again.")
    rates: list[RateOut]


class StatsOut(Schema):
    """Counts, exact at `as_of`."""

    campaign_id: int
    state: CampaignState
    contacts: dict[ContactState, int]
    contacts_total: int
    done: dict[FinalReason, int] = Field(description="Contacts that are done, by reason.")
    calls: dict[Disposition, int] = Field(description="Calls that have ended.")
    calls_ended: int
    queued: int = Field(description="Calls that wait for a worker.")
    in_flight: dict[str, int] = Field(description="Calls that may hold a channel, by state.")
    in_flight_total: int
    import_running: bool
    people: PeopleOut | None = Field(description="Empty for a campaign whose calls need nobody.")
    trunks: list[StandingOut] = Field(description="What its calls go over, and how that is now.")
    as_of: Moment


class ResultsQuery(Schema):
    by: By = Field(description="`hour` is the clock hour, in UTC, in which a call was dialed.")


class ResultOut(Schema):
    """Calls that have ended."""

    value: str | None = Field(
        description="The list's id (null: of no list), when the hour began, the attempt, or the caller id."
    )
    name: str | None = Field(description="The list's, or the caller id's label.")
    calls: dict[Disposition, int]
    ended: int
    dialed: int = Field(description="Without those that were withdrawn or not dialed.")
    answered: int
    answer_ratio: float | None = Field(description="Answered of those dialed, 0 to 1; null: none was dialed.")


class ResultsOut(Schema):
    """Counts, exact at `as_of`."""

    campaign_id: int
    by: By
    groups: list[ResultOut]
    total: ResultOut
    as_of: Moment
