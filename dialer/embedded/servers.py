"""The servers that the settings don't name: started here, and found by the other commands of this machine."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType

from dialer.clock import Clock, SystemClock
from dialer.config import Settings
from dialer.embedded.folders import make_data_dir, make_private
from dialer.embedded.postgres import EmbeddedPostgres
from dialer.embedded.process import FolderLock
from dialer.embedded.redis import EmbeddedRedis
from dialer.embedded.secret_files import with_secrets
from dialer.errors import ConfigurationError

# Whoever looks whether the servers run holds their lock for an instant.
LOCK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class RunningServers:
    """What `<data_dir>/run/servers.json` says. A pid is None where the server is not ours."""

    pid: int
    database_url: str
    redis_url: str
    postgres_pid: int | None
    redis_pid: int | None


class EmbeddedServers:
    """Context manager: PostgreSQL and Redis run inside it, as far as the settings don't name them.

    To be entered from the main thread. Entering gives the settings with both URLs and all secrets.
    """

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        self._given = settings
        self._clock = clock or SystemClock()
        self._data_dir = settings.data_dir.absolute()
        self._file = _file(self._data_dir)
        self._lock = FolderLock(_lock(self._data_dir))
        self.postgres = EmbeddedPostgres(self._data_dir / "postgres") if settings.database_url is None else None
        self.redis = EmbeddedRedis(self._data_dir / "redis") if settings.redis_url is None else None

    def __enter__(self) -> Settings:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> Settings:
        """Start what isn't named.

        Raises:
            ConfigurationError: this is production, or servers run for this data folder already.
            ServerFailed: one doesn't come up; the other is stopped again.
        """
        if self._given.environment == "production":
            _require_urls(self._given)
        settings = with_secrets(self._given)
        if self.postgres is None and self.redis is None:
            return settings
        make_data_dir(self._data_dir)
        make_private(self._file.parent)
        self._acquire()
        try:
            self._file.unlink(missing_ok=True)
            update: dict[str, str] = {}
            if self.postgres is not None:
                update["database_url"] = self.postgres.start()
            if self.redis is not None:
                update["redis_url"] = self.redis.start()
            settings = settings.model_copy(update=update)
            self._write(settings)
        except BaseException:
            self.stop()
            raise
        return settings

    def stop(self) -> None:
        """End them; bounded; may be called twice."""
        if self._lock.held:
            self._file.unlink(missing_ok=True)
        try:
            if self.redis is not None:
                self.redis.stop()
        finally:
            if self.postgres is not None:
                self.postgres.stop()
            self._lock.release()

    def dead(self) -> list[str]:
        """The names of those that have ended by themselves. `start` of each brings it back under its old URL."""
        servers = {"postgres": self.postgres, "redis": self.redis}
        return [name for name, server in servers.items() if server is not None and server.pid is None]

    def _acquire(self) -> None:
        deadline = self._clock.monotonic() + LOCK_SECONDS
        while not self._lock.acquire():
            if self._clock.monotonic() > deadline:
                raise ConfigurationError(
                    f"The dialer runs in {self._data_dir} already (process {self._lock.owner()}): "
                    "stop that one, or name another folder with DIALER_DATA_DIR."
                )
            self._clock.sleep(0.05)

    def _write(self, settings: Settings) -> None:
        running = RunningServers(
            pid=os.getpid(),
            database_url=settings.database_url or "",
            redis_url=settings.redis_url or "",
            postgres_pid=self.postgres.pid if self.postgres else None,
            redis_pid=self.redis.pid if self.redis else None,
        )
        draft = self._file.with_suffix(".new")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(asdict(running), file, indent=1)
        draft.replace(self._file)


def running_servers(data_dir: Path) -> RunningServers | None:
    """The servers that another process runs for this data folder, None if none does. A file left behind counts as none.

    Raises:
        ConfigurationError: they belong to another user.
    """
    folder = data_dir.absolute()
    try:
        if FolderLock(_lock(folder)).owner() is None:
            return None
        return RunningServers(**json.loads(_file(folder).read_text(encoding="utf-8")))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except PermissionError as error:
        raise ConfigurationError(
            f"What runs in {folder} belongs to another user: run as that one, "
            "or set DIALER_DATABASE_URL and DIALER_REDIS_URL."
        ) from error


def resolve(settings: Settings) -> Settings:
    """Settings with both URLs and all secrets: as given, else those of the servers that run for this data folder.

    Raises:
        ConfigurationError: nothing is running, or something is missing in production.
    """
    if settings.database_url is not None and settings.redis_url is not None:
        return with_secrets(settings)
    if settings.environment == "production":
        _require_urls(settings)
    running = running_servers(settings.data_dir)
    if running is None:
        raise ConfigurationError(
            "Nothing is running: start `make up`, or set DIALER_DATABASE_URL and DIALER_REDIS_URL."
        )
    update = {
        "database_url": settings.database_url or running.database_url,
        "redis_url": settings.redis_url or running.redis_url,
    }
    return with_secrets(settings.model_copy(update=update))


def _require_urls(settings: Settings) -> None:
    named = {"DIALER_DATABASE_URL": settings.database_url, "DIALER_REDIS_URL": settings.redis_url}
    missing = [name for name, value in named.items() if value is None]
    if missing:
        raise ConfigurationError(
            f"{' and '.join(missing)} must be set in production: there are no embedded servers then."
        )


def _file(data_dir: Path) -> Path:
    return data_dir / "run" / "servers.json"


def _lock(data_dir: Path) -> Path:
    return data_dir / "run" / "servers.lock"
