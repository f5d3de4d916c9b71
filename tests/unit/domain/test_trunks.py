import itertools

import pytest

from dialer.domain.trunks import USABLE, BreakerState, TrunkState, trunk_state

CLOSED, OPEN, PROBE = BreakerState


@pytest.mark.parametrize(
    ("enabled", "is_heard", "breaker", "node", "state"),
    [
        (True, True, CLOSED, CLOSED, TrunkState.UP),
        (True, True, CLOSED, None, TrunkState.UP),
        (True, True, OPEN, CLOSED, TrunkState.RESTING),
        (True, True, CLOSED, OPEN, TrunkState.RESTING),
        (True, True, PROBE, OPEN, TrunkState.RESTING),
        (True, True, OPEN, PROBE, TrunkState.RESTING),
        (True, True, PROBE, CLOSED, TrunkState.PROBE),
        (True, True, CLOSED, PROBE, TrunkState.PROBE),
        (True, False, OPEN, OPEN, TrunkState.NO_LISTENER),
        (False, False, OPEN, OPEN, TrunkState.DISABLED),
    ],
)
def test_the_gravest_reason_is_told(
    enabled: bool, is_heard: bool, breaker: BreakerState, node: BreakerState | None, state: TrunkState
) -> None:
    assert trunk_state(enabled=enabled, is_heard=is_heard, breaker=breaker, node=node) is state


def test_a_trunk_is_used_only_if_nothing_is_against_it() -> None:
    for enabled, is_heard, breaker, node in itertools.product((True, False), (True, False), BreakerState, BreakerState):
        state = trunk_state(enabled=enabled, is_heard=is_heard, breaker=breaker, node=node)
        assert (state in USABLE) == (enabled and is_heard and OPEN not in (breaker, node))
