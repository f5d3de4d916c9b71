from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.dry_run_out_format import DryRunOutFormat

if TYPE_CHECKING:
    from ..models.column_out import ColumnOut
    from ..models.row_shown_out import RowShownOut


T = TypeVar("T", bound="DryRunOut")


@_attrs_define
class DryRunOut:
    """How a file would be understood. Nothing of it is stored.

    Attributes:
        format_ (DryRunOutFormat):
        encoding (None | str): Of a text file, as far as it was read.
        delimiter (None | str):
        sheet (None | str):
        sheets (list[str]): Of a workbook, by name: what `sheet` can be. The hidden ones too.
        default_region (None | str): Of national numbers.
        columns (list[ColumnOut]):
        rows (list[RowShownOut]):
        is_all (bool): Whether the file has no more rows.
    """

    format_: DryRunOutFormat
    encoding: None | str
    delimiter: None | str
    sheet: None | str
    sheets: list[str]
    default_region: None | str
    columns: list[ColumnOut]
    rows: list[RowShownOut]
    is_all: bool

    def to_dict(self) -> dict[str, Any]:
        format_ = self.format_.value

        encoding: None | str
        encoding = self.encoding

        delimiter: None | str
        delimiter = self.delimiter

        sheet: None | str
        sheet = self.sheet

        sheets = self.sheets

        default_region: None | str
        default_region = self.default_region

        columns = []
        for columns_item_data in self.columns:
            columns_item = columns_item_data.to_dict()
            columns.append(columns_item)

        rows = []
        for rows_item_data in self.rows:
            rows_item = rows_item_data.to_dict()
            rows.append(rows_item)

        is_all = self.is_all

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "format": format_,
                "encoding": encoding,
                "delimiter": delimiter,
                "sheet": sheet,
                "sheets": sheets,
                "default_region": default_region,
                "columns": columns,
                "rows": rows,
                "is_all": is_all,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.column_out import ColumnOut  # noqa: PLC0415
        from ..models.row_shown_out import RowShownOut  # noqa: PLC0415

        d = dict(src_dict)
        format_ = DryRunOutFormat(d.pop("format"))

        def _parse_encoding(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        encoding = _parse_encoding(d.pop("encoding"))

        def _parse_delimiter(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        delimiter = _parse_delimiter(d.pop("delimiter"))

        def _parse_sheet(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        sheet = _parse_sheet(d.pop("sheet"))

        sheets = cast(list[str], d.pop("sheets"))

        def _parse_default_region(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        default_region = _parse_default_region(d.pop("default_region"))

        columns = []
        _columns = d.pop("columns")
        for columns_item_data in _columns:
            columns_item = ColumnOut.from_dict(columns_item_data)

            columns.append(columns_item)

        rows = []
        _rows = d.pop("rows")
        for rows_item_data in _rows:
            rows_item = RowShownOut.from_dict(rows_item_data)

            rows.append(rows_item)

        is_all = d.pop("is_all")

        dry_run_out = cls(
            format_=format_,
            encoding=encoding,
            delimiter=delimiter,
            sheet=sheet,
            sheets=sheets,
            default_region=default_region,
            columns=columns,
            rows=rows,
            is_all=is_all,
        )

        return dry_run_out
