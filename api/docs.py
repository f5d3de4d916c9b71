"""What is made from the API's code: `python -m api.docs` writes it, `--check` compares it. The files of docs/, and
the typed client."""

import json
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import click
from pydantic import SecretStr

from api import client
from api.app import create_app
from api.errors import codes as http_codes
from dialer.bootstrap import Dialer
from dialer.config import Settings
from dialer.errors import ConfigurationError, DialerError

FOLDER: Final = Path("docs")

_HEAD: Final = """# Error codes

Made by `.venv/bin/python -m api.docs` from `dialer/errors.py` and `api/errors.py`; edit those.

Every error is a problem document (RFC 9457, `application/problem+json`): `type`, `title`, `status`, `detail`, and a
`code`, which is stable and what programs go by. Some have more members: `errors` names the fields that are wrong,
`retry_after_seconds` how long to wait (as `Retry-After` does), `allowed` what is possible instead, `gate_code` and
`until` why a number must not be dialed now, `incident` what to look for in the log.

| code | status | meaning |
|---|---|---|
"""


def description() -> dict[str, Any]:
    """The OpenAPI description. Nothing is connected to make it."""
    settings = Settings(
        _env_file=None,
        database_url="postgresql://nobody@127.0.0.1:1/none",
        redis_url="redis://127.0.0.1:1/0",
        jwt_secret=SecretStr("x" * 40),
    )
    found: dict[str, Any] = create_app(Dialer(settings)).api_doc
    return found


def description_file() -> str:
    """docs/openapi.json."""
    return json.dumps(description(), indent=2, ensure_ascii=False) + "\n"


def errors_page() -> str:
    """docs/errors.md: every code that an answer can have."""
    rows = {kind.code: (kind.status, _meaning(kind)) for kind in _kinds(DialerError) if "code" in vars(kind)}
    for code, status in http_codes().items():
        rows.setdefault(code, (status, f"{HTTPStatus(status).phrase}."))
    listed = sorted(rows.items(), key=lambda row: (row[1][0], row[0]))
    return _HEAD + "".join(f"| `{code}` | {status} | {meaning} |\n" for code, (status, meaning) in listed)


FILES: Final = {"openapi.json": description_file, "errors.md": errors_page}


def _kinds(kind: type[DialerError]) -> Iterator[type[DialerError]]:
    """The errors of the tree that a request can end with."""
    if kind is ConfigurationError or not kind.__module__.startswith("dialer.errors"):
        return
    yield kind
    for below in kind.__subclasses__():
        yield from _kinds(below)


def _meaning(kind: type[DialerError]) -> str:
    if kind is DialerError:
        return "Something that nobody foresaw; it is in the log."
    return (kind.__doc__ or kind.title).split("\n")[0].replace("`", "").replace('extra["', "").replace('"]', "")


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; fail where a file is not what the code makes.")
def main(check: bool) -> None:
    """Write what is made from the API's code, or check it."""
    for name, made in FILES.items():
        file = FOLDER / name
        if not check:
            file.write_text(made(), encoding="utf-8")
        elif not file.exists() or file.read_text(encoding="utf-8") != made():
            raise _drifted(file)
        click.echo(file)
    if not check:
        client.write(description())
    elif not client.is_current(description()):
        raise _drifted(client.FOLDER)
    click.echo(client.FOLDER)


def _drifted(what: Path) -> click.ClickException:
    return click.ClickException(f"{what} is not what the code makes: run `python -m api.docs`")


if __name__ == "__main__":
    main()
