"""What the doctor says of a PBX, for each thing that can be wrong with one."""

import socket
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from dialer.ari.client import AriClient
from dialer.config import Settings
from dialer.doctor import pbx
from dialer.doctor.findings import Finding, Level
from dialer.doctor.pbx import Patient, TrunkToCheck
from dialer.services.claiming import Node
from tests.support.ari_answers import NOT_FOUND, Answers, about, answering
from tests.support.clock import FakeClock
from tests.support.tls import TlsFront, certificate

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
WELL: Answers = {
    "/asterisk/info": about(),
    "/events/user/dialer_echo": (204, b""),
    "/endpoints/PJSIP/carrier": (200, {"state": "online"}),
    "/channels": (200, []),
}
CHANNEL = {"id": "1", "name": "PJSIP/carrier-1", "state": "Up", "creationtime": "2026-03-02T12:00:00.000+0000"}


def examine(
    url: str,
    *trunks: str,
    now: datetime = NOW,
    listens: bool | None = True,
    events_port: int | None = None,
    real_calls_allowed: bool = True,
    ca_file: Path | None = None,
) -> list[Finding]:
    def client(size: int) -> AriClient:
        return AriClient(
            *(url, "dialer", "secret", "dialer"), connect_timeout=0.5, read_timeout=0.5, pool_size=size, ca_file=ca_file
        )

    node = Node(1, "pbx1", url, "dialer", events_port)
    checked = [TrunkToCheck("t1", endpoint) for endpoint in trunks]
    settings = Settings(_env_file=None, real_calls_allowed=real_calls_allowed, ari_pool_size=1)
    findings = list(pbx.examine(Patient(node, client, checked, listens), settings, FakeClock(now)))
    for finding in findings:
        assert finding.level in (Level.OK, Level.UNKNOWN) or finding.remedy, finding
    return findings


def examined(answers: Answers, *trunks: str, date: datetime | None = NOW, **more: object) -> list[Finding]:
    """Of a PBX that is well, but for these answers."""
    told = format_datetime(date, usegmt=True) if date else None
    with answering({**WELL, **answers}, date=told) as url:
        return examine(url, *trunks, **more)  # type: ignore[arg-type]


def told(findings: Sequence[Finding], check: str) -> tuple[Level, str]:
    (finding,) = [finding for finding in findings if finding.check == check]
    return finding.level, finding.message


def test_one_that_is_well() -> None:
    findings = examined({}, "PJSIP/{number}@carrier")
    assert {finding.level for finding in findings} == {Level.OK}, findings
    assert told(findings, "pbx_version") == (Level.OK, "is 22.11.0, without faults known to stall a dialer.")
    assert told(findings, "pbx_sessionlimit")[1] == "takes 14 connections at once."


@pytest.mark.parametrize(
    ("status", "body", "check", "message"),
    [
        (401, {"message": "Authentication required"}, "pbx_credentials", "knows no such user, or the password is"),
        (503, {"message": "Asterisk not booted"}, "pbx_reachable", "has not finished starting."),
        (404, b"<html>", "pbx_reachable", "its HTTP server answers, but there is no ARI"),
        (200, b"<html>", "pbx_reachable", "takes connections and does not answer: 200 without JSON"),
        (200, {}, "pbx_reachable", "takes connections and does not answer: The answer is not about a PBX"),
    ],
)
def test_one_that_can_not_be_asked(status: int, body: object, check: str, message: str) -> None:
    findings = examined({"/asterisk/info": (status, body)})
    assert [finding.check for finding in findings] == [check]
    level, said = told(findings, check)
    assert (level, said.startswith(message)) == (Level.PROBLEM, True), said


def test_one_that_is_not_there_and_one_that_hangs() -> None:
    with socket.create_server(("127.0.0.1", 0)) as hanging:
        url = f"http://127.0.0.1:{hanging.getsockname()[1]}"
        level, said = told(examine(url), "pbx_reachable")
        assert (level, "takes connections and does not answer" in said) == (Level.PROBLEM, True), said
    level, said = told(examine(url), "pbx_reachable")
    assert (level, said.startswith("can't be connected to")) == (Level.PROBLEM, True), said


def test_one_that_stops_answering_in_the_middle() -> None:
    findings = examined({"/channels": (500, b"")})
    (ok, ill) = [finding for finding in findings if finding.check == "pbx_reachable"]
    assert (ok.level, ill.level) == (Level.OK, Level.PROBLEM)
    assert ill.message.startswith("stopped answering in the middle of the examination: 500")


@pytest.mark.parametrize(
    ("version", "level", "message"),
    [
        ("13.38.3", Level.PROBLEM, "is 13.38.3; the dialer is tested with 16 and 22."),
        ("GIT-master-1a2b", Level.UNKNOWN, "calls itself 'GIT-master-1a2b', which says nothing about its faults."),
        ("22.10.1", Level.WARNING, "is 22.10.1: may deadlock between RTP and ICE, which stalls ARI (#1946)."),
        ("21.12.0", Level.WARNING, "has had no security fixes since October 2025."),
    ],
)
def test_versions(version: str, level: Level, message: str) -> None:
    found, said = told(examined({"/asterisk/info": about(version)}), "pbx_version")
    assert (found, said.endswith(message)) == (level, True), said


def test_a_real_one_through_which_nobody_may_be_called_and_the_simulator() -> None:
    findings = examined({}, real_calls_allowed=False)
    assert told(findings, "real_calls")[0] is Level.PROBLEM
    findings = examined({"/asterisk/info": about("0.1", options="simulator")}, real_calls_allowed=False)
    assert "real_calls" not in {finding.check for finding in findings}
    assert told(findings, "pbx_version") == (Level.OK, "is the simulator: nobody is really called.")


@pytest.mark.parametrize(
    ("date", "level", "message"),
    [
        (None, Level.UNKNOWN, "does not tell its time."),
        (NOW + timedelta(seconds=3), Level.OK, "its clock agrees with this machine's."),
        (NOW + timedelta(seconds=9), Level.WARNING, "its clock is 9 s ahead of ours"),
        (NOW - timedelta(seconds=9), Level.WARNING, "its clock is 9 s behind ours"),
    ],
)
def test_its_clock(date: datetime | None, level: Level, message: str) -> None:
    found, said = told(examined({}, date=date), "clock_skew")
    assert (found, said.startswith(message)) == (level, True), said


def test_a_user_that_may_only_read() -> None:
    findings = examined({"/events/user/dialer_echo": (403, {"message": "Write access denied"})})
    assert told(findings, "pbx_read_only") == (
        Level.PROBLEM,
        "its ARI user may only read: it can neither dial nor hang up.",
    )
    assert "pbx_application" not in {finding.check for finding in findings}


def test_an_echo_that_is_refused_for_another_reason() -> None:
    findings = examined({"/events/user/dialer_echo": (400, {"message": "Invalid"})})
    assert [finding.message for finding in findings if finding.level is Level.PROBLEM] == [
        "stopped answering in the middle of the examination: 400 Invalid"
    ]


@pytest.mark.parametrize(
    ("is_registered", "listens", "events_port", "level", "message"),
    [
        (False, False, None, Level.PROBLEM, "the application dialer is not registered: nobody hears of the calls"),
        (False, True, 8765, Level.PROBLEM, "is to connect to port 8765 of the listener by itself"),
        (True, False, 8765, Level.PROBLEM, "keeps the events of dialer, and no listener is there to hear them."),
        (True, False, None, Level.PROBLEM, "but no listener of this installation follows the node."),
        (True, None, None, Level.OK, "has the application dialer registered."),
    ],
)
def test_who_hears_of_the_calls(
    is_registered: bool, listens: bool | None, events_port: int | None, level: Level, message: str
) -> None:
    echo = {} if is_registered else {"/events/user/dialer_echo": NOT_FOUND}
    found, said = told(examined(echo, listens=listens, events_port=events_port), "pbx_application")
    assert (found, message in said) == (level, True), said


@pytest.mark.parametrize(
    ("endpoint", "answer", "level", "message"),
    [
        ("PJSIP/{number}@carrier", (200, {"state": "online"}), Level.OK, "carrier is online."),
        ("PJSIP/carrier/sip:100", (200, {"state": "online"}), Level.OK, "carrier is online."),
        ("PJSIP/{number}@carrier", (200, {"state": "offline"}), Level.PROBLEM, "the endpoint carrier is offline"),
        ("PJSIP/{number}@carrier", (200, {"state": "unknown"}), Level.WARNING, "doesn't know whether carrier can be"),
        ("PJSIP/{number}@carrier", (200, []), Level.WARNING, "doesn't know whether carrier can be reached"),
        ("PJSIP/{number}@carrier", NOT_FOUND, Level.PROBLEM, "there is no endpoint carrier on the PBX."),
        ("DAHDI/g1/{number}", NOT_FOUND, Level.UNKNOWN, "only endpoints like PJSIP/… are looked at."),
        ("PJSIP/{number}", NOT_FOUND, Level.UNKNOWN, "only endpoints like PJSIP/… are looked at."),
    ],
)
def test_a_trunk(endpoint: str, answer: tuple[int, object], level: Level, message: str) -> None:
    found, said = told(examined({"/endpoints/PJSIP/carrier": answer}, endpoint), "trunk_online")
    assert (found, message in said) == (level, True), said


def test_how_many_connections_it_takes_is_not_tried_on_somebody_s_call() -> None:
    level, said = told(examined({"/channels": (200, [CHANNEL])}), "pbx_sessionlimit")
    assert (level, said) == (Level.UNKNOWN, "its sessionlimit was not tried, because calls are going on.")


def test_one_that_takes_too_few_connections() -> None:
    with answering(WELL, date=format_datetime(NOW, usegmt=True), connections=6) as url:
        findings = examine(url)
    level, said = told(findings, "pbx_sessionlimit")
    # The sixth is the one over which the other questions were asked.
    assert (level, said.startswith("takes 5 connections more and no other one;")) == (Level.PROBLEM, True), said


def test_a_password_that_goes_over_the_network_in_clear() -> None:
    with answering(WELL, date=format_datetime(NOW, usegmt=True)) as url:
        # An address of this machine that does not say so.
        level, said = told(examine(url.replace("127.0.0.1", "0.0.0.0")), "pbx_tls")
        assert (level, "over plain HTTP" in said) == (Level.WARNING, True), said
        level, said = told(examine(url.replace("http:", "https:"))[:1], "pbx_tls")
        assert (level, said.startswith("does not speak TLS there")) == (Level.PROBLEM, True), said


@pytest.mark.parametrize(
    ("days", "level", "message"),
    [
        (-30, Level.OK, "its certificate is good until"),
        (0, Level.WARNING, "only."),
        (2, Level.PROBLEM, "its certificate has been invalid since"),
    ],
)
def test_how_long_a_certificate_is_good(tmp_path: Path, days: int, level: Level, message: str) -> None:
    made = certificate(tmp_path)
    now = datetime.now(UTC) + timedelta(days=days)
    told_date = format_datetime(now, usegmt=True)
    with answering(WELL, date=told_date) as url, TlsFront(("127.0.0.1", int(url.rpartition(":")[2])), made) as front:
        findings = examine(f"https://127.0.0.1:{front.port}", now=now, ca_file=made.ca)
        stranger = examine(f"https://127.0.0.1:{front.port}", now=now)
    found, said = told(findings, "pbx_tls")
    assert (found, message in said) == (level, True), said
    assert told(findings, "pbx_credentials")[0] is Level.OK
    assert [finding.check for finding in stranger] == ["pbx_tls", "pbx_tls"]
    assert stranger[1].message.startswith("its certificate is not trusted")


@pytest.mark.parametrize(
    ("der", "until"),
    [
        (b"\x30\x1e\x17\x0d260101000000Z\x17\x0d270102030405Z", 2027),
        (b"\x17\x0d260101000000Z\x18\x0f20520102030405Z\x17\x0d990101000000Z", 2052),
        # Something that begins as a time does and isn't one.
        (b"\x17\x0d" + b"\xff" * 13 + b"\x17\x0d260101000000Z\x17\x0d270102030405Z", 2027),
        (b"\x17\x0d261301000000Z\x17\x0d260101000000Z", None),
        (b"", None),
    ],
)
def test_the_end_of_a_certificate_is_found_in_it(der: bytes, until: int | None) -> None:
    assert pbx._good_until(der) == (datetime(until, 1, 2, 3, 4, 5, tzinfo=UTC) if until else None)
