"""People to whom the dialplan puts callees through, as `dialer-transfer` of deploy/asterisk/extensions.conf does."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Final

import orjson

from dialer.simulator import events
from dialer.simulator.channels import Channel

TRANSFER_CONTEXT: Final = "dialer-transfer"
_QUEUE: Final = "queue-"

AGENTS: Final[Mapping[str, float]] = {"agent1": 0.1, "slow1": 2.5}
"""Endpoints, and the seconds after which they answer. There is nobody at any other."""
QUEUES: Final[Mapping[str, str]] = {"staffed": "agent1"}
"""Queues, each with its one member. Any other is empty. All as in the lab."""


class Transfers:
    """Dials an agent for a channel, and ends it when they have talked.

    Args:
        talk_seconds: until the agent hangs up.
        deliver: as the exchange's.
        over: ends the dialplan of a channel.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        talk_seconds: float,
        deliver: Callable[[Channel, str, Callable[[], Mapping[str, Any]]], None],
        now: Callable[[], str],
        over: Callable[[Channel], None],
    ) -> None:
        self._loop = loop
        self._talk = talk_seconds
        self._deliver = deliver
        self._now = now
        self._over = over

    def begin(self, channel: Channel) -> None:
        """Put the channel through to where its extension says."""
        in_queue = channel.exten.startswith(_QUEUE)
        agent = QUEUES.get(channel.exten.removeprefix(_QUEUE), "") if in_queue else channel.exten
        answers_after = AGENTS.get(agent)
        if answers_after is None:
            result = "queue_joinempty" if in_queue else "transfer_chanunavail"
            self._deliver(
                channel,
                "ChannelUserevent",
                lambda: {
                    **events.user_event("dialer_result", self._now(), {"result": result}),
                    "channel": channel.fragment(),
                },
            )
            self._over(channel)
            return
        self._dial(channel, agent, "")
        channel.timer = self._loop.call_later(answers_after, self._answered, channel, agent)

    def _answered(self, channel: Channel, agent: str) -> None:
        self._dial(channel, agent, "ANSWER")
        channel.timer = self._loop.call_later(self._talk, self._over, channel)

    def _dial(self, channel: Channel, agent: str, dialstatus: str) -> None:
        state = "Up" if dialstatus == "ANSWER" else "Down"
        # A channel of Asterisk's own, which nobody can command here.
        peer = {"id": f"{agent}.{channel.id[:8]}", "name": f"PJSIP/{agent}-{channel.id[:8]}", "state": state}
        self._deliver(
            channel,
            "Dial",
            lambda: {
                **events.dial(orjson.Fragment(orjson.dumps(peer)), self._now(), dialstatus, agent),
                "caller": channel.fragment(),
            },
        )
