from enum import StrEnum


class TrunkState(StrEnum):
    DISABLED = "disabled"
    NO_LISTENER = "no_listener"
    PROBE = "probe"
    RESTING = "resting"
    UP = "up"

    def __str__(self) -> str:
        return str(self.value)
