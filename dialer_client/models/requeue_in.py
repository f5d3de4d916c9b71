from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.disposition import Disposition
from ..types import UNSET, Unset

T = TypeVar("T", bound="RequeueIn")


@_attrs_define
class RequeueIn:
    """Who is to be called again: contacts that are done and whose last call ended like this.

    Attributes:
        dispositions (list[Disposition]): How the last call ended. Not `cancelled`, `withdrawn` or `not_dialed`.
        call_list_id (int | None | Unset): Only of this list; empty: of the whole campaign.
        more_attempts (int | None | Unset): So many attempts each may have from here, even beyond the campaign's
            max_attempts; empty: what is left of these.
    """

    dispositions: list[Disposition]
    call_list_id: int | None | Unset = UNSET
    more_attempts: int | None | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        dispositions = []
        for dispositions_item_data in self.dispositions:
            dispositions_item = dispositions_item_data.value
            dispositions.append(dispositions_item)

        call_list_id: int | None | Unset
        if isinstance(self.call_list_id, Unset):
            call_list_id = UNSET
        else:
            call_list_id = self.call_list_id

        more_attempts: int | None | Unset
        if isinstance(self.more_attempts, Unset):
            more_attempts = UNSET
        else:
            more_attempts = self.more_attempts

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "dispositions": dispositions,
            }
        )
        if call_list_id is not UNSET:
            field_dict["call_list_id"] = call_list_id
        if more_attempts is not UNSET:
            field_dict["more_attempts"] = more_attempts

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        dispositions = []
        _dispositions = d.pop("dispositions")
        for dispositions_item_data in _dispositions:
            dispositions_item = Disposition(dispositions_item_data)

            dispositions.append(dispositions_item)

        def _parse_call_list_id(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        call_list_id = _parse_call_list_id(d.pop("call_list_id", UNSET))

        def _parse_more_attempts(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        more_attempts = _parse_more_attempts(d.pop("more_attempts", UNSET))

        requeue_in = cls(
            dispositions=dispositions,
            call_list_id=call_list_id,
            more_attempts=more_attempts,
        )

        return requeue_in
