"""`make check`: every migration's SQL is looked through for what would lock a table in use or break the old version.

squawk judges what `alembic upgrade --sql` prints. What is right all the same is in `migrations/exceptions.toml`, with
the reason; an exception that nothing needs any more is an error too.
"""

import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson
from alembic.script import ScriptDirectory

from dialer.db.migrate import alembic_config, sql_of

EXCEPTIONS: Final = Path(__file__).parents[1] / "migrations" / "exceptions.toml"

# Matters of taste (which types), and what migrations/env.py says for all of them (which time-outs).
_NOT_ASKED: Final = (
    "prefer-bigint-over-int",
    "prefer-bigint-over-smallint",
    "prefer-identity",
    "prefer-robust-stmts",
    "prefer-text-field",
    "require-lock-timeout",
    "require-statement-timeout",
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One statement that breaks a rule."""

    rule: str
    message: str


def main() -> int:
    exceptions = tomllib.loads(EXCEPTIONS.read_text(encoding="utf-8"))
    complaints = complaints_of({revision: findings(sql_of(revision)) for revision in revisions()}, exceptions)
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    if complaints:
        print("docs/upgrading.md says how it is done without stopping; migrations/online.py does it.", file=sys.stderr)
    return 1 if complaints else 0


def revisions() -> list[str]:
    """Every migration, the oldest first."""
    scripts = ScriptDirectory.from_config(alembic_config("")).walk_revisions()
    return [script.revision for script in scripts][::-1]


def findings(sql: str) -> list[Finding]:
    """What squawk says of it.

    Raises:
        RuntimeError: squawk itself fails.
    """
    squawk = Path(sysconfig.get_path("scripts")) / "squawk"
    options = ("--reporter", "json", "--pg-version", "15.0", "--exclude", ",".join(_NOT_ASKED))
    done = subprocess.run([squawk, *options], input=sql, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1) or not done.stdout.startswith("["):
        raise RuntimeError(f"squawk failed: {done.stderr or done.stdout}")
    return [Finding(found["rule_name"], found["message"]) for found in orjson.loads(done.stdout)]


def complaints_of(found: Mapping[str, list[Finding]], exceptions: Mapping[str, Mapping[str, str]]) -> list[str]:
    """What is neither safe nor explained, and explanations of nothing."""
    said = [
        f"migration {revision}: {finding.rule}: {finding.message}"
        for revision, its in found.items()
        for finding in its
        if not exceptions.get(revision, {}).get(finding.rule)
    ]
    broken = {(revision, finding.rule) for revision, its in found.items() for finding in its}
    idle = [
        f"migrations/exceptions.toml: [{revision}] {rule} is not needed"
        for revision, rules in exceptions.items()
        for rule in rules
        if (revision, rule) not in broken
    ]
    return said + idle


if __name__ == "__main__":
    sys.exit(main())
