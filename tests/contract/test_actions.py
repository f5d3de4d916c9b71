"""Answer actions from end to end: the listener, a real Asterisk, and the dialplan of deploy/asterisk."""

import threading
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from redis import Redis
from sqlalchemy import insert, select, text

from dialer.bootstrap import Dialer
from dialer.config import Settings
from dialer.db.tables import Call, CallVariables, DncEntry, PbxNode, Trunk
from dialer.services.claiming import Node
from tests.contract.conftest import Pbx
from tests.contract.targets import USERNAME
from tests.contract.wire import eventually

pytestmark = pytest.mark.usefixtures("only_real")

MENU = {
    "type": "menu",
    "prompt": "beep",
    "digits": {"1": {"type": "opt_out", "sound": "beep"}, "9": {"type": "transfer", "queue": "agents"}},
}


class Installation:
    """A database, a listener, and calls as a worker would have claimed them."""

    def __init__(self, dialer: Dialer, pbx: Pbx) -> None:
        self.dialer = dialer
        self.pbx = pbx
        with dialer.engine.begin() as tx:
            node = insert(PbxNode).values(name="pbx1", ari_url=pbx.target.url, ari_username=USERNAME)
            self.node_id: int = tx.execute(node.returning(PbxNode.id)).scalar_one()
            trunk = insert(Trunk).values(
                name="carrier", node_id=self.node_id, endpoint="PJSIP/{number}@carrier", cps=100, channels=100
            )
            self.trunk_id: int = tx.execute(trunk.returning(Trunk.id)).scalar_one()
        self.node = Node(self.node_id, "pbx1", pbx.target.url, USERNAME)

    def run(self, suffix: str, action: dict[str, Any], *, people: int | None = None) -> Any:
        """The call's row once it is over. With `people` it is one of a campaign that has them."""
        call_id, number = uuid.uuid4(), self.pbx.number(suffix)
        with self.dialer.engine.begin() as tx:
            tx.execute(
                insert(Call).values(
                    id=call_id,
                    phone_number=number,
                    trunk_id=self.trunk_id,
                    node_id=self.node_id,
                    state="originating",
                    attempt_number=1,
                    max_attempts=1,
                    policy_version=1,
                    timeout_seconds=10,
                    people=people,
                    claim_token=uuid.uuid4(),
                    claimed_at=text("clock_timestamp()"),
                    dial_by=text("clock_timestamp() + interval '5 s'"),
                )
            )
            tx.execute(insert(CallVariables).values(call_id=call_id, data={}, answer_action=action))
        self.dialer.ari_client(self.node).originate(
            call_id,
            endpoint=self.pbx.endpoint(number, call_id),
            caller_id=None,
            timeout_seconds=10,
            variables={},
        )
        eventually(lambda: self.row(call_id)["state"] == "ended", f"call {call_id} never ended")
        return self.row(call_id)

    def row(self, call_id: uuid.UUID) -> Any:
        with self.dialer.engine.begin() as tx:
            return tx.execute(select(Call.__table__).where(Call.id == call_id)).mappings().one()

    def has_echo(self) -> bool:
        with self.dialer.engine.begin() as tx:
            return tx.scalar(select(PbxNode.echo_at)) is not None

    def forbidden(self) -> list[str]:
        with self.dialer.engine.begin() as tx:
            return list(tx.scalars(select(DncEntry.phone_number)))


@pytest.fixture
def installation(pbx: Pbx, database: str, redis_url: str, redis_client: Redis) -> Iterator[Installation]:
    settings = Settings(
        _env_file=None,
        database_url=database,
        redis_url=redis_url,
        ari_password=SecretStr(pbx.target.password),
        real_calls_allowed=True,
        echo_interval_seconds=0.1,
    )
    dialer = Dialer(settings)
    made = Installation(dialer, pbx)
    stop = threading.Event()
    thread = threading.Thread(target=dialer.listener(made.node).run, args=(stop,))
    thread.start()
    try:
        eventually(made.has_echo)
        yield made
    finally:
        stop.set()
        thread.join(20)
        dialer.close()


def _delay(call: Any) -> timedelta:
    delay: timedelta = call["action_started_at"] - call["answered_at"]
    return delay


def test_who_presses_1_is_never_called_again(installation: Installation) -> None:
    call = installation.run("83", MENU)
    assert (call["digit"], call["disposition"]) == ("1", "answered")
    assert installation.forbidden() == [call["phone_number"]]
    assert _delay(call) < timedelta(seconds=2)


def test_who_presses_9_is_put_into_the_queue(installation: Installation) -> None:
    call = installation.run("84", MENU)
    # In which nobody waits for calls.
    assert (call["digit"], call["extension"], call["result"]) == ("9", "queue-agents", "queue_joinempty")
    assert installation.forbidden() == []


@pytest.mark.parametrize(
    ("suffix", "statuses", "result"),
    [("80", {"MACHINE"}, "message_left"), ("81", {"HUMAN"}, "none"), ("82", {"HUMAN", "NOTSURE"}, "none")],
)
def test_people_hear_the_menu_of_an_ivr_and_machines_are_left_a_message(
    installation: Installation, suffix: str, statuses: set[str], result: str
) -> None:
    amd = {
        "type": "amd",
        "human": {"type": "continue", "context": "dialer-ivr"},
        "machine": {"type": "leave_message", "sound": "beep"},
    }
    call = installation.run(suffix, amd)
    assert call["amd_status"] in statuses
    assert call["result"] in (result, "hangup")
    # Two seconds, the time to tell people from machines included; 1.8 to 1.9 is usual, 2.2 was seen on a slow machine.
    if suffix != "80":
        assert _delay(call) < timedelta(seconds=3), _delay(call)


def test_a_transfer_to_somebody_who_is_not_there_is_reported(installation: Installation) -> None:
    call = installation.run("03", {"type": "transfer", "extension": "nobody"})
    assert (call["context"], call["result"]) == ("dialer-transfer", "transfer_chanunavail")


def test_a_sound_begins_within_two_seconds(installation: Installation) -> None:
    assert _delay(installation.run("03", {"type": "play", "sound": "beep"})) < timedelta(seconds=2)


@pytest.mark.parametrize(
    "action", [{"type": "transfer", "extension": "agent1"}, {"type": "transfer", "queue": "staffed"}]
)
def test_who_is_put_through_to_a_person_is_served(installation: Installation, action: dict[str, Any]) -> None:
    call = installation.run("03", action, people=1)
    assert (call["disposition"], call["abandoned"]) == ("answered", False), dict(call)
    assert call["waiting_since"] == call["answered_at"]
    assert call["answered_at"] < call["served_at"] < call["answered_at"] + timedelta(seconds=2)
    assert call["served_at"] < call["ended_at"]


def test_a_queue_with_nobody_in_it_abandons(installation: Installation) -> None:
    call = installation.run("03", {"type": "transfer", "queue": "agents"}, people=1)
    assert (call["disposition"], call["abandoned"], call["served_at"]) == ("abandoned", True, None)
    assert call["result"] == "queue_joinempty"


def test_who_hangs_up_before_a_person_has_come_is_abandoned(installation: Installation) -> None:
    call = installation.run("86", {"type": "transfer", "extension": "slow1"}, people=1)
    assert (call["disposition"], call["served_at"]) == ("abandoned", None)


def test_who_is_served_after_three_seconds_is_abandoned(installation: Installation) -> None:
    call = installation.run("03", {"type": "transfer", "extension": "slow1"}, people=1)
    assert (call["disposition"], call["abandoned"]) == ("abandoned", True)
    assert call["served_at"] > call["waiting_since"] + timedelta(seconds=2)


def test_an_ivr_that_dials_somebody_is_seen_too(installation: Installation) -> None:
    action = {"type": "continue", "context": "dialer-transfer", "extension": "agent1"}
    call = installation.run("03", action, people=1)
    assert (call["disposition"], call["abandoned"]) == ("answered", False)
    assert call["answered_at"] < call["waiting_since"] < call["served_at"]
