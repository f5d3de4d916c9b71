"""The REST side of one PBX: typed calls, typed answers, and the three errors of `dialer.ari.errors`."""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import quote, urlencode, urlsplit
from uuid import UUID

import orjson

from dialer.ari.connection import Answer, NoAnswer
from dialer.ari.errors import Fault, Refused, Unknown, ari_message, error_of
from dialer.ari.transport import Connections
from dialer.clock import Clock, SystemClock

ECHO_EVENT: Final = "dialer_echo"
TOMB_ARGS: Final = "tomb"
TOMB_PREFIX: Final = "Local/tomb@"
"""How the name of a placeholder channel begins."""

_TOMB_ENDPOINT: Final = f"{TOMB_PREFIX}default"


@dataclass(frozen=True, slots=True)
class OriginateAnswer:
    """Asterisk has started to dial. `channel` is the channel's name, like `PJSIP/carrier-00000001`."""

    channel: str


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel that lives. `created_at` is by the PBX's clock; `in_stasis`: an application has it (told since 18)."""

    id: str
    name: str
    state: str
    created_at: datetime | None
    in_stasis: bool = False
    stasis_args: tuple[str, ...] = ()

    @property
    def is_tomb(self) -> bool:
        """A placeholder of ours: it occupies an id, and nobody is called."""
        return self.name.startswith(TOMB_PREFIX)


@dataclass(frozen=True, slots=True)
class NodeInfo:
    """A PBX about itself. `startup_at` is by its own clock: an identity, not a time to compare ours with."""

    version: str
    startup_at: datetime
    is_simulator: bool


def ari_root(url: str) -> str:
    """The URL under which the ARI of a PBX is: `url`, with `/ari` unless it ends so already."""
    url = url.rstrip("/")
    return url if urlsplit(url).path.endswith("/ari") else f"{url}/ari"


class AriClient:
    """One PBX, over HTTP. Safe to share between threads, not between processes.

    Every method raises `NeverSent`, `Refused` or `Unknown`, except for the answers that it reports itself.

    Args:
        base_url: `http://host:8088`, with or without `/ari`.
        app: the Stasis application.
        connect_timeout: seconds to connect, and to wait for a free connection.
        read_timeout: seconds to wait for an answer.
        pool_size: connections at most; each counts against Asterisk's `sessionlimit`.
        ca_file: a PEM file with the CA that an `https` PBX's certificate is by; None: one of the usual.
    """

    def __init__(
        self,
        base_url: str,
        username: str,
        password: str,
        app: str,
        *,
        connect_timeout: float = 1.0,
        read_timeout: float = 3.0,
        pool_size: int = 25,
        ca_file: Path | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.app = app
        self._root = ari_root(base_url)
        self._authorization = f"Basic {b64encode(f'{username}:{password}'.encode()).decode()}"
        self._timeouts = (connect_timeout, read_timeout)
        self._pool_size = pool_size
        self._ca_file = ca_file
        self._clock = clock or SystemClock()
        self._connections = self._new_connections()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._connections.close()

    # Channels

    def originate(
        self,
        channel_id: UUID,
        *,
        endpoint: str,
        caller_id: str | None,
        timeout_seconds: int,
        variables: Mapping[str, str],
        app_args: str = "",
        not_after: float | None = None,
    ) -> OriginateAnswer:
        """Dial `endpoint`. Never to be called twice with the same id, unless it raised `NeverSent` or `Refused`.

        Args:
            channel_id: the call's id, from now on the channel's.
            timeout_seconds: how long to wait for an answer by the callee; ringing does not stop it.
            not_after: on the clock's `monotonic()`; past it nothing is written, and `NeverSent` is raised.
        """
        body: dict[str, Any] = {
            "endpoint": endpoint,
            "app": self.app,
            "timeout": int(timeout_seconds),
            "variables": {name: str(value) for name, value in variables.items()},
        }
        if app_args:
            body["appArgs"] = app_args
        if caller_id:
            body["callerId"] = caller_id
        answer = self._send("POST", f"/channels/{channel_id}", body=body, not_after=not_after)
        if answer.status != 200:
            raise error_of(answer.status, answer.content, answer.header("Server"))
        channel = _channel(_json(answer))
        if channel.id != str(channel_id):
            raise Unknown(f"The answer is about another channel: {channel.id}", 200)
        return OriginateAnswer(channel.name)

    def channel(self, channel_id: UUID | str) -> Channel | None:
        """The channel, if it lives now."""
        answer = self._request("GET", f"/channels/{_id(channel_id)}", ok=(200, 404))
        return None if answer.status == 404 else _channel(_json(answer))

    def channels(self, *, read_timeout: float | None = None) -> list[Channel]:
        """All channels of the PBX, also those that are not ours."""
        listed = _json(self._request("GET", "/channels", read_timeout=read_timeout))
        if not isinstance(listed, list):
            raise Unknown("The answer is not a list of channels", 200)
        return [_channel(item) for item in listed]

    def hang_up(self, channel_id: UUID | str, reason: str = "normal") -> bool:
        """End the channel; False if there is none. `reason` is one of ARI's words, such as `normal` or `busy`."""
        path = f"/channels/{_id(channel_id)}"
        return self._request("DELETE", path, ok=(204, 404), query={"reason": reason}).status != 404

    def create_tomb(self, channel_id: UUID) -> bool:
        """Occupy the id with a channel that calls nobody, so that a stalled originate can't dial any more.

        Returns:
            True: from now on the id is ours. False: a channel with this id lives.
        """
        body = {"endpoint": _TOMB_ENDPOINT, "app": self.app, "appArgs": TOMB_ARGS, "channelId": str(channel_id)}
        answer = self._request("POST", "/channels/create", ok=(200, 409), body=body)
        if answer.status == 409:
            return False
        if _channel(_json(answer)).id != str(channel_id):
            raise Unknown("The answer is about another channel", 200)
        return True

    def set_variable(self, channel_id: UUID | str, name: str, value: str) -> None:
        """Set a channel variable, for the dialplan to read."""
        body = {"variable": name, "value": value}
        self._request("POST", f"/channels/{_id(channel_id)}/variable", ok=(204,), body=body)

    def continue_(self, channel_id: UUID | str, *, context: str, extension: str, priority: int) -> None:
        """Let the channel leave the application and go on in the dialplan."""
        body = {"context": context, "extension": extension, "priority": priority}
        self._request("POST", f"/channels/{_id(channel_id)}/continue", ok=(204,), body=body)

    def play(self, channel_id: UUID | str, playback_id: str, media: str) -> None:
        """Begin to play `media`, like `sound:hello-world`. PlaybackFinished tells its end."""
        path = f"/channels/{_id(channel_id)}/play/{_id(playback_id)}"
        self._request("POST", path, ok=(200, 201), body={"media": media})

    def is_playing(self, playback_id: str) -> bool:
        """Whether that sound is being played, or waits for its turn."""
        return self._request("GET", f"/playbacks/{_id(playback_id)}", ok=(200, 404)).status != 404

    def create_bridge(self, bridge_id: str) -> None:
        """Make a bridge with nobody in it, and hear of it from now on."""
        self._request("POST", f"/bridges/{_id(bridge_id)}", body={"type": "mixing"})
        path = f"/applications/{self.app}/subscription"
        self._request("POST", path, query={"eventSource": f"bridge:{bridge_id}"})

    def play_on_bridge(self, bridge_id: str, media: str, offset_ms: int) -> None:
        """Begin to play `media` from `offset_ms` on. PlaybackFinished, with the bridge's id, tells its end."""
        path = f"/bridges/{_id(bridge_id)}/play/{_id(bridge_id)}"
        self._request("POST", path, ok=(200, 201), body={"media": media, "offsetms": offset_ms})

    def destroy_bridge(self, bridge_id: str) -> None:
        """End it, and what is played on it."""
        self._request("DELETE", f"/bridges/{_id(bridge_id)}", ok=(204, 404))

    # The PBX and our application on it

    def info(self, *, fresh: bool = False) -> NodeInfo:
        """What the PBX says of itself.

        Args:
            fresh: over a connection of its own, so that the answer proves that the PBX takes new ones.
        """
        if fresh:
            with closing(self._new_connections()) as connections:
                answer = self._request("GET", "/asterisk/info", connections=connections)
        else:
            answer = self._request("GET", "/asterisk/info")
        try:
            return _info(_json(answer))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise Unknown(f"The answer is not about a PBX: {error!r}", 200) from error

    def set_event_filter(self, types: Iterable[str]) -> None:
        """Hear of these types of event only. To be done again on every new socket."""
        body = {"allowed": [{"type": type_} for type_ in types]}
        self._request("PUT", f"/applications/{self.app}/eventFilter", body=body)

    def send_echo(self, token: str) -> bool:
        """Send ourselves an event through the PBX. False if our application is not registered there."""
        answer = self._request(
            "POST",
            f"/events/user/{ECHO_EVENT}",
            ok=(204, 404),
            query={"application": self.app},
            body={"variables": {"token": token}},
        )
        return answer.status != 404

    def subscribe(self, channel_id: UUID | str) -> bool:
        """Hear the events of a channel that lives already. False if it doesn't, or our application is unknown."""
        path = f"/applications/{self.app}/subscription"
        source = f"channel:{channel_id}"
        return self._request("POST", path, ok=(200, 404, 422), query={"eventSource": source}).status == 200

    def read(self, path: str) -> Any | None:
        """What ARI has at `path`, such as `/endpoints/PJSIP/carrier`; None if there is no such thing."""
        answer = self._request("GET", path, ok=(200, 404))
        return None if answer.status == 404 else _json(answer)

    def clock_of_pbx(self) -> datetime | None:
        """What the PBX's clock shows, to the second; None if it doesn't say."""
        told = self._request("GET", "/asterisk/info").header("Date")
        return parsedate_to_datetime(told) if told else None

    # Plumbing

    def _new_connections(self) -> Connections:
        return Connections(
            self._root,
            {"Authorization": self._authorization, "User-Agent": "dialer"},
            pool_size=self._pool_size,
            timeouts=self._timeouts,
            ca_file=self._ca_file,
            clock=self._clock,
        )

    def _request(
        self,
        method: str,
        path: str,
        *,
        ok: tuple[int, ...] = (200,),
        query: Mapping[str, str] | None = None,
        body: Any = None,
        read_timeout: float | None = None,
        connections: Connections | None = None,
    ) -> Answer:
        answer = self._send(method, path, query=query, body=body, read_timeout=read_timeout, connections=connections)
        status = answer.status
        message = ari_message(answer.content) if status >= 400 else None
        # A 404 or 409 counts only in ARI's own form: a proxy has pages for these too.
        if status in ok and (status < 400 or message is not None):
            return answer
        if status == 409 and message is not None:
            raise Refused(409, message, Fault.CALL)
        raise error_of(status, answer.content, answer.header("Server"))

    def _send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        read_timeout: float | None = None,
        connections: Connections | None = None,
        not_after: float | None = None,
    ) -> Answer:
        target = path if query is None else f"{path}?{urlencode(query)}"
        data = None if body is None else orjson.dumps(body)
        try:
            return (connections or self._connections).request(
                method, target, data, read_timeout=read_timeout, not_after=not_after
            )
        except NoAnswer as error:
            raise Unknown(f"No answer to {method} {path}: {error}") from error


def _id(channel_id: UUID | str) -> str:
    return quote(str(channel_id), safe="")


def _json(answer: Answer) -> Any:
    try:
        return orjson.loads(answer.content)
    except orjson.JSONDecodeError as error:
        raise Unknown(f"{answer.status} without JSON", answer.status) from error


def _channel(body: Any) -> Channel:
    try:
        created = body.get("creationtime")
        dialplan = body.get("dialplan", {})
        in_stasis = dialplan.get("app_name") == "Stasis"
        return Channel(
            id=body["id"],
            name=body["name"],
            state=body["state"],
            created_at=datetime.fromisoformat(created) if created else None,
            in_stasis=in_stasis,
            # "application,argument,…"
            stasis_args=tuple(dialplan.get("app_data", "").split(",")[1:]) if in_stasis else (),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Unknown(f"The answer is not a channel: {error!r}", 200) from error


def _info(body: Any) -> NodeInfo:
    return NodeInfo(
        version=str(body["system"]["version"]),
        startup_at=datetime.fromisoformat(body["status"]["startup_time"]),
        is_simulator=body["build"].get("options") == "simulator",
    )
