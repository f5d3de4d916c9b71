from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define

from ..models.contact_state import ContactState

if TYPE_CHECKING:
    from ..models.explanation_out_checked_type_0 import ExplanationOutCheckedType0


T = TypeVar("T", bound="ExplanationOut")


@_attrs_define
class ExplanationOut:
    """What keeps a contact from being dialed, by the gate itself.

    Attributes:
        contact_id (int):
        campaign_id (int):
        state (ContactState): What may happen to a contact next.
        dialable (bool): Whether nothing forbids a call now: it waits for its turn.
        code (str): One of the gate's codes; or due, in_call, done, trunk_disabled, no_listener, no_trunk.
        rule (str):
        source (str): Who made the rule: the campaign, the installation, or a profile and its law.
        until (datetime.datetime | None): When it may be dialed if nothing changes but the time.
        open_call_id (None | UUID):
        next_attempt_at (datetime.datetime | None):
        callback_at (datetime.datetime | None): When the person wants to be called.
        checked (ExplanationOutCheckedType0 | None): What the gate looked at.
        as_of (datetime.datetime):
    """

    contact_id: int
    campaign_id: int
    state: ContactState
    dialable: bool
    code: str
    rule: str
    source: str
    until: datetime.datetime | None
    open_call_id: None | UUID
    next_attempt_at: datetime.datetime | None
    callback_at: datetime.datetime | None
    checked: ExplanationOutCheckedType0 | None
    as_of: datetime.datetime

    def to_dict(self) -> dict[str, Any]:
        from ..models.explanation_out_checked_type_0 import ExplanationOutCheckedType0  # noqa: PLC0415

        contact_id = self.contact_id

        campaign_id = self.campaign_id

        state = self.state.value

        dialable = self.dialable

        code = self.code

        rule = self.rule

        source = self.source

        until: None | str
        if isinstance(self.until, datetime.datetime):
            until = self.until.isoformat()
        else:
            until = self.until

        open_call_id: None | str
        if isinstance(self.open_call_id, UUID):
            open_call_id = str(self.open_call_id)
        else:
            open_call_id = self.open_call_id

        next_attempt_at: None | str
        if isinstance(self.next_attempt_at, datetime.datetime):
            next_attempt_at = self.next_attempt_at.isoformat()
        else:
            next_attempt_at = self.next_attempt_at

        callback_at: None | str
        if isinstance(self.callback_at, datetime.datetime):
            callback_at = self.callback_at.isoformat()
        else:
            callback_at = self.callback_at

        checked: dict[str, Any] | None
        if isinstance(self.checked, ExplanationOutCheckedType0):
            checked = self.checked.to_dict()
        else:
            checked = self.checked

        as_of = self.as_of.isoformat()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "contact_id": contact_id,
                "campaign_id": campaign_id,
                "state": state,
                "dialable": dialable,
                "code": code,
                "rule": rule,
                "source": source,
                "until": until,
                "open_call_id": open_call_id,
                "next_attempt_at": next_attempt_at,
                "callback_at": callback_at,
                "checked": checked,
                "as_of": as_of,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.explanation_out_checked_type_0 import ExplanationOutCheckedType0  # noqa: PLC0415

        d = dict(src_dict)
        contact_id = d.pop("contact_id")

        campaign_id = d.pop("campaign_id")

        state = ContactState(d.pop("state"))

        dialable = d.pop("dialable")

        code = d.pop("code")

        rule = d.pop("rule")

        source = d.pop("source")

        def _parse_until(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                until_type_0 = datetime.datetime.fromisoformat(data)

                return until_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        until = _parse_until(d.pop("until"))

        def _parse_open_call_id(data: object) -> None | UUID:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                open_call_id_type_0 = UUID(data)

                return open_call_id_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | UUID, data)

        open_call_id = _parse_open_call_id(d.pop("open_call_id"))

        def _parse_next_attempt_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                next_attempt_at_type_0 = datetime.datetime.fromisoformat(data)

                return next_attempt_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        next_attempt_at = _parse_next_attempt_at(d.pop("next_attempt_at"))

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

        def _parse_checked(data: object) -> ExplanationOutCheckedType0 | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                checked_type_0 = ExplanationOutCheckedType0.from_dict(data)

                return checked_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(ExplanationOutCheckedType0 | None, data)

        checked = _parse_checked(d.pop("checked"))

        as_of = datetime.datetime.fromisoformat(d.pop("as_of"))

        explanation_out = cls(
            contact_id=contact_id,
            campaign_id=campaign_id,
            state=state,
            dialable=dialable,
            code=code,
            rule=rule,
            source=source,
            until=until,
            open_call_id=open_call_id,
            next_attempt_at=next_attempt_at,
            callback_at=callback_at,
            checked=checked,
            as_of=as_of,
        )

        return explanation_out
