from enum import StrEnum


class Repair(StrEnum):
    APOSTROPHE = "apostrophe"
    BLANKS = "blanks"
    DECIMALS = "decimals"
    EXPONENT = "exponent"
    GROUPING = "grouping"
    LEADING_ZERO = "leading_zero"
    TEXT_FORMULA = "text_formula"

    def __str__(self) -> str:
        return str(self.value)
