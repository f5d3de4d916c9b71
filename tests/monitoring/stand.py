"""A whole dialer with a Prometheus and an Alertmanager that run the files of monitoring/, sped up."""

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import psutil
import requests
import yaml

from dialer.local.client import ApiClient
from dialer.local.ready import Running
from dialer.local.stack import HOST

T = TypeVar("T")
ROOT: Final = Path(__file__).parents[2]
SOONER: Final[Mapping[str, float]] = {
    "dispatch_age_seconds": 5,
    "node_down_seconds": 8,
    "login_failures_per_minute": 1,
}
"""Thresholds that a test would have to wait too long for."""


@dataclass(frozen=True)
class Tools:
    """Debian's Prometheus, unpacked."""

    folder: Path

    def start(self, name: str, log: Path, *arguments: str) -> subprocess.Popen[bytes]:
        with log.open("wb") as file:
            return subprocess.Popen([str(self.folder / name), *arguments], stdout=file, stderr=file)


@dataclass(frozen=True)
class Stand:
    """What the tests break and look at.

    Attributes:
        targets: where Prometheus looks, by its job.
        received: what the example receiver wrote.
    """

    up: Running
    api: ApiClient
    prometheus_url: str
    received: Path
    targets: Mapping[str, Sequence[str]]

    def query(self, expression: str) -> list[dict[str, Any]]:
        """What Prometheus says now."""
        answer = requests.get(f"{self.prometheus_url}/api/v1/query", params={"query": expression}, timeout=5)
        assert answer.ok, f"{expression}: {answer.text}"
        found: list[dict[str, Any]] = answer.json()["data"]["result"]
        return found

    def firing(self) -> set[str]:
        """The names of the alerts that fire."""
        answer = requests.get(f"{self.prometheus_url}/api/v1/alerts", timeout=5).json()
        return {alert["labels"]["alertname"] for alert in answer["data"]["alerts"] if alert["state"] == "firing"}

    @contextmanager
    def frozen(self, *parts: str) -> Iterator[None]:
        """Parts that don't do anything for a while."""
        pids = [pid for part in parts if (pid := self.up.supervisor.pid(part)) is not None]
        assert len(pids) == len(parts)
        # With their children: gunicorn's go on without it.
        processes = [p for pid in pids for p in (psutil.Process(pid), *psutil.Process(pid).children(recursive=True))]
        for process in processes:
            process.suspend()
        try:
            yield
        finally:
            for process in processes:
                with suppress(psutil.NoSuchProcess):
                    process.resume()


def wait_for(ask: Callable[[], T], what: str, seconds: float = 60.0) -> T:
    """The first answer that holds."""
    until = time.monotonic() + seconds
    while not (answer := ask()):
        assert time.monotonic() < until, f"{what} never came"
        time.sleep(0.2)
    return answer


@contextmanager
def prometheus(
    tools: Tools, folder: Path, ports: Sequence[int], targets: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, Path]]:
    """Prometheus, Alertmanager, node-exporter and the example receiver; Prometheus's URL, and what was received."""
    own, alertmanager, receiver, node = ports
    everywhere = {
        **targets,
        "prometheus": [f"{HOST}:{own}"],
        "alertmanager": [f"{HOST}:{alertmanager}"],
        "node": [f"{HOST}:{node}"],
    }
    received = folder / "received.log"
    (folder / "alertmanager.yml").write_text(_alertmanager(receiver), encoding="utf-8")
    (folder / "prometheus.yml").write_text(_prometheus(everywhere, alertmanager), encoding="utf-8")
    _rules(folder / "rules")
    with ExitStack() as stack:
        script = str(ROOT / "deploy/alert_receiver.py")
        with received.open("wb") as file:
            _until_end(stack, subprocess.Popen([sys.executable, script, HOST, str(receiver)], stdout=file))
        commands = {
            "prometheus-node-exporter": (f"--web.listen-address={HOST}:{node}",),
            "prometheus-alertmanager": (
                f"--config.file={folder / 'alertmanager.yml'}",
                f"--storage.path={folder / 'alertmanager'}",
                f"--web.listen-address={HOST}:{alertmanager}",
                "--cluster.listen-address=",
            ),
            "prometheus": (
                f"--config.file={folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={folder / 'tsdb'}",
                f"--web.listen-address={HOST}:{own}",
            ),
        }
        for name, arguments in commands.items():
            _until_end(stack, tools.start(name, folder / f"{name}.log", *arguments))
        url = f"http://{HOST}:{own}"
        wait_for(lambda: _answers(f"{url}/-/ready"), "Prometheus")
        wait_for(lambda: _answers(f"http://{HOST}:{alertmanager}/-/ready"), "Alertmanager")
        yield url, received


def _until_end(stack: ExitStack, process: subprocess.Popen[bytes]) -> None:
    stack.callback(process.wait)
    stack.callback(process.terminate)


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=1).ok
    except (requests.ConnectionError, requests.Timeout):
        return False


def _prometheus(targets: Mapping[str, Sequence[str]], alertmanager: int) -> str:
    """monitoring/prometheus.yml with other addresses, and without the wait between two looks."""
    given = yaml.safe_load((ROOT / "monitoring/prometheus.yml").read_text(encoding="utf-8"))
    given["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    given["alerting"]["alertmanagers"] = [{"static_configs": [{"targets": [f"{HOST}:{alertmanager}"]}]}]
    jobs = [job["job_name"] for job in given["scrape_configs"]]
    assert sorted(jobs) == sorted(targets)
    given["scrape_configs"] = [{"job_name": job, "static_configs": [{"targets": list(targets[job])}]} for job in jobs]
    return yaml.safe_dump(given)


def _alertmanager(receiver: int) -> str:
    text = (ROOT / "monitoring/alertmanager.yml").read_text(encoding="utf-8")
    return text.replace("http://alert-receiver:9095/", f"http://{HOST}:{receiver}/")


def _rules(folder: Path) -> None:
    """The rules, with what they wait for a second long."""
    folder.mkdir()
    for path in (ROOT / "monitoring/rules").glob("*.yml"):
        text = re.sub(r"^( +for:) .+$", r"\1 1s", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        for name, value in SOONER.items():
            text = re.sub(rf"(record: dialer:threshold:{name}\n +expr: vector)\([^)]+\)", rf"\1({value})", text)
        (folder / path.name).write_text(text, encoding="utf-8")
