from enum import StrEnum


class LeftOut(StrEnum):
    ATTEMPTS_EXHAUSTED = "attempts_exhausted"
    CANCELLED = "cancelled"
    CONSENT_MISSING = "consent_missing"
    DNC = "dnc"
    NOT_DONE = "not_done"
    REMOVED = "removed"
    UNDIALABLE = "undialable"

    def __str__(self) -> str:
        return str(self.value)
