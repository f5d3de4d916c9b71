"""The parts of the dialer as processes of one machine: started, watched, restarted and ended together."""

import http.client
import os
import secrets
import signal
import subprocess
import sys
import xmlrpc.client  # nosec B411 # with our own supervisord, by a socket of ours
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from dialer.clock import Clock, SystemClock
from dialer.embedded.folders import make_data_dir, make_private, remove_socket_folder, socket_folder
from dialer.embedded.process import (
    FolderLock,
    end,
    is_running,
    kill_group,
    last_words,
    open_log,
    wait_until_gone,
)
from dialer.errors import ConfigurationError
from dialer.local.parts import Part, PartFailed, PartState, State
from dialer.local.supervisor_configuration import group_of, write_command, write_configuration
from dialer.local.unix_rpc import UnixTransport

SOCKET_NAME = "supervisor.sock"
# supervisord makes its socket under a name with its pid at first.
LONGEST_SOCKET_NAME = f"{SOCKET_NAME}.4194304"
START_SECONDS = 30.0
# Over and above what the parts are given to stop.
SPARE_SECONDS = 5.0

__all__ = ["Part", "PartFailed", "PartState", "State", "Supervisor"]


class Supervisor:
    """Context manager: the parts run inside it, each restarted when it ends.

    They are in sessions of their own: Ctrl-C reaches us alone. All of them end when we leave, or die in any way.
    """

    def __init__(self, folder: Path, parts: Sequence[Part], clock: Clock | None = None) -> None:
        """Nothing happens before `start`.

        Args:
            folder: the data folder: configuration in `run/`, one log for each part in `log/`.
            parts: names are unique and made of letters, digits, `-` and `_`.
        """
        names = [part.name for part in parts]
        if len(set(names)) != len(names) or not all(name.replace("-", "").replace("_", "").isalnum() for name in names):
            raise ValueError(f"not unique plain names: {names}")
        self._parts = {part.name: part for part in parts}
        self._folder = folder.absolute()
        self._run = self._folder / "run"
        self._logs = self._folder / "log"
        self._clock = clock or SystemClock()
        self._lock = FolderLock(self._run / "supervisor.lock")
        self._password = secrets.token_urlsafe(24)
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: int | None = None
        self._sockets: Path | None = None
        self._pids: dict[str, int] = {}

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start supervisord and, through it, every part. Returns before the parts are ready for work.

        Raises:
            ConfigurationError: the parts run in this folder already.
            PartFailed: supervisord doesn't come up.
        """
        if self._process is not None:
            return
        make_data_dir(self._folder)
        make_private(self._run)
        make_private(self._logs)
        if not self._lock.acquire():
            raise ConfigurationError(
                f"The dialer runs in {self._folder} already (process {self._lock.owner()}): "
                "stop that one, or name another folder with DIALER_DATA_DIR."
            )
        try:
            self._end_leftover()
            self._sockets = socket_folder(self._run / "s", LONGEST_SOCKET_NAME)
            configuration = write_configuration(
                self._parts.values(),
                run=self._run,
                logs=self._logs,
                socket=self._sockets / SOCKET_NAME,
                password=self._password,
            )
            self._launch(configuration)
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End every part and supervisord. Bounded by the parts' `stop_seconds`; may be called twice."""
        try:
            if self._process is not None:
                if self._process.poll() is None and self._sockets is not None:
                    # For the pids; without them the parts end all the same, only their strays may not.
                    with suppress(PartFailed, OSError, http.client.HTTPException):
                        self.states()
                end(self._process, [(signal.SIGTERM, self._stop_seconds())])
                self._process = None
        finally:
            self._close_pipe()
            for pid in self._pids.values():
                kill_group(pid)
            self._pids.clear()
            if self._sockets is not None:
                remove_socket_folder(self._sockets, self._run / "s")
            self._lock.release()

    def states(self) -> dict[str, PartState]:
        """What every part is doing now.

        Raises:
            PartFailed: supervisord is gone.
        """
        found: dict[str, PartState] = {}
        for entry in self._call("getAllProcessInfo"):
            found[entry["name"]] = PartState(State(entry["statename"]), entry["pid"] or None)
            if entry["pid"]:
                self._pids[entry["name"]] = entry["pid"]
        return found

    @property
    def process_id(self) -> int | None:
        """supervisord's: every part descends from it. None while it has not been started."""
        return self._process.pid if self._process is not None else None

    def pid(self, name: str) -> int | None:
        """The pid of a part, None while it has no process."""
        return self.states()[name].pid

    def restart(self, name: str, environment: Mapping[str, str] | None = None) -> None:
        """Stop a part (SIGTERM, then SIGKILL) and start it again; returns when it runs.

        Args:
            environment: variables added to those it had, from now on.

        Raises:
            PartFailed: it doesn't start.
        """
        part = self._parts[name]
        if environment:
            self._parts[name] = part = replace(part, environment={**part.environment, **environment})
            write_command(part, self._run)
        self.halt(name)
        self._call("startProcess", _full_name(part))

    def halt(self, name: str) -> None:
        """Stop a part (SIGTERM, then SIGKILL); it stays stopped until `restart`."""
        if self.states()[name].state in {State.RUNNING, State.STARTING}:
            self._call("stopProcess", _full_name(self._parts[name]))

    def wait_until_running(self, seconds: float = 60.0) -> None:
        """Wait until every part has run for a second.

        Raises:
            PartFailed: one has not in that time, or has been given up.
        """
        deadline = self._clock.monotonic() + seconds
        while True:
            waiting = {name: part.state for name, part in self.states().items() if part.state is not State.RUNNING}
            if not waiting:
                return
            if State.FATAL in waiting.values() or self._clock.monotonic() > deadline:
                name = next((name for name, state in waiting.items() if state is State.FATAL), next(iter(waiting)))
                log = self.log(name)
                raise PartFailed(f"{name} does not run ({waiting[name]}). {log} ends with:\n  {last_words(log)}")
            self._clock.sleep(0.1)

    def log(self, name: str) -> Path:
        """The log of a part; supervisord's own is `supervisord`."""
        return self._logs / f"{name}.log"

    # supervisord -----------------------------------------------------------------------------------------------------

    def _call(self, method: str, *arguments: Any) -> Any:
        if self._process is None or self._sockets is None or self._process.poll() is not None:
            raise PartFailed(f"supervisord does not run. Its log ends with:\n  {last_words(self.log('supervisord'))}")
        server = xmlrpc.client.ServerProxy(
            f"http://dialer:{self._password}@localhost/RPC2",
            transport=UnixTransport(self._sockets / SOCKET_NAME),
        )
        try:
            return getattr(server.supervisor, method)(*arguments)
        except xmlrpc.client.Fault as fault:
            raise PartFailed(f"{method}{arguments} failed: {fault.faultString}") from fault
        finally:
            server("close")()

    def _launch(self, configuration: Path) -> None:
        reading, writing = os.pipe()
        self._pipe = writing
        try:
            with open_log(self.log("supervisord")) as output:
                self._process = subprocess.Popen(
                    [sys.executable, "-P", "-m", "dialer.local.supervisord", str(reading), str(configuration)],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    pass_fds=[reading],
                    start_new_session=True,
                )
        finally:
            os.close(reading)

    def _wait_until_ready(self) -> None:
        deadline = self._clock.monotonic() + START_SECONDS
        while True:
            try:
                self.states()
            except (FileNotFoundError, ConnectionRefusedError) as error:
                if self._clock.monotonic() > deadline:
                    raise PartFailed("supervisord does not answer") from error
                self._clock.sleep(0.05)
            else:
                return

    def _close_pipe(self) -> None:
        if self._pipe is not None:
            os.close(self._pipe)
            self._pipe = None

    def _stop_seconds(self) -> float:
        stages = {part.stage for part in self._parts.values()}
        longest = [max(part.stop_seconds for part in self._parts.values() if part.stage == stage) for stage in stages]
        return sum(longest) + SPARE_SECONDS

    def _end_leftover(self) -> None:
        """Wait for the supervisord of a starter that was killed: it is stopping its parts. End it if it takes long."""
        try:
            pid = int((self._run / "supervisord.pid").read_text(encoding="ascii"))
            command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (OSError, ValueError):
            return
        if os.fsencode(self._run / "supervisord.conf") not in command or not is_running(pid):
            return
        os.kill(pid, signal.SIGTERM)
        if not wait_until_gone(pid, self._stop_seconds(), self._clock):
            kill_group(pid)
            wait_until_gone(pid, SPARE_SECONDS, self._clock)


def _full_name(part: Part) -> str:
    return f"{group_of(part)}:{part.name}"
