"""Hold the far end's ledger against the database: what was dialed, and what we say was dialed."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Engine, select

from dialer.db.tables import Call, Campaign, Contact
from dialer.domain.dispositions import Disposition
from dialer.domain.retry import RetryPolicy
from dialer.simulator.ledger import REDIRECTED, End, Invite, Ledger

# Written down apart from dialer.domain.dispositions, which this is there to check.
_EXPECTED: Final[Mapping[str, Disposition]] = {
    "busy": Disposition.BUSY,
    "busy_everywhere": Disposition.BUSY,
    "busy_after_ringing": Disposition.BUSY,
    "no_answer": Disposition.NO_ANSWER,
    "no_answer_early_media": Disposition.NO_ANSWER,
    "unavailable": Disposition.NO_ANSWER,
    "request_timeout": Disposition.NO_ANSWER,
    "no_reply": Disposition.NO_ANSWER,
    "unallocated": Disposition.UNALLOCATED,
    "moved": Disposition.UNALLOCATED,
    "invalid_number": Disposition.UNALLOCATED,
    "nowhere": Disposition.UNALLOCATED,
    "ambiguous": Disposition.UNALLOCATED,
    "rejected": Disposition.REJECTED,
    "forbidden": Disposition.TRUNK_FAULT,
    "unauthorized": Disposition.TRUNK_FAULT,
    "proxy_auth": Disposition.TRUNK_FAULT,
    "congestion": Disposition.CONGESTION,
    "server_error": Disposition.TRUNK_FAULT,
    "not_implemented": Disposition.FAILED,
    "bad_gateway": Disposition.TRUNK_FAULT,
    "gateway_timeout": Disposition.TRUNK_FAULT,
    "not_acceptable": Disposition.FAILED,
    "not_acceptable_anywhere": Disposition.FAILED,
    "bad_extension": Disposition.FAILED,
    "terminated": Disposition.NO_ANSWER,
    "hops": Disposition.NO_ANSWER,
}

# Without the SIP status, which 16 does not tell: 401, 403 and 407 look like the callee's 603, 487 like nothing known.
_WITHOUT_SIP_STATUS: Final[Mapping[str, Disposition]] = {
    "forbidden": Disposition.REJECTED,
    "unauthorized": Disposition.REJECTED,
    "proxy_auth": Disposition.REJECTED,
    "terminated": Disposition.FAILED,
}

_NEVER_DIALED: Final = frozenset(
    {Disposition.WITHDRAWN, Disposition.NOT_DIALED, Disposition.FAILED, Disposition.CANCELLED}
)


@dataclass(frozen=True, slots=True)
class CallFacts:
    """A call as the database has it."""

    id: UUID
    contact_id: int | None
    phone_number: str
    state: str
    disposition: str | None
    attempt_number: int
    max_attempts: int
    claimed_at: datetime | None
    ended_at: datetime | None
    late_dialed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Audit:
    """What came out. Everything from `early_redials` to `wrong_dispositions` must be 0."""

    contacts: int
    completed: int
    calls: int
    invites: int
    max_invites_per_call: int
    early_redials: int
    late_dials: int
    calls_without_disposition: int
    wrong_dispositions: int
    indeterminate: int
    dispositions: dict[str, int]
    over_max_attempts: int
    unknown_invites: int
    """INVITEs whose channel id is no call of the campaign."""

    @property
    def agrees(self) -> bool:
        """Whether ledger and database tell the same story."""
        return self.max_invites_per_call <= 1 and not any(
            (
                self.early_redials,
                self.late_dials,
                self.calls_without_disposition,
                self.wrong_dispositions,
                self.over_max_attempts,
                self.unknown_invites,
            )
        )

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def audit(engine: Engine, campaign_id: int, ledger: Ledger, *, tells_sip_status: bool = True) -> Audit:
    """Compare a campaign's calls with the ledger. `calls` counts the calls that were claimed, dialed or not.

    Args:
        tells_sip_status: whether the PBX said `tech_cause`; before 20.17, 22.7 and 23.1 it doesn't.
    """
    with engine.connect() as connection:
        columns = [getattr(Call, name) for name in CallFacts.__dataclass_fields__]
        rows = connection.execute(select(*columns).where(Call.campaign_id == campaign_id)).mappings()
        calls = {row["id"]: CallFacts(**row) for row in rows}
        states = list(connection.scalars(select(Contact.state).where(Contact.campaign_id == campaign_id)))
        policy = RetryPolicy.model_validate(
            connection.scalar(select(Campaign.retry_policy).where(Campaign.id == campaign_id))
        )
    return compare(calls, states, policy, ledger, tells_sip_status=tells_sip_status)


def compare(
    calls: Mapping[UUID, CallFacts],
    contact_states: Iterable[str],
    policy: RetryPolicy,
    ledger: Ledger,
    *,
    tells_sip_status: bool = True,
) -> Audit:
    """As `audit`, from values."""
    expected = _EXPECTED if tells_sip_status else {**_EXPECTED, **_WITHOUT_SIP_STATUS}
    states = list(contact_states)
    fates = redirected_fates(ledger)
    ledger = replace(ledger, invites=posted(ledger))
    invites = ledger.invites_by_channel()
    ends = ends_by_invite(ledger)
    claimed = [call for call in calls.values() if call.claimed_at is not None or str(call.id) in invites]
    dialed = Counter(call.contact_id for call in calls.values() if str(call.id) in invites)
    caps = {call.contact_id: call.max_attempts for call in calls.values()}
    return Audit(
        contacts=len(states),
        completed=states.count("done"),
        calls=len(claimed),
        invites=len(ledger.invites),
        max_invites_per_call=ledger.max_invites_per_channel(),
        early_redials=sum(1 for _ in _early_redials(calls, policy, ledger, ends)),
        late_dials=sum(_is_late(call, invites.get(str(call.id), [])) for call in calls.values()),
        calls_without_disposition=sum(call.state != "ended" or call.disposition is None for call in calls.values()),
        wrong_dispositions=sum(
            _is_wrong(call, invites.get(str(call.id), []), ends, fates, expected) for call in calls.values()
        ),
        indeterminate=sum(call.disposition == Disposition.INDETERMINATE for call in calls.values()),
        dispositions=dict(
            sorted(Counter(call.disposition for call in claimed if call.disposition is not None).items())
        ),
        over_max_attempts=sum(n > caps[contact] for contact, n in dialed.items()),
        unknown_invites=sum(channel not in {str(call_id) for call_id in calls} for channel in invites),
    )


def posted(ledger: Ledger) -> tuple[Invite, ...]:
    """The INVITEs that somebody asked for: all but those that follow a redirect."""
    return tuple(invite for invite in ledger.invites if not invite.channel.endswith(REDIRECTED))


def redirected_fates(ledger: Ledger) -> dict[str, str]:
    """The fates that redirected calls were led to, by the channel that was redirected."""
    return {i.channel.removesuffix(REDIRECTED): i.fate for i in ledger.invites if i.channel.endswith(REDIRECTED)}


def ends_by_invite(ledger: Ledger) -> dict[Invite, End]:
    """The end of what each INVITE began. A channel id may have more ends: those of tombs.

    Of a redirected call it is the end of the leg that followed, where the far end records that by itself.
    """
    by_channel: dict[str, list[End]] = {}
    for end in ledger.ends:
        by_channel.setdefault(end.channel, []).append(end)
    found: dict[Invite, End] = {}
    for invite in ledger.invites:
        own = by_channel.get(f"{invite.channel}{REDIRECTED}") or by_channel.get(invite.channel)
        later = (end for end in own or () if end.at >= invite.at)
        if (first := next(later, None)) is not None:
            found[invite] = first
    return found


def _early_redials(
    calls: Mapping[UUID, CallFacts], policy: RetryPolicy, ledger: Ledger, ends: Mapping[Invite, End]
) -> Iterable[Invite]:
    """INVITEs to a number sooner after the end of the one before than its disposition's rule allows."""
    by_channel = {str(call.id): call for call in calls.values()}
    for sent in ledger.invites_by_number().values():
        for before, again in pairwise(sent):
            call, end = by_channel.get(before.channel), ends.get(before)
            if call is None:
                continue
            rule = policy.rule(Disposition(call.disposition)) if call.disposition else None
            delay = rule.delay(call.attempt_number) if rule else timedelta.max
            if end is None or (again.at - end.at) < delay.total_seconds():
                yield again


def _is_late(call: CallFacts, invites: list[Invite]) -> bool:
    return call.late_dialed_at is not None or (
        call.ended_at is not None and any(invite.at > call.ended_at.timestamp() for invite in invites)
    )


def _is_wrong(
    call: CallFacts,
    invites: list[Invite],
    ends: Mapping[Invite, End],
    redirected: Mapping[str, str],
    expected: Mapping[str, Disposition],
) -> bool:
    """Whether the disposition is not what the ledger shows. `indeterminate` is counted by itself."""
    if call.disposition in (None, Disposition.INDETERMINATE):
        return False
    if not invites:
        return call.disposition not in _NEVER_DIALED
    last = invites[-1]
    return call.disposition != _shown(redirected.get(last.channel, last.fate), ends.get(last), expected)


def _shown(fate: str, end: End | None, expected: Mapping[str, Disposition]) -> Disposition | None:
    if end is None:
        return None
    if end.was_up:
        return Disposition.ANSWERED
    if end.hung_up_by == "us":
        return Disposition.CANCELLED
    if end.hung_up_by == "timeout":
        return Disposition.NO_ANSWER
    return expected.get(fate)
