from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.trial_in_variables import TrialInVariables


T = TypeVar("T", bound="TrialIn")


@_attrs_define
class TrialIn:
    """Whom to call, to try a campaign.

    Attributes:
        phone_number (str): E.164, or national with a default_region.
        variables (TrialInVariables | Unset): Channel variables, in the place of a contact's data.
    """

    phone_number: str
    variables: TrialInVariables | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        phone_number = self.phone_number

        variables: dict[str, Any] | Unset = UNSET
        if not isinstance(self.variables, Unset):
            variables = self.variables.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "phone_number": phone_number,
            }
        )
        if variables is not UNSET:
            field_dict["variables"] = variables

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.trial_in_variables import TrialInVariables  # noqa: PLC0415

        d = dict(src_dict)
        phone_number = d.pop("phone_number")

        _variables = d.pop("variables", UNSET)
        variables: TrialInVariables | Unset
        if isinstance(_variables, Unset):
            variables = UNSET
        else:
            variables = TrialInVariables.from_dict(_variables)

        trial_in = cls(
            phone_number=phone_number,
            variables=variables,
        )

        return trial_in
