"""Requests made up from the API's description, sent as each role: `python -m tests.fuzz`.

schemathesis makes the requests: from the examples, at the bounds of every parameter, at random, and along the links
from one operation to the next. What it must not find: an answer that the description doesn't have, above all a 5xx.
What it must find: at least one success of every operation that the role may use, and at the end of nine links of ten.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import click

from api.auth import PERMISSIONS, Access
from api.description import LINKS
from dialer.services.users import Role
from tests.fuzz.answers import Answer, Link, followed, read
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
_CHAIN_CHECKS: Final = "use_after_free,ensure_resource_availability"
_CONFIGURATION: Final = Path(__file__).with_name("schemathesis.toml")

_SCENARIOS: Final = 10
"""Fewer of them don't come to all links."""
_UNTRODDEN: Final = 0.1
"""So many of the links may lead to no success: which are followed is left to chance, and some come after a removal."""

STATEFUL: Final = "stateful"
PHASES: Final = ("examples", "coverage", "fuzzing", STATEFUL)


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
        lacking: operations that never succeeded, and are allowed to this role.
        links: those that are allowed to this role; empty where none were to be followed.
    """

    role: Role
    clean: bool
    answers: list[Answer]
    lacking: list[str]
    links: set[Link]

    @property
    def untrodden(self) -> list[Link]:
        """Links that never led to a success."""
        return sorted(self.links - followed(answer for answer in self.answers if answer.good).keys())

    def told(self, name: str, source: str | None = None) -> str:
        """How often an operation answered with which status; given a source, along the link from there."""
        found = Counter(
            answer.status for answer in self.answers if answer.name == name and source in (None, answer.source)
        )
        return ", ".join(f"{count} x {status}" for status, count in sorted(found.items())) or "never asked"

    @property
    def good(self) -> bool:
        return self.clean and not self.lacking and len(self.untrodden) <= len(self.links) * _UNTRODDEN


def fuzz(made: World, role: Role, plan: Plan) -> Outcome:
    """Send the requests of one role."""
    click.echo(f"--- as {role}")
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder) / "answers"
        record.touch()
        wanted = set(plan.operations) or _operations()
        logged_in = ["--header", f"Authorization: Bearer {made.tokens[role]}"]
        most, alone = wanted - {*OWN, *STREAMS}, [phase for phase in plan.phases if phase != STATEFUL]
        chained = [STATEFUL] if STATEFUL in plan.phases else []
        clean = [
            _run(made, role, record, replace(plan, phases=tuple(phases), examples=examples), names, options)
            for names, phases, examples, options in (
                (most, alone, plan.examples, [*logged_in, "--checks", f"{_CHECKS},ignored_auth"]),
                (wanted & set(OWN), alone, plan.examples, ["--checks", _CHECKS]),
                (most, chained, max(plan.examples, _SCENARIOS), [*logged_in, "--checks", f"{_CHECKS},{_CHAIN_CHECKS}"]),
            )
            if names and phases
        ]
        answers = read(record)
    allowed = _operations(_LEVELS[role])
    succeeded = {answer.name for answer in answers if answer.good}
    lacking = sorted((allowed & wanted) - succeeded - set(STREAMS)) if alone else []
    return Outcome(role, all(clean), answers, lacking, _links(allowed & wanted) if chained else set())


def _run(made: World, role: Role, record: Path, plan: Plan, names: set[str], options: list[str]) -> bool:
    command = [
        *(str(Path(sys.executable).parent / "schemathesis"), "--config-file", str(_CONFIGURATION)),
        *("run", f"{made.url}/openapi.json", "--phases", ",".join(plan.phases), "--request-timeout", "60"),
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


def _links(allowed: set[str]) -> set[Link]:
    """The links of the description from and to these operations."""
    return {(source, name) for source in LINKS.keys() & allowed for name in LINKS[source].keys() & allowed}


def report(outcomes: list[Outcome]) -> bool:
    """Say what came of it, the numbers last; whether all is well."""
    for outcome in outcomes:
        if outcome.lacking:
            lacking = ", ".join(f"{name} ({outcome.told(name)})" for name in outcome.lacking)
            click.echo(f"as {outcome.role}, without a success: {lacking}", err=True)
        if outcome.untrodden:
            links = ", ".join(
                f"{source} -> {name} ({outcome.told(name, source)})" for source, name in outcome.untrodden
            )
            click.echo(f"as {outcome.role}, links that led to no success: {links}", err=True)
    total = sum(len(outcome.answers) for outcome in outcomes)
    click.echo(json.dumps({"requests": total, "roles": {str(outcome.role): _figures(outcome) for outcome in outcomes}}))
    return all(outcome.good for outcome in outcomes)


def _figures(outcome: Outcome) -> dict[str, Any]:
    answers = outcome.answers
    linked, trodden = followed(answers), followed(answer for answer in answers if answer.good)
    return {
        "requests": len(answers),
        "phases": Counter(answer.phase for answer in answers),
        "operations": len({answer.name for answer in answers}),
        "server_errors": sum(answer.status >= 500 for answer in answers),
        "without_success": len(outcome.lacking),
        "links": {
            "allowed": len(outcome.links),
            "followed": len(linked),
            "to_a_success": len(trodden),
            "times_followed": linked.total(),
            "times_to_a_success": trodden.total(),
        },
        "clean": outcome.clean,
    }


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

    The last line is JSON: how many requests were answered, by role and phase, and how many links were followed.
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
