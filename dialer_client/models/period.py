from enum import StrEnum


class Period(StrEnum):
    DAY = "day"
    MONTH = "month"
    THIRTY_DAYS = "thirty_days"

    def __str__(self) -> str:
        return str(self.value)
