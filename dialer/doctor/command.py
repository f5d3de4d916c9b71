"""`dialer doctor`, on the command line."""

import sys
from pathlib import Path
from typing import Final

import click
import orjson
from rich.console import Console

from dialer.clock import SystemClock
from dialer.config import load_settings
from dialer.doctor.examination import Wanted, examine
from dialer.doctor.findings import Finding, Level, problem, report
from dialer.errors import ConfigurationError

_SIGNS: Final = {
    Level.OK: "[green]ok[/]",
    Level.UNKNOWN: "[cyan]unknown[/]",
    Level.WARNING: "[yellow]warning[/]",
    Level.PROBLEM: "[red]PROBLEM[/]",
}
_FOLDER: Final = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of sentences.")
@click.option("--ari-url", help="Look at this PBX, which the dialer doesn't know yet (password: DIALER_ARI_PASSWORD).")
@click.option("--ari-username", default="dialer", show_default=True, help="The user in its ari.conf.")
@click.option("--endpoint", help="A trunk of that PBX, like PJSIP/{number}@carrier.")
@click.option("--asterisk-config", type=_FOLDER, help="A folder with Asterisk's ari.conf and http.conf.")
@click.option("--call", metavar="NUMBER", help="Call this number (E.164), through the gate, and say hello.")
@click.option("--trunk-id", type=int, help="The trunk of that call, where there is more than one.")
def doctor(
    as_json: bool,
    ari_url: str | None,
    ari_username: str,
    endpoint: str | None,
    asterisk_config: Path | None,
    call: str | None,
    trunk_id: int | None,
) -> None:
    """Say what is wrong with the PBX, the database, Redis and the settings, and how to mend it.

    Nobody is called, save with --call. The exit code is 1 if there is a problem; warnings don't count.
    """
    console = Console(highlight=False, soft_wrap=True)
    findings: list[Finding] = []
    try:
        wanted = Wanted(ari_url, ari_username, endpoint, asterisk_config, call, trunk_id)
        for finding in examine(load_settings(), wanted, SystemClock()):
            findings.append(finding)
            if not as_json:
                _show(console, finding)
    except ConfigurationError as error:
        findings.append(problem("settings", "settings", error.detail, "See docs/settings.md."))
        if not as_json:
            _show(console, findings[-1])
    told = report(findings)
    if as_json:
        click.echo(orjson.dumps(told, option=orjson.OPT_INDENT_2).decode())
    else:
        counts = f"{told['problems']} problems, {told['warnings']} warnings, {told['unknown']} not looked at."
        console.print(counts, style="bold")
    sys.exit(0 if told["healthy"] else 1)


def _show(console: Console, finding: Finding) -> None:
    console.print(f"{_SIGNS[finding.level]:<9}  ", end="")
    console.print(f"{finding.subject}: {finding.message}", markup=False)
    if finding.remedy:
        console.print(f"         -> {finding.remedy}", markup=False)
