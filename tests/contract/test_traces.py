"""What real Asterisks said, replayed to the product's reader of events."""

import re
from typing import Any

import orjson
import pytest

from dialer.ari.events import ChannelDestroyed, ChannelStateChange, StasisStart, parse
from dialer.domain.dispositions import Hangup, classify
from tests.contract import traces
from tests.contract.outcomes import OUTCOMES, Outcome, label

ALL = [(release, name) for release in (22, 16) for name in traces.names(release)]


def _parsed(release: int, name: str) -> list[Any]:
    events = traces.load(release, name)
    assert events
    return [event for event in (parse(orjson.dumps(event)) for event in events) if event is not None]


@pytest.mark.parametrize(("release", "name"), ALL)
def test_a_trace_can_be_read_and_is_about_one_channel(release: int, name: str) -> None:
    events = _parsed(release, name)
    ids = {(event.peer if hasattr(event, "peer") else event.channel).id for event in events if _has_channel(event)}
    assert len(ids) == 1
    assert isinstance(events[-1], ChannelDestroyed)


@pytest.mark.parametrize("release", [22, 16])
@pytest.mark.parametrize("outcome", OUTCOMES, ids=label)
def test_the_outcome_of_a_trace_is_known_by_its_end(outcome: Outcome, release: int) -> None:
    events = _parsed(release, label(outcome))
    end = events[-1]
    was_up = any(isinstance(event, ChannelStateChange) and event.channel.state == "Up" for event in events)
    assert was_up == any(isinstance(event, StasisStart) for event in events)
    assert classify(Hangup(end.cause, end.tech_cause, was_up)) == outcome.disposition_on(release)


@pytest.mark.parametrize(("release", "name"), ALL)
def test_a_trace_names_no_machine(release: int, name: str) -> None:
    text = orjson.dumps(traces.load(release, name)).decode()
    assert set(re.findall(r'"asterisk_id":"([^"]*)"', text)) == {"02:00:00:00:00:01"}
    assert not re.search(r"contract-|/mnt/|/tmp/|127\.0\.0\.1", text)


def _has_channel(event: Any) -> bool:
    return hasattr(event, "peer") or hasattr(event, "channel")
