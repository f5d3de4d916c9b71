"""What all commands that ask an API share: which one, `--json`, and how they end."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec, Protocol

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from dialer.remote.connection import connect
from dialer.remote.problems import Exit, RemoteError, told
from dialer_client import AuthenticatedClient
from dialer_client.api.campaigns import campaigns_listed
from dialer_client.types import UNSET

P = ParamSpec("P")

_ANY_WIDTH: Final = 10_000


class Answered(Protocol):
    """What the API answered with."""

    def to_dict(self) -> dict[str, Any]: ...


class PageOf(Answered, Protocol):
    """A page of a list that the API answered with."""

    @property
    def items(self) -> Sequence[Answered]: ...

    @property
    def next_cursor(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Remote:
    """An API, and where to tell what it says.

    Attributes:
        as_json: whether a program reads along: JSON on stdout and nothing else there.
    """

    client: AuthenticatedClient
    url: str
    as_json: bool
    console: Console = field(default_factory=lambda: _console())
    errors: Console = field(default_factory=lambda: Console(stderr=True, highlight=False))

    def show(self, answered: Answered, sentence: str) -> None:
        """An answer: whole as JSON, or a sentence of it."""
        if self.as_json:
            self.json(answered.to_dict())
        else:
            self.say(sentence)

    def say(self, sentence: str) -> None:
        """A sentence for a person; nothing of it is markup."""
        self.console.print(Text(sentence))

    def json(self, value: Any) -> None:
        """A line of JSON."""
        click.echo(json.dumps(value, ensure_ascii=False))

    def page(self, columns: Sequence[str], page: PageOf) -> None:
        """A page of a list, and how to ask for the next one."""
        if self.as_json:
            self.json(page.to_dict())
            return
        self.rows(columns, (item.to_dict() for item in page.items))
        if page.next_cursor:
            self.say(f"There are more: --cursor {page.next_cursor}")

    def fields(self, answered: Answered) -> None:
        """All fields of an answer, a line each."""
        found = answered.to_dict()
        if self.as_json:
            self.json(found)
            return
        table = Table.grid(padding=(0, 2))
        for name, value in _flat(found):
            table.add_row(name, Text(plain(value)))
        self.console.print(table)

    def rows(self, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
        """A table of some fields of each row."""
        table = Table(box=None, pad_edge=False)
        for name in columns:
            table.add_column(name, overflow="fold")
        for row in rows:
            table.add_row(*(Text(_cell(name, row.get(name))) for name in columns))
        self.console.print(table)

    def campaign_id(self, campaign: str) -> int:
        """The id of a campaign that is named by its id or its name.

        Raises:
            RemoteError: none is.
        """
        if campaign.isascii() and campaign.isdigit():
            return int(campaign)
        cursor: str | None = ""
        while cursor is not None:
            page = campaigns_listed.sync(client=self.client, name=campaign, limit=500, cursor=cursor or UNSET)
            for item in page.items:
                if item.name == campaign:
                    return item.id
            cursor = page.next_cursor
        raise RemoteError(f"There is no campaign {campaign!r}.", Exit.NOT_FOUND)


def _console() -> Console:
    """Tables fold at a terminal's edge; in a file or a pipe each row stays a line."""
    return Console(soft_wrap=True, highlight=False, width=None if sys.stdout.isatty() else _ANY_WIDTH)


def _flat(found: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Objects of objects, such as a retry policy, by a line for each of those."""
    for name, value in found.items():
        if isinstance(value, dict) and any(isinstance(part, dict) for part in value.values()):
            yield from ((f"{name}.{key}", part) for key, part in value.items())
        else:
            yield name, value


def plain(value: Any) -> str:
    """A value of JSON as a person reads it."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _cell(name: str, value: Any) -> str:
    """As `plain`; a moment to the minute."""
    return f"{value[:16].replace('T', ' ')} UTC" if name.endswith("_at") and value else plain(value)


def counts(found: Mapping[str, int]) -> str:
    """Those that are not zero, in words."""
    return ", ".join(f"{name} {count}" for name, count in found.items() if count) or "none"


def on_api(command: Callable[Concatenate[Remote, P], None]) -> Callable[P, None]:
    """Give a command `--api` and `--json`, and a `Remote` as its first argument."""

    @click.option("--api", "url", envvar="DIALER_API_URL", help="Of which dialer; otherwise where you logged in last.")
    @click.option("--json", "as_json", is_flag=True, help="Answer in JSON, also where something goes wrong (stderr).")
    @wraps(command)
    def run(*args: P.args, **values: P.kwargs) -> None:
        url, as_json = values.pop("url"), bool(values.pop("as_json"))
        with opened(str(url) if url else None, as_json=as_json) as remote:
            command(remote, *args, **values)

    return run


@contextmanager
def opened(url: str | None, *, as_json: bool) -> Iterator[Remote]:
    """The API at `url`, or of the last log-in, for a command.

    Raises:
        RemoteError: of the command, in the form that `as_json` asks for.
    """
    given = url.rstrip("/").removesuffix("/v1") if url else None
    with told(given or "the API", as_json=as_json), connect(given) as client:
        yield Remote(client, _address(client), as_json)


def _address(client: AuthenticatedClient) -> str:
    return str(client.get_httpx_client().base_url).rstrip("/")
