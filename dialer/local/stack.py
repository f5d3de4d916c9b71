"""The parts that make up a whole dialer on one machine, and the commands that start them."""

import os
import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import orjson
from pydantic import SecretStr

from dialer.config import PREFIX, Settings
from dialer.errors import ConfigurationError
from dialer.local.parts import Part
from dialer.queues import Queue

HOST: Final = "127.0.0.1"
NODE: Final = "simulator"


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the parts listen, on loopback."""

    api: int
    flower: int
    simulator: int

    @property
    def api_url(self) -> str:
        return f"http://{HOST}:{self.api}"

    @property
    def flower_url(self) -> str:
        return f"http://{HOST}:{self.flower}"

    @property
    def simulator_url(self) -> str:
        return f"http://{HOST}:{self.simulator}"


@dataclass(frozen=True, slots=True)
class Stack:
    """How many of what.

    Attributes:
        listeners: one leads, the others stand by.
        simulator: whether the PBX is one of the parts.
        simulator_options: further options of `dialer simulator`.
        node: the node that the listener follows; None: every enabled one.
        flower_login: `user:password`; None: Flower asks nobody who they are.
        environment: further variables for every part.
        metrics_ports: the parts that serve metrics, by name; `exporter` runs only where it is among them.
    """

    ports: Ports
    ledger: Path
    originate_workers: int = 2
    import_processes: int = 2
    listeners: int = 1
    simulator: bool = True
    simulator_options: Sequence[str] = ()
    node: str | None = None
    flower_login: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    metrics_ports: Mapping[str, int] = field(default_factory=dict)


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now."""
    sockets = [socket.create_server((HOST, 0)) for _ in range(count)]
    ports = [int(s.getsockname()[1]) for s in sockets]
    for s in sockets:
        s.close()
    return ports


def require_free(port: int, name: str, option: str) -> int:
    """`port`, if nobody listens on it.

    Raises:
        ConfigurationError: somebody does; names the option that chooses another.
    """
    try:
        socket.create_server((HOST, port)).close()
    except OSError as error:
        raise ConfigurationError(
            f"Port {port} for {name} can't be had ({os.strerror(error.errno or 0)}): choose another with "
            f"`dialer up {option} N`."
        ) from error
    return port


def parts(settings: Settings, stack: Stack) -> list[Part]:
    """All parts, for a supervisor. They find each other through `settings`, which name every server."""
    ports = stack.ports
    followed = ["--node", stack.node] if stack.node else []
    simulator = _part(
        "simulator",
        *("simulator", "--host", HOST, "--port", str(ports.simulator), "--ledger", str(stack.ledger)),
        *stack.simulator_options,
        stage=0,
    )
    made = [
        *([simulator] if stack.simulator else []),
        _part("api", "api", "--bind", f"{HOST}:{ports.api}"),
        *(_part(f"listener-{n}", "listener", *followed) for n in range(1, stack.listeners + 1)),
        *(
            _part(f"worker-originate-{n}", "worker", "--queues", Queue.ORIGINATE, "--name", f"originate-{n}")
            for n in range(1, stack.originate_workers + 1)
        ),
        _part("worker-control", "worker", "--queues", f"{Queue.CONTROL},{Queue.MAINTENANCE}", "--name", "control"),
        _part(
            "worker-import",
            *("worker", "--queues", Queue.IMPORT, "--name", "import", "--concurrency", str(stack.import_processes)),
        ),
        _part("worker-webhooks", "worker", "--queues", Queue.WEBHOOKS, "--name", "webhooks"),
        _part("beat", "beat", stage=2),
        *([_part("exporter", "exporter")] if "exporter" in stack.metrics_ports else []),
        _part("flower", "flower", "--port", str(ports.flower), "--address", HOST, stage=2),
    ]
    login = {"FLOWER_BASIC_AUTH": stack.flower_login} if stack.flower_login else {}
    shared = {f"{PREFIX}SOUNDS_URL": ports.api_url} | environment(settings) | login | dict(stack.environment)
    served = {name: {f"{PREFIX}METRICS_PORT": str(port)} for name, port in stack.metrics_ports.items()}
    return [
        Part(p.name, p.command, shared | p.environment | served.get(p.name, {}), p.stop_seconds, p.stage) for p in made
    ]


def environment(settings: Settings) -> dict[str, str]:
    """Every setting that isn't a default, as the variables that give it to another process."""
    return {PREFIX + name.upper(): _written(getattr(settings, name)) for name in sorted(settings.model_fields_set)}


def _written(value: Any) -> str:
    """A setting's value as it would be written in the environment."""
    if value is None:
        return ""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, Path):
        return str(value.absolute())
    if isinstance(value, frozenset):
        return ",".join(sorted(value))
    if isinstance(value, dict):
        return orjson.dumps({key: _written(item) for key, item in value.items()}).decode()
    return str(value).lower() if isinstance(value, bool) else str(value)


def _part(name: str, *command: str, stage: int = 1) -> Part:
    return Part(name, [sys.executable, "-m", "dialer.cli", *command], stage=stage, stop_seconds=15.0)
