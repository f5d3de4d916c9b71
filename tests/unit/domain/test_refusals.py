"""What each refusal says: the rule in words, who made it, and when it may change."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dialer.domain.caller_ids import Shown
from dialer.domain.campaigns import CampaignState
from dialer.domain.contacts import FinalReason
from dialer.domain.forbidding import Forbidden
from dialer.domain.gate import INSTALLATION, GateCode, Refusal, decide, held_until, opens
from dialer.domain.people import Pace
from dialer.domain.rules import CAMPAIGN, Cap, Schedule
from dialer.domain.window import CallingWindow
from tests.unit.domain.test_gate import CHRISTMAS, DAYS, FULL, NOON, OPEN

HOUR = timedelta(hours=1)
ONE = NOON + HOUR
NEXT_MORNING = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
LAW = "the law"
LAWFUL_HOURS = Schedule((CallingWindow.parse("09:00-12:00"), CallingWindow.parse("14:00-20:00")), LAW)

SAID: list[tuple[dict[str, Any], Refusal]] = [
    ({"stopped": True}, Refusal(GateCode.EMERGENCY_STOP, "the emergency stop is on", INSTALLATION)),
    ({"cancelled": True}, Refusal(GateCode.CANCELLED, "the call was cancelled", final=FinalReason.CANCELLED)),
    (
        {"campaign_state": CampaignState.PAUSED},
        Refusal(GateCode.CAMPAIGN_NOT_RUNNING, "the campaign is paused"),
    ),
    (
        {"caller_id": Shown(None, "rotation", "none is enabled")},
        Refusal(GateCode.NO_CALLER_ID, "none is enabled", INSTALLATION),
    ),
    ({"list_active": False}, Refusal(GateCode.LIST_OFF, "the contact's call list is switched off")),
    (
        {"undialable": "112 is an emergency number"},
        Refusal(GateCode.UNDIALABLE, "112 is an emergency number", INSTALLATION, final=FinalReason.UNDIALABLE),
    ),
    (
        {"allow_listed": False},
        Refusal(GateCode.NOT_ON_ALLOW_LIST, "only numbers on the allow-list may be dialed", INSTALLATION),
    ),
    (
        {"dnc": Forbidden("global")},
        Refusal(
            GateCode.DNC,
            "the number is on the global do-not-call list (api)",
            INSTALLATION,
            final=FinalReason.DNC,
        ),
    ),
    (
        {"dnc": Forbidden("campaign", "callee", "asked", ONE)},
        Refusal(
            GateCode.DNC,
            "the number is on the campaign do-not-call list until 2026-03-02T13:00:00+00:00 (callee: asked)",
            CAMPAIGN,
            final=FinalReason.DNC,
        ),
    ),
    (
        {"attempts": 4, "max_attempts": 3},
        Refusal(
            GateCode.ATTEMPTS_EXHAUSTED,
            "4 of at most 3 attempts were made",
            final=FinalReason.ATTEMPTS_EXHAUSTED,
        ),
    ),
    (
        {"rules": replace(OPEN.rules, consent=LAW)},
        Refusal(
            GateCode.CONSENT_MISSING,
            "no consent of the contact is recorded",
            LAW,
            final=FinalReason.CONSENT_MISSING,
        ),
    ),
    ({"not_after": NOON}, Refusal(GateCode.CAMPAIGN_OVER, "the campaign dials until 2026-03-02T12:00:00+00:00")),
    (
        {"not_before": NOON + 10 * HOUR},
        Refusal(
            GateCode.CAMPAIGN_NOT_BEGUN,
            "the campaign dials from 2026-03-02T22:00:00+00:00 on",
            until=NEXT_MORNING,
        ),
    ),
    ({"people": Pace(0, 0)}, Refusal(GateCode.NO_PEOPLE, "the campaign has no people to speak to who answers")),
    (
        {"people": FULL},
        Refusal(
            GateCode.ABANDON_CEILING,
            "3 of 100 who answered were abandoned, and 3 % is the most"
            " (2026-03-01T12:00:00+00:00 to 2026-03-31T12:00:00+00:00)",
            LAW,
            until=NOON + timedelta(minutes=40),
        ),
    ),
    (
        {"abandoned_at": NOON - 71 * HOUR, "rules": replace(OPEN.rules, silence=Cap(1, DAYS, LAW))},
        Refusal(
            GateCode.ABANDONED_LATELY,
            "72 hours must lie between an abandoned call to a number and the next one",
            LAW,
            until=ONE,
        ),
    ),
    (
        {"dials": (NOON - HOUR, NOON - 2 * HOUR), "rules": replace(OPEN.rules, caps=(Cap(2, timedelta(days=1), LAW),))},
        Refusal(
            GateCode.NUMBER_CAP,
            "the number was dialed 2 times within 24 hours, and 2 are allowed",
            LAW,
            until=NOON + 22 * HOUR,
        ),
    ),
    (
        {
            "dials": (NOON - timedelta(seconds=9),),
            "rules": replace(OPEN.rules, gap=Cap(1, timedelta(seconds=10), LAW)),
        },
        Refusal(
            GateCode.TOO_SOON,
            "10 seconds must lie between two calls to a number",
            LAW,
            until=NOON + timedelta(seconds=1),
        ),
    ),
    (
        {"due_at": ONE},
        Refusal(
            GateCode.WAITING_FOR_RETRY,
            "the next attempt is not due before 2026-03-02T13:00:00+00:00",
            until=ONE,
        ),
    ),
    (
        {"due_at": ONE, "callback": True},
        Refusal(
            GateCode.WAITING_FOR_CALLBACK,
            "the person has asked to be called at 2026-03-02T13:00:00+00:00",
            until=ONE,
        ),
    ),
    (
        {"zones": ()},
        Refusal(GateCode.ZONE_UNKNOWN, "the callee's time zone is unknown and the campaign names no default"),
    ),
    (
        {
            "at": CHRISTMAS,
            "zones": ("Europe/London", "Europe/Jersey"),
            "rules": replace(OPEN.rules, holiday_regions=("GB",), holiday_source=LAW),
        },
        Refusal(
            GateCode.HOLIDAY,
            "it is Christmas Day in Europe/London, Europe/Jersey",
            LAW,
            until=datetime(2026, 12, 27, 9, 0, tzinfo=UTC),
        ),
    ),
    (
        {
            "at": ONE,
            "zones": ("Europe/London", "Europe/Jersey"),
            "rules": replace(OPEN.rules, schedules=(LAWFUL_HOURS,)),
        },
        Refusal(
            GateCode.OUTSIDE_WINDOW,
            "outside the calling hours in Europe/London, Europe/Jersey: 09:00 to 12:00, 14:00 to 20:00",
            LAW,
            until=ONE + HOUR,
        ),
    ),
]


@pytest.mark.parametrize(("change", "said"), SAID, ids=[said.code.value for _, said in SAID])
def test_what_it_says(change: dict[str, Any], said: Refusal) -> None:
    assert decide(replace(OPEN, **change)) == said


def test_each_code_is_among_them() -> None:
    assert {said.code for _, said in SAID} == set(GateCode)


@pytest.mark.parametrize("change", [{"not_before": NOON}, {"due_at": NOON}])
def test_at_the_very_moment_it_is_open(change: dict[str, Any]) -> None:
    assert decide(replace(OPEN, **change)) is None


def test_one_call_is_allowed_while_one_person_is_left() -> None:
    assert decide(replace(OPEN, people=Pace(1, 1))) is None


def test_moments_are_named_in_utc_wherever_the_database_is() -> None:
    moment = opens(replace(OPEN, at=NOON.astimezone(UTC)))
    assert moment is not None
    assert moment.tzinfo is UTC


def test_a_cap_that_consent_lifts_does_not_hide_the_next_one() -> None:
    rules = replace(OPEN.rules, caps=(Cap(1, DAYS, LAW, unless_consent=True), Cap(1, HOUR, CAMPAIGN)))
    refusal = decide(replace(OPEN, rules=rules, consented=True, dials=(NOON - HOUR / 2,)))
    assert refusal is not None
    assert (refusal.code, refusal.source, refusal.until) == (GateCode.NUMBER_CAP, CAMPAIGN, NOON + HOUR / 2)


def test_the_latest_of_all_moments_is_the_one_that_holds() -> None:
    assert held_until(OPEN, NOON) == NOON
    assert held_until(replace(OPEN, people=FULL), NOON) == NOON + timedelta(minutes=40)
    gap = replace(OPEN.rules, gap=Cap(1, HOUR, CAMPAIGN))
    assert held_until(replace(OPEN, rules=gap, dials=(NOON - HOUR / 2,)), NOON) == NOON + HOUR / 2
    unconsented = replace(OPEN.rules, caps=(Cap(1, HOUR, LAW, unless_consent=True),))
    facts = replace(OPEN, rules=unconsented, dials=(NOON - HOUR / 2,))
    assert held_until(facts, NOON) == NOON + HOUR / 2
    assert held_until(replace(facts, consented=True), NOON) == NOON
    always = replace(OPEN.rules, caps=(Cap(1, HOUR, LAW),))
    assert held_until(replace(facts, rules=always, consented=True), NOON) == NOON + HOUR / 2


def test_who_has_no_people_names_no_moment_and_who_has_one_does() -> None:
    waiting = replace(OPEN, due_at=ONE)
    for people, moment in ((0, None), (1, ONE), (2, ONE)):
        assert opens(replace(waiting, people=Pace(people, people))) == moment


def test_a_moment_at_which_the_campaign_is_over_is_none() -> None:
    assert opens(replace(OPEN, due_at=ONE, not_after=ONE)) is None
    assert opens(replace(OPEN, due_at=ONE, not_after=ONE + timedelta(seconds=1))) == ONE
