"""What the lab writes, what it starts, and what it leaves: with something in the place of Asterisk."""

from pathlib import Path

import pytest

from dialer.clock import SystemClock
from dialer.lab.lab import Database, Lab, Options
from dialer.lab.releases import LabFailed
from tests.integration.lab.conftest import ImpatientClock
from tests.integration.lab.stand_in import _read


def etc(lab: Lab, name: str = "pbx") -> Path:
    return lab.folder / name / "etc"


def pids(lab: Lab) -> list[int]:
    found = [lab.pbx.pid, lab.carrier.pid]
    assert None not in found
    return [pid for pid in found if pid is not None]


def are_gone(found: list[int]) -> bool:
    return not any(Path(f"/proc/{pid}").exists() for pid in found)


def test_a_pbx_and_a_carrier_are_joined_by_a_trunk(lab: Lab) -> None:
    pbx, carrier = (_read(etc(lab, name) / "pjsip.conf") for name in ("pbx", "carrier"))
    at_carrier = carrier["udp"]["bind"]
    assert _read(etc(lab) / "pjsip.conf")["udp"]["bind"] != at_carrier
    text = (etc(lab) / "pjsip.conf").read_text("utf-8")
    assert f"contact = sip:{at_carrier}\n" in text
    assert f"contact = sip:{pbx['udp']['bind']}\n" in (etc(lab, "carrier") / "pjsip.conf").read_text("utf-8")
    assert {"carrier", "dead", "noreach", "down", "agent1"} <= set(pbx.sections())
    assert lab.ari_url == f"http://127.0.0.1:{_read(etc(lab) / 'http.conf')['general']['bindport']}"
    assert "FILE(/mnt/ledger" in (etc(lab, "carrier") / "extensions.conf").read_text("utf-8")
    assert lab.version == "22.10.1"
    assert lab.tls_url is None


def test_records_and_events_go_nowhere_unless_that_is_asked_for(lab: Lab) -> None:
    assert not (etc(lab) / "cdr_pgsql.conf").exists()
    assert "#include ari_outbound_websocket.conf" not in (etc(lab) / "ari.conf").read_text("utf-8").splitlines()
    assert (lab.folder / "pbx" / "sockets").read_text() == ""


def test_what_differs_from_the_files_of_deploy_is_said_in_options(root: Path, tmp_path: Path) -> None:
    certificate = tmp_path / "pbx.pem"
    certificate.write_text("a certificate and its key\n")
    options = Options(
        rtp_timeout_seconds=9,
        database=Database(str(tmp_path), 5433, "records", "asterisk", "pw"),
        outbound_websocket="ws://127.0.0.1:8765/",
        manager_port=5038,
        certificate=certificate,
    )
    with Lab(tmp_path / "lab", options=options) as lab:
        assert "rtp_timeout = 9\n" in (etc(lab) / "pjsip.conf").read_text("utf-8")
        for name in ("cdr_pgsql.conf", "cel_pgsql.conf"):
            told = dict(_read(etc(lab) / name)["global"])
            wanted = {"hostname": "/mnt/postgres", "port": "5433", "dbname": "records", "user": "asterisk"}
            assert told | wanted | {"password": "pw"} == told
            assert not (etc(lab, "carrier") / name).exists()
        # Where the socket's folder is mounted, and which one.
        assert (lab.folder / "postgres").is_dir()
        assert (lab.folder / "pbx" / "sockets").read_text() == str(tmp_path)
        assert "ws://127.0.0.1:8765/" in (etc(lab) / "websocket_client.conf").read_text("utf-8")
        assert (etc(lab) / "ari.conf").read_text("utf-8").endswith("#include ari_outbound_websocket.conf\n")
        assert _read(etc(lab) / "manager.conf")["bench"]["secret"] == lab.password
        assert (etc(lab) / "pbx.pem").read_text() == "a certificate and its key\n"
        assert lab.tls_url is not None
        assert f"tlsbindaddr = {lab.tls_url.removeprefix('https://')}\n" in (etc(lab) / "http.conf").read_text("utf-8")


def test_a_database_with_an_address_is_reached_by_it(root: Path, tmp_path: Path) -> None:
    options = Options(database=Database("127.0.0.1", 5433, "records", "asterisk"))
    with Lab(tmp_path / "lab", "16", options=options) as lab:
        assert _read(etc(lab) / "cdr_pgsql.conf")["global"]["hostname"] == "127.0.0.1"
        assert (lab.folder / "pbx" / "sockets").read_text() == ""
        assert lab.version == "16.28.0"


def test_the_ledger_is_what_the_carrier_wrote_down_this_time(root: Path, tmp_path: Path) -> None:
    lab = Lab(tmp_path / "lab")
    assert lab.ledger().invites == ()
    lab.folder.mkdir()
    lab.ledger_path.write_text("invite|1.5|c1|%2B44|answer|1|%2B1\n")
    assert [invite.number for invite in lab.ledger().invites] == ["+44"]
    with lab:
        assert lab.ledger().invites == ()


def test_nothing_runs_when_it_has_ended_and_it_may_be_ended_twice(root: Path, tmp_path: Path) -> None:
    with Lab(tmp_path / "lab") as lab:
        running = pids(lab)
    assert are_gone(running)
    lab.stop()
    assert (lab.folder / "pbx" / "log" / "messages.log").exists()


def test_a_port_that_was_taken_meanwhile_is_another_one_the_next_time(root: Path, tmp_path: Path) -> None:
    (root / "dies").touch()
    with Lab(tmp_path / "lab") as lab:
        assert pids(lab)
    assert not (root / "dies").exists()


def test_one_that_does_not_start_is_told_with_its_last_words(root: Path, tmp_path: Path) -> None:
    (root / "dies-always").touch()
    with pytest.raises(LabFailed, match=r"(?s)The carrier did not start\. Its last words:.*no such module"):
        Lab(tmp_path / "lab").start()


@pytest.mark.parametrize(
    ("fault", "seen", "message"),
    [
        ("offline", "lab/carrier/log/messages.log", r"(?s)carrier was not ready after 60 s:.*carrier starts.*logged"),
        ("no-down", "lab/pbx/asked", "The PBX did not notice that one of its trunks is down"),
        ("mute", "nowhere", "The pbx did not answer: Unable to connect to remote asterisk"),
    ],
)
def test_one_that_does_not_get_ready_is_ended(root: Path, tmp_path: Path, fault: str, seen: str, message: str) -> None:
    (root / fault).touch()
    lab = Lab(tmp_path / "lab", clock=ImpatientClock(tmp_path / seen))
    with pytest.raises(LabFailed, match=message):
        lab.start()
    assert (lab.pbx.pid, lab.carrier.pid) == (None, None)


def test_whoever_interrupts_its_start_leaves_nothing(root: Path, tmp_path: Path) -> None:
    started: list[int] = []

    class Interrupted(SystemClock):
        def sleep(self, seconds: float) -> None:
            started.extend(pids(lab))
            raise KeyboardInterrupt

    (root / "offline").touch()
    lab = Lab(tmp_path / "lab", clock=Interrupted())
    with pytest.raises(KeyboardInterrupt):
        lab.start()
    assert len(started) == 2
    assert are_gone(started)


def test_before_it_was_started_there_is_no_pbx(tmp_path: Path) -> None:
    lab = Lab(tmp_path / "lab")
    with pytest.raises(LabFailed, match="has not been started"):
        _ = lab.ari_url
    lab.stop()
