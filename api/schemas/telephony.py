"""PBX nodes and trunks."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from api.schemas.common import CallerId, Channels, Cps, Line, Moment, PageQuery, Patch, Schema, SmallId, unset
from dialer.domain.trunks import BreakerState

ResourceName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
Url = Annotated[Line, StringConstraints(min_length=1, max_length=300)]
EventsPort = Annotated[
    int,
    Field(
        ge=1024,
        le=65535,
        description="Port on which the listener waits for this Asterisk to connect and tell its events "
        "(20.15, 21.10, 22.5 and later; deploy/asterisk/ari_outbound_websocket.conf). Null: the listener connects.",
    ),
]
AriUser = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
Endpoint = Annotated[
    Line, Field(min_length=1, max_length=200, description="Like PJSIP/{number}@carrier; {digits} is without the plus.")
]


class NodeIn(Schema):
    """An Asterisk. Its ARI password is in the settings (DIALER_ARI_PASSWORDS), never here."""

    name: ResourceName
    ari_url: Url
    ari_username: AriUser
    events_port: EventsPort | None = None
    enabled: bool = True


class NodePatch(Patch):
    name: ResourceName = Field(default_factory=unset)
    ari_url: Url = Field(default_factory=unset)
    ari_username: AriUser = Field(default_factory=unset)
    events_port: EventsPort | None = None
    enabled: bool = Field(default_factory=unset)


class NodeOut(Schema):
    """An Asterisk, and what its listener knows of it."""

    id: int
    name: str
    ari_url: str
    ari_username: str
    events_port: int | None
    enabled: bool
    version: str | None
    is_simulator: bool | None
    startup_at: Moment | None
    listener_id: str | None
    listener_epoch: int
    listener_alive: bool
    lease_until: Moment | None
    gap_free_since: Moment | None
    echo_at: Moment | None
    created_at: Moment


class NodeDecided(NodeOut):
    in_flight: int = Field(description="Calls through the node that were dialed before the edit and are not over.")


class NodeStateOut(Schema):
    """Whether calls go out through a node at `as_of`."""

    node_id: int
    enabled: bool
    listener_alive: bool
    echo_at: Moment | None
    breaker: BreakerState = Field(
        description="open: it only fails, and is left alone for a while; probe: one call finds out whether it works."
    )
    as_of: Moment


class NodePath(Schema):
    node_id: SmallId


class NodeQuery(PageQuery):
    enabled: bool | None = None
    name: ResourceName | None = None
    sort: Literal["id", "-id"] = "id"


class NodePage(Schema):
    items: list[NodeOut]
    next_cursor: str | None


class TrunkIn(Schema):
    """A way out of a node, with the pace its carrier allows."""

    name: ResourceName
    node_id: SmallId
    endpoint: Endpoint
    caller_id: CallerId | None = None
    cps: Cps
    channels: Channels
    enabled: bool = True


class TrunkPatch(Patch):
    name: ResourceName = Field(default_factory=unset)
    endpoint: Endpoint = Field(default_factory=unset)
    caller_id: CallerId | None = None
    cps: Cps = Field(default_factory=unset)
    channels: Channels = Field(default_factory=unset)
    enabled: bool = Field(default_factory=unset)


class TrunkOut(Schema):
    id: int
    name: str
    node_id: int
    endpoint: str
    caller_id: str | None
    cps: float
    channels: int
    enabled: bool
    created_at: Moment


class TrunkDecided(TrunkOut):
    in_flight: int = Field(description="Calls over the trunk that were dialed before the edit and are not over.")


class TrunkPaceOut(Schema):
    """How fast a trunk goes at `as_of`."""

    trunk_id: int
    cps: float = Field(description="As it is allowed.")
    share: float = Field(
        description="What is left of it while calls end in congestion or by the trunk's fault, up to 1."
    )
    cps_now: float
    channels: int
    channels_used: int
    breaker_open: bool = Field(description="It only fails, and is left alone for a while.")
    breaker: BreakerState = Field(description="probe: after a rest, one call finds out whether it works again.")
    node_breaker: BreakerState = Field(description="Of its node; while that is open no trunk of the node is used.")
    as_of: Moment


class TrunkPath(Schema):
    trunk_id: SmallId


class TrunkPage(Schema):
    items: list[TrunkOut]
    next_cursor: str | None


class TrunkQuery(NodeQuery):
    node_id: SmallId | None = None
