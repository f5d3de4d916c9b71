from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define

from ..models.call_state import CallState
from ..models.disposition import Disposition

if TYPE_CHECKING:
    from ..models.amd import Amd
    from ..models.call_back import CallBack
    from ..models.call_details_out_gate_type_0 import CallDetailsOutGateType0
    from ..models.call_details_out_variables_type_0 import CallDetailsOutVariablesType0
    from ..models.continue_ import Continue
    from ..models.hang_up import HangUp
    from ..models.leave_message import LeaveMessage
    from ..models.menu import Menu
    from ..models.opt_out import OptOut
    from ..models.play import Play
    from ..models.transfer import Transfer


T = TypeVar("T", bound="CallDetailsOut")


@_attrs_define
class CallDetailsOut:
    """A call; and what it was given, if it is outside any campaign.

    Attributes:
        id (UUID):
        campaign_id (int | None):
        contact_id (int | None):
        phone_number (str):
        caller_id (None | str):
        trunk_id (int):
        trunk_group_id (int | None): The group that it was chosen from.
        node_id (int):
        state (CallState): Where a call is on its way. Who moves it, and when, is in docs/state-machine.md.
        disposition (Disposition | None):
        failure_reason (None | str):
        gate (CallDetailsOutGateType0 | None): What the gate decided, and on what.
        digit (None | str): Pressed in the menu; `none` if nothing was.
        amd_status (None | str): HUMAN, MACHINE or NOTSURE.
        result (None | str): What the dialplan has reported (UserEvent dialer_result).
        callback_at (datetime.datetime | None): When the callee wants to be called again.
        callback_for (datetime.datetime | None): When the callee had asked to be called: this is that call.
        people (int | None): How many people the campaign had; empty: the call needs nobody.
        waiting_since (datetime.datetime | None): Since when the callee waited for a person.
        served_at (datetime.datetime | None): When a person came.
        abandoned (bool | None): Nobody came in time. Empty: not known yet, or no person answered.
        dialstatus (None | str):
        cause (int | None): Q.850.
        tech_cause (int | None): The last SIP status.
        attempt_number (int):
        max_attempts (int):
        policy_version (int):
        timeout_seconds (int):
        context (None | str):
        extension (None | str):
        priority (int | None):
        channel (None | str):
        created_at (datetime.datetime):
        dialed_at (datetime.datetime | None):
        ringing_at (datetime.datetime | None):
        answered_at (datetime.datetime | None):
        action_started_at (datetime.datetime | None):
        hangup_requested_at (datetime.datetime | None):
        ended_at (datetime.datetime | None):
        duration_seconds (float | None):
        variables (CallDetailsOutVariablesType0 | None):
        answer_action (Amd | CallBack | Continue | HangUp | LeaveMessage | Menu | None | OptOut | Play | Transfer):
    """

    id: UUID
    campaign_id: int | None
    contact_id: int | None
    phone_number: str
    caller_id: None | str
    trunk_id: int
    trunk_group_id: int | None
    node_id: int
    state: CallState
    disposition: Disposition | None
    failure_reason: None | str
    gate: CallDetailsOutGateType0 | None
    digit: None | str
    amd_status: None | str
    result: None | str
    callback_at: datetime.datetime | None
    callback_for: datetime.datetime | None
    people: int | None
    waiting_since: datetime.datetime | None
    served_at: datetime.datetime | None
    abandoned: bool | None
    dialstatus: None | str
    cause: int | None
    tech_cause: int | None
    attempt_number: int
    max_attempts: int
    policy_version: int
    timeout_seconds: int
    context: None | str
    extension: None | str
    priority: int | None
    channel: None | str
    created_at: datetime.datetime
    dialed_at: datetime.datetime | None
    ringing_at: datetime.datetime | None
    answered_at: datetime.datetime | None
    action_started_at: datetime.datetime | None
    hangup_requested_at: datetime.datetime | None
    ended_at: datetime.datetime | None
    duration_seconds: float | None
    variables: CallDetailsOutVariablesType0 | None
    answer_action: Amd | CallBack | Continue | HangUp | LeaveMessage | Menu | None | OptOut | Play | Transfer

    def to_dict(self) -> dict[str, Any]:
        from ..models.amd import Amd  # noqa: PLC0415
        from ..models.call_back import CallBack  # noqa: PLC0415
        from ..models.call_details_out_gate_type_0 import CallDetailsOutGateType0  # noqa: PLC0415
        from ..models.call_details_out_variables_type_0 import CallDetailsOutVariablesType0  # noqa: PLC0415
        from ..models.continue_ import Continue  # noqa: PLC0415
        from ..models.hang_up import HangUp  # noqa: PLC0415
        from ..models.leave_message import LeaveMessage  # noqa: PLC0415
        from ..models.menu import Menu  # noqa: PLC0415
        from ..models.opt_out import OptOut  # noqa: PLC0415
        from ..models.play import Play  # noqa: PLC0415
        from ..models.transfer import Transfer  # noqa: PLC0415

        id = str(self.id)

        campaign_id: int | None
        campaign_id = self.campaign_id

        contact_id: int | None
        contact_id = self.contact_id

        phone_number = self.phone_number

        caller_id: None | str
        caller_id = self.caller_id

        trunk_id = self.trunk_id

        trunk_group_id: int | None
        trunk_group_id = self.trunk_group_id

        node_id = self.node_id

        state = self.state.value

        disposition: None | str
        if isinstance(self.disposition, Disposition):
            disposition = self.disposition.value
        else:
            disposition = self.disposition

        failure_reason: None | str
        failure_reason = self.failure_reason

        gate: dict[str, Any] | None
        if isinstance(self.gate, CallDetailsOutGateType0):
            gate = self.gate.to_dict()
        else:
            gate = self.gate

        digit: None | str
        digit = self.digit

        amd_status: None | str
        amd_status = self.amd_status

        result: None | str
        result = self.result

        callback_at: None | str
        if isinstance(self.callback_at, datetime.datetime):
            callback_at = self.callback_at.isoformat()
        else:
            callback_at = self.callback_at

        callback_for: None | str
        if isinstance(self.callback_for, datetime.datetime):
            callback_for = self.callback_for.isoformat()
        else:
            callback_for = self.callback_for

        people: int | None
        people = self.people

        waiting_since: None | str
        if isinstance(self.waiting_since, datetime.datetime):
            waiting_since = self.waiting_since.isoformat()
        else:
            waiting_since = self.waiting_since

        served_at: None | str
        if isinstance(self.served_at, datetime.datetime):
            served_at = self.served_at.isoformat()
        else:
            served_at = self.served_at

        abandoned: bool | None
        abandoned = self.abandoned

        dialstatus: None | str
        dialstatus = self.dialstatus

        cause: int | None
        cause = self.cause

        tech_cause: int | None
        tech_cause = self.tech_cause

        attempt_number = self.attempt_number

        max_attempts = self.max_attempts

        policy_version = self.policy_version

        timeout_seconds = self.timeout_seconds

        context: None | str
        context = self.context

        extension: None | str
        extension = self.extension

        priority: int | None
        priority = self.priority

        channel: None | str
        channel = self.channel

        created_at = self.created_at.isoformat()

        dialed_at: None | str
        if isinstance(self.dialed_at, datetime.datetime):
            dialed_at = self.dialed_at.isoformat()
        else:
            dialed_at = self.dialed_at

        ringing_at: None | str
        if isinstance(self.ringing_at, datetime.datetime):
            ringing_at = self.ringing_at.isoformat()
        else:
            ringing_at = self.ringing_at

        answered_at: None | str
        if isinstance(self.answered_at, datetime.datetime):
            answered_at = self.answered_at.isoformat()
        else:
            answered_at = self.answered_at

        action_started_at: None | str
        if isinstance(self.action_started_at, datetime.datetime):
            action_started_at = self.action_started_at.isoformat()
        else:
            action_started_at = self.action_started_at

        hangup_requested_at: None | str
        if isinstance(self.hangup_requested_at, datetime.datetime):
            hangup_requested_at = self.hangup_requested_at.isoformat()
        else:
            hangup_requested_at = self.hangup_requested_at

        ended_at: None | str
        if isinstance(self.ended_at, datetime.datetime):
            ended_at = self.ended_at.isoformat()
        else:
            ended_at = self.ended_at

        duration_seconds: float | None
        duration_seconds = self.duration_seconds

        variables: dict[str, Any] | None
        if isinstance(self.variables, CallDetailsOutVariablesType0):
            variables = self.variables.to_dict()
        else:
            variables = self.variables

        answer_action: dict[str, Any] | None
        if isinstance(self.answer_action, Play):
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

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "id": id,
                "campaign_id": campaign_id,
                "contact_id": contact_id,
                "phone_number": phone_number,
                "caller_id": caller_id,
                "trunk_id": trunk_id,
                "trunk_group_id": trunk_group_id,
                "node_id": node_id,
                "state": state,
                "disposition": disposition,
                "failure_reason": failure_reason,
                "gate": gate,
                "digit": digit,
                "amd_status": amd_status,
                "result": result,
                "callback_at": callback_at,
                "callback_for": callback_for,
                "people": people,
                "waiting_since": waiting_since,
                "served_at": served_at,
                "abandoned": abandoned,
                "dialstatus": dialstatus,
                "cause": cause,
                "tech_cause": tech_cause,
                "attempt_number": attempt_number,
                "max_attempts": max_attempts,
                "policy_version": policy_version,
                "timeout_seconds": timeout_seconds,
                "context": context,
                "extension": extension,
                "priority": priority,
                "channel": channel,
                "created_at": created_at,
                "dialed_at": dialed_at,
                "ringing_at": ringing_at,
                "answered_at": answered_at,
                "action_started_at": action_started_at,
                "hangup_requested_at": hangup_requested_at,
                "ended_at": ended_at,
                "duration_seconds": duration_seconds,
                "variables": variables,
                "answer_action": answer_action,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.amd import Amd  # noqa: PLC0415
        from ..models.call_back import CallBack  # noqa: PLC0415
        from ..models.call_details_out_gate_type_0 import CallDetailsOutGateType0  # noqa: PLC0415
        from ..models.call_details_out_variables_type_0 import CallDetailsOutVariablesType0  # noqa: PLC0415
        from ..models.continue_ import Continue  # noqa: PLC0415
        from ..models.hang_up import HangUp  # noqa: PLC0415
        from ..models.leave_message import LeaveMessage  # noqa: PLC0415
        from ..models.menu import Menu  # noqa: PLC0415
        from ..models.opt_out import OptOut  # noqa: PLC0415
        from ..models.play import Play  # noqa: PLC0415
        from ..models.transfer import Transfer  # noqa: PLC0415

        d = dict(src_dict)
        id = UUID(d.pop("id"))

        def _parse_campaign_id(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        campaign_id = _parse_campaign_id(d.pop("campaign_id"))

        def _parse_contact_id(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        contact_id = _parse_contact_id(d.pop("contact_id"))

        phone_number = d.pop("phone_number")

        def _parse_caller_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        caller_id = _parse_caller_id(d.pop("caller_id"))

        trunk_id = d.pop("trunk_id")

        def _parse_trunk_group_id(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        trunk_group_id = _parse_trunk_group_id(d.pop("trunk_group_id"))

        node_id = d.pop("node_id")

        state = CallState(d.pop("state"))

        def _parse_disposition(data: object) -> Disposition | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                disposition_type_0 = Disposition(data)

                return disposition_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Disposition | None, data)

        disposition = _parse_disposition(d.pop("disposition"))

        def _parse_failure_reason(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        failure_reason = _parse_failure_reason(d.pop("failure_reason"))

        def _parse_gate(data: object) -> CallDetailsOutGateType0 | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                gate_type_0 = CallDetailsOutGateType0.from_dict(data)

                return gate_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(CallDetailsOutGateType0 | None, data)

        gate = _parse_gate(d.pop("gate"))

        def _parse_digit(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        digit = _parse_digit(d.pop("digit"))

        def _parse_amd_status(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        amd_status = _parse_amd_status(d.pop("amd_status"))

        def _parse_result(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        result = _parse_result(d.pop("result"))

        def _parse_callback_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                callback_at_type_0 = datetime.datetime.fromisoformat(data)

                return callback_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        callback_at = _parse_callback_at(d.pop("callback_at"))

        def _parse_callback_for(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                callback_for_type_0 = datetime.datetime.fromisoformat(data)

                return callback_for_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        callback_for = _parse_callback_for(d.pop("callback_for"))

        def _parse_people(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        people = _parse_people(d.pop("people"))

        def _parse_waiting_since(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                waiting_since_type_0 = datetime.datetime.fromisoformat(data)

                return waiting_since_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        waiting_since = _parse_waiting_since(d.pop("waiting_since"))

        def _parse_served_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                served_at_type_0 = datetime.datetime.fromisoformat(data)

                return served_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        served_at = _parse_served_at(d.pop("served_at"))

        def _parse_abandoned(data: object) -> bool | None:
            if data is None:
                return data
            return cast(bool | None, data)

        abandoned = _parse_abandoned(d.pop("abandoned"))

        def _parse_dialstatus(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        dialstatus = _parse_dialstatus(d.pop("dialstatus"))

        def _parse_cause(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        cause = _parse_cause(d.pop("cause"))

        def _parse_tech_cause(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        tech_cause = _parse_tech_cause(d.pop("tech_cause"))

        attempt_number = d.pop("attempt_number")

        max_attempts = d.pop("max_attempts")

        policy_version = d.pop("policy_version")

        timeout_seconds = d.pop("timeout_seconds")

        def _parse_context(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        context = _parse_context(d.pop("context"))

        def _parse_extension(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        extension = _parse_extension(d.pop("extension"))

        def _parse_priority(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        priority = _parse_priority(d.pop("priority"))

        def _parse_channel(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        channel = _parse_channel(d.pop("channel"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        def _parse_dialed_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                dialed_at_type_0 = datetime.datetime.fromisoformat(data)

                return dialed_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        dialed_at = _parse_dialed_at(d.pop("dialed_at"))

        def _parse_ringing_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                ringing_at_type_0 = datetime.datetime.fromisoformat(data)

                return ringing_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        ringing_at = _parse_ringing_at(d.pop("ringing_at"))

        def _parse_answered_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                answered_at_type_0 = datetime.datetime.fromisoformat(data)

                return answered_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        answered_at = _parse_answered_at(d.pop("answered_at"))

        def _parse_action_started_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                action_started_at_type_0 = datetime.datetime.fromisoformat(data)

                return action_started_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        action_started_at = _parse_action_started_at(d.pop("action_started_at"))

        def _parse_hangup_requested_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                hangup_requested_at_type_0 = datetime.datetime.fromisoformat(data)

                return hangup_requested_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        hangup_requested_at = _parse_hangup_requested_at(d.pop("hangup_requested_at"))

        def _parse_ended_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                ended_at_type_0 = datetime.datetime.fromisoformat(data)

                return ended_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        ended_at = _parse_ended_at(d.pop("ended_at"))

        def _parse_duration_seconds(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        duration_seconds = _parse_duration_seconds(d.pop("duration_seconds"))

        def _parse_variables(data: object) -> CallDetailsOutVariablesType0 | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                variables_type_0 = CallDetailsOutVariablesType0.from_dict(data)

                return variables_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(CallDetailsOutVariablesType0 | None, data)

        variables = _parse_variables(d.pop("variables"))

        def _parse_answer_action(
            data: object,
        ) -> Amd | CallBack | Continue | HangUp | LeaveMessage | Menu | None | OptOut | Play | Transfer:
            if data is None:
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
                Amd | CallBack | Continue | HangUp | LeaveMessage | Menu | None | OptOut | Play | Transfer, data
            )

        answer_action = _parse_answer_action(d.pop("answer_action"))

        call_details_out = cls(
            id=id,
            campaign_id=campaign_id,
            contact_id=contact_id,
            phone_number=phone_number,
            caller_id=caller_id,
            trunk_id=trunk_id,
            trunk_group_id=trunk_group_id,
            node_id=node_id,
            state=state,
            disposition=disposition,
            failure_reason=failure_reason,
            gate=gate,
            digit=digit,
            amd_status=amd_status,
            result=result,
            callback_at=callback_at,
            callback_for=callback_for,
            people=people,
            waiting_since=waiting_since,
            served_at=served_at,
            abandoned=abandoned,
            dialstatus=dialstatus,
            cause=cause,
            tech_cause=tech_cause,
            attempt_number=attempt_number,
            max_attempts=max_attempts,
            policy_version=policy_version,
            timeout_seconds=timeout_seconds,
            context=context,
            extension=extension,
            priority=priority,
            channel=channel,
            created_at=created_at,
            dialed_at=dialed_at,
            ringing_at=ringing_at,
            answered_at=answered_at,
            action_started_at=action_started_at,
            hangup_requested_at=hangup_requested_at,
            ended_at=ended_at,
            duration_seconds=duration_seconds,
            variables=variables,
            answer_action=answer_action,
        )

        return call_details_out
