from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="SecondsFigure")


@_attrs_define
class SecondsFigure:
    """
    Attributes:
        seconds (int):
        source (str):
    """

    seconds: int
    source: str

    def to_dict(self) -> dict[str, Any]:
        seconds = self.seconds

        source = self.source

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "seconds": seconds,
                "source": source,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        seconds = d.pop("seconds")

        source = d.pop("source")

        seconds_figure = cls(
            seconds=seconds,
            source=source,
        )

        return seconds_figure
