from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.dial_order import DialOrder
from ..types import UNSET, Unset

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


T = TypeVar("T", bound="CampaignIn")


@_attrs_define
class CampaignIn:
    """A new campaign. It is a draft until it is started.

    Attributes:
        name (str):
        answer_action (Amd | CallBack | Continue | HangUp | LeaveMessage | Menu | OptOut | Play | Transfer):
        trunk_id (int | None | Unset): What its calls go over; or trunk_group_id.
        trunk_group_id (int | None | Unset): Instead of trunk_id: a group of trunks.
        caller_id (None | str | Unset): Empty: the trunk's.
        caller_id_pool (CallerIdPool | None | Unset): Instead of caller_id: one of the trunk's caller ids is chosen for
            each call.
        timeout_seconds (int | Unset): How long it rings, in seconds. Default: 30.
        max_attempts (int | Unset): Calls to a contact, at most. Default: 3.
        cps (float | None | Unset): Calls per second of this campaign; empty: the trunk's.
        channels (int | None | Unset): Channels of this campaign; empty: the trunk's.
        people (int | None | Unset): Must be stated where the answer action transfers to people.
        abandon_ceiling (float | None | Unset): Empty: what the profile says.
        default_region (None | str | Unset): Of national numbers in its lists.
        default_time_zone (None | str | Unset): Of contacts whose number doesn't tell it.
        calling_window (CallingWindow | Unset): From `start` up to, not including, `end`, on ISO weekdays `days` (1 =
            Monday).
        profile (str | Unset): The compliance profile that holds at least: see GET /v1/profiles. Default: 'none'.
        number_caps (list[NumberCap] | Unset): How often a number may be dialed, by all campaigns.
        min_gap_seconds (int | None | Unset): The least time between two dials of a number.
        skip_holidays (bool | Unset): Leave out the public holidays of the callee's region. Default: False.
        consent_required (bool | Unset): Dial only contacts whose consent is recorded. Default: False.
        not_before (datetime.datetime | None | Unset): Nothing is dialed before.
        not_after (datetime.datetime | None | Unset): Nothing is dialed from then on.
        weight (int | Unset): Its share of the trunk. Default: 1.
        priority (int | Unset): Campaigns of a higher one go first. Default: 0.
        dial_order (DialOrder | Unset): Which of the contacts that are due goes first, among those of the same priority.
        retry_policy (RetryPolicy | Unset): A rule per disposition that is tried again. A disposition without a rule is
            final.

            A rule that drops the number is final for whoever has no other.
    """

    name: str
    answer_action: Amd | CallBack | Continue | HangUp | LeaveMessage | Menu | OptOut | Play | Transfer
    trunk_id: int | None | Unset = UNSET
    trunk_group_id: int | None | Unset = UNSET
    caller_id: None | str | Unset = UNSET
    caller_id_pool: CallerIdPool | None | Unset = UNSET
    timeout_seconds: int | Unset = 30
    max_attempts: int | Unset = 3
    cps: float | None | Unset = UNSET
    channels: int | None | Unset = UNSET
    people: int | None | Unset = UNSET
    abandon_ceiling: float | None | Unset = UNSET
    default_region: None | str | Unset = UNSET
    default_time_zone: None | str | Unset = UNSET
    calling_window: CallingWindow | Unset = UNSET
    profile: str | Unset = "none"
    number_caps: list[NumberCap] | Unset = UNSET
    min_gap_seconds: int | None | Unset = UNSET
    skip_holidays: bool | Unset = False
    consent_required: bool | Unset = False
    not_before: datetime.datetime | None | Unset = UNSET
    not_after: datetime.datetime | None | Unset = UNSET
    weight: int | Unset = 1
    priority: int | Unset = 0
    dial_order: DialOrder | Unset = UNSET
    retry_policy: RetryPolicy | Unset = UNSET

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

        name = self.name

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

        caller_id_pool: dict[str, Any] | None | Unset
        if isinstance(self.caller_id_pool, Unset):
            caller_id_pool = UNSET
        elif isinstance(self.caller_id_pool, CallerIdPool):
            caller_id_pool = self.caller_id_pool.to_dict()
        else:
            caller_id_pool = self.caller_id_pool

        timeout_seconds = self.timeout_seconds

        max_attempts = self.max_attempts

        cps: float | None | Unset
        if isinstance(self.cps, Unset):
            cps = UNSET
        else:
            cps = self.cps

        channels: int | None | Unset
        if isinstance(self.channels, Unset):
            channels = UNSET
        else:
            channels = self.channels

        people: int | None | Unset
        if isinstance(self.people, Unset):
            people = UNSET
        else:
            people = self.people

        abandon_ceiling: float | None | Unset
        if isinstance(self.abandon_ceiling, Unset):
            abandon_ceiling = UNSET
        else:
            abandon_ceiling = self.abandon_ceiling

        default_region: None | str | Unset
        if isinstance(self.default_region, Unset):
            default_region = UNSET
        else:
            default_region = self.default_region

        default_time_zone: None | str | Unset
        if isinstance(self.default_time_zone, Unset):
            default_time_zone = UNSET
        else:
            default_time_zone = self.default_time_zone

        calling_window: dict[str, Any] | Unset = UNSET
        if not isinstance(self.calling_window, Unset):
            calling_window = self.calling_window.to_dict()

        profile = self.profile

        number_caps: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.number_caps, Unset):
            number_caps = []
            for number_caps_item_data in self.number_caps:
                number_caps_item = number_caps_item_data.to_dict()
                number_caps.append(number_caps_item)

        min_gap_seconds: int | None | Unset
        if isinstance(self.min_gap_seconds, Unset):
            min_gap_seconds = UNSET
        else:
            min_gap_seconds = self.min_gap_seconds

        skip_holidays = self.skip_holidays

        consent_required = self.consent_required

        not_before: None | str | Unset
        if isinstance(self.not_before, Unset):
            not_before = UNSET
        elif isinstance(self.not_before, datetime.datetime):
            not_before = self.not_before.isoformat()
        else:
            not_before = self.not_before

        not_after: None | str | Unset
        if isinstance(self.not_after, Unset):
            not_after = UNSET
        elif isinstance(self.not_after, datetime.datetime):
            not_after = self.not_after.isoformat()
        else:
            not_after = self.not_after

        weight = self.weight

        priority = self.priority

        dial_order: str | Unset = UNSET
        if not isinstance(self.dial_order, Unset):
            dial_order = self.dial_order.value

        retry_policy: dict[str, Any] | Unset = UNSET
        if not isinstance(self.retry_policy, Unset):
            retry_policy = self.retry_policy.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
                "answer_action": answer_action,
            }
        )
        if trunk_id is not UNSET:
            field_dict["trunk_id"] = trunk_id
        if trunk_group_id is not UNSET:
            field_dict["trunk_group_id"] = trunk_group_id
        if caller_id is not UNSET:
            field_dict["caller_id"] = caller_id
        if caller_id_pool is not UNSET:
            field_dict["caller_id_pool"] = caller_id_pool
        if timeout_seconds is not UNSET:
            field_dict["timeout_seconds"] = timeout_seconds
        if max_attempts is not UNSET:
            field_dict["max_attempts"] = max_attempts
        if cps is not UNSET:
            field_dict["cps"] = cps
        if channels is not UNSET:
            field_dict["channels"] = channels
        if people is not UNSET:
            field_dict["people"] = people
        if abandon_ceiling is not UNSET:
            field_dict["abandon_ceiling"] = abandon_ceiling
        if default_region is not UNSET:
            field_dict["default_region"] = default_region
        if default_time_zone is not UNSET:
            field_dict["default_time_zone"] = default_time_zone
        if calling_window is not UNSET:
            field_dict["calling_window"] = calling_window
        if profile is not UNSET:
            field_dict["profile"] = profile
        if number_caps is not UNSET:
            field_dict["number_caps"] = number_caps
        if min_gap_seconds is not UNSET:
            field_dict["min_gap_seconds"] = min_gap_seconds
        if skip_holidays is not UNSET:
            field_dict["skip_holidays"] = skip_holidays
        if consent_required is not UNSET:
            field_dict["consent_required"] = consent_required
        if not_before is not UNSET:
            field_dict["not_before"] = not_before
        if not_after is not UNSET:
            field_dict["not_after"] = not_after
        if weight is not UNSET:
            field_dict["weight"] = weight
        if priority is not UNSET:
            field_dict["priority"] = priority
        if dial_order is not UNSET:
            field_dict["dial_order"] = dial_order
        if retry_policy is not UNSET:
            field_dict["retry_policy"] = retry_policy

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
        name = d.pop("name")

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

        def _parse_caller_id_pool(data: object) -> CallerIdPool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                caller_id_pool_type_0 = CallerIdPool.from_dict(data)

                return caller_id_pool_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(CallerIdPool | None | Unset, data)

        caller_id_pool = _parse_caller_id_pool(d.pop("caller_id_pool", UNSET))

        timeout_seconds = d.pop("timeout_seconds", UNSET)

        max_attempts = d.pop("max_attempts", UNSET)

        def _parse_cps(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        cps = _parse_cps(d.pop("cps", UNSET))

        def _parse_channels(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        channels = _parse_channels(d.pop("channels", UNSET))

        def _parse_people(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        people = _parse_people(d.pop("people", UNSET))

        def _parse_abandon_ceiling(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        abandon_ceiling = _parse_abandon_ceiling(d.pop("abandon_ceiling", UNSET))

        def _parse_default_region(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        default_region = _parse_default_region(d.pop("default_region", UNSET))

        def _parse_default_time_zone(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        default_time_zone = _parse_default_time_zone(d.pop("default_time_zone", UNSET))

        _calling_window = d.pop("calling_window", UNSET)
        calling_window: CallingWindow | Unset
        if isinstance(_calling_window, Unset):
            calling_window = UNSET
        else:
            calling_window = CallingWindow.from_dict(_calling_window)

        profile = d.pop("profile", UNSET)

        _number_caps = d.pop("number_caps", UNSET)
        number_caps: list[NumberCap] | Unset = UNSET
        if _number_caps is not UNSET:
            number_caps = []
            for number_caps_item_data in _number_caps:
                number_caps_item = NumberCap.from_dict(number_caps_item_data)

                number_caps.append(number_caps_item)

        def _parse_min_gap_seconds(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        min_gap_seconds = _parse_min_gap_seconds(d.pop("min_gap_seconds", UNSET))

        skip_holidays = d.pop("skip_holidays", UNSET)

        consent_required = d.pop("consent_required", UNSET)

        def _parse_not_before(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                not_before_type_0 = datetime.datetime.fromisoformat(data)

                return not_before_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        not_before = _parse_not_before(d.pop("not_before", UNSET))

        def _parse_not_after(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                not_after_type_0 = datetime.datetime.fromisoformat(data)

                return not_after_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        not_after = _parse_not_after(d.pop("not_after", UNSET))

        weight = d.pop("weight", UNSET)

        priority = d.pop("priority", UNSET)

        _dial_order = d.pop("dial_order", UNSET)
        dial_order: DialOrder | Unset
        if isinstance(_dial_order, Unset):
            dial_order = UNSET
        else:
            dial_order = DialOrder(_dial_order)

        _retry_policy = d.pop("retry_policy", UNSET)
        retry_policy: RetryPolicy | Unset
        if isinstance(_retry_policy, Unset):
            retry_policy = UNSET
        else:
            retry_policy = RetryPolicy.from_dict(_retry_policy)

        campaign_in = cls(
            name=name,
            answer_action=answer_action,
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
        )

        return campaign_in
