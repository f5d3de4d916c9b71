"""`dialer simulator`."""

from pathlib import Path

import click

from dialer.errors import ConfigurationError
from dialer.simulator.fates import parse_mix
from dialer.simulator.server import run
from dialer.simulator.settings import SimulatorSettings


def _check_mix(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    if value:
        try:
            parse_mix(value)
        except ConfigurationError as error:
            raise click.BadParameter(error.detail, context, parameter) from error
    return value or None


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8088, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option("--ledger", type=click.Path(dir_okay=False, path_type=Path), help="Append every INVITE to this file.")
@click.option("--user", default="dialer", show_default=True, help="ARI user.")
@click.option("--password", envvar="DIALER_ARI_PASSWORD", required=True, help="ARI password.")
@click.option("--ring-ms", default=200.0, show_default=True, type=click.FloatRange(0), help="Ringing before an answer.")
@click.option("--talk-ms", default=500.0, show_default=True, type=click.FloatRange(0), help="Talking after it.")
@click.option("--ivr-ms", default=300.0, show_default=True, type=click.FloatRange(0), help="Dialplan after /continue.")
@click.option("--playback-ms", default=200.0, show_default=True, type=click.FloatRange(0), help="Length of sounds.")
@click.option("--latency-ms", default=0.0, show_default=True, type=click.FloatRange(0), help="Delay of REST answers.")
@click.option(
    "--time-scale",
    default=1.0,
    show_default=True,
    type=click.FloatRange(0, min_open=True),
    help="Divides every ring timeout: 100 turns 30 s into 0.3 s.",
)
@click.option("--seed", default=0, show_default=True, help="Decides the draw of the mix.")
@click.option("--mix", callback=_check_mix, help="answered=60,busy=15,…; otherwise the last two digits decide.")
@click.option("--events-to", help="ws://…: connect there with the events of --events-app, and keep them meanwhile.")
@click.option("--events-app", default="dialer", show_default=True, help="The application that is served like this.")
@click.option("--release", default="22", show_default=True, type=click.Choice(["16", "22"]), help="Asterisk to be.")
def simulator(
    host: str,
    port: int,
    ledger: Path | None,
    user: str,
    password: str,
    ring_ms: float,
    talk_ms: float,
    ivr_ms: float,
    playback_ms: float,
    latency_ms: float,
    time_scale: float,
    seed: int,
    mix: str | None,
    events_to: str | None,
    events_app: str,
    release: str,
) -> None:
    """Run an ARI server without telephones. A number's last two digits decide what becomes of a call to it."""
    run(
        SimulatorSettings.model_validate(
            {
                "host": host,
                "port": port,
                "ledger": ledger,
                "user": user,
                "password": password,
                "ring_ms": ring_ms,
                "talk_ms": talk_ms,
                "ivr_ms": ivr_ms,
                "playback_ms": playback_ms,
                "latency_ms": latency_ms,
                "time_scale": time_scale,
                "seed": seed,
                "mix": mix,
                "events_to": events_to,
                "events_app": events_app,
                "release": int(release),
            }
        )
    )
