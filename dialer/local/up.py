"""`dialer up`: a whole dialer on this machine, with the simulator for a PBX, until Ctrl-C."""

import sys
from pathlib import Path
from typing import Final

from rich.console import Console
from sqlalchemy import select

from dialer.bootstrap import Dialer
from dialer.clock import Clock, SystemClock
from dialer.config import Settings
from dialer.db.tables import PbxNode, Trunk
from dialer.embedded.secret_files import kept_secret
from dialer.local.parts import PartFailed, State
from dialer.local.ready import Running, ensure_user, running
from dialer.local.stack import NODE, Ports, Stack
from dialer.services.users import Role

_ADMIN: Final = "admin"
_LOOK_SECONDS: Final = 1.0


def run(settings: Settings, ports: Ports, *, originate_workers: int, console: Console) -> None:
    """Start everything, say where it is, and stay until interrupted.

    Raises:
        PartFailed: a part was given up, or a server has ended.
    """
    clock = SystemClock()
    password = kept_secret(settings.data_dir, "admin_password")
    stack = Stack(
        ports=ports,
        ledger=settings.data_dir.absolute() / "ledger.jsonl",
        originate_workers=originate_workers,
        flower_login=f"{_ADMIN}:{password}",
    )
    console.print("Starting PostgreSQL, Redis, the simulator, API, workers, listener, beat and Flower …")
    with running(settings, stack, clock) as up:
        ensure_user(up.dialer, _ADMIN, password, Role.ADMIN)
        _ensure_simulator(up.dialer, ports)
        console.print(f"""
Page    {ports.api_url}/   (for people: campaigns, lists, live counts, emergency stop)
API     {ports.api_url}/v1   (described at {ports.api_url}/openapi.json)
Flower  {ports.flower_url}
Log in  user {_ADMIN}, password {password}
Logs    {settings.log_dir}
Type    {Path(sys.executable).with_name("dialer")} --help   (in another terminal: docs/command-line.md)

Ctrl-C ends everything.""")
        _stay(up, clock)


def _ensure_simulator(dialer: Dialer, ports: Ports) -> None:
    """The simulator's node, at today's address, and a trunk through it."""
    with dialer.engine.connect() as connection:
        node_id = connection.scalar(select(PbxNode.id).where(PbxNode.name == NODE))
        trunk_id = connection.scalar(select(Trunk.id).where(Trunk.name == NODE))
    if node_id is None:
        node = {"name": NODE, "ari_url": ports.simulator_url, "ari_username": "dialer"}
        node_id = dialer.telephony.create_node(node).id
    else:
        dialer.telephony.edit_node(node_id, {"ari_url": ports.simulator_url})
    if trunk_id is None:
        dialer.telephony.create_trunk(
            {
                "name": NODE,
                "node_id": node_id,
                "endpoint": "PJSIP/{number}@carrier",
                "caller_id": None,
                "cps": 20,
                "channels": 50,
            }
        )


def _stay(up: Running, clock: Clock) -> None:
    while True:
        clock.sleep(_LOOK_SECONDS)
        if dead := up.servers.dead():
            raise PartFailed(f"{' and '.join(dead)} ended by itself.")
        given_up = [name for name, part in up.supervisor.states().items() if part.state is State.FATAL]
        if given_up:
            raise PartFailed(f"{given_up[0]} does not run any more. Its log: {up.supervisor.log(given_up[0])}")
