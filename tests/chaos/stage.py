"""A whole dialer to break: real processes, real PostgreSQL and Redis, the simulator for a PBX."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from redis import Redis

from dialer.bootstrap import Dialer
from dialer.clock import Clock, SystemClock
from dialer.config import Settings, load_settings
from dialer.embedded.servers import EmbeddedServers
from dialer.local.client import ApiClient
from dialer.local.ready import ensure_user, running
from dialer.local.stack import Ports, Stack, free_ports
from dialer.local.supervisor import Supervisor
from dialer.services.users import Role

CPS = 100.0
CHANNELS = 80
RETRY_SECONDS = 3
NODE = "simulator"

# Scaled down, in the order that the real ones have: an answer is given up before the dial window's grace is over, a
# lease is lost before reconcile judges, a tomb is held longer than a stall lasts.
SCALED: Mapping[str, Any] = {
    "ari_read_timeout_seconds": 0.8,
    "ari_connect_timeout_seconds": 0.5,
    "dial_window_ms": 600,
    "lease_seconds": 2.0,
    "echo_interval_seconds": 0.3,
    "echo_max_age_seconds": 2.0,
    "reconcile_grace_seconds": 1.5,
    "tomb_hold_seconds": 5.0,
    "queued_expiry_seconds": 10,
    "queue_ahead_seconds": 1.5,
    "database_pool_size": 3,
    "rate_limit_requests": 100_000,
}


@dataclass(frozen=True, slots=True)
class Stage:
    """What the faults act on."""

    dialer: Dialer
    supervisor: Supervisor
    servers: EmbeddedServers
    client: ApiClient
    clock: Clock
    ports: Ports
    ledger: Path
    failpoints: Path
    trunk_id: int

    def simulator(self, **fault: Any) -> None:
        """Put a fault of the simulator in force; without one, end them all."""
        url = f"{self.ports.simulator_url}/simulator/faults"
        auth = ("dialer", self.password)
        if fault:
            requests.post(url, json=fault, auth=auth, timeout=5).raise_for_status()
        else:
            requests.delete(url, auth=auth, timeout=5).raise_for_status()

    @property
    def password(self) -> str:
        secret = self.dialer.settings.ari_password
        return secret.get_secret_value() if secret else ""

    @property
    def redis(self) -> "Redis":
        return Redis.from_url(self.dialer.settings.redis_url or "")


@contextmanager
def stage(folder: Path, environment: Mapping[str, str] | None = None) -> Iterator[Stage]:
    """Bring one up in `folder`.

    Args:
        environment: added to that of every part.
    """
    clock = SystemClock()
    failpoints = folder / "failpoints"
    failpoints.mkdir(parents=True)
    given: Settings = load_settings(data_dir=folder / "data", failpoints_dir=failpoints, **SCALED)
    stack = Stack(
        ports=Ports(*free_ports(3)),
        ledger=folder / "ledger.jsonl",
        originate_workers=3,
        listeners=2,
        simulator_options=(
            *("--ring-ms", "120", "--talk-ms", "300", "--playback-ms", "150", "--time-scale", "20"),
            *("--latency-ms", "20"),
        ),
        environment=environment or {},
    )
    with running(given, stack, clock) as up:
        password = secrets.token_urlsafe(16)
        ensure_user(up.dialer, "chaos", password, Role.ADMIN)
        client = ApiClient(stack.ports.api_url, "chaos", password, clock)
        node = client.post("/v1/nodes", _node(stack.ports))
        trunk = client.post("/v1/trunks", _trunk(node["id"]))
        yield Stage(
            up.dialer, up.supervisor, up.servers, client, clock, stack.ports, stack.ledger, failpoints, trunk["id"]
        )


def _node(ports: Ports) -> dict[str, Any]:
    return {"name": NODE, "ari_url": ports.simulator_url, "ari_username": "dialer"}


def _trunk(node_id: int) -> dict[str, Any]:
    return {
        "name": NODE,
        "node_id": node_id,
        "endpoint": "PJSIP/{number}@carrier",
        "cps": CPS,
        "channels": CHANNELS,
    }
