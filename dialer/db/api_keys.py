"""API keys."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, func, insert, or_, select, update

from dialer.db import pages
from dialer.db.pages import Order, Page, PageRequest
from dialer.db.records import columns, first, one
from dialer.db.tables import ApiKey, User

ORDER: Final = Order("api-keys", ApiKey.id, int, descending=True)


@dataclass(frozen=True, slots=True)
class ApiKeyRecord:
    """A key as it may be shown."""

    id: int
    user_id: int
    name: str
    prefix: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None
    previous_until: datetime | None


@dataclass(frozen=True, slots=True)
class KeyCredentials:
    """What a request's key is checked against, if it is good at all."""

    id: int
    user_id: int
    username: str
    role: str
    scopes: list[str]
    secret_hash: bytes
    previous_hash: bytes | None
    was_used_lately: bool


_COLUMNS: Final = columns(ApiKey, ApiKeyRecord)
_NOW: Final = func.clock_timestamp()


def create(tx: Connection, values: dict[str, Any]) -> ApiKeyRecord:
    return one(tx, ApiKeyRecord, insert(ApiKey).values(**values).returning(*_COLUMNS))


def get(tx: Connection, key_id: int, user_id: int | None) -> ApiKeyRecord | None:
    """A key; only of that user, unless None."""
    return first(tx, ApiKeyRecord, select(*_COLUMNS).where(ApiKey.id == key_id, *_of(user_id)))


def listed(
    tx: Connection, page: PageRequest, *, user_id: int | None, name: str | None, revoked: bool | None
) -> Page[ApiKeyRecord]:
    """Keys, the newest first."""
    statement = pages.matching(select(*_COLUMNS), ApiKey, user_id=user_id, name=name)
    if revoked is not None:
        statement = statement.where(ApiKey.revoked_at.is_not(None) if revoked else ApiKey.revoked_at.is_(None))
    return pages.read(tx, ApiKeyRecord, statement, ORDER, page)


def credentials(tx: Connection, prefix: str) -> KeyCredentials | None:
    """What the key with that prefix is checked against; None if there is none, or it is good no more."""
    statement = (
        select(
            ApiKey.id,
            ApiKey.user_id,
            User.username,
            User.role,
            ApiKey.scopes,
            ApiKey.secret_hash,
            func.coalesce(ApiKey.previous_until > _NOW, False).label("previous_is_good"),
            ApiKey.previous_hash,
            func.coalesce(ApiKey.last_used_at > _NOW - func.make_interval(0, 0, 0, 0, 0, 1), False).label("lately"),
        )
        .join(User, User.id == ApiKey.user_id)
        .where(
            ApiKey.prefix == prefix,
            ApiKey.revoked_at.is_(None),
            or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > _NOW),
            User.disabled_at.is_(None),
        )
    )
    row = tx.execute(statement).one_or_none()
    if row is None:
        return None
    previous = bytes(row.previous_hash) if row.previous_is_good and row.previous_hash is not None else None
    secret = bytes(row.secret_hash)
    return KeyCredentials(row.id, row.user_id, row.username, row.role, row.scopes, secret, previous, row.lately)


def note_use(tx: Connection, key_id: int) -> None:
    tx.execute(update(ApiKey).where(ApiKey.id == key_id).values(last_used_at=_NOW))


def rotate(
    tx: Connection, key_id: int, user_id: int | None, secret_hash: bytes, grace_seconds: int
) -> ApiKeyRecord | None:
    """Give a key a new secret; the one before stays good for a while. None if there is no such key to rotate."""
    statement = (
        update(ApiKey)
        .where(ApiKey.id == key_id, ApiKey.revoked_at.is_(None), *_of(user_id))
        .values(
            previous_hash=ApiKey.secret_hash,
            previous_until=_NOW + func.make_interval(0, 0, 0, 0, 0, 0, grace_seconds),
            secret_hash=secret_hash,
        )
    )
    return first(tx, ApiKeyRecord, statement.returning(*_COLUMNS))


def revoke(tx: Connection, key_id: int, user_id: int | None) -> ApiKeyRecord | None:
    """End a key for good; one that has ended keeps its time."""
    at = func.coalesce(ApiKey.revoked_at, _NOW)
    statement = update(ApiKey).where(ApiKey.id == key_id, *_of(user_id)).values(revoked_at=at)
    return first(tx, ApiKeyRecord, statement.returning(*_COLUMNS))


def _of(user_id: int | None) -> list[ColumnElement[bool]]:
    return [] if user_id is None else [ApiKey.user_id == user_id]
