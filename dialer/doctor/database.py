"""PostgreSQL: is it there, is it ours, does it keep what it has promised?"""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from dialer.clock import Clock
from dialer.db import migrate, timeline
from dialer.doctor.findings import Finding, ok, problem, warning

_OLDEST: Final = 150000
_MAX_SKEW_SECONDS: Final = 2.0
_SPARE_CONNECTIONS: Final = 20
_SUBJECT: Final = "PostgreSQL"

_ABOUT: Final = text("""
    SELECT current_setting('server_version_num')::int AS version, current_setting('server_version') AS version_name,
           pg_is_in_recovery() AS is_standby, current_setting('fsync') AS fsync,
           current_setting('full_page_writes') AS full_page_writes,
           current_setting('max_connections')::int AS max_connections,
           (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS connections,
           current_setting('server_encoding') AS encoding,
           inet_client_addr() IS NULL OR inet_client_addr() <<= '127.0.0.0/8' OR inet_client_addr() = '::1' AS is_local,
           COALESCE((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false) AS is_encrypted,
           clock_timestamp() AS now
""")


def examine(engine: Engine, clock: Clock) -> Iterator[Finding]:
    """Every check of the database. The first one tells whether there is any point in the others."""
    try:
        with engine.connect() as connection:
            yield from _server(connection, clock)
    except SQLAlchemyError as error:
        yield problem(
            "database_reachable",
            _SUBJECT,
            f"can't be asked: {str(error).partition(chr(10))[0]}",
            "Start PostgreSQL, and correct address, user and password in DIALER_DATABASE_URL.",
        )
        return
    try:
        is_current = migrate.is_current(engine.url.render_as_string(hide_password=False))
        if not is_current:
            yield problem("migrations", _SUBJECT, "has not got this version's tables.", "Run `dialer db upgrade`.")
            return
        yield ok("migrations", _SUBJECT, "has this version's tables.")
        with engine.connect() as connection:
            yield _timeline(connection)
    except SQLAlchemyError as error:
        message = f"the dialer's own tables can't be read: {str(error).partition(chr(10))[0]}"
        yield problem("migrations", _SUBJECT, message, "Give the dialer's role the rights to them.")


def _server(connection: Connection, clock: Clock) -> Iterator[Finding]:
    before = clock.now()
    row = connection.execute(_ABOUT).one()
    yield ok("database_reachable", _SUBJECT, "answers.")
    if row.version < _OLDEST:
        message = f"is {row.version_name}; the dialer needs 15 or later."
        yield problem("database_version", _SUBJECT, message, "Upgrade PostgreSQL.")
    else:
        yield ok("database_version", _SUBJECT, f"is {row.version_name}.")
    if row.is_standby:
        message = "is a standby, which can't be written to."
        yield problem("database_settings", _SUBJECT, message, "Name the primary in DIALER_DATABASE_URL.")
    unsafe = [name for name in ("fsync", "full_page_writes") if getattr(row, name) == "off"]
    if unsafe:
        yield problem(
            "database_settings",
            _SUBJECT,
            f"runs with {' and '.join(unsafe)} off: after a crash it may have forgotten calls that were dialed, "
            "and they would be dialed again.",
            f"Set {' and '.join(f'{name} = on' for name in unsafe)} in postgresql.conf and restart it.",
        )
    if row.encoding != "UTF8":
        message = f"the database's encoding is {row.encoding}: names in other scripts can't be kept."
        yield problem("database_settings", _SUBJECT, message, "Make the database with ENCODING 'UTF8'.")
    if not unsafe and not row.is_standby and row.encoding == "UTF8":
        yield ok("database_settings", _SUBJECT, "keeps what it has committed.")
    free = row.max_connections - row.connections
    if free < _SPARE_CONNECTIONS:
        yield warning(
            "database_connections",
            _SUBJECT,
            f"has {free} of {row.max_connections} connections left; each process of the dialer may use twice "
            "DIALER_DATABASE_POOL_SIZE.",
            "Raise max_connections, or lower DIALER_DATABASE_POOL_SIZE.",
        )
    if not (row.is_local or row.is_encrypted):
        yield warning(
            "database_tls",
            _SUBJECT,
            "is on another machine and the connection is not encrypted: phone numbers and passwords can be read on "
            "the way.",
            "Add ?sslmode=verify-full&sslrootcert=/path/to/ca.pem to DIALER_DATABASE_URL.",
        )
    skew = (row.now - before).total_seconds()
    if abs(skew) > _MAX_SKEW_SECONDS:
        yield problem(
            "clock_skew",
            _SUBJECT,
            f"its clock is {abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} this machine's: calling hours are "
            "kept by the one, tokens and due times by the other.",
            "Let both machines keep time with NTP (chrony, systemd-timesyncd).",
        )
    else:
        yield ok("clock_skew", _SUBJECT, "its clock agrees with this machine's.")


def _timeline(connection: Connection) -> Finding:
    recorded, current = timeline.read(connection)
    if recorded not in (None, current):
        return problem(
            "database_timeline",
            _SUBJECT,
            "was promoted or restored from a backup: calls that were made may be missing from it, so nothing is "
            "dialed.",
            "Find out how much time may be lost, then run `dialer ops recover --lost-seconds N`.",
        )
    return ok("database_timeline", _SUBJECT, "tells the history in which the calls were made.")
