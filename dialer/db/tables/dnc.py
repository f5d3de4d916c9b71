"""Numbers not to be called, and the files that some came from."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from dialer.db.tables.base import Base, CreatedAt, one_of
from dialer.domain.forbidding import DncUploadState


class DncEntry(CreatedAt, Base):
    """A number not to be called, everywhere or by one campaign."""

    __tablename__ = "dnc"
    __table_args__ = (
        UniqueConstraint("phone_number", "campaign_id", postgresql_nulls_not_distinct=True),
        CheckConstraint("char_length(phone_number) BETWEEN 7 AND 20", name="phone_number_len"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    phone_number: Mapped[str]
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaigns.id"))
    reason: Mapped[str | None]
    source: Mapped[str]
    expires_at: Mapped[datetime | None]
    upload_id: Mapped[int | None] = mapped_column(ForeignKey("dnc_uploads.id"))
    created_by: Mapped[str]


class DncUpload(CreatedAt, Base):
    """A file of numbers, and what became of its rows."""

    __tablename__ = "dnc_uploads"
    __table_args__ = (CheckConstraint(one_of("state", DncUploadState), name="state"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    name: Mapped[str]
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaigns.id"))
    source: Mapped[str]
    state: Mapped[str]
    rows: Mapped[int] = mapped_column(server_default="0")
    added: Mapped[int] = mapped_column(server_default="0")
    known: Mapped[int] = mapped_column(server_default="0")
    """Rows whose number was forbidden already."""
    refused: Mapped[int] = mapped_column(server_default="0")
    error: Mapped[str | None]
    created_by: Mapped[str]
    received_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    """The last time a part of the file was stored."""
    finished_at: Mapped[datetime | None]


class DncRefusal(Base):
    """A row of a file that forbids nothing, and why."""

    __tablename__ = "dnc_refusals"

    upload_id: Mapped[int] = mapped_column(ForeignKey("dnc_uploads.id", ondelete="CASCADE"), primary_key=True)
    line: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    code: Mapped[str]
    reason: Mapped[str]
    row: Mapped[str]
