from enum import StrEnum


class SoundState(StrEnum):
    ERROR = "error"
    MISSING = "missing"
    OK = "ok"

    def __str__(self) -> str:
        return str(self.value)
