from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from dialer.ari.events import (
    ApplicationReplaced,
    ChannelDestroyed,
    ChannelSnapshot,
    ChannelStateChange,
    Dial,
    Echo,
    Event,
    PlaybackFinished,
    Reported,
    StasisStart,
)
from dialer.domain.calls import CallState
from dialer.services.ending import HangupReport
from dialer.services.listening.news import CallFacts, CallNews, News, call_id_of, decide

A, B = UUID("019aa1c2-0000-7000-8000-000000000001"), UUID("019aa1c2-0000-7000-8000-000000000002")
START = datetime(2026, 1, 31, 12, tzinfo=UTC)


def channel(call_id: UUID, state: str = "Down", name: str = "PJSIP/carrier-1") -> ChannelSnapshot:
    return ChannelSnapshot(str(call_id), name, state)


def news_of(*events: Event) -> News:
    """The news of these events, which came a second apart."""
    news = News()
    for seconds, event in enumerate(events):
        moment = START + timedelta(seconds=seconds)
        news.add(event, lambda moment=moment: moment)  # type: ignore[misc]
    return news


ANSWERED = (
    Dial(channel(A), ""),
    ChannelStateChange(channel(A, "Ringing")),
    Dial(channel(A, "Ringing"), "RINGING"),
    ChannelStateChange(channel(A, "Up")),
    Dial(channel(A, "Up"), "ANSWER"),
    StasisStart(channel(A, "Up"), ()),
)
BUSY = (Dial(channel(B), ""), Dial(channel(B), "BUSY"), ChannelDestroyed(channel(B), 17, 486))


def test_whom_the_dialplan_dials_for_a_callee_is_news_of_the_callee_s_call() -> None:
    agent = ChannelSnapshot("1774.3", "PJSIP/agent1-3", "Down")
    found = news_of(
        Dial(agent, "", channel(A, "Up")),
        Dial(agent, "RINGING", channel(A, "Up")),
        Dial(agent, "NOANSWER", channel(A, "Up")),
        Dial(agent, "", channel(A, "Up")),
        Dial(agent, "ANSWER", channel(A, "Up")),
    ).calls
    assert found == {A: CallNews(A, "PJSIP/carrier-1", sought_at=START, served_at=START + timedelta(seconds=4))}
    # What is dialed for a channel that is no call of ours is nobody's.
    assert news_of(Dial(agent, "ANSWER", ChannelSnapshot("1774.1", "PJSIP/carrier-1", "Up"))).calls == {}


def test_a_dialplan_may_report_that_somebody_has_come() -> None:
    served = Reported(channel(A, "Up"), "served", "Ada")
    assert news_of(served, served).calls == {A: CallNews(A, "PJSIP/carrier-1", served_at=START)}


def test_the_events_of_a_call_become_one_piece_of_news() -> None:
    assert news_of(*ANSWERED).calls == {
        A: CallNews(
            A,
            "PJSIP/carrier-1",
            is_alive=True,
            ringing_at=START + timedelta(seconds=1),
            up_at=START + timedelta(seconds=3),
            in_stasis=True,
            dialstatus="ANSWER",
        )
    }


def test_the_end_carries_the_last_dialstatus() -> None:
    assert news_of(*BUSY).calls[B].hangup == HangupReport(17, 486, "BUSY")


def test_calls_are_kept_apart_however_their_events_are_mixed() -> None:
    news = news_of(*ANSWERED[:1], *BUSY[:1], *ANSWERED[1:4], *BUSY[1:], *ANSWERED[4:])
    assert news.calls[A].hangup is None
    assert news.calls[B].hangup == HangupReport(17, 486, "BUSY")
    assert news.calls[B].ringing_at is None


def test_early_media_is_a_sign_of_life_and_no_ringing() -> None:
    item = news_of(Dial(channel(A), ""), Dial(channel(A), "PROGRESS")).calls[A]
    assert (item.is_alive, item.ringing_at, item.dialstatus) == (True, None, "PROGRESS")


def test_an_end_alone_is_no_sign_of_life() -> None:
    assert not news_of(ChannelDestroyed(channel(A), 16, None)).calls[A].is_alive


def test_an_end_tells_of_an_answer_that_nobody_heard() -> None:
    assert news_of(ChannelDestroyed(channel(A, "Ringing"), 16, None)).calls[A].up_at is None
    assert news_of(ChannelDestroyed(channel(A, "Up"), 16, None)).calls[A].up_at is not None


def test_a_tomb_makes_no_news_of_its_call_and_its_end_is_noticed() -> None:
    tomb = channel(A, name="Local/tomb@default-00000001;1")
    news = news_of(
        StasisStart(tomb, ("tomb",)), ChannelStateChange(tomb), ChannelDestroyed(tomb, 16, None),
        StasisStart(channel(B, "Up"), ("tomb",)),
    )  # fmt: skip
    assert news.calls == {}
    assert news.tombs_gone == {A}


def test_only_the_sound_of_our_action_counts_as_finished() -> None:
    ours = PlaybackFinished(str(A), str(A), failed=False)
    assert news_of(ours, PlaybackFinished("another", str(B), failed=False)).finished == {A: ours}


def test_the_newest_echo_and_a_replacement_are_kept() -> None:
    news = news_of(Echo("1"), Echo("2"), ApplicationReplaced())
    assert (news.echo, news.is_replaced) == ("2", True)


@pytest.mark.parametrize("channel_id", ["1700000000.1", f"{A};2", "x" * 36, ""])
def test_channels_with_other_ids_are_none_of_ours(channel_id: str) -> None:
    assert call_id_of(channel_id) is None
    assert news_of(ChannelStateChange(ChannelSnapshot(channel_id, "SIP/x", "Up"))).calls == {}


def facts(state: CallState, *, hangup_requested: bool = False, action_started: bool = False) -> CallFacts:
    return CallFacts(state, hangup_requested, action_started)


ALIVE = CallNews(A, "PJSIP/carrier-1", is_alive=True)
UP = CallNews(A, "PJSIP/carrier-1", is_alive=True, up_at=START)
STASIS = CallNews(A, "PJSIP/carrier-1", is_alive=True, up_at=START, in_stasis=True)
OVER = CallNews(A, "PJSIP/carrier-1", hangup=HangupReport(16))
WHOLE = CallNews(A, "PJSIP/carrier-1", is_alive=True, up_at=START, in_stasis=True, hangup=HangupReport(16))


@pytest.mark.parametrize(
    ("state", "news", "then"),
    [
        (CallState.ORIGINATING, ALIVE, CallState.RINGING),
        (CallState.ORIGINATING, UP, CallState.UP),
        (CallState.ORIGINATING, OVER, CallState.ORIGINATING),
        (CallState.RINGING, ALIVE, CallState.RINGING),
        (CallState.RINGING, UP, CallState.UP),
        (CallState.UP, ALIVE, CallState.UP),
        (CallState.UP, UP, CallState.UP),
    ],
)
def test_a_call_only_moves_forward(state: CallState, news: CallNews, then: CallState) -> None:
    assert decide(facts(state), news).state is then


def test_the_action_is_run_on_the_answer_and_only_once() -> None:
    assert decide(facts(CallState.RINGING), STASIS).acts
    assert decide(facts(CallState.UP), STASIS).acts  # found up by reconcile before
    assert not decide(facts(CallState.UP, action_started=True), STASIS).acts
    assert not decide(facts(CallState.RINGING), UP).acts


def test_no_action_for_a_call_that_is_over_already() -> None:
    step = decide(facts(CallState.ORIGINATING), WHOLE)
    assert (step.state, step.acts, step.hang_up) == (CallState.UP, False, False)
    assert step.ending is not None


def test_a_call_to_be_hung_up_is_hung_up_instead_of_acted_upon() -> None:
    step = decide(facts(CallState.RINGING, hangup_requested=True), STASIS)
    assert (step.acts, step.hang_up) == (False, True)
    assert not decide(facts(CallState.RINGING, hangup_requested=True), OVER).hang_up


@pytest.mark.parametrize("state", [CallState.ENDED, CallState.QUEUED])
def test_a_sign_of_life_of_a_call_not_to_be_dialed_is_a_late_dial(state: CallState) -> None:
    alive, over, whole = (decide(facts(state), news) for news in (ALIVE, OVER, WHOLE))
    assert (alive.is_late, alive.hang_up) == (True, True)
    assert (over.is_late, over.hang_up) == (False, False)
    assert (whole.is_late, whole.hang_up) == (True, False)
    assert all(step.state is None and step.ending is None and not step.acts for step in (alive, over, whole))


def test_news_written_again_are_no_late_dial_unless_the_channel_still_lives() -> None:
    assert not decide(facts(CallState.ENDED), WHOLE, again=True).is_late
    assert decide(facts(CallState.ENDED), STASIS, again=True).is_late


def test_only_what_somebody_on_the_line_waits_for_is_urgent() -> None:
    news = news_of(*ANSWERED, *BUSY)
    assert set(news.take_urgent().calls) == {A}
    assert set(news.calls) == {B}
    assert news.take_urgent().is_empty
    assert not news.is_empty


def test_what_has_been_handed_back_and_sounds_that_are_over_are_urgent_with_all_of_their_calls() -> None:
    news = news_of(
        StasisStart(channel(A, "Up"), ("menu", "1")),
        PlaybackFinished(str(B), str(B), failed=False),
        ChannelDestroyed(channel(B, "Up"), 16, 200),
    )
    urgent = news.take_urgent()
    assert set(urgent.calls) == {A, B}
    assert set(urgent.finished) == {B}
    assert news.is_empty


@pytest.mark.parametrize(
    "event",
    [
        Echo("1.1/2026-01-31T12:00:00+00:00"),
        ApplicationReplaced(),
        ChannelDestroyed(channel(A, name="Local/tomb@x"), 0, None),
    ],
)
def test_what_speaks_of_all_that_came_before_it_is_not_written_apart(event: Event) -> None:
    assert not news_of(*ANSWERED, *BUSY).is_whole
    assert news_of(*ANSWERED, *BUSY, event).is_whole


def test_a_call_ends_when_its_end_was_heard_unless_that_has_waited() -> None:
    news = news_of(*BUSY).calls[B]
    ringing = CallFacts(CallState.RINGING, hangup_requested=False, action_started=False)
    ending = decide(ringing, news).ending
    assert ending is not None
    assert ending.at == START + timedelta(seconds=2)
    news.has_waited = True
    ending = decide(ringing, news).ending
    assert ending is not None
    assert ending.at is None


def test_a_sound_that_is_over_is_nothing_to_write() -> None:
    assert news_of(PlaybackFinished(str(B), str(B), failed=False)).writes_nothing
    assert not news_of(*BUSY).writes_nothing
    assert not news_of(Echo("1.1/2026-01-31T12:00:00+00:00")).writes_nothing
