"""What a process says of itself to Prometheus: its jobs, its memory, its CPU.

A worker's jobs run in children; they count in files of the folder that PROMETHEUS_MULTIPROC_DIR names, and the worker
adds them up.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from prometheus_client import REGISTRY, CollectorRegistry, Histogram, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from dialer import __version__
from dialer.config import Settings
from dialer.errors import ConfigurationError

DIRECTORY: Final = "PROMETHEUS_MULTIPROC_DIR"

JOB_SECONDS: Final = Histogram(
    "dialer_job_seconds",
    "Time that a job took, by how it ended.",
    ["task", "outcome"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60),
)


def share_with_children(settings: Settings) -> None:
    """Before the program begins whose children are to be measured: give them a folder."""
    if settings.metrics_port and DIRECTORY not in os.environ:
        os.environ[DIRECTORY] = tempfile.mkdtemp(prefix="dialer-metrics-")


def forget_shared() -> None:
    """Remove that folder, when all children have ended."""
    if folder := os.environ.get(DIRECTORY):
        shutil.rmtree(folder, ignore_errors=True)


def serve(settings: Settings, part: str, registry: CollectorRegistry | None = None) -> bool:
    """Serve this process's metrics if the settings have a port for them; whether they have.

    Args:
        part: what this process is, like `worker`.
        registry: what else to serve.

    Raises:
        ConfigurationError: the port is taken.
    """
    if not settings.metrics_port:
        return False
    if registry is None and DIRECTORY in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    served = registry or REGISTRY
    served.register(ProcessTree(part))
    try:
        start_http_server(settings.metrics_port, settings.metrics_host, served)
    except OSError as error:
        raise ConfigurationError(
            f"Metrics can't be served on {settings.metrics_host}:{settings.metrics_port} (DIALER_METRICS_PORT): {error}"
        ) from error
    return True


class ProcessTree(Collector):
    """This process and its children. Linux; elsewhere only what the part is."""

    def __init__(self, part: str, proc: Path = Path("/proc")) -> None:
        self._part = part
        self._proc = proc
        self._gone: dict[int, float] = {}
        """CPU seconds by pid, as last seen: a child's don't vanish with it."""

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        info = GaugeMetricFamily("dialer_part", "What this process is.", labels=["part", "version"])
        info.add_metric([self._part, __version__], 1)
        yield info
        if not self._proc.is_dir():
            return
        found = dict(self._tree(os.getpid()))
        self._gone.update({pid: cpu for pid, (_, cpu) in found.items()})
        memory = sum(resident for resident, _ in found.values())
        yield GaugeMetricFamily("dialer_process_resident_bytes", "Memory of it and its children.", value=memory)
        yield CounterMetricFamily(
            "dialer_process_cpu_seconds", "CPU of it and its children.", value=sum(self._gone.values())
        )
        yield GaugeMetricFamily("dialer_processes", "It and its children.", value=len(found))

    def _tree(self, pid: int) -> Iterator[tuple[int, tuple[float, float]]]:
        try:
            fields = (self._proc / str(pid) / "stat").read_text("utf-8").rpartition(")")[2].split()
            resident = int((self._proc / str(pid) / "statm").read_text("utf-8").split()[1])
            children = [
                child
                for task in (self._proc / str(pid) / "task").iterdir()
                for child in (task / "children").read_text("utf-8").split()
            ]
        except (FileNotFoundError, ProcessLookupError):
            return  # it ended while we looked
        cpu = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        yield pid, (resident * os.sysconf("SC_PAGE_SIZE"), cpu)
        for child in children:
            yield from self._tree(int(child))
