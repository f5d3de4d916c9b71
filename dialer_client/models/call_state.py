from enum import StrEnum


class CallState(StrEnum):
    ENDED = "ended"
    ORIGINATING = "originating"
    QUEUED = "queued"
    RINGING = "ringing"
    UP = "up"

    def __str__(self) -> str:
        return str(self.value)
