"""Numbers to measure with: valid, and different. They may belong to somebody: the simulator is all that is dialed."""

import itertools
from collections.abc import Iterator
from typing import Final

_AREAS: Final = (
    "201", "212", "213", "303", "305", "312", "404", "415", "512", "602", "617", "702", "713", "808", "907",
)  # fmt: skip
_EXCHANGES: Final = tuple(exchange for exchange in range(200, 1000) if exchange % 100 != 11)


def numbers() -> Iterator[str]:
    """Up to 118,800,000 of them, of fifteen area codes in turn, as E.164."""
    for line, exchange, area in itertools.product(range(10_000), _EXCHANGES, _AREAS):
        yield f"+1{area}{exchange}{line:04d}"


def call_list(rows: int) -> Iterator[bytes]:
    """A CSV file of that many contacts, line by line."""
    yield b"phone,name\n"
    for n, number in enumerate(itertools.islice(numbers(), rows)):
        yield f"{number},Contact {n}\n".encode()


ANSWERED: Final = 0
ANSWERED_AT_ONCE: Final = 7
BUSY: Final = 10
"""Last two digits, which decide in the simulator and in the lab what becomes of a call."""


def numbers_ending(digits: int) -> Iterator[str]:
    """Up to 1,188,000 of them whose last two digits are these."""
    for line, exchange, area in itertools.product(range(digits, 10_000, 100), _EXCHANGES, _AREAS):
        yield f"+1{area}{exchange}{line:04d}"


NUMBER_SQL: Final = f"""
    '+1' || (CAST('{{{",".join(_AREAS)}}}' AS text[]))[1 + n % {len(_AREAS)}]
         || (CAST('{{{",".join(map(str, _EXCHANGES))}}}' AS text[]))[1 + n / {len(_AREAS)} % {len(_EXCHANGES)}]
         || lpad((n / {len(_AREAS) * len(_EXCHANGES)})::text, 4, '0')
"""
"""The same in SQL: the `n`-th of them, from 0."""
