"""Contacts that are done made due again: which, and how many attempts they have."""

from enum import StrEnum
from typing import Final

from dialer.domain.dispositions import NOT_COUNTED, Disposition


class RequeueState(StrEnum):
    RUNNING = "running"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    """The campaign was cancelled meanwhile."""


class LeftOut(StrEnum):
    """Why a contact whose last call ended as asked for is left as it is."""

    NOT_DONE = "not_done"
    """It has its turn anyway: it is due, waits or is being called."""
    DNC = "dnc"
    """The number is, or was when the contact was done, on a do-not-call list: somebody may have opted out."""
    CANCELLED = "cancelled"
    """Somebody cancelled the contact, or its call."""
    REMOVED = "removed"
    UNDIALABLE = "undialable"
    CONSENT_MISSING = "consent_missing"
    ATTEMPTS_EXHAUSTED = "attempts_exhausted"
    """No attempt is left of `max_attempts`, and no more were granted."""


REQUEUEABLE: Final = frozenset(Disposition) - NOT_COUNTED - {Disposition.CANCELLED}
"""Dispositions of calls after which somebody may be called again."""
