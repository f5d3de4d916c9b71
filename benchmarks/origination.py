"""Outcomes a second of a whole campaign, beside a bare loop of POSTs against the same simulator.

    .venv/bin/python -m benchmarks.origination --contacts 4000 --rounds 3

The two are interleaved and the median is taken. The last line on stdout is a JSON object: `calls_per_second` are
outcomes written to PostgreSQL from the start of the campaign to its completion, `bare_per_second` originates of 16
threads with `requests` while somebody drains the WebSocket, `origination_ratio` the one over the other.
"""

import argparse
import secrets
import statistics
import sys
import tempfile
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import orjson
import requests
import websocket

from dialer.clock import SystemClock
from dialer.config import load_settings
from dialer.local.client import ApiClient
from dialer.local.ready import Running, ensure_user, running
from dialer.local.sample import call_list, numbers
from dialer.local.stack import Ports, Stack, free_ports
from dialer.services.users import Role

_THREADS = 16
_SIMULATOR = ("--ring-ms", "100", "--mix", "busy=100", "--time-scale", "20")
_PATIENCE_SECONDS = 300.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contacts", type=int, default=4000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    clock = SystemClock()
    with tempfile.TemporaryDirectory(prefix="dialer-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o711)
        stack = Stack(
            ports=Ports(*free_ports(3)),
            ledger=folder / "ledger.jsonl",
            originate_workers=options.workers,
            simulator_options=_SIMULATOR,
        )
        settings = load_settings(data_dir=folder / "data", max_cps=5000, rate_limit_requests=1_000_000)
        with running(settings, stack, clock) as up:
            ours, bare = [], []
            client, trunk_id = _set_up(up, stack)
            for _ in range(options.rounds):
                ours.append(_campaign(client, trunk_id, options.contacts))
                bare.append(_bare_loop(up, stack, options.contacts))
    result = {
        "contacts": options.contacts,
        "rounds": options.rounds,
        "originate_workers": options.workers,
        "calls_per_second": round(statistics.median(ours), 1),
        "bare_per_second": round(statistics.median(bare), 1),
        "origination_ratio": round(statistics.median(a / b for a, b in zip(ours, bare, strict=True)), 3),
    }
    print(orjson.dumps(result).decode())
    return 0


def _set_up(up: Running, stack: Stack) -> tuple[ApiClient, int]:
    password = secrets.token_urlsafe(16)
    ensure_user(up.dialer, "bench", password, Role.ADMIN)
    client = ApiClient(stack.ports.api_url, "bench", password, SystemClock())
    node = client.post(
        "/v1/nodes", {"name": "simulator", "ari_url": stack.ports.simulator_url, "ari_username": "dialer"}
    )
    trunk = {
        "name": "simulator",
        "node_id": node["id"],
        "endpoint": "PJSIP/{number}@carrier",
        "cps": 5000,
        "channels": 5000,
    }
    return client, int(client.post("/v1/trunks", trunk)["id"])


def _campaign(client: ApiClient, trunk_id: int, contacts: int) -> float:
    """Outcomes a second, from the campaign's start to the last one written."""
    campaign = client.post(
        "/v1/campaigns",
        {
            "name": f"bench-{secrets.token_hex(4)}",
            "trunk_id": trunk_id,
            "caller_id": "+12025550100",
            "max_attempts": 1,
            "calling_window": {"start": "00:00", "end": "24:00"},
            "answer_action": {"type": "hangup"},
        },
    )
    job = client.upload(f"/v1/campaigns/{campaign['id']}/call-lists?name=bench", call_list(contacts))
    while client.get(f"/v1/call-lists/{job['id']}")["state"] == "importing":
        time.sleep(0.1)
    begun = time.monotonic()
    client.post(f"/v1/campaigns/{campaign['id']}/start")
    while client.get(f"/v1/campaigns/{campaign['id']}/stats")["contacts"]["done"] < contacts:
        if time.monotonic() - begun > _PATIENCE_SECONDS:
            raise TimeoutError("the campaign does not come to its end")
        time.sleep(0.05)
    return contacts / (time.monotonic() - begun)


def _bare_loop(up: Running, stack: Stack, calls: int) -> float:
    """Originates a second of threads that do nothing else, their events drained."""
    secret = up.dialer.settings.ari_password
    password = secret.get_secret_value() if secret else ""
    url = f"{stack.ports.simulator_url}/ari"
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
        list(pool.map(post, numbers(calls)))
    for _ in range(calls):
        ended.acquire()
    elapsed = time.monotonic() - begun
    socket.close()
    return calls / elapsed


def _drain(socket: websocket.WebSocket, ended: threading.Semaphore) -> None:
    try:
        while data := socket.recv():
            if orjson.loads(data)["type"] == "ChannelDestroyed":
                ended.release()
    except (websocket.WebSocketException, OSError):
        return  # closed, when all have ended


if __name__ == "__main__":
    sys.exit(main())
