"""Webhooks: who is told, what happened, and how telling them went."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from dialer.db.tables.base import Base, CreatedAt


class Webhook(CreatedAt, Base):
    """An address that wants to be told."""

    __tablename__ = "webhooks"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    url: Mapped[str]
    events: Mapped[list[str]] = mapped_column(ARRAY(Text))
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaigns.id"))
    """None: of all campaigns."""
    enabled: Mapped[bool] = mapped_column(server_default="true")
    secret: Mapped[str]
    """Signs; so it can't be kept as a hash."""
    previous_secret: Mapped[str | None]
    previous_until: Mapped[datetime | None]
    """Until when deliveries are signed with the secret before, too."""
    created_by: Mapped[str]


class WebhookDelivery(CreatedAt, Base):
    """An event, for one webhook: written by triggers in the transaction in which it happened."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        CheckConstraint("state IN ('pending', 'delivered', 'dead')", name="state"),
        Index("ix_webhook_deliveries_due", "next_try_at", postgresql_where=text("state = 'pending'")),
        Index("ix_webhook_deliveries_dead", "id", postgresql_where=text("state = 'dead'")),
        Index("ix_webhook_deliveries_webhook", "webhook_id", "id"),
        Index("ix_webhook_deliveries_pending", "webhook_id", "next_try_at", postgresql_where=text("state = 'pending'")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"))
    event_id: Mapped[uuid.UUID]
    """The same at every try, and for every webhook that is told."""
    event: Mapped[str]
    data: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(server_default="pending")
    tries: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    next_try_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    tried_at: Mapped[datetime | None]
    status: Mapped[int | None] = mapped_column(SmallInteger)
    """Of the last try's answer."""
    error: Mapped[str | None]
    """Why the last try failed."""
