from enum import StrEnum


class ContactState(StrEnum):
    DONE = "done"
    IN_CALL = "in_call"
    READY = "ready"
    WAITING = "waiting"

    def __str__(self) -> str:
        return str(self.value)
