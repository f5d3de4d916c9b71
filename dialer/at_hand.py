"""What the commands of a server share: the dialer that they open, and who types them."""

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager

from psycopg2.errors import UndefinedColumn, UndefinedTable
from sqlalchemy import make_url
from sqlalchemy.exc import OperationalError, ProgrammingError

from dialer.bootstrap import Dialer
from dialer.config import load_settings
from dialer.embedded.servers import resolve
from dialer.errors import DatabaseError


@contextmanager
def opened_dialer(name: str) -> Iterator[Dialer]:
    """The dialer that the settings name; `name` is shown among the connections of its servers.

    Raises:
        ConfigurationError: the settings name none.
        DatabaseError: its database can't be asked.
    """
    dialer = Dialer(resolve(load_settings()), name=name)
    try:
        with asking(dialer.settings.database_url or ""):
            yield dialer
    finally:
        dialer.close()


@contextmanager
def asking(database_url: str) -> Iterator[None]:
    """Say in a sentence why the database can't be asked, and what to do.

    Raises:
        DatabaseError: it is away, refuses, or has no tables of this version.
    """
    try:
        yield
    except OperationalError as error:
        why = str(error.orig).strip().partition("\n")[0]
        what = "Start PostgreSQL, or correct DIALER_DATABASE_URL (`dialer doctor` tells more)."
        raise DatabaseError(f"{database_name(database_url)} can't be asked: {why}. {what}") from error
    except ProgrammingError as error:
        if not isinstance(error.orig, UndefinedTable | UndefinedColumn):
            raise
        raise DatabaseError(
            f"{database_name(database_url)} lacks tables of this version: `dialer db upgrade` makes them."
        ) from error


def database_name(url: str) -> str:
    """Which database, for a sentence; its password is not in it."""
    return f"the database {make_url(url).render_as_string(hide_password=True)}"


def operator() -> str:
    """Who is at the command line, as it is written down."""
    return f"{os.environ.get('SUDO_USER') or os.environ.get('USER') or _account()} (command line)"


def _account() -> str:
    """Services and containers have no USER, and containers often no name for their user."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"user {os.getuid()}"
