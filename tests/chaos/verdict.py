"""Hold one run's ledger against the database and against what was promised meanwhile."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace

from sqlalchemy import text

from dialer.local.audit import audit, posted, redirected_fates
from dialer.simulator.fates import BY_NAME
from dialer.simulator.ledger import End, Ledger, Post
from tests.chaos.record import Record, Span
from tests.chaos.stage import CPS, Stage


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
    ledger = with_ends_of_the_lost(since(everything, record.started_at))
    written = [post for post in stage.far_side.posts.read() if post.at >= record.started_at]
    found = audit(stage.dialer.engine, record.campaign_id, ledger)
    return Verdict(
        calls=found.calls,
        double_dials=_double_dials(ledger) + found.unknown_invites,
        early_redials=found.early_redials,
        late_dials=found.late_dials,
        calls_without_disposition=found.calls_without_disposition,
        wrong_dispositions=found.wrong_dispositions,
        indeterminate=found.indeterminate,
        indeterminate_allowed=_allowed(stage, ledger, record),
        contacts_unexplained=_unexplained(stage, record),
        over_max_attempts=found.over_max_attempts,
        limit_violations=_too_fast(post.at for post in written) + _too_many(ledger, stage.channels),
        dialed_after_stop=_after_stop(written, record),
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


def with_ends_of_the_lost(ledger: Ledger) -> Ledger:
    """What was under way when the PBX was killed is over by its next start, and was answered if it ever would be."""
    over_at = _over_at(ledger)
    # Who was redirected answers, or does not, where they were led.
    led = redirected_fates(ledger)
    lost = [
        End(start, invite.channel, 0, None, BY_NAME[led.get(invite.channel, invite.fate)].is_answered, "network")
        for invite in posted(ledger)
        if invite.channel not in over_at
        and (start := next((start for start in ledger.starts if start > invite.at), None)) is not None
    ]
    return replace(ledger, ends=(*ledger.ends, *lost))


def _double_dials(ledger: Ledger) -> int:
    return sum(len(invites) - 1 for invites in ledger.invites_by_channel().values())


def _allowed(stage: Stage, ledger: Ledger, record: Record) -> int:
    """POSTs that had no answer, and calls that were open while nobody listened, by the far end's own record."""
    unanswered = {post.channel for post in ledger.unanswered_posts()}
    over_at = _over_at(ledger)
    with stage.dialer.engine.connect() as connection:
        claims = connection.execute(
            text("SELECT id, claimed_at, ended_at FROM calls WHERE campaign_id = :id AND claimed_at IS NOT NULL"),
            {"id": record.campaign_id},
        ).all()
    open_in_gap = set()
    for claim in claims:
        # One that the far end never saw is over when we say so: its worker died, and nobody knew whether it was sent.
        over = over_at.get(str(claim.id), claim.ended_at.timestamp() if claim.ended_at else float("inf"))
        if any(_overlap((claim.claimed_at.timestamp(), over), gap) for gap in record.gaps):
            open_in_gap.add(str(claim.id))
    return len(unanswered | open_in_gap)


def _over_at(ledger: Ledger) -> dict[str, float]:
    """When each dialed channel was over. The ends of tombs come before any INVITE, or after the call's own end."""
    dialed_at = {invite.channel: invite.at for invite in ledger.invites}
    found: dict[str, float] = {}
    for end in ledger.ends:
        if end.at >= dialed_at.get(end.channel, float("inf")):
            found.setdefault(end.channel, end.at)
    return found


def _overlap(one: Span, other: Span) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def _unexplained(stage: Stage, record: Record) -> int:
    """Contacts not done though the campaign is, done for a reason that isn't so, or with attempts that nobody made."""
    with stage.dialer.engine.connect() as connection:
        wrong = connection.scalar(
            text("""
                SELECT count(*) FROM contacts WHERE campaign_id = :id AND state = 'done' AND (
                    (final_reason = 'attempts_exhausted' AND attempts < 3)
                    OR (final_reason = 'answered' AND last_disposition IS DISTINCT FROM 'answered')
                    OR (final_reason = 'cancelled' AND NOT id = ANY(CAST(:cancelled AS bigint[])))
                    OR final_reason IN ('removed', 'undialable')
                )
            """),
            {"id": record.campaign_id, "cancelled": list(record.cancelled_contacts)},
        )
        left = connection.scalar(
            text("""
                SELECT count(*) FROM contacts JOIN campaigns ON campaigns.id = campaign_id
                WHERE campaign_id = :id AND contacts.state <> 'done'
                  AND (campaigns.state <> 'cancelled' OR contacts.state = 'in_call')
            """),
            {"id": record.campaign_id},
        )
        miscounted = connection.scalar(
            text("""
                SELECT count(*) FROM contacts WHERE campaign_id = :id AND attempts <> (
                    SELECT count(*) FROM calls WHERE contact_id = contacts.id AND claimed_at IS NOT NULL
                    AND disposition NOT IN ('withdrawn', 'not_dialed')
                )
            """),
            {"id": record.campaign_id},
        )
    return int(left or 0) + int(wrong or 0) + int(miscounted or 0)


def _too_fast(times: Iterable[float]) -> int:
    """Originates over what a window of one second may hold, in the worst window."""
    moments = sorted(times)
    worst = max((i + 1 - bisect_left(moments, at - 1.0) for i, at in enumerate(moments)), default=0)
    return max(0, worst - int(max(CPS + 1, CPS * 1.03)))


def _too_many(ledger: Ledger, channels: int) -> int:
    """Channels over the trunk's limit, at the worst moment."""
    ended = _over_at(ledger)
    changes = []
    for invite in posted(ledger):
        # Of a PBX that was killed no channel is left, though the network may ring on.
        restarted = next((start for start in ledger.starts if start > invite.at), float("inf"))
        changes += [(invite.at, 1), (min(ended.get(invite.channel, float("inf")), restarted), -1)]
    now = worst = 0
    for _, change in sorted(changes):
        now += change
        worst = max(worst, now)
    return max(0, worst - channels)


def _after_stop(written: Sequence[Post], record: Record) -> int:
    """Originates that were written though the API had said that there would be none.

    When they were written, not when a PBX that was stopped has read them: what it was asked before, it may do later.
    """
    stopped = sum(any(begun <= post.at <= ended for begun, ended in record.silences) for post in written)
    forbidden = sum(post.at > record.forbidden_at.get(post.number, float("inf")) for post in written)
    return stopped + forbidden
