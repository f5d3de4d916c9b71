"""The numbers of a contact: which one comes next."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final


class NextNumber(StrEnum):
    """What a retry rule says about the number that was called."""

    SAME = "same"
    """It is tried again."""
    NEXT = "next"
    """The one after it is tried, after the last one the first."""
    DROP = "drop"
    """The one after it is tried, and this one never again. If it was the only one left, the contact is done."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """A contact's numbers by position, counted from 1.

    Attributes:
        at: the one that was called.
        left: those that may be called, in order.
    """

    at: int = 1
    left: tuple[int, ...] = (1,)

    def after(self, choice: NextNumber) -> int | None:
        """The position to be called next; None if no number is left."""
        if choice is NextNumber.DROP:
            return self.dropped().after(NextNumber.NEXT)
        if choice is NextNumber.SAME and self.at in self.left:
            return self.at
        return next((n for n in self.left if n > self.at), self.left[0] if self.left else None)

    def dropped(self) -> "Numbers":
        """Without the one that was called."""
        return replace(self, left=tuple(n for n in self.left if n != self.at))


ONE: Final = Numbers()
"""Those of a contact that has only one."""
