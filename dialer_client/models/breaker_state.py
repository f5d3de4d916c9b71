from enum import StrEnum


class BreakerState(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    PROBE = "probe"

    def __str__(self) -> str:
        return str(self.value)
