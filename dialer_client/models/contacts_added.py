from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.added_out import AddedOut


T = TypeVar("T", bound="ContactsAdded")


@_attrs_define
class ContactsAdded:
    """A result for each contact, in the order in which they were given.

    Attributes:
        added (int):
        results (list[AddedOut]):
    """

    added: int
    results: list[AddedOut]

    def to_dict(self) -> dict[str, Any]:
        added = self.added

        results = []
        for results_item_data in self.results:
            results_item = results_item_data.to_dict()
            results.append(results_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "added": added,
                "results": results,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.added_out import AddedOut  # noqa: PLC0415

        d = dict(src_dict)
        added = d.pop("added")

        results = []
        _results = d.pop("results")
        for results_item_data in _results:
            results_item = AddedOut.from_dict(results_item_data)

            results.append(results_item)

        contacts_added = cls(
            added=added,
            results=results,
        )

        return contacts_added
