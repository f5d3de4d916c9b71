"""The stand, once for all tests of this folder. Skipped where Prometheus can't be had."""

import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dialer.clock import SystemClock
from dialer.config import load_settings
from dialer.local.client import ApiClient
from dialer.local.ready import ensure_user, running
from dialer.local.sample import call_list
from dialer.local.stack import HOST, Ports, Stack, free_ports
from dialer.services.users import Role
from tests.monitoring.stand import ROOT, Stand, Tools, prometheus, wait_for

# All kinds of outcomes, those that alerts and panels ask for among them.
MIX = "answered=50,busy=15,no_answer=10,congestion=15,forbidden=10"
SIMULATOR = ("--ring-ms", "100", "--talk-ms", "2000", "--time-scale", "20", "--mix", MIX)
JOBS = {
    "worker": ("worker-originate-1", "worker-originate-2"),
    "control": ("worker-control",),
    "import": ("worker-import",),
    "beat": ("beat",),
    "listener": ("listener-1",),
    "exporter": ("exporter",),
}


@pytest.fixture(scope="session")
def tools() -> Tools:
    command = ["sh", str(ROOT / "scripts/monitoring-tools")]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if found.returncode == 2:
        pytest.skip("Prometheus can't be had here: it is unpacked from Debian's packages (scripts/monitoring-tools)")
    assert found.returncode == 0, found.stderr
    return Tools(Path(found.stdout.strip()))


@pytest.fixture(scope="session")
def stand(tools: Tools) -> Iterator[Stand]:
    """Everything runs, and a campaign is under way."""
    folder = Path(tempfile.mkdtemp(prefix="dialer-monitoring-"))
    folder.chmod(0o711)
    parts = [part for names in JOBS.values() for part in names]
    ports = free_ports(3 + len(parts) + 4)
    served = dict(zip(parts, ports[3:], strict=False))
    settings = load_settings(
        data_dir=folder / "data", database_url=None, redis_url=None, environment="development", trusted_proxies=0
    )
    stack = Stack(
        ports=Ports(*ports[:3]),
        ledger=folder / "ledger.jsonl",
        simulator_options=SIMULATOR,
        metrics_ports=served,
    )
    targets = {job: [f"{HOST}:{served[name]}" for name in names] for job, names in JOBS.items()}
    targets["api"] = [f"{HOST}:{stack.ports.api}"]
    try:
        with (
            running(settings, stack, SystemClock()) as up,
            prometheus(tools, folder, ports[3 + len(parts) :], targets) as (url, received),
        ):
            password = secrets.token_urlsafe(16)
            ensure_user(up.dialer, "admin", password, Role.ADMIN)
            made = Stand(up, ApiClient(stack.ports.api_url, "admin", password, SystemClock()), url, received, targets)
            _dial(made, stack.ports.simulator_url)
            yield made
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _dial(stand: Stand, simulator_url: str) -> None:
    api = stand.api
    node = api.post("/v1/nodes", {"name": "pbx1", "ari_url": simulator_url, "ari_username": "dialer"})
    trunk = {"name": "carrier", "node_id": node["id"], "endpoint": "PJSIP/{number}@carrier", "cps": 2, "channels": 50}
    campaign = api.post(
        "/v1/campaigns",
        {
            "name": "campaign",
            "trunk_id": api.post("/v1/trunks", trunk | {"caller_id": "+12025550100"})["id"],
            "timeout_seconds": 20,
            "max_attempts": 3,
            "calling_window": {"start": "00:00", "end": "24:00"},
            "answer_action": {"type": "play", "sound": "hello-world"},
            "people": 50,
        },
    )
    api.upload(f"/v1/campaigns/{campaign['id']}/call-lists?name=sample", call_list(1500))
    api.post(f"/v1/campaigns/{campaign['id']}/start")
    wait_for(lambda: stand.query('dialer_calls_ended_total{disposition="answered"} > 0'), "an answered call", 90)
