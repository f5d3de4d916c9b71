from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.import_done_state import ImportDoneState

T = TypeVar("T", bound="ImportDone")


@_attrs_define
class ImportDone:
    """A call list whose import has ended.

    Attributes:
        call_list_id (int):
        campaign_id (int):
        name (str):
        state (ImportDoneState):
        rows (int):
        error (None | str):
        imported (int):
        duplicates (int):
        refused (int):
    """

    call_list_id: int
    campaign_id: int
    name: str
    state: ImportDoneState
    rows: int
    error: None | str
    imported: int
    duplicates: int
    refused: int

    def to_dict(self) -> dict[str, Any]:
        call_list_id = self.call_list_id

        campaign_id = self.campaign_id

        name = self.name

        state = self.state.value

        rows = self.rows

        error: None | str
        error = self.error

        imported = self.imported

        duplicates = self.duplicates

        refused = self.refused

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "call_list_id": call_list_id,
                "campaign_id": campaign_id,
                "name": name,
                "state": state,
                "rows": rows,
                "error": error,
                "imported": imported,
                "duplicates": duplicates,
                "refused": refused,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        call_list_id = d.pop("call_list_id")

        campaign_id = d.pop("campaign_id")

        name = d.pop("name")

        state = ImportDoneState(d.pop("state"))

        rows = d.pop("rows")

        def _parse_error(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        error = _parse_error(d.pop("error"))

        imported = d.pop("imported")

        duplicates = d.pop("duplicates")

        refused = d.pop("refused")

        import_done = cls(
            call_list_id=call_list_id,
            campaign_id=campaign_id,
            name=name,
            state=state,
            rows=rows,
            error=error,
            imported=imported,
            duplicates=duplicates,
            refused=refused,
        )

        return import_done
