from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="HoldIn")


@_attrs_define
class HoldIn:
    """From dialing to hang-up, in seconds. What isn't named is taken as seen.

    Attributes:
        answered (float | None | Unset):
        busy (float | None | Unset):
        no_answer (float | None | Unset):
        rejected (float | None | Unset):
        unallocated (float | None | Unset):
        congestion (float | None | Unset):
        trunk_fault (float | None | Unset):
        failed (float | None | Unset):
        indeterminate (float | None | Unset):
        abandoned (float | None | Unset):
    """

    answered: float | None | Unset = UNSET
    busy: float | None | Unset = UNSET
    no_answer: float | None | Unset = UNSET
    rejected: float | None | Unset = UNSET
    unallocated: float | None | Unset = UNSET
    congestion: float | None | Unset = UNSET
    trunk_fault: float | None | Unset = UNSET
    failed: float | None | Unset = UNSET
    indeterminate: float | None | Unset = UNSET
    abandoned: float | None | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        answered: float | None | Unset
        if isinstance(self.answered, Unset):
            answered = UNSET
        else:
            answered = self.answered

        busy: float | None | Unset
        if isinstance(self.busy, Unset):
            busy = UNSET
        else:
            busy = self.busy

        no_answer: float | None | Unset
        if isinstance(self.no_answer, Unset):
            no_answer = UNSET
        else:
            no_answer = self.no_answer

        rejected: float | None | Unset
        if isinstance(self.rejected, Unset):
            rejected = UNSET
        else:
            rejected = self.rejected

        unallocated: float | None | Unset
        if isinstance(self.unallocated, Unset):
            unallocated = UNSET
        else:
            unallocated = self.unallocated

        congestion: float | None | Unset
        if isinstance(self.congestion, Unset):
            congestion = UNSET
        else:
            congestion = self.congestion

        trunk_fault: float | None | Unset
        if isinstance(self.trunk_fault, Unset):
            trunk_fault = UNSET
        else:
            trunk_fault = self.trunk_fault

        failed: float | None | Unset
        if isinstance(self.failed, Unset):
            failed = UNSET
        else:
            failed = self.failed

        indeterminate: float | None | Unset
        if isinstance(self.indeterminate, Unset):
            indeterminate = UNSET
        else:
            indeterminate = self.indeterminate

        abandoned: float | None | Unset
        if isinstance(self.abandoned, Unset):
            abandoned = UNSET
        else:
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

        def _parse_answered(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        answered = _parse_answered(d.pop("answered", UNSET))

        def _parse_busy(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        busy = _parse_busy(d.pop("busy", UNSET))

        def _parse_no_answer(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        no_answer = _parse_no_answer(d.pop("no_answer", UNSET))

        def _parse_rejected(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        rejected = _parse_rejected(d.pop("rejected", UNSET))

        def _parse_unallocated(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        unallocated = _parse_unallocated(d.pop("unallocated", UNSET))

        def _parse_congestion(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        congestion = _parse_congestion(d.pop("congestion", UNSET))

        def _parse_trunk_fault(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        trunk_fault = _parse_trunk_fault(d.pop("trunk_fault", UNSET))

        def _parse_failed(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        failed = _parse_failed(d.pop("failed", UNSET))

        def _parse_indeterminate(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        indeterminate = _parse_indeterminate(d.pop("indeterminate", UNSET))

        def _parse_abandoned(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        abandoned = _parse_abandoned(d.pop("abandoned", UNSET))

        hold_in = cls(
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

        return hold_in
