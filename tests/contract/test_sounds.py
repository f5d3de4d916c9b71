"""Sounds that the PBX fetches: as the API serves them, played as by answer actions."""

import io
import math
import struct
import threading
import wave
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import SimpleQueue
from uuid import uuid4

import pytest

from dialer.ari.audition import Piece, unplayable
from dialer.ari.socket import EventSocket
from dialer.clock import SystemClock
from dialer.domain.actions import LeaveMessage, Menu, place_of, variables_of
from tests.contract.conftest import Pbx
from tests.contract.targets import USERNAME
from tests.contract.wire import Listener, eventually


class Server(ThreadingHTTPServer):
    """Gives a second of sound under every path that has no `missing` or `garbage` in it."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []
        written = io.BytesIO()
        with wave.open(written, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(8000)
            file.writeframes(b"".join(struct.pack("<h", int(8000 * math.sin(n / 3))) for n in range(8000)))
        self.sound = written.getvalue()

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1/sounds/media/{name}.wav"


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        body = b"garbage" if "garbage" in self.path else self.server.sound
        self.send_response(404 if "missing" in self.path else 200)
        self.send_header("Content-Type", "audio/wav")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "public, max-age=31536000, immutable")
        self.send_header("ETag", '"token"')
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: tests look at `asked`."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as made:
        thread = threading.Thread(target=made.serve_forever)
        thread.start()
        yield made
        made.shutdown()
        thread.join()


def _finished(pbx: Pbx, listener: Listener, url: str, count: int = 1) -> str:
    """How the last of so many playbacks ended."""
    call = pbx.dial("03")
    listener.wait_for("StasisStart", call)
    for _ in range(count):
        pbx.client.play(call, str(uuid4()), f"sound:{url}")
    listener.wait_for("PlaybackFinished", call, count=count)
    ends = [event["playback"]["state"] for event in listener.of(call) if event["type"] == "PlaybackFinished"]
    return str(ends[-1])


def test_it_is_fetched_once_and_played_to_its_end(pbx: Pbx, listener: Listener, server: Server) -> None:
    url = server.url(uuid4().hex)
    assert _finished(pbx, listener, url, count=2) == "done"
    assert len(server.asked) == 1


@pytest.mark.parametrize("name", ["missing", "garbage"])
def test_what_is_not_there_or_no_sound_has_failed(pbx: Pbx, listener: Listener, server: Server, name: str) -> None:
    assert _finished(pbx, listener, server.url(name)) == "failed"


def test_where_nobody_serves_sounds_it_has_failed(pbx: Pbx, listener: Listener) -> None:
    assert _finished(pbx, listener, "http://127.0.0.1:1/v1/sounds/media/a.wav") == "failed"


@pytest.mark.usefixtures("only_real")
def test_the_dialplan_plays_it_as_a_prompt_and_as_a_message(pbx: Pbx, listener: Listener, server: Server) -> None:
    menu = Menu.model_validate({"prompt": "upload:1", "digits": {"1": {"type": "hangup"}}, "tries": 1})
    for action, suffix in ((menu, "83"), (LeaveMessage(sound="upload:1"), "80")):
        url = server.url(uuid4().hex)
        call = pbx.dial(suffix)
        listener.wait_for("StasisStart", call)
        for name, value in variables_of(action, {"upload:1": url}).items():
            pbx.client.set_variable(call, name, value)
        place = place_of(action)
        assert place is not None
        pbx.client.continue_(call, context=place.context, extension=place.extension, priority=place.priority)
        told = listener.wait_for("ChannelUserevent", call)["userevent"]
        assert told.get("digit", told.get("result")) in ("1", "message_left")
        assert [path in url for path in server.asked] == [True]
        server.asked.clear()
        pbx.client.hang_up(call)


def test_a_pbx_says_which_sounds_it_can_not_play(pbx: Pbx, server: Server) -> None:
    def connect() -> EventSocket:
        target = pbx.target
        return EventSocket(target.url, USERNAME, target.password, pbx.app, SimpleQueue(), SystemClock())

    good, bad = Piece(server.url(uuid4().hex), 1000), Piece(server.url("missing"), 1000)
    there, not_there = Piece("demo-congrats"), Piece("does-not-exist")
    assert set(unplayable(pbx.client, connect, [good, bad, there, not_there], SystemClock())) == {not_there, bad}
    # From then on it is in the cache.
    before = len(server.asked)
    assert unplayable(pbx.client, connect, [good], SystemClock()) == []
    assert len(server.asked) == before
    eventually(lambda: not [c for c in pbx.client.channels() if c.name.startswith("Announcer")], "nothing is left")
