from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.amd import Amd
    from ..models.call_back import CallBack
    from ..models.call_in_variables import CallInVariables
    from ..models.continue_ import Continue
    from ..models.hang_up import HangUp
    from ..models.leave_message import LeaveMessage
    from ..models.menu import Menu
    from ..models.opt_out import OptOut
    from ..models.play import Play
    from ..models.transfer import Transfer


T = TypeVar("T", bound="CallIn")


@_attrs_define
class CallIn:
    """A call outside any campaign. What happens on answer is `answer_action`, or a place in the dialplan.

    Attributes:
        phone_number (str): E.164, or national with a default_region.
        trunk_id (int | None | Unset): May be left out where there is only one.
        trunk_group_id (int | None | Unset): Instead of trunk_id: one of its trunks is chosen.
        caller_id (None | str | Unset): Empty: the trunk's.
        timeout_seconds (int | Unset): How long it rings, in seconds. Default: 30.
        answer_action (Amd | CallBack | Continue | HangUp | LeaveMessage | Menu | None | OptOut | Play | Transfer |
            Unset):
        context (None | str | Unset): Short for an answer_action of type continue.
        extension (None | str | Unset):
        priority (int | None | Unset):
        variables (CallInVariables | Unset): Channel variables.
        default_region (None | str | Unset):
        time_zone (None | str | Unset): The callee's; empty: found from the number.
    """

    phone_number: str
    trunk_id: int | None | Unset = UNSET
    trunk_group_id: int | None | Unset = UNSET
    caller_id: None | str | Unset = UNSET
    timeout_seconds: int | Unset = 30
    answer_action: (
        Amd | CallBack | Continue | HangUp | LeaveMessage | Menu | None | OptOut | Play | Transfer | Unset
    ) = UNSET
    context: None | str | Unset = UNSET
    extension: None | str | Unset = UNSET
    priority: int | None | Unset = UNSET
    variables: CallInVariables | Unset = UNSET
    default_region: None | str | Unset = UNSET
    time_zone: None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        from ..models.amd import Amd  # noqa: PLC0415
        from ..models.call_back import CallBack  # noqa: PLC0415
        from ..models.continue_ import Continue  # noqa: PLC0415
        from ..models.hang_up import HangUp  # noqa: PLC0415
        from ..models.leave_message import LeaveMessage  # noqa: PLC0415
        from ..models.menu import Menu  # noqa: PLC0415
        from ..models.opt_out import OptOut  # noqa: PLC0415
        from ..models.play import Play  # noqa: PLC0415
        from ..models.transfer import Transfer  # noqa: PLC0415

        phone_number = self.phone_number

        trunk_id: int | None | Unset
        if isinstance(self.trunk_id, Unset):
            trunk_id = UNSET
        else:
            trunk_id = self.trunk_id

        trunk_group_id: int | None | Unset
        if isinstance(self.trunk_group_id, Unset):
            trunk_group_id = UNSET
        else:
            trunk_group_id = self.trunk_group_id

        caller_id: None | str | Unset
        if isinstance(self.caller_id, Unset):
            caller_id = UNSET
        else:
            caller_id = self.caller_id

        timeout_seconds = self.timeout_seconds

        answer_action: dict[str, Any] | None | Unset
        if isinstance(self.answer_action, Unset):
            answer_action = UNSET
        elif isinstance(self.answer_action, Play):
            answer_action = self.answer_action.to_dict()
        elif isinstance(self.answer_action, Continue):
            answer_action = self.answer_action.to_dict()
        elif isinstance(self.answer_action, HangUp):
            answer_action = self.answer_action.to_dict()
        elif isinstance(self.answer_action, Transfer):
            answer_action = self.answer_action.to_dict()
        elif isinstance(self.answer_action, OptOut):
            answer_action = self.answer_action.to_dict()
        elif isinstance(self.answer_action, CallBack):
            answer_action = self.answer_action.to_dict()
        elif isinstance(self.answer_action, LeaveMessage):
            answer_action = self.answer_action.to_dict()
        elif isinstance(self.answer_action, Menu):
            answer_action = self.answer_action.to_dict()
        elif isinstance(self.answer_action, Amd):
            answer_action = self.answer_action.to_dict()
        else:
            answer_action = self.answer_action

        context: None | str | Unset
        if isinstance(self.context, Unset):
            context = UNSET
        else:
            context = self.context

        extension: None | str | Unset
        if isinstance(self.extension, Unset):
            extension = UNSET
        else:
            extension = self.extension

        priority: int | None | Unset
        if isinstance(self.priority, Unset):
            priority = UNSET
        else:
            priority = self.priority

        variables: dict[str, Any] | Unset = UNSET
        if not isinstance(self.variables, Unset):
            variables = self.variables.to_dict()

        default_region: None | str | Unset
        if isinstance(self.default_region, Unset):
            default_region = UNSET
        else:
            default_region = self.default_region

        time_zone: None | str | Unset
        if isinstance(self.time_zone, Unset):
            time_zone = UNSET
        else:
            time_zone = self.time_zone

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "phone_number": phone_number,
            }
        )
        if trunk_id is not UNSET:
            field_dict["trunk_id"] = trunk_id
        if trunk_group_id is not UNSET:
            field_dict["trunk_group_id"] = trunk_group_id
        if caller_id is not UNSET:
            field_dict["caller_id"] = caller_id
        if timeout_seconds is not UNSET:
            field_dict["timeout_seconds"] = timeout_seconds
        if answer_action is not UNSET:
            field_dict["answer_action"] = answer_action
        if context is not UNSET:
            field_dict["context"] = context
        if extension is not UNSET:
            field_dict["extension"] = extension
        if priority is not UNSET:
            field_dict["priority"] = priority
        if variables is not UNSET:
            field_dict["variables"] = variables
        if default_region is not UNSET:
            field_dict["default_region"] = default_region
        if time_zone is not UNSET:
            field_dict["time_zone"] = time_zone

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.amd import Amd  # noqa: PLC0415
        from ..models.call_back import CallBack  # noqa: PLC0415
        from ..models.call_in_variables import CallInVariables  # noqa: PLC0415
        from ..models.continue_ import Continue  # noqa: PLC0415
        from ..models.hang_up import HangUp  # noqa: PLC0415
        from ..models.leave_message import LeaveMessage  # noqa: PLC0415
        from ..models.menu import Menu  # noqa: PLC0415
        from ..models.opt_out import OptOut  # noqa: PLC0415
        from ..models.play import Play  # noqa: PLC0415
        from ..models.transfer import Transfer  # noqa: PLC0415

        d = dict(src_dict)
        phone_number = d.pop("phone_number")

        def _parse_trunk_id(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        trunk_id = _parse_trunk_id(d.pop("trunk_id", UNSET))

        def _parse_trunk_group_id(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        trunk_group_id = _parse_trunk_group_id(d.pop("trunk_group_id", UNSET))

        def _parse_caller_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        caller_id = _parse_caller_id(d.pop("caller_id", UNSET))

        timeout_seconds = d.pop("timeout_seconds", UNSET)

        def _parse_answer_action(
            data: object,
        ) -> Amd | CallBack | Continue | HangUp | LeaveMessage | Menu | None | OptOut | Play | Transfer | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                answer_action_type_0_type_0 = Play.from_dict(data)

                return answer_action_type_0_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                answer_action_type_0_type_1 = Continue.from_dict(data)

                return answer_action_type_0_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                answer_action_type_0_type_2 = HangUp.from_dict(data)

                return answer_action_type_0_type_2
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                answer_action_type_0_type_3 = Transfer.from_dict(data)

                return answer_action_type_0_type_3
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                answer_action_type_0_type_4 = OptOut.from_dict(data)

                return answer_action_type_0_type_4
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                answer_action_type_0_type_5 = CallBack.from_dict(data)

                return answer_action_type_0_type_5
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                answer_action_type_0_type_6 = LeaveMessage.from_dict(data)

                return answer_action_type_0_type_6
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                answer_action_type_0_type_7 = Menu.from_dict(data)

                return answer_action_type_0_type_7
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                answer_action_type_0_type_8 = Amd.from_dict(data)

                return answer_action_type_0_type_8
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(
                Amd | CallBack | Continue | HangUp | LeaveMessage | Menu | None | OptOut | Play | Transfer | Unset, data
            )

        answer_action = _parse_answer_action(d.pop("answer_action", UNSET))

        def _parse_context(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        context = _parse_context(d.pop("context", UNSET))

        def _parse_extension(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        extension = _parse_extension(d.pop("extension", UNSET))

        def _parse_priority(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        priority = _parse_priority(d.pop("priority", UNSET))

        _variables = d.pop("variables", UNSET)
        variables: CallInVariables | Unset
        if isinstance(_variables, Unset):
            variables = UNSET
        else:
            variables = CallInVariables.from_dict(_variables)

        def _parse_default_region(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        default_region = _parse_default_region(d.pop("default_region", UNSET))

        def _parse_time_zone(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        time_zone = _parse_time_zone(d.pop("time_zone", UNSET))

        call_in = cls(
            phone_number=phone_number,
            trunk_id=trunk_id,
            trunk_group_id=trunk_group_id,
            caller_id=caller_id,
            timeout_seconds=timeout_seconds,
            answer_action=answer_action,
            context=context,
            extension=extension,
            priority=priority,
            variables=variables,
            default_region=default_region,
            time_zone=time_zone,
        )

        return call_in
