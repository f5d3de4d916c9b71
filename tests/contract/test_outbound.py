"""The PBX connects to the listener, and keeps its events while nobody is there."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from dialer.ari.client import AriClient
from dialer.ari.errors import NeverSent
from dialer.ari.server import EventServer
from tests.contract.conftest import Pbx
from tests.contract.outbound import connecting, free_port, heard, served
from tests.contract.targets import USERNAME, Target
from tests.contract.wire import Listener, eventually

PATIENCE_SECONDS = 5.0


@dataclass
class Connecting:
    """A PBX that connects to `port`."""

    target: Target
    client: AriClient
    port: int

    @contextmanager
    def served(self) -> Iterator[EventServer]:
        with served(self.port, self.target.password) as server:
            yield server

    def dial(self, suffix: str) -> UUID:
        call = uuid4()
        endpoint = f"PJSIP/+4420794600{suffix};call={call}@carrier"
        self.client.originate(call, endpoint=endpoint, caller_id=None, timeout_seconds=5, variables={})
        return call


@pytest.fixture
def outbound(pbx: Pbx, tmp_path: Path) -> Iterator[Connecting]:
    if pbx.target.release < 22:
        pytest.skip("the outbound WebSocket came with 20.15, 21.10 and 22.5")
    port = free_port()
    with (
        connecting(pbx.target, tmp_path / "pbx", port) as target,
        AriClient(target.url, USERNAME, target.password, "dialer") as client,
    ):
        yield Connecting(target, client, port)


def test_who_knows_another_password_is_not_let_in(outbound: Connecting) -> None:
    with served(outbound.port, "another") as server, pytest.raises(NeverSent):
        server.accept(1.5)
    with outbound.served() as server:
        connection = server.accept(PATIENCE_SECONDS)
        assert outbound.client.send_echo("in")
        assert heard(connection, "in")


def test_calls_go_on_and_their_events_wait_and_come_in_their_order(outbound: Connecting) -> None:
    with outbound.served() as server:
        server.accept(PATIENCE_SECONDS)
    ended, stays = outbound.dial("10"), outbound.dial("03")
    eventually(lambda: outbound.client.channel(ended) is None)
    eventually(lambda: (channel := outbound.client.channel(stays)) is not None and channel.in_stasis)
    assert outbound.client.send_echo("waits")
    with outbound.served() as server:
        connection = server.accept(PATIENCE_SECONDS)
        outbound.client.send_echo("here")
        events = heard(connection, "here")
        kinds = [event["type"] for event in events]
        assert [event["channel"]["id"] for event in events if event["type"] == "ChannelDestroyed"] == [str(ended)]
        assert [event["channel"]["id"] for event in events if event["type"] == "StasisStart"] == [str(stays)]
        # An echo that was sent while nobody was there is as late as all else.
        assert kinds.count("ChannelUserevent") == 2
        assert events[kinds.index("ChannelUserevent")]["userevent"]["token"] == "waits"
        outbound.client.hang_up(stays)


def test_the_event_filter_outlives_the_connection(outbound: Connecting) -> None:
    with outbound.served() as server:
        server.accept(PATIENCE_SECONDS)
        outbound.client.set_event_filter(["ChannelUserevent", "ChannelDestroyed"])
    ended = outbound.dial("10")
    eventually(lambda: outbound.client.channel(ended) is None)
    with outbound.served() as server:
        connection = server.accept(PATIENCE_SECONDS)
        assert outbound.client.send_echo("here")
        kinds = {event["type"] for event in heard(connection, "here")}
        assert "ChannelDestroyed" in kinds
        assert "Dial" not in kinds


def test_a_socket_that_takes_the_application_keeps_it_from_the_pbx_s_own_for_good(outbound: Connecting) -> None:
    with outbound.served() as server:
        connection = server.accept(PATIENCE_SECONDS)
        taker = Listener(outbound.target.url, "dialer", USERNAME, outbound.target.password)
        taker.close()
        eventually(lambda: not outbound.client.send_echo("gone"))
        connection.close()
        server.accept(PATIENCE_SECONDS)
        assert not outbound.client.send_echo("still gone")
