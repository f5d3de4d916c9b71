"""`python -m dialer.lab.containers`: configurations of a PBX and its carrier that share a network namespace.

The same files and the same far end as the lab's, for containers instead of folders.
"""

import shutil
import tempfile
from pathlib import Path
from typing import Final

import click

from dialer.config import load_settings
from dialer.errors import ConfigurationError
from dialer.lab.carrier import Pace, dialplan, pjsip
from dialer.lab.configuration import Setting, copy

ARI_PORT: Final = 8088
_CARRIER_ARI_PORT: Final = 8089
_EVERYWHERE: Final = "0.0.0.0"  # nosec B104 # of a container that only the tests' dialer reaches
_SIP_PORT: Final = 5060
_CARRIER_SIP_PORT: Final = 5070
_LEDGER: Final = "/var/log/asterisk/ledger"
_DATABASE_FILES: Final = frozenset({"cdr_pgsql.conf", "cel_pgsql.conf"})
_PACE: Final = Pace(ring=1.0, talk=5.0)


def write(source: Path, pbx: Path, carrier: Path, password: str) -> None:
    """Write both configurations, over what is there.

    Args:
        source: the folder deploy/asterisk.
        pbx: its /etc/asterisk. Its ARI listens on all addresses, its SIP on loopback.
        carrier: the other one's.
        password: of ARI's user `dialer`, on both.
    """
    common = (Setting("ari.conf", "dialer", "password", password),)
    settings = (
        *common,
        Setting("http.conf", "general", "bindaddr", _EVERYWHERE),
        Setting("http.conf", "general", "bindport", str(ARI_PORT)),
        Setting("pjsip.conf", "udp", "bind", f"127.0.0.1:{_SIP_PORT}"),
        Setting("pjsip.conf", "carrier", "contact", f"sip:127.0.0.1:{_CARRIER_SIP_PORT}"),
        Setting("pjsip.conf", "carrier", "match", "127.0.0.1"),
        Setting("rtp.conf", "general", "rtpstart", "20000"),
        Setting("rtp.conf", "general", "rtpend", "24999"),
    )
    far_end = (
        *common,
        Setting("http.conf", "general", "bindport", str(_CARRIER_ARI_PORT)),
        Setting("rtp.conf", "general", "rtpstart", "25000"),
        Setting("rtp.conf", "general", "rtpend", "29999"),
    )
    _copy(source, pbx, settings)
    _copy(source, carrier, far_end)
    texts = {
        "pjsip.conf": pjsip(_CARRIER_SIP_PORT, _SIP_PORT),
        "extensions.conf": dialplan(_LEDGER, _PACE, _CARRIER_SIP_PORT),
    }
    for name, text in texts.items():
        (carrier / name).write_text(text, encoding="utf-8")


def _copy(source: Path, target: Path, settings: tuple[Setting, ...]) -> None:
    """Into a folder that may be there already, as a volume is."""
    with tempfile.TemporaryDirectory() as name:
        copy(source, Path(name) / "etc", settings, _DATABASE_FILES)
        shutil.copytree(Path(name) / "etc", target, dirs_exist_ok=True, copy_function=shutil.copyfile)


_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.option("--source", required=True, type=_FOLDER, help="The folder deploy/asterisk.")
@click.option("--pbx", required=True, type=_FOLDER, help="Where the PBX's configuration goes.")
@click.option("--carrier", required=True, type=_FOLDER, help="Where the carrier's goes.")
def main(source: Path, pbx: Path, carrier: Path) -> None:
    """Write the configurations of a PBX and its carrier, with the ARI password of the settings."""
    password = load_settings().ari_password
    if password is None:
        raise ConfigurationError("DIALER_ARI_PASSWORD is not set")
    write(source, pbx, carrier, password.get_secret_value())


if __name__ == "__main__":
    main()
