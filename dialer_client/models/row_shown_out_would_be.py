from enum import StrEnum


class RowShownOutWouldBe(StrEnum):
    CONTACT = "contact"
    REFUSED = "refused"

    def __str__(self) -> str:
        return str(self.value)
