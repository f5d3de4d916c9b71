"""`make restoring`: a campaign's database is lost in mid-campaign, and an older one is put in its place.

Backup, more calls, everything that dials ends, restore, everything starts again: nothing may be dialed until
`dialer ops recover` has held back whoever may have been called meanwhile; then the campaign goes on to its end. The far
end's ledger, which knows the calls that the database has lost, is the witness. The last line on stdout is a JSON
object, unless a step fails.

`--how dump`: pg_dump, and pg_restore into the same server. `--how copy`: pg_basebackup, put back in the place of the
cluster, in the same timeline. Either way a database of Asterisk's records, as an Asterisk would have written them, is
beside it, which was not lost; the lost time that `recover` is told is too short, and they say so.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import orjson
from sqlalchemy import text

from dialer.clock import SystemClock
from dialer.config import load_settings
from dialer.embedded.binaries import find_postgres
from dialer.embedded.postgres import DATABASE, PORT, ROLE, EmbeddedPostgres
from dialer.errors import DialerError
from dialer.lab.releases import checkout
from dialer.local.audit import posted
from dialer.local.client import NO_SUCCESS
from dialer.local.demo import Demo, Started, started
from dialer.local.stack import environment
from dialer.simulator.ledger import Ledger
from tests.restoring.verdict import Spans, Verdict, judge

_BEFORE: Final = 1 / 6
"""A part of the list: so many calls are made before the backup, …"""
_LOST: Final = 1 / 2
"""… and so many after it, which the restored database doesn't know."""
_QUIET_SECONDS: Final = 10.0
"""So long nothing may be dialed though everything runs and contacts are due."""
_HOLD_SECONDS: Final = 20.0
_TOLD_SECONDS: Final = 1.0
"""What `recover` is told of the lost time: too little."""
_PATIENCE_SECONDS: Final = 240.0
_LOOK_SECONDS: Final = 0.2
_RECORDS: Final = "records"


class RestoringFailed(Exception):
    """What went otherwise than it must."""


@dataclass(frozen=True, slots=True)
class Disaster:
    """What happens to the database of a demo, and after."""

    demo: Started
    server: EmbeddedPostgres
    folder: Path
    how: str
    contacts: int
    clock: SystemClock

    def run(self) -> tuple[Spans, str]:
        """All of it; when what happened, and what `recover` said.

        Raises:
            RestoringFailed: a step doesn't come to its end, or something is dialed that must not be.
        """
        records = self._make_records()
        before, lost = int(self.contacts * _BEFORE), int(self.contacts * _LOST)
        self._wait(lambda: len(self._ledger().invites) >= before, f"{before} calls")
        backup_at = self.clock.now().timestamp()
        self._back_up()
        backed_up_at = self.clock.now().timestamp()
        known = len(self._ledger().invites)
        self._wait(lambda: len(self._ledger().invites) >= known + lost, f"{lost} more calls: is the list too short?")
        self._end_everything()
        ended_at = self.clock.now().timestamp()
        self._restore()
        self._write_records(self._ledger())
        restored_at = self.clock.now().timestamp()
        for name in reversed(self._parts()):
            self.demo.up.supervisor.restart(name, records)
        self.demo.up.supervisor.wait_until_running(_PATIENCE_SECONDS)
        self._expect_silence(len(self._ledger().invites))
        # Before it: as soon as it has committed, somebody may be dialed.
        recovered_at = self.clock.now().timestamp()
        said = self._recover(records)
        return Spans(backup_at, backed_up_at, ended_at, restored_at, recovered_at), said

    def wait_until_completed(self) -> None:
        """Wait for the campaign's end.

        Raises:
            RestoringFailed: nothing moves any more.
        """
        done, moved_at = -1, self.clock.monotonic()
        while True:
            stats = self._stats()
            if stats is not None and stats["state"] == "completed":
                return
            if stats is not None and stats["contacts"]["done"] != done:
                done, moved_at = stats["contacts"]["done"], self.clock.monotonic()
            if self.clock.monotonic() - moved_at > _PATIENCE_SECONDS:
                raise RestoringFailed(f"Nothing has moved for {_PATIENCE_SECONDS:.0f} s: {stats}")
            self.clock.sleep(1.0)

    def _stats(self) -> Any:
        try:
            return self.demo.client.get(f"/v1/campaigns/{self.demo.campaign_id}/stats")
        except NO_SUCCESS:  # busy
            return None

    # The backup ------------------------------------------------------------------------------------------------------

    def _back_up(self) -> None:
        if self.how == "dump":
            self._tool("pg_dump", "--format", "custom", "--file", str(self._dump), "--dbname", DATABASE)
        else:
            self._tool("pg_basebackup", "--pgdata", str(self._copy), "--wal-method", "stream", "--checkpoint", "fast")

    def _restore(self) -> None:
        self.demo.up.dialer.engine.dispose()
        if self.how == "dump":
            self._execute("postgres", f"DROP DATABASE {DATABASE} WITH (FORCE)", f"CREATE DATABASE {DATABASE}")
            self._tool("pg_restore", "--no-owner", "--dbname", DATABASE, str(self._dump))
            return
        owner = self.server.data.stat()
        self.server.stop()
        shutil.rmtree(self.server.data)
        shutil.copytree(self._copy, self.server.data, symlinks=True)
        for path in (self.server.data, *self.server.data.rglob("*")):
            shutil.chown(path, owner.st_uid, owner.st_gid)
        self.server.start()

    @property
    def _dump(self) -> Path:
        return self.folder / "dialer.dump"

    @property
    def _copy(self) -> Path:
        return self.folder / "copy"

    def _tool(self, name: str, *arguments: str) -> None:
        with closing(self.server.connect("postgres")) as connection:
            host = connection.info.dsn_parameters["host"]
        where = ("--host", host, "--port", str(PORT), "--username", ROLE, "--no-password")
        done = subprocess.run(
            [find_postgres()[0].folder / name, *where, *arguments], capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise RestoringFailed(f"{name}: {done.stderr}")

    def _execute(self, database: str, *statements: str) -> None:
        with closing(self.server.connect(database)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement)

    # What Asterisk would have written down ---------------------------------------------------------------------------

    def _make_records(self) -> Mapping[str, str]:
        """A database of its own, as records must be; the settings that name it.

        Before the backup: to make one afterwards writes so much WAL that a copy would catch up with what was lost, and
        nobody could tell that it is one.
        """
        self._execute("postgres", f"CREATE DATABASE {_RECORDS}")
        self._execute(_RECORDS, (checkout() / "deploy" / "asterisk" / "records.sql").read_text(encoding="utf-8"))
        return {"DIALER_PBX_RECORDS_URL": self.server.url.replace(f"/{DATABASE}?", f"/{_RECORDS}?")}

    def _write_records(self, ledger: Ledger) -> None:
        """All that the PBX has written down until now."""
        with closing(self.server.connect(_RECORDS)) as connection, connection, connection.cursor() as cursor:
            for end in ledger.ends:
                extra = orjson.dumps({"hangupcause": end.cause, "dialstatus": ""}).decode()
                for event in ("CHAN_START", *(("ANSWER",) if end.was_up else ()), "HANGUP"):
                    cursor.execute(
                        "INSERT INTO cel (eventtype, eventtime, channame, uniqueid, extra)"
                        " VALUES (%s, to_timestamp(%s), 'PJSIP/carrier-00000001', %s, %s)",
                        (event, end.at, end.channel, extra if event == "HANGUP" else ""),
                    )

    # The dialer ------------------------------------------------------------------------------------------------------

    def _parts(self) -> list[str]:
        """The parts that aren't the PBX, in the order in which they are ended."""
        return sorted(set(self.demo.up.supervisor.states()) - {"simulator"})

    def _end_everything(self) -> None:
        for name in self._parts():
            self.demo.up.supervisor.halt(name)
        # Those that are up go on without us.
        self._wait(lambda: not _under_way(self._ledger()), "the last calls to end")

    def _expect_silence(self, invites: int) -> None:
        # Without, it were no wonder that nobody is dialed.
        self._wait(self._is_something_queued, "queued calls")
        self.clock.sleep(_QUIET_SECONDS)
        if len(self._ledger().invites) != invites:
            raise RestoringFailed("Somebody was dialed before the recovery.")

    def _is_something_queued(self) -> bool:
        with self.demo.up.dialer.engine.connect() as connection:
            return bool(connection.scalar(text("SELECT EXISTS (SELECT FROM calls WHERE state = 'queued')")))

    def _recover(self, records: Mapping[str, str]) -> str:
        settings = environment(self.demo.up.dialer.settings)
        told = ("--lost-seconds", str(_TOLD_SECONDS), "--hold-hours", str(_HOLD_SECONDS / 3600))
        done = subprocess.run(
            [sys.executable, "-m", "dialer.cli", "ops", "recover", *told],
            env={**_path(), **settings, **records},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise RestoringFailed(f"dialer ops recover: {done.stderr}")
        return done.stdout

    def _ledger(self) -> Ledger:
        ledger = self.demo.ledger()
        return replace(ledger, invites=posted(ledger))

    def _wait(self, condition: Callable[[], bool], what: str) -> None:
        until = self.clock.monotonic() + _PATIENCE_SECONDS
        while not condition():
            if self.clock.monotonic() > until:
                raise RestoringFailed(f"waited in vain for {what}")
            self.clock.sleep(_LOOK_SECONDS)


def _under_way(ledger: Ledger) -> bool:
    ended = {end.channel for end in ledger.ends}
    return any(invite.channel not in ended for invite in ledger.invites)


def _path() -> Mapping[str, str]:
    return {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "HOME") if name in os.environ}


def main() -> int:
    parser = argparse.ArgumentParser(prog="make restoring", description=__doc__)
    parser.add_argument("--contacts", type=int, default=600)
    parser.add_argument("--cps", type=float, default=20.0, help="slow enough that people are left after the lost calls")
    parser.add_argument("--how", choices=("dump", "copy"), default="dump")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="dialer-restoring-"))
    folder.chmod(0o711)
    clock = SystemClock()
    settings = load_settings(data_dir=folder / "data", tomb_hold_seconds=5.0)
    try:
        with started(settings, Demo(options.contacts, cps=options.cps), clock) as demo:
            server = demo.up.servers.postgres
            if server is None:
                raise SystemExit("The server's own database would be dropped: unset DIALER_DATABASE_URL.")
            disaster = Disaster(demo, server, folder, options.how, options.contacts, clock)
            spans, said = disaster.run()
            print(said, file=sys.stderr)
            disaster.wait_until_completed()
            ledger = demo.ledger()
            ledger = replace(ledger, invites=posted(ledger))
            verdict = judge(demo.up.dialer.engine, demo.campaign_id, ledger, spans, _HOLD_SECONDS)
    except (RestoringFailed, DialerError) as error:
        print(f"{error}\nlogs and ledger are in {folder}", file=sys.stderr)
        return 1
    return say(verdict, said, options.how, folder)


def say(verdict: Verdict, said: str, how: str, folder: Path) -> int:
    """Print the outcome; the exit code."""
    if verdict.holds:
        shutil.rmtree(folder, ignore_errors=True)
    else:
        print(f"logs and ledger are in {folder}", file=sys.stderr)
    print(orjson.dumps({"how": how, **asdict(verdict), "recover": said.splitlines()}).decode(), flush=True)
    return 0 if verdict.holds else 1


if __name__ == "__main__":
    sys.exit(main())
