"""What reading costs, and what a cache could save: the hot GETs on a big campaign. The last line on stdout is JSON.

    python -m benchmarks.reading --contacts 1000000 --calls 500000

For each path: the median time of a request in one process, how much of it PostgreSQL took, the bytes of the answer,
and the bytes of the answer to whoever has it already (If-None-Match).
"""

import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import event, text

from api.app import create_app
from dialer.bootstrap import Dialer
from dialer.config import Settings
from dialer.db import counts
from dialer.db.migrate import upgrade
from dialer.embedded.postgres import EmbeddedPostgres
from dialer.embedded.redis import EmbeddedRedis
from dialer.services.users import Role

PASSWORD: Final = "correct horse battery"

_TELEPHONY: Final = text("""
    WITH node AS (
        INSERT INTO pbx_nodes (name, ari_url, ari_username) VALUES ('pbx1', 'http://127.0.0.1:1', 'dialer') RETURNING id
    )
    INSERT INTO trunks (name, node_id, endpoint, cps, channels)
    SELECT 'carrier', id, 'PJSIP/{number}@carrier', 50, 100 FROM node
""")
_CAMPAIGNS: Final = text("""
    INSERT INTO campaigns (name, state, trunk_id, timeout_seconds, max_attempts, calling_window, retry_policy,
                           answer_action, created_by)
    SELECT 'campaign ' || n, 'running', (SELECT id FROM trunks), 30, 3, '{"start": "09:00", "end": "20:00"}', '{}',
           '{"type": "hangup"}', 'benchmark' FROM generate_series(1, 200) AS n
""")
_CONTACTS: Final = text("""
    WITH zone AS (INSERT INTO zone_sets (zones) VALUES ('{Europe/Berlin}') RETURNING id)
    INSERT INTO contacts (campaign_id, phone_number, zone_id)
    SELECT 1, '+49309' || (10000000 + n), zone.id FROM zone, generate_series(1, :contacts) AS n
""")
_CALLS: Final = text("""
    INSERT INTO calls (id, campaign_id, contact_id, phone_number, trunk_id, node_id, attempt_number, max_attempts,
                       policy_version, timeout_seconds)
    SELECT gen_random_uuid(), 1, contacts.id, phone_number, trunks.id, trunks.node_id, 1, 3, 1, 30
    FROM contacts, trunks ORDER BY contacts.id LIMIT :calls
""")
_ENDED: Final = text("""
    UPDATE calls SET state = 'ended', disposition = 'withdrawn', ended_at = clock_timestamp()
""")


class Spent:
    """Seconds that PostgreSQL has taken for statements, and how many there were."""

    def __init__(self, engine: Any) -> None:
        self.seconds, self.statements, self._begun = 0.0, 0, 0.0
        event.listen(engine, "before_cursor_execute", self._before)
        event.listen(engine, "after_cursor_execute", self._after)

    def _before(self, *_: Any) -> None:
        self._begun = time.perf_counter()

    def _after(self, *_: Any) -> None:
        self.seconds += time.perf_counter() - self._begun
        self.statements += 1


def fill(dialer: Dialer, contacts: int, calls: int) -> None:
    """200 campaigns, of which the first has all the contacts and calls, which have ended."""
    with dialer.engine.begin() as tx:
        tx.execute(text("SET LOCAL lock_timeout = 0"))
        tx.execute(_TELEPHONY)
        tx.execute(_CAMPAIGNS)
        tx.execute(_CONTACTS, {"contacts": contacts})
        tx.execute(_CALLS, {"calls": calls})
        tx.execute(_ENDED)
    with dialer.engine.begin() as tx:
        while counts.fold(tx):
            pass
    with dialer.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as tx:
        tx.execute(text("VACUUM ANALYZE"))


def measure(get: Callable[..., Any], spent: Spent, path: str, requests: int) -> dict[str, Any]:
    """What a GET of `path` costs."""
    times, database = [], []
    answer = get(path)
    statements = spent.statements
    for _ in range(requests):
        begun, before = time.perf_counter(), spent.seconds
        answer = get(path)
        times.append(time.perf_counter() - begun)
        database.append(spent.seconds - before)
        if answer.status_code != 200:
            raise click.ClickException(f"{path}: {answer.status_code} {answer.text}")
    same = get(path, headers={"If-None-Match": answer.headers["ETag"]})
    return {
        "path": path,
        "ms": round(1000 * statistics.median(times), 2),
        "database_ms": round(1000 * statistics.median(database), 2),
        "statements": (spent.statements - statements) // (requests + 1),
        "bytes": len(answer.data),
        "again_status": same.status_code,
        "again_bytes": len(same.data),
    }


@click.command()
@click.option("--contacts", default=1_000_000, show_default=True)
@click.option("--calls", default=500_000, show_default=True)
@click.option("--requests", default=100, show_default=True, help="For each path.")
def main(contacts: int, calls: int, requests: int) -> None:
    """Measure the hot GETs."""
    folder = Path(tempfile.mkdtemp(prefix="dialer-reading-"))
    folder.chmod(0o711)
    postgres, redis = EmbeddedPostgres(folder / "postgres", durable=False), EmbeddedRedis(folder / "redis")
    try:
        settings = Settings(
            _env_file=None,
            database_url=postgres.start(),
            redis_url=redis.start(),
            jwt_secret=SecretStr("x" * 40),
            rate_limit_requests=10_000_000,
        )
        upgrade(settings.database_url or "")
        dialer = Dialer(settings, name="reading")
        fill(dialer, contacts, calls)
        dialer.users.create("reader", PASSWORD, Role.VIEWER)
        client = FlaskClient(create_app(dialer), use_cookies=False)
        body = {"username": "reader", "password": PASSWORD}
        token = client.post("/v1/auth/login", json=body).get_json()["access_token"]

        def get(path: str, headers: dict[str, str] | None = None) -> Any:
            return client.get(path, headers={"Authorization": f"Bearer {token}", **(headers or {})})

        spent = Spent(dialer.engine)
        paths = (
            "/v1/auth/me",
            "/v1/campaigns?limit=50",
            "/v1/campaigns/1",
            "/v1/campaigns/1/stats",
            "/v1/campaigns/1/results?by=hour",
            "/v1/campaigns/1/contacts?limit=100",
            "/v1/calls?campaign_id=1&limit=100",
        )
        found = [measure(get, spent, path, requests) for path in paths]
        for row in found:
            click.echo(
                f"{row['path']:38} {row['ms']:8.2f} ms, {row['database_ms']:7.2f} of them PostgreSQL "
                f"({row['statements']} statements); {row['bytes']:7} bytes, again {row['again_status']}: "
                f"{row['again_bytes']}"
            )
        click.echo(json.dumps({"contacts": contacts, "calls": calls, "paths": found}))
        dialer.close()
    finally:
        postgres.destroy()
        redis.stop()


if __name__ == "__main__":
    main()
