"""What the far end's ledger says of a campaign whose database was exchanged for an older one."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import Engine, select, text

from dialer.db.tables import Campaign
from dialer.domain.dispositions import Disposition
from dialer.domain.numbers import NextNumber
from dialer.domain.retry import RetryPolicy, RetryRule
from dialer.local.audit import ends_by_invite
from dialer.simulator.ledger import End, Invite, Ledger


@dataclass(frozen=True, slots=True)
class Spans:
    """Moments, in seconds since 1970: the backup from its begin to its end, when all was ended, restored, and when the
    recovery began."""

    backup_at: float
    backed_up_at: float
    ended_at: float
    restored_at: float
    recovered_at: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """Counts. What is not an amount must be 0.

    Attributes:
        lost_calls: amount: INVITEs that the restored database knows nothing of.
        calls: amount: INVITEs in all.
        max_invites_per_call: 1.
        dialed_before_recovery: INVITEs from the end of everything until `recover` was said.
        lost_at_other_times: INVITEs unknown to the database that were not sent between the backup and the end.
        early_redials: INVITEs to a number sooner after the last one's end than its rule allows; where the last one is
            lost, sooner after the recovery than the doubtful are held back.
        contacts_not_done, contacts_never_dialed, calls_without_disposition: what their names say.
    """

    contacts: int
    calls: int
    lost_calls: int
    max_invites_per_call: int
    dialed_before_recovery: int
    lost_at_other_times: int
    early_redials: int
    contacts_not_done: int
    contacts_never_dialed: int
    calls_without_disposition: int

    @property
    def holds(self) -> bool:
        """Whether nobody was called twice for one attempt or too soon, and nothing is lost."""
        return self.max_invites_per_call == 1 and not any(
            (
                self.dialed_before_recovery,
                self.lost_at_other_times,
                self.early_redials,
                self.contacts_not_done,
                self.contacts_never_dialed,
                self.calls_without_disposition,
            )
        )


@dataclass(frozen=True, slots=True)
class Known:
    """A call that the database has."""

    disposition: str | None
    attempt_number: int
    ended: bool


def judge(engine: Engine, campaign_id: int, ledger: Ledger, spans: Spans, hold_seconds: float) -> Verdict:
    """Hold the ledger against the database as it is in the end."""
    parameters = {"id": campaign_id}
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT id, disposition, attempt_number, state FROM calls WHERE campaign_id = :id"), parameters
        )
        calls = {str(row.id): Known(row.disposition, row.attempt_number, row.state == "ended") for row in rows}
        contacts = connection.execute(
            text("SELECT phone_number, state FROM contacts WHERE campaign_id = :id"), parameters
        ).all()
        policy = RetryPolicy.model_validate(
            connection.scalar(select(Campaign.retry_policy).where(Campaign.id == campaign_id))
        )
    return compare(
        calls,
        {row.phone_number for row in contacts if row.state == "done"},
        len(contacts),
        policy,
        ledger,
        spans,
        hold_seconds,
    )


def compare(
    calls: dict[str, Known],
    done: Collection[str],
    contacts: int,
    policy: RetryPolicy,
    ledger: Ledger,
    spans: Spans,
    hold_seconds: float,
) -> Verdict:
    """As `judge`, from values."""
    lost = [invite for invite in ledger.invites if invite.channel not in calls]
    dialed = {invite.number for invite in ledger.invites}
    return Verdict(
        contacts=contacts,
        calls=len(ledger.invites),
        lost_calls=len(lost),
        max_invites_per_call=ledger.max_invites_per_channel(),
        dialed_before_recovery=sum(spans.ended_at <= invite.at < spans.recovered_at for invite in ledger.invites),
        lost_at_other_times=sum(not spans.backup_at <= invite.at <= spans.ended_at for invite in lost),
        early_redials=_early_redials(calls, policy, ledger, spans.recovered_at + hold_seconds),
        contacts_not_done=contacts - len(done),
        contacts_never_dialed=sum(number not in dialed for number in done),
        calls_without_disposition=sum(not call.ended for call in calls.values()),
    )


def _early_redials(calls: Mapping[str, Known], policy: RetryPolicy, ledger: Ledger, held_until: float) -> int:
    ends = ends_by_invite(ledger)
    return sum(
        again.at < _earliest(calls, policy, before, ends.get(before), again, held_until)
        for sent in ledger.invites_by_number().values()
        for before, again in pairwise(sent)
    )


def _earliest(
    calls: Mapping[str, Known], policy: RetryPolicy, before: Invite, end: End | None, again: Invite, held_until: float
) -> float:
    """From when on the number may be called again."""
    if end is None:
        return float("inf")
    if again.channel not in calls:
        # Lost too: what the call before had come to was known when it was made, and nobody knows it any more.
        return end.at + min(rule.delay(1).total_seconds() for rule in _rules(policy))
    call = calls.get(before.channel)
    if call is None or call.disposition in (Disposition.WITHDRAWN, None):
        return held_until
    rule = policy.rule(Disposition(call.disposition))
    return end.at + rule.delay(call.attempt_number).total_seconds() if rule else float("inf")


def _rules(policy: RetryPolicy) -> Iterable[RetryRule]:
    """Those by which somebody who has one number is called again."""
    return (rule for rule in map(policy.rule, Disposition) if rule and rule.number is not NextNumber.DROP)
