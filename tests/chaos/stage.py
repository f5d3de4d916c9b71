"""A whole dialer to break: real processes, real PostgreSQL and Redis, the simulator for a PBX."""

import os
import queue
import secrets
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from redis import Redis
from sqlalchemy import make_url

from dialer import failpoints
from dialer.bootstrap import Dialer
from dialer.clock import Clock, SystemClock
from dialer.config import Settings, load_settings
from dialer.embedded.servers import EmbeddedServers
from dialer.errors import DialerError
from dialer.local.client import ApiClient
from dialer.local.ready import ensure_user, running
from dialer.local.stack import Ports, Stack, free_ports
from dialer.local.stack import environment as stack_environment
from dialer.local.supervisor import Supervisor
from dialer.services.users import Role
from tests.chaos.far_side import FarSide, LabSide, SimulatorSide, lab_side
from tests.chaos.proxy import Address, Proxy

CPS = 100.0
CHANNELS = 80
TALK_MS = 300
RETRY_SECONDS = 3
_SIMULATOR_SECONDS = 15.0
NODE = "simulator"
INSIDE = Path(__file__).parent / "inside"
ROOT = Path(__file__).parents[2]

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
    "worker_stall_seconds": 15.0,
    "queue_ahead_seconds": 1.5,
    "database_pool_size": 3,
    "rate_limit_requests": 100_000,
}


@dataclass(slots=True)
class Network:
    """The proxies through which the parts reach everything, and where each leads."""

    pbx: Proxy
    events: Proxy
    """For the connection that the PBX makes to the listener, where it does: there it is the client."""
    redis: Proxy
    postgres: Proxy
    redis_target: Address


@dataclass(frozen=True, slots=True)
class Stage:
    """What the faults act on."""

    dialer: Dialer
    supervisor: Supervisor
    servers: EmbeddedServers
    client: ApiClient
    clock: Clock
    ports: Ports
    far_side: FarSide
    failpoints: Path
    trunk_id: int
    network: Network
    environment: Mapping[str, str]
    """What every part has."""
    skew: Path
    """A number of seconds in it sets the workers' clocks wrong."""
    channels: int = CHANNELS
    errands: "queue.SimpleQueue[tuple[Callable[[], object], Future[object]]]" = field(default_factory=queue.SimpleQueue)

    def in_main_thread(self, errand: Callable[[], object]) -> None:
        """Have the main thread do it: a server ends with the thread that started it."""
        done: Future[object] = Future()
        self.errands.put((errand, done))
        done.result(60)

    def do_errands(self, seconds: float) -> None:
        """What others wait for; for the main thread."""
        try:
            errand, done = self.errands.get(timeout=seconds)
        except queue.Empty:
            return
        try:
            done.set_result(errand())
        except DialerError as error:
            done.set_exception(error)

    def simulator(self, **fault: Any) -> None:
        """Put a fault of the simulator in force; without one, end them all. A real PBX has none."""
        if self.far_side.manner.simulator_options is None:
            return
        url = f"{self.ports.simulator_url}/simulator/faults"
        auth = ("dialer", self.password)
        method = "POST" if fault else "DELETE"
        until = self.clock.monotonic() + _SIMULATOR_SECONDS
        while True:
            try:
                requests.request(method, url, json=fault or None, auth=auth, timeout=5).raise_for_status()
            except requests.ConnectionError:
                # Another fault may have just killed it.
                if self.clock.monotonic() > until:
                    raise
                self.clock.sleep(0.1)
            else:
                return

    @property
    def password(self) -> str:
        secret = self.dialer.settings.ari_password
        return secret.get_secret_value() if secret else ""

    @property
    def redis(self) -> "Redis":
        return Redis.from_url(self.dialer.settings.redis_url or "")


@contextmanager
def stage(
    folder: Path,
    environment: Mapping[str, str] | None = None,
    *,
    channels: int = CHANNELS,
    talk_ms: int = TALK_MS,
    asterisk: str | None = None,
    outbound: bool = False,
) -> Iterator[Stage]:
    """Bring one up in `folder`.

    Args:
        environment: added to that of every part.
        channels: of the one trunk.
        talk_ms: how long an answered call lasts in the simulator.
        asterisk: the version of a real PBX; None: the simulator.
        outbound: the PBX connects to the listener, and keeps its events meanwhile.

    Raises:
        LabFailed: that Asterisk can't be had here.
    """
    (events_port,) = free_ports(1)
    with Proxy(lambda: ("127.0.0.1", events_port)) as events:
        door = Door(events, events_port if outbound else None)
        if asterisk is None:
            with _stage(folder, environment, channels, talk_ms, None, door) as made:
                yield made
        else:
            with (
                lab_side(folder / "lab", asterisk, door.url) as lab,
                _stage(folder, environment, channels, talk_ms, lab, door) as made,
            ):
                yield made


@dataclass(frozen=True, slots=True)
class Door:
    """Where the PBX finds the listener, if it is the one to connect: then `port` is the listener's own."""

    proxy: Proxy
    port: int | None

    @property
    def url(self) -> str | None:
        return None if self.port is None else f"ws://127.0.0.1:{self.proxy.port}/"


@contextmanager
def _stage(
    folder: Path, environment: Mapping[str, str] | None, channels: int, talk_ms: int, lab: LabSide | None, door: Door
) -> Iterator[Stage]:
    clock = SystemClock()
    armed = folder / "failpoints"
    armed.mkdir(parents=True)
    ports = Ports(*free_ports(3))
    ledger = folder / "ledger.jsonl"
    far_side: FarSide = lab or SimulatorSide(ports, ledger, lambda: up.supervisor, talk_ms)
    manner = far_side.manner
    given: Settings = load_settings(data_dir=folder / "data", failpoints_dir=armed, **{**SCALED, **manner.settings})
    servers = EmbeddedServers(given)
    with servers as settings, _network(settings, far_side, door.proxy) as network:
        skew = folder / "skew"
        through = _through(network, settings) | {"CHAOS_SKEW_FILE": str(skew)}
        stack = Stack(
            ports=ports,
            ledger=ledger,
            originate_workers=3,
            listeners=2,
            simulator=manner.simulator_options is not None,
            simulator_options=(*(manner.simulator_options or ()), *(("--events-to", door.url) if door.url else ())),
            environment=through | dict(environment or {}),
        )
        with running(settings, stack, clock) as up:
            failpoints.arm(settings.model_copy(update={"failpoints_dir": None}))  # not this process
            password = secrets.token_urlsafe(16)
            ensure_user(up.dialer, "chaos", password, Role.ADMIN)
            client = ApiClient(ports.api_url, "chaos", password, clock)
            node = client.post("/v1/nodes", _node(f"http://127.0.0.1:{network.pbx.port}", door.port))
            trunk = client.post("/v1/trunks", _trunk(node["id"], manner.endpoint, channels))
            yield Stage(
                up.dialer,
                up.supervisor,
                servers,
                client,
                clock,
                ports,
                far_side,
                armed,
                trunk["id"],
                network,
                stack_environment(settings) | dict(stack.environment),
                skew,
                channels,
            )


@contextmanager
def _network(settings: Settings, far_side: FarSide, events: Proxy) -> Iterator[Network]:
    redis, postgres = make_url(settings.redis_url or ""), make_url(settings.database_url or "")
    sockets = f"{postgres.query['host']}/.s.PGSQL.{postgres.query['port']}"
    with (
        Proxy(far_side.address, far_side.posts) as to_pbx,
        Proxy(lambda: network.redis_target) as to_redis,
        Proxy(lambda: sockets) as to_postgres,
    ):
        network = Network(to_pbx, events, to_redis, to_postgres, ("127.0.0.1", redis.port or 0))
        yield network


def _through(network: Network, settings: Settings) -> dict[str, str]:
    """The parts' environment: everything lies behind its proxy."""
    redis, postgres = make_url(settings.redis_url or ""), make_url(settings.database_url or "")
    return {
        "DIALER_REDIS_URL": redis.set(port=network.redis.port).render_as_string(hide_password=False),
        "DIALER_DATABASE_URL": postgres.set(
            drivername="postgresql", host="127.0.0.1", port=network.postgres.port, query={}
        ).render_as_string(hide_password=False),
        "PYTHONPATH": os.pathsep.join([str(INSIDE), str(ROOT)]),
    }


def _node(url: str, events_port: int | None) -> dict[str, Any]:
    return {"name": NODE, "ari_url": url, "ari_username": "dialer", "events_port": events_port}


def _trunk(node_id: int, endpoint: str, channels: int) -> dict[str, Any]:
    return {
        "name": NODE,
        "node_id": node_id,
        "endpoint": endpoint,
        "cps": CPS,
        "channels": channels,
    }
