import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from pydantic import SecretStr
from redis import Redis
from sqlalchemy import Connection, RowMapping, insert, select, text, update

from dialer.ari.client import AriClient
from dialer.bootstrap import Dialer
from dialer.config import Settings
from dialer.db.tables import Call, CallVariables, Campaign, Contact, PbxNode, Trunk, ZoneSet
from dialer.errors import DialerError
from dialer.limits.slots import Slot
from dialer.services.claiming import Node
from dialer.simulator.ledger import read_ledger
from dialer.simulator.settings import SimulatorSettings
from dialer.simulator.threaded import RunningSimulator, running_simulator
from tests.support.world import WAIT_SECONDS, wait_for

PASSWORD = "listening-test"


class RunningListener:
    """A listener in a thread."""

    def __init__(self, dialer: Dialer, node: Node) -> None:
        self.stop = threading.Event()
        self.error: DialerError | None = None
        self._listener = dialer.listener(node)
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            self._listener.run(self.stop)
        except DialerError as error:
            self.error = error

    def end(self) -> None:
        self.stop.set()
        self.thread.join(WAIT_SECONDS)
        assert not self.thread.is_alive()


class World:
    """A database with a node, a trunk and a campaign; a simulated PBX; and what a worker would do with them."""

    def __init__(self, dialer: Dialer, simulator: RunningSimulator, ledger: Path) -> None:
        self.dialer = dialer
        self.engine = dialer.engine
        self.simulator = simulator
        self.ledger = ledger
        with self.engine.begin() as tx:
            node_id = tx.scalar(
                insert(PbxNode).values(name="pbx1", ari_url=simulator.url, ari_username="dialer").returning(PbxNode.id)
            )
            self.trunk_id = tx.scalar(
                insert(Trunk)
                .values(name="carrier", node_id=node_id, endpoint="PJSIP/{number}@carrier", cps=100, channels=100)
                .returning(Trunk.id)
            )
            self.campaign_id = tx.scalar(
                insert(Campaign)
                .values(
                    name="campaign",
                    state="running",
                    trunk_id=self.trunk_id,
                    timeout_seconds=30,
                    max_attempts=3,
                    calling_window={},
                    retry_policy={},
                    answer_action={"type": "play", "sound": "hello-world"},
                    created_by="tests",
                )
                .returning(Campaign.id)
            )
        assert node_id is not None
        self.node = Node(node_id, "pbx1", simulator.url, "dialer")
        self.client: AriClient = dialer.ari_client(self.node)
        self._listeners: list[RunningListener] = []
        self._slots: list[Slot] = []

    # Processes

    def listen(self, dialer: Dialer | None = None, node: Node | None = None) -> RunningListener:
        listener = RunningListener(dialer or self.dialer, node or self.node)
        self._listeners.append(listener)
        return listener

    def listening(self) -> RunningListener:
        """A listener that hears everything from now on."""
        listener = self.listen()
        wait_for(lambda: self.node_row()["echo_at"], "an echo")
        return listener

    def close(self) -> None:
        for listener in self._listeners:
            listener.end()

    # Rows

    def node_row(self) -> RowMapping:
        with self.engine.begin() as tx:
            return tx.execute(select(PbxNode.__table__).where(PbxNode.id == self.node.id)).mappings().one()

    def call(self, call_id: uuid.UUID) -> RowMapping:
        with self.engine.begin() as tx:
            return tx.execute(select(Call.__table__).where(Call.id == call_id)).mappings().one()

    def contact(self, call_id: uuid.UUID) -> RowMapping:
        with self.engine.begin() as tx:
            contact_id = tx.scalar(select(Call.contact_id).where(Call.id == call_id))
            return tx.execute(select(Contact.__table__).where(Contact.id == contact_id)).mappings().one()

    def execute(self, statement: str, **parameters: Any) -> None:
        with self.engine.begin() as tx:
            tx.execute(text(statement), parameters)

    def claimed(
        self,
        number: str = "+12025550100",
        *,
        action: dict[str, Any] | None = None,
        alone: bool = False,
        dial_by: str = "clock_timestamp() + interval '5 s'",
    ) -> uuid.UUID:
        """A call that a worker has claimed and not sent yet."""
        call_id = uuid.uuid4()
        token = uuid.uuid4()
        with self.engine.begin() as tx:
            if action is not None and not alone:
                tx.execute(update(Campaign).where(Campaign.id == self.campaign_id).values(answer_action=action))
            contact_id = None if alone else self._contact(tx, number, call_id)
            tx.execute(
                insert(Call).values(
                    id=call_id,
                    campaign_id=None if alone else self.campaign_id,
                    contact_id=contact_id,
                    phone_number=number,
                    trunk_id=self.trunk_id,
                    node_id=self.node.id,
                    state="originating",
                    attempt_number=1,
                    max_attempts=3,
                    policy_version=1,
                    timeout_seconds=30,
                    claim_token=token,
                    claimed_at=text("clock_timestamp()"),
                    dial_by=text(dial_by),
                )
            )
            if alone:
                tx.execute(insert(CallVariables).values(call_id=call_id, data={}, answer_action=action))
        slot = Slot(token, self.trunk_id or 0, None if alone else self.campaign_id)
        self._slots.append(slot)
        self.dialer.limiter.rebuild(self._slots)
        return call_id

    def _contact(self, tx: Connection, number: str, call_id: uuid.UUID) -> int | None:
        zone_id = tx.scalar(select(ZoneSet.id).limit(1))
        return tx.scalar(
            insert(Contact)
            .values(
                campaign_id=self.campaign_id,
                phone_number=number,
                zone_id=zone_id,
                state="in_call",
                open_call_id=call_id,
                attempts=1,
            )
            .returning(Contact.id)
        )

    # The PBX

    def originate(self, call_id: uuid.UUID, *, timeout_seconds: int = 30) -> None:
        number = self.call(call_id)["phone_number"]
        self.client.originate(
            call_id,
            endpoint=f"PJSIP/{number}@carrier",
            caller_id=None,
            timeout_seconds=timeout_seconds,
            variables={},
        )

    def fault(self, **wanted: Any) -> None:
        requests.post(
            f"{self.simulator.url}/simulator/faults", json=wanted, auth=("dialer", PASSWORD), timeout=5
        ).raise_for_status()

    def ended(self, call_id: uuid.UUID) -> RowMapping:
        """The call's row, once it has ended."""
        wait_for(lambda: self.call(call_id)["state"] == "ended", "the end of the call")
        return self.call(call_id)

    def hung_up_by(self, call_id: uuid.UUID) -> str | None:
        """Who ended the channel, by the simulator's ledger."""
        ends = [end for end in read_ledger(self.ledger).ends if end.channel == str(call_id)]
        return ends[-1].hung_up_by if ends else None


@pytest.fixture
def settings(database: str, redis_url: str, redis_client: "Redis") -> Settings:
    return Settings(
        _env_file=None,
        database_url=database,
        redis_url=redis_url,
        ari_password=SecretStr(PASSWORD),
        lease_seconds=2.0,
        echo_interval_seconds=0.1,
        ari_read_timeout_seconds=1.0,
    )


@contextmanager
def made_dialer(settings: Settings) -> Iterator[Dialer]:
    dialer = Dialer(settings)
    try:
        yield dialer
    finally:
        dialer.close()


@pytest.fixture
def simulator_options() -> dict[str, Any]:
    """What a test module may override."""
    return {}


@pytest.fixture
def world(settings: Settings, tmp_path: Path, simulator_options: dict[str, Any]) -> Iterator[World]:
    ledger = tmp_path / "ledger.jsonl"
    options = {"ring_ms": 100, "talk_ms": 2000, "playback_ms": 150, "ivr_ms": 150, "time_scale": 10} | simulator_options
    simulator_settings = SimulatorSettings(port=0, password=SecretStr(PASSWORD), ledger=ledger, **options)
    with running_simulator(simulator_settings) as simulator, made_dialer(settings) as dialer:
        world = World(dialer, simulator, ledger)
        yield world
        world.close()
