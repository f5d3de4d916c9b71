"""`make test-asterisk`: the whole suite against Asterisk 22 and 16. The last line on stdout is a JSON object.

With ASTERISK_OPTIONAL=1 it is no failure that Asterisk can't be had.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import orjson

from dialer.lab.install import install, installed, require_root
from dialer.lab.releases import RELEASES, LabFailed

# The older release is asked how calls end and what becomes of answers. The rest passes there too, with `--target
# asterisk16`.
_RUNS = (
    ("asterisk22", ("tests/contract", "--ignore", "tests/contract/test_traces.py")),
    (
        "asterisk16",
        tuple(
            f"tests/contract/test_{name}.py"
            for name in ("outcomes", "hanging_up", "actions", "dialplan", "transfers", "tls")
        ),
    ),
)


def main() -> int:
    """Install what is missing, run both, and print what came out. Arguments go to the run on 22."""
    try:
        require_root()
        for release in RELEASES.values():
            install(release)
    except LabFailed as error:
        optional = os.environ.get("ASTERISK_OPTIONAL") == "1"
        print(error.detail, file=sys.stderr)
        print(_line({"versions": {}, "cases": 0, "passed": 0, "failed": 0, "skipped": 0, "unavailable": error.detail}))
        return 0 if optional else 1
    counts: dict[str, Any] = {"passed": 0, "failed": 0, "skipped": 0}
    by_target: dict[str, int] = {}
    codes = []
    for target, paths in _RUNS:
        code, found = _run(target, (*paths, *sys.argv[1:]) if target == "asterisk22" else paths)
        codes.append(code)
        by_target[target] = found.get("passed", 0)
        for outcome in counts:
            counts[outcome] += found.get(outcome, 0)
    versions = {str(release.major): installed(release) for release in RELEASES.values()}
    cases = counts["passed"] + counts["failed"]
    print(_line({"versions": versions, "cases": cases, **counts, "passed_by_target": by_target}))
    return max(codes)


def _run(target: str, paths: tuple[str, ...]) -> tuple[int, dict[str, Any]]:
    with tempfile.TemporaryDirectory(prefix="dialer-contract-") as folder:
        counts = Path(folder) / "counts.json"
        command = [sys.executable, "-m", "pytest", "-q", *paths, "--target", target, "--counts", str(counts)]
        code = subprocess.run(command, check=False).returncode
        return code, orjson.loads(counts.read_bytes()) if counts.exists() else {"failed": 1}


def _line(found: dict[str, Any]) -> str:
    return orjson.dumps(found).decode()


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    sys.exit(main())
