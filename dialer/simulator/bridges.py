"""Bridges: places to play sounds at, without anybody in them."""

from dataclasses import dataclass, field

from dialer.simulator.applications import Application


@dataclass(slots=True, eq=False)
class Bridge:
    """Sounds are played at it as to a channel, and whoever subscribed to it hears how they end."""

    id: str
    subscribers: list[Application] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        """The Bridge object of ARI, as far as anybody asks."""
        return {
            "id": self.id,
            "technology": "simple_bridge",
            "bridge_type": "mixing",
            "bridge_class": "stasis",
            "creator": "Stasis",
            "name": "",
            "channels": [],
        }
