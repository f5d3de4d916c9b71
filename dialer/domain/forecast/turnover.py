"""How long a channel stays free between two calls although others wait for it, as the calls so far show."""

from collections.abc import Iterable
from typing import Final

from dialer.domain.pacing import DISPATCH_SECONDS

_FULL: Final = 0.95
"""So much of the channels in use is all of them: some are on their way back from a call."""
_LONGEST_SECONDS: Final = 5 * DISPATCH_SECONDS
"""If it takes longer until all are in use again, nobody was waiting for them."""
_FEWEST_CALLS: Final = 20


def turnover_seconds(calls: Iterable[tuple[float, float]], channels: int) -> float:
    """From the end of a call to the claim of the next on its channel, on average; 0 if too little was seen.

    Between two moments at which all channels were in use, the time that channels were free, in channel-seconds, by
    the number of calls begun: with Little's law calls then begin at `channels / (hold + turnover)` per second.

    Args:
        calls: when each was claimed and when it was over, in seconds, of all that use these channels.
    """
    changes = sorted(change for claimed, ended in calls for change in ((claimed, 1), (ended, -1)))
    in_use, at = 0, 0.0
    full_until: float | None = None
    free, begun = 0.0, 0
    all_free, all_begun = 0.0, 0
    for moment, change in changes:
        if in_use >= _FULL * channels:
            full_until, free, begun = moment, 0.0, 0
            all_free += max(channels - in_use, 0) * (moment - at)
        else:
            free += (channels - in_use) * (moment - at)
        in_use, at = in_use + change, moment
        begun += change == 1
        if in_use >= _FULL * channels and full_until is not None and moment - full_until <= _LONGEST_SECONDS:
            all_free, all_begun = all_free + free, all_begun + begun
    return min(all_free / all_begun, _LONGEST_SECONDS) if all_begun >= _FEWEST_CALLS else 0.0
