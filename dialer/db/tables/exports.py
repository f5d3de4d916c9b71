"""Exports that are made in the background, and their files."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, LargeBinary, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from dialer.db.tables.base import Base, CreatedAt, one_of
from dialer.domain.exports import ExportFormat, ExportKind, ExportState


class Export(CreatedAt, Base):
    """A walk through calls or contacts, and how far it is."""

    __tablename__ = "exports"
    __table_args__ = (
        CheckConstraint(one_of("kind", ExportKind), name="kind"),
        CheckConstraint(one_of("format", ExportFormat), name="format"),
        CheckConstraint(one_of("state", ExportState), name="state"),
        Index("ix_exports_running", "id", postgresql_where=text("state = 'running'")),
        Index("ix_exports_expiring", "expires_at", postgresql_where=text("state = 'completed'")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    kind: Mapped[str]
    format: Mapped[str]
    time_zone: Mapped[str]
    filters: Mapped[dict[str, Any]]
    data_columns: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """Which of the contacts' data have a column of their own."""
    state: Mapped[str] = mapped_column(server_default=ExportState.RUNNING.value)
    after: Mapped[str | None]
    """The key of the last row that is stored."""
    total: Mapped[int | None] = mapped_column(BigInteger)
    """Rows that there were when it was begun; None: not counted yet."""
    rows: Mapped[int] = mapped_column(BigInteger, server_default="0")
    parts: Mapped[int] = mapped_column(server_default="0")
    tries: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    """How often a process has begun with the part that comes next."""
    error: Mapped[str | None]
    created_by: Mapped[str]
    finished_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]


class ExportPart(Base):
    """Some rows of an export, as they are in its file; compressed (zlib)."""

    __tablename__ = "export_parts"

    export_id: Mapped[int] = mapped_column(ForeignKey("exports.id", ondelete="CASCADE"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    rows: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary)
