"""Requests that were sent with an Idempotency-Key, and their answers."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, delete, func, select, text, update

from dialer.db.records import columns, first
from dialer.db.tables import IdempotencyKey


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer as it was given."""

    status: int
    headers: dict[str, Any]
    body: bytes


@dataclass(frozen=True, slots=True)
class KeptRecord:
    """A request under its key; without `status` it is being carried out."""

    fingerprint: bytes
    token: UUID
    status: int | None
    headers: dict[str, Any] | None
    body: bytes | None


# A row that expired, or whose attempt was given up, is taken over as if it were not there.
_BEGIN: Final = text("""
    INSERT INTO idempotency_keys AS old (owner, key, fingerprint, token, locked_until, expires_at)
    VALUES (:owner, :key, :fingerprint, :token, clock_timestamp() + make_interval(secs => :lock_seconds),
            clock_timestamp() + make_interval(secs => :keep_seconds))
    ON CONFLICT (owner, key) DO UPDATE SET
        fingerprint = excluded.fingerprint, token = excluded.token, locked_until = excluded.locked_until,
        expires_at = excluded.expires_at, status = NULL, headers = NULL, body = NULL
    WHERE old.expires_at < clock_timestamp()
       OR (old.status IS NULL AND old.locked_until < clock_timestamp() AND old.fingerprint = excluded.fingerprint)
    RETURNING token
""")


def begin(
    tx: Connection,
    owner: str,
    key: str,
    fingerprint: bytes,
    token: UUID,
    *,
    lock_seconds: float,
    keep_seconds: float,
) -> bool:
    """Take the key for this attempt; whether it was free."""
    parameters = {
        "owner": owner,
        "key": key,
        "fingerprint": fingerprint,
        "token": token,
        "lock_seconds": lock_seconds,
        "keep_seconds": keep_seconds,
    }
    return tx.execute(_BEGIN, parameters).first() is not None


def get(tx: Connection, owner: str, key: str) -> KeptRecord | None:
    found = select(*columns(IdempotencyKey, KeptRecord))
    return first(tx, KeptRecord, found.where(IdempotencyKey.owner == owner, IdempotencyKey.key == key))


def finish(tx: Connection, owner: str, key: str, token: UUID, answer: KeptAnswer) -> bool:
    """Keep the answer; False if the key is another attempt's now."""
    statement = update(IdempotencyKey).where(
        IdempotencyKey.owner == owner, IdempotencyKey.key == key, IdempotencyKey.token == token
    )
    return tx.execute(statement.values(status=answer.status, headers=answer.headers, body=answer.body)).rowcount > 0


def forget(tx: Connection, owner: str, key: str, token: UUID) -> None:
    """Free the key of an attempt that made nothing."""
    tx.execute(
        delete(IdempotencyKey).where(
            IdempotencyKey.owner == owner,
            IdempotencyKey.key == key,
            IdempotencyKey.token == token,
            IdempotencyKey.status.is_(None),
        )
    )


def seconds_left(tx: Connection, owner: str, key: str) -> float:
    """How long an attempt may still take before it counts as given up."""
    left = func.extract("epoch", IdempotencyKey.locked_until - func.clock_timestamp())
    found = tx.scalar(select(left).where(IdempotencyKey.owner == owner, IdempotencyKey.key == key))
    return max(float(found or 0), 0.0)
