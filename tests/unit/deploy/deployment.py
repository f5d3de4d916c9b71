"""What the files of the deployment say, for tests that compare it with the code."""

import re
from pathlib import Path
from typing import Any

import click
import yaml

from dialer.cli import main

ROOT = Path(__file__).parents[3]


def read_yaml(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def parse_command(arguments: list[str]) -> tuple[str, dict[str, Any]]:
    """The command of the dialer that these arguments call, and its options.

    Raises:
        click.UsageError: there is no such command, option or value.
    """
    command: click.Command = main
    names: list[str] = []
    context = click.Context(main)
    while isinstance(command, click.Group):
        name, *arguments = arguments
        found = command.get_command(context, name)
        if found is None:
            raise click.UsageError(f"no command {name}")
        command = found
        names.append(name)
    made = command.make_context(command.name, list(arguments))
    return " ".join(names), made.params


def variables(text: str) -> set[str]:
    return set(re.findall(r"\bDIALER_[A-Z_]+\b", text))
