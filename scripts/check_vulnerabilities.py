"""Whether a library that the dialer runs with has a known vulnerability, as pip-audit hears it.

Ends with 1 where one has that isn't in EXCEPTIONS, and where only part of them could be looked up. Where nobody
answers (a machine without the internet, a mirror that has packages and no more) it says on stderr that nothing was
checked, and ends with 0, or with 1 where AUDIT_REQUIRED=1 says that this is not enough.
"""

import json
import os
import subprocess  # nosec B404 # pip-audit has no API of its own
import sys
from pathlib import Path
from typing import Any, Final

REQUIREMENTS: Final = "requirements/runtime.txt"

EXCEPTIONS: Final[dict[str, str]] = {}
"""Vulnerabilities that don't concern the dialer: the identifier, and why."""

COMMAND: Final = (
    *("pip-audit", "--disable-pip", "--require-hashes", "--requirement", REQUIREMENTS),
    *("--format", "json", "--progress-spinner", "off", "--cache-dir", ".cache/pip-audit"),
)


class NotChecked(Exception):
    """Nobody has answered; says who and how."""


def audited() -> list[dict[str, Any]]:
    """All dependencies with their vulnerabilities, or with why they were skipped.

    Raises:
        NotChecked: there is no connection to the service.
    """
    program = Path(sys.executable).parent / COMMAND[0]
    ignored = [part for identifier in EXCEPTIONS for part in ("--ignore-vuln", identifier)]
    done = subprocess.run([program, *COMMAND[1:], *ignored], capture_output=True, text=True, check=False)
    try:
        found: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except ValueError:
        last = (done.stderr.strip().splitlines() or ["pip-audit said nothing"])[-1]
        raise NotChecked(last) from None
    return found


def judge(dependencies: list[dict[str, Any]]) -> list[str]:
    """What is wrong, a line each.

    Raises:
        NotChecked: none of them was looked up.
    """
    skipped = [found for found in dependencies if "skip_reason" in found]
    if len(skipped) == len(dependencies):
        raise NotChecked(skipped[0]["skip_reason"] if skipped else f"{REQUIREMENTS} names nothing")
    wrong = [f"{found['name']}: not looked up: {found['skip_reason']}" for found in skipped]
    for found in dependencies:
        for known in found.get("vulns", []):
            mended = ", ".join(known["fix_versions"]) or "no version yet"
            wrong.append(f"{found['name']} {found['version']}: {known['id']}, mended in {mended}")
    return wrong


def main() -> int:
    """The exit code."""
    try:
        wrong = judge(audited())
    except NotChecked as reason:
        print(f"not checked: known vulnerabilities of {REQUIREMENTS} ({reason})", file=sys.stderr)
        return int(os.environ.get("AUDIT_REQUIRED") == "1")
    for line in wrong:
        print(line, file=sys.stderr)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
