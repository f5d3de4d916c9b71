from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..models.by import By

if TYPE_CHECKING:
    from ..models.result_out import ResultOut


T = TypeVar("T", bound="ResultsOut")


@_attrs_define
class ResultsOut:
    """Counts, exact at `as_of`.

    Attributes:
        campaign_id (int):
        by (By): What calls are told apart by.
        groups (list[ResultOut]):
        total (ResultOut): Calls that have ended.
        as_of (datetime.datetime):
    """

    campaign_id: int
    by: By
    groups: list[ResultOut]
    total: ResultOut
    as_of: datetime.datetime

    def to_dict(self) -> dict[str, Any]:
        campaign_id = self.campaign_id

        by = self.by.value

        groups = []
        for groups_item_data in self.groups:
            groups_item = groups_item_data.to_dict()
            groups.append(groups_item)

        total = self.total.to_dict()

        as_of = self.as_of.isoformat()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "campaign_id": campaign_id,
                "by": by,
                "groups": groups,
                "total": total,
                "as_of": as_of,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.result_out import ResultOut  # noqa: PLC0415

        d = dict(src_dict)
        campaign_id = d.pop("campaign_id")

        by = By(d.pop("by"))

        groups = []
        _groups = d.pop("groups")
        for groups_item_data in _groups:
            groups_item = ResultOut.from_dict(groups_item_data)

            groups.append(groups_item)

        total = ResultOut.from_dict(d.pop("total"))

        as_of = datetime.datetime.fromisoformat(d.pop("as_of"))

        results_out = cls(
            campaign_id=campaign_id,
            by=by,
            groups=groups,
            total=total,
            as_of=as_of,
        )

        return results_out
