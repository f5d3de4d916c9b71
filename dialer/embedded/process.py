"""Processes that this one starts, watches and ends: users to run them as, logs, locks, time limits."""

import fcntl
import json
import os
import pwd
import re
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from dialer.clock import Clock, SystemClock
from dialer.embedded import launcher
from dialer.errors import ConfigurationError, DialerError

LAUNCHER = Path(launcher.__file__).resolve()
LOG_LIMIT_BYTES = 5_000_000


class ServerFailed(DialerError):
    """An embedded server did not start, or ended by itself. The detail ends with its last words."""

    code = "embedded_server_failed"
    status: ClassVar[int] = 503
    title = "An embedded server failed"


@dataclass(frozen=True, slots=True)
class User:
    """An operating-system user that a server runs as."""

    name: str
    uid: int
    gid: int


def server_user() -> User | None:
    """Who PostgreSQL, which refuses root, runs as: `postgres` or `nobody` for root; otherwise we ourselves: None.

    Raises:
        ConfigurationError: we are root and neither user exists.
    """
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return User(name, entry.pw_uid, entry.pw_gid)
    raise ConfigurationError(
        "PostgreSQL can't run as root and there is no user `postgres` or `nobody`: "
        "run as an ordinary user, or set DIALER_DATABASE_URL."
    )


def launch(
    command: Sequence[str],
    *,
    directory: Path,
    log: Path,
    user: User | None = None,
    environment: dict[str, str] | None = None,
    death_signal: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own, its output appended to `log`.

    On Linux it gets `death_signal` when the *thread* that called this ends: call it from the main thread.
    """
    spec = {
        "command": list(command),
        "directory": str(directory),
        "environment": environment or {},
        "uid": user.uid if user else None,
        "gid": user.gid if user else None,
        "death_signal": int(death_signal),
        "parent": os.getpid(),
    }
    with open_log(log) as output:
        return subprocess.Popen(
            launcher_command(json.dumps(spec)),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def launcher_command(spec: str) -> list[str]:
    """The command that becomes what `spec` (JSON, or the path of a JSON file) says."""
    return [sys.executable, "-I", "-S", str(LAUNCHER), spec]


def run_as(user: User | None, command: Sequence[str], *, directory: Path) -> subprocess.CompletedProcess[str]:
    """Run a short program to its end and return its code and output (both streams)."""
    spec = {
        "command": list(command),
        "directory": str(directory),
        "uid": user.uid if user else None,
        "gid": user.gid if user else None,
    }
    return _run(spec)


def can_write(user: User, folder: Path) -> bool:
    """Whether that user can reach this folder and write in it."""
    result = _run({"writable": str(folder), "uid": user.uid, "gid": user.gid})
    if result.returncode == launcher.CANNOT_CHANGE_USER:
        raise ConfigurationError(
            f"PostgreSQL can't run as root, and root may not become user {user.name} here: "
            "run as an ordinary user, or set DIALER_DATABASE_URL."
        )
    return result.returncode == 0


def _run(spec: Mapping[str, object]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        launcher_command(json.dumps(spec)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
        timeout=300,
    )


def end(process: subprocess.Popen[bytes], steps: Sequence[tuple[signal.Signals, float]]) -> None:
    """End a process: each signal in turn, with the seconds it is given; SIGKILL to its whole group at last."""
    for number, seconds in steps:
        if process.poll() is not None:
            break
        process.send_signal(number)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            continue
    kill_group(process.pid)
    process.wait(10)


def kill_group(pid: int) -> None:
    """SIGKILL what is left of the process group that `pid` leads; nothing if it is empty."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    except PermissionError:  # macOS says so of a group that has only zombies left
        return


def is_running(pid: int) -> bool:
    """Whether a process lives. One that has ended and waits to be reaped does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return not Path("/proc/self/stat").exists()
    return state.rpartition(")")[2].split()[0] not in {"Z", "X"}


def wait_until_gone(pid: int, seconds: float, clock: Clock | None = None) -> bool:
    """Wait for a process that isn't our child to end. Returns whether it did."""
    clock = clock or SystemClock()
    deadline = clock.monotonic() + seconds
    while is_running(pid):
        if clock.monotonic() > deadline:
            return False
        clock.sleep(0.05)
    return True


def open_log(path: Path) -> "_Log":
    """Open a log for appending; one that has grown large becomes `<name>.1` first."""
    if path.exists() and path.stat().st_size > LOG_LIMIT_BYTES:
        path.replace(path.with_name(path.name + ".1"))
    return _Log(path)


class _Log:
    """A file descriptor to hand to a child, private to us and closed here after."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)

    def __enter__(self) -> int:
        return self._descriptor

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)


def last_words(log: Path, lines: int = 8, since: int = 0) -> str:
    """The end of a log, for an error message. `since`: leave out what was there before, in bytes."""
    try:
        size = log.stat().st_size
        with log.open("rb") as file:
            file.seek(max(since if since <= size else 0, size - 4096))
            text = file.read().decode("utf-8", errors="replace")
    except OSError:
        return ""
    kept = [re.sub(r"\s+", " ", line).strip() for line in text.splitlines()]
    return "\n  ".join(line for line in kept[-lines:] if line)


class FolderLock:
    """A folder used by one process at a time. The kernel lets go of it when that process dies, however it dies."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    def acquire(self) -> bool:
        """Take it, unless another process has it. Writes our pid into the file."""
        if self.held:
            return True
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        self._descriptor = descriptor
        return True

    @property
    def held(self) -> bool:
        """Whether this object holds it."""
        return self._descriptor is not None

    def release(self) -> None:
        """Let go. Does nothing if not held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def owner(self) -> int | None:
        """The pid of the process that holds it, None if nobody does."""
        try:
            descriptor = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            text = os.pread(descriptor, 32, 0).decode("ascii", errors="replace").strip()
            return int(text) if text.isdigit() else 0
        finally:
            os.close(descriptor)
        return None
