from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.campaign_state import CampaignState
from ..models.dial_order import DialOrder

if TYPE_CHECKING:
    from ..models.amd import Amd
    from ..models.call_back import CallBack
    from ..models.caller_id_pool import CallerIdPool
    from ..models.calling_window import CallingWindow
    from ..models.continue_ import Continue
    from ..models.hang_up import HangUp
    from ..models.leave_message import LeaveMessage
    from ..models.menu import Menu
    from ..models.number_cap import NumberCap
    from ..models.opt_out import OptOut
    from ..models.play import Play
    from ..models.retry_policy import RetryPolicy
    from ..models.transfer import Transfer


T = TypeVar("T", bound="CampaignOut")


@_attrs_define
class CampaignOut:
    """A campaign.

    Attributes:
        id (int):
        name (str):
        state (CampaignState):
        version (int):
        trunk_id (int | None):
        trunk_group_id (int | None):
        caller_id (None | str):
        caller_id_pool (CallerIdPool | None):
        timeout_seconds (int):
        max_attempts (int):
        cps (float | None):
        channels (int | None):
        people (int | None):
        abandon_ceiling (float | None):
        default_region (None | str):
        default_time_zone (None | str):
        calling_window (CallingWindow): From `start` up to, not including, `end`, on ISO weekdays `days` (1 = Monday).
        profile (str):
        number_caps (list[NumberCap]):
        min_gap_seconds (int | None):
        skip_holidays (bool):
        consent_required (bool):
        not_before (datetime.datetime | None):
        not_after (datetime.datetime | None):
        weight (int):
        priority (int):
        dial_order (DialOrder): Which of the contacts that are due goes first, among those of the same priority.
        retry_policy (RetryPolicy): A rule per disposition that is tried again. A disposition without a rule is final.

            A rule that drops the number is final for whoever has no other.
        answer_action (Amd | CallBack | Continue | HangUp | LeaveMessage | Menu | OptOut | Play | Transfer):
        created_by (str):
        created_at (datetime.datetime):
        updated_at (datetime.datetime):
        started_at (datetime.datetime | None):
        ended_at (datetime.datetime | None):
    """

    id: int
    name: str
    state: CampaignState
    version: int
    trunk_id: int | None
    trunk_group_id: int | None
    caller_id: None | str
    caller_id_pool: CallerIdPool | None
    timeout_seconds: int
    max_attempts: int
    cps: float | None
    channels: int | None
    people: int | None
    abandon_ceiling: float | None
    default_region: None | str
    default_time_zone: None | str
    calling_window: CallingWindow
    profile: str
    number_caps: list[NumberCap]
    min_gap_seconds: int | None
    skip_holidays: bool
    consent_required: bool
    not_before: datetime.datetime | None
    not_after: datetime.datetime | None
    weight: int
    priority: int
    dial_order: DialOrder
    retry_policy: RetryPolicy
    answer_action: Amd | CallBack | Continue | HangUp | LeaveMessage | Menu | OptOut | Play | Transfer
    created_by: str
    created_at: datetime.datetime
    updated_at: datetime.datetime
    started_at: datetime.datetime | None
    ended_at: datetime.datetime | None

    def to_dict(self) -> dict[str, Any]:
        from ..models.call_back import CallBack  # noqa: PLC0415
        from ..models.caller_id_pool import CallerIdPool  # noqa: PLC0415
        from ..models.continue_ import Continue  # noqa: PLC0415
        from ..models.hang_up import HangUp  # noqa: PLC0415
        from ..models.leave_message import LeaveMessage  # noqa: PLC0415
        from ..models.menu import Menu  # noqa: PLC0415
        from ..models.opt_out import OptOut  # noqa: PLC0415
        from ..models.play import Play  # noqa: PLC0415
        from ..models.transfer import Transfer  # noqa: PLC0415

        id = self.id

        name = self.name

        state = self.state.value

        version = self.version

        trunk_id: int | None
        trunk_id = self.trunk_id

        trunk_group_id: int | None
        trunk_group_id = self.trunk_group_id

        caller_id: None | str
        caller_id = self.caller_id

        caller_id_pool: dict[str, Any] | None
        if isinstance(self.caller_id_pool, CallerIdPool):
            caller_id_pool = self.caller_id_pool.to_dict()
        else:
            caller_id_pool = self.caller_id_pool

        timeout_seconds = self.timeout_seconds

        max_attempts = self.max_attempts

        cps: float | None
        cps = self.cps

        channels: int | None
        channels = self.channels

        people: int | None
        people = self.people

        abandon_ceiling: float | None
        abandon_ceiling = self.abandon_ceiling

        default_region: None | str
        default_region = self.default_region

        default_time_zone: None | str
        default_time_zone = self.default_time_zone

        calling_window = self.calling_window.to_dict()

        profile = self.profile

        number_caps = []
        for number_caps_item_data in self.number_caps:
            number_caps_item = number_caps_item_data.to_dict()
            number_caps.append(number_caps_item)

        min_gap_seconds: int | None
        min_gap_seconds = self.min_gap_seconds

        skip_holidays = self.skip_holidays

        consent_required = self.consent_required

        not_before: None | str
        if isinstance(self.not_before, datetime.datetime):
            not_before = self.not_before.isoformat()
        else:
            not_before = self.not_before

        not_after: None | str
        if isinstance(self.not_after, datetime.datetime):
            not_after = self.not_after.isoformat()
        else:
            not_after = self.not_after

        weight = self.weight

        priority = self.priority

        dial_order = self.dial_order.value

        retry_policy = self.retry_policy.to_dict()

        answer_action: dict[str, Any]
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
        else:
            answer_action = self.answer_action.to_dict()

        created_by = self.created_by

        created_at = self.created_at.isoformat()

        updated_at = self.updated_at.isoformat()

        started_at: None | str
        if isinstance(self.started_at, datetime.datetime):
            started_at = self.started_at.isoformat()
        else:
            started_at = self.started_at

        ended_at: None | str
        if isinstance(self.ended_at, datetime.datetime):
            ended_at = self.ended_at.isoformat()
        else:
            ended_at = self.ended_at

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "id": id,
                "name": name,
                "state": state,
                "version": version,
                "trunk_id": trunk_id,
                "trunk_group_id": trunk_group_id,
                "caller_id": caller_id,
                "caller_id_pool": caller_id_pool,
                "timeout_seconds": timeout_seconds,
                "max_attempts": max_attempts,
                "cps": cps,
                "channels": channels,
                "people": people,
                "abandon_ceiling": abandon_ceiling,
                "default_region": default_region,
                "default_time_zone": default_time_zone,
                "calling_window": calling_window,
                "profile": profile,
                "number_caps": number_caps,
                "min_gap_seconds": min_gap_seconds,
                "skip_holidays": skip_holidays,
                "consent_required": consent_required,
                "not_before": not_before,
                "not_after": not_after,
                "weight": weight,
                "priority": priority,
                "dial_order": dial_order,
                "retry_policy": retry_policy,
                "answer_action": answer_action,
                "created_by": created_by,
                "created_at": created_at,
                "updated_at": updated_at,
                "started_at": started_at,
                "ended_at": ended_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.amd import Amd  # noqa: PLC0415
        from ..models.call_back import CallBack  # noqa: PLC0415
        from ..models.caller_id_pool import CallerIdPool  # noqa: PLC0415
        from ..models.calling_window import CallingWindow  # noqa: PLC0415
        from ..models.continue_ import Continue  # noqa: PLC0415
        from ..models.hang_up import HangUp  # noqa: PLC0415
        from ..models.leave_message import LeaveMessage  # noqa: PLC0415
        from ..models.menu import Menu  # noqa: PLC0415
        from ..models.number_cap import NumberCap  # noqa: PLC0415
        from ..models.opt_out import OptOut  # noqa: PLC0415
        from ..models.play import Play  # noqa: PLC0415
        from ..models.retry_policy import RetryPolicy  # noqa: PLC0415
        from ..models.transfer import Transfer  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        state = CampaignState(d.pop("state"))

        version = d.pop("version")

        def _parse_trunk_id(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        trunk_id = _parse_trunk_id(d.pop("trunk_id"))

        def _parse_trunk_group_id(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        trunk_group_id = _parse_trunk_group_id(d.pop("trunk_group_id"))

        def _parse_caller_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        caller_id = _parse_caller_id(d.pop("caller_id"))

        def _parse_caller_id_pool(data: object) -> CallerIdPool | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                caller_id_pool_type_0 = CallerIdPool.from_dict(data)

                return caller_id_pool_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(CallerIdPool | None, data)

        caller_id_pool = _parse_caller_id_pool(d.pop("caller_id_pool"))

        timeout_seconds = d.pop("timeout_seconds")

        max_attempts = d.pop("max_attempts")

        def _parse_cps(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        cps = _parse_cps(d.pop("cps"))

        def _parse_channels(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        channels = _parse_channels(d.pop("channels"))

        def _parse_people(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        people = _parse_people(d.pop("people"))

        def _parse_abandon_ceiling(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        abandon_ceiling = _parse_abandon_ceiling(d.pop("abandon_ceiling"))

        def _parse_default_region(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        default_region = _parse_default_region(d.pop("default_region"))

        def _parse_default_time_zone(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        default_time_zone = _parse_default_time_zone(d.pop("default_time_zone"))

        calling_window = CallingWindow.from_dict(d.pop("calling_window"))

        profile = d.pop("profile")

        number_caps = []
        _number_caps = d.pop("number_caps")
        for number_caps_item_data in _number_caps:
            number_caps_item = NumberCap.from_dict(number_caps_item_data)

            number_caps.append(number_caps_item)

        def _parse_min_gap_seconds(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        min_gap_seconds = _parse_min_gap_seconds(d.pop("min_gap_seconds"))

        skip_holidays = d.pop("skip_holidays")

        consent_required = d.pop("consent_required")

        def _parse_not_before(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                not_before_type_0 = datetime.datetime.fromisoformat(data)

                return not_before_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        not_before = _parse_not_before(d.pop("not_before"))

        def _parse_not_after(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                not_after_type_0 = datetime.datetime.fromisoformat(data)

                return not_after_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        not_after = _parse_not_after(d.pop("not_after"))

        weight = d.pop("weight")

        priority = d.pop("priority")

        dial_order = DialOrder(d.pop("dial_order"))

        retry_policy = RetryPolicy.from_dict(d.pop("retry_policy"))

        def _parse_answer_action(
            data: object,
        ) -> Amd | CallBack | Continue | HangUp | LeaveMessage | Menu | OptOut | Play | Transfer:
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                answer_action_type_0 = Play.from_dict(data)

                return answer_action_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                answer_action_type_1 = Continue.from_dict(data)

                return answer_action_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                answer_action_type_2 = HangUp.from_dict(data)

                return answer_action_type_2
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                answer_action_type_3 = Transfer.from_dict(data)

                return answer_action_type_3
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                answer_action_type_4 = OptOut.from_dict(data)

                return answer_action_type_4
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                answer_action_type_5 = CallBack.from_dict(data)

                return answer_action_type_5
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                answer_action_type_6 = LeaveMessage.from_dict(data)

                return answer_action_type_6
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                answer_action_type_7 = Menu.from_dict(data)

                return answer_action_type_7
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            answer_action_type_8 = Amd.from_dict(data)

            return answer_action_type_8

        answer_action = _parse_answer_action(d.pop("answer_action"))

        created_by = d.pop("created_by")

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        updated_at = datetime.datetime.fromisoformat(d.pop("updated_at"))

        def _parse_started_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                started_at_type_0 = datetime.datetime.fromisoformat(data)

                return started_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        started_at = _parse_started_at(d.pop("started_at"))

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

        campaign_out = cls(
            id=id,
            name=name,
            state=state,
            version=version,
            trunk_id=trunk_id,
            trunk_group_id=trunk_group_id,
            caller_id=caller_id,
            caller_id_pool=caller_id_pool,
            timeout_seconds=timeout_seconds,
            max_attempts=max_attempts,
            cps=cps,
            channels=channels,
            people=people,
            abandon_ceiling=abandon_ceiling,
            default_region=default_region,
            default_time_zone=default_time_zone,
            calling_window=calling_window,
            profile=profile,
            number_caps=number_caps,
            min_gap_seconds=min_gap_seconds,
            skip_holidays=skip_holidays,
            consent_required=consent_required,
            not_before=not_before,
            not_after=not_after,
            weight=weight,
            priority=priority,
            dial_order=dial_order,
            retry_policy=retry_policy,
            answer_action=answer_action,
            created_by=created_by,
            created_at=created_at,
            updated_at=updated_at,
            started_at=started_at,
            ended_at=ended_at,
        )

        return campaign_out
