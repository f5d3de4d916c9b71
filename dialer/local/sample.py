"""A call list to try the dialer on, with numbers that belong to nobody."""

from collections.abc import Iterator
from typing import Final

_FICTION: Final = (
    "+44207946", "+44113496", "+44114496", "+44115496", "+44116496", "+44117496", "+44118496", "+44121496",
    "+44131496", "+44141496", "+44151496", "+44161496", "+44191498", "+44292018",
)  # fmt: skip
"""Areas of which Ofcom keeps the numbers 0000 to 0999 for drama (Ofcom, Telephone numbers for drama use)."""

_NUMBERS_AN_AREA: Final = 1000

MOST: Final = len(_FICTION) * _NUMBERS_AN_AREA


def numbers(count: int) -> Iterator[str]:
    """`count` different numbers; their last two digits, which decide a call's fate, come round evenly.

    Raises:
        ValueError: there are not that many.
    """
    if not 1 <= count <= MOST:
        raise ValueError(f"between 1 and {MOST} numbers can be had, not {count}")
    return (f"{_FICTION[i // _NUMBERS_AN_AREA]}{i % _NUMBERS_AN_AREA:04d}" for i in range(count))


def call_list(count: int) -> Iterator[bytes]:
    """The same as a CSV file, line by line."""
    yield b"phone,name,external id,language\r\n"
    for i, number in enumerate(numbers(count), start=1):
        yield f"{number},Contact {i},C-{i:06d},en\r\n".encode()
