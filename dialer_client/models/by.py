from enum import StrEnum


class By(StrEnum):
    ATTEMPT = "attempt"
    CALLER_ID = "caller_id"
    HOUR = "hour"
    LIST = "list"

    def __str__(self) -> str:
        return str(self.value)
