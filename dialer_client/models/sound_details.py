from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.sound_on_node import SoundOnNode


T = TypeVar("T", bound="SoundDetails")


@_attrs_define
class SoundDetails:
    """A sound that was uploaded, and where it was checked.

    Attributes:
        id (int):
        name (str):
        milliseconds (int): How long it is.
        created_by (str):
        created_at (datetime.datetime):
        nodes (list[SoundOnNode]):
        sound (str): What an answer action calls it.
    """

    id: int
    name: str
    milliseconds: int
    created_by: str
    created_at: datetime.datetime
    nodes: list[SoundOnNode]
    sound: str

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name = self.name

        milliseconds = self.milliseconds

        created_by = self.created_by

        created_at = self.created_at.isoformat()

        nodes = []
        for nodes_item_data in self.nodes:
            nodes_item = nodes_item_data.to_dict()
            nodes.append(nodes_item)

        sound = self.sound

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "id": id,
                "name": name,
                "milliseconds": milliseconds,
                "created_by": created_by,
                "created_at": created_at,
                "nodes": nodes,
                "sound": sound,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.sound_on_node import SoundOnNode  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        milliseconds = d.pop("milliseconds")

        created_by = d.pop("created_by")

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        nodes = []
        _nodes = d.pop("nodes")
        for nodes_item_data in _nodes:
            nodes_item = SoundOnNode.from_dict(nodes_item_data)

            nodes.append(nodes_item)

        sound = d.pop("sound")

        sound_details = cls(
            id=id,
            name=name,
            milliseconds=milliseconds,
            created_by=created_by,
            created_at=created_at,
            nodes=nodes,
            sound=sound,
        )

        return sound_details
