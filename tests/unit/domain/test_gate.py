from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from dialer.domain.campaigns import CampaignState
from dialer.domain.contacts import FinalReason
from dialer.domain.gate import GateCode, GateFacts, decide
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
    window=CallingWindow.parse("09:00-20:00"),
)

# In order of gravity: the first that applies is named.
RULES: list[tuple[GateCode, dict[str, Any], FinalReason | None]] = [
    (GateCode.EMERGENCY_STOP, {"stopped": True}, None),
    (GateCode.CANCELLED, {"cancelled": True}, FinalReason.CANCELLED),
    (GateCode.CAMPAIGN_NOT_RUNNING, {"campaign_state": CampaignState.PAUSED}, None),
    (GateCode.UNDIALABLE, {"undialable": "112 is an emergency number"}, FinalReason.UNDIALABLE),
    (GateCode.NOT_ON_ALLOW_LIST, {"allow_listed": False}, None),
    (GateCode.DNC, {"dnc": "global"}, FinalReason.DNC),
    (GateCode.ATTEMPTS_EXHAUSTED, {"attempts": 1}, FinalReason.ATTEMPTS_EXHAUSTED),
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
    for _, change, _ in RULES[first:]:
        facts = replace(facts, **change)
    refusal = decide(facts)
    assert refusal is not None
    assert refusal.code is RULES[first][0]


def test_every_code_has_a_rule() -> None:
    assert {row[0] for row in RULES} | {GateCode.ZONE_UNKNOWN} == set(GateCode)


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
