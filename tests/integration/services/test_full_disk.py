"""PostgreSQL whose disk is full: what it has not stored is not dialed."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import redis
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from dialer.db.migrate import upgrade
from dialer.embedded.postgres import EmbeddedPostgres
from tests.support.world import World, settings_for, simulated_pbx

MEGABYTES = 190
CALLS = 60


@pytest.fixture
def small_disk(tmp_path_factory: pytest.TempPathFactory, server_folder: Path) -> Iterator[Path]:
    """A file system of its own, with room for a database and little more."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small file system")
    folder = server_folder / "small-disk"
    folder.mkdir()
    options = f"size={MEGABYTES}m,mode=711"
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], capture_output=True)
    if mounted.returncode:
        pytest.skip(f"nothing can be mounted here: {mounted.stderr.decode()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_nobody_is_dialed_whose_claim_a_full_disk_did_not_take(
    small_disk: Path, redis_url: str, redis_client: redis.Redis, tmp_path: Path
) -> None:
    server = EmbeddedPostgres(small_disk / "postgres", durable=False)
    ledger = tmp_path / "ledger.jsonl"
    try:
        url = server.start()
        upgrade(url)
        with simulated_pbx(ledger) as simulator:
            world = World(settings_for(url, redis_url), simulator.url, ledger)
            calls = world.queued(CALLS)
            _fill(small_disk / "filler")
            with suppress(SQLAlchemyError), world.engine.begin() as tx:  # uses up what was put by
                tx.execute(text("CREATE TABLE more AS SELECT repeat('x', 100) FROM generate_series(1, 1000000)"))
            failed = False
            for _ in range(20):
                try:
                    world.work(0.2)
                except SQLAlchemyError:
                    failed = True
            dialed_meanwhile = [call_id for call_id in calls if world.invites(call_id)]

            (small_disk / "filler").unlink()
            if server.pid is None:
                server.start()
            world.engine.dispose()
            known = {call["id"]: call for call in world.calls()}
            for call_id in dialed_meanwhile:
                assert known[call_id]["claim_token"] is not None, "dialed, and PostgreSQL does not know of it"
            assert failed
            world.load_limits()
            for _ in range(20):
                world.work(0.5)
            assert all(world.invites(call_id) <= 1 for call_id in calls)
            world.close()
    finally:
        server.destroy()


def _fill(file: Path) -> None:
    """Leave no room."""
    with file.open("wb", buffering=0) as out:
        for size in (1 << 20, 4096, 1):
            with suppress(OSError):
                while True:
                    out.write(b"\0" * size)
