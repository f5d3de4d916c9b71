from enum import StrEnum


class ImportState(StrEnum):
    COMPLETED = "completed"
    FAILED = "failed"
    IMPORTING = "importing"
    RECEIVING = "receiving"

    def __str__(self) -> str:
        return str(self.value)
