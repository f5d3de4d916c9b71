"""The product's client and socket over TLS (https, wss), with a real Asterisk's certificate by a CA of one's own."""

import queue
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from dialer.ari.client import AriClient
from dialer.ari.errors import NeverSent
from dialer.ari.events import EVENT_TYPES, ChannelDestroyed, Echo, StasisStart, parse
from dialer.ari.socket import EventSocket, Inbox, Received
from dialer.clock import SystemClock
from dialer.lab.lab import TRUNK, Lab, Options
from tests.contract.conftest import Pbx
from tests.contract.targets import USERNAME
from tests.contract.wire import PATIENCE_SECONDS
from tests.support.tls import Certificate, certificate

pytestmark = pytest.mark.usefixtures("only_real")

APP = "over-tls"


@pytest.fixture
def made(tmp_path: Path) -> Certificate:
    return certificate(tmp_path / "made")


@pytest.fixture
def lab(pbx: Pbx, tmp_path: Path, made: Certificate) -> Iterator[Lab]:
    """A PBX of the target's release with that certificate."""
    with Lab(tmp_path / "lab", str(pbx.target.release), options=Options(certificate=made.server)) as lab:
        yield lab


def client(lab: Lab, ca: Path | None) -> AriClient:
    assert lab.tls_url is not None
    assert lab.tls_url.startswith("https://")
    return AriClient(lab.tls_url, USERNAME, lab.password, APP, ca_file=ca)


def socket(lab: Lab, inbox: Inbox, ca: Path | None) -> EventSocket:
    assert lab.tls_url is not None
    return EventSocket(lab.tls_url, USERNAME, lab.password, APP, inbox, SystemClock(), ca_file=ca)


def test_a_call_is_made_and_heard_of_over_tls(lab: Lab, made: Certificate) -> None:
    inbox: Inbox = queue.SimpleQueue()
    listening = socket(lab, inbox, made.ca)
    call = uuid4()
    try:
        with client(lab, made.ca) as ours:
            ours.set_event_filter(EVENT_TYPES)
            assert ours.send_echo("over tls")
            ours.originate(
                call,
                endpoint=f"PJSIP/+442079460000;call={call}@{TRUNK}",
                caller_id=None,
                timeout_seconds=10,
                variables={},
            )
            events = [_next(inbox)]
            while not isinstance(events[-1], ChannelDestroyed):
                events.append(_next(inbox))
    finally:
        listening.close()
    assert Echo("over tls") in events
    assert any(isinstance(event, StasisStart) and event.channel.id == str(call) for event in events)
    assert isinstance(events[-1], ChannelDestroyed)
    assert events[-1].channel.id == str(call)
    assert len(lab.ledger().invites_by_channel()[str(call)]) == 1


def test_a_certificate_that_nobody_trusts_is_talked_to_by_neither(lab: Lab, tmp_path: Path) -> None:
    other = certificate(tmp_path / "other")
    call = uuid4()
    for ca in (None, other.ca):
        with client(lab, ca) as ours, pytest.raises(NeverSent, match="certificate"):
            ours.originate(
                call, endpoint=f"PJSIP/+442079460000@{TRUNK}", caller_id=None, timeout_seconds=5, variables={}
            )
        with pytest.raises(NeverSent, match="certificate"):
            socket(lab, queue.SimpleQueue(), ca)
    assert lab.ledger().invites == ()


def _next(inbox: Inbox) -> object:
    item = inbox.get(timeout=PATIENCE_SECONDS)
    assert isinstance(item, Received), item
    return parse(item.data)
