"""Many events, put together call by call; and what they mean for a call. Nothing here asks anybody anything."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

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
from dialer.domain.actions import NO_DIGIT
from dialer.domain.calls import OPEN_STATES, CallState
from dialer.services.ending import Ending, HangupReport

_UP = "Up"
_RINGING = "Ringing"
_RINGING_DIALSTATUS = "RINGING"
_ANSWERED_DIALSTATUS = "ANSWER"


@dataclass(slots=True)
class CallNews:
    """What a batch of events says of one call.

    Attributes:
        is_alive: the channel was there and doing something: more than the news of its end.
        in_stasis: it was handed to us, by its answer.
        handed_back: the dialplan has handed it back: `menu` or `amd`, whose answer is in `digit` or `amd_status`.
        has_waited: all this has waited in the PBX, and is not new.
        is_stale: it was handed to us too long ago for its answer action to begin.
        is_stock: all this is from a list of channels, so that it may not be new.
        result: what the dialplan has reported.
        sought_at: when the dialplan first called somebody for the callee.
        served_at: when somebody was there.
        hangup: how it ended, if it did.
        ended_at: when.
    """

    call_id: UUID
    channel: str
    is_alive: bool = False
    ringing_at: datetime | None = None
    up_at: datetime | None = None
    in_stasis: bool = False
    handed_back: str | None = None
    has_waited: bool = False
    is_stale: bool = False
    is_stock: bool = False
    digit: str | None = None
    amd_status: str | None = None
    result: str | None = None
    sought_at: datetime | None = None
    served_at: datetime | None = None
    dialstatus: str | None = None
    hangup: HangupReport | None = None
    ended_at: datetime | None = None

    @property
    def is_urgent(self) -> bool:
        """Somebody is on the line, and waits for what we do."""
        return self.in_stasis or self.handed_back is not None


@dataclass(slots=True)
class News:
    """What a batch of events says."""

    calls: dict[UUID, CallNews] = field(default_factory=dict)
    finished: dict[UUID, PlaybackFinished] = field(default_factory=dict)
    tombs_gone: set[UUID] = field(default_factory=set)
    echo: str | None = None
    is_replaced: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write."""
        return self.writes_nothing and not self.finished

    @property
    def writes_nothing(self) -> bool:
        """Whether all of it is for the commands alone."""
        return not (self.calls or self.tombs_gone or self.echo)

    @property
    def is_whole(self) -> bool:
        """It can't be written in parts: an echo proves that all that came before it is written."""
        return self.is_replaced or self.echo is not None or bool(self.tombs_gone)

    def take_urgent(self) -> "News":
        """What somebody waits for, apart; the rest stays. Of each call it is either all or nothing."""
        urgent = News(finished=self.finished)
        urgent.calls = {
            call_id: news for call_id, news in self.calls.items() if news.is_urgent or call_id in self.finished
        }
        self.calls = {call_id: news for call_id, news in self.calls.items() if call_id not in urgent.calls}
        self.finished = {}
        return urgent

    def add(self, event: Event, at: Callable[[], datetime]) -> None:
        """Take one more event in, in the order in which they came.

        Args:
            at: when it came, asked for only where that matters.
        """
        match event:
            case StasisStart(channel=channel):
                if not event.is_tomb:
                    news = self._sign_of_life(channel, at)
                    if news is not None:
                        _handed(news, event.args)
            case Reported(channel=channel, what=what, value=value):
                news = self._of(channel)
                if news is not None:
                    _reported(news, what, value, at)
            case ChannelStateChange(channel=channel):
                self._sign_of_life(channel, at)
            case Dial(caller=ChannelSnapshot() as caller, dialstatus=dialstatus):
                news = self._of(caller)
                if news is not None and dialstatus == "":
                    news.sought_at = news.sought_at or at()
                elif news is not None and dialstatus == _ANSWERED_DIALSTATUS:
                    news.served_at = news.served_at or at()
            case Dial(peer=peer, dialstatus=dialstatus):
                news = self._sign_of_life(peer, at)
                if news is not None and dialstatus:
                    news.dialstatus = dialstatus
                    if dialstatus == _RINGING_DIALSTATUS:
                        news.ringing_at = news.ringing_at or at()
            case ChannelDestroyed(channel=channel):
                self._destroyed(channel, event, at)
            case PlaybackFinished(channel_id=channel_id):
                call_id = call_id_of(channel_id)
                if call_id is not None and event.playback_id == channel_id:
                    self.finished[call_id] = event
            case Echo(token=token):
                self.echo = token
            case ApplicationReplaced():
                self.is_replaced = True

    def _sign_of_life(self, channel: ChannelSnapshot, at: Callable[[], datetime]) -> CallNews | None:
        news = self._of(channel)
        if news is None:
            return None
        news.is_alive = True
        if channel.state == _UP:
            news.up_at = news.up_at or at()
        elif channel.state == _RINGING:
            news.ringing_at = news.ringing_at or at()
        return news

    def _destroyed(self, channel: ChannelSnapshot, event: ChannelDestroyed, at: Callable[[], datetime]) -> None:
        call_id = call_id_of(channel.id)
        if channel.is_tomb and call_id is not None:
            self.tombs_gone.add(call_id)
        news = self._of(channel)
        if news is not None:
            if channel.state == _UP:
                # The last snapshot says so also where the answer itself fell into a gap.
                news.up_at = news.up_at or at()
            news.hangup = HangupReport(event.cause, event.tech_cause, news.dialstatus)
            news.ended_at = at()

    def _of(self, channel: ChannelSnapshot) -> CallNews | None:
        """The news of the channel's call. A tomb's doings are no news of the call whose id it keeps."""
        call_id = call_id_of(channel.id)
        if call_id is None or channel.is_tomb:
            return None
        news = self.calls.get(call_id)
        if news is None:
            news = self.calls[call_id] = CallNews(call_id, channel.name)
        return news


def _handed(news: CallNews, args: tuple[str, ...]) -> None:
    match args:
        case ("menu", *digits):
            news.handed_back = "menu"
            news.digit = "".join(digits[:1]) or NO_DIGIT
        case ("amd", status, *_):
            news.handed_back = "amd"
            news.amd_status = status
        case _:
            news.in_stasis = True


def _reported(news: CallNews, what: str, value: str, at: Callable[[], datetime]) -> None:
    if what == "digit":
        news.digit = value or NO_DIGIT
    elif what == "status":
        news.amd_status = value
    elif what == "served":
        news.served_at = news.served_at or at()
    else:
        news.result = value


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What the row says of a call."""

    state: CallState
    hangup_requested: bool
    action_started: bool
    digit: str | None = None
    amd_status: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What news mean for a call.

    Attributes:
        state: where it goes, or stays, before it ends; None: its row is left alone.
        ending: how it ends, if it does.
        is_missed: it was answered, and it is too late for its answer action.
        acts: its answer action has to be run, now and only now.
        goes_on: the dialplan has done its part, and what follows from that has to be run.
        decides: its menu has got a digit that was not known before.
        hang_up: the channel must go.
        is_late: it was dialed although it was over, or not to be dialed.
    """

    state: CallState | None = None
    ending: Ending | None = None
    is_missed: bool = False
    acts: bool = False
    goes_on: bool = False
    decides: bool = False
    hang_up: bool = False
    is_late: bool = False


def decide(facts: CallFacts, news: CallNews, *, again: bool = False) -> Step:
    """What `news` mean for a call that is as `facts` say.

    Args:
        again: these news may have been written before, by a commit whose answer was lost.
    """
    is_over = news.hangup is not None
    if facts.state not in OPEN_STATES:
        is_late = news.is_alive and not ((again or news.has_waited) and is_over)
        return Step(is_late=is_late, hang_up=is_late and not is_over)
    state = facts.state
    if news.up_at is not None:
        state = CallState.UP
    elif news.is_alive and state is CallState.ORIGINATING:
        state = CallState.RINGING
    known = facts.digit if news.handed_back == "menu" else facts.amd_status
    begins = news.in_stasis and not (facts.action_started or facts.hangup_requested or is_over)
    # An end without anything before it: its beginning fell into a gap. The row still learns the channel's name.
    return Step(
        state=state,
        ending=_ending(news) if is_over else None,
        is_missed=begins and news.is_stale,
        acts=begins and not news.is_stale,
        goes_on=news.handed_back is not None
        and (known is None or not news.is_stock or again)
        and not (facts.hangup_requested or is_over),
        decides=news.digit is not None and (facts.digit is None or again),
        hang_up=news.is_alive and facts.hangup_requested and not is_over,
    )


def _ending(news: CallNews) -> Ending:
    # What ended long ago ends now: whoever counts ends by the time can't look back for ever.
    at = None if news.has_waited else news.ended_at
    return Ending(news.call_id, hangup=news.hangup, at=at, channel=news.channel)


def call_id_of(channel_id: str) -> UUID | None:
    """The call whose channel this is; None for a channel that can't be one of ours."""
    if len(channel_id) != 36:
        return None
    try:
        return UUID(channel_id)
    except ValueError:
        return None
