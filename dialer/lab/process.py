"""One Asterisk: a process in a chroot and a mount namespace of its own, so that nothing is left when it has ended."""

import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Final

import requests

from dialer.clock import Clock
from dialer.embedded.process import end, last_words, launch
from dialer.lab.configuration import INSIDE, SOCKETS_INSIDE
from dialer.lab.releases import LabFailed

START_SECONDS: Final = 60.0
_ATTEMPT_SECONDS: Final = 2.0
# Asterisk 22 sometimes waits for ever for its own threads. There is nothing here that it could lose.
_STOP_SECONDS: Final = 3.0
_TICKS: Final = os.sysconf("SC_CLK_TCK")

# Arguments: the Asterisk's root, the lab's folder, the configuration file, and perhaps the folder of PostgreSQL's
# socket. The mounts end with the namespace.
_ENTER: Final = f"""
mount -t proc proc "$1/proc" && mount --bind "$2" "$1{INSIDE}" &&
if [ -n "$4" ]; then mount --bind "$4" "$1{SOCKETS_INSIDE}" || exit; fi &&
exec chroot "$1" /usr/sbin/asterisk -f -C "$3"
"""


class Asterisk:
    """A PBX or a carrier of the lab. Its own folder is `lab_folder/name`, with its configuration under `etc`."""

    def __init__(
        self,
        root: Path,
        lab_folder: Path,
        name: str,
        ari_url: str,
        password: str,
        clock: Clock,
        *,
        sockets: str | None = None,
    ) -> None:
        """`sockets`: a folder of the machine that it sees as `SOCKETS_INSIDE`, for a PostgreSQL without TCP."""
        self.name = name
        self.ari_url = ari_url
        self.password = password
        self.folder = lab_folder / name
        self._root = root
        self._lab_folder = lab_folder
        self._clock = clock
        self._sockets = sockets or ""
        self._output = self.folder / "output"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The pid while it runs, also while it is stopped."""
        if self._process is None or self._process.poll() is not None:
            return None
        return self._process.pid

    def start(self) -> None:
        """Start it, without waiting until it is ready. From the main thread: it ends with the thread that called."""
        configuration = f"{INSIDE}/{self.name}/etc/asterisk.conf"
        self._process = launch(
            [
                _program("unshare"),
                "--mount",
                "--propagation=private",
                "/bin/sh",
                "-c",
                _ENTER,
                "sh",
                str(self._root),
                str(self._lab_folder),
                configuration,
                self._sockets,
            ],
            directory=Path("/"),
            log=self._output,
            # Asterisk's own wrapper may have left a locale that the folder doesn't have.
            environment={"LC_ALL": "C", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
            death_signal=signal.SIGKILL,
        )

    def wait_until_ready(self, endpoint: str) -> None:
        """Wait until ARI answers and that PJSIP endpoint is online.

        Raises:
            LabFailed: it ended, or was not ready in time.
        """
        deadline = self._clock.monotonic() + START_SECONDS
        while self._clock.monotonic() < deadline:
            if self.pid is None:
                raise LabFailed(f"The {self.name} did not start. Its last words:\n  {self.last_words()}")
            if self._is_ready(endpoint):
                return
            self._clock.sleep(0.05)
        raise LabFailed(f"The {self.name} was not ready after {START_SECONDS:.0f} s:\n  {self.last_words()}")

    def _is_ready(self, endpoint: str) -> bool:
        if self.get("/asterisk/info") is None:
            return False
        found = self.get(f"/endpoints/PJSIP/{endpoint}")
        return isinstance(found, dict) and found["state"] == "online"

    def get(self, path: str) -> object | None:
        """What ARI answers to a GET, None if it does not answer 200."""
        try:
            answer = requests.get(f"{self.ari_url}/ari{path}", auth=("dialer", self.password), timeout=_ATTEMPT_SECONDS)
        except requests.RequestException:
            return None
        found: object = answer.json() if answer.status_code == 200 else None
        return found

    def command(self, text: str) -> str:
        """Type a command at its console, and return what it says.

        Raises:
            LabFailed: it doesn't run, or did not answer.
        """
        if self.pid is None:
            raise LabFailed(f"The {self.name} doesn't run.")
        done = subprocess.run(
            [
                _program("nsenter"), "--mount", f"--target={self.pid}", "--", "chroot", str(self._root),
                "/usr/sbin/asterisk", "-C", f"{INSIDE}/{self.name}/etc/asterisk.conf", "-rx", text,
            ],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )  # fmt: skip
        if done.returncode != 0:
            raise LabFailed(f"The {self.name} did not answer: {(done.stdout + done.stderr).strip()}")
        return done.stdout

    def freeze(self) -> None:
        """Stop it as it stands (SIGSTOP): connections stay open, nothing is answered."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        """SIGKILL: every call it had is gone, without a word to the other side. `start` brings it back."""
        self._signal(signal.SIGKILL)
        if self._process is not None:
            self._process.wait(10)

    def stop(self) -> None:
        """End it. May be called twice, and while it is frozen."""
        if self._process is None:
            return
        if self.pid is not None:
            self._process.send_signal(signal.SIGCONT)
        # Asterisk takes its leave of calls and databases on SIGTERM.
        end(self._process, [(signal.SIGTERM, _STOP_SECONDS)])
        self._process = None

    def cpu_seconds(self) -> float:
        """The CPU time it has used, in its own code and in the kernel."""
        if self.pid is None:
            return 0.0
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def last_words(self) -> str:
        """The end of what it printed and logged."""
        return "\n  ".join(filter(None, map(last_words, (self._output, self.folder / "log" / "messages.log"))))

    def _signal(self, number: signal.Signals) -> None:
        if self.pid is not None:
            os.kill(self.pid, number)


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise LabFailed(f"The lab needs {name}: install the package util-linux.")
    return found
