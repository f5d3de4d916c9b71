from enum import StrEnum


class NextNumber(StrEnum):
    DROP = "drop"
    NEXT = "next"
    SAME = "same"

    def __str__(self) -> str:
        return str(self.value)
