"""The lab itself: it restarts, it records, it leaves nothing."""

from contextlib import closing
from pathlib import Path
from uuid import uuid4

import psycopg2.extensions
import pytest

from dialer.ari.client import AriClient
from dialer.embedded.postgres import EmbeddedPostgres
from dialer.lab.lab import Database, Lab, Options
from dialer.lab.releases import checkout
from tests.contract.conftest import Pbx
from tests.contract.targets import USERNAME
from tests.contract.wire import Listener, eventually

pytestmark = pytest.mark.usefixtures("only_real")


def test_it_knows_its_version(pbx: Pbx) -> None:
    assert pbx.client.info().version.startswith(pbx.lab.version)
    assert pbx.lab.pbx.command("core show version").startswith(f"Asterisk {pbx.lab.version}")


def test_a_pbx_that_was_killed_comes_back_where_it_was_and_has_forgotten_its_calls(pbx: Pbx, tmp_path: Path) -> None:
    with Lab(tmp_path / "lab", str(pbx.target.release)) as lab:
        with AriClient(lab.ari_url, USERNAME, lab.password, "kills") as client:
            before = client.info().startup_at
            listener = Listener(lab.ari_url, "kills", USERNAME, lab.password)
            pbx_call = pbx.dial("03")
            client.originate(
                pbx_call,
                endpoint=f"PJSIP/+442079460003;call={pbx_call}@carrier",
                caller_id=None,
                timeout_seconds=3,
                variables={},
            )
            listener.wait_for("StasisStart", pbx_call)
            lab.pbx.kill()
            assert lab.pbx.pid is None
            lab.pbx.start()
            lab.pbx.wait_until_ready("carrier")
        with AriClient(lab.ari_url, USERNAME, lab.password, "kills") as client:
            assert client.info().startup_at != before
            assert client.channels() == []
        assert len(lab.ledger().invites_by_channel()[str(pbx_call)]) == 1
        assert lab.pbx.cpu_seconds() > 0
        listener.close()


def test_two_labs_run_side_by_side_and_leave_no_process_and_no_mount(pbx: Pbx, tmp_path: Path) -> None:
    with Lab(tmp_path / "lab", str(pbx.target.release)) as lab:
        pids = [lab.pbx.pid, lab.carrier.pid]
        assert pbx.client.info().version
        assert lab.ari_url != pbx.target.url
    assert not any(pid is None or Path(f"/proc/{pid}").exists() for pid in pids)
    assert "asterisk-" not in Path("/proc/mounts").read_text(encoding="utf-8")


def test_a_call_leaves_its_outcome_in_postgresql(pbx: Pbx, server_folder: Path, tmp_path: Path) -> None:
    server = EmbeddedPostgres(server_folder / f"records{pbx.target.release}", durable=False)
    server.start()
    try:
        with closing(server.connect()) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute((checkout() / "deploy" / "asterisk" / "records.sql").read_text(encoding="utf-8"))
                found = connection.get_dsn_parameters()
                database = Database(found["host"], int(found["port"]), found["dbname"], found["user"])
                options = Options(database=database)
                with Lab(tmp_path / "lab", str(pbx.target.release), options=options) as lab:
                    call = _busy_call(lab)
                    disposition = "SELECT disposition FROM cdr WHERE uniqueid = %s"
                    cause = (
                        "SELECT extra::jsonb ->> 'hangupcause' FROM cel WHERE uniqueid = %s AND eventtype = 'HANGUP'"
                    )
                    eventually(lambda: _rows(cursor, disposition, call) == [("BUSY",)], lab.pbx.last_words())
                    eventually(lambda: _rows(cursor, cause, call) == [("17",)])
    finally:
        server.destroy()


def _rows(cursor: psycopg2.extensions.cursor, statement: str, call: str) -> list[tuple[object, ...]]:
    cursor.execute(statement, (call,))
    return list(cursor.fetchall())


def _busy_call(lab: Lab) -> str:
    call = uuid4()
    listener = Listener(lab.ari_url, "records", USERNAME, lab.password)
    with AriClient(lab.ari_url, USERNAME, lab.password, "records") as client:
        client.originate(
            call,
            endpoint=f"PJSIP/+442079460010;call={call}@carrier",
            caller_id=None,
            timeout_seconds=3,
            variables={},
        )
    listener.wait_for("ChannelDestroyed", call)
    listener.close()
    return str(call)
