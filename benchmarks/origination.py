"""Outcomes a second of a whole campaign, beside a bare loop of POSTs against the same simulator.

    .venv/bin/python -m benchmarks.origination

Interleaved, and the median is taken. `calls_per_second` are outcomes in PostgreSQL from the start of a campaign, by the
API, to its last one; `bare_per_second` is a loop of originates by 16 threads with `requests` while somebody drains the
WebSocket, to the last end of a call; `origination_ratio` is the one over the other.
"""

import argparse
import itertools
import secrets
import statistics
import sys
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import orjson
import requests
import websocket

from benchmarks.measuring import interleaved, median_ratio
from benchmarks.numbers import BUSY, numbers_ending
from benchmarks.whole import Moving, Whole, whole_dialer

_THREADS: Final = 16
_SIMULATOR: Final = ("--ring-ms", "100", "--mix", "busy=100", "--time-scale", "20")
_FAST: Final = 5000


class Bench:
    """A dialer, its simulator, and a trunk that is never the limit."""

    def __init__(self, whole: Whole, calls: int) -> None:
        self._whole = whole
        self._calls = calls
        self._trunk_id = whole.trunk("trunk", cps=_FAST, channels=_FAST)
        self._numbers = numbers_ending(BUSY)

    def campaign(self) -> float:
        """Outcomes a second, from the campaign's start to the last one written."""
        campaign_id = self._whole.campaign(f"campaign-{secrets.token_hex(4)}", self._trunk_id)
        lines = (f"{number}\n".encode() for number in itertools.islice(self._numbers, self._calls))
        self._whole.upload(campaign_id, itertools.chain([b"phone\n"], lines))
        client, moving = self._whole.client, Moving("the campaign")
        begun = time.monotonic()
        client.post(f"/v1/campaigns/{campaign_id}/start")
        while (done := client.get(f"/v1/campaigns/{campaign_id}/stats")["contacts"]["done"]) < self._calls:
            moving.at(done)
            time.sleep(0.1)
        return self._calls / (time.monotonic() - begun)

    def bare_loop(self) -> float:
        """Calls a second of threads that do nothing but originate, their events drained."""
        secret = self._whole.up.dialer.settings.ari_password
        password = secret.get_secret_value() if secret else ""
        url = f"{self._whole.stack.ports.simulator_url}/ari"
        socket = websocket.create_connection(f"ws{url[4:]}/events?app=bare&api_key=dialer:{password}", timeout=30)
        ended = threading.Semaphore(0)
        threading.Thread(target=_drain, args=(socket, ended), daemon=True).start()
        local = threading.local()

        def post(number: str) -> None:
            if not hasattr(local, "session"):
                local.session = requests.Session()
                local.session.trust_env = False
                local.session.auth = ("dialer", password)
            body = {"endpoint": f"PJSIP/{number}@carrier", "app": "bare", "timeout": 20}
            local.session.post(f"{url}/channels/{uuid.uuid4()}", json=body, timeout=30).raise_for_status()

        begun = time.monotonic()
        with ThreadPoolExecutor(_THREADS) as pool:
            list(pool.map(post, itertools.islice(self._numbers, self._calls)))
        for _ in range(self._calls):
            ended.acquire()
        elapsed = time.monotonic() - begun
        socket.close()
        return self._calls / elapsed


def _drain(socket: websocket.WebSocket, ended: threading.Semaphore) -> None:
    try:
        while data := socket.recv():
            if orjson.loads(data)["type"] == "ChannelDestroyed":
                ended.release()
    except (websocket.WebSocketException, OSError):
        return  # closed, when all have ended


def measure(quick: bool, *, calls: int | None = None, rounds: int | None = None, workers: int = 2) -> dict[str, object]:
    """`origination_ratio` and `calls_per_second`, and what the dialer used of a CPU for each call."""
    calls, rounds = calls or (3000 if quick else 10_000), rounds or (1 if quick else 3)
    with whole_dialer(simulator=_SIMULATOR, originate_workers=workers) as whole:
        bench = Bench(whole, calls)
        bench.campaign()  # warm: plans, connections, code
        found = interleaved(rounds, {"ours": bench.campaign, "bare": bench.bare_loop})
        before = whole.cpu_seconds()
        bench.campaign()
        used = whole.cpu_seconds() - before
    return {
        "origination_ratio": round(median_ratio(found["ours"], found["bare"]), 3),
        "calls_per_second": round(statistics.median(found["ours"]), 1),
        "bare_per_second": round(statistics.median(found["bare"]), 1),
        "dialer_cpu_ms_per_busy_call": round(1000 * used / calls, 2),
        "calls": calls,
        "rounds": rounds,
        "originate_workers": workers,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--calls", type=int)
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    found = measure(options.quick, calls=options.calls, rounds=options.rounds, workers=options.workers)
    print(orjson.dumps(found).decode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
