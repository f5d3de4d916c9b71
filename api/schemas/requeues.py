"""Contacts made due again."""

from typing import Literal

from pydantic import Field

from api.schemas.common import BigId, Moment, PageQuery, Schema
from dialer.domain.dispositions import Disposition
from dialer.domain.requeueing import LeftOut, RequeueState
from dialer.services.requeueing import NewRequeue


class RequeueIn(Schema):
    """Who is to be called again: contacts that are done and whose last call ended like this."""

    dispositions: set[Disposition] = Field(
        min_length=1,
        description="How the last call ended. Not `cancelled`, `withdrawn` or `not_dialed`.",
        examples=[["no_answer", "busy"]],
    )
    call_list_id: BigId | None = Field(None, description="Only of this list; empty: of the whole campaign.")
    more_attempts: int | None = Field(
        None,
        ge=1,
        le=100,
        description="So many attempts each may have from here, even beyond the campaign's max_attempts; "
        "empty: what is left of these.",
    )

    def new(self) -> NewRequeue:
        return NewRequeue(**{name: getattr(self, name) for name in type(self).model_fields})


class RequeueOut(Schema):
    """A requeue, and how far it is. Final when the state is no longer `running`."""

    id: int
    campaign_id: int
    call_list_id: int | None
    dispositions: list[Disposition]
    more_attempts: int | None
    state: RequeueState
    requeued: int = Field(description="Contacts that are due again.")
    left_out: dict[LeftOut, int] = Field(
        description="Contacts whose last call ended as asked for and that were left as they are, by reason."
    )
    created_by: str
    created_at: Moment
    finished_at: Moment | None


class RequeuePath(Schema):
    requeue_id: BigId


class RequeueQuery(PageQuery):
    state: RequeueState | None = None
    call_list_id: BigId | None = None
    sort: Literal["-id", "id"] = "-id"


class RequeuePage(Schema):
    items: list[RequeueOut]
    next_cursor: str | None
