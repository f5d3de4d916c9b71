"""`dialer demo`: a whole campaign, from an uploaded list to a table of outcomes, checked against the far end."""

import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import orjson
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from dialer.clock import Clock, SystemClock
from dialer.config import Settings
from dialer.errors import DialerError
from dialer.local.audit import Audit, audit
from dialer.local.client import ApiClient
from dialer.local.cpu import cpu_seconds
from dialer.local.far_end import SIMULATOR, FarEnd
from dialer.local.ready import Running, ensure_user, running
from dialer.local.sample import call_list
from dialer.local.stack import NODE, Ports, Stack, free_ports
from dialer.services.users import Role
from dialer.simulator.ledger import Ledger, read_ledger


class DemoFailed(DialerError):
    """The campaign did not come to its end."""

    code = "demo_failed"


@dataclass(frozen=True, slots=True)
class Demo:
    """What to run: a campaign of `contacts` at `cps` calls per second over `channels` channels."""

    contacts: int
    cps: float = 50.0
    channels: int = 100
    originate_workers: int = 2
    listeners: int = 1
    patience_seconds: float = 300.0
    """How long the count of finished contacts may stand still."""
    metrics_ports: Mapping[str, int] = field(default_factory=dict)
    """As the stack's."""


@dataclass(frozen=True, slots=True)
class Started:
    """A demo whose campaign runs."""

    up: Running
    stack: Stack
    client: ApiClient
    campaign_id: int
    ledger: Callable[[], Ledger]

    def cpu_seconds(self) -> float:
        """What all of the dialer's processes have used, PostgreSQL and Redis included where they are ours."""
        servers = (self.up.servers.postgres, self.up.servers.redis)
        pids = (self.up.supervisor.process_id, *(server.pid for server in servers if server is not None))
        return cpu_seconds(pid for pid in pids if pid is not None)


@contextmanager
def started(settings: Settings, demo: Demo, clock: Clock, far_end: FarEnd = SIMULATOR) -> Iterator[Started]:
    """All is up, the list uploaded, the campaign started."""
    folder = settings.data_dir / "demo"
    if not settings.database_url:
        shutil.rmtree(folder, ignore_errors=True)
    given = settings.model_copy(update={"data_dir": folder, **far_end.settings})
    ledger = folder.absolute() / f"ledger-{clock.now():%Y%m%d-%H%M%S}.jsonl"
    run = f"demo-{clock.now():%Y%m%d-%H%M%S}"
    stack = Stack(
        ports=Ports(*free_ports(3)),
        ledger=ledger,
        originate_workers=demo.originate_workers,
        listeners=demo.listeners,
        metrics_ports=demo.metrics_ports,
        simulator=far_end.pbx is None,
        simulator_options=far_end.simulator_options,
        node=f"{NODE if far_end.pbx is None else 'asterisk'}-{run}",
    )
    with running(given, stack, clock) as up:
        password = secrets.token_urlsafe(16)
        ensure_user(up.dialer, run, password, Role.ADMIN)
        client = ApiClient(stack.ports.api_url, run, password, clock)
        campaign_id = _set_up(client, stack, demo, run, far_end)
        client.upload(f"/v1/campaigns/{campaign_id}/call-lists?name=sample", call_list(demo.contacts))
        client.post(f"/v1/campaigns/{campaign_id}/start")
        yield Started(
            up, stack, client, campaign_id, far_end.pbx.ledger if far_end.pbx else partial(read_ledger, ledger)
        )


def run(
    settings: Settings, demo: Demo, console: Console, clock: Clock | None = None, far_end: FarEnd = SIMULATOR
) -> int:
    """Run it; 0 if the far end's ledger and the database agree."""
    clock = clock or SystemClock()
    pbx = far_end.pbx
    servers = "PostgreSQL, Redis" if pbx else "PostgreSQL, Redis, the simulator"
    console.print(f"Starting {servers}, API, workers, listener, beat and Flower …")
    with started(settings, demo, clock, far_end) as demo_started:
        client, campaign_id = demo_started.client, demo_started.campaign_id
        begun = clock.monotonic()
        cpu_before = (pbx.cpu_seconds(), demo_started.cpu_seconds()) if pbx else (0.0, 0.0)
        console.print(
            f"A list of {demo.contacts} contacts is uploaded, campaign {campaign_id} calls them through {far_end.name}."
        )
        _watch(client, campaign_id, demo, console, clock, half_way=pbx.half_way if pbx else None)
        elapsed = clock.monotonic() - begun
        cpu = (pbx.cpu_seconds() - cpu_before[0], demo_started.cpu_seconds() - cpu_before[1]) if pbx else None
        tells_sip_status = pbx is None or pbx.tells_sip_status
        engine = demo_started.up.dialer.engine
        found = audit(engine, campaign_id, demo_started.ledger(), tells_sip_status=tells_sip_status)
    more: dict[str, Any] = dict(pbx.known) if pbx else {}
    if cpu is not None and found.calls:
        asterisk, ours = (round(seconds / found.calls, 4) for seconds in cpu)
        console.print(f"CPU seconds per call: Asterisk {asterisk}, all of the dialer's processes together {ours}.")
        more["cpu_seconds_per_call"] = {"asterisk": asterisk, "dialer": ours}
    return report(found, elapsed, console, more)


def report(found: Audit, elapsed: float, console: Console, more: Mapping[str, Any] | None = None) -> int:
    """Print the outcome, the JSON object last, with `more` in it; the exit code."""
    table = Table(title="Outcomes")
    table.add_column("disposition")
    table.add_column("calls", justify="right")
    for disposition, count in found.dispositions.items():
        table.add_row(disposition, str(count))
    console.print(table)
    complete = found.completed == found.contacts
    console.print(
        "The far end's ledger and the database agree."
        if found.agrees
        else "The far end's ledger and the database do NOT agree."
    )
    if not complete:
        console.print(f"{found.contacts - found.completed} contacts are not done.")
    speed = {"elapsed_seconds": round(elapsed, 2), "calls_per_second": round(found.invites / elapsed, 2)}
    console.file.write(orjson.dumps({**found.as_dict(), **speed, **(more or {})}).decode() + "\n")
    console.file.flush()
    return 0 if found.agrees and complete else 1


def _set_up(client: ApiClient, stack: Stack, demo: Demo, name: str, far_end: FarEnd) -> int:
    """A node, a trunk and a campaign for that far end."""
    ari_url = far_end.pbx.ari_url if far_end.pbx else stack.ports.simulator_url
    node = client.post("/v1/nodes", {"name": stack.node, "ari_url": ari_url, "ari_username": "dialer"})
    trunk = client.post(
        "/v1/trunks",
        {
            "name": name,
            "node_id": node["id"],
            "endpoint": far_end.endpoint,
            "cps": demo.cps,
            "channels": demo.channels,
        },
    )
    rule = {"delay_seconds": far_end.retry_seconds}
    campaign = client.post(
        "/v1/campaigns",
        {
            "name": name,
            "trunk_id": trunk["id"],
            "caller_id": "+12025550100",
            "timeout_seconds": far_end.timeout_seconds,
            "max_attempts": 3,
            "default_region": "US",
            "calling_window": {"start": "00:00", "end": "24:00"},
            "retry_policy": dict.fromkeys(("busy", "no_answer", "congestion", "trunk_fault", "indeterminate"), rule),
            "answer_action": {"type": "play", "sound": far_end.sound},
        },
    )
    return int(campaign["id"])


def _watch(
    client: ApiClient,
    campaign_id: int,
    demo: Demo,
    console: Console,
    clock: Clock,
    *,
    half_way: Callable[[], None] | None = None,
) -> None:
    """Show the campaign's progress until it is completed; call `half_way` once half of the contacts are done."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, TextColumn("{task.fields[outcomes]}"), console=console) as progress:
        bar = progress.add_task("contacts done", total=demo.contacts, outcomes="")
        moved_at, last = clock.monotonic(), -1
        while True:
            stats = client.get(f"/v1/campaigns/{campaign_id}/stats")
            done = _done(stats)
            progress.update(bar, completed=done, outcomes=_in_words(stats))
            if half_way is not None and done * 2 >= demo.contacts:
                half_way()
                half_way = None
            if stats["state"] == "completed":
                return
            if done != last:
                moved_at, last = clock.monotonic(), done
            if clock.monotonic() - moved_at > demo.patience_seconds:
                raise DemoFailed(f"Nothing has moved for {demo.patience_seconds:.0f} s: {stats}")
            clock.sleep(0.25)


def _done(stats: Mapping[str, Any]) -> int:
    return int(stats["contacts"]["done"])


def _in_words(stats: Mapping[str, Any]) -> str:
    calls = {name: count for name, count in stats["calls"].items() if count}
    return "  ".join(f"{name} {count}" for name, count in calls.items())
