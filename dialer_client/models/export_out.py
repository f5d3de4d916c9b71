from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.export_format import ExportFormat
from ..models.export_kind import ExportKind
from ..models.export_state import ExportState

if TYPE_CHECKING:
    from ..models.export_out_filters import ExportOutFilters


T = TypeVar("T", bound="ExportOut")


@_attrs_define
class ExportOut:
    """A file that is made in the background, and how far it is.

    Attributes:
        id (int):
        kind (ExportKind):
        format_ (ExportFormat):
        time_zone (str):
        filters (ExportOutFilters):
        state (ExportState):
        rows (int): Rows in the file so far.
        total (int | None): Rows that there were when it was begun; null: not counted yet.
        error (None | str):
        created_by (str):
        created_at (datetime.datetime):
        finished_at (datetime.datetime | None):
        expires_at (datetime.datetime | None): Until when the file can be fetched.
    """

    id: int
    kind: ExportKind
    format_: ExportFormat
    time_zone: str
    filters: ExportOutFilters
    state: ExportState
    rows: int
    total: int | None
    error: None | str
    created_by: str
    created_at: datetime.datetime
    finished_at: datetime.datetime | None
    expires_at: datetime.datetime | None

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        kind = self.kind.value

        format_ = self.format_.value

        time_zone = self.time_zone

        filters = self.filters.to_dict()

        state = self.state.value

        rows = self.rows

        total: int | None
        total = self.total

        error: None | str
        error = self.error

        created_by = self.created_by

        created_at = self.created_at.isoformat()

        finished_at: None | str
        if isinstance(self.finished_at, datetime.datetime):
            finished_at = self.finished_at.isoformat()
        else:
            finished_at = self.finished_at

        expires_at: None | str
        if isinstance(self.expires_at, datetime.datetime):
            expires_at = self.expires_at.isoformat()
        else:
            expires_at = self.expires_at

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "id": id,
                "kind": kind,
                "format": format_,
                "time_zone": time_zone,
                "filters": filters,
                "state": state,
                "rows": rows,
                "total": total,
                "error": error,
                "created_by": created_by,
                "created_at": created_at,
                "finished_at": finished_at,
                "expires_at": expires_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.export_out_filters import ExportOutFilters  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        kind = ExportKind(d.pop("kind"))

        format_ = ExportFormat(d.pop("format"))

        time_zone = d.pop("time_zone")

        filters = ExportOutFilters.from_dict(d.pop("filters"))

        state = ExportState(d.pop("state"))

        rows = d.pop("rows")

        def _parse_total(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        total = _parse_total(d.pop("total"))

        def _parse_error(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        error = _parse_error(d.pop("error"))

        created_by = d.pop("created_by")

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        def _parse_finished_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                finished_at_type_0 = datetime.datetime.fromisoformat(data)

                return finished_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        finished_at = _parse_finished_at(d.pop("finished_at"))

        def _parse_expires_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                expires_at_type_0 = datetime.datetime.fromisoformat(data)

                return expires_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        expires_at = _parse_expires_at(d.pop("expires_at"))

        export_out = cls(
            id=id,
            kind=kind,
            format_=format_,
            time_zone=time_zone,
            filters=filters,
            state=state,
            rows=rows,
            total=total,
            error=error,
            created_by=created_by,
            created_at=created_at,
            finished_at=finished_at,
            expires_at=expires_at,
        )

        return export_out
