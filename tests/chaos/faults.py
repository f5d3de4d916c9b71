"""What is broken, one function a kind: each breaks something, heals what is not the dialer's to heal, and ends."""

import os
import random
import signal
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final

import psycopg2
from redis import Redis
from sqlalchemy import make_url, text
from sqlalchemy.exc import SQLAlchemyError

from dialer.failpoints import Step
from dialer.local.client import NO_SUCCESS
from tests.chaos.proxy import FAIR, Weather
from tests.chaos.record import Record
from tests.chaos.stage import Stage
from tests.chaos.weather import NETWORK, OTHERS

Fault = Callable[[Stage, Record, random.Random], None]

_PATIENCE_SECONDS = 5.0


def _wait_for(condition: Callable[[], bool]) -> bool:
    until = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.005)
    return False


def _kill(stage: Stage, part: str) -> None:
    """SIGKILL, to a part and its children; its supervisor starts it again."""
    pid = stage.supervisor.pid(part)
    if pid is not None:
        os.killpg(pid, signal.SIGKILL)


def _originate_worker(rng: random.Random) -> str:
    return f"worker-originate-{rng.randint(1, 3)}"


def kill_originate_worker(stage: Stage, record: Record, rng: random.Random) -> None:
    _kill(stage, _originate_worker(rng))


def kill_worker_in_post(stage: Stage, record: Record, rng: random.Random) -> None:
    """SIGKILL of every originate worker while a POST is unanswered, by the ledger."""
    stage.network.pbx.weather = Weather(latency_seconds=0.3)
    try:
        _wait_for(lambda: bool(stage.far_side.ledger().unanswered_posts(time.time())))
        for n in range(1, 4):
            _kill(stage, f"worker-originate-{n}")
    finally:
        stage.network.pbx.weather = FAIR


def kill_control_worker(stage: Stage, record: Record, rng: random.Random) -> None:
    _kill(stage, "worker-control")


def kill_beat(stage: Stage, record: Record, rng: random.Random) -> None:
    _kill(stage, "beat")


def kill_listener(stage: Stage, record: Record, rng: random.Random) -> None:
    for n in (1, 2):
        if rng.random() < 0.7:
            _kill(stage, f"listener-{n}")


def kill_api(stage: Stage, record: Record, rng: random.Random) -> None:
    _kill(stage, "api")


def die_at(step: Step) -> Fault:
    """The next process that comes by `step` dies there."""

    def fault(stage: Stage, record: Record, rng: random.Random) -> None:
        file = stage.failpoints / step.value
        file.touch()
        _wait_for(lambda: not file.exists())
        file.unlink(missing_ok=True)

    return fault


def stall_pbx(stage: Stage, record: Record, rng: random.Random) -> None:
    """SIGSTOP past our time-outs, then SIGCONT: what was posted meanwhile is dialed late, or would be."""
    pid = stage.far_side.pid()
    if pid is None:
        return
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGSTOP)
        time.sleep(rng.uniform(1.0, 3.5))
        os.kill(pid, signal.SIGCONT)


def stall_pbx_inside(stage: Stage, record: Record, rng: random.Random) -> None:
    """Each request is taken at once and acted on much later, while new ones are answered."""
    stage.simulator(stall_ms=rng.uniform(900, 2500))
    time.sleep(rng.uniform(0.3, 1.0))
    stage.simulator(stall_ms=0.0)


def stall_pbx_inside_for_long(stage: Stage, record: Record, rng: random.Random) -> None:
    """Longer than anybody waits before looking into a call, shorter than a tomb is held."""
    seconds = rng.uniform(3.5, 5.0)
    stage.simulator(stall_ms=seconds * 1000)
    time.sleep(rng.uniform(0.3, 0.8))
    stage.simulator(stall_ms=0.0)
    time.sleep(seconds)


def freeze_and_stop(stage: Stage, record: Record, rng: random.Random) -> None:
    """A stop that takes effect while workers with claims in hand are asleep."""
    freeze = threading.Thread(target=freeze_originate_workers, args=(stage, record, random.Random(rng.random())))
    freeze.start()
    emergency_stop(stage, record, rng)
    freeze.join()


def kill_pbx(stage: Stage, record: Record, rng: random.Random) -> None:
    stage.far_side.kill(stage.in_main_thread)


def lose_answers(stage: Stage, record: Record, rng: random.Random) -> None:
    stage.simulator(drop_answers=rng.randint(1, 15))
    time.sleep(1.0)
    stage.simulator()


def refuse_originates(stage: Stage, record: Record, rng: random.Random) -> None:
    stage.simulator(refuse={"status": rng.choice((503, 500, 401)), "count": rng.randint(3, 20)})
    time.sleep(1.0)
    stage.simulator()


def cut_socket(stage: Stage, record: Record, rng: random.Random) -> None:
    stage.simulator(close_socket={"app": "dialer", "how": rng.choice(("clean", "reset", "silent"))})


def flush_redis(stage: Stage, record: Record, rng: random.Random) -> None:
    with stage.redis as client:
        client.flushall()


def pause_redis(stage: Stage, record: Record, rng: random.Random) -> None:
    pid = stage.servers.redis.pid if stage.servers.redis else None
    if pid is None:
        return
    os.kill(pid, signal.SIGSTOP)
    time.sleep(rng.uniform(0.5, 2.5))
    os.kill(pid, signal.SIGCONT)


def restart_redis(stage: Stage, record: Record, rng: random.Random) -> None:
    """Killed and started again, with what its append-only file has, or empty."""
    server = stage.servers.redis
    if server is None or server.pid is None:
        return
    empty = rng.random() < 0.5
    if empty:
        with Redis.from_url(stage.dialer.settings.redis_url or "") as client:
            client.flushall()
    os.kill(server.pid, signal.SIGKILL)
    _wait_for(lambda: server.pid is None)
    stage.in_main_thread(server.start)


def restart_postgres(stage: Stage, record: Record, rng: random.Random) -> None:
    """Killed, with all its children, and started again: crash recovery."""
    server = stage.servers.postgres
    if server is None or server.pid is None:
        return
    os.kill(server.pid, signal.SIGQUIT)
    _wait_for(lambda: server.pid is None)
    stage.in_main_thread(server.start)


def cut_database_connections(stage: Stage, record: Record, rng: random.Random) -> None:
    url = make_url(stage.dialer.settings.database_url or "").set(drivername="postgresql")
    connection = psycopg2.connect(url.render_as_string(hide_password=False))
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    finally:
        connection.close()


def pause_campaign(stage: Stage, record: Record, rng: random.Random) -> None:
    path = f"/v1/campaigns/{record.campaign_id}"
    if _asked(stage, f"{path}/pause"):
        with record.no_posts():
            time.sleep(rng.uniform(0.3, 1.5))
        _insist(stage, f"{path}/resume")


def emergency_stop(stage: Stage, record: Record, rng: random.Random) -> None:
    try:
        stage.client.put("/v1/emergency-stop", {"reason": "chaos"})
    except NO_SUCCESS:
        stopped = False
    else:
        stopped = True
    if stopped:
        with record.no_posts():
            time.sleep(rng.uniform(0.3, 1.5))
    _insist_on(lambda: stage.client.delete("/v1/emergency-stop"))


def forbid_numbers(stage: Stage, record: Record, rng: random.Random) -> None:
    """Some numbers of the campaign go on the do-not-call list."""
    with stage.dialer.engine.connect() as connection:
        query = text("SELECT phone_number FROM contacts WHERE campaign_id = :id AND state <> 'done' LIMIT 40")
        numbers = list(connection.scalars(query, {"id": record.campaign_id}))
    for number in rng.sample(numbers, min(5, len(numbers))):
        try:
            stage.client.post(
                "/v1/dnc",
                {"phone_number": number, "campaign_id": record.campaign_id, "reason": "asked not to be called"},
            )
        except NO_SUCCESS:
            continue
        record.forbidden(number)


def edit_campaign(stage: Stage, record: Record, rng: random.Random) -> None:
    try:
        stage.client.patch(f"/v1/campaigns/{record.campaign_id}", {"timeout_seconds": rng.randint(15, 25)})
    except NO_SUCCESS:
        return


def burst_of_ticks(stage: Stage, record: Record, rng: random.Random) -> None:
    """What two beats come to, and more: every tick many times."""
    for _ in range(rng.randint(5, 20)):
        try:
            stage.dialer.dispatching.tick()
        except SQLAlchemyError:
            continue  # another fault has PostgreSQL away


def freeze_originate_workers(stage: Stage, record: Record, rng: random.Random) -> None:
    """Asleep with claims in hand, past their dial_by; then awake."""
    pids = [pid for n in range(1, 4) if (pid := stage.supervisor.pid(f"worker-originate-{n}")) is not None]
    for pid in pids:
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGSTOP)
    time.sleep(rng.uniform(0.7, 4.0))
    for pid in pids:
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGCONT)


def terminate_part(stage: Stage, record: Record, rng: random.Random) -> None:
    """SIGTERM: it finishes what it is at, and ends; its supervisor starts it again."""
    part = rng.choice(("worker-originate-1", "worker-originate-2", "worker-control", "listener-1", "listener-2", "api"))
    pid = stage.supervisor.pid(part)
    if pid is not None:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)


def cancel_calls(stage: Stage, record: Record, rng: random.Random) -> None:
    """Somebody hangs up calls, wherever they are on their way."""
    for _ in range(rng.randint(3, 12)):
        with stage.dialer.engine.connect() as connection:
            query = text("SELECT id, contact_id FROM calls WHERE campaign_id = :id AND state <> 'ended' LIMIT 100")
            calls = connection.execute(query, {"id": record.campaign_id}).all()
        if not calls:
            return
        call = rng.choice(calls)
        record.cancelled_contacts.add(call.contact_id)
        try:
            stage.client.delete(f"/v1/calls/{call.id}")
        except NO_SUCCESS:
            continue
        time.sleep(rng.uniform(0.0, 0.1))


def cancel_campaign(stage: Stage, record: Record, rng: random.Random) -> None:
    """For good, and in the middle of it all."""
    time.sleep(rng.uniform(0.5, 3.0))
    if _asked(stage, f"/v1/campaigns/{record.campaign_id}/cancel"):
        record.silences.append((time.time(), float("inf")))


def stop_beat(stage: Stage, record: Record, rng: random.Random) -> None:
    pid = stage.supervisor.pid("beat")
    if pid is None:
        return
    os.kill(pid, signal.SIGSTOP)
    time.sleep(rng.uniform(1.0, 3.0))
    os.kill(pid, signal.SIGCONT)


def freeze_listener(stage: Stage, record: Record, rng: random.Random) -> None:
    """Past its lease: the standby takes over, and then the old one wakes up."""
    pids = [pid for n in (1, 2) if (pid := stage.supervisor.pid(f"listener-{n}")) is not None]
    if not pids:
        return
    pid = rng.choice(pids)
    os.kill(pid, signal.SIGSTOP)
    time.sleep(rng.uniform(2.5, 4.0))
    try:
        os.kill(pid, signal.SIGCONT)
    except ProcessLookupError:
        return


def _asked(stage: Stage, path: str) -> bool:
    try:
        stage.client.post(path)
    except NO_SUCCESS:
        return False
    return True


def _insist(stage: Stage, path: str) -> None:
    _insist_on(lambda: stage.client.post(path))


def _insist_on(request: Callable[[], object]) -> None:
    for _ in range(50):
        try:
            request()
        except NO_SUCCESS:
            time.sleep(0.2)
        else:
            return


OF_THE_SIMULATOR: Final = frozenset(
    fault.__name__
    for fault in (stall_pbx_inside, stall_pbx_inside_for_long, lose_answers, refuse_originates, cut_socket)
)
"""What a real PBX can't be told to do. `pbx_answers_lost`, `pbx_reset` and `stall_pbx` come close."""

FAULTS: Final[Mapping[str, Fault]] = {
    **{f"die_at_{step.value}": die_at(step) for step in Step},
    **{
        fault.__name__: fault
        for fault in (
            kill_originate_worker,
            kill_worker_in_post,
            kill_control_worker,
            kill_beat,
            kill_listener,
            kill_api,
            stall_pbx,
            stall_pbx_inside,
            stall_pbx_inside_for_long,
            freeze_and_stop,
            kill_pbx,
            lose_answers,
            refuse_originates,
            cut_socket,
            flush_redis,
            pause_redis,
            restart_redis,
            restart_postgres,
            cut_database_connections,
            pause_campaign,
            emergency_stop,
            forbid_numbers,
            edit_campaign,
            burst_of_ticks,
            stop_beat,
            freeze_listener,
            freeze_originate_workers,
            terminate_part,
            cancel_calls,
            cancel_campaign,
        )
    },
    **NETWORK,
    **OTHERS,
}
