from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="NotCalled")


@_attrs_define
class NotCalled:
    """
    Attributes:
        code (str): One of the gate's codes, or not_in_time.
        rule (str):
        contacts (int):
    """

    code: str
    rule: str
    contacts: int

    def to_dict(self) -> dict[str, Any]:
        code = self.code

        rule = self.rule

        contacts = self.contacts

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "code": code,
                "rule": rule,
                "contacts": contacts,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        code = d.pop("code")

        rule = d.pop("rule")

        contacts = d.pop("contacts")

        not_called = cls(
            code=code,
            rule=rule,
            contacts=contacts,
        )

        return not_called
