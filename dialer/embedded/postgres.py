"""A PostgreSQL server of our own, reached through a socket only."""

import os
import shutil
import signal
import subprocess
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import quote

import psycopg2
import psycopg2.extensions

from dialer.clock import Clock, SystemClock
from dialer.embedded.binaries import PostgresBinaries, find_postgres
from dialer.embedded.folders import key_of, make_private, remove_socket_folder, root_folder, socket_folder
from dialer.embedded.process import (
    FolderLock,
    ServerFailed,
    User,
    can_write,
    end,
    is_running,
    last_words,
    launch,
    run_as,
    server_user,
    wait_until_gone,
)
from dialer.errors import ConfigurationError

ROLE = "dialer"
DATABASE = "dialer"
PORT = 5432
SOCKET_NAME = f".s.PGSQL.{PORT}.lock"
# Crash recovery of a large cluster takes its time; a server that ends is noticed at once.
START_SECONDS = 180.0
FAST_STOP_SECONDS = 30.0
IMMEDIATE_STOP_SECONDS = 5.0
# What a killed server leaves (backends, shared memory) is gone moments later.
LEFTOVERS_SECONDS = 15.0

SETTINGS = {
    "listen_addresses": "",
    # Said, or PGPORT decides.
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "max_wal_size": "1GB",
    "checkpoint_completion_target": "0.9",
    "autovacuum_naptime": "10s",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "log_destination": "stderr",
    "logging_collector": "off",
    "log_line_prefix": "%m [%p] ",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
}
# A killed server still loses nothing that was committed; a machine without power may.
NOT_DURABLE = {"fsync": "off", "full_page_writes": "off"}


class EmbeddedPostgres:
    """One cluster in one folder. Start it from the main thread: on Linux it ends with the thread that started it."""

    def __init__(self, folder: Path, *, durable: bool = True, clock: Clock | None = None) -> None:
        """Nothing happens before `start`.

        Args:
            folder: the server's own; it is created. Where root starts the server, and the user that the server then
                runs as can't reach this folder or the programs, they are kept in /var/tmp instead.
            durable: False lets a crash of the machine ruin the cluster, for tests.
        """
        self.folder = folder.absolute()
        self._settings = SETTINGS if durable else SETTINGS | NOT_DURABLE
        self._clock = clock or SystemClock()
        self._lock = FolderLock(self.folder / "lock")
        self._log = self.folder / "postgres.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._sockets: Path | None = None

    @property
    def pid(self) -> int | None:
        """The server's pid while it runs."""
        if self._process is None or self._process.poll() is not None:
            return None
        return self._process.pid

    @property
    def url(self) -> str:
        """Where it listens, for SQLAlchemy."""
        return f"postgresql+psycopg2://{ROLE}@/{DATABASE}?host={quote(str(self._sockets), safe='/')}&port={PORT}"

    @property
    def data(self) -> Path:
        """The cluster's own folder, once there is one."""
        return self._location() / "data"

    def start(self) -> str:
        """Start the server, making its cluster and database at first, and return its URL.

        Raises:
            ConfigurationError: there is no PostgreSQL, the folder can't be used, or another process runs one in it.
            ServerFailed: it doesn't come up.
        """
        if self.pid is not None:
            return self.url
        user = server_user()
        make_private(self.folder, mode=0o711 if user else 0o700)
        if not self._lock.acquire():
            raise ConfigurationError(
                f"PostgreSQL runs in {self.folder} already, started by process {self._lock.owner()}: "
                "stop that one, or name another folder with DIALER_DATA_DIR."
            )
        try:
            home = self._home(user)
            data = home / "data"
            self._end_leftover(data)
            binaries = self._choose(data, home, user)
            self._sockets = socket_folder(home / "s", SOCKET_NAME, user)
            for leftover in self._sockets.glob(".s.PGSQL.*"):
                leftover.unlink()
            if not data.exists():
                self._create_cluster(binaries, data, user)
            self._launch(binaries, data, user)
            self._create_database()
        except BaseException:
            self.stop()
            raise
        return self.url

    def stop(self) -> None:
        """End the server: transactions are rolled back, what is committed is on disk. Bounded; may be called twice."""
        if self._process is not None:
            # SIGINT is PostgreSQL's "fast", SIGQUIT its "immediate" shutdown.
            end(self._process, [(signal.SIGINT, FAST_STOP_SECONDS), (signal.SIGQUIT, IMMEDIATE_STOP_SECONDS)])
            self._process = None
        if self._sockets is not None:
            remove_socket_folder(self._sockets, self._location() / "s")
        self._lock.release()

    def destroy(self) -> None:
        """Stop it and remove everything that it kept, wherever that is."""
        self.stop()
        if (home := self._location()) != self.folder:
            shutil.rmtree(home, ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    # Where things are ------------------------------------------------------------------------------------------------

    @property
    def _note(self) -> Path:
        return self.folder / "location"

    def _location(self) -> Path:
        return Path(self._note.read_text(encoding="utf-8").strip()) if self._note.exists() else self.folder

    def _home(self, user: User | None) -> Path:
        """Where the cluster lives: in the folder, or where the server's user can reach it."""
        if user is None:
            if self._note.exists():
                raise ConfigurationError(
                    f"The data of {self.folder} was made by root and is in {self._location()}: "
                    "run as root again, or name another folder with DIALER_DATA_DIR."
                )
            return self.folder
        away_name = f"dialer-{key_of(self.folder)}"
        if self._note.exists():
            return root_folder(away_name)
        data = self.folder / "data"
        if data.exists():
            if not can_write(user, data):
                raise ConfigurationError(
                    f"User {user.name}, as whom PostgreSQL runs where root starts it, can't use {data}: "
                    "let that user pass through the folders above, or name another with DIALER_DATA_DIR."
                )
            return self.folder
        if can_write(user, make_private(self.folder / "s", user)):
            return self.folder
        away = root_folder(away_name)
        # What is there was left by a folder of the same name that has been deleted since.
        self._end_leftover(away / "data")
        for entry in away.iterdir():
            shutil.rmtree(entry)
        self._note.write_text(f"{away}\n", encoding="utf-8")
        return away

    def _choose(self, data: Path, home: Path, user: User | None) -> PostgresBinaries:
        """The first installation that the server's user can run and that fits the cluster, if there is one."""
        version = data / "PG_VERSION"
        try:
            wanted = int(version.read_text(encoding="ascii")) if data.exists() else None
        except OSError as error:
            raise ConfigurationError(
                f"The PostgreSQL data in {data} can't be read ({error.strerror}): "
                "run as the user who made it, or name another folder with DIALER_DATA_DIR."
            ) from error
        found = find_postgres()
        for binaries in found:
            usable = binaries
            major = binaries.major(user)
            if major is None and user is not None and binaries.wheel is not None:
                usable = binaries.copied_to(root_folder(f"dialer-{key_of(self.folder)}"))
                major = usable.major(user)
            if major is not None and wanted in {None, major}:
                return usable
        if wanted is not None and found:
            raise ConfigurationError(
                f"The data in {data} is PostgreSQL {wanted}'s, which is not installed here: "
                f"install PostgreSQL {wanted}, or name another folder with DIALER_DATA_DIR."
            )
        raise ConfigurationError(
            "There is no PostgreSQL that can run here: install it (Debian, Ubuntu: `apt install postgresql`; "
            "macOS: `brew install postgresql@16`), or set DIALER_DATABASE_URL."
        )

    # The server ------------------------------------------------------------------------------------------------------

    def _end_leftover(self, data: Path) -> None:
        """Deal with the server that a killed owner left behind: end it if it lives, else drop the pid file it left.

        PostgreSQL itself takes any living process of that number, and any zombie, for the old server.
        """
        pid_file = data / "postmaster.pid"
        try:
            pid = int(pid_file.read_text(encoding="utf-8").split("\n", 1)[0])
        except (FileNotFoundError, NotADirectoryError, PermissionError, ValueError):
            return
        deadline = self._clock.monotonic() + FAST_STOP_SECONDS
        asked = False
        while is_running(pid) and self._clock.monotonic() < deadline:
            try:
                directory = Path(os.readlink(f"/proc/{pid}/cwd"))
            except PermissionError:
                return  # another user's process, which PostgreSQL doesn't mistake for its own
            except FileNotFoundError:
                if not Path("/proc/self").exists():
                    return
                # It is ending and has no folder any more.
            else:
                if directory != data.resolve():
                    break
                # We hold the lock, so whoever started it is gone.
                if not asked:
                    self._signal(pid, signal.SIGINT)
                    asked = True
            self._clock.sleep(0.03)
        else:
            if is_running(pid):
                self._signal(pid, signal.SIGQUIT)
                if not wait_until_gone(pid, IMMEDIATE_STOP_SECONDS, self._clock):
                    return
        pid_file.unlink(missing_ok=True)

    def _signal(self, pid: int, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.kill(pid, number)

    def _create_cluster(self, binaries: PostgresBinaries, data: Path, user: User | None) -> None:
        """Make it under another name and rename it: a cluster cut short is never taken for one."""
        unfinished = data.with_name("data.new")
        for locale in ("C.UTF-8", "C"):
            shutil.rmtree(unfinished, ignore_errors=True)
            make_private(unfinished, user)
            command = [binaries.initdb, "-D", str(unfinished), "-U", ROLE, "--encoding=UTF8", f"--locale={locale}"]
            command += ["--lc-messages=C", "--auth-local=trust", "--auth-host=reject", "--no-instructions"]
            if self._settings["fsync"] == "off":
                command.append("--no-sync")
            result = run_as(user, command, directory=unfinished)
            if result.returncode == 0:
                unfinished.rename(data)
                return
            if "locale" not in result.stdout:
                break
        raise ServerFailed(f"PostgreSQL's initdb failed in {unfinished}:\n{result.stdout.strip()}")

    def _launch(self, binaries: PostgresBinaries, data: Path, user: User | None) -> None:
        options = self._settings | {"unix_socket_directories": str(self._sockets)}
        command = [binaries.postgres, "-D", str(data)]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        environment = {"LC_ALL": "C.UTF-8", "TZ": "UTC"}
        give_up = self._clock.monotonic() + LEFTOVERS_SECONDS
        while True:
            written = self._log.stat().st_size if self._log.exists() else 0
            self._process = launch(
                command,
                directory=data,
                log=self._log,
                user=user,
                environment=environment,
                death_signal=signal.SIGINT,
            )
            if self._wait_until_ready():
                return
            words = last_words(self._log, since=written)
            self._process = None
            if "still in use" not in words or self._clock.monotonic() > give_up:
                raise ServerFailed(f"PostgreSQL did not start in {data}. {self._log} ends with:\n  {words}")
            self._clock.sleep(0.2)

    def _wait_until_ready(self) -> bool:
        deadline = self._clock.monotonic() + START_SECONDS
        while self.pid is not None and self._clock.monotonic() < deadline:
            try:
                self.connect("postgres").close()
            except psycopg2.OperationalError:
                self._clock.sleep(0.03)
            else:
                return True
        return False

    def connect(self, database: str = DATABASE) -> psycopg2.extensions.connection:
        """A connection of psycopg2's, as the cluster's superuser."""
        return psycopg2.connect(host=str(self._sockets), port=PORT, user=ROLE, dbname=database, connect_timeout=5)

    def _create_database(self) -> None:
        with closing(self.connect("postgres")) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,))
                if cursor.fetchone() is None:
                    cursor.execute(f"CREATE DATABASE {DATABASE}")
