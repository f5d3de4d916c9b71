"""A whole dialer to measure: all processes as `dialer up` has them, servers of its own, a data folder below /tmp.

PostgreSQL and Redis are started here whatever the environment names, as `dialer up` starts them: durable.
"""

import secrets
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr

from benchmarks.measuring import CannotMeasure
from dialer.clock import SystemClock
from dialer.config import load_settings
from dialer.lab.lab import TRUNK, Lab
from dialer.local.client import ApiClient
from dialer.local.cpu import cpu_seconds
from dialer.local.ready import Running, ensure_user, running
from dialer.local.stack import Ports, Stack, free_ports
from dialer.services.users import Role

USER: Final = "bench"
ALWAYS: Final = {"start": "00:00", "end": "24:00"}
_STANDSTILL_SECONDS: Final = 300.0


@dataclass(frozen=True, slots=True)
class Whole:
    """A running dialer, and a client of its API who is an administrator."""

    up: Running
    client: ApiClient
    stack: Stack
    password: str
    node_id: int
    endpoint: str = "PJSIP/{number}@carrier"

    def trunk(self, name: str, *, cps: float, channels: int) -> int:
        body = {"name": name, "node_id": self.node_id, "endpoint": self.endpoint}
        return int(self.client.post("/v1/trunks", {**body, "cps": cps, "channels": channels})["id"])

    def campaign(self, name: str, trunk_id: int, **more: Any) -> int:
        """One that may call at any hour, each contact once, and hangs up on answer, unless told otherwise."""
        body = {"name": name, "trunk_id": trunk_id, "caller_id": "+12025550100", "max_attempts": 1}
        body |= {"calling_window": ALWAYS, "answer_action": {"type": "hangup"}, **more}
        return int(self.client.post("/v1/campaigns", body)["id"])

    def upload(self, campaign_id: int, lines: Iterable[bytes]) -> Mapping[str, Any]:
        """A call list, and what became of it once all of it has been imported."""
        path = f"/v1/campaigns/{campaign_id}/call-lists?name=bench&default_region=US"
        list_id = self.client.upload(path, lines)["id"]
        moving = Moving("the import")
        while (progress := self.client.get(f"/v1/call-lists/{list_id}"))["state"] == "importing":
            moving.at(progress["rows_done"])
            time.sleep(0.1)
        return dict(progress)

    def processes(self) -> dict[str, int]:
        """The pids of the dialer's own processes, by name: not the simulator, which stands for the PBX."""
        states = self.up.supervisor.states()
        return {name: part.pid for name, part in states.items() if part.pid is not None and name != "simulator"}

    def servers(self) -> list[int]:
        """The pids of PostgreSQL and Redis."""
        servers = (self.up.servers.postgres, self.up.servers.redis)
        return [server.pid for server in servers if server is not None and server.pid is not None]

    def cpu_seconds(self) -> float:
        """What the dialer's processes have used so far, PostgreSQL and Redis included."""
        return cpu_seconds([*self.processes().values(), *self.servers()])


@contextmanager
def whole_dialer(
    *, simulator: Sequence[str] = (), lab: Lab | None = None, originate_workers: int = 2, **settings: Any
) -> Iterator[Whole]:
    """All of it, with the simulator as its only node, or a lab's PBX.

    Args:
        simulator: options of `dialer simulator`.
        lab: a lab that runs; it is told each call's id.
        settings: such as differ from the defaults.
    """
    clock = SystemClock()
    with tempfile.TemporaryDirectory(prefix="dialer-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o711)
        stack = Stack(
            ports=Ports(*free_ports(3)),
            ledger=folder / "ledger.jsonl",
            originate_workers=originate_workers,
            simulator=lab is None,
            simulator_options=simulator,
        )
        given = load_settings(
            **{"data_dir": folder / "data", "database_url": None, "redis_url": None}
            | {"rate_limit_requests": 10_000_000, "max_cps": 100_000, "log_level": "WARNING"}
            | ({"real_calls_allowed": True, "ari_password": SecretStr(lab.password)} if lab else {})
            | settings
        )
        with running(given, stack, clock) as up:
            password = secrets.token_urlsafe(16)
            ensure_user(up.dialer, USER, password, Role.ADMIN)
            client = ApiClient(stack.ports.api_url, USER, password, clock)
            url = stack.ports.simulator_url if lab is None else lab.ari_url
            node = client.post("/v1/nodes", {"name": "pbx", "ari_url": url, "ari_username": "dialer"})
            made = Whole(up, client, stack, password, int(node["id"]))
            yield made if lab is None else replace(made, endpoint=f"PJSIP/{{number}};call={{call_id}}@{TRUNK}")


class Moving:
    """Sees to it that a count goes on: a benchmark of something that stands still would never end."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._last: float | None = None
        self._since = time.monotonic()

    def at(self, count: float) -> None:
        """It is at `count` now.

        Raises:
            CannotMeasure: it has been there for five minutes.
        """
        now = time.monotonic()
        if count != self._last:
            self._last, self._since = count, now
        elif now - self._since > _STANDSTILL_SECONDS:
            raise CannotMeasure(f"{self._what} has stood still at {count:,.0f} for {_STANDSTILL_SECONDS:.0f} s")
