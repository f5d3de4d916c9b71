"""Webhooks."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from api.schemas.common import BigId, Line, Moment, PageQuery, Patch, Schema, unset
from dialer.services.webhooks import Event, Issued

Url = Annotated[Line, StringConstraints(min_length=8, max_length=1000)]
Events = Annotated[list[Event], Field(min_length=1, max_length=len(Event))]
MAX_GRACE_SECONDS = 7 * 24 * 3600


class WebhookIn(Schema):
    """An address that wants to be told. Private addresses are refused when it is sent to."""

    url: Url
    events: Events
    campaign_id: BigId | None = Field(None, description="Empty: of all campaigns.")
    enabled: bool = True


class WebhookPatch(Patch):
    """Fields to change. While a webhook is disabled, nothing that happens is kept for it."""

    url: Url = Field(default_factory=unset)
    events: Events = Field(default_factory=unset)
    campaign_id: BigId | None = None
    enabled: bool = Field(default_factory=unset)


class WebhookOut(Schema):
    id: int
    url: str
    events: list[Event]
    campaign_id: int | None
    enabled: bool
    previous_until: Moment | None = Field(description="Until when it is signed with the secret before, too.")
    created_by: str
    created_at: Moment


class WebhookIssued(WebhookOut):
    secret: str | None = Field(description="Shown this once; null in an answer that is repeated.")

    @classmethod
    def of(cls, issued: Issued) -> "WebhookIssued":
        shown = WebhookOut.model_validate(issued.record)
        return cls(**{name: getattr(shown, name) for name in WebhookOut.model_fields}, secret=issued.secret or None)


class SecretIn(Schema):
    grace_seconds: int = Field(0, ge=0, le=MAX_GRACE_SECONDS, description="How long the secret before signs, too.")


class WebhookPath(Schema):
    webhook_id: BigId


class DeliveryPath(WebhookPath):
    delivery_id: BigId


class WebhookQuery(PageQuery):
    enabled: bool | None = None
    campaign_id: BigId | None = None
    sort: Literal["id", "-id"] = "id"


class WebhookPage(Schema):
    items: list[WebhookOut]
    next_cursor: str | None


class DeliveryOut(Schema):
    """An event for this webhook, and how its last try went."""

    id: int
    webhook_id: int
    event_id: UUID = Field(description="The same at every try.")
    event: str
    data: dict[str, Any]
    state: Literal["pending", "delivered", "dead"]
    tries: int
    next_try_at: Moment
    tried_at: Moment | None
    status: int | None = Field(description="Of the last answer.")
    error: str | None
    created_at: Moment


class DeliveryQuery(PageQuery):
    state: Literal["pending", "delivered", "dead"] | None = None
    event: Event | None = None
    sort: Literal["-id", "id"] = "-id"


class DeliveryPage(Schema):
    items: list[DeliveryOut]
    next_cursor: str | None
