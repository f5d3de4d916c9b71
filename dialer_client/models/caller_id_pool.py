from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.pool_policy import PoolPolicy
from ..types import UNSET, Unset

T = TypeVar("T", bound="CallerIdPool")


@_attrs_define
class CallerIdPool:
    """Where a campaign's caller ids come from.

    Attributes:
        numbers: E.164, all of them the trunk's. Empty: whatever the trunk owns.
        same_for_number: a number that is called again, by whatever campaign, sees the caller id that it saw before,
            as long as that is enabled.

        Attributes:
            policy (PoolPolicy | Unset): How one of a pool is chosen.
            numbers (list[str] | Unset): E.164, of the trunk's caller ids. Empty: all of them.
            same_for_number (bool | Unset): A number that is called again sees the same caller id as before. Default: True.
    """

    policy: PoolPolicy | Unset = UNSET
    numbers: list[str] | Unset = UNSET
    same_for_number: bool | Unset = True

    def to_dict(self) -> dict[str, Any]:
        policy: str | Unset = UNSET
        if not isinstance(self.policy, Unset):
            policy = self.policy.value

        numbers: list[str] | Unset = UNSET
        if not isinstance(self.numbers, Unset):
            numbers = self.numbers

        same_for_number = self.same_for_number

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if policy is not UNSET:
            field_dict["policy"] = policy
        if numbers is not UNSET:
            field_dict["numbers"] = numbers
        if same_for_number is not UNSET:
            field_dict["same_for_number"] = same_for_number

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        _policy = d.pop("policy", UNSET)
        policy: PoolPolicy | Unset
        if isinstance(_policy, Unset):
            policy = UNSET
        else:
            policy = PoolPolicy(_policy)

        numbers = cast(list[str], d.pop("numbers", UNSET))

        same_for_number = d.pop("same_for_number", UNSET)

        caller_id_pool = cls(
            policy=policy,
            numbers=numbers,
            same_for_number=same_for_number,
        )

        return caller_id_pool
