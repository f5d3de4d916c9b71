"""One Asterisk of the lab, as tests treat it: stopped as it stands, killed, asked at its console."""

import signal
from pathlib import Path

import pytest
from click.testing import CliRunner

from dialer.cli import main
from dialer.clock import SystemClock
from dialer.lab.lab import Lab
from dialer.lab.process import Asterisk
from dialer.lab.releases import LabFailed
from tests.support.world import wait_for


def state(asterisk: Asterisk) -> str:
    return Path(f"/proc/{asterisk.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]


def test_it_stands_still_and_goes_on(lab: Lab) -> None:
    lab.pbx.freeze()
    wait_for(lambda: state(lab.pbx) == "T", "its standstill")
    lab.pbx.thaw()
    assert lab.pbx.get("/asterisk/info") == {}
    wait_for(lambda: lab.pbx.get("/asterisk/info") == {} and lab.pbx.cpu_seconds() > 0, "a tick of its CPU time")


def test_one_that_was_killed_comes_back_where_it_was(lab: Lab) -> None:
    url = lab.ari_url
    lab.pbx.kill()
    assert (lab.pbx.pid, lab.pbx.cpu_seconds(), lab.pbx.get("/asterisk/info")) == (None, 0.0, None)
    with pytest.raises(LabFailed, match="The pbx doesn't run"):
        lab.pbx.command("core show version")
    lab.pbx.freeze()
    lab.pbx.start()
    lab.pbx.wait_until_ready("carrier")
    assert lab.ari_url == url


def test_it_is_ended_as_it_stands_still(lab: Lab) -> None:
    process = lab.pbx._process
    assert process is not None
    lab.pbx.freeze()
    lab.pbx.stop()
    assert lab.pbx.pid is None
    # It was let go on, to take its leave.
    assert process.returncode == -signal.SIGTERM
    lab.pbx.stop()


def test_its_console_answers(lab: Lab) -> None:
    assert lab.pbx.command("core show version") == "said: core show version\n"


def test_what_it_does_not_have_is_nothing(lab: Lab) -> None:
    assert lab.pbx.get("/endpoints/PJSIP/nosuch") is None
    lab.pbx.password = "another"
    assert lab.pbx.get("/asterisk/info") is None


def test_one_that_was_never_started_has_nothing_to_end(tmp_path: Path) -> None:
    asterisk = Asterisk(tmp_path, tmp_path, "pbx", "http://127.0.0.1:1", "x", SystemClock())
    asterisk.kill()
    asterisk.stop()
    assert (asterisk.pid, asterisk.last_words()) == (None, "")


def test_a_machine_without_the_programs_is_told_the_package(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LabFailed, match="The lab needs nsenter: install the package util-linux"):
        lab.pbx.command("core show version")
    with pytest.raises(LabFailed, match="The lab needs chroot, mount, unshare: install the packages"):
        Lab(tmp_path / "another").start()


def test_the_command_names_what_is_installed(root: Path) -> None:
    done = CliRunner().invoke(main, ["lab", "install", "--version", "22", "--version", "16"])
    assert done.exit_code == 0, done.output
    assert done.output == (f"Asterisk 22.10.1 is in {root}.\nAsterisk 16.28.0 is in {root.with_name('asterisk-16')}.\n")
