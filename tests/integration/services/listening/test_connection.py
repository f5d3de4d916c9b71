"""What a listener does when its connection, its PBX or its database fails it."""

import functools
import uuid
from datetime import datetime

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from dialer.ari.events import ChannelDestroyed, ChannelSnapshot, ChannelStateChange, StasisStart
from dialer.clock import SystemClock
from dialer.db import nodes
from dialer.services.listening.following import Following
from dialer.services.listening.news import News
from tests.integration.services.listening.conftest import World
from tests.support.world import wait_for

_WAITING = "FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@pytest.mark.parametrize("how", ["clean", "reset", "silent"])
def test_a_lost_socket_is_a_gap_and_is_opened_again(world: World, how: str) -> None:
    world.listening()
    before = world.node_row()

    world.fault(close_socket={"how": how})

    wait_for(lambda: world.node_row()["gap_free_since"] != before["gap_free_since"], "the gap")
    wait_for(lambda: world.node_row()["echo_at"], "an echo after it")
    after = world.node_row()
    assert after["gap_free_since"] > before["gap_free_since"]
    assert after["echo_at"] > after["gap_free_since"]
    assert after["listener_epoch"] == before["listener_epoch"]
    call_id = world.claimed("+12025550110")
    world.originate(call_id)
    assert world.ended(call_id)["disposition"] == "busy"


def test_a_call_answered_before_a_gap_is_hung_up_after_it(world: World) -> None:
    world.listening()
    call_id = world.claimed("+12025550103", action={"type": "play", "sound": "hello-world"})
    world.originate(call_id)
    wait_for(lambda: world.call(call_id)["action_started_at"], "the answer")

    world.fault(close_socket={"how": "reset"})

    assert world.ended(call_id)["disposition"] == "answered"
    assert world.hung_up_by(call_id) == "us"


def test_a_batch_waits_for_postgresql_and_is_written_once(world: World) -> None:
    world.listening()
    call_id = world.claimed("+12025550110")
    with world.engine.connect() as other:
        other.execute(text("SELECT FROM calls WHERE id = :id FOR UPDATE"), {"id": call_id})
        world.originate(call_id)
        wait_for(lambda: _blocked(world), "the batch to wait for the row")
        world.execute(f"SELECT pg_terminate_backend(pid) {_WAITING}")
        wait_for(lambda: _blocked(world), "the batch to be tried again")
    call = world.ended(call_id)
    assert (call["disposition"], call["late_dialed_at"]) == ("busy", None)


def _blocked(world: World) -> bool:
    with world.engine.begin() as tx:
        return bool(tx.scalar(text(f"SELECT count(*) {_WAITING}")))


def test_an_echo_is_recorded_with_what_came_before_it_or_not_at_all(world: World) -> None:
    call_id = world.claimed()
    with world.engine.begin() as tx:
        epoch = nodes.win_lease(tx, world.node.id, "test", 60)
        sent_at = nodes.time(tx)
    assert epoch is not None
    impatient = create_engine(world.engine.url, connect_args={"options": "-c lock_timeout=100ms"})
    news = News(echo="token")
    channel = ChannelSnapshot(str(call_id), "PJSIP/carrier-1", "Ringing")
    news.add(ChannelStateChange(channel), lambda: sent_at)
    news.add(ChannelDestroyed(channel, 17, 486), lambda: sent_at)

    with world.engine.begin() as other:
        other.execute(text("SELECT FROM calls WHERE id = :id FOR UPDATE"), {"id": call_id})
        with pytest.raises(OperationalError):
            Following(impatient, world.node.id, epoch, SystemClock(), lambda token: sent_at).write(news)
        assert world.node_row()["echo_at"] is None

    impatient.dispose()
    Following(world.engine, world.node.id, epoch, SystemClock(), lambda token: sent_at).write(news)
    assert world.node_row()["echo_at"] == sent_at
    assert world.call(call_id)["disposition"] == "busy"


def test_a_batch_that_may_have_been_written_before_is_no_late_dial(world: World) -> None:
    call_id = world.claimed()
    with world.engine.begin() as tx:
        epoch = nodes.win_lease(tx, world.node.id, "test", 60)
        now = nodes.time(tx)
    assert epoch is not None
    following = Following(world.engine, world.node.id, epoch, SystemClock(), lambda token: None)
    news = News()
    channel = ChannelSnapshot(str(call_id), "PJSIP/carrier-1", "Ringing")
    news.add(ChannelStateChange(channel), lambda: now)
    news.add(ChannelDestroyed(channel, 17, 486), lambda: now)
    following.write(news)

    again = following.write(news, again=True)

    assert (again.slots, again.to_hang_up, again.late_dials) == ([], [], 0)
    assert world.call(call_id)["late_dialed_at"] is None


def _same(moment: datetime) -> datetime:
    return moment


def test_an_answer_heard_under_two_reigns_is_acted_upon_once(world: World) -> None:
    call_id = world.claimed()
    started = []
    for listener in ("first", "second"):
        with world.engine.begin() as tx:
            epoch = nodes.win_lease(tx, world.node.id, listener, 0.0)
            assert epoch is not None
            tx.execute(text("UPDATE pbx_nodes SET lease_until = clock_timestamp() + interval '9 s'"))
            now = nodes.time(tx)
        news = News()
        news.add(StasisStart(ChannelSnapshot(str(call_id), "PJSIP/carrier-1", "Up"), ()), functools.partial(_same, now))
        outcome = Following(world.engine, world.node.id, epoch, SystemClock(), lambda token: None).write(news)
        started += outcome.to_act
        world.execute("UPDATE pbx_nodes SET lease_until = clock_timestamp()")
    assert [acted for acted, _ in started] == [call_id]


def test_news_of_another_nodes_call_change_nothing(world: World) -> None:
    call_id = world.claimed()
    with world.engine.begin() as tx:
        tx.execute(text("INSERT INTO pbx_nodes (name, ari_url, ari_username) VALUES ('pbx2', 'http://x', 'x')"))
        other = nodes.by_name(tx, "pbx2")
        assert other is not None
        epoch = nodes.win_lease(tx, other["id"], "test", 60)
        now = nodes.time(tx)
    assert epoch is not None
    news = News()
    channel = ChannelSnapshot(str(call_id), "PJSIP/carrier-1", "Up")
    news.add(ChannelStateChange(channel), lambda: now)
    news.add(ChannelStateChange(ChannelSnapshot(str(uuid.uuid4()), "PJSIP/carrier-2", "Up")), lambda: now)

    Following(world.engine, other["id"], epoch, SystemClock(), lambda token: None).write(news)

    assert world.call(call_id)["state"] == "originating"
