"""Whether a contact is tried again, and not before when."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final as TypingFinal

from pydantic import BaseModel, ConfigDict, Field

from dialer.domain.contacts import FinalReason
from dialer.domain.dispositions import NOT_COUNTED, Disposition


class RetryRule(BaseModel):
    """Try again after `delay_seconds`, times `backoff` for each further attempt, at most `max_delay_seconds`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    delay_seconds: int = Field(ge=0, le=30 * 86400)
    backoff: float = Field(1.0, ge=1.0, le=10.0)
    max_delay_seconds: int = Field(7 * 86400, ge=0, le=30 * 86400)

    def delay(self, attempts: int) -> timedelta:
        """The wait after the `attempts`-th attempt (counted from 1)."""
        seconds = self.delay_seconds * self.backoff ** max(attempts - 1, 0)
        return timedelta(seconds=min(seconds, self.max_delay_seconds))


class RetryPolicy(BaseModel):
    """A rule per disposition that is tried again. A disposition without a rule is final."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    busy: RetryRule | None = RetryRule(delay_seconds=300)
    no_answer: RetryRule | None = RetryRule(delay_seconds=3600)
    rejected: RetryRule | None = None
    unallocated: RetryRule | None = None
    congestion: RetryRule | None = RetryRule(delay_seconds=120, backoff=2.0)
    trunk_fault: RetryRule | None = RetryRule(delay_seconds=300, backoff=2.0)
    failed: RetryRule | None = None
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
    """Due again, not before `at`."""

    at: datetime


@dataclass(frozen=True, slots=True)
class DueAgain:
    """The attempt did not count: due at once."""


@dataclass(frozen=True, slots=True)
class Final:
    """Nothing more happens."""

    reason: FinalReason


NextStep = Retry | DueAgain | Final


def next_step(
    policy: RetryPolicy,
    disposition: Disposition,
    *,
    attempts: int,
    max_attempts: int,
    ended_at: datetime,
    not_dialed: int = 0,
) -> NextStep:
    """What happens to a contact whose call ended with `disposition`.

    Args:
        attempts: attempts used up so far, this one included if it counts.
        max_attempts: the campaign's cap as it is now.
        not_dialed: how often this attempt has been claimed and not dialed, this time included.
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
    if attempts >= max_attempts:
        return Final(FinalReason.ATTEMPTS_EXHAUSTED)
    return Retry(ended_at + rule.delay(attempts))
