"""Users, and the sessions that their log-ins open."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, insert, select, update

from dialer.db.records import columns, first, one
from dialer.db.tables import Session, User


@dataclass(frozen=True, slots=True)
class UserRecord:
    """A user, without the password's hash."""

    id: int
    username: str
    role: str
    created_at: datetime
    disabled_at: datetime | None
    last_login_at: datetime | None


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a log-in is checked against; `now` is the database's time."""

    id: int
    password_hash: str
    disabled_at: datetime | None
    failed_logins: int
    locked_until: datetime | None
    now: datetime


@dataclass(frozen=True, slots=True)
class SessionRecord:
    id: UUID
    user_id: int
    refresh_jti: str
    expires_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Identity:
    """Who sends a request."""

    user_id: int
    username: str
    role: str
    session_id: UUID


def create(tx: Connection, username: str, password_hash: str, role: str) -> UserRecord:
    """Add a user. The name must be free (`uq_users_username`)."""
    statement = insert(User).values(username=username, password_hash=password_hash, role=role)
    return one(tx, UserRecord, statement.returning(*columns(User, UserRecord)))


def get(tx: Connection, user_id: int) -> UserRecord | None:
    return first(tx, UserRecord, select(*columns(User, UserRecord)).where(User.id == user_id))


def lock_credentials(tx: Connection, username: str) -> Credentials | None:
    """The credentials of a user, locked: log-ins of one user are counted one after the other."""
    names = (User.id, User.password_hash, User.disabled_at, User.failed_logins, User.locked_until)
    statement = select(*names, func.clock_timestamp().label("now")).where(User.username == username)
    return first(tx, Credentials, statement.with_for_update(key_share=True))


def count_failure(tx: Connection, user_id: int, failed_logins: int, locked_until: datetime | None) -> None:
    tx.execute(update(User).where(User.id == user_id).values(failed_logins=failed_logins, locked_until=locked_until))


def note_login(tx: Connection, user_id: int, new_hash: str | None) -> None:
    """The password was right. `new_hash` replaces one made with older parameters."""
    values: dict[str, Any] = {"failed_logins": 0, "locked_until": None, "last_login_at": func.clock_timestamp()}
    if new_hash is not None:
        values["password_hash"] = new_hash
    tx.execute(update(User).where(User.id == user_id).values(**values))


def open_session(tx: Connection, session: SessionRecord) -> None:
    tx.execute(
        insert(Session).values(
            id=session.id, user_id=session.user_id, refresh_jti=session.refresh_jti, expires_at=session.expires_at
        )
    )


def lock_session(tx: Connection, session_id: UUID) -> SessionRecord | None:
    statement = select(*columns(Session, SessionRecord)).where(Session.id == session_id)
    return first(tx, SessionRecord, statement.with_for_update())


def rotate(tx: Connection, session_id: UUID, refresh_jti: str) -> None:
    tx.execute(update(Session).where(Session.id == session_id).values(refresh_jti=refresh_jti))


def revoke(tx: Connection, session_id: UUID, reason: str) -> None:
    """End a session. One that has ended keeps its first reason."""
    tx.execute(
        update(Session)
        .where(Session.id == session_id, Session.revoked_at.is_(None))
        .values(revoked_at=func.clock_timestamp(), revoked_reason=reason)
    )


def identify(tx: Connection, session_id: UUID) -> Identity | None:
    """Whose session this is, if it is good and its user may log in."""
    statement = (
        select(User.id.label("user_id"), User.username, User.role, Session.id.label("session_id"))
        .join(Session, Session.user_id == User.id)
        .where(
            Session.id == session_id,
            Session.revoked_at.is_(None),
            Session.expires_at > func.clock_timestamp(),
            User.disabled_at.is_(None),
        )
    )
    return first(tx, Identity, statement)
