from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="ReasonOut")


@_attrs_define
class ReasonOut:
    """Contacts that one rule keeps from being dialed.

    Attributes:
        code (str):
        rule (str): As it reads for the sample.
        source (str):
        contacts (int):
        opens_at (datetime.datetime | None): When the first of them may be dialed, if time alone decides.
        sample (int): The contact that opens first.
    """

    code: str
    rule: str
    source: str
    contacts: int
    opens_at: datetime.datetime | None
    sample: int

    def to_dict(self) -> dict[str, Any]:
        code = self.code

        rule = self.rule

        source = self.source

        contacts = self.contacts

        opens_at: None | str
        if isinstance(self.opens_at, datetime.datetime):
            opens_at = self.opens_at.isoformat()
        else:
            opens_at = self.opens_at

        sample = self.sample

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "code": code,
                "rule": rule,
                "source": source,
                "contacts": contacts,
                "opens_at": opens_at,
                "sample": sample,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        code = d.pop("code")

        rule = d.pop("rule")

        source = d.pop("source")

        contacts = d.pop("contacts")

        def _parse_opens_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                opens_at_type_0 = datetime.datetime.fromisoformat(data)

                return opens_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        opens_at = _parse_opens_at(d.pop("opens_at"))

        sample = d.pop("sample")

        reason_out = cls(
            code=code,
            rule=rule,
            source=source,
            contacts=contacts,
            opens_at=opens_at,
            sample=sample,
        )

        return reason_out
