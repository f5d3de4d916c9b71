"""Contacts that are done, made due again."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from dialer.db.tables.base import Base, CreatedAt, one_of
from dialer.domain.requeueing import RequeueState


class Requeue(CreatedAt, Base):
    """A walk through a campaign's contacts, or those of one of its lists, and how far it is."""

    __tablename__ = "requeues"
    __table_args__ = (
        CheckConstraint(one_of("state", RequeueState), name="state"),
        CheckConstraint("more_attempts > 0", name="more_attempts_pos"),
        Index("ix_requeues_campaign", "campaign_id", "id"),
        Index("ix_requeues_running", "id", postgresql_where=text("state = 'running'")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    call_list_id: Mapped[int | None] = mapped_column(ForeignKey("call_lists.id"))
    dispositions: Mapped[list[str]] = mapped_column(ARRAY(Text))
    more_attempts: Mapped[int | None] = mapped_column(SmallInteger)
    state: Mapped[str] = mapped_column(server_default=RequeueState.RUNNING.value)
    after: Mapped[str | None]
    """The key of the last contact that was looked at: its id in a list, its number in a campaign."""
    requeued: Mapped[int] = mapped_column(BigInteger, server_default="0")
    left_out: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    """How many contacts were left as they are, by reason."""
    created_by: Mapped[str]
    finished_at: Mapped[datetime | None]
