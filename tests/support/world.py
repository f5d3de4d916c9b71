"""A dialer on a real PostgreSQL and Redis, with a node, a trunk and a running campaign."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import requests
import websocket
from pydantic import SecretStr
from sqlalchemy import Connection, RowMapping, select, text, update

from dialer.ari.client import AriClient
from dialer.bootstrap import Dialer
from dialer.config import Settings
from dialer.db.tables import Call, Campaign, Contact
from dialer.services.claiming import Batch, Node
from dialer.simulator.ledger import Ledger, read_ledger
from dialer.simulator.settings import SimulatorSettings
from dialer.simulator.threaded import RunningSimulator, running_simulator
from tests.support import factories

T = TypeVar("T")
PASSWORD = "secret"
WAIT_SECONDS = 60.0


def wait_for(condition: Callable[[], T], what: str = "the condition") -> T:
    """What the condition gives, once it gives something."""
    until = time.monotonic() + WAIT_SECONDS
    while not (found := condition()):
        assert time.monotonic() < until, f"{what} never came"
        time.sleep(0.005)
    return found


class RecordedNudges:
    """Remembers which trunks were named, and how often all else was."""

    def __init__(self) -> None:
        self.trunks: list[int] = []
        self.imports = self.exports = self.withdrawals = self.requeues = 0

    def work_on_trunk(self, trunk_id: int) -> None:
        self.trunks.append(trunk_id)

    def work_on_imports(self) -> None:
        self.imports += 1

    def work_on_exports(self) -> None:
        self.exports += 1

    def work_on_withdrawals(self) -> None:
        self.withdrawals += 1

    def work_on_requeues(self) -> None:
        self.requeues += 1


def settings_for(database_url: str, redis_url: str, **changes: Any) -> Settings:
    values: dict[str, Any] = {
        "database_url": database_url,
        "redis_url": redis_url,
        "database_pool_size": 10,
        "ari_password": SecretStr(PASSWORD),
        "ari_read_timeout_seconds": 1.0,
        "single_call_window": "00:00-24:00",
    }
    return Settings(_env_file=None, **values | changes)


class World:
    """What a test looks at and turns."""

    def __init__(self, settings: Settings, ari_url: str = "http://127.0.0.1:1", ledger: Path | None = None) -> None:
        self.settings = settings
        self.nudges = RecordedNudges()
        self.dialer = Dialer(settings, nudges=self.nudges)
        self.engine = self.dialer.engine
        self.ari_url = ari_url
        self._ledger = ledger
        with self.engine.begin() as tx:
            self.node_id = factories.make_node(tx, ari_url=ari_url)
            self.trunk_id = factories.make_trunk(tx, self.node_id)
            self.campaign_id = factories.make_campaign(tx, self.trunk_id)
        self.node = Node(self.node_id, "pbx1", ari_url, "dialer")
        self.load_limits()

    def close(self) -> None:
        self.dialer.close()

    def load_limits(self) -> None:
        """Rebuild the limits, without the wait of one window that follows."""
        self.dialer.claims.rebuild_limits()
        self.dialer.redis.hset("limits:rebuilt", "floor", 0)

    # Making

    def contacts(
        self, numbers: int | Sequence[str] = 1, *, zones: Sequence[str] = ("UTC",), **changes: Any
    ) -> list[int]:
        with self.engine.begin() as tx:
            campaign_id = changes.pop("campaign_id", self.campaign_id)
            return factories.make_contacts(tx, campaign_id, numbers, zones=zones, **changes)

    def campaign(self, name: str, **changes: Any) -> int:
        with self.engine.begin() as tx:
            return factories.make_campaign(tx, changes.pop("trunk_id", self.trunk_id), name, **changes)

    def queued(self, numbers: int | Sequence[str] = 1, **contact: Any) -> list[UUID]:
        """Queued calls for new contacts."""
        ids = self.contacts(numbers, **contact)
        with self.engine.begin() as tx:
            return [factories.make_call(tx, self.trunk_id, contact_id) for contact_id in ids]

    def single(self, **changes: Any) -> UUID:
        """A queued call outside any campaign."""
        with self.engine.begin() as tx:
            return factories.make_call(tx, self.trunk_id, **changes)

    def execute(self, statement: str, **parameters: Any) -> None:
        with self.engine.begin() as tx:
            tx.execute(text(statement), parameters)

    def set_node(self, **changes: Any) -> None:
        """Change the node's row: column=SQL expression."""
        self.execute(f"UPDATE pbx_nodes SET {', '.join(f'{name} = {value}' for name, value in changes.items())}")

    def set_campaign(self, campaign_id: int | None = None, **changes: Any) -> None:
        with self.engine.begin() as tx:
            tx.execute(update(Campaign).where(Campaign.id == (campaign_id or self.campaign_id)).values(**changes))

    # Looking

    def call(self, call_id: UUID) -> RowMapping:
        with self.engine.begin() as tx:
            return factories.row(tx, Call, call_id)

    def contact(self, contact_id: int) -> RowMapping:
        with self.engine.begin() as tx:
            return factories.row(tx, Contact, contact_id)

    def contact_of(self, call_id: UUID) -> RowMapping:
        return self.contact(self.call(call_id)["contact_id"])

    def calls(self, **where: Any) -> list[RowMapping]:
        """Calls in the order of their ids."""
        with self.engine.begin() as tx:
            conditions = [getattr(Call, name) == value for name, value in where.items()]
            return list(tx.execute(select(Call.__table__).where(*conditions).order_by(Call.id)).mappings())

    def states(self) -> dict[str, int]:
        """How many calls there are in each state."""
        found: dict[str, int] = {}
        for call in self.calls():
            found[call["state"]] = found.get(call["state"], 0) + 1
        return found

    def slots(self) -> set[str]:
        """The tokens that hold a channel of the trunk."""
        return self.dialer.limiter.held().get(f"trunk:{self.trunk_id}", set())

    def now(self, tx: Connection | None = None) -> datetime:
        """PostgreSQL's time."""
        if tx is not None:
            return tx.execute(text("SELECT clock_timestamp()")).scalar_one()  # type: ignore[no-any-return]
        with self.engine.begin() as own:
            return self.now(own)

    # Doing

    def claim(self) -> Batch:
        return self.dialer.claims.claim(self.trunk_id)

    def work(self, seconds: float = 5.0) -> int:
        """What a worker does for a nudge."""
        return self.dialer.originating.work_on(self.trunk_id, seconds=seconds)

    def work_off(self) -> None:
        """Work until nothing is queued: a busy machine may be late for a place, and the call goes back to the queue."""

        def is_done() -> bool:
            self.work()
            return "queued" not in self.states()

        wait_for(is_done, "the end of the queue")

    # The PBX

    @property
    def client(self) -> AriClient:
        return self.dialer.ari_client(self.node)

    @property
    def ledger(self) -> Ledger:
        assert self._ledger is not None
        return read_ledger(self._ledger)

    def invites(self, call_id: UUID) -> int:
        """How often this call was dialed."""
        return len(self.ledger.invites_by_channel().get(str(call_id), []))

    @contextmanager
    def listened(self) -> Iterator[None]:
        """Somebody listens to our application on the PBX, and does nothing about what it hears."""
        socket = websocket.create_connection(
            f"{self.ari_url.replace('http', 'ws', 1)}/ari/events?app=dialer&api_key=dialer:{PASSWORD}", timeout=10
        )
        socket.settimeout(None)
        reader = threading.Thread(target=_drain, args=(socket,), daemon=True)
        reader.start()
        try:
            yield
        finally:
            socket.close()
            reader.join(10)

    def fault(self, **wanted: Any) -> None:
        """Put a fault of the simulator in force."""
        url = f"{self.ari_url}/simulator/faults"
        requests.post(url, json=wanted, auth=("dialer", PASSWORD), timeout=5).raise_for_status()

    def clear_faults(self) -> None:
        url = f"{self.ari_url}/simulator/faults"
        requests.delete(url, auth=("dialer", PASSWORD), timeout=5).raise_for_status()


def _drain(socket: websocket.WebSocket) -> None:
    try:
        while socket.recv():
            pass
    except (websocket.WebSocketException, OSError):
        return


@contextmanager
def simulated_pbx(ledger: Path, **changes: Any) -> Iterator[RunningSimulator]:
    values: dict[str, Any] = {
        "port": 0,
        "password": SecretStr(PASSWORD),
        "ledger": ledger,
        "ring_ms": 60_000,
        "talk_ms": 60_000,
        "time_scale": 1,
    }
    with running_simulator(SimulatorSettings(**values | changes)) as simulator:
        yield simulator
