from enum import StrEnum


class ApiKeysListedSort(StrEnum):
    ID = "id"
    VALUE_0 = "-id"

    def __str__(self) -> str:
        return str(self.value)
