"""Upload a long call list through the API and say what became of its rows, how fast, and in how much memory.

    .venv/bin/python -m benchmarks.import_list --rows 1000000

The last line on stdout is a JSON object. `peak_mb` is the largest resident memory of each process, by the kernel.
"""

import argparse
import itertools
import random
import secrets
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import orjson
import psutil

from dialer.clock import SystemClock
from dialer.config import load_settings
from dialer.local.client import ApiClient
from dialer.local.ready import Running, ensure_user, running
from dialer.local.stack import Ports, Stack, free_ports
from dialer.services.users import Role

_AREAS = ("201", "212", "213", "303", "305", "312", "404", "415", "512", "602", "617", "702", "713", "808", "907")
_DUPLICATES = 0.01
_BAD = 0.01


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    clock = SystemClock()
    with tempfile.TemporaryDirectory(prefix="dialer-import-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o711)
        stack = Stack(ports=Ports(*free_ports(3)), ledger=folder / "ledger.jsonl")
        with running(load_settings(data_dir=folder / "data"), stack, clock) as up:
            password = secrets.token_urlsafe(16)
            ensure_user(up.dialer, "import", password, Role.ADMIN)
            client = ApiClient(stack.ports.api_url, "import", password, clock)
            before = _peaks(up)
            result = _import(client, stack, rows)
            result["peak_mb_before"], result["peak_mb"] = before, _peaks(up)
    print(orjson.dumps(result).decode())
    return 0 if result["contacts"] + result["duplicates"] + result["refused"] == rows else 1


def _import(client: ApiClient, stack: Stack, rows: int) -> dict[str, object]:
    node = client.post(
        "/v1/nodes", {"name": "simulator", "ari_url": stack.ports.simulator_url, "ari_username": "dialer"}
    )
    trunk = client.post(
        "/v1/trunks",
        {"name": "simulator", "node_id": node["id"], "endpoint": "PJSIP/{number}@carrier", "cps": 10, "channels": 10},
    )
    campaign = client.post(
        "/v1/campaigns", {"name": "import", "trunk_id": trunk["id"], "answer_action": {"type": "hangup"}}
    )
    begun = time.monotonic()
    job = client.upload(f"/v1/campaigns/{campaign['id']}/call-lists?name=long&default_region=US", _csv(rows))
    received = time.monotonic() - begun
    while (progress := client.get(f"/v1/call-lists/{job['id']}"))["state"] == "importing":
        print(f"\r{progress['rows_done']:,} of {progress['rows']:,} rows", end="", file=sys.stderr, flush=True)
        time.sleep(0.5)
    elapsed = time.monotonic() - begun
    return {
        "rows": rows,
        "state": progress["state"],
        "contacts": progress["imported"],
        "duplicates": progress["duplicates"],
        "refused": progress["refused"],
        "upload_seconds": round(received, 1),
        "elapsed_seconds": round(elapsed, 1),
        "rows_per_second": round(rows / elapsed),
    }


def _csv(rows: int) -> Iterator[bytes]:
    rng = random.Random(1)
    fresh = _numbers()
    yield b"phone,name,external id,language\n"
    last = next(fresh)
    for line in range(rows):
        chance = rng.random()
        if chance < _BAD:
            number = "12345"
        elif chance < _BAD + _DUPLICATES:
            number = last
        else:
            number = last = next(fresh)
        yield f"{number},Contact {line},C-{line},en\n".encode()


def _numbers() -> Iterator[str]:
    """Numbers that are valid and different. They may belong to somebody: the simulator is all that is ever dialed."""
    for line, area, exchange in itertools.product(range(10_000), _AREAS, range(200, 1000)):
        if exchange % 100 != 11:
            yield f"+1{area}{exchange}{line:04d}"


def _peaks(up: Running) -> dict[str, float]:
    """Peak resident memory of every process, in MB."""
    peaks = {"this": _peak(psutil.Process())}
    pids = {name: part.pid for name, part in up.supervisor.states().items()}
    servers = {"postgres": up.servers.postgres, "redis": up.servers.redis}
    pids |= {name: server.pid for name, server in servers.items() if server is not None}
    for name, pid in pids.items():
        if pid is None:
            continue
        process = psutil.Process(pid)
        peaks[name] = max(_peak(p) for p in (process, *process.children(recursive=True)))
    return peaks


def _peak(process: psutil.Process) -> float:
    for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return round(int(line.split()[1]) / 1024, 1)
    return 0.0


if __name__ == "__main__":
    sys.exit(main())
