from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.sound_state import SoundState

T = TypeVar("T", bound="SoundOnNode")


@_attrs_define
class SoundOnNode:
    """What a PBX did when it was last asked to play the sound.

    Attributes:
        node (str):
        state (SoundState): What is known of a sound on a PBX: it plays; it can't be played; the PBX could not be asked.
        checked_at (datetime.datetime):
    """

    node: str
    state: SoundState
    checked_at: datetime.datetime

    def to_dict(self) -> dict[str, Any]:
        node = self.node

        state = self.state.value

        checked_at = self.checked_at.isoformat()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "node": node,
                "state": state,
                "checked_at": checked_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        node = d.pop("node")

        state = SoundState(d.pop("state"))

        checked_at = datetime.datetime.fromisoformat(d.pop("checked_at"))

        sound_on_node = cls(
            node=node,
            state=state,
            checked_at=checked_at,
        )

        return sound_on_node
