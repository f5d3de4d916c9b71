from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="ColumnOut")


@_attrs_define
class ColumnOut:
    """A column of the file.

    Attributes:
        column (str): Its name in the file.
        use (str): A field (`phone`, `phone_2` …, `name`, …), `data`, or `ignored`.
        variable (None | str): Of data: the channel variable's name.
    """

    column: str
    use: str
    variable: None | str

    def to_dict(self) -> dict[str, Any]:
        column = self.column

        use = self.use

        variable: None | str
        variable = self.variable

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "column": column,
                "use": use,
                "variable": variable,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        column = d.pop("column")

        use = d.pop("use")

        def _parse_variable(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        variable = _parse_variable(d.pop("variable"))

        column_out = cls(
            column=column,
            use=use,
            variable=variable,
        )

        return column_out
