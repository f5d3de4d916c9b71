"""The gate: may this number be dialed now, and if not, why not?

One pure function, asked with every claim, immediately before the originate. The facts are read under the claim
barrier (dialer.db.barrier), so that a pause, a stop or a DNC entry is either seen here or waits for the claim.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dialer.domain.campaigns import CampaignState
from dialer.domain.contacts import FinalReason
from dialer.domain.window import CallingWindow


class GateCode(StrEnum):
    """Why the gate says no. Stable, part of the API."""

    CANCELLED = "cancelled"
    EMERGENCY_STOP = "emergency_stop"
    CAMPAIGN_NOT_RUNNING = "campaign_not_running"
    UNDIALABLE = "undialable"
    NOT_ON_ALLOW_LIST = "not_on_allow_list"
    DNC = "dnc"
    ATTEMPTS_EXHAUSTED = "attempts_exhausted"
    ZONE_UNKNOWN = "zone_unknown"
    OUTSIDE_WINDOW = "outside_window"


@dataclass(frozen=True, slots=True)
class GateFacts:
    """What the gate decides on.

    Attributes:
        at: the database's time.
        campaign_state: None for a call outside any campaign.
        undialable: why the number itself must never be dialed (emergency, premium, …), None if it may.
        allow_listed: whether the allow-list, if it is in force, has the number.
        dnc: the scope of a DNC entry that forbids the number (`global`, `campaign`), else None.
        attempts: attempts already used up, this one not included.
        zones: the callee's possible time zones; the call must be permitted in all of them.
    """

    at: datetime
    stopped: bool
    cancelled: bool
    campaign_state: CampaignState | None
    undialable: str | None
    allow_listed: bool
    dnc: str | None
    attempts: int
    max_attempts: int
    zones: tuple[str, ...]
    window: CallingWindow


@dataclass(frozen=True, slots=True)
class Refusal:
    """The gate's no.

    Attributes:
        rule: the rule that said no, in words.
        until: when it may change, where that is known.
        final: why the contact is done for good, None if it stays due.
    """

    code: GateCode
    rule: str
    until: datetime | None = None
    final: FinalReason | None = None


def decide(facts: GateFacts) -> Refusal | None:
    """None: dial. Otherwise the first rule that forbids it, the gravest first."""
    for rule in (_stop, _cancelled, _campaign, _number, _allow_list, _dnc, _attempts, _hours):
        refusal = rule(facts)
        if refusal is not None:
            return refusal
    return None


def _stop(facts: GateFacts) -> Refusal | None:
    if facts.stopped:
        return Refusal(GateCode.EMERGENCY_STOP, "the emergency stop is on")
    return None


def _cancelled(facts: GateFacts) -> Refusal | None:
    if facts.cancelled:
        return Refusal(GateCode.CANCELLED, "the call was cancelled", final=FinalReason.CANCELLED)
    return None


def _campaign(facts: GateFacts) -> Refusal | None:
    if facts.campaign_state not in (None, CampaignState.RUNNING):
        return Refusal(GateCode.CAMPAIGN_NOT_RUNNING, f"the campaign is {facts.campaign_state}")
    return None


def _number(facts: GateFacts) -> Refusal | None:
    if facts.undialable is not None:
        return Refusal(GateCode.UNDIALABLE, facts.undialable, final=FinalReason.UNDIALABLE)
    return None


def _allow_list(facts: GateFacts) -> Refusal | None:
    if not facts.allow_listed:
        return Refusal(GateCode.NOT_ON_ALLOW_LIST, "only numbers on the allow-list may be dialed")
    return None


def _dnc(facts: GateFacts) -> Refusal | None:
    if facts.dnc is not None:
        return Refusal(GateCode.DNC, f"the number is on the {facts.dnc} do-not-call list", final=FinalReason.DNC)
    return None


def _attempts(facts: GateFacts) -> Refusal | None:
    if facts.attempts >= facts.max_attempts:
        return Refusal(
            GateCode.ATTEMPTS_EXHAUSTED,
            f"{facts.attempts} of at most {facts.max_attempts} attempts were made",
            final=FinalReason.ATTEMPTS_EXHAUSTED,
        )
    return None


def _hours(facts: GateFacts) -> Refusal | None:
    if not facts.zones:
        return Refusal(GateCode.ZONE_UNKNOWN, "the callee's time zone is unknown and the campaign names no default")
    if not facts.window.is_open(facts.zones, facts.at):
        return Refusal(
            GateCode.OUTSIDE_WINDOW,
            f"outside the calling hours in {', '.join(facts.zones)}",
            until=facts.window.next_opening(facts.zones, facts.at),
        )
    return None
