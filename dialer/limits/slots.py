"""What a call holds of the limits while it is open."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

GLOBAL = "global"


@dataclass(frozen=True, slots=True)
class Slot:
    """A channel slot, named by the claim that took it: only its owner gives it back."""

    token: UUID
    trunk_id: int
    campaign_id: int | None

    def scopes(self) -> Iterator[str]:
        """Every limit that this slot counts against."""
        yield GLOBAL
        yield trunk_scope(self.trunk_id)
        if self.campaign_id is not None:
            yield campaign_scope(self.campaign_id)


def trunk_scope(trunk_id: int) -> str:
    return f"trunk:{trunk_id}"


def campaign_scope(campaign_id: int) -> str:
    return f"campaign:{campaign_id}"


def node_scope(node_id: int) -> str:
    return f"node:{node_id}"
