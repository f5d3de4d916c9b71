from collections import Counter

import phonenumbers
import pytest

from dialer.domain import phone
from dialer.domain.phone import PhoneNumber
from dialer.local import sample


def test_every_sample_number_may_be_dialed_and_has_a_zone() -> None:
    for number in sample.numbers(sample.MOST):
        parsed = phone.parse(number, None)
        assert isinstance(parsed, PhoneNumber), parsed
        assert parsed.e164 == number
        assert parsed.zones
        assert phonenumbers.is_valid_number(phonenumbers.parse(number))


def test_sample_numbers_are_different_and_as_many_as_asked_for() -> None:
    for count in (1, 99, 1000, sample.MOST):
        assert len(set(sample.numbers(count))) == count


@pytest.mark.parametrize("count", [100, 200, 950, 1000])
def test_last_two_digits_come_round_evenly(count: int) -> None:
    endings = Counter(number[-2:] for number in sample.numbers(count))
    assert len(endings) == 100
    assert max(endings.values()) - min(endings.values()) <= 1


@pytest.mark.parametrize("count", [0, -1, sample.MOST + 1])
def test_numbers_that_cannot_be_had_are_refused(count: int) -> None:
    with pytest.raises(ValueError, match="numbers can be had"):
        sample.numbers(count)


def test_call_list_has_a_header_and_a_row_for_each_number() -> None:
    header, *rows = list(sample.call_list(3))
    assert header.startswith(b"phone,")
    assert [row.split(b",")[0].decode() for row in rows] == list(sample.numbers(3))
    assert all(row.endswith(b"\r\n") and row.count(b",") == header.count(b",") for row in rows)
