from enum import StrEnum


class OptOutScope(StrEnum):
    CAMPAIGN = "campaign"
    EVERYWHERE = "everywhere"

    def __str__(self) -> str:
        return str(self.value)
