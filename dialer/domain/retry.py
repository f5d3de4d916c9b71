"""Whether a contact is tried again, and not before when."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final as TypingFinal

from pydantic import BaseModel, ConfigDict, Field

from dialer.domain.contacts import FinalReason
from dialer.domain.dispositions import NOT_COUNTED, Disposition
from dialer.domain.numbers import ONE, NextNumber, Numbers


class RetryRule(BaseModel):
    """Try again after `delay_seconds`, times `backoff` for each further attempt, at most `max_delay_seconds`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    delay_seconds: int = Field(ge=0, le=30 * 86400)
    backoff: float = Field(1.0, ge=1.0, le=10.0)
    max_delay_seconds: int = Field(7 * 86400, ge=0, le=30 * 86400)
    number: NextNumber = Field(
        NextNumber.SAME,
        description="Which of the contact's numbers comes next: `same`; `next`, after the last one the first;"
        " `drop`, the next one left, and this one never again.",
    )

    def delay(self, attempts: int) -> timedelta:
        """The wait after the `attempts`-th attempt (counted from 1)."""
        seconds = self.delay_seconds * self.backoff ** max(attempts - 1, 0)
        return timedelta(seconds=min(seconds, self.max_delay_seconds))


class RetryPolicy(BaseModel):
    """A rule per disposition that is tried again. A disposition without a rule is final.

    A rule that drops the number is final for whoever has no other.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    abandoned: RetryRule | None = RetryRule(delay_seconds=72 * 3600)
    """Somebody who was abandoned and to whom nobody has spoken; 72 hours as in the UK (profile `uk`)."""
    busy: RetryRule | None = RetryRule(delay_seconds=300)
    no_answer: RetryRule | None = RetryRule(delay_seconds=3600, number=NextNumber.NEXT)
    rejected: RetryRule | None = None
    unallocated: RetryRule | None = RetryRule(delay_seconds=0, number=NextNumber.DROP)
    congestion: RetryRule | None = RetryRule(delay_seconds=120, backoff=2.0)
    trunk_fault: RetryRule | None = RetryRule(delay_seconds=300, backoff=2.0)
    failed: RetryRule | None = RetryRule(delay_seconds=0, number=NextNumber.DROP)
    indeterminate: RetryRule | None = RetryRule(delay_seconds=3600)

    def rule(self, disposition: Disposition) -> RetryRule | None:
        """The rule for `disposition`, None where it is final."""
        rule: RetryRule | None = getattr(self, disposition.value, None)
        return rule


MAX_NOT_DIALED: TypingFinal = 3
"""So often may an attempt be claimed and not dialed, by workers that die, before it is left alone for a while."""
SET_ASIDE: TypingFinal = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Retry:
    """Due again, not before `at`.

    Attributes:
        position: of the number that comes next.
        drops: whether the number that was called is not called again.
    """

    at: datetime
    position: int | None = None
    drops: bool = False


@dataclass(frozen=True, slots=True)
class DueAgain:
    """The attempt did not count: due at once."""


@dataclass(frozen=True, slots=True)
class Final:
    """Nothing more happens."""

    reason: FinalReason


NextStep = Retry | DueAgain | Final


def not_before(step: NextStep, at: datetime) -> NextStep:
    """The same, but nobody is called before `at`."""
    if isinstance(step, Final):
        return step
    return replace(step, at=max(step.at, at)) if isinstance(step, Retry) else Retry(at)


def next_step(
    policy: RetryPolicy,
    disposition: Disposition,
    *,
    attempts: int,
    max_attempts: int,
    ended_at: datetime,
    not_dialed: int = 0,
    numbers: Numbers = ONE,
) -> NextStep:
    """What happens to a contact whose call ended with `disposition`.

    Args:
        attempts: attempts used up so far, this one included if it counts.
        max_attempts: the campaign's cap as it is now.
        not_dialed: how often this attempt has been claimed and not dialed, this time included.
        numbers: the contact's, as seen from the one that was called.
    """
    if disposition is Disposition.NOT_DIALED and not_dialed >= MAX_NOT_DIALED:
        return Retry(ended_at + SET_ASIDE)
    if disposition in NOT_COUNTED:
        return DueAgain()
    if disposition is Disposition.ANSWERED:
        return Final(FinalReason.ANSWERED)
    if disposition is Disposition.CANCELLED:
        return Final(FinalReason.CANCELLED)
    rule = policy.rule(disposition)
    if rule is None:
        return Final(FinalReason.FINAL_DISPOSITION)
    position = numbers.after(rule.number)
    if position is None and rule.number is NextNumber.DROP:
        return Final(FinalReason.FINAL_DISPOSITION)
    if attempts >= max_attempts:
        return Final(FinalReason.ATTEMPTS_EXHAUSTED)
    return Retry(ended_at + rule.delay(attempts), position, drops=rule.number is NextNumber.DROP)
