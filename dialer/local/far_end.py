"""What the demo calls into: a PBX, and behind it a telephone network that records every INVITE."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dialer.simulator.ledger import Ledger


def _nothing() -> None:
    """No fault."""


@dataclass(frozen=True, slots=True)
class Pbx:
    """One that runs already, beside the dialer.

    Attributes:
        ledger: the far end's own record.
        cpu_seconds: what the PBX has used since it was first started.
        half_way: is called, once, when half of the contacts are done.
        tells_sip_status: whether its events have `tech_cause`.
        known: what else is said of it in the result.
    """

    ari_url: str
    ledger: Callable[[], Ledger]
    cpu_seconds: Callable[[], float]
    half_way: Callable[[], None] = _nothing
    tells_sip_status: bool = True
    known: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FarEnd:
    """How the demo deals with its PBX.

    Attributes:
        name: what the user is told that it is.
        endpoint: the trunk's.
        timeout_seconds: the ring timeout.
        sound: what an answered call hears.
        retry_seconds: the delay before every retry.
        simulator_options: of `dialer simulator`, where that is the PBX.
        pbx: the PBX that runs already; None: the simulator.
        settings: how the demo's settings differ.
    """

    name: str
    endpoint: str
    timeout_seconds: int
    sound: str
    retry_seconds: int = 2
    simulator_options: Sequence[str] = ()
    pbx: Pbx | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)


SIMULATOR = FarEnd(
    name="the simulator",
    endpoint="PJSIP/{number}@carrier",
    timeout_seconds=20,
    sound="demo-congrats",
    simulator_options=("--ring-ms", "150", "--talk-ms", "400", "--playback-ms", "200", "--time-scale", "20"),
)
