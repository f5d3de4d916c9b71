from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.call_back import CallBack
    from ..models.continue_ import Continue
    from ..models.hang_up import HangUp
    from ..models.leave_message import LeaveMessage
    from ..models.menu import Menu
    from ..models.opt_out import OptOut
    from ..models.play import Play
    from ..models.transfer import Transfer


T = TypeVar("T", bound="Amd")


@_attrs_define
class Amd:
    """Find out whether a person or a machine has answered. In doubt it is a person.

    Attributes:
        human (CallBack | Continue | HangUp | Menu | OptOut | Play | Transfer):
        type_ (Literal['amd'] | Unset):  Default: 'amd'.
        machine (CallBack | Continue | HangUp | LeaveMessage | OptOut | Play | Transfer | Unset):
        not_sure (CallBack | Continue | HangUp | Menu | None | OptOut | Play | Transfer | Unset): Empty: as for a
            person.
    """

    human: CallBack | Continue | HangUp | Menu | OptOut | Play | Transfer
    type_: Literal["amd"] | Unset = "amd"
    machine: CallBack | Continue | HangUp | LeaveMessage | OptOut | Play | Transfer | Unset = UNSET
    not_sure: CallBack | Continue | HangUp | Menu | None | OptOut | Play | Transfer | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        from ..models.call_back import CallBack  # noqa: PLC0415
        from ..models.continue_ import Continue  # noqa: PLC0415
        from ..models.hang_up import HangUp  # noqa: PLC0415
        from ..models.menu import Menu  # noqa: PLC0415
        from ..models.opt_out import OptOut  # noqa: PLC0415
        from ..models.play import Play  # noqa: PLC0415
        from ..models.transfer import Transfer  # noqa: PLC0415

        human: dict[str, Any]
        if isinstance(self.human, Play):
            human = self.human.to_dict()
        elif isinstance(self.human, Continue):
            human = self.human.to_dict()
        elif isinstance(self.human, HangUp):
            human = self.human.to_dict()
        elif isinstance(self.human, Transfer):
            human = self.human.to_dict()
        elif isinstance(self.human, OptOut):
            human = self.human.to_dict()
        elif isinstance(self.human, CallBack):
            human = self.human.to_dict()
        else:
            human = self.human.to_dict()

        type_ = self.type_

        machine: dict[str, Any] | Unset
        if isinstance(self.machine, Unset):
            machine = UNSET
        elif isinstance(self.machine, Play):
            machine = self.machine.to_dict()
        elif isinstance(self.machine, Continue):
            machine = self.machine.to_dict()
        elif isinstance(self.machine, HangUp):
            machine = self.machine.to_dict()
        elif isinstance(self.machine, Transfer):
            machine = self.machine.to_dict()
        elif isinstance(self.machine, OptOut):
            machine = self.machine.to_dict()
        elif isinstance(self.machine, CallBack):
            machine = self.machine.to_dict()
        else:
            machine = self.machine.to_dict()

        not_sure: dict[str, Any] | None | Unset
        if isinstance(self.not_sure, Unset):
            not_sure = UNSET
        elif isinstance(self.not_sure, Play):
            not_sure = self.not_sure.to_dict()
        elif isinstance(self.not_sure, Continue):
            not_sure = self.not_sure.to_dict()
        elif isinstance(self.not_sure, HangUp):
            not_sure = self.not_sure.to_dict()
        elif isinstance(self.not_sure, Transfer):
            not_sure = self.not_sure.to_dict()
        elif isinstance(self.not_sure, OptOut):
            not_sure = self.not_sure.to_dict()
        elif isinstance(self.not_sure, CallBack):
            not_sure = self.not_sure.to_dict()
        elif isinstance(self.not_sure, Menu):
            not_sure = self.not_sure.to_dict()
        else:
            not_sure = self.not_sure

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "human": human,
            }
        )
        if type_ is not UNSET:
            field_dict["type"] = type_
        if machine is not UNSET:
            field_dict["machine"] = machine
        if not_sure is not UNSET:
            field_dict["not_sure"] = not_sure

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.call_back import CallBack  # noqa: PLC0415
        from ..models.continue_ import Continue  # noqa: PLC0415
        from ..models.hang_up import HangUp  # noqa: PLC0415
        from ..models.leave_message import LeaveMessage  # noqa: PLC0415
        from ..models.menu import Menu  # noqa: PLC0415
        from ..models.opt_out import OptOut  # noqa: PLC0415
        from ..models.play import Play  # noqa: PLC0415
        from ..models.transfer import Transfer  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_human(data: object) -> CallBack | Continue | HangUp | Menu | OptOut | Play | Transfer:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                human_type_0 = Play.from_dict(data)

                return human_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                human_type_1 = Continue.from_dict(data)

                return human_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                human_type_2 = HangUp.from_dict(data)

                return human_type_2
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                human_type_3 = Transfer.from_dict(data)

                return human_type_3
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                human_type_4 = OptOut.from_dict(data)

                return human_type_4
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                human_type_5 = CallBack.from_dict(data)

                return human_type_5
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            human_type_6 = Menu.from_dict(data)

            return human_type_6

        human = _parse_human(d.pop("human"))

        type_ = cast(Literal["amd"] | Unset, d.pop("type", UNSET))
        if type_ != "amd" and not isinstance(type_, Unset):
            raise ValueError(f"type must match const 'amd', got '{type_}'")

        def _parse_machine(
            data: object,
        ) -> CallBack | Continue | HangUp | LeaveMessage | OptOut | Play | Transfer | Unset:
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                machine_type_0 = Play.from_dict(data)

                return machine_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                machine_type_1 = Continue.from_dict(data)

                return machine_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                machine_type_2 = HangUp.from_dict(data)

                return machine_type_2
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                machine_type_3 = Transfer.from_dict(data)

                return machine_type_3
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                machine_type_4 = OptOut.from_dict(data)

                return machine_type_4
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                machine_type_5 = CallBack.from_dict(data)

                return machine_type_5
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            machine_type_6 = LeaveMessage.from_dict(data)

            return machine_type_6

        machine = _parse_machine(d.pop("machine", UNSET))

        def _parse_not_sure(
            data: object,
        ) -> CallBack | Continue | HangUp | Menu | None | OptOut | Play | Transfer | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                not_sure_type_0_type_0 = Play.from_dict(data)

                return not_sure_type_0_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                not_sure_type_0_type_1 = Continue.from_dict(data)

                return not_sure_type_0_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                not_sure_type_0_type_2 = HangUp.from_dict(data)

                return not_sure_type_0_type_2
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                not_sure_type_0_type_3 = Transfer.from_dict(data)

                return not_sure_type_0_type_3
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                not_sure_type_0_type_4 = OptOut.from_dict(data)

                return not_sure_type_0_type_4
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                not_sure_type_0_type_5 = CallBack.from_dict(data)

                return not_sure_type_0_type_5
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                not_sure_type_0_type_6 = Menu.from_dict(data)

                return not_sure_type_0_type_6
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(CallBack | Continue | HangUp | Menu | None | OptOut | Play | Transfer | Unset, data)

        not_sure = _parse_not_sure(d.pop("not_sure", UNSET))

        amd = cls(
            human=human,
            type_=type_,
            machine=machine,
            not_sure=not_sure,
        )

        return amd
