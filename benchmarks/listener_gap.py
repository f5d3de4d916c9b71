"""What a listener's death costs: the leader is killed (SIGKILL) in the middle of a campaign, and a standby takes over.

    python benchmarks/listener_gap.py                 # the simulator
    python benchmarks/listener_gap.py --asterisk      # the lab's Asterisk 22 (root)

Once where the listener connects to the PBX, once where the PBX connects to the listener and keeps its events meanwhile.
The settings are the defaults. The last line on stdout is JSON: for both, how long until the standby hears everything
again, and what became of the calls, by the database and held against the far end's own ledger.
"""

import os
import secrets
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import orjson
from sqlalchemy import Engine, text

from dialer.clock import SystemClock
from dialer.config import load_settings
from dialer.lab.carrier import Pace
from dialer.lab.lab import Lab, Options
from dialer.local.audit import audit
from dialer.local.client import ApiClient
from dialer.local.ready import ensure_user, running
from dialer.local.sample import call_list
from dialer.local.stack import Ports, Stack, free_ports
from dialer.services.listening.following import ANSWERED_UNHEARD
from dialer.services.users import Role
from dialer.simulator.ledger import Ledger, read_ledger

CPS = 20
CHANNELS = 100
WAIT_SECONDS = 300.0
WAYS = ("inbound", "outbound")
SIMULATOR = ("--ring-ms", "1000", "--talk-ms", "8000", "--playback-ms", "1500", "--time-scale", "4")
PACE = Pace(ring=1.0, talk=8.0)

_CALLS = """
    SELECT count(*) AS calls, count(*) FILTER (WHERE disposition = 'indeterminate') AS indeterminate,
        count(*) FILTER (WHERE failure_reason = :unheard) AS answered_unheard,
        count(*) FILTER (WHERE state IN ('originating', 'ringing', 'up')) AS open,
        count(DISTINCT contact_id) FILTER (WHERE state = 'ended') AS done
    FROM calls WHERE campaign_id = :id
"""


@dataclass(frozen=True)
class FarEnd:
    """The PBX, the simulator (`lab` is None) or a real one."""

    lab: Lab | None
    ledger: Callable[[], Ledger]
    url: str
    endpoint: str
    settings: dict[str, Any]


@contextmanager
def far_end(folder: Path, events_to: str | None, *, asterisk: bool) -> Iterator[tuple[FarEnd, Ports]]:
    """The PBX, and ports for the rest that it hasn't taken."""
    if not asterisk:
        ledger, ports = folder / "ledger.jsonl", Ports(*free_ports(3))
        yield FarEnd(None, lambda: read_ledger(ledger), ports.simulator_url, "PJSIP/{number}@carrier", {}), ports
        return
    with Lab(folder / "lab", options=Options(pace=PACE, outbound_websocket=events_to)) as lab:
        settings = {"real_calls_allowed": True, "ari_password": lab.password}
        endpoint = "PJSIP/{number};call={call_id}@carrier"
        yield FarEnd(lab, lab.ledger, lab.ari_url, endpoint, settings), Ports(*free_ports(3))


def measure(way: str, contacts: int, *, asterisk: bool) -> dict[str, Any]:
    """One campaign with one death in it."""
    clock, (port,) = SystemClock(), free_ports(1)
    events_to = f"ws://127.0.0.1:{port}/" if way == "outbound" else None
    with (
        tempfile.TemporaryDirectory(prefix="dialer-gap-", ignore_cleanup_errors=True) as temporary,
        far_end(Path(temporary), events_to, asterisk=asterisk) as (pbx, ports),
    ):
        Path(temporary).chmod(0o711)
        stack = Stack(
            ports=ports,
            ledger=Path(temporary) / "ledger.jsonl",
            listeners=2,
            simulator=pbx.lab is None,
            simulator_options=(*SIMULATOR, *(("--events-to", events_to) if events_to else ())),
        )
        with running(load_settings(data_dir=Path(temporary) / "data", **pbx.settings), stack, clock) as up:
            password = secrets.token_urlsafe(16)
            ensure_user(up.dialer, "gap", password, Role.ADMIN)
            client = ApiClient(ports.api_url, "gap", password, clock)
            campaign_id = set_up(client, pbx, port if events_to else None, contacts)
            engine = up.dialer.engine
            wait_for(lambda: figures(engine, campaign_id)["done"] >= contacts // 4, "a quarter of the contacts")
            result = kill_leader(engine, campaign_id)
            wait_for(lambda: client.get(f"/v1/campaigns/{campaign_id}")["state"] == "completed", "the campaign's end")
            found = audit(engine, campaign_id, pbx.ledger())
            ended = figures(engine, campaign_id)
    return result | {
        "calls": ended["calls"],
        "indeterminate": ended["indeterminate"],
        "answered_and_hung_up_unheard": ended["answered_unheard"],
        "ledger_agrees": found.agrees,
    }


def set_up(client: ApiClient, pbx: FarEnd, port: int | None, contacts: int) -> int:
    """A node, a trunk and a campaign of one attempt for each contact, started."""
    node = client.post("/v1/nodes", {"name": "pbx", "ari_url": pbx.url, "ari_username": "dialer", "events_port": port})
    trunk = {"name": "carrier", "node_id": node["id"], "endpoint": pbx.endpoint, "cps": CPS, "channels": CHANNELS}
    campaign = {
        "name": "gap",
        "trunk_id": client.post("/v1/trunks", trunk)["id"],
        "caller_id": "+12025550100",
        "timeout_seconds": 20,
        "max_attempts": 1,
        "calling_window": {"start": "00:00", "end": "24:00"},
        "answer_action": {"type": "play", "sound": "hello-world"},
    }
    campaign_id = int(client.post("/v1/campaigns", campaign)["id"])
    client.upload(f"/v1/campaigns/{campaign_id}/call-lists?name=gap", call_list(contacts))
    client.post(f"/v1/campaigns/{campaign_id}/start")
    return campaign_id


def kill_leader(engine: Engine, campaign_id: int) -> dict[str, Any]:
    """SIGKILL; how many calls were open, and how long until the standby has written an echo of its own."""
    before = leader(engine)
    calls_open = figures(engine, campaign_id)["open"]
    os.kill(int(before["listener_id"].split(":")[1]), signal.SIGKILL)
    killed_at = time.monotonic()

    def hears() -> bool:
        now = leader(engine)
        return now["listener_epoch"] > before["listener_epoch"] and None not in (now["echo_at"], now["gap_free_since"])

    wait_for(hears, "the standby")
    return {"seconds_until_heard": round(time.monotonic() - killed_at, 2), "open_when_killed": calls_open}


def leader(engine: Engine) -> dict[str, Any]:
    statement = "SELECT listener_id, listener_epoch, gap_free_since, echo_at FROM pbx_nodes"
    with engine.begin() as tx:
        return dict(tx.execute(text(statement)).mappings().one())


def figures(engine: Engine, campaign_id: int) -> dict[str, int]:
    with engine.begin() as tx:
        return dict(tx.execute(text(_CALLS), {"id": campaign_id, "unheard": ANSWERED_UNHEARD}).mappings().one())


def wait_for(condition: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while not condition():
        if time.monotonic() > until:
            raise click.ClickException(f"Waited in vain for {what}.")
        time.sleep(0.02)


@click.command()
@click.option("--contacts", default=300, show_default=True, type=click.IntRange(40, 5000))
@click.option("--asterisk", is_flag=True, help="The lab's Asterisk 22 instead of the simulator.")
@click.option("--way", type=click.Choice(WAYS), help="Only this one.")
def main(contacts: int, asterisk: bool, way: str | None) -> None:
    """Measure both ways, or one."""
    result: dict[str, Any] = {"pbx": "asterisk 22" if asterisk else "simulator", "contacts": contacts, "cps": CPS}
    for each in [way] if way else WAYS:
        result[each] = measure(each, contacts, asterisk=asterisk)
        click.echo(f"{each}: {result[each]}")
    click.echo(orjson.dumps(result).decode())


if __name__ == "__main__":
    main()
