from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define

from ..models.delivery_out_state import DeliveryOutState

if TYPE_CHECKING:
    from ..models.delivery_out_data import DeliveryOutData


T = TypeVar("T", bound="DeliveryOut")


@_attrs_define
class DeliveryOut:
    """An event for this webhook, and how its last try went.

    Attributes:
        id (int):
        webhook_id (int):
        event_id (UUID): The same at every try.
        event (str):
        data (DeliveryOutData):
        state (DeliveryOutState):
        tries (int):
        next_try_at (datetime.datetime):
        tried_at (datetime.datetime | None):
        status (int | None): Of the last answer.
        error (None | str):
        created_at (datetime.datetime):
    """

    id: int
    webhook_id: int
    event_id: UUID
    event: str
    data: DeliveryOutData
    state: DeliveryOutState
    tries: int
    next_try_at: datetime.datetime
    tried_at: datetime.datetime | None
    status: int | None
    error: None | str
    created_at: datetime.datetime

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        webhook_id = self.webhook_id

        event_id = str(self.event_id)

        event = self.event

        data = self.data.to_dict()

        state = self.state.value

        tries = self.tries

        next_try_at = self.next_try_at.isoformat()

        tried_at: None | str
        if isinstance(self.tried_at, datetime.datetime):
            tried_at = self.tried_at.isoformat()
        else:
            tried_at = self.tried_at

        status: int | None
        status = self.status

        error: None | str
        error = self.error

        created_at = self.created_at.isoformat()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "id": id,
                "webhook_id": webhook_id,
                "event_id": event_id,
                "event": event,
                "data": data,
                "state": state,
                "tries": tries,
                "next_try_at": next_try_at,
                "tried_at": tried_at,
                "status": status,
                "error": error,
                "created_at": created_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.delivery_out_data import DeliveryOutData  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        webhook_id = d.pop("webhook_id")

        event_id = UUID(d.pop("event_id"))

        event = d.pop("event")

        data = DeliveryOutData.from_dict(d.pop("data"))

        state = DeliveryOutState(d.pop("state"))

        tries = d.pop("tries")

        next_try_at = datetime.datetime.fromisoformat(d.pop("next_try_at"))

        def _parse_tried_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                tried_at_type_0 = datetime.datetime.fromisoformat(data)

                return tried_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        tried_at = _parse_tried_at(d.pop("tried_at"))

        def _parse_status(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        status = _parse_status(d.pop("status"))

        def _parse_error(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        error = _parse_error(d.pop("error"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        delivery_out = cls(
            id=id,
            webhook_id=webhook_id,
            event_id=event_id,
            event=event,
            data=data,
            state=state,
            tries=tries,
            next_try_at=next_try_at,
            tried_at=tried_at,
            status=status,
            error=error,
            created_at=created_at,
        )

        return delivery_out
