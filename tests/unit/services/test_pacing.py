from typing import cast

from dialer.domain.dispositions import Disposition
from dialer.limits.limiter import Limiter
from dialer.services.pacing import report_ends


class Reports:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, int, int]] = []

    def report(self, scope: str, *, good: int, bad: int) -> float:
        self.told.append((scope, good, bad))
        return 1.0


def told(*ends: tuple[int, Disposition]) -> list[tuple[str, int, int]]:
    reports = Reports()
    report_ends(cast("Limiter", reports), ends)
    return reports.told


def test_ends_are_counted_by_trunk() -> None:
    ends = [
        (1, Disposition.ANSWERED),
        (1, Disposition.CONGESTION),
        (2, Disposition.TRUNK_FAULT),
        (1, Disposition.BUSY),
        (2, Disposition.UNALLOCATED),
    ]
    assert told(*ends) == [("trunk:1", 2, 1), ("trunk:2", 1, 1)]


def test_ends_that_say_nothing_about_the_trunk_are_left_out() -> None:
    assert told((1, Disposition.INDETERMINATE), (1, Disposition.CANCELLED), (1, Disposition.WITHDRAWN)) == []
