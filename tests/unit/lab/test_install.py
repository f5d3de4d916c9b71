"""What an install says when it can't be had."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from dialer.errors import ConfigurationError
from dialer.lab import install as module
from dialer.lab.install import install, installed, require_root
from dialer.lab.releases import CACHE_VARIABLE, MIRROR_VARIABLE, LabFailed, release_of

RELEASE = release_of("22")


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[list[str]]:
    """Nothing is run; what would have been is kept. Every command succeeds and makes the folder it names."""
    ran: list[list[str]] = []

    def run(command: Sequence[str], log: Path) -> bool:
        ran.append(list(command))
        (tmp_path / "asterisk-22.partial").mkdir(exist_ok=True)
        return True

    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    monkeypatch.delenv(MIRROR_VARIABLE, raising=False)
    monkeypatch.setattr(module, "require_root", lambda: None)
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(module, "_run", run)
    monkeypatch.setattr(module, "_version", lambda folder: "22.10.1")
    return ran


def test_it_is_installed_once(commands: list[list[str]], tmp_path: Path) -> None:
    assert installed(RELEASE) is None
    assert install(RELEASE) == tmp_path / "asterisk-22"
    assert installed(RELEASE) == "22.10.1"
    assert install(RELEASE) == tmp_path / "asterisk-22"
    assert len(commands) == 1
    assert commands[0][-3:] == ["sid", str(tmp_path / "asterisk-22.partial"), "http://deb.debian.org/debian"]


def test_what_the_install_mounts_is_seen_by_nobody_else(commands: list[list[str]]) -> None:
    install(RELEASE)
    assert commands[0][:4] == ["unshare", "--mount", "--propagation=private", "--"]


def test_a_folder_in_which_something_is_mounted_is_not_removed(tmp_path: Path) -> None:
    partial = tmp_path / "asterisk-22.partial"
    (partial / "dev" / "shm").mkdir(parents=True)
    mounts = tmp_path / "mounts"
    mounts.write_text(f"tmpfs /dev/shm tmpfs rw 0 0\ntmpfs {partial}/dev/shm tmpfs rw 0 0\n", encoding="utf-8")
    with pytest.raises(LabFailed, match=f"umount {partial}/dev/shm"):
        module._remove(partial, mounts)
    assert partial.exists()
    mounts.write_text(f"tmpfs {partial}-2/dev/shm tmpfs rw 0 0\n", encoding="utf-8")
    module._remove(partial, mounts)
    assert not partial.exists()


def test_another_mirror_may_be_named(commands: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MIRROR_VARIABLE, "https://snapshot.example/")
    install(RELEASE)
    assert commands[0][-1] == "https://snapshot.example/"


def test_a_distribution_that_has_moved_on_says_what_to_do(
    commands: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_version", lambda folder: "24.1.0")
    with pytest.raises(LabFailed, match=r"has Asterisk 24\.1\.0 now, and the lab wants 22: set DIALER_LAB_MIRROR"):
        install(RELEASE)
    assert installed(RELEASE) is None


def test_a_package_that_is_gone_says_what_to_do(commands: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_run", lambda command, log: False)
    with pytest.raises(LabFailed, match="could not be installed from Debian sid"):
        install(RELEASE)


def test_without_root_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(LabFailed, match="needs root on Linux"):
        require_root()


def test_a_version_that_the_lab_does_not_know_is_an_error() -> None:
    with pytest.raises(ConfigurationError, match="there is 22 and 16"):
        release_of("18")


def test_it_is_not_installed_again_by_whoever_waited_for_another(
    commands: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def waited(path: Path) -> Iterator[None]:
        assert path == tmp_path / "asterisk-22.lock"
        (tmp_path / "asterisk-22").mkdir()
        (tmp_path / "asterisk-22" / ".asterisk-version").write_text("22.10.1\n")
        yield

    monkeypatch.setattr(module, "_alone", waited)
    assert install(RELEASE) == tmp_path / "asterisk-22"
    assert commands == []


@pytest.mark.parametrize("comes", [True, False])
def test_mmdebstrap_is_installed_where_it_is_not_here(
    commands: list[list[str]], monkeypatch: pytest.MonkeyPatch, comes: bool
) -> None:
    def which(name: str) -> str | None:
        is_there = name != "mmdebstrap" or (comes and len(commands) == 2)
        return f"/usr/bin/{name}" if is_there else None

    monkeypatch.setattr("shutil.which", which)
    if comes:
        install(RELEASE)
        assert "/usr/bin/mmdebstrap" in commands[2]
    else:
        with pytest.raises(LabFailed, match="with mmdebstrap, which isn't here: install that package"):
            install(RELEASE)
    assert [command[:2] for command in commands[:2]] == [["apt-get", "update"], ["apt-get", "install"]]


def test_a_machine_without_apt_is_told_what_to_install(
    commands: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(LabFailed, match="with mmdebstrap, which isn't here: install that package"):
        install(RELEASE)
    assert commands == []


@pytest.mark.parametrize(
    ("says", "version"), [("Asterisk 22.10.1~dfsg+~cs6-1", "22.10.1"), ("chroot: no such file", None)]
)
def test_the_version_is_what_the_installed_one_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, says: str, version: str | None
) -> None:
    (tmp_path / "chroot").write_text(f'#!/bin/sh\n[ "$2" = /usr/sbin/asterisk ] && echo "{says}"\n')
    (tmp_path / "chroot").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    if version is not None:
        assert module._version(tmp_path) == version
    else:
        with pytest.raises(LabFailed, match=f"The Asterisk in {tmp_path} doesn't run: {says}"):
            module._version(tmp_path)


def test_a_command_is_logged_and_succeeds_or_does_not(tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert module._run(["/bin/sh", "-c", "echo $DEBIAN_FRONTEND"], log)
    assert not module._run(["/bin/sh", "-c", "echo broken >&2; false"], log)
    assert log.read_text() == "noninteractive\nbroken\n"
