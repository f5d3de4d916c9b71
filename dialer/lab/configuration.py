"""The configuration of the lab's Asterisks: the files of deploy/asterisk with ports, paths and passwords replaced."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dialer.lab.releases import LabFailed, Release

INSIDE = "/mnt"
"""Where the lab's folder is seen by its Asterisks."""
SOCKETS_INSIDE = f"{INSIDE}/postgres"
"""Where the PBX sees the folder of PostgreSQL's socket."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One value of a configuration file to replace: the first of that name in that section."""

    file: str
    section: str
    key: str
    value: str


def replace(text: str, setting: Setting) -> str:
    """The file with that value in place of the one it has.

    Raises:
        LabFailed: there is no such setting, so it would run with another value than the lab believes.
    """
    section = None
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines):
        if match := re.match(r"\[([^]]+)\]", line):
            section = match[1]
        elif section == setting.section and re.match(rf"{re.escape(setting.key)}\s*=", line):
            lines[number] = f"{setting.key} = {setting.value}\n"
            return "".join(lines)
    raise LabFailed(f"{setting.file} has no setting {setting.key} in [{setting.section}].")


def copy(source: Path, target: Path, settings: tuple[Setting, ...], without: frozenset[str] = frozenset()) -> None:
    """Copy every `*.conf` of a folder, with those settings replaced and without those files."""
    target.mkdir(parents=True)
    for file in sorted(source.glob("*.conf")):
        if file.name in without:
            continue
        text = file.read_text(encoding="utf-8")
        for setting in settings:
            if setting.file == file.name:
                text = replace(text, setting)
        (target / file.name).write_text(text, encoding="utf-8")


def append(target: Path, additions: Mapping[str, str]) -> None:
    """Add text to the end of configuration files."""
    for name, text in additions.items():
        with (target / name).open("a", encoding="utf-8") as file:
            file.write(f"\n{text}")


def directories(folder: Path, release: Release) -> str:
    """The [directories] of an Asterisk whose own folder that is; makes those that it writes to."""
    for name in ("db", "spool", "run", "log"):
        (folder / name).mkdir(parents=True)
    inside = f"{INSIDE}/{folder.name}"
    paths = {
        "astetcdir": f"{inside}/etc",
        "astmoddir": release.modules,
        "astvarlibdir": "/var/lib/asterisk",
        "astdatadir": "/usr/share/asterisk",
        "astdbdir": f"{inside}/db",
        "astspooldir": f"{inside}/spool",
        "astrundir": f"{inside}/run",
        "astlogdir": f"{inside}/log",
    }
    return "[directories]\n" + "".join(f"{name} => {path}\n" for name, path in paths.items())
