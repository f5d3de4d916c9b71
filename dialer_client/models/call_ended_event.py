from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.call_ended import CallEnded


T = TypeVar("T", bound="CallEndedEvent")


@_attrs_define
class CallEndedEvent:
    """
    Attributes:
        id (UUID): Of the event: the same at every try, and in `Dialer-Event-Id`.
        occurred_at (datetime.datetime):
        event (Literal['call.ended']):
        data (CallEnded): A call that has ended. A single call has no campaign and no contact.
    """

    id: UUID
    occurred_at: datetime.datetime
    event: Literal["call.ended"]
    data: CallEnded

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        occurred_at = self.occurred_at.isoformat()

        event = self.event

        data = self.data.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "id": id,
                "occurred_at": occurred_at,
                "event": event,
                "data": data,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.call_ended import CallEnded  # noqa: PLC0415

        d = dict(src_dict)
        id = UUID(d.pop("id"))

        occurred_at = datetime.datetime.fromisoformat(d.pop("occurred_at"))

        event = cast(Literal["call.ended"], d.pop("event"))
        if event != "call.ended":
            raise ValueError(f"event must match const 'call.ended', got '{event}'")

        data = CallEnded.from_dict(d.pop("data"))

        call_ended_event = cls(
            id=id,
            occurred_at=occurred_at,
            event=event,
            data=data,
        )

        return call_ended_event
