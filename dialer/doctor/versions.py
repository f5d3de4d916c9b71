"""What is known about releases of Asterisk that make a dialer stall. Numbers are issues of asterisk/asterisk."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final


@dataclass(frozen=True, slots=True)
class KnownFault:
    """A fault, and the first release of each series that is free of it. `before`: of series not named, all below it."""

    what: str
    issue: str
    mended: Mapping[int, tuple[int, int]]
    before: int


_FAULTS: Final = (
    KnownFault(
        "deadlocks while channels are originated through ARI with variables that set PJSIP headers",
        "#1872, #1936",
        {22: (22, 10)},
        23,
    ),
    KnownFault(
        "tells a ring timeout with cause 0 instead of 19",
        "#963, #1660",
        {20: (20, 18), 22: (22, 8), 23: (23, 2)},
        23,
    ),
)
_STALLS: Final = KnownFault("deadlock under load when everything goes through ARI", "#1962", {}, 0)
_STALLS_IN: Final = (22, 9)
_RTP_UNTIL: Final = (22, 11)

_ENDS: Final[Mapping[int, date]] = {
    13: date(2021, 10, 24),
    16: date(2023, 10, 9),
    17: date(2021, 10, 28),
    18: date(2025, 10, 20),
    19: date(2023, 11, 2),
    20: date(2027, 10, 19),
    21: date(2025, 10, 18),
    22: date(2029, 10, 16),
}
_OLDEST: Final = 16
"""What the contract suite is run against."""


def parse(version: str) -> tuple[int, int] | None:
    """Series and release of a version such as `22.10.1~dfsg`; None if it isn't one."""
    found = re.match(r"(?:certified[/-])?(\d+)\.(\d+)", version)
    return (int(found[1]), int(found[2])) if found else None


def faults(version: tuple[int, int]) -> Iterator[str]:
    """What is wrong with that release, as clauses."""
    series = version[0]
    for fault in _FAULTS:
        mended = fault.mended.get(series)
        if (mended is not None and version < mended) or (mended is None and series < fault.before):
            yield f"{fault.what} ({fault.issue})"
    if version == _STALLS_IN:
        yield f"{_STALLS.what} ({_STALLS.issue})"
    if series == _RTP_UNTIL[0] and version < _RTP_UNTIL:
        yield "may deadlock between RTP and ICE, which stalls ARI (#1946)"


def is_too_old(version: tuple[int, int]) -> bool:
    """Older than what the dialer is tested with."""
    return version[0] < _OLDEST


def ended(version: tuple[int, int], today: date) -> date | None:
    """When that series had its last security fix, if that is over."""
    end = _ENDS.get(version[0])
    return end if end is not None and end < today else None
