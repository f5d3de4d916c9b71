"""Pieces of a list: several workers, some of which die."""

import multiprocessing
import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, event, text

from dialer.clock import SystemClock
from dialer.config import Settings
from dialer.db.engine import create_engine
from dialer.db.imports import CallListInfo
from dialer.domain.imports import ImportState
from dialer.services.importing.service import MAX_TRIES, CallListImport
from tests.integration.services.importing.lists import LONDON, another_process, count, numbers, receive, report, sums
from tests.support.world import RecordedNudges


@pytest.mark.usefixtures("small_pieces")
def test_a_crash_in_a_piece_leaves_nothing_of_it_and_a_second_run_finishes(
    engine: Engine, lists: CallListImport
) -> None:
    info = receive(lists, numbers(0, 30) + "x\n")

    def kill_own_connection(connection: object, cursor: object, statement: str, *_: object) -> None:
        if "INSERT INTO import_refusals" in statement or statement.startswith("UPDATE import_chunks"):
            with engine.connect() as other:
                other.execute(
                    text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction'")
                )

    event.listen(engine, "before_cursor_execute", kill_own_connection)
    with pytest.raises(Exception, match="terminat"):
        lists.import_chunk(info.id, 1)
    event.remove(engine, "before_cursor_execute", kill_own_connection)
    assert count(engine, "contacts") == 0
    assert len(lists.pending_chunks(10)) == 4
    lists.work_on_chunks(30)
    assert sums(lists.progress(info.id)) == (31, 30, 0, 1)
    assert lists.progress(info.id).state is ImportState.COMPLETED


@pytest.mark.usefixtures("small_pieces")
def test_a_piece_that_kills_whoever_begins_with_it_is_set_aside_into_the_report(
    engine: Engine, lists: CallListImport
) -> None:
    info = receive(lists, numbers(0, 30))

    def die(call_list_id: int, n: int) -> None:
        child = multiprocessing.get_context("spawn").Process(
            target=_import_and_die, args=(engine.url.render_as_string(hide_password=False), call_list_id, n)
        )
        child.start()
        child.join(60)
        assert child.exitcode == -signal.SIGKILL

    for _ in range(MAX_TRIES):
        die(info.id, 1)
    lists.work_on_chunks(30)
    progress = lists.progress(info.id)
    assert progress.state is ImportState.COMPLETED
    assert (progress.rows, progress.imported + progress.refused) == (30, 30)
    assert 0 < progress.refused < 30
    with engine.begin() as tx:
        assert tx.scalars(text("SELECT DISTINCT code FROM import_refusals")).all() == ["set_aside"]


def _import_and_die(url: str, call_list_id: int, n: int) -> None:
    """What a process does that is killed in the middle of a piece."""
    engine = create_engine(url)

    def die(connection: object, cursor: object, statement: str, *_: object) -> None:
        if "INSERT INTO contacts" in statement:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(engine, "before_cursor_execute", die)
    another_process(engine).import_chunk(call_list_id, n)


@pytest.mark.usefixtures("small_pieces")
def test_a_piece_that_only_fails_may_be_tried_for_ever(engine: Engine, lists: CallListImport) -> None:
    info = receive(lists, numbers(0, 30))

    def fail(connection: object, cursor: object, statement: str, *_: object) -> None:
        if "INSERT INTO contacts" in statement:
            raise RuntimeError("no luck")

    event.listen(engine, "before_cursor_execute", fail)
    for _ in range(MAX_TRIES + 2):
        with pytest.raises(RuntimeError, match="no luck"):
            lists.import_chunk(info.id, 1)
    event.remove(engine, "before_cursor_execute", fail)
    lists.work_on_chunks(30)
    assert sums(lists.progress(info.id)) == (30, 30, 0, 0)


def test_two_workers_on_one_piece_import_it_once(engine: Engine, lists: CallListImport) -> None:
    info = receive(lists, numbers(0, 500))
    both = threading.Barrier(2)

    def work(_: int) -> bool:
        worker = another_process(engine)
        both.wait(10)
        return worker.import_chunk(info.id, 0)

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(work, range(2))) == [False, True]
    assert not lists.import_chunk(info.id, 0)
    assert sums(lists.progress(info.id)) == (500, 500, 0, 0)


@pytest.mark.usefixtures("small_pieces")
def test_many_workers_on_lists_with_the_same_numbers_lose_none_and_deadlock_never(
    engine: Engine, lists: CallListImport
) -> None:
    forward = [LONDON.format(n) for n in range(300)]
    infos = [receive(lists, "phone\n" + "\n".join(order)) for order in (forward, forward[::-1], sorted(forward[::3]))]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: another_process(engine).work_on_chunks(60), range(4)))
    lists.work_on_chunks(60)
    after = [lists.progress(info.id) for info in infos]
    assert {info.state for info in after} == {ImportState.COMPLETED}
    assert all(info.rows_done == info.rows for info in after)
    assert sum(info.imported for info in after) == 300 == count(engine, "contacts")
    assert sum(info.duplicates for info in after) == 400 == count(engine, "import_refusals", "code = 'duplicate'")


@pytest.mark.usefixtures("small_pieces")
def test_a_process_whose_time_is_over_nudges_while_there_is_work_left_and_only_then(engine: Engine) -> None:
    nudges = RecordedNudges()
    lists = CallListImport(engine, SystemClock(), Settings(_env_file=None), nudges)
    info = receive(lists, numbers(0, 15))
    nudges.imports = 0
    assert lists.work_on_chunks(0) == 1
    assert (nudges.imports, lists.progress(info.id).rows_done) == (1, 10)
    assert lists.work_on_chunks(60) == 1
    assert nudges.imports == 1
    assert lists.progress(info.id).state is ImportState.COMPLETED


def test_two_pieces_with_the_same_numbers_in_opposite_order_wait_for_each_other(engine: Engine) -> None:
    lists = another_process(engine)
    forward = [LONDON.format(n) for n in range(1000)]
    infos = [receive(lists, "phone\n" + "\n".join(order)) for order in (forward, forward[::-1])]
    both = threading.Barrier(2)

    def meet(connection: object, cursor: object, statement: str, *_: object) -> None:
        if "INSERT INTO contacts" in statement:
            both.wait(10)

    event.listen(engine, "before_cursor_execute", meet)
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(lambda info: another_process(engine).import_chunk(info.id, 0), infos)) == [True, True]
    assert sum(lists.progress(info.id).imported for info in infos) == 1000


@pytest.mark.usefixtures("small_pieces")
def test_two_last_pieces_that_end_at_once_complete_the_list(engine: Engine) -> None:
    lists = another_process(engine)
    for turn in range(10):
        info = receive(lists, numbers(turn * 20, turn * 20 + 20))
        both = threading.Barrier(2)

        def work(n: int, info: CallListInfo = info, both: threading.Barrier = both) -> bool:
            both.wait(10)
            return lists.import_chunk(info.id, n)

        with ThreadPoolExecutor(2) as pool:
            assert list(pool.map(work, range(2))) == [True, True]
        assert lists.progress(info.id).state is ImportState.COMPLETED


@pytest.mark.usefixtures("small_pieces")
def test_rows_of_a_campaign_cancelled_in_between_are_refused_not_lost(engine: Engine, lists: CallListImport) -> None:
    info = receive(lists, numbers(0, 15))
    lists.import_chunk(info.id, 0)
    with engine.begin() as tx:
        tx.execute(text("UPDATE campaigns SET state = 'cancelled' WHERE id = 1"))
    lists.work_on_chunks(10)
    assert sums(lists.progress(info.id)) == (15, 10, 0, 5)
    assert {row[1] for row in report(lists, info.id)} == {"campaign_cancelled"}


def test_a_campaign_cancelled_while_a_piece_is_imported_gets_none_of_it(engine: Engine, lists: CallListImport) -> None:
    info = receive(lists, numbers(0, 5))
    cancelled: list[bool] = []

    def cancel(connection: object, cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("UPDATE import_chunks") and not cancelled:
            cancelled.append(True)
            with engine.begin() as tx:
                tx.execute(text("UPDATE campaigns SET state = 'cancelled' WHERE id = 1"))

    event.listen(engine, "before_cursor_execute", cancel)
    assert lists.import_chunk(info.id, 0)
    event.remove(engine, "before_cursor_execute", cancel)
    assert cancelled
    assert count(engine, "contacts") == 0
    assert sums(lists.progress(info.id)) == (5, 0, 0, 5)


@pytest.mark.usefixtures("small_pieces")
def test_a_small_list_does_not_wait_for_the_end_of_a_large_one(lists: CallListImport) -> None:
    large = receive(lists, numbers(0, 100))
    small = receive(lists, numbers(100, 105))
    assert lists.pending_chunks(3) == [(large.id, 0), (small.id, 0), (large.id, 1)]
