"""Why is this contact not being dialed? The gate itself is asked, on fresh facts."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, RowMapping

from dialer.config import Settings
from dialer.db import campaigns, explaining, transitions
from dialer.db.people import in_flight
from dialer.domain.caller_ids import Owned
from dialer.domain.calls import CallState
from dialer.domain.contacts import ContactState
from dialer.domain.gate import INSTALLATION, decide
from dialer.domain.people import Pace
from dialer.domain.profiles import longest_silence, rules_for
from dialer.domain.rules import CAMPAIGN
from dialer.domain.trunks import USABLE, TrunkState
from dialer.errors import NotFound
from dialer.services import gating, people
from dialer.services.pacing import Paces
from dialer.services.trunk_states import TrunkStanding, TrunkStates

DUE: Final = "due"
IN_CALL: Final = "in_call"
DONE: Final = "done"
TRUNK_DISABLED: Final = "trunk_disabled"
NO_LISTENER: Final = "no_listener"
PEOPLE_BUSY: Final = "people_busy"
NO_TRUNK: Final = "no_trunk"


@dataclass(frozen=True, slots=True)
class Explanation:
    """What keeps a contact from being dialed, at `as_of`.

    Attributes:
        code: one of the gate's; or `due` (nothing forbids it: it waits for its turn), `in_call`, `done`,
            `trunk_disabled`, `no_listener`, `no_trunk` (none of its group works), `people_busy`.
        source: who made the rule.
        until: the first moment at which the gate says yes if nothing changes but the time; None if that won't do.
        checked: what the gate looked at; None where it wasn't asked.
    """

    contact_id: int
    campaign_id: int
    state: ContactState
    dialable: bool
    code: str
    rule: str
    source: str
    until: datetime | None
    open_call_id: Any
    next_attempt_at: datetime | None
    callback_at: datetime | None
    checked: dict[str, Any] | None
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Group:
    """Contacts to which the same rule says no, until the same moment.

    Attributes:
        contacts: how many.
        sample: the one of them that opens first; `rule` is as it reads for that one.
        opens_at: when that is; None if time alone won't do.
    """

    code: str
    rule: str
    source: str
    contacts: int
    opens_at: datetime | None
    sample: int


@dataclass(frozen=True, slots=True)
class CampaignExplanation:
    """All contacts of a campaign, by what keeps them from being dialed, the largest group first."""

    campaign_id: int
    contacts: int
    groups: Sequence[Group]
    as_of: datetime


@dataclass(frozen=True, slots=True)
class _Means:
    """What a campaign calls with.

    Attributes:
        pace, in_flight: of its people, if it has any, and how many of them its calls keep busy.
        trunks: those of its group; none for a campaign with a trunk of its own.
    """

    pace: Pace | None
    in_flight: int
    trunks: Sequence[TrunkStanding]


class Explaining:
    """Answers why not."""

    def __init__(self, engine: Engine, settings: Settings, paces: Paces, states: TrunkStates) -> None:
        self._engine = engine
        self._states = states
        self._paces = paces
        self._settings = settings

    def contact(self, contact_id: int) -> Explanation:
        """Exactly what the gate says now.

        Raises:
            NotFound: no such contact.
        """
        with self._engine.begin() as tx:
            row = explaining.contacts(tx, [contact_id], transitions.database_time(tx)).get(contact_id)
            if row is None:
                raise NotFound(f"There is no contact {contact_id}.")
            return self._explain(row, self._means(tx, row))

    def campaign(self, campaign_id: int) -> CampaignExplanation:
        """Every contact counted once, with what was committed at `as_of`.

        Raises:
            NotFound: no such campaign.
        """
        with self._engine.connect().execution_options(isolation_level="REPEATABLE READ") as tx:
            campaign = campaigns.get(tx, campaign_id)
            if campaign is None:
                raise NotFound(f"There is no campaign {campaign_id}.")
            at = transitions.database_time(tx)
            found = explaining.groups(tx, campaign_id, at, *_limits(tx, asdict(campaign)))
            samples = explaining.contacts(tx, [row["contact_id"] for row in found], at)
            means = self._means(tx, next(iter(samples.values()))) if samples else None
        merged: dict[tuple[str, str, datetime | None], Group] = {}
        for row in found:
            told = self._explain(samples[row["contact_id"]], means)
            key = (told.code, told.rule if told.code == DONE else told.source, told.until)
            before = merged.get(key)
            merged[key] = Group(
                told.code,
                before.rule if before else told.rule,
                told.source,
                row["n"] + (before.contacts if before else 0),
                told.until,
                before.sample if before else told.contact_id,
            )
        groups = sorted(merged.values(), key=lambda group: -group.contacts)
        return CampaignExplanation(campaign_id, sum(group.contacts for group in groups), groups, at)

    def _means(self, tx: Connection, row: RowMapping) -> _Means:
        campaign_id: int = row["campaign_id"]
        pace = people.paces(tx, [row], row["at"]).get(campaign_id)
        busy = in_flight(tx, campaign_id) if pace is not None else 0
        trunks = self._states.of_campaign(tx, campaign_id) if row["trunk_group_id"] is not None else ()
        return _Means(pace, busy, trunks)

    def _explain(self, row: RowMapping, means: _Means | None) -> Explanation:
        state = ContactState(row["contact_state"])
        code, rule, source, until, checked = self._why(state, row, means)
        return Explanation(
            contact_id=row["contact_id"],
            campaign_id=row["campaign_id"],
            state=state,
            dialable=code == DUE,
            code=code,
            rule=rule,
            source=source,
            until=until,
            open_call_id=row["open_call_id"],
            next_attempt_at=row["next_attempt_at"],
            callback_at=row["callback_for"],
            checked=checked,
            as_of=row["at"],
        )

    def _why(
        self, state: ContactState, row: RowMapping, means: _Means | None
    ) -> tuple[str, str, str, datetime | None, dict[str, Any] | None]:
        if state is ContactState.DONE:
            return DONE, f"nothing more happens: {row['final_reason']}", CAMPAIGN, None, None
        if state is ContactState.IN_CALL:
            waits = ", until the limits of installation, trunk and campaign let a worker take it"
            state_of_call = f"{row['open_call_state']}{waits if row['open_call_state'] == CallState.QUEUED else ''}"
            return IN_CALL, f"call {row['open_call_id']} is {state_of_call}", CAMPAIGN, None, None
        facts = gating.facts(
            row,
            self._settings,
            owned=Owned(row["trunk_caller_id"], row["caller_ids"]),
            stopped=row["stop_at"] is not None,
            allow_list_only=row["allow_list_only"],
            due_at=row["due_at"],
            people=means.pace if means else None,
        )
        refusal = decide(facts)
        checked = gating.record(facts, refusal)
        if refusal is not None:
            return refusal.code.value, refusal.rule, refusal.source, refusal.until, checked
        broken = _broken(row, means.trunks if means else ())
        if broken is not None:
            return *broken, INSTALLATION, None, checked
        if means is not None and means.pace is not None and means.in_flight >= means.pace.calls:
            return PEOPLE_BUSY, f"{means.in_flight} calls are under way, for {means.pace}", CAMPAIGN, None, checked
        trouble = self._trouble(row, means.trunks if means else ())
        rule = "nothing forbids it: it waits for its turn" + (f"; {trouble}" if trouble else "")
        return DUE, rule, CAMPAIGN, row["at"], checked

    def _trouble(self, row: RowMapping, group: Sequence[TrunkStanding]) -> str | None:
        """What slows a campaign down; of a group, if it does so to all of its trunks that work."""
        working = [(trunk.trunk_id, trunk.node_id) for trunk in group if trunk.state in USABLE]
        found = [self._paces.trouble(*way) for way in working or [(row["trunk_id"], row["node_id"])]]
        return None if None in found else found[0]


def _broken(row: RowMapping, group: Sequence[TrunkStanding]) -> tuple[str, str] | None:
    """Why nothing goes out for anybody: the code and the words; None if something does."""
    if group:
        if any(trunk.state in USABLE for trunk in group):
            return None
        each = ", ".join(f"{trunk.name}: {_WORDS[trunk.state]}" for trunk in group)
        return NO_TRUNK, f"no trunk of the campaign's group works ({each})"
    if not row["trunk_enabled"]:
        return TRUNK_DISABLED, "the campaign's trunk or its node is disabled"
    if not row["listener_alive"]:
        return NO_LISTENER, "nobody listens to the trunk's node"
    return None


_WORDS: Final = {
    TrunkState.DISABLED: "it or its node is disabled",
    TrunkState.NO_LISTENER: "nobody listens to its node",
    TrunkState.RESTING: "it or its node only fails, and is left alone for a while",
}


def _limits(tx: Connection, campaign: dict[str, Any]) -> tuple[list[tuple[int, int]], float]:
    """What may bind one of the campaign's contacts: caps and gaps, as (calls, seconds); seconds after an abandoned
    call."""
    own = gating.own_rules(campaign)
    rules = [rules_for(own, regions) for regions in {(), *explaining.regions(tx)}]
    caps = {cap for rule in rules for cap in (*rule.caps, *([rule.gap] if rule.gap else []))}
    # Also of profiles that only a contact's number tells.
    silence = longest_silence().total_seconds()
    return sorted((cap.calls, int(cap.period.total_seconds())) for cap in caps), silence
