"""Folders that are private, reachable and short enough."""

import hashlib
import os
import re
import stat
import tempfile
from pathlib import Path

from dialer.embedded.process import User
from dialer.errors import ConfigurationError

# sun_path is 108 bytes on Linux and 104 elsewhere; servers add a suffix of their own while they create a socket.
SOCKET_PATH_BYTES = 90
# PostgreSQL takes its socket folders as a list with separators, supervisor's file has quoting rules of its own.
PLAIN = re.compile(r"[A-Za-z0-9_./+-]+")


def make_private(folder: Path, user: User | None = None, mode: int = 0o700) -> Path:
    """Create a folder (and what leads to it) or tighten the one that exists, and give it to `user`.

    Raises:
        ConfigurationError: it can't be created or isn't ours.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o755)
        folder.chmod(mode)
        if user is not None:
            os.chown(folder, user.uid, user.gid)
    except OSError as error:
        raise ConfigurationError(
            f"The folder {folder} can't be used ({error.strerror}): "
            "make it yours, or name another with DIALER_DATA_DIR."
        ) from error
    return folder


def make_data_dir(folder: Path) -> Path:
    """Create the data folder: nobody else may look in; where we are root, other users may pass through.

    One that exists keeps its mode: it may be a folder that others use as well.
    """
    if folder.is_dir():
        return folder
    return make_private(folder, mode=0o711 if os.geteuid() == 0 else 0o700)


def key_of(folder: Path) -> str:
    """A short name for a folder, always the same."""
    return hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:12]


def socket_folder(preferred: Path, socket_name: str, user: User | None = None) -> Path:
    """A private folder for a socket: `preferred` if a socket's path fits there, else a short one in /tmp."""
    path = preferred.resolve()
    if len(os.fsencode(path / socket_name)) <= SOCKET_PATH_BYTES and PLAIN.fullmatch(str(path)):
        return make_private(path, user)
    base = Path("/tmp") if os.access("/tmp", os.W_OK | os.X_OK) else Path(tempfile.gettempdir())  # nosec B108
    short = base / f"dialer-{os.geteuid()}-{key_of(preferred)}"
    if not _make_or_recognise(short, user):
        # Somebody else sits on that name: one that can't be guessed will do.
        short = Path(tempfile.mkdtemp(prefix="dialer-", dir=base))
    return make_private(short, user)


def remove_socket_folder(folder: Path, preferred: Path) -> None:
    """Remove a short folder made by `socket_folder`, if it is empty; the preferred one stays."""
    if folder != preferred.resolve():
        try:
            folder.rmdir()
        except OSError:
            return


def root_folder(name: str) -> Path:
    """A folder in /var/tmp that is root's and that every user can pass through.

    Raises:
        ConfigurationError: somebody else has made it before us.
    """
    folder = Path("/var/tmp") / name  # nosec B108
    if not _make_or_recognise(folder, None):
        raise ConfigurationError(f"The folder {folder} isn't ours: remove it, or set DIALER_DATABASE_URL.")
    folder.chmod(0o711)
    return folder


def _make_or_recognise(folder: Path, user: User | None) -> bool:
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        found = folder.lstat()
        owners = {os.geteuid()} if user is None else {os.geteuid(), user.uid}
        return stat.S_ISDIR(found.st_mode) and found.st_uid in owners and not found.st_mode & 0o022
    return True
