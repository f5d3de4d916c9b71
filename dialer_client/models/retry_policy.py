from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.retry_rule import RetryRule


T = TypeVar("T", bound="RetryPolicy")


@_attrs_define
class RetryPolicy:
    """A rule per disposition that is tried again. A disposition without a rule is final.

    A rule that drops the number is final for whoever has no other.

        Attributes:
            abandoned (None | RetryRule | Unset):
            busy (None | RetryRule | Unset):
            no_answer (None | RetryRule | Unset):
            rejected (None | RetryRule | Unset):
            unallocated (None | RetryRule | Unset):
            congestion (None | RetryRule | Unset):
            trunk_fault (None | RetryRule | Unset):
            failed (None | RetryRule | Unset):
            indeterminate (None | RetryRule | Unset):
    """

    abandoned: None | RetryRule | Unset = UNSET
    busy: None | RetryRule | Unset = UNSET
    no_answer: None | RetryRule | Unset = UNSET
    rejected: None | RetryRule | Unset = UNSET
    unallocated: None | RetryRule | Unset = UNSET
    congestion: None | RetryRule | Unset = UNSET
    trunk_fault: None | RetryRule | Unset = UNSET
    failed: None | RetryRule | Unset = UNSET
    indeterminate: None | RetryRule | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        from ..models.retry_rule import RetryRule  # noqa: PLC0415

        abandoned: dict[str, Any] | None | Unset
        if isinstance(self.abandoned, Unset):
            abandoned = UNSET
        elif isinstance(self.abandoned, RetryRule):
            abandoned = self.abandoned.to_dict()
        else:
            abandoned = self.abandoned

        busy: dict[str, Any] | None | Unset
        if isinstance(self.busy, Unset):
            busy = UNSET
        elif isinstance(self.busy, RetryRule):
            busy = self.busy.to_dict()
        else:
            busy = self.busy

        no_answer: dict[str, Any] | None | Unset
        if isinstance(self.no_answer, Unset):
            no_answer = UNSET
        elif isinstance(self.no_answer, RetryRule):
            no_answer = self.no_answer.to_dict()
        else:
            no_answer = self.no_answer

        rejected: dict[str, Any] | None | Unset
        if isinstance(self.rejected, Unset):
            rejected = UNSET
        elif isinstance(self.rejected, RetryRule):
            rejected = self.rejected.to_dict()
        else:
            rejected = self.rejected

        unallocated: dict[str, Any] | None | Unset
        if isinstance(self.unallocated, Unset):
            unallocated = UNSET
        elif isinstance(self.unallocated, RetryRule):
            unallocated = self.unallocated.to_dict()
        else:
            unallocated = self.unallocated

        congestion: dict[str, Any] | None | Unset
        if isinstance(self.congestion, Unset):
            congestion = UNSET
        elif isinstance(self.congestion, RetryRule):
            congestion = self.congestion.to_dict()
        else:
            congestion = self.congestion

        trunk_fault: dict[str, Any] | None | Unset
        if isinstance(self.trunk_fault, Unset):
            trunk_fault = UNSET
        elif isinstance(self.trunk_fault, RetryRule):
            trunk_fault = self.trunk_fault.to_dict()
        else:
            trunk_fault = self.trunk_fault

        failed: dict[str, Any] | None | Unset
        if isinstance(self.failed, Unset):
            failed = UNSET
        elif isinstance(self.failed, RetryRule):
            failed = self.failed.to_dict()
        else:
            failed = self.failed

        indeterminate: dict[str, Any] | None | Unset
        if isinstance(self.indeterminate, Unset):
            indeterminate = UNSET
        elif isinstance(self.indeterminate, RetryRule):
            indeterminate = self.indeterminate.to_dict()
        else:
            indeterminate = self.indeterminate

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if abandoned is not UNSET:
            field_dict["abandoned"] = abandoned
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

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.retry_rule import RetryRule  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_abandoned(data: object) -> None | RetryRule | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                abandoned_type_0 = RetryRule.from_dict(data)

                return abandoned_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | RetryRule | Unset, data)

        abandoned = _parse_abandoned(d.pop("abandoned", UNSET))

        def _parse_busy(data: object) -> None | RetryRule | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                busy_type_0 = RetryRule.from_dict(data)

                return busy_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | RetryRule | Unset, data)

        busy = _parse_busy(d.pop("busy", UNSET))

        def _parse_no_answer(data: object) -> None | RetryRule | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                no_answer_type_0 = RetryRule.from_dict(data)

                return no_answer_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | RetryRule | Unset, data)

        no_answer = _parse_no_answer(d.pop("no_answer", UNSET))

        def _parse_rejected(data: object) -> None | RetryRule | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                rejected_type_0 = RetryRule.from_dict(data)

                return rejected_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | RetryRule | Unset, data)

        rejected = _parse_rejected(d.pop("rejected", UNSET))

        def _parse_unallocated(data: object) -> None | RetryRule | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                unallocated_type_0 = RetryRule.from_dict(data)

                return unallocated_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | RetryRule | Unset, data)

        unallocated = _parse_unallocated(d.pop("unallocated", UNSET))

        def _parse_congestion(data: object) -> None | RetryRule | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                congestion_type_0 = RetryRule.from_dict(data)

                return congestion_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | RetryRule | Unset, data)

        congestion = _parse_congestion(d.pop("congestion", UNSET))

        def _parse_trunk_fault(data: object) -> None | RetryRule | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                trunk_fault_type_0 = RetryRule.from_dict(data)

                return trunk_fault_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | RetryRule | Unset, data)

        trunk_fault = _parse_trunk_fault(d.pop("trunk_fault", UNSET))

        def _parse_failed(data: object) -> None | RetryRule | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                failed_type_0 = RetryRule.from_dict(data)

                return failed_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | RetryRule | Unset, data)

        failed = _parse_failed(d.pop("failed", UNSET))

        def _parse_indeterminate(data: object) -> None | RetryRule | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                indeterminate_type_0 = RetryRule.from_dict(data)

                return indeterminate_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | RetryRule | Unset, data)

        indeterminate = _parse_indeterminate(d.pop("indeterminate", UNSET))

        retry_policy = cls(
            abandoned=abandoned,
            busy=busy,
            no_answer=no_answer,
            rejected=rejected,
            unallocated=unallocated,
            congestion=congestion,
            trunk_fault=trunk_fault,
            failed=failed,
            indeterminate=indeterminate,
        )

        return retry_policy
