"""The configuration file that supervisord runs from."""

import json
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from dialer.embedded.folders import make_private
from dialer.embedded.process import launcher_command
from dialer.errors import ConfigurationError
from dialer.local.parts import DEATH_SIGNAL, Part

LOG_BYTES = 10_000_000
_SPECS = "parts"


def group_of(part: Part) -> str:
    """The name of the group of processes that start and stop with this one."""
    return f"stage{part.stage}"


def write_configuration(parts: Iterable[Part], *, run: Path, logs: Path, socket: Path, password: str) -> Path:
    """Write it, and a file with the command of each part, into the folder `run`; only we can read them.

    Raises:
        ConfigurationError: a part's program doesn't exist, or a folder's name can't be written there.
    """
    specs = run / _SPECS
    shutil.rmtree(specs, ignore_errors=True)
    make_private(specs)
    lines = [
        "[unix_http_server]",
        f"file={_plain(socket)}",
        "chmod=0700",
        "username=dialer",
        f"password={password}",
        "[rpcinterface:supervisor]",
        "supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface",
        "[supervisord]",
        f"logfile={_plain(logs / 'supervisord.log')}",
        f"logfile_maxbytes={LOG_BYTES}",
        "logfile_backups=1",
        "loglevel=info",
        f"pidfile={_plain(run / 'supervisord.pid')}",
        f"childlogdir={_plain(logs)}",
        "nodaemon=true",
        "silent=true",
    ]
    if os.geteuid() == 0:
        # Said, or it warns.
        lines.append("user=root")
    groups: dict[int, list[Part]] = {}
    for part in parts:
        lines += _program(part, run, logs)
        groups.setdefault(part.stage, []).append(part)
    for stage, members in sorted(groups.items()):
        names = ",".join(part.name for part in members)
        lines += [f"[group:{group_of(members[0])}]", f"programs={names}", f"priority={stage}"]
    path = run / "supervisord.conf"
    _write_private(path, "\n".join(lines) + "\n")
    return path


def write_command(part: Part, run: Path) -> Path:
    """Write what supervisord starts for a part: a file of its own, where no quoting rule of supervisor's touches it.

    Raises:
        ConfigurationError: the part's program doesn't exist.
    """
    program = shutil.which(part.command[0])
    if program is None:
        raise ConfigurationError(f"There is no program {part.command[0]}, which {part.name} needs.")
    spec = {
        "command": [os.path.abspath(program), *part.command[1:]],
        "environment": part.environment,
        "death_signal": int(DEATH_SIGNAL),
    }
    path = run / _SPECS / f"{part.name}.json"
    _write_private(path, json.dumps(spec))
    return path


def _program(part: Part, run: Path, logs: Path) -> list[str]:
    path = write_command(part, run)
    command = " ".join(f'"{_plain(word)}"' for word in launcher_command(str(path)))
    return [
        f"[program:{part.name}]",
        f"command={command}",
        "autostart=true",
        "autorestart=true",
        "startsecs=1",
        # Each time it waits a second longer: about half an hour until it is given up.
        "startretries=60",
        f"stopwaitsecs={max(1, round(part.stop_seconds))}",
        "stopasgroup=false",
        "killasgroup=true",
        "redirect_stderr=true",
        f"stdout_logfile={_plain(logs / f'{part.name}.log')}",
        f"stdout_logfile_maxbytes={LOG_BYTES}",
        "stdout_logfile_backups=2",
    ]


def _plain(path: Path | str) -> str:
    """A path as supervisor's configuration wants it."""
    text = str(path)
    if any(character in text for character in ';"%\\\n'):
        raise ConfigurationError(f"The path {text} can't have any of ; \" % \\ in it.")
    return text


def _write_private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
