"""Folders for servers, and what is left of them removed."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dialer.embedded.folders import key_of
from dialer.embedded.postgres import EmbeddedPostgres
from tests.integration.embedded.helpers import wait_for


def _remove(folder: Path) -> None:
    # A server whose owner was killed may still be putting its files away.
    def removed() -> bool:
        shutil.rmtree(folder, ignore_errors=True)
        return not folder.exists()

    wait_for(removed)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short folder that every user can reach and use."""
    path = Path(tempfile.mkdtemp(prefix="dialer-embedded-"))
    path.chmod(0o777)
    yield path
    _remove(path)


@pytest.fixture
def private_folder() -> Iterator[Path]:
    """A folder that nobody but its owner can enter, like root's home."""
    path = Path(tempfile.mkdtemp(prefix="dialer-private-"))
    yield path
    _remove(path)


@pytest.fixture
def new_postgres() -> Iterator[Callable[[Path], EmbeddedPostgres]]:
    """Makes servers that are stopped and removed at the end."""
    made: list[EmbeddedPostgres] = []

    def make(folder: Path) -> EmbeddedPostgres:
        made.append(EmbeddedPostgres(folder, durable=False))
        return made[-1]

    yield make
    for server in made:
        server.destroy()
        shutil.rmtree(Path("/var/tmp") / f"dialer-{key_of(server.folder)}", ignore_errors=True)


@pytest.fixture
def as_root() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can try this")
