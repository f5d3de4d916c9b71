"""The gate: may this number be dialed now, and if not, why not?

One pure function, asked with every claim, immediately before the originate. The facts are read under the claim
barrier (dialer.db.barrier), so that a pause, a stop or a DNC entry is either seen here or waits for the claim.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from dialer.domain.caller_ids import TRUNKS_OWN, Shown
from dialer.domain.campaigns import CampaignState
from dialer.domain.contacts import FinalReason
from dialer.domain.forbidding import Forbidden
from dialer.domain.people import Pace
from dialer.domain.rules import CAMPAIGN, Rules


class GateCode(StrEnum):
    """Why the gate says no. Stable, part of the API."""

    CANCELLED = "cancelled"
    EMERGENCY_STOP = "emergency_stop"
    CAMPAIGN_NOT_RUNNING = "campaign_not_running"
    NO_CALLER_ID = "no_caller_id"
    LIST_OFF = "list_off"
    UNDIALABLE = "undialable"
    NOT_ON_ALLOW_LIST = "not_on_allow_list"
    DNC = "dnc"
    ATTEMPTS_EXHAUSTED = "attempts_exhausted"
    CONSENT_MISSING = "consent_missing"
    CAMPAIGN_NOT_BEGUN = "campaign_not_begun"
    CAMPAIGN_OVER = "campaign_over"
    NO_PEOPLE = "no_people"
    ABANDON_CEILING = "abandon_ceiling"
    ABANDONED_LATELY = "abandoned_lately"
    NUMBER_CAP = "number_cap"
    TOO_SOON = "too_soon"
    WAITING_FOR_RETRY = "waiting_for_retry"
    WAITING_FOR_CALLBACK = "waiting_for_callback"
    ZONE_UNKNOWN = "zone_unknown"
    HOLIDAY = "holiday"
    OUTSIDE_WINDOW = "outside_window"


OF_THE_NUMBER: Final = frozenset({GateCode.DNC, GateCode.UNDIALABLE})
"""Refusals for good that are about the number: whoever has another one is called there."""
INSTALLATION: Final = "the installation"
_ROUNDS: Final = 50


@dataclass(frozen=True, slots=True)
class GateFacts:
    """What the gate decides on.

    Attributes:
        at: the database's time.
        campaign_state: None for a call outside any campaign.
        list_active: whether the contact's call list is switched on; of a contact without one, True.
        undialable: why the number itself must never be dialed (emergency, premium, …), None if it may.
        allow_listed: whether the allow-list, if it is in force, has the number.
        dnc: the entry of a do-not-call list that forbids the number, None if none does.
        attempts: attempts already used up, this one not included.
        zones: the callee's possible time zones; the call must be permitted in all of them.
        rules: hours, caps and the like, of the campaign and of the callee's regions.
        dials: when the number was dialed lately, by whatever campaign or path.
        abandoned_at: the last time that somebody was abandoned at this number.
        people: how many calls the campaign may have under way; None for one that has no people.
        consented: whether the contact's consent is recorded.
        not_before, not_after: the campaign's dates.
        due_at: when the contact's next attempt is due, None if it is.
        callback: whether the person has asked for this call. It is made even if all attempts are used up.
        caller_id: what the callee would see, or why there is nothing that may be shown.
    """

    at: datetime
    stopped: bool
    cancelled: bool
    campaign_state: CampaignState | None
    undialable: str | None
    allow_listed: bool
    dnc: Forbidden | None
    attempts: int
    max_attempts: int
    zones: tuple[str, ...]
    rules: Rules
    dials: tuple[datetime, ...] = ()
    abandoned_at: datetime | None = None
    people: Pace | None = None
    consented: bool = False
    not_before: datetime | None = None
    not_after: datetime | None = None
    due_at: datetime | None = None
    callback: bool = False
    caller_id: Shown = TRUNKS_OWN
    list_active: bool = True


@dataclass(frozen=True, slots=True)
class Refusal:
    """The gate's no.

    Attributes:
        rule: the rule that said no, in words.
        source: who made the rule: the campaign, the installation, or a profile and the law it cites.
        until: the first moment at which the gate will say yes if nothing changes but the time; None if time alone
            won't do.
        final: why the contact is done for good, None if it stays due.
    """

    code: GateCode
    rule: str
    source: str = CAMPAIGN
    until: datetime | None = None
    final: FinalReason | None = None


def decide(facts: GateFacts) -> Refusal | None:
    """None: dial. Otherwise the first rule that forbids it, the gravest first."""
    for rule in _RULES:
        refusal = rule(facts)
        if refusal is not None:
            return refusal
    return None


def opens(facts: GateFacts) -> datetime | None:
    """The first moment at which dates, caps and hours all agree; None if none comes, as far as can be seen."""
    moment = facts.at
    for _ in range(_ROUNDS):
        later = _later(facts, moment)
        if later is None or later == moment:
            return None if later is None else moment.astimezone(UTC)
        moment = later
    return None


def held_until(facts: GateFacts, at: datetime) -> datetime:
    """The latest of the moments from `at` on that dates, retry delay, people, caps and gap name; hours aside."""
    rules = facts.rules
    reopens = facts.people.opens_at if facts.people is not None else None
    moments = [at, *(m for m in (facts.not_before, facts.due_at, reopens) if m is not None)]
    if rules.silence is not None:
        moments.append(rules.silence.opens(_abandoned(facts), at))
    caps = [cap for cap in rules.caps if not (cap.unless_consent and facts.consented)]
    moments += [cap.opens(facts.dials, at) for cap in (*caps, *([rules.gap] if rules.gap else []))]
    return max(moments)


def _later(facts: GateFacts, at: datetime) -> datetime | None:
    """The latest of the earliest moments that each rule names."""
    if facts.people is not None and facts.people.people == 0:
        return None
    held = held_until(facts, at)
    opening = facts.rules.next_opening(facts.zones, held) if facts.zones else None
    if opening is None or (facts.not_after is not None and opening >= facts.not_after):
        return None
    return max(held, opening)


def _abandoned(facts: GateFacts) -> tuple[datetime, ...]:
    return () if facts.abandoned_at is None else (facts.abandoned_at,)


def _stop(facts: GateFacts) -> Refusal | None:
    if facts.stopped:
        return Refusal(GateCode.EMERGENCY_STOP, "the emergency stop is on", INSTALLATION)
    return None


def _cancelled(facts: GateFacts) -> Refusal | None:
    if facts.cancelled:
        return Refusal(GateCode.CANCELLED, "the call was cancelled", final=FinalReason.CANCELLED)
    return None


def _campaign(facts: GateFacts) -> Refusal | None:
    if facts.campaign_state not in (None, CampaignState.RUNNING):
        return Refusal(GateCode.CAMPAIGN_NOT_RUNNING, f"the campaign is {facts.campaign_state}")
    return None


def _caller_id(facts: GateFacts) -> Refusal | None:
    if facts.caller_id.wrong is not None:
        return Refusal(GateCode.NO_CALLER_ID, facts.caller_id.wrong, INSTALLATION)
    return None


def _list(facts: GateFacts) -> Refusal | None:
    if not facts.list_active:
        return Refusal(GateCode.LIST_OFF, "the contact's call list is switched off")
    return None


def _number(facts: GateFacts) -> Refusal | None:
    if facts.undialable is not None:
        return Refusal(GateCode.UNDIALABLE, facts.undialable, INSTALLATION, final=FinalReason.UNDIALABLE)
    return None


def _allow_list(facts: GateFacts) -> Refusal | None:
    if not facts.allow_listed:
        return Refusal(GateCode.NOT_ON_ALLOW_LIST, "only numbers on the allow-list may be dialed", INSTALLATION)
    return None


def _dnc(facts: GateFacts) -> Refusal | None:
    if facts.dnc is not None:
        source = CAMPAIGN if facts.dnc.scope == "campaign" else INSTALLATION
        return Refusal(GateCode.DNC, facts.dnc.rule, source, final=FinalReason.DNC)
    return None


def _attempts(facts: GateFacts) -> Refusal | None:
    if facts.attempts >= facts.max_attempts and not facts.callback:
        return Refusal(
            GateCode.ATTEMPTS_EXHAUSTED,
            f"{facts.attempts} of at most {facts.max_attempts} attempts were made",
            final=FinalReason.ATTEMPTS_EXHAUSTED,
        )
    return None


def _consent(facts: GateFacts) -> Refusal | None:
    if facts.rules.consent is not None and not facts.consented:
        rule = "no consent of the contact is recorded"
        return Refusal(GateCode.CONSENT_MISSING, rule, facts.rules.consent, final=FinalReason.CONSENT_MISSING)
    return None


def _dates(facts: GateFacts) -> Refusal | None:
    if facts.not_after is not None and facts.at >= facts.not_after:
        return Refusal(GateCode.CAMPAIGN_OVER, f"the campaign dials until {facts.not_after.isoformat()}")
    if facts.not_before is not None and facts.at < facts.not_before:
        rule = f"the campaign dials from {facts.not_before.isoformat()} on"
        return Refusal(GateCode.CAMPAIGN_NOT_BEGUN, rule, until=opens(facts))
    return None


def _due(facts: GateFacts) -> Refusal | None:
    if facts.due_at is not None and facts.at < facts.due_at:
        if facts.callback:
            rule = f"the person has asked to be called at {facts.due_at.isoformat()}"
            return Refusal(GateCode.WAITING_FOR_CALLBACK, rule, until=opens(facts))
        rule = f"the next attempt is not due before {facts.due_at.isoformat()}"
        return Refusal(GateCode.WAITING_FOR_RETRY, rule, until=opens(facts))
    return None


def _people(facts: GateFacts) -> Refusal | None:
    people = facts.people
    if people is None or people.calls > 0:
        return None
    if people.by is None:
        return Refusal(GateCode.NO_PEOPLE, "the campaign has no people to speak to who answers")
    return Refusal(GateCode.ABANDON_CEILING, str(people.by), people.by.ceiling.source, until=opens(facts))


def _silence(facts: GateFacts) -> Refusal | None:
    silence = facts.rules.silence
    if silence is not None and silence.used(_abandoned(facts), facts.at):
        hours = silence.period.total_seconds() / 3600
        rule = f"{hours:g} hours must lie between an abandoned call to a number and the next one"
        return Refusal(GateCode.ABANDONED_LATELY, rule, silence.source, until=opens(facts))
    return None


def _caps(facts: GateFacts) -> Refusal | None:
    for cap in facts.rules.caps:
        if cap.unless_consent and facts.consented:
            continue
        used = cap.used(facts.dials, facts.at)
        if used >= cap.calls:
            hours = cap.period.total_seconds() / 3600
            rule = f"the number was dialed {used} times within {hours:g} hours, and {cap.calls} are allowed"
            return Refusal(GateCode.NUMBER_CAP, rule, cap.source, until=opens(facts))
    return None


def _gap(facts: GateFacts) -> Refusal | None:
    gap = facts.rules.gap
    if gap is not None and gap.used(facts.dials, facts.at):
        rule = f"{gap.period.total_seconds():g} seconds must lie between two calls to a number"
        return Refusal(GateCode.TOO_SOON, rule, gap.source, until=opens(facts))
    return None


def _hours(facts: GateFacts) -> Refusal | None:
    if not facts.zones:
        return Refusal(GateCode.ZONE_UNKNOWN, "the callee's time zone is unknown and the campaign names no default")
    where = ", ".join(facts.zones)
    day = facts.rules.holiday(facts.zones, facts.at)
    if day is not None:
        rule = f"it is {day} in {where}"
        return Refusal(GateCode.HOLIDAY, rule, facts.rules.holiday_source, until=opens(facts))
    schedule = facts.rules.closed_by(facts.zones, facts.at)
    if schedule is not None:
        rule = f"outside the calling hours in {where}: {schedule}"
        return Refusal(GateCode.OUTSIDE_WINDOW, rule, schedule.source, until=opens(facts))
    return None


_RULES: Final[tuple[Callable[[GateFacts], Refusal | None], ...]] = (
    _stop,
    _cancelled,
    _campaign,
    _caller_id,
    _list,
    _number,
    _allow_list,
    _dnc,
    _attempts,
    _consent,
    _dates,
    _people,
    _silence,
    _caps,
    _gap,
    _due,
    _hours,
)
"""The gravest first."""
