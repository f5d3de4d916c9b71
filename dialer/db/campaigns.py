"""Campaigns, as their managers see them."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Connection, func, insert, select, update

from dialer.db import pages
from dialer.db.pages import Order, Page, PageRequest
from dialer.db.records import columns, first, one
from dialer.db.tables import CallList, Campaign
from dialer.domain.campaigns import CampaignState
from dialer.domain.imports import ImportState

ORDER: Final = Order("campaigns", Campaign.id, int, descending=True)


@dataclass(frozen=True, slots=True)
class CampaignRecord:
    """A campaign's row."""

    id: int
    name: str
    state: str
    version: int
    trunk_id: int | None
    trunk_group_id: int | None
    caller_id: str | None
    caller_id_pool: dict[str, Any] | None
    timeout_seconds: int
    max_attempts: int
    cps: Decimal | None
    channels: int | None
    people: int | None
    abandon_ceiling: float | None
    default_region: str | None
    default_time_zone: str | None
    calling_window: dict[str, Any]
    profile: str
    number_caps: list[dict[str, Any]]
    min_gap_seconds: int | None
    skip_holidays: bool
    consent_required: bool
    not_before: datetime | None
    not_after: datetime | None
    weight: int
    priority: int
    dial_order: str
    retry_policy: dict[str, Any]
    answer_action: dict[str, Any]
    created_by: str
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None
    ended_at: datetime | None

    @property
    def revision(self) -> str:
        """What an edit must have been made of (see `dialer.services.revisions`)."""
        return str(self.version)


@dataclass(frozen=True, slots=True)
class CampaignFilter:
    """Which campaigns; None is any. `name`: a part of it, upper or lower case."""

    state: CampaignState | None = None
    trunk_id: int | None = None
    trunk_group_id: int | None = None
    name: str | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None


_COLUMNS: Final = columns(Campaign, CampaignRecord)


def create(tx: Connection, values: dict[str, Any]) -> CampaignRecord:
    """Add a campaign. Its name must be free (`uq_campaigns_name`), its trunk or group exist (`fk_campaigns_trunk_id`,
    `fk_campaigns_trunk_group_id`)."""
    return one(tx, CampaignRecord, insert(Campaign).values(**values).returning(*_COLUMNS))


def get(tx: Connection, campaign_id: int) -> CampaignRecord | None:
    return first(tx, CampaignRecord, select(*_COLUMNS).where(Campaign.id == campaign_id))


def lock(tx: Connection, campaign_id: int) -> CampaignRecord | None:
    """The campaign, which nobody else edits meanwhile. Contacts may still be added to it."""
    statement = select(*_COLUMNS).where(Campaign.id == campaign_id).with_for_update(key_share=True)
    return first(tx, CampaignRecord, statement)


def listed(tx: Connection, page: PageRequest, wanted: CampaignFilter) -> Page[CampaignRecord]:
    """Campaigns, the newest first."""
    statement = select(*_COLUMNS)
    if wanted.name is not None:
        statement = statement.where(Campaign.name.icontains(wanted.name, autoescape=True))
    found = pages.matching(
        statement, Campaign, state=wanted.state, trunk_id=wanted.trunk_id, trunk_group_id=wanted.trunk_group_id
    )
    found = pages.between(found, Campaign.created_at, wanted.created_from, wanted.created_before)
    return pages.read(tx, CampaignRecord, found, ORDER, page)


def edit(tx: Connection, campaign_id: int, values: dict[str, Any], *, reconsider: bool = False) -> CampaignRecord:
    """Change a campaign; its version counts the change.

    Args:
        reconsider: those who wait by its rules are asked about again.
    """
    changed = {**values, "version": Campaign.version + 1, "updated_at": func.clock_timestamp()}
    if reconsider:
        changed["rules_version"] = Campaign.version + 1
    return _update(tx, campaign_id, changed)


def set_state(tx: Connection, campaign_id: int, state: CampaignState) -> CampaignRecord:
    """Move a campaign, keeping its times: it starts once, and ends whenever it is over."""
    values: dict[str, Any] = {"state": state.value, "updated_at": func.clock_timestamp()}
    if state is CampaignState.RUNNING:
        values["started_at"] = func.coalesce(Campaign.started_at, func.clock_timestamp())
        values["running_since"] = func.clock_timestamp()
    over = state in (CampaignState.CANCELLED, CampaignState.COMPLETED)
    values["ended_at"] = func.clock_timestamp() if over else None
    return _update(tx, campaign_id, values)


def import_runs(tx: Connection, campaign_id: int) -> bool:
    """Whether a call list is being received or imported."""
    running = (ImportState.RECEIVING, ImportState.IMPORTING)
    found = select(CallList.id).where(CallList.campaign_id == campaign_id, CallList.state.in_(running)).limit(1)
    return tx.scalar(found) is not None


def _update(tx: Connection, campaign_id: int, values: dict[str, Any]) -> CampaignRecord:
    statement = update(Campaign).where(Campaign.id == campaign_id).values(**values)
    return one(tx, CampaignRecord, statement.returning(*_COLUMNS))
