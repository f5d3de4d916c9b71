"""The whole examination, one organ after the other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import select

from dialer.bootstrap import Dialer
from dialer.clock import Clock
from dialer.config import Settings
from dialer.db import nodes
from dialer.db.tables import PbxNode, Trunk
from dialer.doctor import asterisk_files, calling, database, pbx, redis_server, settings
from dialer.doctor.findings import Finding, Level, problem
from dialer.doctor.pbx import Patient, TrunkToCheck
from dialer.embedded.servers import resolve
from dialer.errors import ConfigurationError
from dialer.services.claiming import Node

ASTERISK_FOLDER: Final = Path("/etc/asterisk")
_NEEDED: Final = ("database_reachable", "migrations")
_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to look at besides everything.

    Attributes:
        ari_url: a PBX that the dialer doesn't know yet, instead of those that it knows.
        endpoint: a trunk of that PBX, like `PJSIP/{number}@carrier`.
        asterisk_config: a folder with Asterisk's files; None: /etc/asterisk for a PBX on this machine.
        call: a number to call.
        trunk_id: through which trunk.
    """

    ari_url: str | None = None
    ari_username: str = "dialer"
    endpoint: str | None = None
    asterisk_config: Path | None = None
    call: str | None = None
    trunk_id: int | None = None


def examine(given: Settings, wanted: Wanted, clock: Clock) -> Iterator[Finding]:
    """Every finding, as it is made."""
    yield from settings.examine(given)
    try:
        resolved = resolve(given)
    except ConfigurationError as error:
        yield problem("environment", "settings", error.detail, "See docs/settings.md.")
        if wanted.ari_url is None:
            return
        resolved = given
    dialer = Dialer(resolved, clock=clock, name="dialer-doctor")
    try:
        yield from _with(dialer, wanted)
    finally:
        dialer.close()


def _with(dialer: Dialer, wanted: Wanted) -> Iterator[Finding]:
    is_sound = False
    if dialer.settings.database_url is None:
        yield redis_server.not_named("Database")
    else:
        found = list(database.examine(dialer.engine, dialer.clock))
        is_sound = not any(finding.level is Level.PROBLEM and finding.check in _NEEDED for finding in found)
        yield from found
    if dialer.settings.redis_url is None:
        yield redis_server.not_named("Redis")
    else:
        yield from redis_server.examine(dialer.redis, dialer.settings)
    if wanted.ari_url is not None:
        trunks = [TrunkToCheck("the given endpoint", wanted.endpoint)] if wanted.endpoint else []
        node = Node(0, "the given PBX", wanted.ari_url, wanted.ari_username)
        yield from _pbxs(dialer, [_patient(dialer, node, trunks)], wanted)
    elif is_sound:
        patients = _known(dialer)
        yield from _missing(patients)
        yield from _pbxs(dialer, patients, wanted)
    if wanted.call is not None and is_sound:
        yield from calling.examine(dialer, wanted.call, wanted.trunk_id)


def _pbxs(dialer: Dialer, patients: Sequence[Patient], wanted: Wanted) -> Iterator[Finding]:
    yield from settings.passwords(dialer.settings, [patient.node for patient in patients])
    for patient in patients:
        if settings.password(dialer.settings, patient.node) is not None:
            yield from pbx.examine(patient, dialer.settings, dialer.clock)
            folder = wanted.asterisk_config or _folder_here(patient.node)
            yield from asterisk_files.examine(folder, patient.node.name)


def _folder_here(node: Node) -> Path | None:
    """Where the node's files should be, if it is on this machine."""
    return ASTERISK_FOLDER if urlsplit(node.ari_url).hostname in _LOOPBACK else None


def _known(dialer: Dialer) -> list[Patient]:
    """The enabled nodes, with their trunks."""
    named = (PbxNode.id, PbxNode.name, PbxNode.ari_url, PbxNode.ari_username, PbxNode.events_port)
    with dialer.engine.begin() as tx:
        rows = tx.execute(select(*named, PbxNode.lease_until).where(PbxNode.enabled).order_by(PbxNode.id)).all()
        trunks = tx.execute(select(Trunk.name, Trunk.endpoint, Trunk.node_id).where(Trunk.enabled)).all()
        now = nodes.time(tx)
    return [
        _patient(
            dialer,
            Node(row.id, row.name, row.ari_url, row.ari_username, row.events_port),
            [TrunkToCheck(trunk.name, trunk.endpoint) for trunk in trunks if trunk.node_id == row.id],
            listens=row.lease_until is not None and row.lease_until > now,
        )
        for row in rows
    ]


def _missing(patients: Sequence[Patient]) -> Iterator[Finding]:
    if not patients:
        remedy = "Add one (POST /v1/nodes); `dialer doctor --ari-url` looks at it before."
        yield problem("nodes", "PBX nodes", "there is none that is enabled.", remedy)
    elif not any(patient.trunks for patient in patients):
        yield problem("trunks", "trunks", "there is none that is enabled.", "Add one (POST /v1/trunks).")


def _patient(dialer: Dialer, node: Node, trunks: Sequence[TrunkToCheck], *, listens: bool | None = None) -> Patient:
    return Patient(node, lambda size: dialer.new_ari_client(node, pool_size=size), trunks, listens)
