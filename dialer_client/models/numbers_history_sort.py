from enum import StrEnum


class NumbersHistorySort(StrEnum):
    ID = "id"
    VALUE_0 = "-id"

    def __str__(self) -> str:
        return str(self.value)
