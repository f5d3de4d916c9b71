"""The commands of a machine that runs the dialer, or a part of it."""

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

import click
import orjson
from click.core import ParameterSource
from rich.console import Console

from dialer import metrics
from dialer.at_hand import asking, database_name, opened_dialer, operator
from dialer.config import load_settings
from dialer.db import migrate
from dialer.doctor.command import doctor
from dialer.embedded.postgres import EmbeddedPostgres
from dialer.embedded.servers import resolve
from dialer.lab.command import lab
from dialer.lab.releases import RELEASES
from dialer.local import demo as local_demo
from dialer.local import demo_asterisk, sample
from dialer.local import up as local_up
from dialer.local.stack import Ports, require_free
from dialer.ops import ops
from dialer.queues import Queue
from dialer.remote import stopping
from dialer.remote.command import opened
from dialer.remote.logins import Logins
from dialer.remote.problems import told
from dialer.services.users import MIN_PASSWORD_LENGTH, Role
from dialer.simulator.command import simulator
from dialer.tracing.command import log, trace
from dialer.wording import in_flight

_NAME: Final = "dialer-cli"
_PORT: Final = click.IntRange(1, 65535)


@click.group()
def main() -> None:
    """What `dialer.cli` shows beside the commands that ask an API."""


main.add_command(ops)
main.add_command(simulator)
main.add_command(lab)
main.add_command(doctor)
main.add_command(trace)
main.add_command(log)


# Everything at once


@main.command()
@click.option(
    "--contacts", default=200, show_default=True, type=click.IntRange(1, sample.MOST), help="Length of the list."
)
@click.option("--cps", default=50.0, show_default=True, type=click.FloatRange(0.1), help="Calls per second.")
@click.option("--channels", default=100, show_default=True, type=click.IntRange(1), help="Channels at once.")
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1), help="Originate workers.")
@click.option("--asterisk", is_flag=True, help="Through a real Asterisk, that of the lab (see `dialer lab`).")
@click.option(
    "--version", default="22", show_default=True, type=click.Choice(list(RELEASES)), help="With --asterisk: which."
)
@click.option(
    "--fault",
    default="none",
    show_default=True,
    type=click.Choice(list(demo_asterisk.FAULTS)),
    help="With --asterisk: what happens to it half way: SIGKILL and a restart, or 20 s of SIGSTOP.",
)
def demo(contacts: int, cps: float, channels: int, workers: int, asterisk: bool, version: str, fault: str) -> None:
    """Run a whole campaign against the simulator, or a real Asterisk, and check every outcome.

    The last line on stdout is a JSON object; the exit code is 0 only if the far end's ledger and the database agree.
    """
    what = local_demo.Demo(contacts, cps=cps, channels=channels, originate_workers=workers)
    with _terminated_like_interrupted(), told("the API", as_json=False):
        if asterisk:
            sys.exit(demo_asterisk.run(load_settings(), what, Console(), version=version, fault=fault))
        sys.exit(local_demo.run(load_settings(), what, Console()))


@main.command()
@click.option("--api-port", default=8000, show_default=True, type=_PORT)
@click.option("--flower-port", default=5555, show_default=True, type=_PORT)
@click.option("--simulator-port", default=8088, show_default=True, type=_PORT)
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1), help="Originate workers.")
def up(api_port: int, flower_port: int, simulator_port: int, workers: int) -> None:
    """Start everything on this machine and keep it up; Ctrl-C ends it."""
    ports = Ports(
        api=require_free(api_port, "the API", "--api-port"),
        flower=require_free(flower_port, "Flower", "--flower-port"),
        simulator=require_free(simulator_port, "the simulator", "--simulator-port"),
    )
    with _terminated_like_interrupted():
        try:
            local_up.run(load_settings(), ports, originate_workers=workers, console=Console(soft_wrap=True))
        except KeyboardInterrupt:
            click.echo("Everything has ended.", err=True)


@contextmanager
def _terminated_like_interrupted() -> Iterator[None]:
    """SIGTERM ends what we started, as Ctrl-C does."""

    def interrupt(number: int, frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


# The parts


@main.command()
@click.option("--bind", default="127.0.0.1:8000", show_default=True, help="Address and port to listen on.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1), help="Processes.")
def api(bind: str, workers: int) -> None:
    """Serve the API (gunicorn)."""
    resolve(load_settings())
    _become(
        "gunicorn", "--config", "python:api.gunicorn", "--bind", bind, "--workers", str(workers), "api.wsgi:create()"
    )


@main.command()
@click.option("--queues", required=True, help=f"Which queues to serve, of: {', '.join(Queue)}.")
@click.option("--concurrency", default=1, show_default=True, type=click.IntRange(1), help="Jobs at once.")
@click.option("--name", default="worker", show_default=True, help="Its name in Flower, before @host.")
def worker(queues: str, concurrency: int, name: str) -> None:
    """Run a worker (Celery)."""
    asked = queues.split(",")
    unknown = [queue for queue in asked if queue not in tuple(Queue)]
    if unknown:
        raise click.BadParameter(f"{unknown[0]!r} is not a queue; there are {', '.join(Queue)}.", param_hint="--queues")
    metrics.share_with_children(resolve(load_settings()))
    options = ("--queues", queues, "--concurrency", str(concurrency), "--hostname", f"{name}@%h")
    # A heartbeat is an event that only Flower reads; it is told how seldom they come.
    heartbeat = ("--heartbeat-interval", "10")
    _celery("worker", *options, "--without-gossip", "--without-mingle", *heartbeat)


@main.command()
def beat() -> None:
    """Run the clock: one process, that tells the workers every second to look."""
    resolve(load_settings())
    _celery("beat", "--pidfile", "")


@main.command()
@click.option("--node", help="Follow this node only; otherwise all that are enabled.")
def listener(node: str | None) -> None:
    """Follow the calls on the PBX nodes."""
    resolve(load_settings())
    _become("workers.listener", *(["--node", node] if node else []))


@main.command()
@click.option("--address", default="127.0.0.1", show_default=True)
@click.option("--port", default=5555, show_default=True, type=_PORT)
def flower(address: str, port: int) -> None:
    """Show the queues in a browser (Flower)."""
    settings = resolve(load_settings())
    if settings.flower_basic_auth is not None:  # by the environment: arguments are seen by everybody on the machine
        os.environ["FLOWER_BASIC_AUTH"] = settings.flower_basic_auth.get_secret_value()
    # Task events would double what a job costs its worker; the queues are shown without.
    _celery("flower", f"--address={address}", f"--port={port}", "--enable_events=False")


@main.command()
def exporter() -> None:
    """Serve the figures of the whole installation to Prometheus, on DIALER_METRICS_PORT or 9108; one process."""
    resolve(load_settings())
    _become("workers.exporter")


def _celery(command: str, *options: str) -> NoReturn:
    _become("celery", "--app", "workers.app", command, *options)


def _become(module: str, *arguments: str) -> NoReturn:
    """Turn into another program of this installation: signals reach it, and there is no process in between."""
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", module, *arguments])


# The database


@main.group()
def db() -> None:
    """The database's schema."""


@db.command("upgrade")
def db_upgrade() -> None:
    """Bring the database to this version's schema."""
    url = resolve(load_settings()).database_url or ""
    with asking(url):
        migrate.upgrade(url)


@db.command("check")
def db_check() -> None:
    """Check that the migrations make the tables that the code expects (on a database of its own)."""
    with _throw_away_database() as url:
        migrate.upgrade(url)
        differences = migrate.differences(url)
    for difference in differences:
        click.echo(difference)
    if differences:
        raise click.ClickException(
            "The migrations don't match the tables: `dialer db revision` writes what is missing."
        )
    click.echo("The migrations match the tables.")


@contextmanager
def _throw_away_database() -> Iterator[str]:
    folder = Path(tempfile.mkdtemp(prefix="dialer-check-"))
    folder.chmod(0o711)  # PostgreSQL runs as another user where root starts it
    server = EmbeddedPostgres(folder / "postgres", durable=False)
    try:
        yield server.start()
    finally:
        server.destroy()
        shutil.rmtree(folder, ignore_errors=True)


@db.command("revision")
@click.option("--message", "-m", required=True, help="What the migration is for.")
def db_revision(message: str) -> None:
    """Write a migration from what the tables have and the migrations don't (for developers)."""
    with _throw_away_database() as url:
        migrate.upgrade(url)
        migrate.revision(url, message)


# Users


@main.group()
def users() -> None:
    """Who may use the API."""


@users.command("create")
@click.option("--username", required=True)
@click.option("--role", type=click.Choice([role.value for role in Role]), default=Role.ADMIN.value, show_default=True)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking.")
def users_create(username: str, role: str, password_stdin: bool) -> None:
    """Make a user. The password is asked for, or read from standard input; it is never an argument."""
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        hint = f"Password (at least {MIN_PASSWORD_LENGTH} characters)"
        password = click.prompt(hint, hide_input=True, confirmation_prompt=True)
    with opened_dialer(_NAME) as dialer:
        user = dialer.users.create(username, password, role)
    click.echo(f"User {user.username} ({user.role}) was made.")


# Control


_database = click.option("--database", is_flag=True, help="Through the database, also where you are logged in.")
_api = click.option("--api", envvar="DIALER_API_URL", help="By the API there, otherwise where you logged in last.")
_json = click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")


@main.command()
@click.option("--reason", required=True, help="Why; shown to everybody who asks.")
@_api
@_database
@_json
def stop(reason: str, api: str | None, database: bool, as_json: bool) -> None:
    """Emergency stop: no more calls anywhere, until `dialer lift`.

    By the API that you are logged in to. On a server (DIALER_DATABASE_URL is set), and where nobody is logged in,
    through the database, which works while the API is down. The answer says which of the two it was.
    """
    if _by_api(api, database):
        with opened(api, as_json=as_json) as remote:
            stopping.stop(remote, reason)
        return
    with opened_dialer(_NAME) as dialer:
        decided = dialer.control.stop(operator(), reason)
        where = database_name(dialer.settings.database_url or "")
    if as_json:
        click.echo(orjson.dumps({"stopped": True, "database": where, "in_flight": decided.in_flight}))
    else:
        click.echo(f"All dialing by {where} is stopped. {in_flight(decided.in_flight)}.")


@main.command()
@click.confirmation_option(prompt="Dialing goes on everywhere. Are you sure?")
@_api
@_database
@_json
def lift(api: str | None, database: bool, as_json: bool) -> None:
    """Lift the emergency stop, by the API or through the database as `dialer stop` decides it."""
    if _by_api(api, database):
        with opened(api, as_json=as_json) as remote:
            stopping.lift(remote)
        return
    with opened_dialer(_NAME) as dialer:
        dialer.control.lift(operator())
        where = database_name(dialer.settings.database_url or "")
    if as_json:
        click.echo(orjson.dumps({"stopped": False, "database": where}))
    else:
        click.echo(f"The emergency stop of {where} is lifted.")


def _by_api(api: str | None, database: bool) -> bool:
    if database and api and click.get_current_context().get_parameter_source("api") is ParameterSource.COMMANDLINE:
        raise click.UsageError("--api and --database exclude each other.")
    if database:
        return False
    return bool(api) or (load_settings().database_url is None and Logins.of_this_user().find() is not None)
