"""The API as it is served: gunicorn, real sockets."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import requests

from dialer.config import Settings
from dialer.embedded.redis import free_port

SECONDS = 30


class Server:
    """A gunicorn on a port of its own, that can be ended and started again."""

    def __init__(self, settings: Settings, folder: Path, *options: str, **variables: str) -> None:
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("DIALER_", "PROMETHEUS_"))}
        self._environ = clean | {
            "DIALER_DATABASE_URL": settings.database_url or "",
            "DIALER_REDIS_URL": settings.redis_url or "",
            "DIALER_JWT_SECRET": "x" * 40,
            "DIALER_ARI_PASSWORD": "x" * 20,
            "DIALER_DATA_DIR": str(folder),
            **variables,
        }
        self._options = options
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Return when it is ready."""
        command = [sys.executable, "-m", "gunicorn", "--config", "python:api.gunicorn"]
        command += ["--bind", f"127.0.0.1:{self._port}", *self._options, "api.wsgi:create()"]
        self.process = subprocess.Popen(command, env=self._environ)
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if requests.get(f"{self.url}/readyz", timeout=SECONDS).ok:
                    return
            except (requests.ConnectionError, requests.Timeout):
                time.sleep(0.1)
        raise AssertionError(f"gunicorn is not ready (exit code {self.process.poll()})")

    def stop(self) -> None:
        """SIGTERM, and wait for the end."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(SECONDS)

    def kill(self) -> None:
        """SIGKILL to all its processes."""
        assert self.process is not None
        workers = psutil.Process(self.process.pid).children(recursive=True)
        self.process.kill()
        for worker in workers:
            worker.kill()
        psutil.wait_procs(workers, SECONDS)
        self.process.wait(SECONDS)


@contextmanager
def serving(settings: Settings, folder: Path, *options: str, **variables: str) -> Iterator[Server]:
    """A server that is ready. Options are gunicorn's, variables the dialer's."""
    server = Server(settings, folder, *options, **variables)
    try:
        server.start()
        yield server
    finally:
        server.stop()
