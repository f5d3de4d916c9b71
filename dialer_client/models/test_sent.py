from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="TestSent")


@_attrs_define
class TestSent:
    """Says nothing: `POST /v1/webhooks/{id}/test`.

    Attributes:
        webhook_id (int):
    """

    webhook_id: int

    def to_dict(self) -> dict[str, Any]:
        webhook_id = self.webhook_id

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "webhook_id": webhook_id,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        webhook_id = d.pop("webhook_id")

        test_sent = cls(
            webhook_id=webhook_id,
        )

        return test_sent
