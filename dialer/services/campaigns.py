"""Campaigns: made, read, edited, started, paused, cancelled."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel
from sqlalchemy import Connection, Engine

from dialer.clock import Clock
from dialer.db import campaigns
from dialer.db.campaigns import CampaignFilter, CampaignRecord
from dialer.db.pages import Page, PageRequest
from dialer.db.records import explaining
from dialer.db.tables import Call
from dialer.domain import profiles
from dialer.domain.actions import ANSWER_ACTION, AnswerAction, reaches_people
from dialer.domain.caller_ids import CallerIdPool
from dialer.domain.campaigns import CampaignCommand, CampaignState, DialOrder, allowed_commands, next_state
from dialer.domain.profiles import NumberCap
from dialer.domain.retry import RetryPolicy
from dialer.domain.window import CallingWindow
from dialer.errors import Conflict, DialerError, InvalidInput, NotFound
from dialer.services import caller_ids, gating, revisions, sounds
from dialer.services.decisions import Decided, decide
from dialer.services.ending import withdraw_queued
from dialer.services.idempotency import Within, nothing_more
from dialer.services.revisions import ANY, Revisions

_CALLER_ID: Final = frozenset({"trunk_id", "trunk_group_id", "caller_id", "caller_id_pool"})
_WAYS: Final = ("trunk_id", "trunk_group_id")
_LET_WAIT: Final = frozenset(
    {*gating.OWN_RULES, "default_time_zone", "not_before", "not_after", "max_attempts", "retry_policy"}
)
"""The fields by which contacts wait: who waits is reconsidered when one of them is edited."""
_RESTRICTING: Final = frozenset({CampaignCommand.PAUSE, CampaignCommand.CANCEL})


@dataclass(frozen=True, slots=True)
class NewCampaign:
    """What a campaign is made of.

    Attributes:
        trunk_id, trunk_group_id: what its calls go over: one of them, the other is None.
        caller_id: None for the trunk's. It must be the trunk's, where the trunk has said which are.
        caller_id_pool: instead of `caller_id`: it is chosen for each call.
        cps, channels: its own limits, below those of its trunk.
        people: those who speak to whoever answers; None for calls that need nobody.
        abandon_ceiling: in percent of those who answer, below what the profile says.
        profile: the compliance profile that holds at least (dialer.domain.profiles.names).
        number_caps: how often a number may be dialed, all campaigns together.
        not_before, not_after: its dates; nothing is dialed outside them.
        weight: its share of the trunk among campaigns of the same priority.
        priority: campaigns of a higher one go first.
        dial_order: which of its contacts of the same priority go first.
    """

    name: str
    trunk_id: int | None
    answer_action: AnswerAction
    trunk_group_id: int | None = None
    caller_id: str | None = None
    caller_id_pool: CallerIdPool | None = None
    timeout_seconds: int = 30
    max_attempts: int = 3
    cps: float | None = None
    channels: int | None = None
    people: int | None = None
    abandon_ceiling: float | None = None
    default_region: str | None = None
    default_time_zone: str | None = None
    calling_window: CallingWindow = field(default_factory=CallingWindow)
    profile: str = profiles.NONE
    number_caps: Sequence[NumberCap] = ()
    min_gap_seconds: int | None = None
    skip_holidays: bool = False
    consent_required: bool = False
    not_before: datetime | None = None
    not_after: datetime | None = None
    weight: int = 1
    priority: int = 0
    dial_order: DialOrder = DialOrder.LIST
    retry_policy: RetryPolicy = field(default_factory=RetryPolicy)


class Campaigns:
    """What a manager does with campaigns."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def create(self, new: NewCampaign, user: str, *, within: Within[CampaignRecord] = nothing_more) -> CampaignRecord:
        """Make a campaign, as a draft: nobody is called before `start`.

        Args:
            within: called with the campaign in the transaction that makes it.

        Raises:
            Conflict: there is one of that name.
            InvalidInput: no such trunk, group or profile; its rules would loosen the profile's; a caller id that isn't
                the trunk's; an uploaded sound that isn't there.
        """
        values = {name: getattr(new, name) for name in NewCampaign.__dataclass_fields__}
        _check(_stored(values))
        with explaining(_violations(values)), self._engine.begin() as tx:
            caller_ids.check_way(tx, new.trunk_id, new.trunk_group_id, new.caller_id, new.caller_id_pool)
            sounds.check(tx, new.answer_action)
            campaign = campaigns.create(tx, {**_stored(values), "created_by": user})
            within(tx, campaign)
        return campaign

    def clone(
        self, campaign_id: int, name: str, user: str, *, within: Within[CampaignRecord] = nothing_more
    ) -> CampaignRecord:
        """Make a draft with the settings of another campaign, whatever that one's state. No contacts come with it.

        Args:
            within: called with the new campaign in the transaction that makes it.

        Raises:
            NotFound: no such campaign.
            Conflict: there is one of that name.
        """
        with explaining(_violations({"name": name})), self._engine.begin() as tx:
            model = asdict(_found(campaigns.get(tx, campaign_id), campaign_id))
            settings = {field: model[field] for field in NewCampaign.__dataclass_fields__}
            made = campaigns.create(tx, {**settings, "name": name, "created_by": user})
            within(tx, made)
        return made

    def get(self, campaign_id: int) -> CampaignRecord:
        """One campaign.

        Raises:
            NotFound: there is none.
        """
        with self._engine.begin() as tx:
            return _found(campaigns.get(tx, campaign_id), campaign_id)

    def listed(self, page: PageRequest, wanted: CampaignFilter | None = None) -> Page[CampaignRecord]:
        """Campaigns, the newest first."""
        with self._engine.begin() as tx:
            return campaigns.listed(tx, page, wanted or CampaignFilter())

    def edit(self, campaign_id: int, changes: Mapping[str, Any], *, of: Revisions = ANY) -> Decided[CampaignRecord]:
        """Change fields of `NewCampaign`. Every claim made after the answer goes by them, also of calls queued before.

        Args:
            of: the revisions that the changes are meant for.

        Raises:
            PreconditionFailed: it has another revision.
            NotFound: no such campaign.
            Conflict: it is cancelled, or the new name is taken.
            InvalidInput: no such trunk, group or profile; its rules would loosen the profile's; a caller id that isn't
                the trunk's; an uploaded sound that isn't there.
        """

        def action(tx: Connection) -> CampaignRecord:
            campaign = _found(campaigns.lock(tx, campaign_id), campaign_id)
            revisions.check(of, campaign.revision)
            if campaign.state == CampaignState.CANCELLED:
                raise Conflict("A cancelled campaign can't be edited.")
            changed = _stored(_with_way(changes))
            after = asdict(campaign) | changed
            _check(after)
            if changes.keys() & _CALLER_ID:
                way = (after["trunk_id"], after["trunk_group_id"])
                caller_ids.check_way(tx, *way, after["caller_id"], _pool(after["caller_id_pool"]))
            if "answer_action" in changes:
                sounds.check(tx, changes["answer_action"])
            if not changes:
                return campaign
            return campaigns.edit(tx, campaign_id, changed, reconsider=not _LET_WAIT.isdisjoint(changes))

        with explaining(_violations(changes)):
            return decide(self._engine, self._clock, action, scope=[Call.campaign_id == campaign_id])

    def command(self, campaign_id: int, command: CampaignCommand) -> Decided[CampaignRecord]:
        """Start, pause, resume or cancel. A command that has been carried out already changes nothing.

        When `pause` or `cancel` returns, no further call of the campaign is sent. `cancel` also takes queued calls
        back. Contacts are left as they are: a cancelled campaign is never dialed again, and its counts tell
        how far it came.

        Raises:
            NotFound: no such campaign.
            Conflict: not possible in its present state; `extra["allowed"]` says what is.
            InvalidInput: an uploaded sound of a campaign to be started is gone.
        """

        def action(tx: Connection) -> CampaignRecord:
            campaign = _found(campaigns.lock(tx, campaign_id), campaign_id)
            return self._move(tx, campaign, command)

        if command in _RESTRICTING:
            return decide(self._engine, self._clock, action, scope=[Call.campaign_id == campaign_id])
        with self._engine.begin() as tx:
            return Decided(action(tx), 0)

    def _move(self, tx: Connection, campaign: CampaignRecord, command: CampaignCommand) -> CampaignRecord:
        present = CampaignState(campaign.state)
        state = next_state(present, command)
        if state is None:
            allowed = [str(c) for c in allowed_commands(present)]
            instead = f", only to {' or '.join(allowed)}" if allowed else ": that is for good"
            detail = f"A campaign that is {present} can't be told to {command}{instead}."
            raise Conflict(detail, state=present, allowed=allowed)
        if state is present:
            return campaign
        if command is CampaignCommand.START:
            sounds.check(tx, ANSWER_ACTION.validate_python(campaign.answer_action))
        moved = campaigns.set_state(tx, campaign.id, state)
        if command is CampaignCommand.CANCEL:
            withdraw_queued(tx, Call.campaign_id == campaign.id, reason="campaign_cancelled")
        return moved


def _found(campaign: CampaignRecord | None, campaign_id: int) -> CampaignRecord:
    if campaign is None:
        raise NotFound(f"There is no campaign {campaign_id}.")
    return campaign


def _check(values: Mapping[str, Any]) -> None:
    """Refuse rules that contradict each other or the profile.

    Raises:
        InvalidInput: names the fields.
    """
    wrong: list[tuple[str, str]] = []
    if values["profile"] not in profiles.names():
        wrong.append(("profile", f"must be one of {', '.join(profiles.names())}"))
    if values["not_before"] and values["not_after"] and values["not_before"] >= values["not_after"]:
        wrong.append(("not_after", "must be later than not_before"))
    if values["caller_id"] is not None and values["caller_id_pool"] is not None:
        wrong.append(("caller_id_pool", "can't be together with caller_id: set one of them to null"))
    if (values["trunk_id"] is None) == (values["trunk_group_id"] is None):
        wrong.append(("trunk_id", "name either a trunk or, as trunk_group_id, a group of them"))
    if values["people"] is None and reaches_people(ANSWER_ACTION.validate_python(values["answer_action"])):
        wrong.append(("people", "must be stated, as the answer action transfers to people: how many of them are free"))
    wrong += profiles.loosened(gating.own_rules(values), values["timeout_seconds"])
    if wrong:
        detail = "; ".join(f"{name}: {message}" for name, message in wrong)
        raise InvalidInput(f"{detail}.", errors=[{"field": name, "message": message} for name, message in wrong])


def _with_way(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Who names a trunk has no group any more, and the other way round."""
    named = [name for name in _WAYS if changes.get(name) is not None]
    return {**dict.fromkeys(_WAYS), **changes} if len(named) == 1 else dict(changes)


def _pool(stored: Mapping[str, Any] | None) -> CallerIdPool | None:
    return None if stored is None else CallerIdPool.model_validate(stored)


def _stored(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as the row holds them: models as JSON."""
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def _violations(values: Mapping[str, Any]) -> dict[str, DialerError]:
    trunk, group = f"there is no trunk {values.get('trunk_id')}", f"there is no group {values.get('trunk_group_id')}"
    return {
        "uq_campaigns_name": Conflict(f"There is a campaign named {values.get('name')!r} already."),
        "fk_campaigns_trunk_id": InvalidInput(
            f"{trunk[0].upper()}{trunk[1:]}.", errors=[{"field": "trunk_id", "message": trunk}]
        ),
        "fk_campaigns_trunk_group_id": InvalidInput(
            f"{group[0].upper()}{group[1:]}.", errors=[{"field": "trunk_group_id", "message": group}]
        ),
    }
