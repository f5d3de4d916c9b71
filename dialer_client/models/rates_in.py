from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="RatesIn")


@_attrs_define
class RatesIn:
    """How calls end: parts of any sum, like percentages. What isn't named doesn't happen.

    Attributes:
        answered (float | Unset):  Default: 0.0.
        busy (float | Unset):  Default: 0.0.
        no_answer (float | Unset):  Default: 0.0.
        rejected (float | Unset):  Default: 0.0.
        unallocated (float | Unset):  Default: 0.0.
        congestion (float | Unset):  Default: 0.0.
        trunk_fault (float | Unset):  Default: 0.0.
        failed (float | Unset):  Default: 0.0.
        indeterminate (float | Unset):  Default: 0.0.
        abandoned (float | Unset):  Default: 0.0.
    """

    answered: float | Unset = 0.0
    busy: float | Unset = 0.0
    no_answer: float | Unset = 0.0
    rejected: float | Unset = 0.0
    unallocated: float | Unset = 0.0
    congestion: float | Unset = 0.0
    trunk_fault: float | Unset = 0.0
    failed: float | Unset = 0.0
    indeterminate: float | Unset = 0.0
    abandoned: float | Unset = 0.0

    def to_dict(self) -> dict[str, Any]:
        answered = self.answered

        busy = self.busy

        no_answer = self.no_answer

        rejected = self.rejected

        unallocated = self.unallocated

        congestion = self.congestion

        trunk_fault = self.trunk_fault

        failed = self.failed

        indeterminate = self.indeterminate

        abandoned = self.abandoned

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if answered is not UNSET:
            field_dict["answered"] = answered
        if busy is not UNSET:
            field_dict["busy"] = busy
        if no_answer is not UNSET:
            field_dict["no_answer"] = no_answer
        if rejected is not UNSET:
            field_dict["rejected"] = rejected
        if unallocated is not UNSET:
            field_dict["unallocated"] = unallocated
        if congestion is not UNSET:
            field_dict["congestion"] = congestion
        if trunk_fault is not UNSET:
            field_dict["trunk_fault"] = trunk_fault
        if failed is not UNSET:
            field_dict["failed"] = failed
        if indeterminate is not UNSET:
            field_dict["indeterminate"] = indeterminate
        if abandoned is not UNSET:
            field_dict["abandoned"] = abandoned

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        answered = d.pop("answered", UNSET)

        busy = d.pop("busy", UNSET)

        no_answer = d.pop("no_answer", UNSET)

        rejected = d.pop("rejected", UNSET)

        unallocated = d.pop("unallocated", UNSET)

        congestion = d.pop("congestion", UNSET)

        trunk_fault = d.pop("trunk_fault", UNSET)

        failed = d.pop("failed", UNSET)

        indeterminate = d.pop("indeterminate", UNSET)

        abandoned = d.pop("abandoned", UNSET)

        rates_in = cls(
            answered=answered,
            busy=busy,
            no_answer=no_answer,
            rejected=rejected,
            unallocated=unallocated,
            congestion=congestion,
            trunk_fault=trunk_fault,
            failed=failed,
            indeterminate=indeterminate,
            abandoned=abandoned,
        )

        return rates_in
