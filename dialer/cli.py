"""The command line: `dialer --help`."""

from http import HTTPStatus
from importlib import import_module
from types import MappingProxyType
from typing import Final

import click

from dialer import __version__
from dialer.errors import DialerError

ON_AN_API: Final = MappingProxyType(
    {
        "campaigns": "dialer.remote.campaigns",
        "contacts": "dialer.remote.contacts",
        "dnc": "dialer.remote.contacts",
        "login": "dialer.remote.login",
        "logout": "dialer.remote.login",
        "upload": "dialer.remote.upload",
        "watch": "dialer.remote.watch",
        "whoami": "dialer.remote.login",
    }
)
"""Commands that ask an API, and their modules. They are loaded without what a server needs, which takes seconds."""


class Commands(click.Group):
    """Loads what a command needs, and reports an error on purpose as one message, without a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*ON_AN_API, *_server().list_commands(ctx)])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if (module := ON_AN_API.get(cmd_name)) is None:
            return _server().get_command(ctx, cmd_name)
        command: click.Command = getattr(import_module(module), cmd_name)
        return command

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except DialerError as error:
            from dialer.remote.problems import Exit

            told = click.ClickException(error.detail)
            is_for_later = error.status == HTTPStatus.SERVICE_UNAVAILABLE
            told.exit_code = Exit.LATER if is_for_later else Exit.FAILED  # type: ignore[misc] # click reads it so
            raise told from error


def _server() -> click.Group:
    from dialer.server import main as found

    return found


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """A task-queue campaign dialer for Asterisk."""


if __name__ == "__main__":
    main()
