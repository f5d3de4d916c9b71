"""A Redis server of our own, on the loopback interface, behind a password."""

import os
import secrets
import signal
import socket
import subprocess
from contextlib import suppress
from pathlib import Path

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from dialer.clock import Clock, SystemClock
from dialer.embedded.binaries import find_redis
from dialer.embedded.folders import make_private
from dialer.embedded.process import FolderLock, ServerFailed, end, last_words, launch
from dialer.errors import ConfigurationError

HOST = "127.0.0.1"
START_SECONDS = 60.0
STOP_SECONDS = 10.0
# The port is free when we look and may be taken when the server binds it.
PORT_ATTEMPTS = 5


class EmbeddedRedis:
    """One server in one folder. Start it from the main thread: on Linux it ends with the thread that started it."""

    def __init__(self, folder: Path, *, clock: Clock | None = None) -> None:
        """Nothing happens before `start`. The folder is the server's own; it is created."""
        self.folder = folder.absolute()
        self._clock = clock or SystemClock()
        self._lock = FolderLock(self.folder / "lock")
        self._log = self.folder / "redis.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._password = secrets.token_urlsafe(24)
        self._port: int | None = None

    @property
    def pid(self) -> int | None:
        """The server's pid while it runs."""
        if self._process is None or self._process.poll() is not None:
            return None
        return self._process.pid

    @property
    def url(self) -> str:
        """Where it listens, password included."""
        return f"redis://:{self._password}@{HOST}:{self._port}/0"

    def start(self) -> str:
        """Start the server and return its URL. Started again after `stop`, it has the same one.

        Raises:
            ConfigurationError: there is no Redis, the folder can't be used, or another process runs a server in it.
            ServerFailed: it doesn't come up.
        """
        if self.pid is not None:
            return self.url
        program = find_redis()
        make_private(self.folder)
        if not self._lock.acquire():
            raise ConfigurationError(
                f"Redis runs in {self.folder} already, started by process {self._lock.owner()}: "
                "stop that one, or name another folder with DIALER_DATA_DIR."
            )
        try:
            self._launch(program)
        except BaseException:
            self.stop()
            raise
        return self.url

    def stop(self) -> None:
        """End the server, its data saved. Bounded; may be called twice."""
        if self._process is not None:
            end(self._process, [(signal.SIGTERM, STOP_SECONDS)])
            self._process = None
        self._lock.release()

    def _launch(self, program: str) -> None:
        fixed_port = self._port
        for _ in range(PORT_ATTEMPTS):
            self._port = fixed_port or free_port()
            written = self._log.stat().st_size if self._log.exists() else 0
            self._process = launch(
                [program, str(self._write_configuration(self._port))], directory=self.folder, log=self._log
            )
            if self._wait_until_ready():
                return
            words = last_words(self._log, since=written)
            if "in use" not in words:
                break
            self._clock.sleep(0.2)
        raise ServerFailed(f"Redis did not start in {self.folder}. {self._log} ends with:\n  {words}")

    def _wait_until_ready(self) -> bool:
        deadline = self._clock.monotonic() + START_SECONDS
        no_retry = Retry(NoBackoff(), 0)
        with Redis(
            host=HOST, port=self._port or 0, password=self._password, socket_timeout=5, retry=no_retry
        ) as client:
            while self.pid is not None and self._clock.monotonic() < deadline:
                # Its own pid: whoever else answers on that port is not the server we started.
                with suppress(RedisError):
                    if client.info("server")["process_id"] == self.pid:
                        return True
                self._clock.sleep(0.02)
        return False

    def _write_configuration(self, port: int) -> Path:
        # A file and not arguments: those can be read by every user of the machine.
        path = self.folder / "redis.conf"
        text = "\n".join(
            [
                f"bind {HOST}",
                f"port {port}",
                f"requirepass {self._password}",
                "protected-mode yes",
                "daemonize no",
                # Queues and limits live here: nothing may be dropped to make room.
                "maxmemory-policy noeviction",
                "appendonly yes",
                "appendfsync everysec",
                'save ""',
                "loglevel notice",
                "maxclients 1000",
                "",
            ]
        )
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        return path


def free_port() -> int:
    """A TCP port of the loopback interface that nobody listens on now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
