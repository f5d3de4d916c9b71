"""What one originate costs the client, by HTTP client: CPU milliseconds, sixteen at once, against the simulator.

    .venv/bin/python -m benchmarks.clients

The simulator is a process of its own, and only this process's CPU time counts: it holds on a busy machine too.
The last line on stdout is JSON. What was chosen, and why, is in docs/adr/0015-hot-path.md.
"""

import argparse
import asyncio
import base64
import http.client
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Final

import aiohttp
import orjson
import requests
import urllib3
import websocket

from benchmarks.measuring import CannotMeasure
from dialer.ari.client import AriClient
from dialer.local.stack import free_ports

_THREADS: Final = 16
_PASSWORD: Final = "benchmark"
_SIMULATOR: Final = "from dialer.simulator.command import simulator; simulator()"
_ENDPOINT: Final = "PJSIP/+12025550110@carrier"
_START_SECONDS: Final = 60.0
_HEADERS: Final = {
    "Authorization": f"Basic {base64.b64encode(f'dialer:{_PASSWORD}'.encode()).decode()}",
    "Content-Type": "application/json",
}


@contextmanager
def _simulator() -> Iterator[int]:
    """A simulator whose events somebody reads; its port."""
    port = free_ports(1)[0]
    options = ["--port", str(port), "--password", _PASSWORD, "--mix", "busy=100", "--ring-ms", "100"]
    process = subprocess.Popen([sys.executable, "-c", _SIMULATOR, *options, "--time-scale", "50"])
    try:
        until = time.monotonic() + _START_SECONDS
        while socket.socket().connect_ex(("127.0.0.1", port)) != 0:
            if time.monotonic() > until:
                raise CannotMeasure("the simulator does not come up")
            time.sleep(0.1)
        events = websocket.create_connection(f"ws://127.0.0.1:{port}/ari/events?app=bench&api_key=dialer:{_PASSWORD}")
        threading.Thread(target=_drain, args=(events,), daemon=True).start()
        yield port
        events.close()
    finally:
        process.terminate()
        process.wait(10)


def _drain(events: websocket.WebSocket) -> None:
    with suppress(OSError, websocket.WebSocketException):
        while events.recv():
            pass


def _path() -> str:
    return f"/ari/channels/{uuid.uuid4()}"


def _body() -> bytes:
    return orjson.dumps({"endpoint": _ENDPOINT, "app": "bench", "timeout": 20, "variables": {"A": "b"}})


def _ours(port: int) -> Callable[[], object]:
    client = AriClient(f"http://127.0.0.1:{port}", "dialer", _PASSWORD, "bench", pool_size=25)

    def post() -> object:
        return client.originate(
            uuid.uuid4(), endpoint=_ENDPOINT, caller_id=None, timeout_seconds=20, variables={"A": "b"}
        )

    return post


def _requests(port: int) -> Callable[[], object]:
    session = requests.Session()
    session.trust_env = False
    session.mount("http://", requests.adapters.HTTPAdapter(pool_connections=1, pool_maxsize=25, pool_block=True))

    def post() -> object:
        answer = session.post(f"http://127.0.0.1:{port}{_path()}", data=_body(), headers=_HEADERS, timeout=(1, 3))
        answer.raise_for_status()
        return orjson.loads(answer.content)

    return post


def _urllib3(port: int) -> Callable[[], object]:
    pool = urllib3.HTTPConnectionPool("127.0.0.1", port, maxsize=25, block=True)

    def post() -> object:
        return orjson.loads(pool.urlopen("POST", _path(), _body(), _HEADERS, retries=False, redirect=False).data)

    return post


def _http_client(port: int) -> Callable[[], object]:
    local = threading.local()

    def post() -> object:
        if not hasattr(local, "connection"):
            local.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=3)
            local.connection.connect()
            local.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        local.connection.request("POST", _path(), _body(), _HEADERS)
        return orjson.loads(local.connection.getresponse().read())

    return post


_CLIENTS: Final[Mapping[str, Callable[[int], Callable[[], object]]]] = {
    "ours": _ours,
    "requests": _requests,
    "urllib3": _urllib3,
    "http_client": _http_client,
}


def _threads(post: Callable[[], object], calls: int) -> float:
    """CPU milliseconds a call."""
    with ThreadPoolExecutor(_THREADS) as pool:
        list(pool.map(lambda _: post(), range(_THREADS)))
        before = time.process_time()
        list(pool.map(lambda _: post(), range(calls)))
        return (time.process_time() - before) / calls * 1000


async def _aiohttp(port: int, calls: int) -> float:
    left = iter(range(calls))
    connector = aiohttp.TCPConnector(limit=25)
    async with aiohttp.ClientSession(connector=connector, headers=_HEADERS) as session:

        async def post_all() -> None:
            for _ in left:
                async with session.post(f"http://127.0.0.1:{port}{_path()}", data=_body()) as answer:
                    orjson.loads(await answer.read())

        before = time.process_time()
        await asyncio.gather(*(post_all() for _ in range(_THREADS)))
        return (time.process_time() - before) / calls * 1000


def measure(quick: bool) -> dict[str, object]:
    """CPU milliseconds of the client for an originate, by client."""
    calls = 500 if quick else 3000
    with _simulator() as port:
        found = {name: _threads(made(port), calls) for name, made in _CLIENTS.items()}
        found["aiohttp"] = asyncio.run(_aiohttp(port, calls))
    return {"client_ms": {name: round(value, 3) for name, value in found.items()}}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    print(orjson.dumps(measure(parser.parse_args().quick)).decode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
