"""Calls."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, ValidationError, model_validator

from api.schemas.campaigns import KnownRegion, KnownZone
from api.schemas.common import E164, BigId, CallerId, Moment, PageQuery, Phone, Schema, SmallId, Timeout, no_controls
from dialer import wording
from dialer.db.call_records import CallFilter
from dialer.domain.actions import AnswerAction, Continue
from dialer.domain.calls import CallState
from dialer.domain.dispositions import Disposition
from dialer.services.calls import CallDetails
from dialer.services.single_calls import NewCall

VariableName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,79}$")]
VariableValue = Annotated[str, StringConstraints(max_length=1000), AfterValidator(no_controls)]


class CallIn(Schema):
    """A call outside any campaign. What happens on answer is `answer_action`, or a place in the dialplan."""

    phone_number: Phone
    trunk_id: SmallId | None = Field(None, description="May be left out where there is only one.")
    trunk_group_id: SmallId | None = Field(None, description="Instead of trunk_id: one of its trunks is chosen.")
    caller_id: CallerId | None = Field(None, description="Empty: the trunk's.")
    timeout_seconds: Timeout = 30
    answer_action: AnswerAction | None = None
    context: str | None = Field(None, description="Short for an answer_action of type continue.")
    extension: str | None = None
    priority: int | None = None
    variables: dict[VariableName, VariableValue] = Field(
        default_factory=dict, max_length=100, description="Channel variables."
    )
    default_region: KnownRegion | None = None
    time_zone: KnownZone | None = Field(None, description="The callee's; empty: found from the number.")

    @model_validator(mode="after")
    def _one_action(self) -> "CallIn":
        if (self.answer_action is None) == (self.context is None):
            raise ValueError("give either answer_action or context")
        if self.trunk_id is not None and self.trunk_group_id is not None:
            raise ValueError("give either trunk_id or trunk_group_id")
        if self.context is None and (self.extension is not None or self.priority is not None):
            raise ValueError("extension and priority go with context")
        self.action()
        return self

    def action(self) -> AnswerAction:
        """What happens on answer."""
        if self.answer_action is not None:
            return self.answer_action
        given = {"context": self.context, "extension": self.extension, "priority": self.priority}
        try:
            return Continue.model_validate({name: value for name, value in given.items() if value is not None})
        except ValidationError as error:
            wrong = [f"{item['loc'][0]}: {wording.message(item)}" for item in error.errors()]
            raise ValueError("; ".join(wrong)) from error

    def new(self) -> NewCall:
        return NewCall(
            phone_number=self.phone_number,
            answer_action=self.action(),
            trunk_id=self.trunk_id,
            trunk_group_id=self.trunk_group_id,
            caller_id=self.caller_id,
            timeout_seconds=self.timeout_seconds,
            variables=self.variables,
            default_region=self.default_region,
            time_zone=self.time_zone,
        )


class CallOut(Schema):
    """A call: one attempt. `state`, `dialstatus`, `cause` and `disposition` are four different things."""

    id: UUID
    campaign_id: int | None
    contact_id: int | None
    phone_number: str
    caller_id: str | None
    trunk_id: int
    trunk_group_id: int | None = Field(description="The group that it was chosen from.")
    node_id: int
    state: CallState
    disposition: Disposition | None
    failure_reason: str | None
    gate: dict[str, Any] | None = Field(description="What the gate decided, and on what.")
    digit: str | None = Field(description="Pressed in the menu; `none` if nothing was.")
    amd_status: str | None = Field(description="HUMAN, MACHINE or NOTSURE.")
    result: str | None = Field(description="What the dialplan has reported (UserEvent dialer_result).")
    callback_at: Moment | None = Field(description="When the callee wants to be called again.")
    callback_for: Moment | None = Field(description="When the callee had asked to be called: this is that call.")
    people: int | None = Field(description="How many people the campaign had; empty: the call needs nobody.")
    waiting_since: Moment | None = Field(description="Since when the callee waited for a person.")
    served_at: Moment | None = Field(description="When a person came.")
    abandoned: bool | None = Field(description="Nobody came in time. Empty: not known yet, or no person answered.")
    dialstatus: str | None
    cause: int | None = Field(description="Q.850.")
    tech_cause: int | None = Field(description="The last SIP status.")
    attempt_number: int
    max_attempts: int
    policy_version: int
    timeout_seconds: int
    context: str | None
    extension: str | None
    priority: int | None
    channel: str | None
    created_at: Moment
    dialed_at: Moment | None
    ringing_at: Moment | None
    answered_at: Moment | None
    action_started_at: Moment | None
    hangup_requested_at: Moment | None
    ended_at: Moment | None
    duration_seconds: float | None


class CallDetailsOut(CallOut):
    """A call; and what it was given, if it is outside any campaign."""

    variables: dict[str, Any] | None
    answer_action: AnswerAction | None

    @classmethod
    def of(cls, details: CallDetails) -> "CallDetailsOut":
        shown = CallOut.model_validate(details.call)
        given = details.given
        return cls.model_validate(
            {name: getattr(shown, name) for name in CallOut.model_fields}
            | {
                "variables": given.data if given else None,
                "answer_action": given.answer_action if given else None,
            }
        )


class CallPath(Schema):
    call_id: UUID


class CallQuery(PageQuery):
    campaign_id: BigId | None = None
    contact_id: BigId | None = None
    state: CallState | None = None
    disposition: Disposition | None = None
    phone_number: E164 | None = Field(None, description="E.164 (the plus is %2B in a URL).")
    trunk_id: SmallId | None = None
    created_from: Moment | None = None
    created_before: Moment | None = None
    sort: Literal["-id", "id"] = "-id"

    def wanted(self) -> CallFilter:
        return CallFilter(**self.filter())


class CallPage(Schema):
    items: list[CallOut]
    next_cursor: str | None
