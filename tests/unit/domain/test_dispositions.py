"""What Asterisk's ChannelDestroyed means, row by row."""

import pytest

from dialer.domain.dispositions import NOT_COUNTED, Disposition, Hangup, classify

# SIP status, the Q.850 cause that Asterisk makes of it, what that is to us; and what the cause alone tells, where
# Asterisk is too old to name the SIP status.
ROWS = [
    (486, 17, "busy", "busy"),
    (600, 17, "busy", "busy"),
    (603, 21, "rejected", "rejected"),
    (403, 21, "trunk_fault", "rejected"),
    (401, 21, "trunk_fault", "rejected"),
    (407, 21, "trunk_fault", "rejected"),
    (404, 1, "unallocated", "unallocated"),
    (485, 1, "unallocated", "unallocated"),
    (604, 1, "unallocated", "unallocated"),
    (410, 22, "unallocated", "unallocated"),
    (484, 28, "unallocated", "unallocated"),
    (480, 19, "no_answer", "no_answer"),
    (483, 19, "no_answer", "no_answer"),
    (408, 18, "no_answer", "no_answer"),
    (503, 34, "congestion", "congestion"),
    (505, 34, "congestion", "congestion"),
    (580, 34, "congestion", "congestion"),
    (500, 38, "trunk_fault", "trunk_fault"),
    (501, 29, "failed", "failed"),
    (502, 27, "trunk_fault", "trunk_fault"),
    (504, 102, "trunk_fault", "trunk_fault"),
    (488, 58, "failed", "failed"),
    (606, 58, "failed", "failed"),
    (420, 3, "failed", "failed"),
    (487, 127, "no_answer", "failed"),
    (415, 127, "failed", "failed"),
    (699, 127, "failed", "failed"),
]


@pytest.mark.parametrize(("sip", "cause", "expected", "by_cause"), ROWS, ids=[str(row[0]) for row in ROWS])
def test_unanswered_call_is_told_by_its_sip_status_and_else_by_its_cause(
    sip: int, cause: int, expected: str, by_cause: str
) -> None:
    assert classify(Hangup(cause, sip, was_up=False)) == expected
    assert classify(Hangup(cause, None, was_up=False)) == by_cause


@pytest.mark.parametrize(("cause", "tech_cause"), [(19, 480), (0, None), (19, None)])
def test_ring_timeout_is_no_answer_on_every_release(cause: int, tech_cause: int | None) -> None:
    assert classify(Hangup(cause, tech_cause, was_up=False)) is Disposition.NO_ANSWER


@pytest.mark.parametrize(("cause", "tech_cause"), [(16, None), (0, None), (44, None), (17, 486), (127, 500)])
@pytest.mark.parametrize("by_us", [False, True])
def test_call_that_was_up_was_answered_however_it_ended(cause: int, tech_cause: int | None, by_us: bool) -> None:
    assert classify(Hangup(cause, tech_cause, was_up=True, by_us=by_us)) is Disposition.ANSWERED


@pytest.mark.parametrize(
    ("cause", "tech_cause"), [(19, None), (0, None), (16, None), (127, 487), (127, None), (26, None)]
)
def test_our_own_hangup_before_the_answer_is_a_cancelled_call(cause: int, tech_cause: int | None) -> None:
    assert classify(Hangup(cause, tech_cause, was_up=False, by_us=True)) is Disposition.CANCELLED


@pytest.mark.parametrize(
    ("cause", "tech_cause", "expected"),
    [
        (17, 486, "busy"),
        (19, 480, "no_answer"),
        (1, 404, "unallocated"),
        (34, 503, "congestion"),
        (21, 403, "trunk_fault"),
    ],
)
def test_refusal_that_came_before_our_hangup_stands(cause: int, tech_cause: int, expected: str) -> None:
    assert classify(Hangup(cause, tech_cause, was_up=False, by_us=True)) == expected


def test_unknown_cause_is_a_failure() -> None:
    assert classify(Hangup(88, None, was_up=False)) is Disposition.FAILED


def test_only_calls_that_reached_nobody_leave_the_attempt_uncounted() -> None:
    assert frozenset({Disposition.WITHDRAWN, Disposition.NOT_DIALED}) == NOT_COUNTED
