"""What became of one call: its trace, and its log, from all the parts that had to do with it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from click.testing import CliRunner, Result

from dialer.cli import main
from tests.acceptance.conftest import User
from tests.acceptance.waiting import until

pytestmark = pytest.mark.timeout(300)

NUMBER = "+12125550100"


class _Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *arguments: object) -> None:
        """Nothing on standard error."""


@contextmanager
def receiver() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Receiver)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def ask(user: User, command: str, call_id: str, monkeypatch: pytest.MonkeyPatch) -> Result:
    monkeypatch.setenv("DIALER_TRACES_DIR", str(user.dialer.settings.traces_dir))
    monkeypatch.setenv("DIALER_DATA_DIR", str(user.dialer.settings.data_dir))
    return CliRunner().invoke(main, [command, call_id])


def test_the_trace_and_the_log_of_one_call(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    with receiver() as url:
        user.api.post("/v1/webhooks", {"url": url, "events": ["call.ended"]})
        trunk = user.trunk()
        campaign = user.campaign(trunk, max_attempts=1)
        user.api.post(f"/v1/campaigns/{campaign}/contacts", {"contacts": [{"phone_number": NUMBER}]})
        user.api.post(f"/v1/campaigns/{campaign}/start")
        calls = until(lambda: user.api.get(f"/v1/calls?campaign_id={campaign}&state=ended")["items"], is_so=bool)
        call_id = calls[0]["id"]
        found = until(lambda: _complete(ask(user, "trace", call_id, monkeypatch)), is_so=bool)
    assert found is not None
    print(found)
    steps = [(line.split()[3], " ".join(line.split()[4:])) for line in found.splitlines()[1:]]
    done = {name: part for part, text in steps for name in STEPS if text.startswith(name)}
    assert done == {
        "queue": "control",
        "wait": done["originate"],
        "gate and claim": done["originate"],
        "originate": done["originate"],
        "ring": "listener",
        "up": "listener",
        "answer action": "listener",
        "end": "listener",
        "webhook": "webhooks",
    }
    assert done["originate"] in ("originate-1", "originate-2")
    assert "in dispatch (control)" in found
    assert f"in work on trunk ({done['originate']}) for dispatch (control)" in found
    assert "disposition=answered" in found
    log = ask(user, "log", call_id, monkeypatch).output
    print(log)
    parts = {line.split()[0] for line in log.splitlines()}
    assert parts == {"worker-control", f"worker-{done['originate']}", "listener-1", "worker-webhooks"}
    for text in (found, log):
        assert NUMBER.lstrip("+") not in text


STEPS = ("queue", "wait", "gate and claim", "originate", "ring", "up", "answer action", "end", "webhook")


def _complete(result: Result) -> str | None:
    """The trace, once the last parts have written theirs: they do so a second later."""
    text = result.output
    awaited = ("webhook", "disposition=", "for dispatch", "in dispatch")
    return text if "not over" not in text and all(words in text for words in awaited) else None


def test_a_single_call_is_followed_from_the_request_that_asked_for_it(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"phone_number": NUMBER, "trunk_id": user.trunk(), "answer_action": {"type": "hangup"}}
    call_id = user.api.post("/v1/calls", body)["id"]

    def is_told() -> str | None:
        text = ask(user, "trace", call_id, monkeypatch).output
        return text if "in POST" in text and "not over" not in text else None

    found = until(is_told, is_so=bool)
    assert found is not None
    assert "in POST /v1/calls (api)" in found
