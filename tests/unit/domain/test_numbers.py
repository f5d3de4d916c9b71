"""Which number comes next, and how many attempts that takes."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from dialer.domain.contacts import FinalReason
from dialer.domain.dispositions import Disposition
from dialer.domain.numbers import ONE, NextNumber, Numbers
from dialer.domain.retry import Final, Retry, RetryPolicy, RetryRule, next_step

ENDED = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TRIED_AGAIN = [d for d in Disposition if d.value in RetryPolicy.model_fields]


@st.composite
def numbers(draw: st.DrawFn) -> Numbers:
    left = draw(st.sets(st.integers(1, 10)))
    return Numbers(draw(st.integers(1, 10)), tuple(sorted(left)))


@given(numbers(), st.sampled_from(NextNumber))
def test_what_comes_next_is_one_that_is_left_and_nothing_only_if_none_is(seen: Numbers, choice: NextNumber) -> None:
    left = seen.dropped().left if choice is NextNumber.DROP else seen.left
    chosen = seen.after(choice)
    assert chosen in left if left else chosen is None


@given(numbers())
def test_next_goes_through_all_that_are_left_in_order_before_any_comes_again(seen: Numbers) -> None:
    order = []
    for _ in seen.left:
        at = seen.after(NextNumber.NEXT)
        assert at is not None
        order.append(at)
        seen = Numbers(at, seen.left)
    first = order.index(min(order)) if order else 0
    assert tuple(order[first:] + order[:first]) == seen.left


@given(numbers())
def test_same_stays_unless_it_was_closed_meanwhile(seen: Numbers) -> None:
    assert seen.after(NextNumber.SAME) == (seen.at if seen.at in seen.left else seen.after(NextNumber.NEXT))


@given(st.sampled_from(NextNumber), st.integers(1, 9))
def test_who_has_one_number_is_tried_again_there_or_not_at_all(choice: NextNumber, attempts: int) -> None:
    policy = RetryPolicy(busy=RetryRule(delay_seconds=60, number=choice))
    step = next_step(policy, Disposition.BUSY, attempts=attempts, max_attempts=10, ended_at=ENDED, numbers=ONE)
    if choice is NextNumber.DROP:
        assert step == Final(FinalReason.FINAL_DISPOSITION)
    else:
        assert step == Retry(ENDED + timedelta(seconds=60), 1)


@given(
    st.integers(1, 10),
    st.integers(1, 10),
    st.lists(st.sampled_from(TRIED_AGAIN), min_size=40, max_size=40),
    st.dictionaries(
        st.sampled_from([d.value for d in TRIED_AGAIN]),
        st.none() | st.builds(RetryRule, delay_seconds=st.integers(0, 90), number=st.sampled_from(NextNumber)),
    ),
)
def test_attempts_count_over_all_numbers_and_a_dropped_one_never_comes_back(
    count: int, max_attempts: int, outcomes: list[Disposition], rules: dict[str, RetryRule | None]
) -> None:
    policy = RetryPolicy(**rules)
    seen = Numbers(1, tuple(range(1, count + 1)))
    called: list[int] = []
    dropped: set[int] = set()
    for disposition in outcomes:
        called.append(seen.at)
        assert seen.at not in dropped
        step = next_step(
            policy, disposition, attempts=len(called), max_attempts=max_attempts, ended_at=ENDED, numbers=seen
        )
        if isinstance(step, Final):
            break
        assert isinstance(step, Retry)
        assert step.position is not None
        if step.drops:
            dropped.add(seen.at)
            seen = seen.dropped()
        seen = Numbers(step.position, seen.left)
    else:
        raise AssertionError("it never ends")
    assert len(called) <= max_attempts
    if step.reason is FinalReason.ATTEMPTS_EXHAUSTED:
        assert len(called) == max_attempts


def test_number_that_does_not_exist_is_left_for_the_next_at_once_and_busy_is_not() -> None:
    two = Numbers(1, (1, 2))

    def after(disposition: Disposition, seen: Numbers = two) -> object:
        return next_step(RetryPolicy(), disposition, attempts=1, max_attempts=3, ended_at=ENDED, numbers=seen)

    assert after(Disposition.UNALLOCATED) == Retry(ENDED, 2, drops=True)
    assert after(Disposition.BUSY) == Retry(ENDED + timedelta(minutes=5), 1)
    assert after(Disposition.NO_ANSWER) == Retry(ENDED + timedelta(hours=1), 2)
    assert after(Disposition.REJECTED) == Final(FinalReason.FINAL_DISPOSITION)
    assert after(Disposition.UNALLOCATED, Numbers(2, (2,))) == Final(FinalReason.FINAL_DISPOSITION)
