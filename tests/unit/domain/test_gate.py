from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dialer.domain.caller_ids import Shown
from dialer.domain.campaigns import CampaignState
from dialer.domain.contacts import FinalReason
from dialer.domain.forbidding import Forbidden
from dialer.domain.gate import GateCode, GateFacts, decide
from dialer.domain.people import Ceiling, Measured, Pace, Tally, pace
from dialer.domain.rules import CAMPAIGN, Cap, Rules, Schedule
from dialer.domain.window import CallingWindow

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)  # a Monday
OPEN = GateFacts(
    at=NOON,
    stopped=False,
    cancelled=False,
    campaign_state=CampaignState.RUNNING,
    undialable=None,
    allow_listed=True,
    dnc=None,
    attempts=0,
    max_attempts=1,
    zones=("Europe/London",),
    rules=Rules(schedules=(Schedule((CallingWindow.parse("09:00-20:00"),), CAMPAIGN),)),
)

CAPPED = replace(OPEN.rules, caps=(Cap(1, timedelta(days=1), "the law"),))
GAPPED = replace(OPEN.rules, gap=Cap(1, timedelta(seconds=10), CAMPAIGN))
HOLIDAYS = replace(OPEN.rules, holiday_regions=("GB",))
CHRISTMAS = datetime(2026, 12, 25, 12, 0, tzinfo=UTC)

DAYS = timedelta(hours=72)
FULL = pace(
    5,
    [
        Measured(
            Ceiling("us", 0.03, "the law", NOON - timedelta(days=1), NOON + timedelta(days=29)),
            Tally(100, 3, NOON - timedelta(minutes=20)),
        )
    ],
    NOON,
)

# In order of gravity: the first that applies is named.
RULES: list[tuple[GateCode, dict[str, Any], FinalReason | None]] = [
    (GateCode.EMERGENCY_STOP, {"stopped": True}, None),
    (GateCode.CANCELLED, {"cancelled": True}, FinalReason.CANCELLED),
    (GateCode.CAMPAIGN_NOT_RUNNING, {"campaign_state": CampaignState.PAUSED}, None),
    (GateCode.NO_CALLER_ID, {"caller_id": Shown(None, "rotation", "none is enabled")}, None),
    (GateCode.LIST_OFF, {"list_active": False}, None),
    (GateCode.UNDIALABLE, {"undialable": "112 is an emergency number"}, FinalReason.UNDIALABLE),
    (GateCode.NOT_ON_ALLOW_LIST, {"allow_listed": False}, None),
    (GateCode.DNC, {"dnc": Forbidden("global")}, FinalReason.DNC),
    (GateCode.ATTEMPTS_EXHAUSTED, {"attempts": 1}, FinalReason.ATTEMPTS_EXHAUSTED),
    (GateCode.CONSENT_MISSING, {"rules": replace(OPEN.rules, consent="the law")}, FinalReason.CONSENT_MISSING),
    (GateCode.CAMPAIGN_OVER, {"not_after": NOON}, None),
    (GateCode.CAMPAIGN_NOT_BEGUN, {"not_before": NOON + timedelta(hours=1)}, None),
    (GateCode.NO_PEOPLE, {"people": Pace(0, 0)}, None),
    (GateCode.ABANDON_CEILING, {"people": FULL}, None),
    (
        GateCode.ABANDONED_LATELY,
        {"abandoned_at": NOON - timedelta(hours=71), "rules": replace(OPEN.rules, silence=Cap(1, DAYS, "the law"))},
        None,
    ),
    (GateCode.NUMBER_CAP, {"dials": (NOON - timedelta(hours=1),), "rules": CAPPED}, None),
    (GateCode.TOO_SOON, {"dials": (NOON - timedelta(seconds=9),), "rules": GAPPED}, None),
    (GateCode.WAITING_FOR_RETRY, {"due_at": NOON + timedelta(hours=1)}, None),
    (GateCode.HOLIDAY, {"at": CHRISTMAS, "dials": (), "rules": HOLIDAYS}, None),
    (GateCode.OUTSIDE_WINDOW, {"at": NOON.replace(hour=20)}, None),
]


def test_call_that_nothing_forbids_is_let_through() -> None:
    assert decide(OPEN) is None


@pytest.mark.parametrize(("code", "change", "final"), RULES, ids=[row[0].value for row in RULES])
def test_each_rule_alone_refuses(code: GateCode, change: dict[str, Any], final: FinalReason | None) -> None:
    refusal = decide(replace(OPEN, **change))
    assert refusal is not None
    assert (refusal.code, refusal.final) == (code, final)
    assert refusal.rule


@pytest.mark.parametrize("first", range(len(RULES)), ids=[row[0].value for row in RULES])
def test_gravest_rule_is_the_one_that_is_named(first: int) -> None:
    facts = OPEN
    for _, change, _ in reversed(RULES[first:]):
        rules = {"rules": _merged(facts.rules, change["rules"])} if "rules" in change else {}
        facts = replace(facts, **{k: v for k, v in change.items() if k != "at" or RULES[first][0] in _TIMED} | rules)
    refusal = decide(facts)
    assert refusal is not None
    assert refusal.code is RULES[first][0]


_TIMED = {GateCode.HOLIDAY, GateCode.OUTSIDE_WINDOW}


def _merged(rules: Rules, more: Rules) -> Rules:
    """The rules of both; `more` is the graver."""
    return replace(
        rules,
        caps=more.caps or rules.caps,
        gap=more.gap or rules.gap,
        consent=more.consent or rules.consent,
        silence=more.silence or rules.silence,
        holiday_regions=more.holiday_regions or rules.holiday_regions,
    )


def test_every_code_has_a_rule() -> None:
    apart = {GateCode.ZONE_UNKNOWN, GateCode.WAITING_FOR_CALLBACK}
    assert {row[0] for row in RULES} | apart == set(GateCode)


def test_call_that_the_person_has_asked_for_is_made_after_the_last_attempt_but_not_before_its_time() -> None:
    asked = replace(OPEN, attempts=OPEN.max_attempts, callback=True)
    assert decide(asked) is None
    refusal = decide(replace(asked, due_at=NOON + timedelta(hours=1)))
    assert refusal is not None
    assert (refusal.code, refusal.until) == (GateCode.WAITING_FOR_CALLBACK, NOON + timedelta(hours=1))


@pytest.mark.parametrize(
    ("code", "change"),
    [row[:2] for row in RULES if row[0] not in (GateCode.ATTEMPTS_EXHAUSTED, GateCode.WAITING_FOR_RETRY)],
)
def test_all_other_rules_hold_for_what_the_person_has_asked_for(code: GateCode, change: dict[str, Any]) -> None:
    refusal = decide(replace(OPEN, **change, callback=True))
    assert refusal is not None
    assert refusal.code is code


@pytest.mark.parametrize("state", [s for s in CampaignState if s is not CampaignState.RUNNING])
def test_only_a_running_campaign_dials(state: CampaignState) -> None:
    refusal = decide(replace(OPEN, campaign_state=state))
    assert refusal is not None
    assert refusal.code is GateCode.CAMPAIGN_NOT_RUNNING
    assert state.value in refusal.rule


def test_call_outside_any_campaign_needs_none() -> None:
    assert decide(replace(OPEN, campaign_state=None)) is None


def test_unknown_zone_is_refused_without_an_end_in_sight() -> None:
    refusal = decide(replace(OPEN, zones=()))
    assert refusal is not None
    assert (refusal.code, refusal.until, refusal.final) == (GateCode.ZONE_UNKNOWN, None, None)


def test_outside_the_window_it_says_when_it_opens() -> None:
    refusal = decide(replace(OPEN, at=NOON.replace(hour=20)))
    assert refusal is not None
    assert refusal.until == datetime(2026, 3, 3, 9, 0, tzinfo=UTC)


def test_number_that_may_be_in_several_zones_is_dialed_only_when_all_are_open() -> None:
    zones = ("America/New_York", "America/Los_Angeles")
    at = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)  # 10:00 in New York, 07:00 in Los Angeles
    refusal = decide(replace(OPEN, zones=zones, at=at))
    assert refusal is not None
    assert refusal.until == datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
    assert decide(replace(OPEN, zones=zones, at=refusal.until)) is None


@pytest.mark.parametrize(("attempts", "most", "allowed"), [(0, 1, True), (2, 3, True), (3, 3, False), (4, 3, False)])
def test_attempts_count_up_to_the_cap(attempts: int, most: int, allowed: bool) -> None:
    assert (decide(replace(OPEN, attempts=attempts, max_attempts=most)) is None) is allowed


# Rules over time


def test_cap_opens_when_the_oldest_dial_that_counts_has_left_the_period() -> None:
    dials = tuple(NOON - timedelta(hours=h) for h in (30, 20, 10, 1))
    rules = replace(OPEN.rules, caps=(Cap(3, timedelta(hours=24), "us-fl: the law"),))
    facts = replace(OPEN, dials=dials, rules=rules)
    refusal = decide(facts)
    assert refusal is not None
    assert (refusal.code, refusal.source) == (GateCode.NUMBER_CAP, "us-fl: the law")
    assert refusal.until == NOON + timedelta(hours=4)
    assert decide(replace(facts, at=refusal.until)) is None
    assert decide(replace(facts, at=refusal.until - timedelta(seconds=1))) is not None


def test_moment_named_is_within_the_hours_too() -> None:
    rules = replace(OPEN.rules, caps=(Cap(1, timedelta(hours=10), "the law"),))
    refusal = decide(replace(OPEN, dials=(NOON - timedelta(minutes=1),), rules=rules))
    assert refusal is not None
    assert refusal.until == datetime(2026, 3, 3, 9, 0, tzinfo=UTC)


def test_recorded_consent_lifts_a_cap_that_holds_without_it() -> None:
    rules = replace(OPEN.rules, caps=(Cap(1, timedelta(days=30), "us: the law", unless_consent=True),))
    facts = replace(OPEN, dials=(NOON - timedelta(days=3),), rules=rules)
    assert decide(facts) is not None
    assert decide(replace(facts, consented=True)) is None


def test_retry_that_comes_due_at_night_is_named_for_the_morning() -> None:
    refusal = decide(replace(OPEN, due_at=NOON + timedelta(hours=10)))
    assert refusal is not None
    assert refusal.until == datetime(2026, 3, 3, 9, 0, tzinfo=UTC)


def test_no_moment_is_named_after_the_campaign_s_last_day() -> None:
    refusal = decide(replace(OPEN, due_at=NOON + timedelta(hours=10), not_after=NOON + timedelta(hours=12)))
    assert refusal is not None
    assert refusal.until is None


def test_holiday_is_over_with_the_callee_s_own_day() -> None:
    refusal = decide(replace(OPEN, at=CHRISTMAS, rules=HOLIDAYS))
    assert refusal is not None
    assert "Christmas" in refusal.rule
    # Saturday, 26 December, is a holiday in all of the United Kingdom but Scotland, and the Monday is taken for it.
    assert refusal.until is not None
    assert refusal.until > CHRISTMAS + timedelta(hours=12)
    assert decide(replace(OPEN, at=refusal.until, rules=HOLIDAYS)) is None
