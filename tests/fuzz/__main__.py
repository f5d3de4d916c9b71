"""Requests made up from the API's description, sent as each role: `python -m tests.fuzz`.

schemathesis makes the requests: from the examples, at the bounds of every parameter, at random, and along the links
from one operation to the next. What it must not find: an answer that the description doesn't have, above all a 5xx.
What it must find: at least one success of every operation that the role may use.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from api.auth import PERMISSIONS, Access
from dialer.services.users import Role
from tests.fuzz.world import World, as_json, world

_LEVELS: Final = {Role.VIEWER: Access.VIEWER, Role.MANAGER: Access.MANAGER, Role.ADMIN: Access.ADMIN}

OWN: Final = (
    "auth_log_out",
    "auth_log_out_everywhere",
    "auth_change_password",
    "users_edit",
    "users_set_password",
)
"""Those that end the log-in, or change the user, with which the requests are sent: the hooks give them one for each
request, so that only the tests of the permissions can say that they ask for one."""

STREAMS: Final = ("events_stream",)
"""Answers that never end: their tests read them as far as they go."""

_CHECKS: Final = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance,unsupported_method"
)


PHASES: Final = ("examples", "coverage", "fuzzing", "stateful")


@dataclass(frozen=True, slots=True)
class Plan:
    """What to send: so many random requests for each operation, from a seed, in these phases of schemathesis.

    Attributes:
        operations: only these; empty: all.
    """

    examples: int
    seed: int
    phases: tuple[str, ...]
    operations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of the requests of a role.

    Attributes:
        clean: whether schemathesis found nothing.
        answers: how often each operation answered with each status.
        lacking: operations that never succeeded, and are allowed to this role.
    """

    role: Role
    clean: bool
    answers: Counter[tuple[str, int]]
    lacking: list[str]

    @property
    def requests(self) -> int:
        return sum(self.answers.values())

    def told(self, name: str) -> str:
        """How often an operation answered with which status."""
        found = sorted((status, count) for (one, status), count in self.answers.items() if one == name)
        return ", ".join(f"{count} x {status}" for status, count in found) or "never asked"

    @property
    def good(self) -> bool:
        return self.clean and not self.lacking


def fuzz(made: World, role: Role, plan: Plan) -> Outcome:
    """Send the requests of one role."""
    click.echo(f"--- as {role}")
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder) / "answers"
        record.touch()
        wanted = set(plan.operations) or _operations()
        logged_in = ["--header", f"Authorization: Bearer {made.tokens[role]}"]
        clean = [
            _run(made, role, record, plan, names, [*options, "--checks", checks])
            for names, options, checks in (
                (wanted - {*OWN, *STREAMS}, logged_in, f"{_CHECKS},ignored_auth"),
                (wanted & set(OWN), [], _CHECKS),
            )
            if names
        ]
        lines = [line.split() for line in record.read_text(encoding="utf-8").splitlines()]
    answers = Counter((name, int(status)) for name, status in lines)
    succeeded = {name for name, status in answers if status < 400}
    lacking = sorted((_operations(_LEVELS[role]) & wanted) - succeeded - set(STREAMS))
    return Outcome(role, all(clean), answers, lacking)


def _run(made: World, role: Role, record: Path, plan: Plan, names: set[str], options: list[str]) -> bool:
    command = [
        *(str(Path(sys.executable).parent / "schemathesis"), "run", f"{made.url}/openapi.json"),
        *("--phases", ",".join(plan.phases), "--request-timeout", "60"),
        *(
            "--max-examples",
            str(plan.examples),
            "--seed",
            str(plan.seed),
            "--generation-database",
            "none",
            "--workers",
            "1",
        ),
        *("--continue-on-failure", "--warnings", "off", "--no-color", *options),
        *(option for name in sorted(names) for option in ("--include-operation-id", name)),
    ]
    environ = {**os.environ, "SCHEMATHESIS_HOOKS": "tests.fuzz.hooks", "DIALER_FUZZ": as_json(made, role, record)}
    return subprocess.run(command, check=False, env=environ).returncode == 0


def _operations(level: Access = Access.ADMIN) -> set[str]:
    """The operations of the description that this level suffices for."""
    return {name.replace(".", "_", 1) for name, rule in PERMISSIONS.items() if "." in name and rule.access <= level}


def report(outcomes: list[Outcome]) -> bool:
    """Say what came of it, the number of requests last; whether all is well."""
    for outcome in outcomes:
        if outcome.lacking:
            lacking = ", ".join(f"{name} ({outcome.told(name)})" for name in outcome.lacking)
            click.echo(f"as {outcome.role}, without a success: {lacking}", err=True)
    figures = {
        str(outcome.role): {
            "requests": outcome.requests,
            "operations": len({name for name, _ in outcome.answers}),
            "server_errors": sum(count for (_, status), count in outcome.answers.items() if status >= 500),
            "without_success": len(outcome.lacking),
            "clean": outcome.clean,
        }
        for outcome in outcomes
    }
    total = sum(outcome.requests for outcome in outcomes)
    click.echo(json.dumps({"requests": total, "roles": figures}))
    return all(outcome.good for outcome in outcomes)


@click.command()
@click.option("--examples", default=10, show_default=True, help="Random requests for each operation and phase.")
@click.option("--seed", default=1, show_default=True, help="The same seed sends the same requests.")
@click.option("--role", type=click.Choice([role.value for role in Role]), help="Only as this role.")
@click.option("--phase", "phases", multiple=True, type=click.Choice(PHASES), help="Only this one; may be repeated.")
@click.option(
    "--operation",
    "operations",
    multiple=True,
    type=click.Choice(sorted(_operations())),
    metavar="ID",
    help="Only this one, by its operationId; may be repeated.",
)
def main(examples: int, seed: int, role: str | None, phases: tuple[str, ...], operations: tuple[str, ...]) -> None:
    """Send requests made from the description; fail where an answer is not one that it has, or none is a success.

    The last line is JSON: how many requests were answered, by role.
    """
    roles = tuple(Role) if role is None else (Role(role),)
    # Links lead to other operations.
    plan = Plan(examples, seed, phases or (PHASES[:-1] if operations else PHASES), operations)
    with world() as made:
        outcomes = [fuzz(made, one, plan) for one in roles]
    if not report(outcomes):
        raise click.ClickException("some answers are not as the description says, or never a success; see above")


if __name__ == "__main__":
    main()
