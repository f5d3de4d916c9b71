"""`dialer login`, `logout` and `whoami`."""

import json
import sys
from typing import Final

import click

from dialer.remote.command import Remote, on_api
from dialer.remote.connection import is_near, kept, log_in
from dialer.remote.logins import Login, Logins
from dialer.remote.problems import Exit, RemoteError, told
from dialer_client.api.auth import auth_log_out, auth_me

_HERE: Final = "http://127.0.0.1:8000"


@click.command()
@click.argument("url", default=_HERE)
@click.option("--username", prompt="User name", help="Asked for where it isn't given.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking.")
@click.option("--allow-http", is_flag=True, help="Send the password unencrypted to another machine.")
@click.option("--json", "as_json", is_flag=True, help="Say in JSON who you are, and what goes wrong (stderr).")
def login(url: str, username: str, password_stdin: bool, allow_http: bool, as_json: bool) -> None:
    """Log in to the dialer at URL, by default the one of `dialer up` on this machine.

    The commands that ask an API go there from now on. The log-in is kept in ~/.config/dialer/logins.json, which only
    you can read, and renewed by itself. The password is not kept.
    """
    url = url.rstrip("/").removesuffix("/v1")
    if not url.startswith(("http://", "https://")):
        raise click.BadParameter("must begin with https:// or http://", param_hint="URL")
    if url.startswith("http://") and not is_near(url) and not allow_http:
        raise click.BadParameter(
            "the password would go to another machine unencrypted; use https://, or --allow-http", param_hint="URL"
        )
    password = (
        sys.stdin.readline().rstrip("\r\n") if password_stdin else click.prompt("Password", hide_input=True, err=True)
    )
    with told(url, as_json=as_json):
        made = log_in(url, username, password)
        Logins.of_this_user().keep(made)
        me = auth_me.sync(client=kept(made)).to_dict() if as_json else None
    click.echo(json.dumps(me, ensure_ascii=False) if as_json else f"You are {username} on {url}.")


@click.command()
@click.option("--api", "url", envvar="DIALER_API_URL", help="Of which dialer; otherwise where you logged in last.")
@click.option("--json", "as_json", is_flag=True, help="Say in JSON of which dialer, and what goes wrong (stderr).")
def logout(url: str | None, as_json: bool) -> None:
    """Log out: the tokens are worth nothing from now on, and are removed from this machine."""
    logins = Logins.of_this_user()
    with told(url or "the API", as_json=as_json):
        found = logins.find(url.rstrip("/") if url else None)
        if found is None:
            raise RemoteError("You are not logged in.", Exit.NOT_ALLOWED)
        _end(found)
        logins.forget(found.url)
    click.echo(json.dumps({"url": found.url}) if as_json else f"You are logged out of {found.url}.")


def _end(login: Login) -> None:
    """Tell the API. Where it says that the session is over already, there is nothing to end."""
    try:
        auth_log_out.sync(client=kept(login))
    except RemoteError as error:
        if error.exit_code != Exit.NOT_ALLOWED:
            raise


@click.command()
@on_api
def whoami(remote: Remote) -> None:
    """Who you are, on which dialer."""
    me = auth_me.sync(client=remote.client)
    key = "" if me.key_id is None else f", by API key {me.key_id}"
    remote.show(me, f"You are {me.username} ({me.role.value}) on {remote.url}{key}.")
