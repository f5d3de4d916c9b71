"""The configurations that the compose profile `asterisk` is given."""

import configparser
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from dialer.lab.containers import main
from tests.unit.deploy.deployment import ROOT, read_yaml

PASSWORD = "a-password-of-the-test"


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """The PBX's and the carrier's, written."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DIALER_ARI_PASSWORD", PASSWORD)
    pbx, carrier = tmp_path / "pbx", tmp_path / "carrier"
    # As volumes they are there before anything is written, and stay from run to run.
    pbx.mkdir()
    carrier.mkdir()
    arguments = ["--source", str(ROOT / "deploy/asterisk"), "--pbx", str(pbx), "--carrier", str(carrier)]
    for _ in range(2):
        result = CliRunner().invoke(main, arguments)
        assert result.exit_code == 0, result.output
    return pbx, carrier


def read(path: Path) -> str:
    return "\n".join(line for line in path.read_text("utf-8").splitlines() if not line.startswith(";"))


def bound_to(folder: Path) -> set[tuple[str, str]]:
    """Address and port of SIP and HTTP."""
    http = configparser.ConfigParser(strict=False, comment_prefixes=(";",))
    http.read_string(read(folder / "http.conf"))
    sip = re.search(r"^bind = ([\d.]+):(\d+)$", read(folder / "pjsip.conf"), re.MULTILINE)
    assert sip is not None
    return {("sip", f"{sip[1]}:{sip[2]}"), ("http", f"{http['general']['bindaddr']}:{http['general']['bindport']}")}


def test_both_share_a_network_and_no_port(folders: tuple[Path, Path]) -> None:
    pbx, carrier = (dict(bound_to(folder)) for folder in folders)
    assert pbx["http"] == "0.0.0.0:8088"
    assert carrier["http"].startswith("127.0.0.1:")
    ports = [address.rpartition(":")[2] for both in (pbx, carrier) for address in both.values()]
    assert len(ports) == len(set(ports))
    assert f"contact = sip:{carrier['sip']}" in read(folders[0] / "pjsip.conf")
    assert f"contact = sip:{pbx['sip']}" in read(folders[1] / "pjsip.conf")


def test_the_password_is_that_of_the_settings(folders: tuple[Path, Path]) -> None:
    for folder in folders:
        assert f"password = {PASSWORD}" in read(folder / "ari.conf")


def test_others_may_read_them(folders: tuple[Path, Path]) -> None:
    for folder in folders:
        assert all(path.stat().st_mode & 0o004 for path in folder.iterdir())


def test_compose_runs_it_with_the_folders_that_it_mounts() -> None:
    services = read_yaml("docker-compose.yml")["services"]
    config = services["asterisk-config"]
    command = config["command"]
    given = dict(zip(command[::2], command[1::2], strict=True))
    mounted = dict(volume.split(":")[:2] for volume in config["volumes"])
    assert mounted == {"asterisk-pbx": given["--pbx"], "asterisk-carrier": given["--carrier"]}
    assert services["asterisk"]["volumes"] == ["asterisk-pbx:/etc/asterisk:ro"]
    assert services["carrier"]["volumes"] == ["asterisk-carrier:/etc/asterisk:ro"]
    assert services["carrier"]["network_mode"] == "service:asterisk"
    assert f"COPY deploy/asterisk {given['--source']}" in (ROOT / "deploy/Dockerfile").read_text("utf-8")
