"""The audit must be able to find everything that it says it found none of."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from dialer.domain.retry import RetryPolicy, RetryRule
from dialer.local.audit import Audit, CallFacts, compare
from dialer.simulator.fates import FATES
from dialer.simulator.ledger import End, Invite, Ledger

NUMBER = "+12025550100"
POLICY = RetryPolicy(busy=RetryRule(delay_seconds=10, backoff=2.0))
T0 = 1_800_000_000.0
FIRST, SECOND = UUID(int=1), UUID(int=2)


def moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(T0 + seconds, UTC)


def a_call(call_id: UUID = FIRST, **changes: Any) -> CallFacts:
    facts = CallFacts(
        id=call_id,
        contact_id=1,
        phone_number=NUMBER,
        state="ended",
        disposition="busy",
        attempt_number=1,
        max_attempts=3,
        claimed_at=moment(0),
        ended_at=moment(2.1),
        late_dialed_at=None,
    )
    return replace(facts, **changes)


def an_invite(channel: UUID | str = FIRST, at: float = 0.1, *, number: str = NUMBER, fate: str = "busy") -> Invite:
    return Invite(T0 + at, str(channel), number, "", fate, 1)


def an_end(channel: UUID = FIRST, at: float = 2.0, *, was_up: bool = False, by: str = "network") -> End:
    return End(T0 + at, str(channel), 17, 486, was_up, by)


def audited(
    calls: Iterable[CallFacts], invites: Iterable[Invite], ends: Iterable[End], states: Iterable[str] = ("done",)
) -> Audit:
    ledger = Ledger(invites=tuple(invites), ends=tuple(ends))
    return compare({call.id: call for call in calls}, states, POLICY, ledger)


SECOND_CALL = a_call(SECOND, attempt_number=2, claimed_at=moment(12), ended_at=moment(14.1))


def test_one_story_told_twice_agrees() -> None:
    result = audited(
        [a_call(), SECOND_CALL],
        [an_invite(), an_invite(SECOND, 12.1)],
        [an_end(), an_end(SECOND, 14)],
        ["done", "waiting"],
    )
    assert result.agrees
    assert (result.contacts, result.completed, result.calls, result.invites) == (2, 1, 2, 2)
    assert result.max_invites_per_call == 1
    assert result.dispositions == {"busy": 2}


def test_call_made_twice_is_found() -> None:
    result = audited([a_call()], [an_invite(), an_invite(at=0.2)], [an_end()])
    assert result.max_invites_per_call == 2
    assert not result.agrees


@pytest.mark.parametrize(("again_at", "early"), [(11.9, 1), (12.1, 0)])
def test_redial_before_the_delay_is_found(again_at: float, early: int) -> None:
    again = an_invite(SECOND, again_at)
    result = audited([a_call(), SECOND_CALL], [an_invite(), again], [an_end(), an_end(SECOND, 30)])
    assert result.early_redials == early
    assert result.agrees is not bool(early)


def test_each_further_attempt_waits_as_long_as_the_backoff_says() -> None:
    third = a_call(UUID(int=3), attempt_number=3, claimed_at=moment(30), ended_at=moment(40))
    invites = [an_invite(), an_invite(SECOND, 12.1), an_invite(third.id, 30)]
    result = audited([a_call(), SECOND_CALL, third], invites, [an_end(), an_end(SECOND, 14), an_end(third.id, 32)])
    assert result.early_redials == 1  # 16 s after the second, 20 are due


def test_redial_after_a_disposition_without_a_rule_is_early_however_late_it_comes() -> None:
    first = a_call(disposition="answered")
    again = an_invite(SECOND, 100_000)
    result = audited(
        [first, replace(SECOND_CALL, ended_at=moment(100_003))],
        [an_invite(fate="answered"), again],
        [an_end(was_up=True), an_end(SECOND, 100_002)],
    )
    assert result.early_redials == 1
    assert not result.agrees


def test_redial_while_the_first_call_lives_is_found() -> None:
    result = audited([a_call(), SECOND_CALL], [an_invite(), an_invite(SECOND, 12.1)], [an_end(SECOND, 14)])
    assert result.early_redials == 1


def test_redial_while_the_database_has_no_end_of_the_first_is_found() -> None:
    first = a_call(state="ringing", disposition=None, ended_at=None)
    result = audited([first, SECOND_CALL], [an_invite(), an_invite(SECOND, 12.1)], [an_end(SECOND, 14)])
    assert result.early_redials == 1


def test_dial_after_the_end_is_late() -> None:
    result = audited([a_call(ended_at=moment(0.05))], [an_invite()], [an_end()])
    assert result.late_dials == 1
    assert not result.agrees


def test_late_dial_that_the_listener_saw_is_counted() -> None:
    result = audited([a_call(late_dialed_at=moment(3))], [an_invite()], [an_end()])
    assert result.late_dials == 1
    assert not result.agrees


def test_call_that_never_ended_is_found() -> None:
    result = audited([a_call(state="ringing", disposition=None, ended_at=None)], [an_invite()], [])
    assert result.calls_without_disposition == 1
    assert not result.agrees


@pytest.mark.parametrize(
    ("disposition", "fate", "end", "wrong"),
    [
        ("busy", "busy", an_end(), 0),
        ("no_answer", "busy", an_end(), 1),
        ("answered", "answered", an_end(was_up=True, by="callee"), 0),
        ("busy", "answered", an_end(was_up=True, by="callee"), 1),
        ("answered", "answered", an_end(was_up=True, by="us"), 0),
        ("answered", "no_answer", an_end(by="timeout"), 1),
        ("cancelled", "answered", an_end(by="us"), 0),
        ("no_answer", "answered_slowly", an_end(by="timeout"), 0),
        ("no_answer", "busy_after_ringing", an_end(by="timeout"), 0),
        ("not_dialed", "busy", an_end(), 1),
        ("withdrawn", "busy", an_end(), 1),
        ("failed", "busy", an_end(), 1),
    ],
)
def test_disposition_must_be_what_the_far_end_saw(disposition: str, fate: str, end: End, wrong: int) -> None:
    result = audited([a_call(disposition=disposition)], [an_invite(fate=fate)], [end])
    assert result.wrong_dispositions == wrong
    assert result.agrees is not bool(wrong)


def test_ended_call_whose_channel_lives_on_is_wrong() -> None:
    assert audited([a_call()], [an_invite()], []).wrong_dispositions == 1


@pytest.mark.parametrize(
    ("disposition", "wrong"),
    [("busy", 1), ("answered", 1), ("cancelled", 0), ("withdrawn", 0), ("not_dialed", 0), ("failed", 0)],
)
def test_call_that_was_never_dialed_has_no_outcome_of_a_dial(disposition: str, wrong: int) -> None:
    assert audited([a_call(disposition=disposition)], [], []).wrong_dispositions == wrong


def test_indeterminate_is_counted_by_itself() -> None:
    result = audited([a_call(disposition="indeterminate")], [an_invite()], [an_end()])
    assert (result.indeterminate, result.wrong_dispositions) == (1, 0)


def test_end_of_a_tomb_is_not_the_end_of_the_call_whose_id_it_kept() -> None:
    tomb = an_end(at=9.0, by="us")
    assert audited([a_call()], [an_invite()], [an_end(), tomb]).agrees
    redialed = audited(
        [a_call(), SECOND_CALL], [an_invite(), an_invite(SECOND, 12.1)], [an_end(), tomb, an_end(SECOND, 14)]
    )
    assert redialed.early_redials == 0


def test_dial_after_the_tomb_is_gone_is_judged_by_its_own_end() -> None:
    late = an_invite(at=9.5)
    result = audited([a_call(disposition="not_dialed", ended_at=moment(9))], [late], [an_end(at=9.0), an_end(at=11.0)])
    assert (result.late_dials, result.wrong_dispositions) == (1, 1)


def test_more_dials_than_attempts_are_found() -> None:
    calls = [a_call(max_attempts=1), replace(SECOND_CALL, max_attempts=1)]
    result = audited(calls, [an_invite(), an_invite(SECOND, 12.1)], [an_end(), an_end(SECOND, 14)])
    assert result.over_max_attempts == 1
    assert not result.agrees


def test_invite_that_no_call_asked_for_is_found() -> None:
    result = audited([a_call()], [an_invite(), an_invite("somebody-else", number="+12025550199")], [an_end()])
    assert result.unknown_invites == 1
    assert not result.agrees


def test_call_that_was_only_queued_is_not_counted_as_made() -> None:
    assert audited([a_call(claimed_at=None, disposition="withdrawn")], [], []).calls == 0


@pytest.mark.parametrize("fate", [fate.name for fate in FATES if fate.sip_status is not None])
def test_every_fate_without_an_answer_has_its_expected_disposition(fate: str) -> None:
    shown = {
        disposition
        for disposition in ("busy", "no_answer", "unallocated", "rejected", "trunk_fault", "congestion", "failed")
        if audited([a_call(disposition=disposition)], [an_invite(fate=fate)], [an_end()]).agrees
    }
    assert len(shown) == 1


@pytest.mark.parametrize(("disposition", "wrong"), [("busy", 0), ("no_answer", 1)])
def test_redirected_call_is_one_call_that_ends_as_its_last_leg_does(disposition: str, wrong: int) -> None:
    result = audited(
        [a_call(disposition=disposition)],
        [
            an_invite(fate="redirected_to_busy"),
            an_invite(f"{FIRST};redirected", 0.3, number="+12025550110", fate="busy"),
        ],
        [an_end()],
    )
    assert (result.unknown_invites, result.early_redials, result.wrong_dispositions) == (0, 0, wrong)


def test_leg_that_follows_a_redirect_may_have_an_end_of_its_own() -> None:
    redirected = f"{FIRST};redirected"
    result = audited(
        [a_call(disposition="answered")],
        [
            an_invite(fate="redirected"),
            an_invite(redirected, 0.3, number="+12025550199", fate="answered"),
        ],
        [an_end(at=0.2), replace(an_end(was_up=True, by="callee"), channel=redirected)],
    )
    assert (result.unknown_invites, result.wrong_dispositions) == (0, 0)


@pytest.mark.parametrize(
    ("fate", "told", "untold"),
    [
        ("forbidden", "trunk_fault", "rejected"),
        ("terminated", "no_answer", "failed"),
        ("rejected", "rejected", "rejected"),
        ("busy", "busy", "busy"),
    ],
)
def test_what_is_right_depends_on_whether_the_pbx_tells_the_sip_status(fate: str, told: str, untold: str) -> None:
    ledger = Ledger(invites=(an_invite(fate=fate),), ends=(an_end(),))
    for tells, disposition in ((True, told), (False, untold)):
        calls = {FIRST: a_call(disposition=disposition)}
        assert compare(calls, ["done"], POLICY, ledger, tells_sip_status=tells).wrong_dispositions == 0
        other = {FIRST: a_call(disposition="unallocated")}
        assert compare(other, ["done"], POLICY, ledger, tells_sip_status=tells).wrong_dispositions == 1
