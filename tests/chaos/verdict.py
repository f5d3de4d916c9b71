"""Hold one run's ledger against the database and against what was promised meanwhile."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

from sqlalchemy import text

from dialer.local.audit import Audit, audit
from dialer.simulator.ledger import Ledger
from tests.chaos.record import Record, Span
from tests.chaos.stage import CHANNELS, CPS, Stage


@dataclass(frozen=True, slots=True)
class Verdict:
    """Counts of one run, or of several added up."""

    calls: int = 0
    double_dials: int = 0
    early_redials: int = 0
    late_dials: int = 0
    calls_without_disposition: int = 0
    wrong_dispositions: int = 0
    indeterminate: int = 0
    indeterminate_allowed: int = 0
    contacts_unexplained: int = 0
    over_max_attempts: int = 0
    limit_violations: int = 0
    dialed_after_stop: int = 0
    slots_leaked: int = 0

    def __add__(self, other: "Verdict") -> "Verdict":
        return Verdict(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(Verdict)))

    @property
    def holds(self) -> bool:
        """Whether everything that is promised was kept."""
        free = {"calls", "indeterminate", "indeterminate_allowed"}
        return self.indeterminate <= self.indeterminate_allowed and not any(
            getattr(self, f.name) for f in fields(Verdict) if f.name not in free
        )


def judge(stage: Stage, record: Record, everything: Ledger) -> Verdict:
    """The verdict on a run that is over."""
    ledger = since(everything, record.started_at)
    found = audit(stage.dialer.engine, record.campaign_id, ledger)
    return Verdict(
        calls=found.calls,
        double_dials=_double_dials(ledger) + found.unknown_invites,
        early_redials=found.early_redials,
        late_dials=found.late_dials,
        calls_without_disposition=found.calls_without_disposition,
        wrong_dispositions=found.wrong_dispositions,
        indeterminate=found.indeterminate,
        indeterminate_allowed=_allowed(ledger, record),
        contacts_unexplained=_unexplained(stage, record, found),
        over_max_attempts=found.over_max_attempts,
        limit_violations=_too_fast([i.at for i in ledger.invites]) + _too_many(ledger),
        dialed_after_stop=_after_stop(ledger, record),
        slots_leaked=sum(len(tokens) for tokens in stage.dialer.limiter.held().values()),
    )


def since(ledger: Ledger, at: float) -> Ledger:
    """What was written from `at` on."""
    return Ledger(
        starts=tuple(s for s in ledger.starts if s >= at),
        posts=tuple(p for p in ledger.posts if p.at >= at),
        invites=tuple(i for i in ledger.invites if i.at >= at),
        ends=tuple(e for e in ledger.ends if e.at >= at),
        creates=ledger.creates,
    )


def _double_dials(ledger: Ledger) -> int:
    return sum(len(invites) - 1 for invites in ledger.invites_by_channel().values())


def _allowed(ledger: Ledger, record: Record) -> int:
    """POSTs that had no answer, and calls that were open while nobody listened, by the far end's own record."""
    ended = {end.channel: end.at for end in ledger.ends}
    unanswered = {post.channel for post in ledger.unanswered_posts()}
    open_in_gap = {
        invite.channel
        for invite in ledger.invites
        if any(_overlap((invite.at, ended.get(invite.channel, float("inf"))), gap) for gap in record.gaps)
    }
    posted_in_gap = {p.channel for p in ledger.posts if any(gap[0] - 2 <= p.at <= gap[1] for gap in record.gaps)}
    return len(unanswered | open_in_gap | posted_in_gap)


def _overlap(one: Span, other: Span) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def _unexplained(stage: Stage, record: Record, found: Audit) -> int:
    """Contacts that are not done though the campaign is, or that are done for a reason that isn't so."""
    with stage.dialer.engine.connect() as connection:
        wrong = connection.scalar(
            text("""
                SELECT count(*) FROM contacts WHERE campaign_id = :id AND state = 'done' AND (
                    (final_reason = 'attempts_exhausted' AND attempts < 3)
                    OR (final_reason = 'answered' AND last_disposition IS DISTINCT FROM 'answered')
                    OR final_reason IN ('cancelled', 'removed', 'undialable')
                )
            """),
            {"id": record.campaign_id},
        )
    return found.contacts - found.completed + int(wrong or 0)


def _too_fast(times: Iterable[float]) -> int:
    """INVITEs over what a window of one second may hold, in the worst window."""
    moments = sorted(times)
    worst = max((i + 1 - bisect_left(moments, at - 1.0) for i, at in enumerate(moments)), default=0)
    return max(0, worst - int(max(CPS + 1, CPS * 1.03)))


def _too_many(ledger: Ledger) -> int:
    """Channels over the trunk's limit, at the worst moment."""
    ended = {end.channel: end.at for end in ledger.ends}
    restarts: Sequence[float] = ledger.starts
    changes = []
    for invite in ledger.invites:
        end = ended.get(invite.channel)
        if end is None:  # it went down with the PBX
            end = next((s for s in restarts if s > invite.at), float("inf"))
        changes += [(invite.at, 1), (end, -1)]
    now = worst = 0
    for _, change in sorted(changes):
        now += change
        worst = max(worst, now)
    return max(0, worst - CHANNELS)


def _after_stop(ledger: Ledger, record: Record) -> int:
    """Originates that were posted though the API had said that there would be none."""
    stopped = sum(any(begun <= post.at <= ended for begun, ended in record.silences) for post in ledger.posts)
    forbidden = sum(post.at > record.forbidden_at.get(post.number, float("inf")) for post in ledger.posts)
    return stopped + forbidden
