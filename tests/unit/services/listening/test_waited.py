from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest

from dialer.ari.socket import Lost, Received
from dialer.domain.calls import CallState
from dialer.services.listening.news import CallFacts, decide
from dialer.services.listening.waited import Waited

A = UUID("019aa1c2-0000-7000-8000-000000000001")
CONNECTED = datetime(2026, 1, 31, 12, tzinfo=UTC)
PBX = datetime(2020, 2, 2, tzinfo=UTC)
"""Its clock is years behind."""


def item(kind: str, seconds_ago: float, **fields: Any) -> Received:
    """An event that comes now and was made some time ago."""
    at = (PBX - timedelta(seconds=seconds_ago)).isoformat(timespec="milliseconds")[:23] + "+0000"
    return Received(orjson.dumps({"type": kind, "timestamp": at, **fields}), 100.0)


def channel(state: str) -> dict[str, str]:
    return {"id": str(A), "name": "PJSIP/carrier-1", "state": state}


def echo(token: str = "ours", seconds_ago: float = 0.0) -> Received:
    return item("ChannelUserevent", seconds_ago, eventname="dialer_echo", userevent={"token": token})


def waited(*items: Received | Lost) -> Waited:
    made = Waited()
    for one in items:
        made.add(one, lambda token: token == "ours")
    return made


def at(monotonic: float) -> datetime:
    return CONNECTED + timedelta(seconds=monotonic - 100.0)


def test_events_have_happened_when_the_pbx_made_them() -> None:
    made = waited(item("ChannelStateChange", 6.5, channel=channel("Ringing")), echo())
    call = made.news(at).calls[A]
    assert call.ringing_at == CONNECTED - timedelta(seconds=6.5)
    assert call.has_waited


@pytest.mark.parametrize(("seconds", "is_stale"), [(1.9, False), (2.1, True), (3600.0, True), (-5.0, False)])
def test_an_answer_is_stale_after_two_seconds(seconds: float, is_stale: bool) -> None:
    news = waited(item("StasisStart", seconds, args=[], channel=channel("Up")), echo()).news(at).calls[A]
    assert news.is_stale == is_stale
    assert news.up_at is not None
    assert news.up_at <= CONNECTED
    step = decide(CallFacts(CallState.RINGING, hangup_requested=False, action_started=False), news)
    assert (step.acts, step.is_missed) == (not is_stale, is_stale)


def test_without_an_echo_no_answer_is_fresh() -> None:
    start = item("StasisStart", 0.0, args=[], channel=channel("Up"))
    for made in (waited(start), waited(start, Lost("reset")), waited(start, echo("of another connection"))):
        assert not made.is_whole
        assert made.news(at).calls[A].is_stale


def test_only_our_own_echo_is_the_end() -> None:
    made = waited(echo("old", 9.0), item("ChannelStateChange", 1.0, channel=channel("Ringing")))
    assert not made.is_whole
    made.add(echo(), lambda token: token == "ours")
    assert made.is_whole
    assert made.news(at).echo == "ours"


def test_a_stale_answer_of_a_call_that_is_over_or_has_its_action_is_not_missed() -> None:
    news = waited(item("StasisStart", 9.0, args=[], channel=channel("Up")), echo()).news(at).calls[A]
    begun = decide(CallFacts(CallState.UP, hangup_requested=False, action_started=True), news)
    assert (begun.acts, begun.is_missed) == (False, False)


def test_what_is_over_in_the_row_and_in_the_events_was_no_second_call() -> None:
    over = CallFacts(CallState.ENDED, hangup_requested=False, action_started=False)
    ringing = item("ChannelStateChange", 9.0, channel=channel("Ringing"))
    gone = item("ChannelDestroyed", 8.0, channel=channel("Ringing"), cause=17)
    assert not decide(over, waited(ringing, gone, echo()).news(at).calls[A]).is_late
    assert decide(over, waited(ringing, echo()).news(at).calls[A]).is_late


def test_a_message_that_is_no_event_is_left_out() -> None:
    made = waited(Received(b"{", 100.0), item("ChannelStateChange", 1.0, channel=channel("Up")), echo())
    assert len(made) == 2
    assert made.is_whole
