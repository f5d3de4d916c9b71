from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.disposition import Disposition
from ..models.requeue_state import RequeueState

if TYPE_CHECKING:
    from ..models.requeue_out_left_out import RequeueOutLeftOut


T = TypeVar("T", bound="RequeueOut")


@_attrs_define
class RequeueOut:
    """A requeue, and how far it is. Final when the state is no longer `running`.

    Attributes:
        id (int):
        campaign_id (int):
        call_list_id (int | None):
        dispositions (list[Disposition]):
        more_attempts (int | None):
        state (RequeueState):
        requeued (int): Contacts that are due again.
        left_out (RequeueOutLeftOut): Contacts whose last call ended as asked for and that were left as they are, by
            reason.
        created_by (str):
        created_at (datetime.datetime):
        finished_at (datetime.datetime | None):
    """

    id: int
    campaign_id: int
    call_list_id: int | None
    dispositions: list[Disposition]
    more_attempts: int | None
    state: RequeueState
    requeued: int
    left_out: RequeueOutLeftOut
    created_by: str
    created_at: datetime.datetime
    finished_at: datetime.datetime | None

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        campaign_id = self.campaign_id

        call_list_id: int | None
        call_list_id = self.call_list_id

        dispositions = []
        for dispositions_item_data in self.dispositions:
            dispositions_item = dispositions_item_data.value
            dispositions.append(dispositions_item)

        more_attempts: int | None
        more_attempts = self.more_attempts

        state = self.state.value

        requeued = self.requeued

        left_out = self.left_out.to_dict()

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
                "campaign_id": campaign_id,
                "call_list_id": call_list_id,
                "dispositions": dispositions,
                "more_attempts": more_attempts,
                "state": state,
                "requeued": requeued,
                "left_out": left_out,
                "created_by": created_by,
                "created_at": created_at,
                "finished_at": finished_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.requeue_out_left_out import RequeueOutLeftOut  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        campaign_id = d.pop("campaign_id")

        def _parse_call_list_id(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        call_list_id = _parse_call_list_id(d.pop("call_list_id"))

        dispositions = []
        _dispositions = d.pop("dispositions")
        for dispositions_item_data in _dispositions:
            dispositions_item = Disposition(dispositions_item_data)

            dispositions.append(dispositions_item)

        def _parse_more_attempts(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        more_attempts = _parse_more_attempts(d.pop("more_attempts"))

        state = RequeueState(d.pop("state"))

        requeued = d.pop("requeued")

        left_out = RequeueOutLeftOut.from_dict(d.pop("left_out"))

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

        requeue_out = cls(
            id=id,
            campaign_id=campaign_id,
            call_list_id=call_list_id,
            dispositions=dispositions,
            more_attempts=more_attempts,
            state=state,
            requeued=requeued,
            left_out=left_out,
            created_by=created_by,
            created_at=created_at,
            finished_at=finished_at,
        )

        return requeue_out
