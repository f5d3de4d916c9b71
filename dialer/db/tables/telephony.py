"""The PBX nodes, their trunks, and the installation-wide controls."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, Numeric, SmallInteger, func
from sqlalchemy.orm import Mapped, mapped_column

from dialer.db.tables.base import Base, CreatedAt


class PbxNode(CreatedAt, Base):
    """An Asterisk. Its listener's lease and probes live here, on PostgreSQL's clock."""

    __tablename__ = "pbx_nodes"
    __table_args__ = (CheckConstraint("events_port BETWEEN 1024 AND 65535", name="events_port"),)

    id: Mapped[int] = mapped_column(SmallInteger, Identity(always=True), primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    ari_url: Mapped[str]
    ari_username: Mapped[str]
    events_port: Mapped[int | None] = mapped_column(unique=True)
    """Where the listener waits for this PBX to connect and tell its events. None: the listener connects to it."""
    enabled: Mapped[bool] = mapped_column(server_default="true")
    version: Mapped[str | None]
    is_simulator: Mapped[bool | None]
    startup_at: Mapped[datetime | None]
    """When the PBX itself started, by its own clock: an identity, not a time to compare ours with."""
    startup_seen_at: Mapped[datetime | None]
    """Our last probe of that start."""
    listener_id: Mapped[str | None]
    listener_epoch: Mapped[int] = mapped_column(server_default="0")
    lease_until: Mapped[datetime | None]
    gap_free_since: Mapped[datetime | None]
    """Since when every event of the node has been heard."""
    echo_at: Mapped[datetime | None]
    """When the newest echo that came back was sent: all earlier events have been written."""


class Trunk(CreatedAt, Base):
    """A way out of a PBX, with the pace its carrier allows."""

    __tablename__ = "trunks"
    __table_args__ = (
        CheckConstraint("cps > 0", name="cps_pos"),
        CheckConstraint("channels > 0", name="channels_pos"),
    )

    id: Mapped[int] = mapped_column(SmallInteger, Identity(always=True), primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    node_id: Mapped[int] = mapped_column(ForeignKey("pbx_nodes.id"))
    endpoint: Mapped[str]
    """Like `PJSIP/{number}@carrier`; `{number}` is E.164 with its plus, `{digits}` without."""
    caller_id: Mapped[str | None]
    cps: Mapped[Decimal] = mapped_column(Numeric(8, 2))
    channels: Mapped[int]
    enabled: Mapped[bool] = mapped_column(server_default="true")


class TrunkGroup(CreatedAt, Base):
    """Trunks that stand in for each other. A campaign or a call may name a group instead of a trunk."""

    __tablename__ = "trunk_groups"

    id: Mapped[int] = mapped_column(SmallInteger, Identity(always=True), primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


class TrunkGroupMember(Base):
    """A trunk of a group. Which trunks a campaign may use is told by the view `campaign_trunks` (migration 0025)."""

    __tablename__ = "trunk_group_members"
    __table_args__ = (CheckConstraint("weight > 0", name="weight_pos"),)

    group_id: Mapped[int] = mapped_column(
        SmallInteger, ForeignKey("trunk_groups.id", ondelete="CASCADE"), primary_key=True
    )
    trunk_id: Mapped[int] = mapped_column(SmallInteger, ForeignKey("trunks.id"), primary_key=True)
    weight: Mapped[int] = mapped_column(SmallInteger)
    """Its part of the group's calls."""


class TrunkCallerId(CreatedAt, Base):
    """A number that calls over a trunk may show. It is pinned to that trunk: no other may show it."""

    __tablename__ = "caller_ids"
    __table_args__ = (
        CheckConstraint(r"phone_number ~ '^\+[0-9]{6,19}$'", name="e164"),
        Index("ix_caller_ids_trunk", "trunk_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    trunk_id: Mapped[int] = mapped_column(ForeignKey("trunks.id"))
    phone_number: Mapped[str] = mapped_column(unique=True)
    label: Mapped[str | None]
    enabled: Mapped[bool] = mapped_column(server_default="true")


class Control(Base):
    """One row: what holds for the whole installation. Here and not in Redis, where a FLUSHALL would lift it."""

    __tablename__ = "control"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    stop_at: Mapped[datetime | None]
    stop_by: Mapped[str | None]
    stop_reason: Mapped[str | None]
    allow_list_only: Mapped[bool] = mapped_column(server_default="false")
    dispatched_at: Mapped[datetime | None]
    pg_timeline: Mapped[str | None]
    """The history of PostgreSQL in which claims are made (dialer.db.timeline). None until the first one."""
    table_oid: Mapped[int | None] = mapped_column(BigInteger)
    """Of this table then: one that a dump was restored into has another."""


class ControlChange(Base):
    """Who has changed what holds for the whole installation. Written with the change; never edited."""

    __tablename__ = "control_log"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    who: Mapped[str]
    what: Mapped[str]
    detail: Mapped[str]


class AllowedNumber(CreatedAt, Base):
    """A number that may be dialed while `control.allow_list_only` holds."""

    __tablename__ = "allow_list"

    phone_number: Mapped[str] = mapped_column(primary_key=True)
    added_by: Mapped[str]
