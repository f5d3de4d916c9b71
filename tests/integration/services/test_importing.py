"""Call lists against a real PostgreSQL."""

import csv
import io
import multiprocessing
import os
import resource
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import BinaryIO, cast

import pytest
from sqlalchemy import Engine, event, text

from dialer.clock import SystemClock
from dialer.config import Settings
from dialer.db import contact_import
from dialer.db.engine import create_engine
from dialer.db.imports import CallListInfo
from dialer.domain.imports import ImportState
from dialer.errors import Conflict, InvalidInput, NotFound
from dialer.services.importing import chunks
from dialer.services.importing.service import MAX_TRIES, AddResult, CallListImport, NewContact
from tests.support.world import RecordedNudges

LONDON = "+442079460{:03d}"


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    engine = create_engine(database)
    with engine.begin() as tx:
        tx.execute(text("INSERT INTO pbx_nodes (name, ari_url, ari_username) VALUES ('n', 'http://127.0.0.1:1', 'u')"))
        tx.execute(text("INSERT INTO trunks (name, node_id, endpoint, cps, channels) VALUES ('t', 1, 'x', 1, 1)"))
        for name in ("one", "two"):
            tx.execute(
                text(
                    "INSERT INTO campaigns (name, trunk_id, timeout_seconds, max_attempts, default_region,"
                    " calling_window, retry_policy, answer_action, created_by)"
                    " VALUES (:name, 1, 30, 3, 'GB', '{}', '{}', '{}', 'somebody')"
                ),
                {"name": name},
            )
    yield engine
    engine.dispose()


@pytest.fixture
def lists(engine: Engine) -> CallListImport:
    return another_process(engine)


def another_process(engine: Engine, **settings: object) -> CallListImport:
    return CallListImport(engine, SystemClock(), Settings(_env_file=None, **settings))  # type: ignore[arg-type]


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "MAX_ROWS", 10)


def receive(lists: CallListImport, content: str | bytes, campaign_id: int = 1) -> CallListInfo:
    raw = content if isinstance(content, bytes) else content.encode()
    return lists.receive(campaign_id, io.BytesIO(raw), name="list", default_region=None, user="somebody")


def numbers(first: int, last: int) -> str:
    return "phone\n" + "".join(LONDON.format(n) + "\n" for n in range(first, last))


def imported(lists: CallListImport, content: str | bytes, campaign_id: int = 1) -> CallListInfo:
    info = receive(lists, content, campaign_id)
    lists.work_on_chunks(60)
    return lists.progress(info.id)


def report(lists: CallListImport, call_list_id: int) -> list[list[str]]:
    content = b"".join(lists.refusals_csv(call_list_id)).decode()
    header, *rows = csv.reader(io.StringIO(content, newline=""))
    assert header == ["line", "code", "reason", "row"]
    return rows


def count(engine: Engine, table: str, where: str = "true") -> int:
    with engine.connect() as connection:
        return cast("int", connection.scalar(text(f"SELECT count(*) FROM {table} WHERE {where}")))


def sums(info: CallListInfo) -> tuple[int, int, int, int]:
    return info.rows, info.imported, info.duplicates, info.refused


def test_a_list_becomes_contacts_with_their_zones_priorities_and_data(engine: Engine, lists: CallListImport) -> None:
    info = imported(
        lists,
        "Phone;Full name;Time zone;Priority;ID;First Name;Plan\r\n"
        "020 7946 0001;Ada L;;5;a-1;Ada;\r\n"
        '+1 212 555 0123;"B; the second";America/Denver;;;"Bob\r\nby";gold\r\n'
        "+80012345678;;;;;;\r\n",
    )
    assert (info.state, sums(info)) == (ImportState.COMPLETED, (3, 3, 0, 0))
    assert info.finished_at is not None
    assert info.columns["variables"] == {"First_Name": 5, "Plan": 6}
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT phone_number, c.name, zones, priority, external_id, state, data, call_list_id FROM contacts c"
                " JOIN zone_sets z ON z.id = zone_id LEFT JOIN contact_data d ON d.contact_id = c.id ORDER BY c.id"
            )
        ).all()
    assert [tuple(row) for row in rows] == [
        ("+442079460001", "Ada L", ["Europe/London"], 5, "a-1", "ready", {"First_Name": "Ada"}, info.id),
        (
            "+12125550123", "B; the second", ["America/Denver"], 0, None, "ready",
            {"First_Name": "Bob by", "Plan": "gold"}, info.id,
        ),
        ("+80012345678", None, [], 0, None, "ready", None, info.id),
    ]  # fmt: skip
    assert count(engine, "import_chunks", "rows IS NOT NULL OR NOT done") == 0


def test_every_row_is_a_contact_a_duplicate_or_refused_with_its_line_and_reason(
    engine: Engine, lists: CallListImport
) -> None:
    with engine.begin() as tx:
        tx.execute(
            text(
                "INSERT INTO dnc (phone_number, campaign_id, source, created_by, expires_at) VALUES"
                " ('+442079460010', NULL, 'm', 'u', NULL), ('+442079460011', 1, 'm', 'u', NULL),"
                " ('+442079460012', 2, 'm', 'u', NULL), ('+442079460013', NULL, 'm', 'u', '2020-01-01')"
            )
        )
    imported(lists, numbers(0, 1))
    info = imported(
        lists,
        "phone,name,tz,prio\n"
        "+442079460000,there already\n"  # line 2
        "+442079460001,good\n"
        "020 7946 0001,again\n"  # 4
        "nobody,x\n"  # 5
        '+442079460002,"open\n'  # 6
        "+442079460003,a,,,too many\n"  # 7
        '+442079460004,"a\nb"\n'  # 8 and 9
        "+442079460005,x,Nowhere\n"  # 10
        "+442079460006,x,,urgent\n"  # 11
        "999\n"  # 12
        "\n"
        "=1+1\n"  # 14
        "+442079460010\n+442079460011\n+442079460012\n+442079460013\n"  # 15, 16 refused; 17, 18 not
        "+442079460007,\x07\n",  # 19
    )
    assert info.state is ImportState.COMPLETED
    rows = report(lists, info.id)
    assert [(int(line), code) for line, code, _, _ in rows] == [
        (2, "duplicate"),
        (4, "duplicate"),
        (5, "phone_not_a_number"),
        (6, "bad_quoting"),
        (7, "too_many_cells"),
        (10, "unknown_time_zone"),
        (11, "invalid_priority"),
        (12, "emergency_number"),
        (14, "phone_not_a_number"),
        (15, "dnc"),
        (16, "dnc"),
        (19, "control_characters"),
    ]
    assert "in the campaign already (contact 1)" in rows[0][2]
    assert "line 3" in rows[1][2]
    assert rows[2][3] == "nobody,x"
    assert sums(info) == (16, 4, 2, 10)
    assert count(engine, "contacts", f"call_list_id = {info.id}") == 4


def test_a_cell_that_a_spreadsheet_would_run_is_made_harmless_in_the_report(lists: CallListImport) -> None:
    info = imported(lists, "phone\n=1+1\n@x\nx\n")
    assert [row[3] for row in report(lists, info.id)] == ["'=1+1", "'@x", "x"]


@pytest.mark.usefixtures("small_pieces")
def test_duplicates_across_pieces_and_campaigns(lists: CallListImport) -> None:
    info = imported(lists, numbers(0, 25) + LONDON.format(3) + "\n")
    assert sums(info) == (26, 25, 1, 0)
    assert "on this list already" in report(lists, info.id)[0][2]
    assert sums(imported(lists, numbers(0, 25), campaign_id=2)) == (25, 25, 0, 0)


@pytest.mark.usefixtures("small_pieces")
def test_contacts_are_dialed_in_the_order_of_the_file(engine: Engine, lists: CallListImport) -> None:
    given = [(n * 37) % 100 for n in range(100)]
    imported(lists, "phone\n" + "".join(LONDON.format(n) + "\n" for n in given))
    with engine.connect() as connection:
        found = list(connection.scalars(text("SELECT phone_number FROM contacts ORDER BY id")))
    assert found == [LONDON.format(n) for n in given]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"phone,name\n", "no rows"),
        (b"phone,name\n\n,,\n", "no rows"),
        (b"name,city\na,b\n", "no column is the phone number"),
        (b"phone,tz,zone\n1,,\n", "both the time zone"),
        (b"PK\x03\x04rest", "workbook is damaged"),
        (bytes(range(256)) * 10, "binary"),
        ("phone\n1\n".encode("utf-16")[:-1], "UTF-16"),
        ("phone,name\n1,Zoë\n".encode() + "2,Zoë\n".encode("latin-1"), "Line 3"),
        (b'phone,"name\n1,2\n', "never closed"),
    ],
)
def test_a_bad_file_gets_its_error_and_leaves_nothing(
    engine: Engine, lists: CallListImport, content: bytes, says: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        receive(lists, content)
    assert says.lower() in caught.value.detail.lower()
    assert count(engine, "call_lists", "state <> 'failed'") == 0
    assert count(engine, "import_chunks") == 0


def test_an_unknown_region_an_unknown_and_a_cancelled_campaign_are_refused(
    engine: Engine, lists: CallListImport
) -> None:
    stream = io.BytesIO(numbers(0, 1).encode())
    with pytest.raises(InvalidInput, match="UK"):
        lists.receive(1, stream, name="x", default_region="UK", user="u")
    with pytest.raises(NotFound):
        receive(lists, numbers(0, 1), campaign_id=99)
    with engine.begin() as tx:
        tx.execute(text("UPDATE campaigns SET state = 'cancelled' WHERE id = 1"))
    with pytest.raises(Conflict):
        receive(lists, numbers(0, 1))
    with pytest.raises(Conflict):
        lists.add_contacts(1, [NewContact(LONDON.format(1))], "u")
    with pytest.raises(NotFound):
        lists.add_contacts(99, [NewContact(LONDON.format(1))], "u")
    with pytest.raises(NotFound):
        lists.progress(1)
    assert count(engine, "contacts") == 0


class Breaks(io.RawIOBase):
    """A stream that ends with an error after its content."""

    def __init__(self, content: str, error: BaseException) -> None:
        self._rest = io.BytesIO(content.encode())
        self._error = error

    def read(self, size: int = -1) -> bytes:
        out = self._rest.read(64)
        if not out:
            raise self._error
        return out


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("error", [OSError("gone"), KeyboardInterrupt()])
def test_an_upload_that_breaks_off_has_failed_and_leaves_no_rows(
    engine: Engine, lists: CallListImport, error: BaseException
) -> None:
    content = numbers(0, 50) + "1,2,3\n"
    with pytest.raises(type(error)):
        lists.receive(1, cast("BinaryIO", Breaks(content, error)), name="x", default_region=None, user="u")
    [info] = lists.lists(1)
    assert (info.state, info.error) == (ImportState.FAILED, "The upload broke off.")
    assert info.finished_at is not None
    assert lists.work_on_chunks(10) == 0
    assert count(engine, "import_chunks") + count(engine, "import_refusals") + count(engine, "contacts") == 0


@pytest.mark.usefixtures("small_pieces")
def test_bytes_that_are_no_text_after_many_good_rows_fail_the_whole_upload(
    engine: Engine, lists: CallListImport
) -> None:
    with pytest.raises(InvalidInput, match="Line 52"):
        receive(lists, numbers(0, 50).encode() + b"\x81\n")
    assert lists.lists(1)[0].error is not None
    assert "Line 52" in str(lists.lists(1)[0].error)
    assert count(engine, "import_chunks") == 0


@pytest.mark.usefixtures("small_pieces")
def test_an_upload_whose_process_died_is_given_up_and_one_that_is_alive_is_not(
    engine: Engine, lists: CallListImport
) -> None:
    checked: list[int] = []

    class Alive(Breaks):
        def read(self, size: int = -1) -> bytes:
            if len(lists.lists(1)) and not checked:
                checked.append(lists.fail_stale(60))
                with engine.begin() as tx:
                    tx.execute(text("UPDATE call_lists SET received_at = received_at - interval '2 minutes'"))
                checked.append(lists.fail_stale(60))
            return super().read(size)

    with pytest.raises(Conflict, match="given up"):
        lists.receive(1, cast("BinaryIO", Alive(numbers(0, 90), OSError())), name="x", default_region=None, user="u")
    assert checked == [0, 1]
    assert lists.lists(1)[0].state is ImportState.FAILED
    assert count(engine, "import_chunks") == 0


def test_nothing_is_imported_while_the_upload_goes_on(engine: Engine, lists: CallListImport) -> None:
    info = receive(lists, numbers(0, 5))
    with engine.begin() as tx:
        tx.execute(text("UPDATE call_lists SET state = 'receiving'"))
    assert lists.pending_chunks(10) == []
    assert not lists.import_chunk(info.id, 0)


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


def test_new_zone_sets_are_made_once_however_many_need_them(engine: Engine) -> None:
    berlin = ("Europe/Berlin",)
    sets = [(berlin, ("DE",)), ((*berlin, "Europe/Busingen"), ("DE",)), ((), ())]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: contact_import.ensure_places(engine, sets), range(8)))
    assert all(ids == found[0] for ids in found)
    assert count(engine, "zone_sets") == 3


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


def test_contacts_given_as_json_get_a_result_each_in_order(engine: Engine, lists: CallListImport) -> None:
    with engine.begin() as tx:
        tx.execute(text("INSERT INTO dnc (phone_number, source, created_by) VALUES ('+442079460009', 'm', 'u')"))
    imported(lists, numbers(0, 1))
    results = lists.add_contacts(
        1,
        [
            NewContact(LONDON.format(5), name="A", priority=9, data={"city": "Ulm"}),
            NewContact(LONDON.format(0)),
            NewContact("nobody"),
            NewContact("020 7946 0005"),
            NewContact(LONDON.format(9)),
            NewContact(LONDON.format(6), priority=101),
            NewContact(LONDON.format(7), data={"CALLERID(num)": "1"}),
            NewContact(LONDON.format(4), time_zone="Asia/Tokyo"),
        ],
        "somebody",
    )
    codes = [result.code for result in results]
    assert codes == [
        None, "duplicate", "phone_not_a_number", "duplicate", "dnc", "invalid_priority", "invalid_variable_name", None,
    ]  # fmt: skip
    assert "item 1" in str(results[3].reason)
    assert isinstance(results[0], AddResult)
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT id, phone_number, priority, call_list_id FROM contacts WHERE call_list_id IS NULL ORDER BY id")
        ).all()
    assert [tuple(row) for row in rows] == [
        (results[0].contact_id, "+442079460005", 9, None),
        (results[7].contact_id, "+442079460004", 0, None),
    ]


@pytest.mark.parametrize("n", [0, 1001])
def test_one_to_a_thousand_contacts_are_added_at_once(lists: CallListImport, n: int) -> None:
    with pytest.raises(InvalidInput, match="1000"):
        lists.add_contacts(1, [NewContact(LONDON.format(1))] * n, "u")


def test_special_numbers_that_the_setting_names_are_imported(engine: Engine) -> None:
    lists = another_process(engine, special_numbers_allowed="+449098790123")
    info = imported(lists, "phone\n+449098790123\n+449098790124\n")
    assert sums(info) == (2, 1, 0, 1)


def test_memory_does_not_grow_with_the_file(engine: Engine, lists: CallListImport) -> None:
    def content(rows: int) -> BinaryIO:
        class Stream(io.RawIOBase):
            n, rest = 0, b"phone,note\n"

            def read(self, size: int = -1) -> bytes:
                while len(self.rest) < size and self.n < rows:
                    npa, line = divmod(self.n, 4000)
                    self.rest += b"+1%d%07d,%s\n" % (212 + npa, 2_000_000 + line, b"x" * 300)
                    self.n += 1
                out, self.rest = self.rest[:size], self.rest[size:]
                return out

        return cast("BinaryIO", Stream())

    def peak_mb() -> float:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    lists.receive(2, content(4000), name="small", default_region="US", user="u")
    lists.work_on_chunks(60)
    before = peak_mb()
    info = lists.receive(1, content(20_000), name="large", default_region="US", user="u")
    lists.work_on_chunks(60)
    assert peak_mb() - before < 6
    after = lists.progress(info.id)
    assert (after.state, after.rows) == (ImportState.COMPLETED, 20_000)
    assert after.rows_done == after.rows
    assert count(engine, "contacts", "campaign_id = 1") == after.imported
    assert len(report(lists, info.id)) == after.duplicates + after.refused
