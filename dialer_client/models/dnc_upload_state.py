from enum import StrEnum


class DncUploadState(StrEnum):
    COMPLETED = "completed"
    FAILED = "failed"
    RECEIVING = "receiving"

    def __str__(self) -> str:
        return str(self.value)
