"""What the doctor says about a real Asterisk that is ill."""

import subprocess
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from dialer.ari.client import AriClient
from dialer.clock import Clock, SystemClock
from dialer.config import Settings
from dialer.doctor import asterisk_files, pbx
from dialer.doctor.findings import Finding, Level
from dialer.doctor.pbx import Patient, TrunkToCheck
from dialer.lab.lab import Lab, Options
from dialer.services.claiming import Node
from tests.contract.conftest import Pbx
from tests.contract.targets import USERNAME
from tests.contract.wire import Listener, eventually

pytestmark = pytest.mark.usefixtures("only_real")


@pytest.fixture
def lab(pbx: Pbx, tmp_path: Path) -> Iterator[Lab]:
    """One to make ill."""
    certificate = tmp_path / "pbx.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "7", "-subj", "/CN=127.0.0.1"]
    command += ["-keyout", str(certificate), "-out", str(tmp_path / "ca.pem")]
    subprocess.run(command, check=True, capture_output=True)
    with certificate.open("ab") as file:
        file.write((tmp_path / "ca.pem").read_bytes())
    with Lab(tmp_path / "lab", str(pbx.target.release), options=Options(certificate=certificate)) as lab:
        yield lab


class SlowClock(SystemClock):
    """One that is a minute late."""

    def now(self) -> datetime:
        return super().now() - timedelta(minutes=1)


def _patient(
    url: str,
    password: str,
    app: str = "dialer",
    trunks: Sequence[str] = (),
    *,
    listens: bool | None = None,
    events_port: int | None = None,
) -> Patient:
    checked = [TrunkToCheck(name, f"PJSIP/{{number}}@{name}") for name in trunks]

    def client(size: int) -> AriClient:
        return AriClient(url, USERNAME, password, app, pool_size=size)

    return Patient(Node(1, "pbx1", url, USERNAME, events_port), client, checked, listens)


def _examined(patient: Patient, *, real_calls_allowed: bool = True, clock: Clock | None = None) -> list[Finding]:
    settings = Settings(_env_file=None, real_calls_allowed=real_calls_allowed, ari_pool_size=25)
    return list(pbx.examine(patient, settings, clock or SystemClock()))


def _levels(findings: list[Finding]) -> dict[str, Level]:
    return {finding.check: finding.level for finding in findings}


def test_a_pbx_that_runs_the_files_of_this_project(pbx: Pbx, listener: Listener) -> None:
    found = _levels(_examined(_patient(pbx.target.url, pbx.target.password, pbx.app, ["carrier"])))
    ill = {check: level for check, level in found.items() if level is not Level.OK}
    # 16 has had no security fixes since 2023, and no release of 22 that can be had is without faults that are known.
    assert ill in ({"pbx_version": Level.WARNING}, {})
    assert pbx.target.release >= 22 or ill
    assert found["pbx_application"] is Level.OK
    folder = pbx.lab.pbx.folder / "etc"
    assert _levels(list(asterisk_files.examine(folder, "pbx1"))) == {"pbx_websocket_write_timeout": Level.OK}


def test_nobody_listens_and_real_calls_are_not_allowed(pbx: Pbx) -> None:
    found = _levels(_examined(_patient(pbx.target.url, pbx.target.password, "nobody"), real_calls_allowed=False))
    assert (found["pbx_application"], found["real_calls"]) == (Level.PROBLEM, Level.PROBLEM)


def test_a_pbx_that_should_connect_by_itself_does_not(pbx: Pbx) -> None:
    findings = _examined(_patient(pbx.target.url, pbx.target.password, "nobody", events_port=8099))
    (said,) = [finding for finding in findings if finding.check == "pbx_application"]
    assert (said.level, "8099" in said.message) == (Level.PROBLEM, True), said


def test_somebody_else_has_the_application(pbx: Pbx, listener: Listener) -> None:
    findings = _examined(_patient(pbx.target.url, pbx.target.password, pbx.app, listens=False))
    (said,) = [finding for finding in findings if finding.check == "pbx_application"]
    assert (said.level, "somebody" in said.message) == (Level.PROBLEM, True), said


def test_clocks_that_disagree(pbx: Pbx, listener: Listener) -> None:
    patient = _patient(pbx.target.url, pbx.target.password, pbx.app)
    assert _levels(_examined(patient, clock=SlowClock()))["clock_skew"] is Level.WARNING


def test_trunks_that_can_not_be_reached(pbx: Pbx, listener: Listener) -> None:
    trunks = ["carrier", "down", "dead", "noreach", "nosuch"]
    found = _examined(_patient(pbx.target.url, pbx.target.password, pbx.app, trunks))
    states = {finding.subject: finding.level for finding in found if finding.check == "trunk_online"}
    assert states["carrier"] is Level.OK
    assert (states["down"], states["noreach"], states["nosuch"]) == (Level.PROBLEM,) * 3
    # It never replies, but without a qualify_frequency the PBX calls it online.
    assert states["dead"] is Level.OK


def test_a_wrong_password(pbx: Pbx) -> None:
    assert _levels(_examined(_patient(pbx.target.url, "wrong"))) == {"pbx_credentials": Level.PROBLEM}


def test_a_port_where_nobody_is(pbx: Pbx) -> None:
    assert _levels(_examined(_patient("http://127.0.0.1:9", "x"))) == {"pbx_reachable": Level.PROBLEM}


def test_sessions_are_not_tried_while_somebody_is_on_the_line(pbx: Pbx, listener: Listener) -> None:
    listener.wait_for("StasisStart", pbx.dial("03"))
    found = _levels(_examined(_patient(pbx.target.url, pbx.target.password, pbx.app)))
    assert found["pbx_sessionlimit"] is Level.UNKNOWN


def test_files_that_are_wrong(lab: Lab) -> None:
    patient = _patient(lab.ari_url, lab.password)
    _edit(lab, "ari.conf", "read_only = no", "read_only = yes")
    _edit(lab, "ari.conf", "websocket_write_timeout = 5000", "")
    _edit(lab, "http.conf", "sessionlimit = 300", "sessionlimit = 100")
    lab.pbx.stop()
    lab.pbx.start()
    lab.pbx.wait_until_ready("carrier")
    found = _levels(_examined(patient))
    assert (found["pbx_read_only"], found["pbx_sessionlimit"]) == (Level.PROBLEM, Level.PROBLEM)
    files = _levels(list(asterisk_files.examine(lab.pbx.folder / "etc", "pbx1")))
    assert files == {"pbx_websocket_write_timeout": Level.PROBLEM, "pbx_sessionlimit": Level.WARNING}
    _edit(lab, "ari.conf", "enabled = yes", "enabled = no")
    lab.pbx.command("module reload res_ari.so")
    eventually(lambda: _levels(_examined(patient)) == {"pbx_reachable": Level.PROBLEM})


def test_a_certificate_that_is_not_trusted_and_soon_over(lab: Lab) -> None:
    assert lab.tls_url is not None
    findings = [f for f in _examined(_patient(lab.tls_url, lab.password)) if f.check == "pbx_tls"]
    assert [finding.level for finding in findings] == [Level.WARNING, Level.PROBLEM], findings
    plain = lab.ari_url.replace("http://", "https://")
    assert _levels(_examined(_patient(plain, lab.password)))["pbx_tls"] is Level.PROBLEM


def test_a_password_that_goes_over_the_network_in_clear(pbx: Pbx) -> None:
    # An address of this machine that does not say so.
    url = pbx.target.url.replace("127.0.0.1", "0.0.0.0")
    assert _levels(_examined(_patient(url, pbx.target.password)))["pbx_tls"] is Level.WARNING


def test_a_pbx_that_hangs(lab: Lab) -> None:
    lab.pbx.freeze()
    try:
        findings = _examined(_patient(lab.ari_url, lab.password))
    finally:
        lab.pbx.thaw()
    assert _levels(findings) == {"pbx_reachable": Level.PROBLEM}
    assert "does not answer" in findings[0].message


def _edit(lab: Lab, name: str, old: str, new: str) -> None:
    path = lab.pbx.folder / "etc" / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
