"""Do claims and counts become slower with the list? The same work on a short list and on a long one, in turns.

    .venv/bin/python -m benchmarks.flat --large 1000000

Two databases on one PostgreSQL, vacuumed and warmed up. In each a running campaign with so many contacts, its own
do-not-call entries, and a trunk that is fast enough never to hold a claim up. A sample is one claim of a batch, gate,
limits and commit included, and one reading of the campaign's counts, as its page shows them. In between, and not
timed: dispatch queues what is due, as beat would have it do, the calls end busy, and counts are folded.

The last line on stdout is a JSON object.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import orjson
from pydantic import SecretStr
from sqlalchemy import create_engine, make_url, text

from benchmarks.measuring import CannotMeasure, percentile
from benchmarks.numbers import NUMBER_SQL
from dialer.bootstrap import Dialer
from dialer.config import Settings, load_settings
from dialer.db.migrate import upgrade
from dialer.domain.dispositions import Disposition
from dialer.embedded.servers import EmbeddedServers
from dialer.services.ending import Ending, end_calls
from dialer.services.nudges import NoNudges

SMALL: Final = 10_000
LARGE: Final = 10_000_000
BATCH: Final = 15
"""So that more than 600 batches can be had of ten thousand contacts, each called once."""
_CPS: Final = 1000
_DISPATCH_EVERY: Final = 20
_LOADED_AT_ONCE: Final = 500_000
_TRIES: Final = 100
_PAUSE_SECONDS: Final = 0.1
"""After a claim that the limits kept short, as the first is: they know nothing yet, and are rebuilt."""
_ZONES: Final = ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "America/Phoenix")


def measure(quick: bool) -> dict[str, object]:
    """`flat_claim_ratio` and `flat_stats_ratio`: the 95th percentiles on the long list against those on the short."""
    return measure_lists(SMALL, 300_000 if quick else LARGE, samples=200 if quick else 550, warm=20 if quick else 50)


def measure_lists(small: int, large: int, *, samples: int, warm: int) -> dict[str, object]:
    """As `measure`, with lists of so many contacts."""
    with _worlds(small, large) as worlds:
        claims: dict[int, list[float]] = {small: [], large: []}
        stats: dict[int, list[float]] = {small: [], large: []}
        for n in range(warm + samples):
            for world in worlds if n % 2 == 0 else reversed(worlds):
                if n % _DISPATCH_EVERY == 0:
                    world.keep_up()
                claim, reading = world.claim(), world.read_stats()
                if n >= warm:
                    claims[world.contacts].append(claim)
                    stats[world.contacts].append(reading)
        sizes = [world.megabytes() for world in worlds]
    return {
        "flat_claim_ratio": round(percentile(claims[large], 95) / percentile(claims[small], 95), 3),
        "flat_stats_ratio": round(percentile(stats[large], 95) / percentile(stats[small], 95), 3),
        "contacts": [small, large],
        "megabytes": sizes,
        "samples": samples,
        "batch": BATCH,
        "claim_ms": _milliseconds(claims),
        "stats_ms": _milliseconds(stats),
    }


def _milliseconds(samples: dict[int, list[float]]) -> dict[str, dict[str, float]]:
    return {
        str(contacts): {f"p{percent}": round(percentile(found, percent) * 1000, 2) for percent in (50, 95, 99)}
        for contacts, found in samples.items()
    }


class _World:
    """A dialer with one running campaign, in a database of its own."""

    def __init__(self, settings: Settings, contacts: int) -> None:
        self.contacts = contacts
        self._dialer = Dialer(settings, nudges=NoNudges())
        self._campaign_id, self._trunk_id = self._fill()

    def close(self) -> None:
        self._dialer.close()

    def keep_up(self) -> None:
        """What beat would have done meanwhile."""
        self._dialer.sweeping.fold_counts()
        self._dialer.dispatching.tick()

    def claim(self) -> float:
        """Seconds of one claim of a whole batch. Its calls then end, and their contacts wait for an hour.

        Of a claim that is not whole the contacts are due again: ten thousand are enough for whole ones only.
        """
        for _ in range(_TRIES):
            begun = time.perf_counter()
            batch = self._dialer.claims.claim(self._trunk_id)
            elapsed = time.perf_counter() - begun
            is_whole = len(batch.claimed) == BATCH
            disposition = Disposition.BUSY if is_whole else Disposition.WITHDRAWN
            with self._dialer.engine.begin() as tx:
                slots = end_calls(tx, [Ending(call.call_id, disposition) for call in batch.claimed])
            self._dialer.limiter.release(slots)
            if is_whole:
                return elapsed
            self.keep_up()
            time.sleep(_PAUSE_SECONDS)
        raise CannotMeasure(f"no whole batch could be claimed: {batch.closed or batch.limited_by or 'none is queued'}")

    def read_stats(self) -> float:
        """Seconds of one reading."""
        begun = time.perf_counter()
        stats = self._dialer.stats.campaign(self._campaign_id)
        elapsed = time.perf_counter() - begun
        if stats.contacts_total != self.contacts:
            raise CannotMeasure(f"{stats.contacts_total} contacts are counted instead of {self.contacts}")
        return elapsed

    def megabytes(self) -> int:
        """Size of the database."""
        with self._dialer.engine.connect() as connection:
            return int(connection.scalar(text("SELECT pg_database_size(current_database()) / 1000000")) or 0)

    def _fill(self) -> tuple[int, int]:
        with self._dialer.engine.begin() as tx:
            self._zone_ids = [
                tx.scalar(text("INSERT INTO zone_sets (zones) VALUES (ARRAY[:zone]) RETURNING id"), {"zone": zone})
                for zone in _ZONES
            ]
            node_id = tx.scalar(
                text(
                    "INSERT INTO pbx_nodes (name, ari_url, ari_username, is_simulator, listener_id, listener_epoch,"
                    " lease_until, gap_free_since, echo_at) VALUES ('nobody', 'http://127.0.0.1:1', 'dialer', true,"
                    " 'bench', 1, now() + interval '1 day', now(), now() + interval '1 day') RETURNING id"
                )
            )
            trunk_id = tx.scalar(
                text(
                    "INSERT INTO trunks (name, node_id, endpoint, cps, channels)"
                    " VALUES ('nobody', :node, 'PJSIP/{number}@carrier', :cps, 10000) RETURNING id"
                ),
                {"node": node_id, "cps": _CPS},
            )
            campaign_id = tx.scalar(
                text(
                    "INSERT INTO campaigns (name, state, trunk_id, timeout_seconds, max_attempts, calling_window,"
                    " retry_policy, answer_action, created_by, started_at) VALUES ('flat', 'running', :trunk, 30, 3,"
                    ' \'{"start": "00:00", "end": "24:00"}\', \'{"busy": {"delay_seconds": 3600}}\','
                    " '{\"type\": \"hangup\"}', 'bench', now()) RETURNING id"
                ),
                {"trunk": trunk_id},
            )
            list_id = tx.scalar(
                text(
                    "INSERT INTO call_lists (campaign_id, name, state, columns, created_by, rows, finished_at)"
                    " VALUES (:campaign, 'flat', 'completed', '{}', 'bench', :rows, now()) RETURNING id"
                ),
                {"campaign": campaign_id, "rows": self.contacts},
            )
        for first in range(0, self.contacts, _LOADED_AT_ONCE):
            count = min(_LOADED_AT_ONCE, self.contacts - first)
            self._load(int(campaign_id or 0), int(list_id or 0), first, first + count - 1)
        with create_engine(self._dialer.engine.url, isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text("VACUUM ANALYZE"))
        return int(campaign_id or 0), int(trunk_id or 0)

    def _load(self, campaign_id: int, list_id: int, first: int, last: int) -> None:
        """Contacts as an import leaves them, without the checks that rows made here can't fail."""
        given = {"campaign": campaign_id, "list": list_id, "first": first, "last": last, "zones": self._zone_ids}
        with self._dialer.engine.begin() as tx:
            tx.execute(text("SET LOCAL session_replication_role = replica"))
            tx.execute(
                text(
                    "INSERT INTO contacts (campaign_id, call_list_id, phone_number, zone_id, external_id, name)"
                    f" SELECT :campaign, :list, {NUMBER_SQL}, (CAST(:zones AS integer[]))[1 + n % cardinality(:zones)],"
                    " 'C-' || n, 'Contact ' || n FROM generate_series(:first, :last) AS n ORDER BY n"
                ),
                given,
            )
            tx.execute(
                text(
                    'INSERT INTO contact_data (contact_id, data) SELECT id, \'{"language": "en"}\' FROM contacts'
                    " WHERE campaign_id = :campaign AND id > (SELECT COALESCE(max(contact_id), 0) FROM contact_data)"
                ),
                given,
            )
            tx.execute(
                text(
                    "INSERT INTO dnc (phone_number, source, created_by)"
                    f" SELECT {NUMBER_SQL}, 'bench', 'bench' FROM generate_series(:first, :last, 100) AS n"
                    " ON CONFLICT DO NOTHING"
                ),
                # Numbers behind those of the list: who is on both would only make batches smaller.
                given | {"first": first + 50_000_000, "last": last + 50_000_000},
            )
            # The triggers, which are off here, would have counted this.
            tx.execute(
                text(
                    "INSERT INTO campaign_count_deltas (campaign_id, key, delta) VALUES (:campaign, 'contacts.ready',"
                    " :last - :first + 1)"
                ),
                given,
            )
        print(f"{last + 1:,} of {self.contacts:,} contacts", file=sys.stderr)


@contextmanager
def _worlds(*contacts: int) -> Iterator[list[_World]]:
    with ExitStack() as stack:
        name = stack.enter_context(tempfile.TemporaryDirectory(prefix="dialer-flat-", ignore_cleanup_errors=True))
        Path(name).chmod(0o711)
        given = load_settings(
            data_dir=Path(name) / "data", database_url=None, redis_url=None, ari_password=SecretStr("nobody"),
            claim_batch_size=BATCH, max_cps=100_000, queue_ahead_seconds=1.0,
        )  # fmt: skip
        servers = stack.enter_context(EmbeddedServers(given))
        worlds = []
        for n, count in enumerate(contacts):
            settings = _apart(servers, n)
            upgrade(settings.database_url or "")
            worlds.append(_World(settings, count))
            stack.callback(worlds[-1].close)
        yield worlds


def _apart(settings: Settings, n: int) -> Settings:
    """A database of its own, in PostgreSQL and in Redis."""
    url = make_url(settings.database_url or "")
    with create_engine(url, isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text(f"CREATE DATABASE flat{n}"))
    redis_url = (settings.redis_url or "").removesuffix("/0")
    own = {
        "database_url": url.set(database=f"flat{n}").render_as_string(hide_password=False),
        "redis_url": f"{redis_url}/{n}",
    }
    return settings.model_copy(update=own)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--large", type=int, default=LARGE)
    parser.add_argument("--samples", type=int, default=550)
    options = parser.parse_args()
    print(orjson.dumps(measure_lists(SMALL, options.large, samples=options.samples, warm=50)).decode())


if __name__ == "__main__":
    main()
