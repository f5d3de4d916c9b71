"""What it costs, and what it saves, if `calls` is partitioned by months of its ids.

    .venv/bin/python -m benchmarks.partitions --months 24 --calls 5000

Two databases with the same old calls, one with a partition for each month. In turns: 25 calls are queued, claimed and
ended, as dispatch, workers and listener do it. Then the oldest month is removed: in pieces with DELETE, or with its
partition.
The last line on stdout is a JSON object; `cpu_ms_per_call` is CPU time of PostgreSQL's processes, which another load on
the machine changes little.
"""

import argparse
import statistics
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import orjson
from sqlalchemy import Engine, text

from dialer.db.migrate import upgrade
from dialer.domain.dispositions import Disposition
from dialer.embedded.postgres import EmbeddedPostgres
from dialer.embedded.redis import EmbeddedRedis
from dialer.local.cpu import cpu_seconds
from dialer.services.ending import Ending, end_calls
from tests.support.world import World, settings_for

_BATCH: Final = 25
_PIECE: Final = 1000

# A UUIDv7 of a moment.
_ID: Final = """CAST(
    lpad(to_hex(CAST(EXTRACT(EPOCH FROM at) * 1000 AS bigint)), 12, '0') || '7'
    || substr(md5(random()::text), 1, 3) || '8' || substr(md5(random()::text), 1, 15) AS uuid)"""

_OLD: Final = f"""
    INSERT INTO calls (id, campaign_id, contact_id, phone_number, trunk_id, node_id, state, attempt_number,
                       max_attempts, policy_version, timeout_seconds, claim_token, claimed_at, disposition, ended_at,
                       created_at)
    SELECT {_ID}, :campaign, n, '+1202' || lpad(n::text, 7, '0'), :trunk, :node, 'ended', 1, 3, 1, 30,
           gen_random_uuid(), at, 'busy', at, at
    FROM generate_series(1, :calls) AS n,
         LATERAL (SELECT CAST(:start AS timestamptz) + random() * (CAST(:stop AS timestamptz) - :start)) AS moment(at)
"""

_TRIGGERS: Final = """
    SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = 'calls'::regclass AND NOT tgisinternal
"""


@dataclass(slots=True)
class Side:
    """One of the two databases, and what was measured on it."""

    world: World
    server: EmbeddedPostgres
    months: list[datetime]
    partitioned: bool
    cpu_ms: list[float] = field(default_factory=list)

    def round(self, n: int) -> None:
        """25 calls from queued to ended."""
        self.world.queued([f"+1415{n:05d}{i:02d}" for i in range(_BATCH)])
        before = self._cpu()
        while claimed := self.world.claim().claimed:
            with self.world.engine.begin() as tx:
                slots = end_calls(tx, [Ending(call.call_id, Disposition.BUSY) for call in claimed])
            self.world.dialer.limiter.release(slots)
        self.cpu_ms.append((self._cpu() - before) * 1000 / _BATCH)

    def remove_oldest(self) -> Mapping[str, float]:
        """Take the first month out; seconds of CPU, and MB of WAL."""
        before, wal = self._cpu(), self._wal()
        if self.partitioned:
            self.world.execute("DROP TABLE calls_0")
        else:
            while self._remove_piece():
                pass
            with self.world.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("VACUUM calls"))
        return {"cpu_seconds": round(self._cpu() - before, 3), "wal_mb": round((self._wal() - wal) / 1e6, 2)}

    def _remove_piece(self) -> bool:
        statement = "DELETE FROM calls WHERE id IN (SELECT id FROM calls WHERE id < :stop ORDER BY id LIMIT :piece)"
        with self.world.engine.begin() as tx:
            parameters = {"stop": _first_id(self.months[1]), "piece": _PIECE}
            return tx.execute(text(statement), parameters).rowcount > 0

    def _cpu(self) -> float:
        return cpu_seconds([self.server.pid or 0])

    def _wal(self) -> float:
        with self.world.engine.connect() as connection:
            return float(connection.scalar(text("SELECT pg_current_wal_lsn() - '0/0'")) or 0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--months", type=int, default=24)
    parser.add_argument("--calls", type=int, default=5000, help="in each month")
    parser.add_argument("--rounds", type=int, default=40)
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="dialer-months-", ignore_cleanup_errors=True))
        )
        folder.chmod(0o711)
        sides = {
            name: stack.enter_context(
                _side(folder / name, options.months, options.calls, partitioned=name == "partitioned")
            )
            for name in ("whole", "partitioned")
        }
        for n in range(options.rounds):
            for side in sides.values():
                side.round(n)
        found = {name: _result(side) for name, side in sides.items()}
    ratio = found["partitioned"]["cpu_ms_per_call"] / found["whole"]["cpu_ms_per_call"]
    print(orjson.dumps({"months": options.months, "calls": options.calls, **found, "ratio": round(ratio, 2)}).decode())
    return 0


def _result(side: Side) -> dict[str, Any]:
    return {"cpu_ms_per_call": round(statistics.mean(side.cpu_ms), 2), "oldest_month": side.remove_oldest()}


@contextmanager
def _side(folder: Path, months: int, calls: int, *, partitioned: bool) -> Iterator[Side]:
    server, redis = EmbeddedPostgres(folder / "postgres", durable=False), EmbeddedRedis(folder / "redis")
    url = server.start()
    try:
        upgrade(url)
        world = World(settings_for(url, redis.start(), max_cps=100_000, max_channels=100_000, dial_window_ms=5000))
        far = "clock_timestamp() + interval '1 day'"
        world.set_node(lease_until=far, echo_at=far, is_simulator="true")
        world.execute("UPDATE trunks SET cps = 100000, channels = 100000")
        starts = _months(months)
        if partitioned:
            _partition(world.engine, starts)
        _fill(world, starts, calls)
        yield Side(world, server, starts, partitioned)
        world.close()
    finally:
        redis.stop()
        server.destroy()


def _months(count: int) -> list[datetime]:
    """The first moments of the last so many months, and of the next."""
    now = datetime.now(UTC)
    numbers = range(now.year * 12 + now.month - count, now.year * 12 + now.month + 1)
    return [datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC) for number in numbers]


def _partition(engine: Engine, starts: list[datetime]) -> None:
    """The empty table becomes one with a partition for each month, with the same indexes, checks and triggers."""
    with engine.begin() as tx:
        triggers = list(tx.scalars(text(_TRIGGERS)))
        tx.execute(text("ALTER TABLE calls RENAME TO calls_before"))
        tx.execute(
            text("CREATE TABLE calls (LIKE calls_before INCLUDING ALL EXCLUDING STORAGE) PARTITION BY RANGE (id)")
        )
        tx.execute(text("DROP TABLE calls_before CASCADE"))
        ids = [f"'{_first_id(start)}'" for start in starts]
        for n in range(len(ids)):
            lower, upper = ids[n] if n else "MINVALUE", ids[n + 1] if n + 1 < len(ids) else "MAXVALUE"
            tx.execute(text(f"CREATE TABLE calls_{n} PARTITION OF calls FOR VALUES FROM ({lower}) TO ({upper})"))
        for trigger in triggers:
            tx.execute(text(trigger))


def _first_id(moment: datetime) -> str:
    digits = f"{int(moment.timestamp() * 1000):012x}" + "0" * 20
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _fill(world: World, starts: list[datetime], calls: int) -> None:
    campaign = world.campaign("old")
    for start, stop in pairwise(starts):
        values = {"campaign": campaign, "trunk": world.trunk_id, "node": world.node_id, "calls": calls}
        world.execute(_OLD, start=start, stop=min(stop, datetime.now(UTC)), **values)
    with world.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


if __name__ == "__main__":
    sys.exit(main())
