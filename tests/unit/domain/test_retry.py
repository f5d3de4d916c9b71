from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from dialer.domain.contacts import FinalReason
from dialer.domain.dispositions import Disposition
from dialer.domain.retry import MAX_NOT_DIALED, DueAgain, Final, Retry, RetryPolicy, RetryRule, next_step, not_before

ENDED = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def after(policy: RetryPolicy, disposition: Disposition, *, attempts: int = 1, max_attempts: int = 3) -> object:
    return next_step(policy, disposition, attempts=attempts, max_attempts=max_attempts, ended_at=ENDED)


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 60), (2, 120), (3, 240), (4, 480), (5, 500), (99, 500)])
def test_delay_grows_with_each_attempt_up_to_its_bound(attempts: int, seconds: int) -> None:
    rule = RetryRule(delay_seconds=60, backoff=2.0, max_delay_seconds=500)
    assert rule.delay(attempts) == timedelta(seconds=seconds)


def test_without_backoff_the_delay_stays() -> None:
    rule = RetryRule(delay_seconds=300)
    assert {rule.delay(n) for n in range(1, 20)} == {timedelta(seconds=300)}


@given(st.integers(0, 30 * 86400), st.floats(1.0, 10.0), st.integers(0, 30 * 86400), st.integers(1, 100))
def test_delay_never_shrinks_and_never_passes_its_bound(delay: int, backoff: float, most: int, attempts: int) -> None:
    rule = RetryRule(delay_seconds=delay, backoff=backoff, max_delay_seconds=most)
    assert rule.delay(attempts) <= rule.delay(attempts + 1) <= timedelta(seconds=most)


def test_retry_comes_after_the_rule_s_delay() -> None:
    policy = RetryPolicy(busy=RetryRule(delay_seconds=100, backoff=3.0))
    assert after(policy, Disposition.BUSY) == Retry(ENDED + timedelta(seconds=100), 1)
    assert after(policy, Disposition.BUSY, attempts=2) == Retry(ENDED + timedelta(seconds=300), 1)


@pytest.mark.parametrize("attempts", [3, 4])
def test_no_retry_at_the_cap_or_above_a_cap_that_was_lowered(attempts: int) -> None:
    assert after(RetryPolicy(), Disposition.BUSY, attempts=attempts) == Final(FinalReason.ATTEMPTS_EXHAUSTED)


def test_last_attempt_below_the_cap_is_still_retried() -> None:
    assert isinstance(after(RetryPolicy(), Disposition.NO_ANSWER, attempts=2), Retry)


@pytest.mark.parametrize("disposition", [Disposition.WITHDRAWN, Disposition.NOT_DIALED])
@pytest.mark.parametrize("attempts", [0, 3])
def test_call_that_reached_nobody_leaves_the_contact_due(disposition: Disposition, attempts: int) -> None:
    assert after(RetryPolicy(), disposition, attempts=attempts) == DueAgain()


@pytest.mark.parametrize(
    ("disposition", "reason"),
    [
        (Disposition.ANSWERED, FinalReason.ANSWERED),
        (Disposition.CANCELLED, FinalReason.CANCELLED),
        (Disposition.UNALLOCATED, FinalReason.FINAL_DISPOSITION),
        (Disposition.REJECTED, FinalReason.FINAL_DISPOSITION),
        (Disposition.FAILED, FinalReason.FINAL_DISPOSITION),
    ],
)
def test_final_dispositions_say_why(disposition: Disposition, reason: FinalReason) -> None:
    assert after(RetryPolicy(), disposition, attempts=3) == Final(reason)


def test_disposition_without_a_rule_is_final_and_one_with_a_rule_is_not() -> None:
    policy = RetryPolicy(busy=None, rejected=RetryRule(delay_seconds=5))
    assert after(policy, Disposition.BUSY) == Final(FinalReason.FINAL_DISPOSITION)
    assert after(policy, Disposition.REJECTED) == Retry(ENDED + timedelta(seconds=5), 1)


def test_indeterminate_is_retried_but_not_soon() -> None:
    step = after(RetryPolicy(), Disposition.INDETERMINATE)
    assert isinstance(step, Retry)
    assert step.at - ENDED >= timedelta(minutes=30)


@pytest.mark.parametrize("name", ["answered", "cancelled", "withdrawn", "not_dialed"])
def test_no_rule_can_be_given_for_what_is_never_retried(name: str) -> None:
    with pytest.raises(ValidationError):
        RetryPolicy.model_validate({name: {"delay_seconds": 1}})


def test_policy_survives_being_stored() -> None:
    policy = RetryPolicy(busy=None, failed=RetryRule(delay_seconds=7, backoff=1.5, max_delay_seconds=9))
    assert RetryPolicy.model_validate(policy.model_dump(mode="json")) == policy


@pytest.mark.parametrize(
    ("disposition", "not_dialed", "step"),
    [
        (Disposition.NOT_DIALED, MAX_NOT_DIALED - 1, DueAgain()),
        (Disposition.NOT_DIALED, MAX_NOT_DIALED, Retry(ENDED + timedelta(hours=1))),
        (Disposition.NOT_DIALED, MAX_NOT_DIALED + 1, Retry(ENDED + timedelta(hours=1))),
        (Disposition.WITHDRAWN, MAX_NOT_DIALED, DueAgain()),
        (Disposition.ANSWERED, MAX_NOT_DIALED, Final(FinalReason.ANSWERED)),
    ],
)
def test_an_attempt_that_is_claimed_again_and_again_in_vain_is_left_alone_for_an_hour(
    disposition: Disposition, not_dialed: int, step: object
) -> None:
    given = {"attempts": 0, "max_attempts": 3, "ended_at": ENDED, "not_dialed": not_dialed}
    assert next_step(RetryPolicy(), disposition, **given) == step  # type: ignore[arg-type]


def test_what_is_not_said_to_have_been_in_vain_was_not() -> None:
    step = next_step(RetryPolicy(), Disposition.NOT_DIALED, attempts=0, max_attempts=3, ended_at=ENDED)
    assert step == DueAgain()


def test_a_hold_delays_what_comes_and_ends_nothing() -> None:
    later = ENDED + timedelta(hours=1)
    assert not_before(DueAgain(), later) == Retry(later)
    assert not_before(Retry(ENDED, 2, drops=True), later) == Retry(later, 2, drops=True)
    assert not_before(Retry(later + timedelta(hours=1)), later) == Retry(later + timedelta(hours=1))
    assert not_before(Final(FinalReason.ANSWERED), later) == Final(FinalReason.ANSWERED)
