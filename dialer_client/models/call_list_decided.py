from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.import_state import ImportState

if TYPE_CHECKING:
    from ..models.call_list_decided_columns import CallListDecidedColumns


T = TypeVar("T", bound="CallListDecided")


@_attrs_define
class CallListDecided:
    """A call list after a decision that holds from now on.

    Attributes:
        id (int):
        campaign_id (int):
        name (str):
        active (bool): Off, none of its contacts is dialed.
        withdrawn_at (datetime.datetime | None): Since when it is pulled out again. It stays off.
        removed (int): Contacts that were not finished and have been removed since.
        removal_finished_at (datetime.datetime | None): When the last of them was.
        version (int):
        state (ImportState):
        default_region (None | str):
        columns (CallListDecidedColumns): What the file and its header were understood as.
        rows (int):
        rows_done (int): Rows of which it is known what became of them.
        imported (int):
        duplicates (int):
        refused (int):
        repaired (int): Contacts with a number that a spreadsheet had changed: see `/repairs`.
        error (None | str):
        created_by (str):
        created_at (datetime.datetime):
        received_at (datetime.datetime):
        finished_at (datetime.datetime | None):
        in_flight (int): Calls to its contacts that were dialed before the decision and are not over.
    """

    id: int
    campaign_id: int
    name: str
    active: bool
    withdrawn_at: datetime.datetime | None
    removed: int
    removal_finished_at: datetime.datetime | None
    version: int
    state: ImportState
    default_region: None | str
    columns: CallListDecidedColumns
    rows: int
    rows_done: int
    imported: int
    duplicates: int
    refused: int
    repaired: int
    error: None | str
    created_by: str
    created_at: datetime.datetime
    received_at: datetime.datetime
    finished_at: datetime.datetime | None
    in_flight: int

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        campaign_id = self.campaign_id

        name = self.name

        active = self.active

        withdrawn_at: None | str
        if isinstance(self.withdrawn_at, datetime.datetime):
            withdrawn_at = self.withdrawn_at.isoformat()
        else:
            withdrawn_at = self.withdrawn_at

        removed = self.removed

        removal_finished_at: None | str
        if isinstance(self.removal_finished_at, datetime.datetime):
            removal_finished_at = self.removal_finished_at.isoformat()
        else:
            removal_finished_at = self.removal_finished_at

        version = self.version

        state = self.state.value

        default_region: None | str
        default_region = self.default_region

        columns = self.columns.to_dict()

        rows = self.rows

        rows_done = self.rows_done

        imported = self.imported

        duplicates = self.duplicates

        refused = self.refused

        repaired = self.repaired

        error: None | str
        error = self.error

        created_by = self.created_by

        created_at = self.created_at.isoformat()

        received_at = self.received_at.isoformat()

        finished_at: None | str
        if isinstance(self.finished_at, datetime.datetime):
            finished_at = self.finished_at.isoformat()
        else:
            finished_at = self.finished_at

        in_flight = self.in_flight

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "id": id,
                "campaign_id": campaign_id,
                "name": name,
                "active": active,
                "withdrawn_at": withdrawn_at,
                "removed": removed,
                "removal_finished_at": removal_finished_at,
                "version": version,
                "state": state,
                "default_region": default_region,
                "columns": columns,
                "rows": rows,
                "rows_done": rows_done,
                "imported": imported,
                "duplicates": duplicates,
                "refused": refused,
                "repaired": repaired,
                "error": error,
                "created_by": created_by,
                "created_at": created_at,
                "received_at": received_at,
                "finished_at": finished_at,
                "in_flight": in_flight,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.call_list_decided_columns import CallListDecidedColumns  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        campaign_id = d.pop("campaign_id")

        name = d.pop("name")

        active = d.pop("active")

        def _parse_withdrawn_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                withdrawn_at_type_0 = datetime.datetime.fromisoformat(data)

                return withdrawn_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        withdrawn_at = _parse_withdrawn_at(d.pop("withdrawn_at"))

        removed = d.pop("removed")

        def _parse_removal_finished_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                removal_finished_at_type_0 = datetime.datetime.fromisoformat(data)

                return removal_finished_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        removal_finished_at = _parse_removal_finished_at(d.pop("removal_finished_at"))

        version = d.pop("version")

        state = ImportState(d.pop("state"))

        def _parse_default_region(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        default_region = _parse_default_region(d.pop("default_region"))

        columns = CallListDecidedColumns.from_dict(d.pop("columns"))

        rows = d.pop("rows")

        rows_done = d.pop("rows_done")

        imported = d.pop("imported")

        duplicates = d.pop("duplicates")

        refused = d.pop("refused")

        repaired = d.pop("repaired")

        def _parse_error(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        error = _parse_error(d.pop("error"))

        created_by = d.pop("created_by")

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        received_at = datetime.datetime.fromisoformat(d.pop("received_at"))

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

        in_flight = d.pop("in_flight")

        call_list_decided = cls(
            id=id,
            campaign_id=campaign_id,
            name=name,
            active=active,
            withdrawn_at=withdrawn_at,
            removed=removed,
            removal_finished_at=removal_finished_at,
            version=version,
            state=state,
            default_region=default_region,
            columns=columns,
            rows=rows,
            rows_done=rows_done,
            imported=imported,
            duplicates=duplicates,
            refused=refused,
            repaired=repaired,
            error=error,
            created_by=created_by,
            created_at=created_at,
            received_at=received_at,
            finished_at=finished_at,
            in_flight=in_flight,
        )

        return call_list_decided
