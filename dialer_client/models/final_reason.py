from enum import StrEnum


class FinalReason(StrEnum):
    ANSWERED = "answered"
    ATTEMPTS_EXHAUSTED = "attempts_exhausted"
    CANCELLED = "cancelled"
    CONSENT_MISSING = "consent_missing"
    DNC = "dnc"
    FINAL_DISPOSITION = "final_disposition"
    REMOVED = "removed"
    UNDIALABLE = "undialable"

    def __str__(self) -> str:
        return str(self.value)
