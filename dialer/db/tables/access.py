"""Who may use the API, and who is logged in."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, LargeBinary, SmallInteger, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from dialer.db.tables.base import Base, CreatedAt


class User(CreatedAt, Base):
    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint("char_length(username) BETWEEN 3 AND 64", name="username_len"),
        CheckConstraint("role IN ('admin', 'manager', 'viewer')", name="role"),
        Index("ix_users_created_at", "created_at"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    role: Mapped[str]
    disabled_at: Mapped[datetime | None]
    last_login_at: Mapped[datetime | None]


class Session(CreatedAt, Base):
    """A log-in: the family of refresh tokens that came from it, of which only the newest is good."""

    __tablename__ = "sessions"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    refresh_jti: Mapped[str]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    revoked_at: Mapped[datetime | None]
    revoked_reason: Mapped[str | None]


class LoginFailure(Base):
    """Failed log-ins in a row, by the name that was given, whether anybody has it or not: both lock alike."""

    __tablename__ = "login_failures"

    name_digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    """SHA-256 of the name: people type passwords into that field."""
    failures: Mapped[int]
    locked_until: Mapped[datetime | None]
    was_locked: Mapped[bool] = mapped_column(server_default="false")
    """Whether the last attempt met a lock: what the upsert has to tell."""
    updated_at: Mapped[datetime] = mapped_column(index=True)


class ApiKey(CreatedAt, Base):
    """A key for programs. It may do what its user's role and its scopes both allow."""

    __tablename__ = "api_keys"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    prefix: Mapped[str] = mapped_column(unique=True)
    """The part that is shown, and by which a key is found."""
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary)
    """SHA-256: the secret is random, so that a slow hash would add nothing."""
    previous_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    previous_until: Mapped[datetime | None]
    """Until when the secret before the last rotation is good."""
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class IdempotencyKey(CreatedAt, Base):
    """A creating request that was sent with an Idempotency-Key, and its answer once it has one."""

    __tablename__ = "idempotency_keys"

    owner: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    """SHA-256 of the request."""
    token: Mapped[uuid.UUID]
    """Whose attempt this is: one that was given up can't write its answer any more."""
    locked_until: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    status: Mapped[int | None] = mapped_column(SmallInteger)
    headers: Mapped[dict[str, Any] | None]
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
