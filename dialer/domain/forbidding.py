"""Do not call: what forbids a number, in words."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class DncUploadState(StrEnum):
    RECEIVING = "receiving"
    COMPLETED = "completed"
    FAILED = "failed"
    """It broke off. What came before holds."""


@dataclass(frozen=True, slots=True)
class Forbidden:
    """An entry of a do-not-call list that holds now.

    Attributes:
        scope: `global`, or `campaign`: this one only.
        source: where the entry came from: `api`, `callee`, the name of a register.
        expires_at: until then; None for ever.
    """

    scope: str
    source: str = "api"
    reason: str | None = None
    expires_at: datetime | None = None

    @property
    def rule(self) -> str:
        """What it says."""
        until = f" until {self.expires_at.isoformat()}" if self.expires_at else ""
        why = f"{self.source}: {self.reason}" if self.reason else self.source
        return f"the number is on the {self.scope} do-not-call list{until} ({why})"
