"""Which Asterisks the lab can install, and where they come from."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from dialer.errors import ConfigurationError, DialerError

CACHE_VARIABLE: Final = "DIALER_CACHE_DIR"
MIRROR_VARIABLE: Final = "DIALER_LAB_MIRROR"
MIRROR: Final = "http://deb.debian.org/debian"
SNAPSHOTS: Final = "https://snapshot.debian.org/archive/debian/20260901T000000Z"


class LabFailed(DialerError):
    """The lab can't be had, or one of its Asterisks did not come up. The detail says what to do."""

    code = "lab_failed"
    status: ClassVar[int] = 503
    title = "The lab failed"


@dataclass(frozen=True, slots=True)
class Release:
    """An Asterisk of a Debian suite. `modules` is where that suite keeps them."""

    major: int
    suite: str
    modules: str


RELEASES: Final[Mapping[str, Release]] = {
    "22": Release(22, "sid", "/usr/lib/x86_64-linux-gnu/asterisk/modules"),
    "16": Release(16, "bullseye", "/usr/lib/asterisk/modules"),
}


def release_of(version: str) -> Release:
    """The release for a major version such as `22`.

    Raises:
        ConfigurationError: the lab doesn't know that one.
    """
    try:
        return RELEASES[version]
    except KeyError:
        raise ConfigurationError(f"The lab has no Asterisk {version!r}: there is {' and '.join(RELEASES)}.") from None


def cache_folder() -> Path:
    """Where installed Asterisks are kept: DIALER_CACHE_DIR, or `.cache` in the checkout."""
    given = os.environ.get(CACHE_VARIABLE)
    return Path(given).absolute() if given else checkout() / ".cache"


def checkout() -> Path:
    """The folder that holds `deploy/asterisk`, whose files the lab runs.

    Raises:
        LabFailed: the dialer was installed without its repository.
    """
    folder = Path(__file__).resolve().parents[2]
    if not (folder / "deploy" / "asterisk").is_dir():
        raise LabFailed("The lab runs the files of deploy/asterisk: start it from a checkout of the repository.")
    return folder
