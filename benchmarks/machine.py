"""On what a benchmark ran: figures of two machines, or of two versions, are not the same thing."""

import os
import platform
import re
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import psutil

from dialer.embedded.binaries import find_postgres, find_redis

_PACKAGES: Final = ("celery", "kombu", "redis", "sqlalchemy", "psycopg2-binary", "phonenumbers", "requests", "aiohttp")
_VERSION: Final = re.compile(r"\d+(?:\.\d+)+")


def ran_on() -> dict[str, Any]:
    """The machine and how busy it is already, the versions of what is measured, and the commit."""
    return {
        "machine": {
            "cpu": _cpu(),
            "cores": os.cpu_count(),
            "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
            "system": f"{platform.system()} {platform.release()}, {_distribution()}",
            "load_before": round(os.getloadavg()[0], 2),
        },
        "versions": {
            "python": platform.python_version(),
            "postgresql": _told([find_postgres()[0].postgres, "--version"]),
            "redis_server": _told([find_redis(), "--version"]),
            **{name: version(name) for name in _PACKAGES},
        },
        "commit": commit(Path(__file__).parent),
    }


def commit(folder: Path) -> str | None:
    """What is checked out there, with `-dirty` where it has been changed since; None outside of any repository."""
    try:
        described = _output(["git", "-C", str(folder), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"])
    except (OSError, subprocess.CalledProcessError):
        return None
    return described.strip()


def _cpu() -> str:
    described = Path("/proc/cpuinfo")
    lines = described.read_text(encoding="utf-8").splitlines() if described.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _distribution() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return "unknown distribution"


def _told(command: list[str]) -> str | None:
    found = _VERSION.search(_output(command))
    return found[0] if found else None


def _output(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
