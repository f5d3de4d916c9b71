"""Where a PBX is told to find a sound that was uploaded."""

import uuid
from collections.abc import Iterator
from typing import Any
from unittest.mock import Mock

import pytest
from sqlalchemy import Engine, create_engine

from dialer.ari.client import AriClient
from dialer.clock import SystemClock
from dialer.config import Settings
from dialer.db import sounds
from dialer.domain.actions import ANSWER_ACTION
from dialer.services.dnc import DncList
from dialer.services.listening.commands import Commands
from tests.support.world import wait_for

BASE = "https://dialer.example"
NODE = 1


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    made = create_engine(Settings(_env_file=None, database_url=database).database_url or "")
    yield made
    made.dispose()


@pytest.fixture
def sound(engine: Engine) -> str:
    """An uploaded one, whose token is `abc`."""
    with engine.begin() as tx:
        values = {"name": "offer", "token": "abc", "milliseconds": 900, "wav": b"RIFF", "created_by": "manager"}
        return f"upload:{sounds.add(tx, values).id}"


def told(engine: Engine, action: dict[str, Any], base: str | None = BASE) -> Mock:
    """What the PBX was asked for that action."""
    client = Mock(spec=AriClient)
    dnc = DncList(engine, SystemClock(), Settings(_env_file=None))
    commands = Commands(engine, NODE, client, dnc, base)
    commands.act(uuid.uuid4(), ANSWER_ACTION.validate_python(action))
    wait_for(lambda: client.play.called or client.continue_.called or client.hang_up.called, "the PBX to be asked")
    commands.close()
    return client


def test_it_is_played_from_its_address(engine: Engine, sound: str) -> None:
    client = told(engine, {"type": "play", "sound": sound})
    assert client.play.call_args.args[2] == f"sound:{BASE}/v1/sounds/media/abc.wav"


def test_a_sound_of_the_pbx_keeps_its_name(engine: Engine) -> None:
    client = told(engine, {"type": "opt_out", "sound": "custom/sorry"}, None)
    assert client.play.call_args.args[2] == "sound:custom/sorry"


def test_the_dialplan_gets_the_address_as_prompt_and_message(engine: Engine, sound: str) -> None:
    menu = told(engine, {"type": "menu", "prompt": sound, "digits": {"1": {"type": "hangup"}}})
    message = told(engine, {"type": "leave_message", "sound": sound})
    for client, variable in ((menu, "PROMPT"), (message, "MESSAGE")):
        variables = {call.args[1]: call.args[2] for call in client.set_variable.call_args_list}
        assert variables[variable] == f"{BASE}/v1/sounds/media/abc.wav"
        assert client.continue_.called


@pytest.mark.parametrize(("base", "deleted"), [(None, False), (BASE, True)])
def test_without_the_sound_the_callee_is_not_kept_on_the_line(
    engine: Engine, sound: str, base: str | None, deleted: bool
) -> None:
    client = told(engine, {"type": "play", "sound": "upload:99" if deleted else sound}, base)
    assert not client.play.called
    assert client.hang_up.called
