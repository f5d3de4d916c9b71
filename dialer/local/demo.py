"""`dialer demo`: a whole campaign, from an uploaded list to a table of outcomes, checked against the far end."""

import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from dialer.clock import Clock, SystemClock
from dialer.config import Settings
from dialer.errors import DialerError
from dialer.local.audit import Audit, audit
from dialer.local.client import ApiClient
from dialer.local.ready import Running, ensure_user, running
from dialer.local.sample import call_list
from dialer.local.stack import NODE, Ports, Stack, free_ports
from dialer.services.users import Role
from dialer.simulator.ledger import read_ledger

_RETRY_SECONDS: Final = 2
_SIMULATOR: Final = ("--ring-ms", "150", "--talk-ms", "400", "--playback-ms", "200", "--time-scale", "20")


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
    patience_seconds: float = 300.0
    """How long the count of finished contacts may stand still."""


@contextmanager
def started(settings: Settings, demo: Demo, clock: Clock) -> Iterator[tuple[Running, ApiClient, int, Path]]:
    """All is up, the list uploaded, the campaign started: the running dialer, a client, the campaign, the ledger."""
    folder = settings.data_dir / "demo"
    if not settings.database_url:
        shutil.rmtree(folder, ignore_errors=True)
    given = settings.model_copy(update={"data_dir": folder})
    ledger = folder.absolute() / f"ledger-{clock.now():%Y%m%d-%H%M%S}.jsonl"
    run = f"demo-{clock.now():%Y%m%d-%H%M%S}"
    stack = Stack(
        ports=Ports(*free_ports(3)),
        ledger=ledger,
        originate_workers=demo.originate_workers,
        simulator_options=_SIMULATOR,
        node=f"{NODE}-{run}",
    )
    with running(given, stack, clock) as up:
        password = secrets.token_urlsafe(16)
        ensure_user(up.dialer, run, password, Role.ADMIN)
        client = ApiClient(stack.ports.api_url, run, password, clock)
        campaign_id = _set_up(client, stack, demo, run)
        client.upload(f"/v1/campaigns/{campaign_id}/call-lists?name=sample", call_list(demo.contacts))
        client.post(f"/v1/campaigns/{campaign_id}/start")
        yield up, client, campaign_id, ledger


def run(settings: Settings, demo: Demo, console: Console, clock: Clock | None = None) -> int:
    """Run it; 0 if the far end's ledger and the database agree."""
    clock = clock or SystemClock()
    console.print("Starting PostgreSQL, Redis, the simulator, API, workers, listener, beat and Flower …")
    with started(settings, demo, clock) as (up, client, campaign_id, ledger_path):
        begun = clock.monotonic()
        console.print(f"A list of {demo.contacts} contacts is uploaded, campaign {campaign_id} is running.")
        _watch(client, campaign_id, demo, console, clock)
        elapsed = clock.monotonic() - begun
        found = audit(up.dialer.engine, campaign_id, read_ledger(ledger_path))
    return report(found, elapsed, console)


def report(found: Audit, elapsed: float, console: Console) -> int:
    """Print the outcome, the JSON object last; the exit code."""
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
    console.file.write(orjson.dumps({**found.as_dict(), **speed}).decode() + "\n")
    console.file.flush()
    return 0 if found.agrees and complete else 1


def _set_up(client: ApiClient, stack: Stack, demo: Demo, name: str) -> int:
    """A node, a trunk and a campaign for the simulator."""
    node = client.post(
        "/v1/nodes", {"name": stack.node, "ari_url": stack.ports.simulator_url, "ari_username": "dialer"}
    )
    trunk = client.post(
        "/v1/trunks",
        {
            "name": name,
            "node_id": node["id"],
            "endpoint": "PJSIP/{number}@carrier",
            "cps": demo.cps,
            "channels": demo.channels,
        },
    )
    rule = {"delay_seconds": _RETRY_SECONDS}
    campaign = client.post(
        "/v1/campaigns",
        {
            "name": name,
            "trunk_id": trunk["id"],
            "caller_id": "+12025550100",
            "timeout_seconds": 20,
            "max_attempts": 3,
            "default_region": "US",
            "calling_window": {"start": "00:00", "end": "24:00"},
            "retry_policy": dict.fromkeys(("busy", "no_answer", "congestion", "trunk_fault", "indeterminate"), rule),
            "answer_action": {"type": "play", "sound": "demo-congrats"},
        },
    )
    return int(campaign["id"])


def _watch(client: ApiClient, campaign_id: int, demo: Demo, console: Console, clock: Clock) -> None:
    """Show the campaign's progress until it is completed."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, TextColumn("{task.fields[outcomes]}"), console=console) as progress:
        bar = progress.add_task("contacts done", total=demo.contacts, outcomes="")
        moved_at, last = clock.monotonic(), -1
        while True:
            stats = client.get(f"/v1/campaigns/{campaign_id}/stats")
            done = _done(stats)
            progress.update(bar, completed=done, outcomes=_in_words(stats))
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
