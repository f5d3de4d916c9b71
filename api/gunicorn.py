"""gunicorn's configuration: threads for requests that wait, processes for the CPUs.

`--bind`, `--workers` and `--threads` on the command line, or GUNICORN_CMD_ARGS, go before these.
"""

import os
import shutil
import tempfile
from typing import Any

bind = "127.0.0.1:8000"
worker_class = "gthread"
workers = 2
# Begun as they are needed. Each live stream takes one: DIALER_STREAMS_PER_PROCESS, and 16 for all else.
threads = 80
# Of a worker's heartbeat, not of a request: an upload may take as long as it needs.
timeout = 60
graceful_timeout = 20
keepalive = 5
# The longest that gunicorn can take: lists have many filters.
limit_request_line = 8190
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # nosec B108 # gunicorn makes unnamed files there
forwarded_allow_ips = "127.0.0.1,::1"
accesslog = None
# It would lie in the home folder, the same for every instance.
control_socket_disable = True


def on_starting(server: Any) -> None:
    """Give the workers a folder for their metrics, before any of them imports prometheus_client."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        server.metrics_folder = os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="dialer-metrics-")


def post_worker_init(worker: Any) -> None:
    """Tell the streams how many threads there are, and how they learn that this worker is to end."""

    def is_serving() -> bool:
        return bool(worker.alive) and worker.ppid == os.getppid()

    worker.wsgi.extensions["streams"].serve_with(worker.cfg.threads, is_serving)


def child_exit(server: Any, worker: Any) -> None:
    """A worker is gone: what it measured as of now counts no more."""
    # Imported here: in a process that has no metrics folder yet, the workers would inherit a library without one.
    from prometheus_flask_exporter.multiprocess import (  # type: ignore[import-untyped]
        GunicornInternalPrometheusMetrics,
    )

    GunicornInternalPrometheusMetrics.mark_process_dead_on_child_exit(worker.pid)


def on_exit(server: Any) -> None:
    """Leave nothing behind."""
    folder = getattr(server, "metrics_folder", None)
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)
