"""A contact: a person on a campaign's list."""

from enum import StrEnum


class ContactState(StrEnum):
    """What may happen to a contact next."""

    READY = "ready"
    """Due: dispatch takes it as soon as its zone is open and there is room."""
    WAITING = "waiting"
    """Due again at `next_attempt_at`."""
    IN_CALL = "in_call"
    """It has an open call (`open_call_id`), and no second one is made."""
    DONE = "done"
    """Nothing more happens, for the reason in `final_reason`."""


class FinalReason(StrEnum):
    """Why a contact is done."""

    ANSWERED = "answered"
    FINAL_DISPOSITION = "final_disposition"
    """The last call's disposition is one that the retry policy does not try again."""
    ATTEMPTS_EXHAUSTED = "attempts_exhausted"
    DNC = "dnc"
    UNDIALABLE = "undialable"
    """The gate will never allow this number (emergency, premium, …)."""
    CONSENT_MISSING = "consent_missing"
    """The rules ask for a recorded consent, and there is none."""
    CANCELLED = "cancelled"
    REMOVED = "removed"
