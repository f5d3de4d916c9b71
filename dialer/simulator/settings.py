"""What the simulator can be told."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class SimulatorSettings(BaseModel):
    """How the simulated PBX and the telephone network behind it behave. Durations are in milliseconds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8088, ge=0, le=65535, description="Port to listen on.")
    user: str = Field("dialer", min_length=1, description="ARI user.")
    password: SecretStr = Field(description="ARI password.")
    ledger: Path | None = Field(None, description="Where the record of every INVITE is appended.")
    ring_ms: float = Field(200.0, ge=0, description="Ringing before the callee answers; other fates use parts of it.")
    talk_ms: float = Field(500.0, ge=0, description="Talking before the callee hangs up.")
    playback_ms: float = Field(200.0, ge=0, description="Length of every sound.")
    ivr_ms: float = Field(300.0, ge=0, description="Time a channel spends in the dialplan after /continue.")
    latency_ms: float = Field(0.0, ge=0, description="Delay of every REST answer, after the request has been acted on.")
    time_scale: float = Field(1.0, gt=0, description="Divides the ring timeout of every originate.")
    seed: int = Field(0, description="Decides the draw of the mix.")
    mix: str | None = Field(None, description="Fates with weights; empty: the number's last two digits decide.")
    events_to: str | None = Field(None, description="`ws://…`, to which to connect with the events of `events_app`.")
    events_app: str = Field("dialer", min_length=1, description="The application whose events go to `events_to`.")
    release: Literal[16, 22] = Field(22, description="Which Asterisk's causes and fields to show.")
