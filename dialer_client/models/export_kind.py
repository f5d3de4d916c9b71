from enum import StrEnum


class ExportKind(StrEnum):
    CALLS = "calls"
    CONTACTS = "contacts"

    def __str__(self) -> str:
        return str(self.value)
