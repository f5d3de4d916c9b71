"""`dialer lab`."""

import signal
import tempfile
import threading
from contextlib import nullcontext
from pathlib import Path

import click

from dialer.lab.carrier import Pace
from dialer.lab.install import install as install_release
from dialer.lab.install import installed
from dialer.lab.lab import TRUNK, USERNAME, Lab, Options
from dialer.lab.releases import RELEASES, release_of

_VERSION = click.option(
    "--version", "versions", multiple=True, type=click.Choice(list(RELEASES)), help="Which Asterisk; 22 if not given."
)


@click.group()
def lab() -> None:
    """A real Asterisk to try everything on, with a second one as its far end. Needs root."""


@lab.command()
@_VERSION
def install(versions: tuple[str, ...]) -> None:
    """Install Asterisk into the cache; does nothing where it is there."""
    for version in versions or ("22",):
        release = release_of(version)
        folder = install_release(release)
        click.echo(f"Asterisk {installed(release)} is in {folder}.")


@lab.command()
@click.option("--version", default="22", show_default=True, type=click.Choice(list(RELEASES)), help="The PBX's.")
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), help="Configurations, logs and the ledger.")
@click.option("--ring-ms", default=1000, show_default=True, type=click.IntRange(0), help="Ringing before an answer.")
@click.option("--talk-ms", default=5000, show_default=True, type=click.IntRange(0), help="Talking after it.")
def run(version: str, folder: Path | None, ring_ms: int, talk_ms: int) -> None:
    """Run a PBX and a carrier until Ctrl-C. A number's last two digits decide what becomes of a call to it."""
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    options = Options(pace=Pace(ring=ring_ms / 1000, talk=talk_ms / 1000), rtp_timeout_seconds=60)
    place = nullcontext(str(folder)) if folder is not None else tempfile.TemporaryDirectory(prefix="dialer-lab-")
    with place as name, Lab(Path(name), version, options=options) as running:
        click.echo(f"Asterisk {running.version}")
        click.echo(f"  ARI        {running.ari_url}  user {USERNAME}  password {running.password}")
        click.echo(f"  endpoint   PJSIP/{{number}}@{TRUNK}")
        click.echo(f"  ledger     {running.ledger_path}")
        click.echo(f"  pids       pbx {running.pbx.pid}, carrier {running.carrier.pid}")
        click.echo("Ctrl-C ends it.")
        try:
            ended.wait()
        except KeyboardInterrupt:
            click.echo("Ending.")
