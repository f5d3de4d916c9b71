from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.limited_by import LimitedBy

T = TypeVar("T", bound="HourOut")


@_attrs_define
class HourOut:
    """
    Attributes:
        at (datetime.datetime): When the hour begins.
        dials (int):
        answered (int):
        done (int): Contacts that are done in this hour.
        remaining (int): Contacts that are not done at its end.
        limited_by (LimitedBy): What kept more calls from being made.
    """

    at: datetime.datetime
    dials: int
    answered: int
    done: int
    remaining: int
    limited_by: LimitedBy

    def to_dict(self) -> dict[str, Any]:
        at = self.at.isoformat()

        dials = self.dials

        answered = self.answered

        done = self.done

        remaining = self.remaining

        limited_by = self.limited_by.value

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "at": at,
                "dials": dials,
                "answered": answered,
                "done": done,
                "remaining": remaining,
                "limited_by": limited_by,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        at = datetime.datetime.fromisoformat(d.pop("at"))

        dials = d.pop("dials")

        answered = d.pop("answered")

        done = d.pop("done")

        remaining = d.pop("remaining")

        limited_by = LimitedBy(d.pop("limited_by"))

        hour_out = cls(
            at=at,
            dials=dials,
            answered=answered,
            done=done,
            remaining=remaining,
            limited_by=limited_by,
        )

        return hour_out
