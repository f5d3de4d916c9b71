import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from dialer.embedded.process import is_running
from dialer.errors import ConfigurationError
from dialer.local.supervisor import Part, PartFailed, State, Supervisor
from tests.integration.embedded.helpers import finish, read_line, run_as_ordinary_user, start_script, wait_for

SLEEPER = [sys.executable, "-S", "-c", "import time; time.sleep(1000)"]
STUBBORN = [
    sys.executable,
    "-S",
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(1000)",
]
# Prints when it is told to stop; takes a while to.
SLOW = """
import signal, sys, time
def stop(*_):
    time.sleep(0.5)
    with open(sys.argv[1], "a") as file:
        file.write(sys.argv[2] + "\\n")
    sys.exit()
signal.signal(signal.SIGTERM, stop)
print("ready", flush=True)
time.sleep(1000)
"""
# A part with a child that is in its process group and hears nothing of SIGTERM.
PARENT_OF_STUBBORN = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-S", "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(1000)"])
print(child.pid, flush=True)
time.sleep(1000)
"""
OWNER = """
import signal
import sys
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where the tests run in a shell's background
from dialer.local.supervisor import Part, Supervisor
command = [sys.executable, "-S", "-c", "import time; time.sleep(1000)"]
with Supervisor(Path(sys.argv[1]), [Part("one", command), Part("two", command, stage=2)]) as supervisor:
    supervisor.wait_until_running()
    print(supervisor.pid("one"), supervisor.pid("two"), flush=True)
    {then}
"""


def gone(*pids: int | None) -> Callable[[], bool]:
    return lambda: not any(is_running(pid) for pid in pids if pid)


def supervisord_pid(folder: Path) -> int:
    return int((folder / "run" / "supervisord.pid").read_text())


def test_parts_run_inside_and_are_gone_after(folder: Path) -> None:
    with Supervisor(folder, [Part("one", SLEEPER), Part("two", SLEEPER, stage=2)]) as supervisor:
        supervisor.wait_until_running()
        states = supervisor.states()
        daemon = supervisord_pid(folder)
        assert {name: part.state for name, part in states.items()} == {"one": State.RUNNING, "two": State.RUNNING}
        assert all(is_running(part.pid or 0) for part in states.values())
    assert gone(daemon, *(part.pid for part in states.values()))()


def test_a_killed_part_is_started_again(folder: Path) -> None:
    with Supervisor(folder, [Part("one", SLEEPER)]) as supervisor:
        supervisor.wait_until_running()
        before = supervisor.pid("one")
        assert before is not None
        os.kill(before, signal.SIGKILL)
        wait_for(lambda: supervisor.pid("one") not in {None, before})
        supervisor.wait_until_running()


def test_restart_gives_a_part_a_new_process(folder: Path) -> None:
    with Supervisor(folder, [Part("one", SLEEPER), Part("two", SLEEPER)]) as supervisor:
        supervisor.wait_until_running()
        before = supervisor.states()
        supervisor.restart("one")
        after = supervisor.states()
        assert after["one"].state is State.RUNNING
        assert after["one"].pid != before["one"].pid
        assert after["two"].pid == before["two"].pid


def test_everything_ends_when_what_runs_inside_fails(folder: Path) -> None:
    pids: list[int | None] = []

    def fail() -> None:
        with Supervisor(folder, [Part("one", SLEEPER)]) as supervisor:
            supervisor.wait_until_running()
            pids.append(supervisor.pid("one"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert len(pids) == 1
    assert gone(*pids)()


@pytest.mark.parametrize(
    ("then", "end"),
    [
        ("sys.stdin.read()", signal.SIGKILL),
        ("sys.stdin.read()", signal.SIGINT),
        ("sys.stdin.read()", signal.SIGTERM),
    ],
    ids=["SIGKILL", "Ctrl-C", "SIGTERM"],
)
def test_everything_ends_when_its_owner_does(folder: Path, then: str, end: signal.Signals) -> None:
    owner = start_script(OWNER.format(then=then), str(folder))
    try:
        one, two = (int(word) for word in read_line(owner).split())
        daemon = supervisord_pid(folder)
        os.kill(owner.pid, end)
        wait_for(gone(one, two, daemon))
        owner.wait(20)
    finally:
        finish(owner)


def test_parts_end_when_supervisord_itself_is_killed(folder: Path) -> None:
    with Supervisor(folder, [Part("one", SLEEPER)]) as supervisor:
        supervisor.wait_until_running()
        pid = supervisor.pid("one")
        os.kill(supervisord_pid(folder), signal.SIGKILL)
        wait_for(gone(pid))
        wait_for(lambda: _fails(supervisor.states))


def _fails(call: Callable[[], object]) -> bool:
    try:
        call()
    except (PartFailed, OSError):
        return True
    return False


def test_it_starts_again_at_once_after_its_owner_was_killed(folder: Path) -> None:
    owner = start_script(OWNER.format(then="sys.stdin.read()"), str(folder))
    one, two = (int(word) for word in read_line(owner).split())
    finish(owner)
    with Supervisor(folder, [Part("one", SLEEPER)]) as supervisor:
        assert gone(one, two)()
        supervisor.wait_until_running()


def test_a_second_owner_is_told_who_has_it(folder: Path) -> None:
    with (
        Supervisor(folder, [Part("one", SLEEPER)]),
        pytest.raises(ConfigurationError, match=rf"already \(process {os.getpid()}\)"),
    ):
        Supervisor(folder, [Part("one", SLEEPER)]).start()


def test_later_stages_stop_before_earlier_ones(folder: Path) -> None:
    order = folder / "order"
    parts = [
        Part(name, [sys.executable, "-c", SLOW, str(order), name], stage=stage)
        for name, stage in [("servers", 1), ("workers", 2), ("more-workers", 2), ("clock", 3)]
    ]
    with Supervisor(folder, parts) as supervisor:
        wait_for(lambda: all("ready" in _text(supervisor.log(part.name)) for part in parts))
    lines = order.read_text().split()
    assert (lines[0], sorted(lines[1:3]), lines[3]) == ("clock", ["more-workers", "workers"], "servers")


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def test_a_part_that_ignores_sigterm_is_killed_in_the_end(folder: Path) -> None:
    with Supervisor(folder, [Part("stubborn", STUBBORN, stop_seconds=1)]) as supervisor:
        wait_for(lambda: "ready" in _text(supervisor.log("stubborn")))
        pid = supervisor.pid("stubborn")
    assert gone(pid)()


def test_children_of_parts_do_not_outlive_them(folder: Path) -> None:
    with Supervisor(folder, [Part("parent", [sys.executable, "-c", PARENT_OF_STUBBORN])]) as supervisor:
        wait_for(lambda: _text(supervisor.log("parent")).endswith("\n"))
        child = int(_text(supervisor.log("parent")))
        assert is_running(child)
    wait_for(gone(child))


@pytest.mark.parametrize("name", ["/".join(["a-rather-long-name"] * 8), "with space", "quote's, commas"])
def test_any_folder_and_any_value_in_the_environment_will_do(folder: Path, name: str) -> None:
    value = "a \"quoted\" 'value', with 100% %(of)s\tit; and\nmore"
    command = [sys.executable, "-c", "import os, time; print(repr(os.environ['VALUE']), flush=True); time.sleep(1000)"]
    with Supervisor(folder / name, [Part("one", command, {"VALUE": value})]) as supervisor:
        wait_for(lambda: _text(supervisor.log("one")) == f"{value!r}\n")
        assert (folder / name / "run" / "parts" / "one.json").stat().st_mode & 0o077 == 0


def test_a_part_that_does_not_start_is_reported_with_its_last_words(folder: Path) -> None:
    command = [sys.executable, "-c", "raise SystemExit('no such luck')"]
    with Supervisor(folder, [Part("well", SLEEPER), Part("broken", command)]) as supervisor:
        wait_for(lambda: supervisor.states()["well"].state is State.RUNNING)
        wait_for(lambda: "no such luck" in _text(supervisor.log("broken")))
        with pytest.raises(PartFailed, match=r"(?s)broken does not run .*no such luck"):
            _ask_until_told(supervisor)


def _ask_until_told(supervisor: Supervisor) -> NoReturn:
    """A part counts as running for a while where a machine takes more than a second until it fails."""
    while True:
        supervisor.wait_until_running(0)


def test_a_folder_that_supervisor_cannot_write_down_is_refused(folder: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"100%"):
        Supervisor(folder / "100%", [Part("one", SLEEPER)]).start()


def test_a_program_that_does_not_exist_is_named(folder: Path) -> None:
    with pytest.raises(ConfigurationError, match="no program there-is-no-such"):
        Supervisor(folder, [Part("one", ["there-is-no-such"])]).start()


def test_it_warns_of_nothing(folder: Path) -> None:
    owner = start_script(OWNER.format(then="pass"), str(folder))
    try:
        output, errors = owner.communicate(timeout=60)
    finally:
        finish(owner)
    assert (len(output.splitlines()), errors) == (1, "")
    log = (folder / "log" / "supervisord.log").read_text()
    assert "supervisord started" in log
    assert [line for line in log.splitlines() if "CRIT" in line or "Warning" in line] == []


def test_an_ordinary_user_can_run_it(folder: Path) -> None:
    script = """
import os, sys
from pathlib import Path
from dialer.local.supervisor import Part, Supervisor
with Supervisor(Path(sys.argv[1]), [Part("one", ["sleep", "1000"])]) as supervisor:
    supervisor.wait_until_running()
    print(os.stat(f"/proc/{supervisor.pid('one')}").st_uid == os.geteuid() != 0)
"""
    assert run_as_ordinary_user(script, str(folder / "data")).split() == ["True"]
