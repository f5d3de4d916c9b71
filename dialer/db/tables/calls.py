"""Calls: one row per attempt."""

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Numeric,
    SmallInteger,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from dialer.db.tables.base import Base, CreatedAt, one_of
from dialer.domain.calls import CallState
from dialer.domain.dispositions import Disposition


class Call(CreatedAt, Base):
    """One attempt. `state`, `dialstatus`, `cause` and `disposition` are four different things.

    Which change of state is allowed is enforced by the trigger `calls_transition` (see the baseline migration).
    """

    __tablename__ = "calls"
    __table_args__ = (
        CheckConstraint("attempt_number >= 1", name="attempt_number_ge_1"),
        CheckConstraint("max_attempts >= 1", name="max_attempts_ge_1"),
        CheckConstraint("attempt_number <= max_attempts", name="attempt_number_le_max"),
        CheckConstraint("timeout_seconds > 0", name="timeout_pos"),
        CheckConstraint("char_length(phone_number) BETWEEN 7 AND 20", name="phone_number_len"),
        CheckConstraint(one_of("state", CallState), name="state"),
        CheckConstraint(one_of("disposition", Disposition), name="disposition"),
        CheckConstraint("(state = 'ended') = (disposition IS NOT NULL)", name="ended_has_disposition"),
        CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name="ended_has_time"),
        CheckConstraint("state = 'queued' OR state = 'ended' OR claim_token IS NOT NULL", name="open_has_claim"),
        CheckConstraint("post_answer IN ('accepted', 'unknown')", name="post_answer"),
        Index("ix_calls_created_at", "created_at"),
        Index("ix_calls_status_created", "state", "created_at"),
        Index("ix_calls_campaign", "campaign_id", "id"),
        Index("ix_calls_contact", "contact_id", "id"),
        Index("ix_calls_phone_number", "phone_number", "id"),
        Index("ix_calls_waiting", "trunk_id", "campaign_id", "turn", "id", postgresql_where=text("state = 'queued'")),
        Index(
            "ix_calls_open",
            "node_id",
            "dial_by",
            postgresql_where=text("state IN ('originating', 'ringing', 'up')"),
        ),
        Index(
            "ix_calls_to_hang_up",
            "node_id",
            postgresql_where=text("hangup_requested_at IS NOT NULL AND state IN ('originating', 'ringing', 'up')"),
        ),
        Index("ix_calls_ended_at", "ended_at", postgresql_where=text("ended_at IS NOT NULL")),
        Index(
            "ix_calls_ended_xact", "campaign_id", "ended_xact", "id", postgresql_where=text("ended_xact IS NOT NULL")
        ),
        Index("ix_calls_abandoned", "phone_number", "ended_at", postgresql_where=text("abandoned")),
        Index("ix_calls_late_dialed", "late_dialed_at", postgresql_where=text("late_dialed_at IS NOT NULL")),
        {"postgresql_with": {"fillfactor": "70"}},
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    """UUIDv7; also the channel's id on the PBX."""
    campaign_id: Mapped[int | None] = mapped_column(BigInteger)
    contact_id: Mapped[int | None] = mapped_column(BigInteger)
    phone_number: Mapped[str]
    caller_id: Mapped[str | None]
    trunk_id: Mapped[int] = mapped_column(SmallInteger, ForeignKey("trunks.id"))
    trunk_group_id: Mapped[int | None] = mapped_column(SmallInteger)
    """The group whose trunk it is: as long as the call is queued it may be moved to another one of these."""
    node_id: Mapped[int] = mapped_column(SmallInteger, ForeignKey("pbx_nodes.id"))
    zone_id: Mapped[int | None] = mapped_column(SmallInteger, ForeignKey("zone_sets.id"))
    """For a call without a contact."""
    state: Mapped[str] = mapped_column(server_default=CallState.QUEUED.value)
    attempt_number: Mapped[int] = mapped_column(SmallInteger)
    max_attempts: Mapped[int] = mapped_column(SmallInteger)
    policy_version: Mapped[int]
    timeout_seconds: Mapped[int] = mapped_column(SmallInteger)
    context: Mapped[str | None]
    extension: Mapped[str | None]
    priority: Mapped[int | None] = mapped_column(SmallInteger)
    """Where in the dialplan the call went on after the answer."""
    channel: Mapped[str | None]
    """The channel's name, like `PJSIP/carrier-00000001`."""

    claim_token: Mapped[uuid.UUID | None]
    """Whose claim this is; also the call's member in the sets of channel slots."""
    claimed_at: Mapped[datetime | None]
    dial_by: Mapped[datetime | None]
    """No originate is sent after this moment."""
    listener_epoch: Mapped[int | None] = mapped_column(BigInteger)
    """The listener's reign at the claim."""
    post_answer: Mapped[str | None]
    """What came back from the originate: `accepted`, `unknown`, or nothing (yet)."""
    tomb_at: Mapped[datetime | None]
    """Since when a placeholder occupies the channel id, so that a stalled originate can't dial any more."""
    missed_at: Mapped[datetime | None]
    """When the channel was first absent from the PBX's list."""
    hangup_requested_at: Mapped[datetime | None]
    late_dialed_at: Mapped[datetime | None]
    """A sign of life came from the PBX after the call had ended."""

    digit: Mapped[str | None]
    """Pressed in the menu; `none` if nothing was."""
    amd_status: Mapped[str | None]
    """Who answered, in AMD()'s words: HUMAN, MACHINE or NOTSURE."""
    result: Mapped[str | None]
    """What the dialplan has reported."""
    callback_at: Mapped[datetime | None]
    """When the callee wants to be called again."""
    callback_for: Mapped[datetime | None]
    """The time at which the callee had asked to be called: this is that call."""
    people: Mapped[int | None]
    """How many people the campaign had at the claim; None: the call needs nobody."""
    waiting_since: Mapped[datetime | None]
    """Since when the callee waits for a person."""
    served_at: Mapped[datetime | None]
    """When a person came to speak to the callee."""
    abandoned: Mapped[bool | None]
    """Whether a person who answered was left without one of ours; None: not known yet, or no person answered."""

    dialstatus: Mapped[str | None]
    cause: Mapped[int | None] = mapped_column(SmallInteger)
    tech_cause: Mapped[int | None] = mapped_column(SmallInteger)
    disposition: Mapped[str | None]
    failure_reason: Mapped[str | None]
    gate: Mapped[dict[str, Any] | None]
    """What the gate decided with the claim, and on what (dialer.services.decision_record)."""
    turn: Mapped[float] = mapped_column(Double, server_default="0")
    """Its place in the trunk's queue by weighted fair queueing: lower goes first."""

    due_at: Mapped[datetime | None]
    """Since when the contact could have been called, its own time, hours and campaign permitting; for the figures."""
    dialed_at: Mapped[datetime | None]
    """When the originate was written to the PBX."""
    ringing_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    action_started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_xact: Mapped[int | None] = mapped_column(BigInteger)
    """The transaction that ended it or corrected its end, by a trigger (migration 0023); None outside any campaign."""
    duration_seconds: Mapped[Decimal | None] = mapped_column(
        Numeric(10, 3), Computed("EXTRACT(EPOCH FROM ended_at - answered_at)", persisted=True)
    )


class CallVariables(Base):
    """What a call outside any campaign was given: channel variables and what to do on answer."""

    __tablename__ = "call_variables"

    call_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    data: Mapped[dict[str, Any]]
    answer_action: Mapped[dict[str, Any] | None]


class NumberDials(Base):
    """When a number was dialed lately, whoever dialed it. Claims lock the row: caps are counted under that lock.

    A row is made with the first call that is queued to the number (trigger `calls_remember_number`).
    """

    __tablename__ = "number_dials"
    __table_args__ = ({"postgresql_with": {"fillfactor": "70"}},)

    phone_number: Mapped[str] = mapped_column(primary_key=True)
    dialed_at: Mapped[list[datetime]] = mapped_column(ARRAY(DateTime(timezone=True)), server_default=text("'{}'"))
