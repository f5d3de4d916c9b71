from enum import StrEnum


class Disposition(StrEnum):
    ABANDONED = "abandoned"
    ANSWERED = "answered"
    BUSY = "busy"
    CANCELLED = "cancelled"
    CONGESTION = "congestion"
    FAILED = "failed"
    INDETERMINATE = "indeterminate"
    NOT_DIALED = "not_dialed"
    NO_ANSWER = "no_answer"
    REJECTED = "rejected"
    TRUNK_FAULT = "trunk_fault"
    UNALLOCATED = "unallocated"
    WITHDRAWN = "withdrawn"

    def __str__(self) -> str:
        return str(self.value)
