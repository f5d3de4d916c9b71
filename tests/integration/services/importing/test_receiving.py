"""Uploads: a file is stored whole or not at all."""

import io
import resource
from typing import BinaryIO, cast

import pytest
from sqlalchemy import Engine, text

from dialer.domain.imports import ImportState
from dialer.errors import Conflict, InvalidInput, NotFound
from dialer.services.importing.service import CallListImport, NewContact
from tests.integration.services.importing.lists import LONDON, Breaks, count, numbers, receive, report


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
