"""Which parts there are."""

from pathlib import Path

from dialer.config import Settings
from dialer.local.stack import Ports, Stack, parts

PORTS = Ports(api=1, flower=2, simulator=3)


def _names(stack: Stack) -> set[str]:
    return {part.name for part in parts(Settings(database_url="postgresql://h/d"), stack)}


def test_the_simulator_is_a_part_unless_there_is_another_pbx() -> None:
    ledger = Path("ledger")
    assert _names(Stack(PORTS, ledger)) - _names(Stack(PORTS, ledger, simulator=False)) == {"simulator"}


def test_there_are_as_many_listeners_and_workers_as_asked_for() -> None:
    names = _names(Stack(PORTS, Path("ledger"), originate_workers=3, listeners=2))
    assert {"worker-originate-3", "listener-2"} <= names
    assert not {"worker-originate-4", "listener-3"} & names
