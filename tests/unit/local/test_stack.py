"""Which parts there are."""

import errno
from pathlib import Path
from typing import NoReturn

import pytest
from click.testing import CliRunner

from dialer.cli import main
from dialer.config import Settings
from dialer.errors import ConfigurationError
from dialer.local.stack import Ports, Stack, parts, require_free

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


def test_a_port_in_use_is_named_with_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    def taken(address: tuple[str, int]) -> NoReturn:
        raise OSError(errno.EADDRINUSE, f"Address already in use (while attempting to bind on address {address})")

    monkeypatch.setattr("socket.create_server", taken)
    with pytest.raises(ConfigurationError) as caught:
        require_free(8000, "the API", "--api-port")
    assert caught.value.detail == (
        "Port 8000 for the API can't be had (Address already in use): choose another with `dialer up --api-port N`."
    )


def test_a_port_that_can_t_be_is_refused_with_the_range() -> None:
    result = CliRunner().invoke(main, ["up", "--api-port", "80000"])
    assert result.exit_code == 2
    assert "80000 is not in the range 1<=x<=65535" in result.output
