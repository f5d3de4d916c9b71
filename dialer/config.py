"""The settings: one class, read from the environment (and `.env`, and a folder of secrets), checked once at start."""

import os
import re
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, FilePath, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from dialer import wording
from dialer.ca_files import database_url_with_ca, redis_url_with_ca
from dialer.domain import profiles
from dialer.domain.window import CallingWindow
from dialer.errors import ConfigurationError

PREFIX = "DIALER_"
SECRETS_DIR = f"{PREFIX}SECRETS_DIR"
"""The variable that names a folder of secrets, like `/run/secrets` of containers or a unit's credentials."""


_TABLE = r"^([A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)?)?$"


# It goes into the dialplan: none of the characters that mean something there, and no password.
_PLAIN_URL = re.compile(r"^https?://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?\Z", re.ASCII)


class Settings(BaseSettings):
    """What the dialer can be told. Each field is the environment variable `DIALER_<NAME>`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True
    )

    environment: Literal["development", "production"] = Field(
        "development", description="`production` refuses embedded servers, weak secrets and failpoints."
    )
    data_dir: Path = Field(Path(".dialer"), description="Where embedded servers, generated secrets and logs are kept.")
    database_url: str | None = Field(
        None, description="PostgreSQL, `postgresql://user:password@host/name`. Empty: an embedded server."
    )
    database_pool_size: int = Field(5, ge=1, le=100, description="Connections kept by each process.")
    redis_url: str | None = Field(
        None, description="Redis for queues and limits, `redis://host:6379/0`. Empty: an embedded server."
    )

    cache_redis_url: str | None = Field(
        None, description="Redis for what may be lost: the API's counts of requests. Empty: the one of `redis_url`."
    )
    database_ca_file: FilePath | None = Field(
        None,
        description="PEM file with the CA of PostgreSQL's certificate. With it the server must prove its name.",
    )
    pbx_records_url: str | None = Field(
        None,
        description="The PostgreSQL to which PBXs write CEL or CDR; it may be that of `database_url`. With it calls "
        "whose events were missed get their real outcome. Empty: they don't.",
    )
    pbx_cel_table: str = Field("cel", pattern=_TABLE, description="The table of CEL there. Empty: there is none.")
    pbx_cdr_table: str = Field("cdr", pattern=_TABLE, description="The table of CDR there. Empty: there is none.")
    redis_ca_file: FilePath | None = Field(
        None, description="The same for Redis, where its URL begins with `rediss://`. Empty: the CAs of the system."
    )
    trusted_proxies: int = Field(
        0,
        ge=0,
        le=5,
        description="Proxies before the API, whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.",
    )
    flower_basic_auth: SecretStr | None = Field(
        None, description="`user:password` that Flower asks for. Empty: it asks nobody who they are."
    )
    metrics_host: str = Field("127.0.0.1", description="Where workers, listeners and the exporter serve their metrics.")
    metrics_port: int = Field(
        0,
        ge=0,
        le=65535,
        description="The port of those metrics, one for each process. 0: none; the exporter takes 9108.",
    )

    traces_url: str | None = Field(
        None,
        description="Where traces go, by OTLP over HTTP: `http://collector:4318/v1/traces`. Empty: nowhere.",
    )
    traces_dir: Path | None = Field(
        None, description="A folder for traces, read by `dialer trace`; nothing deletes them. Empty: none are kept."
    )
    traces_ratio: float = Field(1.0, ge=0, le=1, description="The share of calls that are traced.")

    failpoints_dir: Path | None = Field(
        None, description="For the chaos suite: processes kill themselves at the steps named by files in this folder."
    )

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="What is logged.")
    log_json: bool | None = Field(None, description="One JSON object a line, for log collectors. Empty: in production.")
    log_numbers: bool = Field(False, description="Phone numbers in the log are not masked.")
    log_calls: bool = Field(
        False, description="Each step of every call is a line in the log of the part that did it (docs/tracing.md)."
    )

    jwt_secret: SecretStr | None = Field(
        None, description="Signs the tokens; at least 32 characters. Empty in development: made and kept in data_dir."
    )
    access_token_minutes: int = Field(15, ge=1, le=1440, description="Life of an access token.")
    refresh_token_days: int = Field(14, ge=1, le=365, description="Life of a refresh token.")
    login_max_failures: int = Field(5, ge=1, description="Failed log-ins in a row that lock an account.")
    login_lockout_seconds: int = Field(300, ge=1, description="How long a locked account stays locked.")
    login_rate_limit: str = Field("20 per minute", description="Log-in attempts from one address.")
    rate_limit_requests: int = Field(600, ge=1, description="API requests allowed in a window, per user or address.")
    rate_limit_window: int = Field(60, ge=1, description="That window, in seconds.")
    streams_per_process: int = Field(
        64,
        ge=0,
        description="Live streams that an API process serves at once. Each takes one of its threads; 16 threads, or "
        "half of them, are kept for other requests.",
    )
    export_hours: int = Field(24, ge=1, le=8760, description="How long the file of an export is kept, in hours.")
    uploads_per_process: int = Field(
        8, ge=1, description="Files that an API process takes in at once; each takes one of its threads."
    )
    max_upload_mb: int = Field(2048, ge=1, description="Largest call list that is accepted, in megabytes.")

    sounds_url: str | None = Field(
        None,
        description="Where the PBXs reach the API, to fetch uploaded sounds: `https://dialer.example`. Empty: none can "
        "be uploaded.",
    )

    calls_kept_days: int | None = Field(
        None,
        ge=92,
        description="Ended calls are deleted this many days after they were made, in small pieces. Empty: they are "
        "kept for ever.",
    )

    webhooks_to_private_addresses: bool = Field(
        False, description="Whether webhooks may go to addresses that are not public, as in a network of your own."
    )

    ari_app: str = Field(
        "dialer", pattern=r"^[A-Za-z0-9_-]{1,64}$", description="The Stasis application's name on every PBX."
    )
    ari_password: SecretStr | None = Field(None, description="ARI password of every node that has none of its own.")
    ari_passwords: dict[str, SecretStr] = Field(
        default_factory=dict, description='ARI passwords by node, as JSON: `{"pbx1": "…"}`.'
    )
    ari_ca_file: FilePath | None = Field(
        None, description="The same for nodes whose URL begins with `https://`. Empty: the CAs of the system."
    )
    listener_host: str = Field(
        "127.0.0.1",
        description="Address at which listeners wait for nodes that have an `events_port`: those connect themselves.",
    )
    ari_connect_timeout_seconds: float = Field(1.0, gt=0, description="Time to connect to a PBX.")
    ari_read_timeout_seconds: float = Field(
        3.0, gt=0, description="Time for a PBX to answer. Past it an originate's fate is unknown."
    )
    ari_pool_size: int = Field(
        25, ge=1, le=90, description="Connections a process keeps to a PBX (its sessionlimit is 100 by default)."
    )
    real_calls_allowed: bool = Field(
        False, description="Must be true before anything but the simulator is dialed through."
    )

    max_cps: float = Field(1000.0, gt=0, description="Calls per second of the whole installation.")
    max_channels: int = Field(10000, ge=1, description="Channels at once of the whole installation.")
    special_numbers_allowed: Annotated[frozenset[str], NoDecode] = Field(
        frozenset(),
        description="Emergency, short or premium-rate numbers that may be dialed all the same, separated by commas.",
    )
    single_call_window: str = Field(
        "08:00-21:00", description="Daily hours, in the callee's zone, of calls outside any campaign."
    )
    single_call_profile: str = Field(
        "none", description="Compliance profile of calls outside any campaign: a name from docs/compliance.md."
    )

    dial_window_ms: int = Field(
        800, ge=50, le=5000, description="After its claim a call is sent within this time or not at all."
    )
    claim_batch_size: int = Field(25, ge=1, le=100, description="Calls claimed in one transaction at most.")
    queue_ahead_seconds: float = Field(3.0, ge=1, le=30, description="Work kept queued for each trunk.")
    queued_expiry_seconds: int = Field(60, ge=5, description="A call queued longer than this is withdrawn.")
    lease_seconds: float = Field(5.0, ge=1, le=60, description="A listener that is silent this long has lost its node.")
    echo_interval_seconds: float = Field(1.0, gt=0, description="How often a listener probes its node end to end.")
    echo_max_age_seconds: float = Field(
        5.0, gt=0, description="No call goes to a node whose last echo is older than this."
    )
    reconcile_grace_seconds: float = Field(
        5.0, ge=0.5, description="A call without news is looked into this long after its dial_by."
    )
    worker_stall_seconds: float = Field(
        60.0, gt=0, description="A worker that takes no job for this long, while some wait, ends and is started anew."
    )
    worker_drain_seconds: float = Field(
        10.0, gt=0, description="A worker that was told to end (SIGTERM) finishes its job, but within this time."
    )
    node_lost_seconds: float = Field(
        3600.0, ge=10, description="Calls on a node that has not answered for this long are ended as indeterminate."
    )
    tomb_hold_seconds: float = Field(
        120.0, ge=1, description="How long the id of an unanswered originate stays occupied before the call is ended."
    )

    @field_validator("special_numbers_allowed", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if isinstance(value, str):
            return frozenset(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator(
        "database_url",
        "pbx_records_url",
        "redis_url",
        "cache_redis_url",
        "jwt_secret",
        "ari_password",
        "flower_basic_auth",
        "sounds_url",
        "traces_url",
        "traces_dir",
        "log_json",
        "ari_ca_file",
        "database_ca_file",
        "redis_ca_file",
        mode="before",
    )
    @classmethod
    def _empty_is_unset(cls, value: Any) -> Any:
        return None if value == "" else value

    @field_validator("database_url", "pbx_records_url")
    @classmethod
    def _postgresql_only(cls, value: str | None) -> str | None:
        if value is None:
            return None
        scheme, separator, rest = value.partition("://")
        if not separator or scheme not in {"postgresql", "postgres", "postgresql+psycopg2"}:
            raise ValueError("must begin with postgresql:// (PostgreSQL is the only database)")
        return f"postgresql+psycopg2://{rest}"

    @field_validator("redis_url", "cache_redis_url")
    @classmethod
    def _redis_only(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("redis://", "rediss://")):
            raise ValueError("must begin with redis:// or rediss://")
        return value

    @field_validator("sounds_url")
    @classmethod
    def _plain_url(cls, value: str | None) -> str | None:
        if value is None:
            return None
        if not _PLAIN_URL.match(value):
            raise ValueError("must be http:// or https://, a host, and no more than a port and a plain path")
        return value.rstrip("/")

    @field_validator("traces_url")
    @classmethod
    def _http_url(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            raise ValueError("must be the whole URL of a collector, like http://collector:4318/v1/traces")
        return value

    @field_validator("single_call_window")
    @classmethod
    def _hours(cls, value: str) -> str:
        try:
            CallingWindow.parse(value)
        except ValidationError as error:
            raise ValueError(wording.message(dict(error.errors()[0]))) from error
        return value

    @field_validator("single_call_profile")
    @classmethod
    def _known_profile(cls, value: str) -> str:
        if value not in profiles.names():
            raise ValueError(f"must be one of {', '.join(profiles.names())}")
        return value

    @field_validator("jwt_secret")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < 32:
            raise ValueError("must have at least 32 characters; `openssl rand -hex 32` makes one")
        return value

    @model_validator(mode="after")
    def _with_ca_files(self) -> Self:
        # Into the URLs themselves: the engine, Celery, Flower and the limits of the API are given nothing else.
        databases = {
            name: database_url_with_ca(getattr(self, name) or "", self.database_ca_file)
            for name in ("database_url", "pbx_records_url")
        }
        redises = {
            name: redis_url_with_ca(getattr(self, name) or "", self.redis_ca_file)
            for name in ("redis_url", "cache_redis_url")
        }
        for name, url in (databases | redises).items():
            if getattr(self, name) is not None:
                object.__setattr__(self, name, url)  # frozen to everybody else
        return self

    @cached_property
    def log_dir(self) -> Path:
        """Where processes started by `dialer up` log to."""
        return self.data_dir / "log"


def load_settings(**overrides: Any) -> Settings:
    """Read and check the settings.

    Raises:
        ConfigurationError: names every variable that is wrong, and why; or the folder of secrets that isn't there.
    """
    try:
        return Settings(_secrets_dir=_secrets_dir(), **overrides)
    except ValidationError as error:
        lines = [f"{_variable(item['loc'])}: {wording.message(item)}" for item in error.errors()]
        raise ConfigurationError("The settings are not valid:\n  " + "\n  ".join(lines)) from error


def _secrets_dir() -> Path | None:
    """The folder whose files are settings, by their variables' names; the environment goes before them."""
    given = os.environ.get(SECRETS_DIR)
    if not given:
        return None
    if not Path(given).is_dir():
        raise ConfigurationError(f"{SECRETS_DIR}: {given} is not a folder.")
    return Path(given)


def _variable(location: tuple[int | str, ...]) -> str:
    return PREFIX + str(location[0]).upper() if location else PREFIX + "*"
