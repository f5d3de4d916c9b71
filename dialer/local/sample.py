"""A call list to try the dialer on, with numbers that belong to nobody."""

from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import Final

import phonenumbers

_NUMBERS_AN_AREA: Final = 100
MOST: Final = 30_000


@cache
def _areas() -> tuple[str, ...]:
    """The United States' area codes. In each, 555-0100 to 555-0199 are kept for fiction (ATIS-0300115)."""
    return tuple(
        str(area)
        for area in range(201, 990)
        if phonenumbers.region_code_for_number(_parsed(f"+1{area}5550100")) == "US"
    )


def _parsed(number: str) -> phonenumbers.PhoneNumber:
    return phonenumbers.parse(number)


def numbers(count: int) -> Iterator[str]:
    """`count` different numbers; their last two digits, which decide a call's fate, come round evenly.

    Raises:
        ValueError: there are not that many.
    """
    if not 1 <= count <= MOST:
        raise ValueError(f"between 1 and {MOST} numbers can be had, not {count}")
    every = (f"+1{area}55501{last:02d}" for area in _areas() for last in range(_NUMBERS_AN_AREA))
    return islice(every, count)


def call_list(count: int) -> Iterator[bytes]:
    """The same as a CSV file, line by line."""
    yield b"phone,name,external id,language\r\n"
    for i, number in enumerate(numbers(count), start=1):
        yield f"{number},Contact {i},C-{i:06d},en\r\n".encode()
