"""When a place opens and closes, worked out once for all runs of a forecast."""

from datetime import UTC, datetime
from typing import Final

from dialer.domain.forecast.world import Place

NEVER: Final = float("inf")


class Openings:
    """Of one place. Moments are seconds since the epoch."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._known: dict[float, tuple[bool, float]] = {}

    def span(self, at: float) -> tuple[bool, float]:
        """Whether hours and holidays permit calls at `at`, and until when the answer is the same.

        What is open is asked again after a day at most; `NEVER`: it doesn't open.
        """
        found = self._known.get(at)
        if found is None:
            found = self._known[at] = self._look(datetime.fromtimestamp(at, UTC))
        return found

    def _look(self, at: datetime) -> tuple[bool, float]:
        rules, zones = self._place.rules, self._place.zones
        if rules.permits(zones, at):
            return True, rules.open_until(zones, at).timestamp()
        opening = rules.next_opening(zones, at) if zones else None
        return False, NEVER if opening is None else opening.timestamp()
