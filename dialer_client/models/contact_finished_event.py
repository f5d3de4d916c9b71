from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.contact_finished import ContactFinished


T = TypeVar("T", bound="ContactFinishedEvent")


@_attrs_define
class ContactFinishedEvent:
    """
    Attributes:
        id (UUID): Of the event: the same at every try, and in `Dialer-Event-Id`.
        occurred_at (datetime.datetime):
        event (Literal['contact.finished']):
        data (ContactFinished): A contact that is done: nobody calls it any more.
    """

    id: UUID
    occurred_at: datetime.datetime
    event: Literal["contact.finished"]
    data: ContactFinished

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
        from ..models.contact_finished import ContactFinished  # noqa: PLC0415

        d = dict(src_dict)
        id = UUID(d.pop("id"))

        occurred_at = datetime.datetime.fromisoformat(d.pop("occurred_at"))

        event = cast(Literal["contact.finished"], d.pop("event"))
        if event != "contact.finished":
            raise ValueError(f"event must match const 'contact.finished', got '{event}'")

        data = ContactFinished.from_dict(d.pop("data"))

        contact_finished_event = cls(
            id=id,
            occurred_at=occurred_at,
            event=event,
            data=data,
        )

        return contact_finished_event
