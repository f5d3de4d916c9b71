"""The log-ins of this user of this machine, in a file that only they can read."""

import fcntl
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from dialer.remote.problems import Exit, RemoteError

_OTHERS: Final = 0o077


@dataclass(frozen=True, slots=True)
class Login:
    """Tokens of an API.

    Attributes:
        url: of the API, without `/v1`.
        expires_at: when the access token does, in seconds since 1970 by this machine's clock.
    """

    url: str
    username: str
    access_token: str
    refresh_token: str
    expires_at: float


class Logins:
    """Those that are kept. The last one that was made is the present one."""

    def __init__(self, file: Path) -> None:
        self._file = file

    @classmethod
    def of_this_user(cls) -> "Logins":
        """Where the desktop's rules put a user's configuration."""
        base = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
        return cls(Path(base) / "dialer" / "logins.json")

    def find(self, url: str | None = None) -> Login | None:
        """The log-in to that API, or the present one.

        Raises:
            RemoteError: the file can be read by others, or can't be read.
        """
        found = self._read()
        kept: dict[str, Any] | None = found["logins"].get(url or found["present"])
        return Login(**kept) if kept else None

    def keep(self, login: Login) -> None:
        """Make it the present one."""
        with self.locked():
            found = self._read()
            self._write({"present": login.url, "logins": found["logins"] | {login.url: asdict(login)}})

    def renew(self, login: Login, **tokens: Any) -> Login:
        """Keep new tokens of it. To be called under `locked`."""
        found = self._read()
        renewed = replace(login, **tokens)
        self._write(found | {"logins": found["logins"] | {login.url: asdict(renewed)}})
        return renewed

    def forget(self, url: str) -> None:
        """Drop the log-in to that API."""
        with self.locked():
            found = self._read()
            others = {other: login for other, login in found["logins"].items() if other != url}
            present = found["present"] if found["present"] in others else next(iter(others), None)
            self._write({"present": present, "logins": others})

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Only one process at a time: a refresh token that two exchange ends the session of both."""
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self._file.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _read(self) -> dict[str, Any]:
        try:
            with self._file.open(encoding="utf-8") as file:
                if os.fstat(file.fileno()).st_mode & _OTHERS:
                    raise RemoteError(
                        f"{self._file} holds log-ins and can be read by others: `chmod 600 {self._file}`.", Exit.FAILED
                    )
                found: dict[str, Any] = json.load(file)
        except FileNotFoundError:
            return {"present": None, "logins": {}}
        except ValueError as error:
            raise RemoteError(f"{self._file} can't be read: remove it and log in again.", Exit.FAILED) from error
        return found

    def _write(self, what: dict[str, Any]) -> None:
        """Whole or not at all, and never for others' eyes: mkstemp makes files with mode 0600."""
        descriptor, draft = tempfile.mkstemp(dir=self._file.parent, prefix=".logins-")
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(what, file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(self._file)
