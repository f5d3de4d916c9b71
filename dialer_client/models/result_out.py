from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.result_out_calls import ResultOutCalls


T = TypeVar("T", bound="ResultOut")


@_attrs_define
class ResultOut:
    """Calls that have ended.

    Attributes:
        value (None | str): The list's id (null: of no list), when the hour began, the attempt, or the caller id.
        name (None | str): The list's, or the caller id's label.
        calls (ResultOutCalls):
        ended (int):
        dialed (int): Without those that were withdrawn or not dialed.
        answered (int):
        answer_ratio (float | None): Answered of those dialed, 0 to 1; null: none was dialed.
    """

    value: None | str
    name: None | str
    calls: ResultOutCalls
    ended: int
    dialed: int
    answered: int
    answer_ratio: float | None

    def to_dict(self) -> dict[str, Any]:
        value: None | str
        value = self.value

        name: None | str
        name = self.name

        calls = self.calls.to_dict()

        ended = self.ended

        dialed = self.dialed

        answered = self.answered

        answer_ratio: float | None
        answer_ratio = self.answer_ratio

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "value": value,
                "name": name,
                "calls": calls,
                "ended": ended,
                "dialed": dialed,
                "answered": answered,
                "answer_ratio": answer_ratio,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.result_out_calls import ResultOutCalls  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_value(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        value = _parse_value(d.pop("value"))

        def _parse_name(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        name = _parse_name(d.pop("name"))

        calls = ResultOutCalls.from_dict(d.pop("calls"))

        ended = d.pop("ended")

        dialed = d.pop("dialed")

        answered = d.pop("answered")

        def _parse_answer_ratio(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        answer_ratio = _parse_answer_ratio(d.pop("answer_ratio"))

        result_out = cls(
            value=value,
            name=name,
            calls=calls,
            ended=ended,
            dialed=dialed,
            answered=answered,
            answer_ratio=answer_ratio,
        )

        return result_out
