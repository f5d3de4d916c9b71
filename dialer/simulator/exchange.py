"""The telephone network: what happens to a channel from its first INVITE to its end, in Asterisk's order."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from dialer.clock import Clock
from dialer.simulator import events
from dialer.simulator.applications import Applications
from dialer.simulator.bridges import Bridge
from dialer.simulator.channels import Channel, ChannelStore
from dialer.simulator.fates import BY_NAME, CAUSE_TO_SIP, FateBook, cause_of, dialstatus_of
from dialer.simulator.ledger import REDIRECTED, LedgerWriter, read_ledger
from dialer.simulator.playbacks import Playbacks
from dialer.simulator.settings import SimulatorSettings
from dialer.simulator.transfers import TRANSFER_CONTEXT, Transfers

# Flags that Asterisk shows as a soft hang-up's `cause`: somebody asked for it, or the channel's own driver did.
SOFT_HANGUP_EXPLICIT = 32
SOFT_HANGUP_BY_DRIVER = 1


MENU_CONTEXT = "dialer-menu"
AMD_CONTEXT = "dialer-amd"
# What callees press in a menu and what AMD() makes of them, by the last two digits, as in the lab.
PRESSED = {"83": "1", "84": "9"}
HEARD = {"80": "MACHINE", "82": "NOTSURE"}
_MOST_TRIES = 5


class Exchange:
    """Moves channels along. All methods run on the event loop; what takes time is a timer."""

    def __init__(self, settings: SimulatorSettings, clock: Clock, loop: asyncio.AbstractEventLoop) -> None:
        self.settings = settings
        self.clock = clock
        self.timestamps = events.Timestamps(clock)
        self.applications = Applications(self.timestamps)
        self.channels = ChannelStore()
        self.bridges: dict[str, Bridge] = {}
        self.playbacks = Playbacks(loop, settings.playback_ms / 1000, self.deliver)
        talk = settings.talk_ms / 1000
        self.transfers = Transfers(loop, talk, self.deliver, self.now, self._dialplan_is_over)
        # How often each number was dialled, earlier runs on the same ledger included.
        self.invites: Counter[str] = Counter()
        self._loop = loop
        self._book = FateBook(settings.mix, settings.seed)
        if settings.ledger is not None and settings.ledger.exists():
            self.invites.update(invite.number for invite in read_ledger(settings.ledger).invites)
        self.posts = 0
        self.ledger = LedgerWriter(settings.ledger, clock)
        self.ledger.write("start")

    def now(self) -> str:
        """The wall clock in ARI's spelling."""
        return self.timestamps.now()

    def deliver(self, channel: Channel | Bridge, kind: str, make: Callable[[], Mapping[str, Any]]) -> None:
        """Send an event to every application subscribed to the channel or bridge; it is only made if one wants it."""
        takers = [application for application in channel.subscribers if application.wants(kind)]
        if takers:
            event = dict(make())
            for application in takers:
                application.send(event)

    def subscribe(self, channel: Channel, name: str) -> bool:
        """Let a registered application hear of the channel. False if there is no such application."""
        application = self.applications.get(name)
        if application is None:
            return False
        application.channels[channel.id] += 1
        if application not in channel.subscribers:
            channel.subscribers.append(application)
        return True

    def add(self, channel: Channel) -> None:
        """The channel exists from now on, and its application hears of it."""
        self.channels.add(channel)
        if channel.app is not None:
            self.subscribe(channel, channel.app)

    def add_second_half(self, channel: Channel) -> None:
        """A Local channel's other half lives and ends with it."""
        half = replace(channel, id=f"{channel.id};2", name=f"{channel.name[:-1]}2", state="Ring", subscribers=[])
        half.changed()
        channel.second_half = half
        self.channels.add(half)

    def next_post(self) -> int:
        """Count one originate that was received."""
        self.posts += 1
        return self.posts

    def stop(self) -> None:
        """The PBX goes down: nothing happens to any channel any more."""
        for channel in self.channels.all():
            channel.stop_timer()
        self.ledger.close()

    # Dialing

    def dial(self, channel: Channel) -> None:
        """Send the INVITE. It is in the ledger before anybody can hear of it."""
        channel.is_dialed = True
        channel.ring_seconds = float("inf")
        if channel.timeout_seconds > 0:
            channel.ring_seconds = channel.timeout_seconds / self.settings.time_scale
        self._invite(channel, channel.id)
        self._dial_event(channel, "", channel.dialstring)
        self._ring(channel)

    def _invite(self, channel: Channel, shown_id: str) -> None:
        self.invites[channel.number] += 1
        attempt = self.invites[channel.number]
        is_dead = channel.dialstring.partition("@")[2].startswith("dead")
        fate = channel.fate = BY_NAME["no_reply"] if is_dead else self._book.fate(channel.number, attempt)
        self.ledger.write(
            "invite",
            channel=shown_id,
            number=channel.number,
            caller_id=channel.caller_number,
            fate=fate.name,
            attempt=attempt,
        )

    def _redirect(self, channel: Channel) -> None:
        """302: the PBX calls the new number, on the same channel and within the same ring timeout."""
        assert channel.fate is not None
        assert channel.fate.redirect_suffix is not None
        channel.ring_seconds -= channel.fate.ring_seconds(self.settings.ring_ms)
        channel.number = channel.number[:-2] + channel.fate.redirect_suffix
        # The far end of a redirect does not know whose call it is.
        self._invite(channel, f"{channel.id}{REDIRECTED}")
        self._ring(channel)

    def _ring(self, channel: Channel) -> None:
        fate = channel.fate
        assert fate is not None
        delay, then = self._plan(channel)
        if fate.provisional == "none":
            self._after(channel, delay, then)
        else:
            channel.timer = self._loop.call_soon(self._provisional, channel, delay, then)

    def _plan(self, channel: Channel) -> tuple[float, Callable[[Channel], None]]:
        """When the ringing ends, in seconds, and how."""
        fate = channel.fate
        assert fate is not None
        limit = channel.ring_seconds
        if fate.at_the_last_moment:
            return limit * 0.95, self._answer
        if fate.ring is None:
            return limit, self._ring_timeout
        delay = fate.ring_seconds(self.settings.ring_ms)
        if delay >= limit:
            return limit, self._ring_timeout
        if fate.redirect_suffix is not None:
            return delay, self._redirect
        return delay, self._answer if fate.is_answered else self._refuse

    def _after(self, channel: Channel, seconds: float, then: Callable[[Channel], None]) -> None:
        channel.timer = None if seconds == float("inf") else self._loop.call_later(seconds, then, channel)

    def _provisional(self, channel: Channel, delay: float, then: Callable[[Channel], None]) -> None:
        assert channel.fate is not None
        if channel.fate.provisional == "ringing":
            self._state(channel, "Ringing")
            self._dial_event(channel, "RINGING")
        else:
            self._dial_event(channel, "PROGRESS")
        self._after(channel, delay, then)

    def _dial_event(self, channel: Channel, dialstatus: str, dialstring: str | None = None) -> None:
        # Asterisk names the dialstring in every Dial of an originate, but only in the first one of create and dial.
        text = dialstring if dialstring is not None else "" if channel.by_create else channel.dialstring
        self.deliver(channel, "Dial", lambda: events.dial(channel.fragment(), self.now(), dialstatus, text))

    def _state(self, channel: Channel, state: str) -> None:
        channel.state = state
        channel.changed()
        self.deliver(channel, "ChannelStateChange", lambda: events.state_change(channel.fragment(), self.now()))

    def _refuse(self, channel: Channel) -> None:
        assert channel.fate is not None
        assert channel.fate.sip_status is not None
        sip_status = channel.fate.sip_status
        cause = cause_of(sip_status)
        self._hangup_request(channel, cause=cause, tech_cause=sip_status)
        if not channel.by_create:
            self._dial_event(channel, dialstatus_of(cause))
        self._end(channel, cause, sip_status, "network")

    def _ring_timeout(self, channel: Channel) -> None:
        if channel.by_create:
            self._hangup_request(channel, cause=SOFT_HANGUP_EXPLICIT, soft=True)
        cause, tech_cause = (19, 480) if self.settings.release >= 22 else (0, None)
        self._end(channel, cause, tech_cause, "timeout")

    # Up

    def _answer(self, channel: Channel) -> None:
        assert channel.fate is not None
        channel.was_up = True
        channel.timer = None
        self._state(channel, "Up")
        self._dial_event(channel, "ANSWER")
        if channel.app is not None and not channel.by_create and not self.enter_stasis(channel):
            self._end(channel, 16, None, "no_app")
            return
        if channel.app is None and not channel.by_create:
            self._after(channel, self.settings.ivr_ms / 1000, self._dialplan_is_over)
            return
        if channel.fate.talk is not None:
            self._after(channel, channel.fate.talk * self.settings.talk_ms / 1000, self._callee_hangs_up)

    def enter_stasis(self, channel: Channel) -> bool:
        """Hand the channel to its application. False if nobody listens there: Asterisk then drops the channel."""
        if channel.app is None or self.applications.active(channel.app) is None:
            return False
        channel.in_stasis = True
        channel.dialplan_app = "Stasis"
        channel.dialplan_data = ",".join((channel.app, *channel.app_args))
        channel.changed()
        if channel.by_create:
            self.deliver(channel, "ChannelDialplan", lambda: self._dialplan_event(channel))
        self._varset(channel, "STASISSTATUS", "")
        start = events.stasis_start
        self.deliver(channel, "StasisStart", lambda: start(channel.fragment(), self.now(), channel.app_args))
        return True

    def leave_stasis(self, channel: Channel) -> None:
        """StasisEnd, if the channel was there; playbacks that were running have failed."""
        self.playbacks.fail(channel, self.now)
        if channel.in_stasis:
            channel.in_stasis = False
            self.deliver(channel, "StasisEnd", lambda: events.stasis_end(channel.fragment(), self.now()))

    def _callee_hangs_up(self, channel: Channel) -> None:
        assert channel.fate is not None
        cause = channel.fate.end_cause
        if cause == 16:
            self._hangup_request(channel, cause=cause)
        else:  # Asterisk itself gives up when the media stays away.
            self._hangup_request(channel, cause=SOFT_HANGUP_BY_DRIVER, soft=True)
        self._end(channel, cause, None, "callee")

    def continue_in_dialplan(
        self, channel: Channel, context: str | None, exten: str | None, priority: int | None
    ) -> None:
        """Leave the application for the dialplan. Every context exists, save none at all and `nowhere…`."""
        channel.stop_timer()
        self.leave_stasis(channel)
        exists = context is not None and not context.startswith("nowhere")
        channel.context = context or channel.context
        channel.exten = exten or channel.exten
        channel.priority = priority if priority is not None else 1 if context else channel.priority + 1
        channel.dialplan_app, channel.dialplan_data = ("Wait", "1") if exists else ("AppDial2", "(Outgoing Line)")
        channel.changed()
        self.deliver(channel, "ChannelDialplan", lambda: self._dialplan_event(channel))
        if channel.context in (MENU_CONTEXT, AMD_CONTEXT):
            self._after(channel, self.settings.ivr_ms / 1000, self._hand_back)
        elif channel.context == TRANSFER_CONTEXT:
            self.transfers.begin(channel)
        elif exists:
            self._after(channel, self.settings.ivr_ms / 1000, self._dialplan_is_over)
        else:
            self._end(channel, 0, None, "dialplan")

    def _hand_back(self, channel: Channel) -> None:
        """As deploy/asterisk/extensions.conf does: report what was found out, and enter the application again."""
        suffix = channel.number[-2:]
        if channel.context == MENU_CONTEXT:
            digit = PRESSED.get(suffix, "")
            report, variables = "dialer_digit", {"digit": digit or "none"}
            channel.app_args = ("menu", digit)
        else:
            status = HEARD.get(suffix, "HUMAN")
            report, variables = "dialer_amd", {"status": status, "cause": ""}
            channel.app_args = ("amd", status, "")
        self.deliver(
            channel,
            "ChannelUserevent",
            lambda: {**events.user_event(report, self.now(), variables), "channel": channel.fragment()},
        )
        self._enter_again(channel)

    def _enter_again(self, channel: Channel, tries: int = 1) -> None:
        """Where nobody listens the dialplan waits for the listener that takes over, but not for ever."""
        if self.enter_stasis(channel):
            return
        if tries > _MOST_TRIES:
            self._dialplan_is_over(channel)
        else:
            channel.timer = self._loop.call_later(1.0, self._enter_again, channel, tries + 1)

    def _dialplan_event(self, channel: Channel) -> events.Event:
        return events.dialplan(channel.fragment(), self.now(), channel.dialplan_app, channel.dialplan_data)

    def _dialplan_is_over(self, channel: Channel) -> None:
        channel.dialplan_app, channel.dialplan_data = "Hangup", ""
        channel.changed()
        self.deliver(channel, "ChannelDialplan", lambda: self._dialplan_event(channel))
        self._end(channel, 16, None, "dialplan")

    # The end

    def hang_up(self, channel: Channel, cause: int, hung_up_by: str = "us") -> None:
        """End the channel from our side, whatever it is doing."""
        self._hangup_request(channel, cause=SOFT_HANGUP_EXPLICIT, soft=True)
        if channel.is_dialed and not channel.was_up and not channel.by_create:
            self._dial_event(channel, dialstatus_of(cause))
        self._end(channel, cause, CAUSE_TO_SIP.get(cause) if channel.is_dialed else None, hung_up_by)

    def drop(self, channel: Channel) -> None:
        """End a channel that was created for an application that nobody listens to."""
        self._end(channel, 16, None, "no_app")

    def _hangup_request(
        self, channel: Channel, *, cause: int, tech_cause: int | None = None, soft: bool = False
    ) -> None:
        if channel.was_up:
            for variable in events.QOS_VARIABLES:
                self._varset(channel, variable, "")
        modern = self.settings.release >= 22
        make = events.hangup_request
        self.deliver(
            channel,
            "ChannelHangupRequest",
            lambda: make(
                channel.fragment(),
                self.now(),
                # 16 says nothing about a callee who hangs up.
                cause=cause if modern or soft or tech_cause is not None else None,
                tech_cause=tech_cause if modern else None,
                soft=soft,
            ),
        )

    def _varset(self, channel: Channel, variable: str, value: str) -> None:
        self.deliver(channel, "ChannelVarset", lambda: events.varset(channel.fragment(), self.now(), variable, value))

    def _end(self, channel: Channel, cause: int, tech_cause: int | None, hung_up_by: str) -> None:
        channel.stop_timer()
        was_in_stasis = channel.in_stasis
        self.leave_stasis(channel)
        if was_in_stasis:
            self._varset(channel, "STASISSTATUS", "SUCCESS")
        if self.settings.release < 22:
            tech_cause = None
        created_only = channel.by_create
        channel.dialplan_app, channel.dialplan_data = ("", "") if created_only else ("AppDial2", "(Outgoing Line)")
        channel.changed()
        self.channels.remove(channel)
        if channel.second_half is not None:
            self.channels.remove(channel.second_half)
        self.ledger.write(
            "end",
            channel=channel.id,
            cause=cause,
            tech_cause=tech_cause,
            was_up=channel.was_up,
            hung_up_by=hung_up_by,
        )
        self.deliver(
            channel, "ChannelDestroyed", lambda: events.destroyed(channel.fragment(), self.now(), cause, tech_cause)
        )
        for application in channel.subscribers:
            application.unsubscribe(channel.id, completely=True)
