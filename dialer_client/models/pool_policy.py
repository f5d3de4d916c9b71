from enum import StrEnum


class PoolPolicy(StrEnum):
    AREA = "area"
    ROTATION = "rotation"

    def __str__(self) -> str:
        return str(self.value)
