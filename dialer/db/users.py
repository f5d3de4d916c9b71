"""Users, and the sessions that their log-ins open."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, delete, func, insert, select, text, update

from dialer.db import pages
from dialer.db.pages import Order, Page, PageRequest
from dialer.db.records import columns, fingerprint, first, one
from dialer.db.tables import LoginFailure, Session, User

ORDER: Final = Order("users", User.id, int)


@dataclass(frozen=True, slots=True)
class UserRecord:
    """A user, without the password's hash."""

    id: int
    username: str
    role: str
    created_at: datetime
    disabled_at: datetime | None
    last_login_at: datetime | None

    @property
    def enabled(self) -> bool:
        return self.disabled_at is None

    @property
    def revision(self) -> str:
        """What an edit must have been made of."""
        return fingerprint(self.id, self.role, self.disabled_at)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a log-in is checked against."""

    id: int
    password_hash: str
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True)
class SessionRecord:
    id: UUID
    user_id: int
    refresh_jti: str
    expires_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Identity:
    """Who sends a request: a user who is logged in, or a program with a key of theirs."""

    user_id: int
    username: str
    role: str
    session_id: UUID | None
    key_id: int | None = None
    scopes: frozenset[str] = frozenset()


def create(tx: Connection, username: str, password_hash: str, role: str) -> UserRecord:
    """Add a user. The name must be free (`uq_users_username`)."""
    statement = insert(User).values(username=username, password_hash=password_hash, role=role)
    return one(tx, UserRecord, statement.returning(*columns(User, UserRecord)))


def get(tx: Connection, user_id: int) -> UserRecord | None:
    return first(tx, UserRecord, select(*columns(User, UserRecord)).where(User.id == user_id))


def lock(tx: Connection, user_id: int) -> UserRecord | None:
    """The user, whom nobody else edits meanwhile; enabled administrators are locked first, to be counted."""
    admins = select(User.id).where(User.role == "admin", User.disabled_at.is_(None))
    tx.execute(admins.order_by(User.id).with_for_update(key_share=True))
    statement = select(*columns(User, UserRecord)).where(User.id == user_id)
    return first(tx, UserRecord, statement.with_for_update(key_share=True))


def has_other_admin(tx: Connection, user_id: int) -> bool:
    """Whether an administrator who is enabled remains without this user."""
    others = select(User.id).where(User.role == "admin", User.disabled_at.is_(None), User.id != user_id)
    return tx.scalar(others.limit(1)) is not None


def edit(tx: Connection, user_id: int, values: dict[str, Any]) -> None:
    if values:
        tx.execute(update(User).where(User.id == user_id).values(**values))


def listed(
    tx: Connection, page: PageRequest, *, role: str | None, enabled: bool | None, username: str | None
) -> Page[UserRecord]:
    """Users, the oldest first."""
    statement = pages.matching(select(*columns(User, UserRecord)), User, role=role, username=username)
    if enabled is not None:
        statement = statement.where(User.disabled_at.is_(None) if enabled else User.disabled_at.is_not(None))
    return pages.read(tx, UserRecord, statement, ORDER, page)


def credentials(tx: Connection, username: str) -> Credentials | None:
    return first(tx, Credentials, select(*columns(User, Credentials)).where(User.username == username))


_COUNT: Final = text("""
    INSERT INTO login_failures AS old (name_digest, failures, locked_until, updated_at)
    VALUES (:digest, 1, CASE WHEN :most <= 1 THEN clock_timestamp() + make_interval(secs => :seconds) END,
            clock_timestamp())
    ON CONFLICT (name_digest) DO UPDATE SET
        failures = CASE
            WHEN old.locked_until > clock_timestamp() THEN old.failures
            WHEN old.locked_until IS NOT NULL THEN 1
            ELSE old.failures + 1
        END,
        locked_until = CASE
            WHEN old.locked_until > clock_timestamp() THEN old.locked_until
            WHEN (CASE WHEN old.locked_until IS NOT NULL THEN 1 ELSE old.failures + 1 END) >= :most
                THEN clock_timestamp() + make_interval(secs => :seconds)
        END,
        updated_at = clock_timestamp(),
        was_locked = COALESCE(old.locked_until > clock_timestamp(), false)
    RETURNING was_locked, EXTRACT(EPOCH FROM locked_until - clock_timestamp())
""")


def count_failure(tx: Connection, username: str, *, most: int, lockout_seconds: int) -> float | None:
    """Count an attempt as failed, whether there is such a user or not. The `most`-th in a row locks the name.

    Returns:
        How many seconds the name was and stays locked, None if it was not.
    """
    parameters = {"digest": _digest(username), "most": most, "seconds": lockout_seconds}
    was_locked, seconds = tx.execute(_COUNT, parameters).one()
    return max(float(seconds), 0.0) if was_locked else None


def forget_failures(tx: Connection, username: str) -> None:
    """The next failure is the first again."""
    tx.execute(delete(LoginFailure).where(LoginFailure.name_digest == _digest(username)))


def note_login(tx: Connection, user_id: int, new_hash: str | None) -> None:
    """The password was right. `new_hash` replaces one made with older parameters."""
    values: dict[str, Any] = {"last_login_at": func.clock_timestamp()}
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


def revoke_all(tx: Connection, user_id: int, reason: str, *, but: UUID | None = None) -> int:
    """End all sessions of a user, except one; how many."""
    open_ones = update(Session).where(Session.user_id == user_id, Session.revoked_at.is_(None))
    if but is not None:
        open_ones = open_ones.where(Session.id != but)
    return tx.execute(open_ones.values(revoked_at=func.clock_timestamp(), revoked_reason=reason)).rowcount


def identify(tx: Connection, session_id: UUID) -> Identity | None:
    """Whose session this is, if it is good and its user may log in."""
    statement = (
        select(User.id, User.username, User.role, Session.id)
        .join(Session, Session.user_id == User.id)
        .where(
            Session.id == session_id,
            Session.revoked_at.is_(None),
            Session.expires_at > func.clock_timestamp(),
            User.disabled_at.is_(None),
        )
    )
    row = tx.execute(statement).one_or_none()
    return None if row is None else Identity(*row)


def _digest(username: str) -> bytes:
    return hashlib.sha256(username.encode()).digest()
