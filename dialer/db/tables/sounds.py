"""Sounds that were uploaded."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity
from sqlalchemy.orm import Mapped, mapped_column

from dialer.db.tables.base import Base, CreatedAt, one_of
from dialer.domain.sounds import SoundState


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


class SoundCheck(Base):
    """What a PBX did when it was last asked to play an uploaded sound."""

    __tablename__ = "sound_checks"
    __table_args__ = (CheckConstraint(one_of("state", SoundState), name="state"),)

    sound_id: Mapped[int] = mapped_column(ForeignKey("sounds.id", ondelete="CASCADE"), primary_key=True)
    node_id: Mapped[int] = mapped_column(ForeignKey("pbx_nodes.id"), primary_key=True)
    state: Mapped[str]
    checked_at: Mapped[datetime]
