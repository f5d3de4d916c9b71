"""Campaigns, their call lists, their contacts and their counts."""

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Double,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    Numeric,
    SmallInteger,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from dialer.db.tables.base import Base, CreatedAt, one_of
from dialer.domain.campaigns import CampaignState, DialOrder
from dialer.domain.contacts import ContactState, FinalReason
from dialer.domain.imports import ImportState


class Campaign(CreatedAt, Base):
    __tablename__ = "campaigns"
    __table_args__ = (
        CheckConstraint(one_of("state", CampaignState), name="state"),
        CheckConstraint("max_attempts BETWEEN 1 AND 100", name="max_attempts_range"),
        CheckConstraint("timeout_seconds BETWEEN 1 AND 600", name="timeout_range"),
        CheckConstraint("cps > 0", name="cps_pos"),
        CheckConstraint("channels > 0", name="channels_pos"),
        CheckConstraint("weight > 0", name="weight_pos"),
        CheckConstraint("min_gap_seconds > 0", name="min_gap_pos"),
        CheckConstraint("not_before < not_after", name="dates"),
        CheckConstraint("caller_id IS NULL OR caller_id_pool IS NULL", name="one_caller_id"),
        CheckConstraint("(trunk_id IS NULL) <> (trunk_group_id IS NULL)", name="trunk_or_group"),
        CheckConstraint(one_of("dial_order", DialOrder), name="dial_order"),
        CheckConstraint("people >= 0", name="people_ge_0"),
        CheckConstraint("abandon_ceiling > 0 AND abandon_ceiling <= 100", name="abandon_ceiling_range"),
        Index("ix_campaigns_created_at", "created_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(server_default=CampaignState.DRAFT.value)
    version: Mapped[int] = mapped_column(server_default="1")
    """Counts the edits: recorded on every call as its `policy_version`."""
    rules_version: Mapped[int] = mapped_column(server_default="1")
    """The version at which a rule that lets contacts wait was edited last."""
    trunk_id: Mapped[int | None] = mapped_column(ForeignKey("trunks.id"))
    """None: it has a group of them."""
    trunk_group_id: Mapped[int | None] = mapped_column(ForeignKey("trunk_groups.id"))
    caller_id: Mapped[str | None]
    caller_id_pool: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """How the caller id is chosen among the trunk's (dialer.domain.caller_ids.CallerIdPool)."""
    timeout_seconds: Mapped[int] = mapped_column(SmallInteger)
    max_attempts: Mapped[int] = mapped_column(SmallInteger)
    cps: Mapped[Decimal | None] = mapped_column(Numeric(8, 2))
    channels: Mapped[int | None]
    people: Mapped[int | None]
    """Those who speak to whoever answers: so many calls at most are under way. None: the calls need nobody."""
    abandon_ceiling: Mapped[float | None] = mapped_column(Double)
    """In percent of those who answer; below what its profiles say."""
    default_region: Mapped[str | None]
    default_time_zone: Mapped[str | None]
    calling_window: Mapped[dict[str, Any]]
    profile: Mapped[str] = mapped_column(server_default="none")
    """The compliance profile that holds at least (dialer.domain.profiles)."""
    number_caps: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    min_gap_seconds: Mapped[int | None]
    skip_holidays: Mapped[bool] = mapped_column(server_default="false")
    consent_required: Mapped[bool] = mapped_column(server_default="false")
    not_before: Mapped[datetime | None]
    not_after: Mapped[datetime | None]
    weight: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    """Its share of the trunk among campaigns of the same priority."""
    priority: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    """Campaigns of a higher one go first."""
    dial_order: Mapped[str] = mapped_column(server_default=DialOrder.LIST.value)
    retry_policy: Mapped[dict[str, Any]]
    answer_action: Mapped[dict[str, Any]]
    created_by: Mapped[str]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    started_at: Mapped[datetime | None]
    running_since: Mapped[datetime | None]
    """When it was started or resumed last."""
    ended_at: Mapped[datetime | None]


class CallList(CreatedAt, Base):
    """An uploaded list and the job that imports it."""

    __tablename__ = "call_lists"
    __table_args__ = (
        CheckConstraint(one_of("state", ImportState), name="state"),
        Index(
            "ix_call_lists_withdrawing",
            "id",
            postgresql_where=text("withdrawn_at IS NOT NULL AND removal_finished_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), index=True)
    name: Mapped[str]
    state: Mapped[str]
    default_region: Mapped[str | None]
    columns: Mapped[dict[str, Any]]
    """What the file's header was understood as."""
    active: Mapped[bool] = mapped_column(server_default="true")
    """Off: none of its contacts is dialed."""
    withdrawn_at: Mapped[datetime | None]
    """Since when it is pulled out again: it stays off, and its contacts are removed."""
    removed: Mapped[int] = mapped_column(server_default="0")
    """Contacts that were not finished and have been removed since."""
    removed_to: Mapped[int | None] = mapped_column(BigInteger)
    """The last contact that the removal has come to."""
    removal_finished_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default="1")
    """Counts the edits."""
    rows: Mapped[int] = mapped_column(server_default="0")
    chunks: Mapped[int] = mapped_column(server_default="0")
    error: Mapped[str | None]
    created_by: Mapped[str]
    received_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    """The last time a part of the upload was stored."""
    finished_at: Mapped[datetime | None]


class ImportChunk(Base):
    """Some rows of a list, as uploaded, until they have become contacts or refusals."""

    __tablename__ = "import_chunks"
    __table_args__ = (
        CheckConstraint("(rows IS NULL) = done", name="rows_until_done"),
        Index("ix_import_chunks_to_do", "call_list_id", "n", postgresql_where=text("NOT done")),
    )

    call_list_id: Mapped[int] = mapped_column(ForeignKey("call_lists.id", ondelete="CASCADE"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    rows: Mapped[bytes | None] = mapped_column(LargeBinary)
    done: Mapped[bool] = mapped_column(server_default="false")
    tries: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    """How often a process has begun to import it."""
    imported: Mapped[int] = mapped_column(server_default="0")
    duplicates: Mapped[int] = mapped_column(server_default="0")
    refused: Mapped[int] = mapped_column(server_default="0")
    repaired: Mapped[int] = mapped_column(server_default="0")
    """Rows of which a number was one that a spreadsheet had changed."""
    repairs: Mapped[list[Any] | None] = mapped_column(JSONB(none_as_null=True))
    """Those numbers: line, what was undone, the cell, the number."""


class ImportRefusal(Base):
    """An uploaded row that did not become a contact, and why."""

    __tablename__ = "import_refusals"

    call_list_id: Mapped[int] = mapped_column(ForeignKey("call_lists.id", ondelete="CASCADE"), primary_key=True)
    line: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    code: Mapped[str]
    reason: Mapped[str]
    row: Mapped[str]


class ZoneSet(Base):
    """The time zones that a callee can be in, by IANA name, and the regions, by ISO 3166; sorted. Empty: unknown."""

    __tablename__ = "zone_sets"
    __table_args__ = (UniqueConstraint("zones", "regions"),)

    id: Mapped[int] = mapped_column(SmallInteger, Identity(always=True), primary_key=True)
    zones: Mapped[list[str]] = mapped_column(ARRAY(Text))
    regions: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")


class Contact(CreatedAt, Base):
    """A person on a campaign's list. The row is the mutex: an open call is in `open_call_id`, so there is one."""

    __tablename__ = "contacts"
    __table_args__ = (
        UniqueConstraint("campaign_id", "phone_number"),
        CheckConstraint(one_of("state", ContactState), name="state"),
        CheckConstraint("(state = 'in_call') = (open_call_id IS NOT NULL)", name="in_call_has_call"),
        CheckConstraint("(state = 'waiting') = (next_attempt_at IS NOT NULL)", name="waiting_has_time"),
        CheckConstraint("(state = 'done') = (final_reason IS NOT NULL)", name="done_has_reason"),
        CheckConstraint(one_of("final_reason", FinalReason), name="final_reason"),
        CheckConstraint("callback_at IS NULL OR state <> 'done'", name="callback_not_done"),
        CheckConstraint("attempts >= 0", name="attempts_ge_0"),
        CheckConstraint("char_length(phone_number) BETWEEN 7 AND 20", name="phone_number_len"),
        Index(
            "ix_contacts_ready",
            "campaign_id",
            "zone_id",
            text("priority DESC"),
            "id",
            postgresql_where=text("state = 'ready'"),
        ),
        # For campaigns of which some list is off. No list is 0.
        Index(
            "ix_contacts_ready_by_list",
            "campaign_id",
            text("COALESCE(call_list_id, 0)"),
            "zone_id",
            text("priority DESC"),
            "id",
            postgresql_where=text("state = 'ready'"),
        ),
        Index("ix_contacts_waiting", "next_attempt_at", postgresql_where=text("state = 'waiting'")),
        Index(
            "ix_contacts_reconsider",
            "campaign_id",
            "rules_version",
            postgresql_where=text("state = 'waiting' AND rules_version IS NOT NULL"),
        ),
        Index(
            "ix_contacts_callback",
            "campaign_id",
            "callback_at",
            postgresql_where=text("callback_at IS NOT NULL AND state = 'ready'"),
        ),
        Index("ix_contacts_phone_number", "phone_number"),
        Index(
            "ix_contacts_external_id",
            "campaign_id",
            "external_id",
            postgresql_where=text("external_id IS NOT NULL"),
        ),
        Index("ix_contacts_call_list", "call_list_id", "id"),
        # Lists and exports walk a campaign by what no edit changes.
        Index("ix_contacts_campaign", "campaign_id", "id"),
        {"postgresql_with": {"fillfactor": "80"}},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    # Triggers stand for the foreign keys of these two and of `zone_id` (migration 0035).
    campaign_id: Mapped[int] = mapped_column(BigInteger)
    call_list_id: Mapped[int | None] = mapped_column(BigInteger)
    phone_number: Mapped[str]
    zone_id: Mapped[int] = mapped_column(SmallInteger)
    priority: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    """Higher is dialed first."""
    external_id: Mapped[str | None]
    name: Mapped[str | None]
    state: Mapped[str] = mapped_column(server_default=ContactState.READY.value)
    final_reason: Mapped[str | None]
    next_attempt_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    """When it became ready; None: when it was made, as nobody has called it yet."""
    held_by: Mapped[str | None]
    """The gate's code, where the contact waits because the gate said no."""
    held_until: Mapped[datetime | None]
    """Nobody calls before that, whatever comes of its call: after a recovery (dialer.services.recovering)."""
    rules_version: Mapped[int | None]
    """Of the campaign, by which it waits; None where no edit of the campaign moves it."""
    callback_at: Mapped[datetime | None]
    """When the person wants to be called; None once that call was made."""
    position: Mapped[int | None] = mapped_column(SmallInteger)
    """Of the number that is called next, in `contact_numbers`; None where `phone_number` is the only one.

    `zone_id` is where the callee can be under that number."""
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    extra_attempts: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    """Beyond the campaign's cap, granted when it was requeued."""
    open_call_id: Mapped[uuid.UUID | None]
    last_disposition: Mapped[str | None]
    cancelled_at: Mapped[datetime | None]
    """Since when nobody may call any more, whatever becomes of a call that is open."""
    consent_at: Mapped[datetime | None]
    consent_source: Mapped[str | None]


class ContactNumber(Base):
    """A number of a contact that has several; all of them are here, the first one too. Locked with its contact."""

    __tablename__ = "contact_numbers"
    __table_args__ = (
        CheckConstraint("position >= 1", name="position_ge_1"),
        CheckConstraint("char_length(phone_number) BETWEEN 7 AND 20", name="phone_number_len"),
        Index("ix_contact_numbers_phone_number", "phone_number"),
    )

    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    """From 1, in the order in which they are tried."""
    phone_number: Mapped[str]
    zone_id: Mapped[int] = mapped_column(SmallInteger, ForeignKey("zone_sets.id"))
    closed_by: Mapped[str | None]
    """Why it isn't called any more: a disposition, or a code of the gate."""


class Callback(CreatedAt, Base):
    """Somebody has told us when a person wants to be called. The one that holds is the contact's `callback_at`."""

    __tablename__ = "callbacks"
    __table_args__ = (Index("ix_callbacks_contact", "contact_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    phone_number: Mapped[str]
    note: Mapped[str | None]
    created_by: Mapped[str]
    cancelled_at: Mapped[datetime | None]
    cancelled_by: Mapped[str | None]


class ContactData(Base):
    """The other columns of a contact's row, usable as channel variables. Apart, to keep `contacts` narrow."""

    __tablename__ = "contact_data"

    # Triggers stand for its foreign key, and delete it with its contact (migration 0035).
    contact_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    data: Mapped[dict[str, Any]]


class CampaignCount(Base):
    """How many contacts and calls a campaign has by state and disposition; `CampaignCountDelta` holds what is newer.

    Kept by triggers (see the baseline migration), so that no path through the code can forget them.
    """

    __tablename__ = "campaign_counts"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    n: Mapped[int] = mapped_column(BigInteger)


class LiveAnswer(Base):
    """People who answered calls of a campaign that has people for them, by the hour of their answer (UTC).

    Each is counted once when it is known whether they were abandoned, by a trigger on `calls` (migration 0018): in the
    row of each profile that held for the call, and in that of all calls, whose `profile` is empty.
    """

    __tablename__ = "live_answers"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True)
    profile: Mapped[str] = mapped_column(primary_key=True)
    hour: Mapped[datetime] = mapped_column(primary_key=True)
    answered: Mapped[int]
    abandoned: Mapped[int]
    abandoned_at: Mapped[datetime | None]
    """The last of them."""


class CampaignCountDelta(Base):
    """A change of a count, appended (never updated, so that writers don't wait for each other) and folded in later."""

    __tablename__ = "campaign_count_deltas"
    __table_args__ = (Index("ix_campaign_count_deltas_campaign", "campaign_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    campaign_id: Mapped[int] = mapped_column(BigInteger)
    key: Mapped[str]
    delta: Mapped[int] = mapped_column(BigInteger)
