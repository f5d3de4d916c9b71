"""Does a stop hold at once? Workers at full pace; the emergency stop and a pause in the middle of it, over the API.

Part of `benchmarks/pace.py`. What counts as too late is an originate that a worker wrote, or that the far end noted,
after the answer to the stop had been read here. All clocks are this machine's.
"""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import click
import requests

from dialer.clock import SystemClock
from dialer.local.client import ApiClient
from dialer.local.stack import free_ports
from dialer.services.users import Role
from dialer.simulator.ledger import read_ledger

if TYPE_CHECKING:
    from benchmarks.pace import Bench

PASSWORD: Final = "correct horse battery"
LONG_ENOUGH: Final = 1.0
"""After the answer, in seconds: several dial windows. What was to be written late is written by then."""
FULL_PACE: Final = 0.5
"""So much of the CPS is written in the second before a stop, or it would prove nothing."""


def measure(bench: "Bench", node_id: int, *, cps: float, workers: int, rounds: int) -> list[dict[str, Any]]:
    """Emergency stop and pause, so many times each."""
    trunk_id = bench.trunk(node_id, cps, int(cps * 2) + 1)
    # Contacts are called once: there must be work for all rounds, and for the time until the full pace of each.
    campaign_id = bench.campaign(trunk_id, 7, int(cps * 60 * rounds))
    stop, pause = "/v1/emergency-stop", f"/v1/campaigns/{campaign_id}"
    with _api(bench) as api, bench.working(trunk_id, workers), _dispatching(bench):
        return [
            _stops(
                bench, trunk_id, "emergency_stop", cps, workers, rounds,
                lambda: api.put(stop, {"reason": "benchmark"}), lambda: api.delete(stop),
            ),
            _stops(
                bench, trunk_id, "pause", cps, workers, rounds,
                lambda: api.post(f"{pause}/pause"), lambda: api.post(f"{pause}/resume"),
            ),
        ]  # fmt: skip


def broken(stops: list[dict[str, Any]]) -> list[str]:
    """The promises that a report breaks."""
    wrong = []
    for stop in stops:
        for late in ("written_after_answer", "posts_after_answer", "invites_after_answer"):
            if stop[late]:
                wrong.append(f"{stop['kind']}: {stop[late]} {late.replace('_', ' ')}")
        if stop["least_written_in_second_before"] < FULL_PACE * stop["cps"]:
            wrong.append(f"{stop['kind']}: only {stop['least_written_in_second_before']} written in the second before")
    return wrong


def _stops(
    bench: "Bench",
    trunk_id: int,
    kind: str,
    cps: float,
    workers: int,
    rounds: int,
    stop: Callable[[], Any],
    resume: Callable[[], Any],
) -> dict[str, Any]:
    report: dict[str, Any] = {
        "kind": kind,
        "cps": cps,
        "workers": workers,
        "rounds": rounds,
        "least_written_in_second_before": sys.maxsize,
        "in_flight": 0,
        "slowest_answer_ms": 0,
        "written_after_answer": 0,
        "posts_after_answer": 0,
        "invites_after_answer": 0,
    }
    for _ in range(rounds):
        _reach_full_pace(bench, trunk_id, cps)
        asked = time.time()
        answer = stop()
        answered = time.time()
        time.sleep(LONG_ENOUGH)
        written = _written(bench, trunk_id, asked - 1.0)
        ledger = read_ledger(bench.ledger)
        before = sum(at < asked for at in written)
        report["least_written_in_second_before"] = min(report["least_written_in_second_before"], before)
        report["in_flight"] += answer["in_flight"]
        report["slowest_answer_ms"] = max(report["slowest_answer_ms"], round((answered - asked) * 1000))
        report["written_after_answer"] += sum(at > answered for at in written)
        report["posts_after_answer"] += sum(post.at > answered for post in ledger.posts)
        report["invites_after_answer"] += sum(invite.at > answered for invite in ledger.invites)
        resume()
    return report


def _reach_full_pace(bench: "Bench", trunk_id: int, cps: float) -> None:
    until = time.monotonic() + 60.0
    while len(_written(bench, trunk_id, time.time() - 1.0)) < FULL_PACE * 1.2 * cps:
        if time.monotonic() > until:
            raise click.ClickException("The full pace was never reached.")
        time.sleep(0.2)


def _written(bench: "Bench", trunk_id: int, since: float) -> list[float]:
    rows = bench.execute(
        "SELECT dialed_at FROM calls WHERE trunk_id = :trunk AND dialed_at >= to_timestamp(:since)",
        trunk=trunk_id, since=since,
    )  # fmt: skip
    return [row.dialed_at.timestamp() for row in rows]


@contextmanager
def _dispatching(bench: "Bench") -> Iterator[None]:
    """Beat's tick, every second."""
    done = threading.Event()

    def tick() -> None:
        while not done.wait(1.0):
            bench.dialer.dispatching.tick()

    thread = threading.Thread(target=tick)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


@contextmanager
def _api(bench: "Bench") -> Iterator[ApiClient]:
    """The API in a process of its own, and an administrator who is logged in."""
    bench.dialer.users.create("benchmark", PASSWORD, Role.ADMIN)
    port = free_ports(1)[0]
    command = ["gunicorn", "--config", "python:api.gunicorn", "--bind", f"127.0.0.1:{port}", "api.wsgi:create()"]
    process = subprocess.Popen([sys.executable, "-m", *command], env=bench.environment)
    url = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + 30.0
        while not _answers(url):
            if time.monotonic() > until or process.poll() is not None:
                raise click.ClickException("The API did not start.")
            time.sleep(0.1)
        yield ApiClient(url, "benchmark", PASSWORD, SystemClock())
    finally:
        process.terminate()
        process.wait(20)


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/healthz", timeout=2).ok
    except (requests.ConnectionError, requests.Timeout):
        return False
