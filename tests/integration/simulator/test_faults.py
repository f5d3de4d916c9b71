"""Faults on demand, and the process itself."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner

from dialer.simulator.command import simulator
from dialer.simulator.ledger import read_ledger
from tests.integration.simulator.conftest import Pbx
from tests.support.world import WAIT_SECONDS

START = "import logging; logging.basicConfig(level='INFO'); from dialer.simulator.command import simulator; simulator()"


def _in_background(target: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=target, daemon=True)
    thread.start()
    return thread


def test_a_dropped_answer_has_dialed_all_the_same(pbx: Pbx) -> None:
    pbx.faults(drop_answers=1)
    lost, answered = str(uuid.uuid4()), str(uuid.uuid4())
    with pytest.raises(requests.ConnectionError):
        pbx.post(lost, "+12025550120", timeout=60)
    pbx.originate("+12025550120", answered, timeout=60)
    assert [invite.channel for invite in pbx.ledger.invites] == [lost, answered]
    assert [post.channel for post in pbx.ledger.unanswered_posts()] == [lost]
    assert pbx.call("GET", f"/channels/{lost}").status_code == 200


def test_a_refused_originate_has_not_dialed(pbx: Pbx) -> None:
    pbx.faults(refuse={"status": 503, "count": 2})
    statuses = [pbx.post(str(uuid.uuid4()), "+12025550120").status_code for _ in range(3)]
    assert statuses == [503, 503, 200]
    assert len(pbx.ledger.invites) == 1


def test_a_stalled_pbx_dials_late_even_when_the_caller_has_gone(pbx: Pbx) -> None:
    pbx.faults(stall_ms=60_000)
    channel = str(uuid.uuid4())
    with pytest.raises(requests.ReadTimeout):  # The request was sent and taken; only the answer is missing.
        requests.post(
            f"{pbx.running.url}/ari/channels/{channel}",
            auth=("dialer", "secret"),
            json={"endpoint": "PJSIP/+12025550120@trunk", "app": "dialer"},
            timeout=0.2,
        )
    assert pbx.ledger.invites == ()
    pbx.clear_faults()
    pbx.eventually(lambda: len(pbx.ledger.invites) == 1)
    assert [post.channel for post in pbx.ledger.unanswered_posts()] == [channel]


def test_a_tomb_keeps_a_stalled_originate_from_dialing(start_pbx: Callable[..., Pbx]) -> None:
    pbx = start_pbx()
    pbx.listen()
    pbx.faults(stall_ms=60_000)
    channel = str(uuid.uuid4())
    statuses: list[int] = []
    late = _in_background(lambda: statuses.append(_post_fresh(pbx, channel)))
    pbx.eventually(lambda: len(pbx.ledger.posts) == 1)
    pbx.faults(stall_ms=0)
    tomb = {"endpoint": "Local/s@tomb", "app": "dialer", "appArgs": "tomb", "channelId": channel}
    assert pbx.call("POST", "/channels/create", params=tomb).status_code == 200
    pbx.clear_faults()
    late.join(10)
    assert statuses == [409]
    assert pbx.ledger.invites == ()


def _post_fresh(pbx: Pbx, channel: str) -> int:
    body = {"endpoint": "PJSIP/+12025550120@trunk", "app": "dialer"}
    url = f"{pbx.running.url}/ari/channels/{channel}"
    return requests.post(url, auth=("dialer", "secret"), json=body, timeout=10).status_code


def test_a_slow_answer_comes_after_the_dialing(pbx: Pbx) -> None:
    pbx.faults(latency_ms=300, latency_jitter_ms=10)
    posted = _in_background(lambda: pbx.originate("+12025550110"))
    posted.join(WAIT_SECONDS)
    (post,), (invite,) = pbx.ledger.posts, pbx.ledger.invites
    assert post.answered_at is not None
    assert post.at <= invite.at < post.answered_at - 0.25


def test_the_usual_latency_is_a_setting(start_pbx: Callable[..., Pbx]) -> None:
    pbx = start_pbx(latency_ms=150)
    begun = time.monotonic()
    pbx.call("GET", "/channels")
    assert time.monotonic() - begun >= 0.15
    pbx.faults(latency_ms=0)
    pbx.clear_faults()
    assert pbx.http.get(f"{pbx.running.url}/simulator/faults", timeout=10).json()["latency_ms"] == 150


def test_an_unknown_fault_is_refused(pbx: Pbx) -> None:
    url = f"{pbx.running.url}/simulator/faults"
    for body in ({"explode": True}, {"refuse": {"status": 200}}, {"stall_ms": -1}):
        assert pbx.http.post(url, json=body, timeout=10).status_code == 422
    assert pbx.http.get(url, timeout=10).json() == {
        "latency_ms": 0.0,
        "latency_jitter_ms": 0.0,
        "stall_ms": 0.0,
        "drop_answers": 0,
        "refuse": None,
    }


def test_the_counts_tell_how_much_went_on(pbx: Pbx) -> None:
    listener = pbx.listen()
    listener.wait_for("ChannelDestroyed", pbx.originate("+12025550110"))
    for _ in range(2):
        pbx.originate("+12025550120", timeout=60)
    pbx.post("x", "1", endpoint="bogus")
    assert pbx.http.get(f"{pbx.running.url}/simulator/ledger-counts", timeout=10).json() == {
        "invites": 3,
        "posts": 4,
        "numbers": 2,
        "max_invites_per_number": 2,
        "live_channels": 2,
        "max_live_channels": 2,
    }


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.fixture
def process(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], str, Path]]:
    """`dialer simulator` as a process: with its address and its ledger."""
    port, ledger = _free_port(), tmp_path / "ledger.jsonl"
    child = subprocess.Popen(
        [sys.executable, "-c", START, "--port", str(port), "--ledger", str(ledger), "--ring-ms", "20"],
        env={**os.environ, "DIALER_ARI_PASSWORD": "secret"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    url = f"http://127.0.0.1:{port}"
    until = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            requests.get(url, timeout=WAIT_SECONDS)
            break
        except requests.ConnectionError:
            assert child.poll() is None, child.communicate()
            assert time.monotonic() < until
            time.sleep(0.02)
    yield child, url, ledger
    child.kill()
    child.communicate()


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_process_cleanly(
    process: tuple[subprocess.Popen[bytes], str, Path], by: signal.Signals
) -> None:
    child, url, _ = process
    body = {"endpoint": "PJSIP/+12025550120@trunk", "app": "dialer"}
    requests.post(f"{url}/ari/channels/x", auth=("dialer", "secret"), json=body, timeout=5).raise_for_status()
    child.send_signal(by)
    out, err = child.communicate(timeout=WAIT_SECONDS)
    assert (child.returncode, out) == (0, b"")
    assert len(err.splitlines()) == 1


def test_what_was_answered_is_in_the_ledger_after_a_kill(
    process: tuple[subprocess.Popen[bytes], str, Path],
) -> None:
    child, url, ledger = process
    with requests.Session() as client:
        client.auth = ("dialer", "secret")
        for n in range(50):
            body = {"endpoint": f"PJSIP/+1202555{n:04d}@trunk", "app": "dialer"}
            client.post(f"{url}/ari/channels/call-{n:02d}", json=body, timeout=5).raise_for_status()
    child.kill()
    child.wait(10)
    read = read_ledger(ledger)
    assert [invite.channel for invite in read.invites] == [f"call-{n:02d}" for n in range(50)]
    assert read.unanswered_posts() == ()


def test_the_command_refuses_a_mix_it_cannot_read_and_a_missing_password() -> None:
    bad_mix = CliRunner().invoke(simulator, ["--password", "x", "--mix", "bored=1"])
    assert bad_mix.exit_code == 2
    assert "bored" in bad_mix.output
    no_password = CliRunner().invoke(simulator, [], env={"DIALER_ARI_PASSWORD": None})
    assert no_password.exit_code == 2
    assert "--password" in no_password.output
