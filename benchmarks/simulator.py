"""How many originates a second the simulator carries, with all their events over one WebSocket.

    python benchmarks/simulator.py --calls 10000 --connections 16

The simulator runs as a process of its own; its CPU time is what counts, as client and server share the machine.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from pathlib import Path

import aiohttp
import click
import orjson

from dialer.simulator.ledger import read_ledger

USER, PASSWORD = "dialer", "benchmark"
FILTER = {"disallowed": [{"type": "ChannelVarset"}]}
START = "from dialer.simulator.command import simulator; simulator()"


async def _ready(session: aiohttp.ClientSession, url: str) -> None:
    async with asyncio.timeout(10):
        while True:
            try:
                async with session.get(f"{url}/ari/asterisk/ping"):
                    return
            except aiohttp.ClientConnectorError:
                await asyncio.sleep(0.05)


async def _measure(url: str, calls: int, connections: int, pid: int) -> dict[str, object]:
    headers = {"Authorization": aiohttp.encode_basic_auth(USER, PASSWORD)}
    connector = aiohttp.TCPConnector(limit=connections)
    seen: Counter[str] = Counter()
    async with aiohttp.ClientSession(headers=headers, connector=connector) as session:
        await _ready(session, url)
        socket = await session.ws_connect(f"{url}/ari/events?app=dialer")
        async with session.put(f"{url}/ari/applications/dialer/eventFilter", json=FILTER) as answer:
            answer.raise_for_status()

        async def listen() -> None:
            while seen["ChannelDestroyed"] < calls:
                data = await socket.receive()
                seen[orjson.loads(data.data)["type"]] += 1

        numbers = iter(range(calls))

        async def originate() -> None:
            for n in numbers:
                body = {
                    "endpoint": f"PJSIP/+1202{n:07d}@trunk",
                    "app": "dialer",
                    "appArgs": "call",
                    "callerId": "12025550100",
                    "timeout": 30,
                    "variables": {"CALL": "1"},
                }
                async with session.post(f"{url}/ari/channels/{uuid.uuid4()}", json=body) as answer:
                    answer.raise_for_status()
                    await answer.read()

        cpu_before, begun = _cpu_seconds(pid), time.monotonic()
        listener = asyncio.create_task(listen())
        await asyncio.gather(*(originate() for _ in range(connections)))
        posted = time.monotonic() - begun
        await asyncio.wait_for(listener, 60)
        elapsed = time.monotonic() - begun
        cpu = _cpu_seconds(pid) - cpu_before
        await socket.close()
    return {
        "calls": calls,
        "originates_per_second": round(calls / posted),
        "calls_per_second": round(calls / elapsed),
        "events_per_call": round(seen.total() / calls, 2),
        "simulator_cpu_ms_per_call": round(cpu / calls * 1000, 3),
        "calls_per_second_of_simulator_cpu": round(calls / cpu),
    }


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@click.command()
@click.option("--calls", default=10_000, show_default=True)
@click.option("--connections", default=16, show_default=True)
@click.option("--port", default=18_188, show_default=True)
@click.option("--mix", default="answered=40,busy=20,no_answer=30,unallocated=10", show_default=True)
def main(calls: int, connections: int, port: int, mix: str) -> None:
    """Start a simulator, load it, print what it did as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        ledger = Path(folder) / "ledger.jsonl"
        options = ["--port", str(port), "--password", PASSWORD, "--ledger", str(ledger), "--mix", mix]
        options += ["--ring-ms", "200", "--talk-ms", "300", "--time-scale", "50"]
        process = subprocess.Popen([sys.executable, "-c", START, *options])
        try:
            result = asyncio.run(_measure(f"http://127.0.0.1:{port}", calls, connections, process.pid))
        finally:
            process.terminate()
            process.wait(10)
        read = read_ledger(ledger)
        result["ledger"] = {"invites": len(read.invites), "ends": len(read.ends), "bytes": ledger.stat().st_size}
    click.echo(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
