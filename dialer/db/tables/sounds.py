"""Sounds that were uploaded."""

from sqlalchemy import BigInteger, CheckConstraint, Identity
from sqlalchemy.orm import Mapped, mapped_column

from dialer.db.tables.base import Base, CreatedAt


class UploadedSound(CreatedAt, Base):
    """A recording as Asterisk plays it. It never changes: its id and its token stand for this content."""

    __tablename__ = "sounds"
    __table_args__ = (CheckConstraint("milliseconds > 0", name="milliseconds_pos"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    token: Mapped[str] = mapped_column(unique=True)
    """In the address that PBXs fetch it from; who doesn't know it, gets nothing."""
    milliseconds: Mapped[int]
    wav: Mapped[bytes]
    created_by: Mapped[str]
