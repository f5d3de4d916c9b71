"""The pages of docs/ that are made from the code: `python -m dialer.docs` writes them again."""

import types
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

import click
from annotated_types import Ge, Gt, Le
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from dialer.config import PREFIX, Settings
from dialer.domain.dispositions import BY_CAUSE, BY_SIP_STATUS, NOT_COUNTED, Disposition
from dialer.domain.numbers import NextNumber
from dialer.domain.retry import RetryPolicy, RetryRule

FOLDER: Final = Path("docs")

_NOTE: Final = "Made by `.venv/bin/python -m dialer.docs` from `{source}`; edit that."

_SETTINGS_HEAD: Final = """# Settings

{note}

Every setting is an environment variable, or a line `NAME=value` of a file `.env` in the working directory; the
environment goes first. Or a file: `DIALER_SECRETS_DIR` names a folder whose files have the variables' names
(`DIALER_JWT_SECRET`, or in small letters), as containers and systemd give secrets. All are read and checked once, when
a process starts: a value that can't be right ends it with a message that names the variable. A variable that nobody
has set has its default.

| variable | value | default | meaning |
|---|---|---|---|
"""

_SETTINGS_TAIL: Final = """
Read by others:

| variable | read by | meaning |
|---|---|---|
| `DIALER_API_KEY` | the command line | an API key, instead of a log-in; with `DIALER_API_URL` |
| `DIALER_API_URL` | the command line | the API to ask, otherwise the one that was logged in to last |
| `DIALER_CACHE_DIR` | the lab | where installed Asterisks are kept; `.cache` of the checkout if it isn't set |
| `DIALER_HTTP_PORT`, `DIALER_HTTPS_PORT` | docker-compose.yml | the proxy's ports: 8080 and 8443 |
| `DIALER_LAB_MIRROR` | the lab | the Debian mirror that Asterisk is installed from |
| `DIALER_SECRETS_DIR` | all processes | a folder of secrets: a file for a variable, its content the value |
| `DIALER_TEST_DATABASE_URL` | the tests | a PostgreSQL to use instead of their own; its role may create databases |
| `DIALER_TEST_REDIS_URL` | the tests | a Redis to use instead; **its database is flushed** |
| `DIALER_VERSION` | docker-compose.yml | the tag of the dialer's images: `local` |
| `FLOWER_BASIC_AUTH` | Flower | as `DIALER_FLOWER_BASIC_AUTH`, which goes first |
| `GUNICORN_CMD_ARGS` | gunicorn | further options of the API's server, like `--threads 160` |
| `PROMETHEUS_MULTIPROC_DIR` | the API | folder for metrics; without it one is made, and removed at the end |
| `PYTHON` | make | the Python to make `.venv` with |
"""

_DISPOSITIONS_HEAD: Final = """# Dispositions

{note}

A disposition is how a call ended, in our terms. It is not the dialstatus (which is NOANSWER for a number that doesn't
exist), not the cause and not the SIP status: those three are kept beside it as the PBX gave them.

- A call that was ever up is `answered`, whatever its cause; or `abandoned` ([people](people.md)).
- Otherwise the last SIP status (`tech_cause`, from Asterisk 20.17, 22.7 and 23.1 on) decides if it is in the table,
  else the Q.850 cause. What is in neither column is `failed`.
- If we asked for the hang-up, `no_answer` and `failed` become `cancelled`.

An attempt is used up by the claim, just before dialing: a call that is hung up while it is queued uses none, and
`withdrawn` and `not_dialed` give theirs back. A `withdrawn` call whose reason is final (`dnc`, `undialable`,
`attempts_exhausted`, `cancelled`) ends its contact; one that is `not_on_allow_list` makes it wait for a minute.

"Retry" is the default; a campaign's `retry_policy` replaces it. A retry is made only while attempts are left
(`max_attempts`), and a disposition without one is final.

| disposition | meaning | SIP status | cause | uses up an attempt | retry |
|---|---|---|---|---|---|
"""

MEANINGS: Final[Mapping[Disposition, str]] = MappingProxyType(
    {
        Disposition.ANSWERED: "It was answered, by a person or a machine.",
        Disposition.ABANDONED: "Answered by a person who was to be put through, and nobody came in time.",
        Disposition.BUSY: "The callee is on the telephone, or declined on it.",
        Disposition.NO_ANSWER: "Nobody answered in time, or the telephone can't be reached.",
        Disposition.REJECTED: "The callee, or their phone, declined.",
        Disposition.UNALLOCATED: "No such number, or not any more.",
        Disposition.CONGESTION: "The network had no room for the call.",
        Disposition.TRUNK_FAULT: "The carrier refused us, or broke: not the number's fault.",
        Disposition.FAILED: "The PBX or the far end could not make the call for another reason.",
        Disposition.CANCELLED: "We hung up before it was answered.",
        Disposition.WITHDRAWN: "Never dialed: taken back out of the queue, for the reason in `failure_reason`.",
        Disposition.NOT_DIALED: "Claimed, but proven not to have been dialed.",
        Disposition.INDETERMINATE: "The truth could not be found out.",
    }
)
"""In a table's words: the comments beside the members can't be read at run time."""


def settings_page() -> str:
    """docs/settings.md: every variable of `Settings`."""
    rows = [
        _row(f"`{PREFIX}{name.upper()}`", _value(field), _default(field), field.description or "")
        for name, field in Settings.model_fields.items()
    ]
    note = _NOTE.format(source="dialer/config.py")
    return _SETTINGS_HEAD.format(note=note) + "".join(rows) + _SETTINGS_TAIL


def dispositions_page() -> str:
    """docs/dispositions.md: what makes a call end with each disposition, and what follows."""
    policy = RetryPolicy()
    rows = [
        _row(
            f"`{disposition}`",
            MEANINGS[disposition],
            _keys(BY_SIP_STATUS, disposition),
            _keys(BY_CAUSE, disposition),
            "no" if disposition in NOT_COUNTED else "yes",
            _retry(disposition, policy.rule(disposition)),
        )
        for disposition in Disposition
    ]
    note = _NOTE.format(source="dialer/domain/dispositions.py` and `dialer/domain/retry.py")
    return _DISPOSITIONS_HEAD.format(note=note) + "".join(rows)


PAGES: Final[Mapping[str, Callable[[], str]]] = MappingProxyType(
    {"dispositions.md": dispositions_page, "settings.md": settings_page}
)
"""The pages by their names in docs/."""


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _value(field: FieldInfo) -> str:
    kind = _kind(field.annotation)
    bounds = [
        f"{sign} {bound:g}"
        for item in field.metadata
        for sign, bound in (
            ("≥", item.ge if isinstance(item, Ge) else None),
            (">", item.gt if isinstance(item, Gt) else None),
            ("≤", item.le if isinstance(item, Le) else None),
        )
        if isinstance(bound, int | float)
    ]
    return f"{kind} {', '.join(bounds)}".strip()


_KINDS: Final[Mapping[Any, str]] = MappingProxyType(
    {
        bool: "`true` or `false`",
        int: "whole number",
        float: "number",
        str: "text",
        Path: "path",
        SecretStr: "secret",
        dict: "JSON object",
        frozenset: "list",
    }
)


def _kind(annotation: Any) -> str:
    origin = get_origin(annotation)
    if origin is Literal:
        return ", ".join(f"`{value}`" for value in get_args(annotation))
    if origin is Annotated:
        return _kind(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        return _kind(next(part for part in get_args(annotation) if part is not type(None)))
    return _KINDS[origin or annotation]


def _default(field: FieldInfo) -> str:
    default = field.get_default(call_default_factory=True, validated_data={})
    if default is None or default in (frozenset(), {}):
        return "empty"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def _keys(table: Mapping[int, Disposition], disposition: Disposition) -> str:
    return ", ".join(str(key) for key, value in sorted(table.items()) if value is disposition)


def _retry(disposition: StrEnum, rule: RetryRule | None) -> str:
    if disposition in NOT_COUNTED:
        return "due again at once"
    if rule is None:
        return "final"
    if rule.number is NextNumber.DROP:
        when = f"after {rule.delay_seconds} s" if rule.delay_seconds else "at once"
        return f"final for the number; the next one {when}"
    growth = f", times {rule.backoff:g} each time" if rule.backoff != 1 else ""
    where = ", at the next number" if rule.number is NextNumber.NEXT else ""
    return f"after {rule.delay_seconds} s{growth}{where}"


@click.command()
def main() -> None:
    """Write the pages that are made from the code."""
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page(), encoding="utf-8")
        click.echo(FOLDER / name)


if __name__ == "__main__":
    main()
