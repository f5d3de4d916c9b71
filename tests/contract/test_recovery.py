"""The outcome of calls whose listener was killed, from what Asterisk has written down of them."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import make_url

from dialer.db.migrate import upgrade
from dialer.db.tables import PbxNode
from dialer.embedded.postgres import EmbeddedPostgres
from dialer.lab.carrier import Pace
from dialer.lab.lab import Database, Lab, Options
from dialer.lab.releases import checkout
from dialer.local.stack import environment
from tests.contract.conftest import Pbx
from tests.support import factories
from tests.support.world import World, settings_for, wait_for

pytestmark = pytest.mark.usefixtures("only_real")


@pytest.fixture
def recording(pbx: Pbx, server_folder: Path, redis_url: str, tmp_path: Path) -> Iterator[tuple[World, Lab]]:
    """A dialer on a lab whose PBX writes into the dialer's database."""
    server = EmbeddedPostgres(server_folder / f"recovery{pbx.target.release}", durable=False)
    url = server.start()
    try:
        upgrade(url)
        with closing(server.connect()) as connection, connection, connection.cursor() as cursor:
            cursor.execute((checkout() / "deploy" / "asterisk" / "records.sql").read_text(encoding="utf-8"))
        parts = make_url(url)
        host = str(parts.query.get("host", parts.host))
        database = Database(host, 5432, str(parts.database), str(parts.username))
        options = Options(pace=Pace(ring=2.0, talk=0.5), database=database)
        with Lab(tmp_path / "lab", str(pbx.target.release), options=options) as lab:
            settings = settings_for(
                url,
                redis_url,
                ari_password=SecretStr(lab.password),
                real_calls_allowed=True,
                pbx_records_url=url,
                lease_seconds=1.0,
                reconcile_grace_seconds=0.5,
            )
            world = World(settings, lab.ari_url)
            world.execute("UPDATE trunks SET endpoint = 'PJSIP/{number};call={call_id}@carrier'")
            yield world, lab
            world.close()
    finally:
        server.destroy()


@contextmanager
def listener(world: World) -> Iterator[subprocess.Popen[bytes]]:
    """A process that follows the node, from when it does."""
    world.set_node(lease_until="NULL", echo_at="NULL", gap_free_since="NULL")
    variables = {**os.environ, **environment(world.settings)}
    process = subprocess.Popen([sys.executable, "-m", "workers.listener", "--node", world.node.name], env=variables)
    try:
        wait_for(lambda: _is_listened(world), "the listener")
        yield process
    finally:
        process.kill()
        process.wait(10)


def _is_listened(world: World) -> bool:
    with world.engine.begin() as tx:
        node = factories.row(tx, PbxNode, world.node_id)
    return node["gap_free_since"] is not None and node["echo_at"] is not None


def test_calls_whose_listener_was_killed_get_their_real_outcome(recording: tuple[World, Lab]) -> None:
    world, lab = recording
    with listener(world) as process:
        calls = dict(zip(("busy", "answered"), world.queued(["+12025550112", "+12025550100"]), strict=True))
        world.work_off()
        wait_for(lambda: world.states() == {"ringing": 2}, "ringing")
        process.kill()
        process.wait(10)
    wait_for(lambda: len(lab.ledger().ends) == 2, "the end of both calls")

    def are_over() -> bool:
        world.dialer.reconciling.reconcile(world.node)
        return world.states() == {"ended": 2}

    wait_for(are_over, "reconcile")
    for disposition, call_id in calls.items():
        call = world.call(call_id)
        assert (call["disposition"], call["answered_at"] is not None) == (disposition, disposition == "answered")
    assert [len(sent) for sent in lab.ledger().invites_by_channel().values()] == [1, 1]
