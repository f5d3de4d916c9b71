from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.row_shown_out_would_be import RowShownOutWouldBe

if TYPE_CHECKING:
    from ..models.number_shown_out import NumberShownOut
    from ..models.repair_out import RepairOut
    from ..models.row_shown_out_data import RowShownOutData


T = TypeVar("T", bound="RowShownOut")


@_attrs_define
class RowShownOut:
    """A row as it would be understood: a contact, or refused for the reason of a `code`.

    Attributes:
        line (int): Where it begins in the file, from 1.
        row (str):
        would_be (RowShownOutWouldBe):
        code (None | str): As in the report of refused rows.
        reason (None | str):
        numbers (list[NumberShownOut]): In the order in which they would be tried.
        name (None | str):
        priority (int | None):
        external_id (None | str):
        consent_at (datetime.datetime | None):
        consent_source (None | str):
        data (RowShownOutData):
        repaired (list[RepairOut]):
    """

    line: int
    row: str
    would_be: RowShownOutWouldBe
    code: None | str
    reason: None | str
    numbers: list[NumberShownOut]
    name: None | str
    priority: int | None
    external_id: None | str
    consent_at: datetime.datetime | None
    consent_source: None | str
    data: RowShownOutData
    repaired: list[RepairOut]

    def to_dict(self) -> dict[str, Any]:
        line = self.line

        row = self.row

        would_be = self.would_be.value

        code: None | str
        code = self.code

        reason: None | str
        reason = self.reason

        numbers = []
        for numbers_item_data in self.numbers:
            numbers_item = numbers_item_data.to_dict()
            numbers.append(numbers_item)

        name: None | str
        name = self.name

        priority: int | None
        priority = self.priority

        external_id: None | str
        external_id = self.external_id

        consent_at: None | str
        if isinstance(self.consent_at, datetime.datetime):
            consent_at = self.consent_at.isoformat()
        else:
            consent_at = self.consent_at

        consent_source: None | str
        consent_source = self.consent_source

        data = self.data.to_dict()

        repaired = []
        for repaired_item_data in self.repaired:
            repaired_item = repaired_item_data.to_dict()
            repaired.append(repaired_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "line": line,
                "row": row,
                "would_be": would_be,
                "code": code,
                "reason": reason,
                "numbers": numbers,
                "name": name,
                "priority": priority,
                "external_id": external_id,
                "consent_at": consent_at,
                "consent_source": consent_source,
                "data": data,
                "repaired": repaired,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.number_shown_out import NumberShownOut  # noqa: PLC0415
        from ..models.repair_out import RepairOut  # noqa: PLC0415
        from ..models.row_shown_out_data import RowShownOutData  # noqa: PLC0415

        d = dict(src_dict)
        line = d.pop("line")

        row = d.pop("row")

        would_be = RowShownOutWouldBe(d.pop("would_be"))

        def _parse_code(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        code = _parse_code(d.pop("code"))

        def _parse_reason(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        reason = _parse_reason(d.pop("reason"))

        numbers = []
        _numbers = d.pop("numbers")
        for numbers_item_data in _numbers:
            numbers_item = NumberShownOut.from_dict(numbers_item_data)

            numbers.append(numbers_item)

        def _parse_name(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        name = _parse_name(d.pop("name"))

        def _parse_priority(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        priority = _parse_priority(d.pop("priority"))

        def _parse_external_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        external_id = _parse_external_id(d.pop("external_id"))

        def _parse_consent_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                consent_at_type_0 = datetime.datetime.fromisoformat(data)

                return consent_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        consent_at = _parse_consent_at(d.pop("consent_at"))

        def _parse_consent_source(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        consent_source = _parse_consent_source(d.pop("consent_source"))

        data = RowShownOutData.from_dict(d.pop("data"))

        repaired = []
        _repaired = d.pop("repaired")
        for repaired_item_data in _repaired:
            repaired_item = RepairOut.from_dict(repaired_item_data)

            repaired.append(repaired_item)

        row_shown_out = cls(
            line=line,
            row=row,
            would_be=would_be,
            code=code,
            reason=reason,
            numbers=numbers,
            name=name,
            priority=priority,
            external_id=external_id,
            consent_at=consent_at,
            consent_source=consent_source,
            data=data,
            repaired=repaired,
        )

        return row_shown_out
