"""Every outcome's events, order and fields, and the disposition that follows."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from dialer.ari.events import ChannelDestroyed, ChannelStateChange, parse
from dialer.domain.dispositions import Hangup, classify
from dialer.simulator.fates import FATES
from tests.contract.conftest import Pbx
from tests.contract.outcomes import OUTCOMES, Outcome, label
from tests.contract.wire import Event, Listener, eventually, ordered, shape, short

Recorded = Callable[[str, list[Event]], list[Any] | None]


@pytest.mark.parametrize("outcome", OUTCOMES, ids=label)
def test_an_outcome_is_told_in_order_and_gets_its_disposition(
    pbx: Pbx, listener: Listener, outcome: Outcome, recorded: Recorded
) -> None:
    release = pbx.target.release
    call = pbx.dial(outcome.suffix, timeout=outcome.timeout, trunk=outcome.trunk)
    listener.wait_for("ChannelDestroyed", call)
    events = listener.of(call)
    assert listener.story(call) == outcome.on(release)
    assert disposition(events) == outcome.disposition_on(release)
    eventually(lambda: pbx.invites(call) == (outcome.legs if outcome.trunk == "carrier" else pbx.invites(call)))
    if outcome.fate:
        assert {invite.fate for invite in pbx.target.ledger().invites_by_channel()[str(call)]} == {outcome.fate}
    kept = recorded(label(outcome), events)
    assert kept is not None, "there is no trace of this outcome: run with --record"
    assert in_one_order(events) == in_one_order(kept)


@pytest.mark.parametrize("suffix", ["09", "99"])
def test_a_number_that_means_nothing_is_answered(pbx: Pbx, listener: Listener, suffix: str) -> None:
    call = pbx.dial(suffix)
    listener.wait_for("StasisStart", call)
    listener.wait_for("ChannelDestroyed", call)


@pytest.mark.parametrize(
    ("suffix", "stories"),
    [("13", ("BUSY", "ANSWER")), ("25", ("RINGING", "RINGING", "ANSWER")), ("55", ("CONGESTION", "ANSWER"))],
)
def test_a_number_may_do_otherwise_when_it_is_called_again(
    pbx: Pbx, listener: Listener, suffix: str, stories: tuple[str, ...]
) -> None:
    number = pbx.number(suffix)
    last = []
    for _ in stories:
        call = pbx.dial(suffix, number=number, timeout=1)
        listener.wait_for("ChannelDestroyed", call)
        last.append([event["dialstatus"] for event in listener.of(call) if event["type"] == "Dial"][-1])
    assert tuple(last) == stories


def test_every_outcome_of_the_simulator_is_a_row() -> None:
    rows = {outcome.fate for outcome in OUTCOMES}
    others = {"answered_stays", "busy_then_answered", "no_answer_twice_then_answered", "congestion_then_answered"}
    assert {fate.name for fate in FATES} - rows == others


def disposition(events: list[Event]) -> str:
    """What the product makes of the events as they are on the wire."""
    parsed = [parse(encoded(event)) for event in events]
    was_up = any(isinstance(event, ChannelStateChange) and event.channel.state == "Up" for event in parsed)
    end = parsed[-1]
    assert isinstance(end, ChannelDestroyed)
    return classify(Hangup(end.cause, end.tech_cause, was_up))


def in_one_order(events: list[Event]) -> list[Any]:
    """The events' shapes, those of a 180 in one order."""
    shapes = {short(event): shape(event) for event in events}
    return [(step, shapes[step]) for step in ordered(short(event) for event in events)]


def encoded(event: Event) -> bytes:
    """The event as it is on the wire."""
    return orjson.dumps(event)
