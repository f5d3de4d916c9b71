"""`dialer demo --asterisk`: the demo through the lab's real PBX; the ledger is the carrier's."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from pydantic import SecretStr
from rich.console import Console

from dialer.clock import Clock, SystemClock
from dialer.config import Settings
from dialer.lab.carrier import Pace
from dialer.lab.lab import TRUNK, Lab, Options
from dialer.local import demo
from dialer.local.far_end import FarEnd, Pbx

FREEZE_SECONDS: Final = 20.0
# Of the releases that the lab has.
_SIP_STATUS_SINCE: Final = 22
_TIMEOUT_SECONDS: Final = 5
# After the PBX was killed nobody cancels: then the network ends what still rings, before the call may be dialed again.
_PACE: Final = Pace(ring=0.3, talk=0.5, last_moment=0.9 * _TIMEOUT_SECONDS, longest=_TIMEOUT_SECONDS + 2.0)
# The default would be two minutes of waiting at the end of a demo; this is still longer than any stall in it.
_TOMB_HOLD_SECONDS: Final = 30.0


class Faults:
    """What is done to the lab's PBX in the middle of a campaign, and the CPU time of those that were killed."""

    def __init__(self, lab: Lab, console: Console, clock: Clock) -> None:
        self._lab = lab
        self._console = console
        self._clock = clock
        self._killed_cpu_seconds = 0.0

    def cpu_seconds(self) -> float:
        """Of the PBX, those before it included."""
        return self._killed_cpu_seconds + self._lab.pbx.cpu_seconds()

    def kill(self) -> None:
        """SIGKILL, and start it again."""
        self._console.print("The PBX is killed, and started again.")
        self._killed_cpu_seconds += self._lab.pbx.cpu_seconds()
        self._lab.pbx.kill()
        self._lab.pbx.start()
        self._lab.pbx.wait_until_ready(TRUNK)

    def freeze(self) -> None:
        """SIGSTOP, a while, SIGCONT."""
        self._console.print(f"The PBX is stopped for {FREEZE_SECONDS:.0f} s.")
        self._lab.pbx.freeze()
        self._clock.sleep(FREEZE_SECONDS)
        self._lab.pbx.thaw()
        self._console.print("The PBX goes on.")

    def nothing(self) -> None:
        """Leave it alone."""


FAULTS: Final[Mapping[str, Callable[[Faults], None]]] = MappingProxyType(
    {"none": Faults.nothing, "kill": Faults.kill, "freeze": Faults.freeze}
)


@contextmanager
def far_end(
    folder: Path, console: Console, clock: Clock, *, version: str = "22", fault: str = "none"
) -> Iterator[FarEnd]:
    """A lab that runs until the block ends.

    Args:
        fault: one of `FAULTS`, for half way through the campaign.

    Raises:
        LabFailed: Asterisk can't be had here.
    """
    with Lab(folder, version, options=Options(pace=_PACE), clock=clock) as lab:
        faults = Faults(lab, console, clock)
        known: dict[str, Any] = {"asterisk": lab.version, "fault": fault}
        yield FarEnd(
            name=f"Asterisk {lab.version}",
            endpoint=f"PJSIP/{{number}};call={{call_id}}@{TRUNK}",
            timeout_seconds=_TIMEOUT_SECONDS,
            sound="hello-world",
            pbx=Pbx(
                lab.ari_url,
                lab.ledger,
                faults.cpu_seconds,
                half_way=lambda: FAULTS[fault](faults),
                tells_sip_status=lab.release.major >= _SIP_STATUS_SINCE,
                known=known,
            ),
            settings={
                "real_calls_allowed": True,
                "ari_password": SecretStr(lab.password),
                "ari_passwords": {},
                "tomb_hold_seconds": _TOMB_HOLD_SECONDS,
            },
        )


def run(
    settings: Settings, what: demo.Demo, console: Console, *, version: str, fault: str, clock: Clock | None = None
) -> int:
    """Run the demo on a lab of its own; 0 if the carrier's ledger and the database agree."""
    clock = clock or SystemClock()
    console.print("Starting a PBX and a carrier …")
    with far_end(settings.data_dir / "demo-lab", console, clock, version=version, fault=fault) as far:
        return demo.run(settings, what, console, clock, far)
