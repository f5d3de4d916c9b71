from enum import StrEnum


class DialOrder(StrEnum):
    LIST = "list"
    NEWEST = "newest"

    def __str__(self) -> str:
        return str(self.value)
