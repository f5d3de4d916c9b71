"""What `make coverage` has counted: lines, branches, and the files that lack most. Fails under 90 % of either."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import orjson

LEAST: Final = 90.0
_REPORT: Final = Path(".cache/coverage/report.json")
_SHOWN: Final = 15


def main() -> int:
    """Returns the exit code."""
    command = [sys.executable, "-m", "coverage", "json", "--quiet", "-o", str(_REPORT)]
    subprocess.run(command, check=True)
    report = orjson.loads(_REPORT.read_bytes())
    lines, branches = shares(report["totals"])
    files = {name: file["summary"] for name, file in report["files"].items()}
    print(f"{'missing':>8} {'lines':>7} {'branches':>9}")
    for name, summary in sorted(files.items(), key=lambda item: -_missing(item[1]))[:_SHOWN]:
        of_lines, of_branches = shares(summary)
        print(f"{_missing(summary):8} {of_lines:6.1f}% {of_branches:8.1f}%  {name}")
    print(f"{_missing(report['totals']):8} {lines:6.1f}% {branches:8.1f}%  dialer, api, workers")
    return 0 if min(lines, branches) >= LEAST else 1


def shares(summary: Mapping[str, Any]) -> tuple[float, float]:
    """How much of the lines and of the branches was seen, in percent."""
    return (
        _percent(summary["covered_lines"], summary["num_statements"]),
        _percent(summary["covered_branches"], summary["num_branches"]),
    )


def _percent(seen: int, there: int) -> float:
    return 100.0 * seen / there if there else 100.0


def _missing(summary: Mapping[str, Any]) -> int:
    return int(summary["missing_lines"] + summary["missing_branches"])


if __name__ == "__main__":
    sys.exit(main())
