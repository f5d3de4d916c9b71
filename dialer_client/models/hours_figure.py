from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.calling_window import CallingWindow


T = TypeVar("T", bound="HoursFigure")


@_attrs_define
class HoursFigure:
    """
    Attributes:
        windows (list[CallingWindow]):
        source (str):
    """

    windows: list[CallingWindow]
    source: str

    def to_dict(self) -> dict[str, Any]:
        windows = []
        for windows_item_data in self.windows:
            windows_item = windows_item_data.to_dict()
            windows.append(windows_item)

        source = self.source

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "windows": windows,
                "source": source,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.calling_window import CallingWindow  # noqa: PLC0415

        d = dict(src_dict)
        windows = []
        _windows = d.pop("windows")
        for windows_item_data in _windows:
            windows_item = CallingWindow.from_dict(windows_item_data)

            windows.append(windows_item)

        source = d.pop("source")

        hours_figure = cls(
            windows=windows,
            source=source,
        )

        return hours_figure
