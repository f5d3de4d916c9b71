from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.call_back import CallBack
    from ..models.continue_ import Continue
    from ..models.hang_up import HangUp
    from ..models.menu_digits import MenuDigits
    from ..models.opt_out import OptOut
    from ..models.play import Play
    from ..models.transfer import Transfer


T = TypeVar("T", bound="Menu")


@_attrs_define
class Menu:
    """Ask for a digit, and do what belongs to it. The digit is kept on the call.

    Attributes:
        prompt (str): A sound's name, as Asterisk knows it; or `upload:` and the id of one that was uploaded.
        digits (MenuDigits): An action for each digit.
        type_ (Literal['menu'] | Unset):  Default: 'menu'.
        otherwise (CallBack | Continue | HangUp | OptOut | Play | Transfer | Unset): For any other digit, and for none.
        tries (int | Unset): How often the prompt is played. Default: 2.
        timeout_seconds (int | Unset): How long to wait for a digit after the prompt. Default: 5.
    """

    prompt: str
    digits: MenuDigits
    type_: Literal["menu"] | Unset = "menu"
    otherwise: CallBack | Continue | HangUp | OptOut | Play | Transfer | Unset = UNSET
    tries: int | Unset = 2
    timeout_seconds: int | Unset = 5

    def to_dict(self) -> dict[str, Any]:
        from ..models.continue_ import Continue  # noqa: PLC0415
        from ..models.hang_up import HangUp  # noqa: PLC0415
        from ..models.opt_out import OptOut  # noqa: PLC0415
        from ..models.play import Play  # noqa: PLC0415
        from ..models.transfer import Transfer  # noqa: PLC0415

        prompt = self.prompt

        digits = self.digits.to_dict()

        type_ = self.type_

        otherwise: dict[str, Any] | Unset
        if isinstance(self.otherwise, Unset):
            otherwise = UNSET
        elif isinstance(self.otherwise, Play):
            otherwise = self.otherwise.to_dict()
        elif isinstance(self.otherwise, Continue):
            otherwise = self.otherwise.to_dict()
        elif isinstance(self.otherwise, HangUp):
            otherwise = self.otherwise.to_dict()
        elif isinstance(self.otherwise, Transfer):
            otherwise = self.otherwise.to_dict()
        elif isinstance(self.otherwise, OptOut):
            otherwise = self.otherwise.to_dict()
        else:
            otherwise = self.otherwise.to_dict()

        tries = self.tries

        timeout_seconds = self.timeout_seconds

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "prompt": prompt,
                "digits": digits,
            }
        )
        if type_ is not UNSET:
            field_dict["type"] = type_
        if otherwise is not UNSET:
            field_dict["otherwise"] = otherwise
        if tries is not UNSET:
            field_dict["tries"] = tries
        if timeout_seconds is not UNSET:
            field_dict["timeout_seconds"] = timeout_seconds

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.call_back import CallBack  # noqa: PLC0415
        from ..models.continue_ import Continue  # noqa: PLC0415
        from ..models.hang_up import HangUp  # noqa: PLC0415
        from ..models.menu_digits import MenuDigits  # noqa: PLC0415
        from ..models.opt_out import OptOut  # noqa: PLC0415
        from ..models.play import Play  # noqa: PLC0415
        from ..models.transfer import Transfer  # noqa: PLC0415

        d = dict(src_dict)
        prompt = d.pop("prompt")

        digits = MenuDigits.from_dict(d.pop("digits"))

        type_ = cast(Literal["menu"] | Unset, d.pop("type", UNSET))
        if type_ != "menu" and not isinstance(type_, Unset):
            raise ValueError(f"type must match const 'menu', got '{type_}'")

        def _parse_otherwise(data: object) -> CallBack | Continue | HangUp | OptOut | Play | Transfer | Unset:
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                otherwise_type_0 = Play.from_dict(data)

                return otherwise_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                otherwise_type_1 = Continue.from_dict(data)

                return otherwise_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                otherwise_type_2 = HangUp.from_dict(data)

                return otherwise_type_2
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                otherwise_type_3 = Transfer.from_dict(data)

                return otherwise_type_3
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                otherwise_type_4 = OptOut.from_dict(data)

                return otherwise_type_4
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            otherwise_type_5 = CallBack.from_dict(data)

            return otherwise_type_5

        otherwise = _parse_otherwise(d.pop("otherwise", UNSET))

        tries = d.pop("tries", UNSET)

        timeout_seconds = d.pop("timeout_seconds", UNSET)

        menu = cls(
            prompt=prompt,
            digits=digits,
            type_=type_,
            otherwise=otherwise,
            tries=tries,
            timeout_seconds=timeout_seconds,
        )

        return menu
