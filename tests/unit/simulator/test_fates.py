from collections import Counter

import pytest

from dialer.errors import ConfigurationError
from dialer.simulator.fates import (
    BY_NAME,
    BY_SUFFIX,
    CAUSE_TEXT,
    FATES,
    SIP_TO_CAUSE,
    FateBook,
    cause_of,
    dialstatus_of,
    parse_mix,
)


def test_no_two_fates_share_a_suffix_or_a_name() -> None:
    assert len(BY_SUFFIX) == len(BY_NAME) == len(FATES)
    assert all(len(fate.suffix) == 2 and fate.suffix.isdigit() for fate in FATES)


def test_every_fate_that_depends_on_the_attempt_names_plain_fates() -> None:
    for fate in FATES:
        for name in fate.by_attempt:
            assert not BY_NAME[name].by_attempt


@pytest.mark.parametrize(
    ("sip_status", "cause", "dialstatus"),
    [
        (486, 17, "BUSY"),
        (600, 17, "BUSY"),
        (603, 21, "NOANSWER"),
        (403, 21, "NOANSWER"),
        (401, 21, "NOANSWER"),
        (404, 1, "NOANSWER"),
        (604, 1, "NOANSWER"),
        (410, 22, "NOANSWER"),
        (484, 28, "NOANSWER"),
        (480, 19, "NOANSWER"),
        (408, 18, "NOANSWER"),
        (503, 34, "CONGESTION"),
        (599, 34, "CONGESTION"),
        (500, 38, "NOANSWER"),
        (501, 29, "NOANSWER"),
        (502, 27, "NOANSWER"),
        (504, 102, "NOANSWER"),
        (488, 58, "NOANSWER"),
        (420, 3, "CHANUNAVAIL"),
        (487, 127, "NOANSWER"),
        (499, 127, "NOANSWER"),
        (699, 127, "NOANSWER"),
    ],
)
def test_a_sip_refusal_gives_asterisks_cause_and_dialstatus(sip_status: int, cause: int, dialstatus: str) -> None:
    assert cause_of(sip_status) == cause
    assert dialstatus_of(cause) == dialstatus


def test_every_cause_that_can_come_has_a_text() -> None:
    assert set(SIP_TO_CAUSE.values()) | {fate.end_cause for fate in FATES} <= set(CAUSE_TEXT)


def test_the_last_two_digits_decide() -> None:
    book = FateBook()
    for fate in FATES:
        expected = fate.by_attempt[0] if fate.by_attempt else fate.name
        assert book.fate(f"+1202555{fate.suffix}", 1).name == expected


def test_a_number_without_a_row_is_answered() -> None:
    assert FateBook().fate("+12025550199", 1).name == "answered"


def test_an_empty_number_is_not_allocated() -> None:
    assert FateBook(mix="answered=1").fate("", 1).name == "unallocated"


def test_the_attempt_decides_where_the_row_says_so() -> None:
    book = FateBook()
    assert [book.fate("+12025550113", n).name for n in (1, 2, 3)] == ["busy", "answered", "answered"]
    assert [book.fate("+12025550125", n).name for n in (1, 2, 3, 4)] == [
        "no_answer",
        "no_answer",
        "answered",
        "answered",
    ]


def test_a_mix_keeps_its_shares_and_ignores_the_digits() -> None:
    book = FateBook(mix="answered=60, busy=15, no_answer=20, unallocated=5", seed=7)
    drawn = Counter(book.fate(f"+120255{n:05d}", 1).name for n in range(20_000))
    assert drawn.keys() == {"answered", "busy", "no_answer", "unallocated"}
    for name, share in {"answered": 0.60, "busy": 0.15, "no_answer": 0.20, "unallocated": 0.05}.items():
        assert drawn[name] / 20_000 == pytest.approx(share, abs=0.015)


def test_a_mix_is_the_same_for_the_same_seed_and_differs_by_seed_and_attempt() -> None:
    numbers = [f"+120255{n:05d}" for n in range(500)]
    mix = "answered=1,busy=1"

    def drawn(seed: int, attempt: int) -> list[str]:
        book = FateBook(mix=mix, seed=seed)
        return [book.fate(number, attempt).name for number in numbers]

    assert drawn(1, 1) == drawn(1, 1)
    assert drawn(1, 1) != drawn(2, 1)
    assert drawn(1, 1) != drawn(1, 2)


@pytest.mark.parametrize("text", ["", ",", "answered", "answered=", "answered=x", "answered=0", "busy=-1", "bus=1"])
def test_a_mix_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError):
        parse_mix(text)
