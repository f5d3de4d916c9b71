from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.dnc_upload_state import DncUploadState

T = TypeVar("T", bound="DncUploadOut")


@_attrs_define
class DncUploadOut:
    """A file of numbers: `added + known + refused = rows`.

    Attributes:
        id (int):
        name (str):
        campaign_id (int | None):
        source (str):
        state (DncUploadState):
        rows (int):
        added (int):
        known (int): Rows whose number was forbidden already, or is in the file twice.
        refused (int): Rows that forbid nothing: see the report.
        error (None | str):
        created_by (str):
        created_at (datetime.datetime):
        finished_at (datetime.datetime | None):
    """

    id: int
    name: str
    campaign_id: int | None
    source: str
    state: DncUploadState
    rows: int
    added: int
    known: int
    refused: int
    error: None | str
    created_by: str
    created_at: datetime.datetime
    finished_at: datetime.datetime | None

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name = self.name

        campaign_id: int | None
        campaign_id = self.campaign_id

        source = self.source

        state = self.state.value

        rows = self.rows

        added = self.added

        known = self.known

        refused = self.refused

        error: None | str
        error = self.error

        created_by = self.created_by

        created_at = self.created_at.isoformat()

        finished_at: None | str
        if isinstance(self.finished_at, datetime.datetime):
            finished_at = self.finished_at.isoformat()
        else:
            finished_at = self.finished_at

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "id": id,
                "name": name,
                "campaign_id": campaign_id,
                "source": source,
                "state": state,
                "rows": rows,
                "added": added,
                "known": known,
                "refused": refused,
                "error": error,
                "created_by": created_by,
                "created_at": created_at,
                "finished_at": finished_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        def _parse_campaign_id(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        campaign_id = _parse_campaign_id(d.pop("campaign_id"))

        source = d.pop("source")

        state = DncUploadState(d.pop("state"))

        rows = d.pop("rows")

        added = d.pop("added")

        known = d.pop("known")

        refused = d.pop("refused")

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

        dnc_upload_out = cls(
            id=id,
            name=name,
            campaign_id=campaign_id,
            source=source,
            state=state,
            rows=rows,
            added=added,
            known=known,
            refused=refused,
            error=error,
            created_by=created_by,
            created_at=created_at,
            finished_at=finished_at,
        )

        return dnc_upload_out
