"""Asterisk in a folder: a small Debian of its own, made by mmdebstrap."""

import fcntl
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from dialer.embedded.process import last_words
from dialer.lab.releases import MIRROR, MIRROR_VARIABLE, SNAPSHOTS, LabFailed, Release, cache_folder

PACKAGES: Final = ("asterisk", "asterisk-core-sounds-en-gsm")
_STAMP: Final = ".asterisk-version"
_NEEDED: Final = ("chroot", "mount", "unshare")


def installed(release: Release) -> str | None:
    """The full version that is installed already, such as `22.10.1`; None if there is none."""
    try:
        return (_folder(release) / _STAMP).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None


def install(release: Release) -> Path:
    """Install that Asterisk, unless it is there. Two that try at once wait for each other.

    Returns:
        The folder to chroot into.

    Raises:
        LabFailed: we aren't root on Linux, or Debian doesn't have this release any more.
    """
    require_root()
    folder = _folder(release)
    if installed(release):
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _alone(folder.with_name(f"{folder.name}.lock")):
        if not installed(release):
            _install(release, folder)
    return folder


def require_root() -> None:
    """Raises:
    LabFailed: this process can't install or run a lab.
    """
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        raise LabFailed("The lab needs root on Linux (a container will do): run it with sudo.")
    missing = [name for name in _NEEDED if shutil.which(name) is None]
    if missing:
        raise LabFailed(f"The lab needs {', '.join(missing)}: install the packages coreutils, mount and util-linux.")


def _folder(release: Release) -> Path:
    return cache_folder() / f"asterisk-{release.major}"


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _install(release: Release, folder: Path) -> None:
    mirror = os.environ.get(MIRROR_VARIABLE) or MIRROR
    partial = folder.with_name(f"{folder.name}.partial")
    log = folder.with_name(f"{folder.name}.log")
    for leftover in (folder, partial):
        _remove(leftover)
    command = [
        # mmdebstrap mounts the machine's /dev/shm and more into the folder. In a namespace of its own nobody else sees
        # that, and it ends with its processes, also when they are killed: whoever removes the folder then, removes
        # nothing of the machine's.
        *("unshare", "--mount", "--propagation=private", "--"),
        _mmdebstrap(log),
        "--mode=root",
        "--variant=apt",
        # The index of a suite that isn't released, or not any more, may be older than it says it is good for.
        '--aptopt=Acquire::Check-Valid-Until "false"',
        '--aptopt=APT::Install-Recommends "false"',
        f"--include={','.join(PACKAGES)}",
        release.suite,
        str(partial),
        mirror,
    ]
    if not _run(command, log):
        raise LabFailed(
            f"Asterisk {release.major} could not be installed from Debian {release.suite} at {mirror}. "
            f"If it has been removed there, set {MIRROR_VARIABLE} to a snapshot from a day when it was there, such as "
            f"{SNAPSHOTS}, or name another suite in dialer/lab/releases.py. {log} ends with:\n  {last_words(log)}"
        )
    version = _version(partial)
    if version.partition(".")[0] != str(release.major):
        raise LabFailed(
            f"Debian {release.suite} has Asterisk {version} now, and the lab wants {release.major}: "
            f"set {MIRROR_VARIABLE} to a snapshot from before, such as {SNAPSHOTS}, or add {version} to "
            "dialer/lab/releases.py and let the contract tests decide whether it will do."
        )
    (partial / _STAMP).write_text(f"{version}\n", encoding="utf-8")
    partial.rename(folder)


def _remove(folder: Path, mounts: Path = Path("/proc/self/mounts")) -> None:
    """Remove what an earlier install left, unless it would take what is mounted in there with it."""
    inside = f"{folder}/"
    for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines():
        if (point := line.split()[1]).startswith(inside):
            raise LabFailed(f"{point} is mounted, by an install that was killed: `umount {point}`, then try again.")
    shutil.rmtree(folder, ignore_errors=True)


def _mmdebstrap(log: Path) -> str:
    found = shutil.which("mmdebstrap")
    if found is None and shutil.which("apt-get") is not None:
        _run(["apt-get", "update"], log)
        _run(["apt-get", "install", "--yes", "--no-install-recommends", "mmdebstrap"], log)
        found = shutil.which("mmdebstrap")
    if found is None:
        raise LabFailed("The lab installs Asterisk with mmdebstrap, which isn't here: install that package.")
    return found


def _run(command: Sequence[str], log: Path) -> bool:
    with log.open("ab") as output:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            check=False,
        )
    return done.returncode == 0


def _version(folder: Path) -> str:
    done = subprocess.run(  # nosec B607 # where chroot is differs, and root's PATH is root's
        ["chroot", str(folder), "/usr/sbin/asterisk", "-V"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    match = re.match(r"Asterisk (\d[\d.]*)", done.stdout)
    if match is None:
        raise LabFailed(f"The Asterisk in {folder} doesn't run: {(done.stdout + done.stderr).strip()}")
    return match[1]
