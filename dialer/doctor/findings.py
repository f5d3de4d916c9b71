"""What the doctor has found."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    UNKNOWN = "unknown"
    """It could not be looked at; the message says why."""
    WARNING = "warning"
    """Calls go out, but something will go wrong one day."""
    PROBLEM = "problem"
    """Calls don't go out, or can't be relied on."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        check: its name, which stays the same from version to version.
        subject: what was looked at, such as a node's name.
        remedy: what to do about it; empty where there is nothing to do.
    """

    check: str
    level: Level
    subject: str
    message: str
    remedy: str = ""


def ok(check: str, subject: str, message: str) -> Finding:
    return Finding(check, Level.OK, subject, message)


def unknown(check: str, subject: str, message: str, remedy: str = "") -> Finding:
    return Finding(check, Level.UNKNOWN, subject, message, remedy)


def warning(check: str, subject: str, message: str, remedy: str) -> Finding:
    return Finding(check, Level.WARNING, subject, message, remedy)


def problem(check: str, subject: str, message: str, remedy: str) -> Finding:
    return Finding(check, Level.PROBLEM, subject, message, remedy)


def report(findings: Sequence[Finding]) -> dict[str, Any]:
    """All of it, as `--json` prints it."""
    counts = {level: sum(finding.level is level for finding in findings) for level in Level}
    return {
        "healthy": counts[Level.PROBLEM] == 0,
        "problems": counts[Level.PROBLEM],
        "warnings": counts[Level.WARNING],
        "unknown": counts[Level.UNKNOWN],
        "findings": [asdict(finding) for finding in findings],
    }
