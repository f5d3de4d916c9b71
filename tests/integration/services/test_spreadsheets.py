"""Workbooks, and what spreadsheets do to numbers, from the upload to the reports."""

import csv
import io
from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import Engine, text

from dialer.bootstrap import Dialer
from dialer.config import Settings
from dialer.domain.imports import ImportState
from dialer.services.dnc_uploads import NewDncUpload
from dialer.services.importing import chunks
from dialer.services.importing.encodings import Encoding
from dialer.services.importing.mapped import Mapped
from dialer.services.importing.opening import Reading
from tests.support.books import book
from tests.support.factories import make_campaign, make_node, make_trunk


@pytest.fixture
def dialer(database: str, redis_url: str) -> Iterator[Dialer]:
    made = Dialer(Settings(_env_file=None, database_url=database, redis_url=redis_url))
    yield made
    made.close()


@pytest.fixture
def campaign_id(dialer: Dialer) -> int:
    with dialer.engine.begin() as tx:
        return make_campaign(tx, make_trunk(tx, make_node(tx)), default_region="GB")


def rows_of(report: Iterator[bytes]) -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(report).decode(), newline="")))


def numbers(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.scalars(text("SELECT phone_number FROM contacts ORDER BY id")))


def test_a_workbook_becomes_contacts_and_its_bad_rows_are_reported_with_their_row(
    dialer: Dialer, campaign_id: int
) -> None:
    content = book(
        {
            "Old": [["phone"], ["+442079460999"]],
            "Leads": [
                ["Rufnummer", "Kunde", "Consent date", "Plan"],
                [442079460123, "Zoë", date(2026, 3, 1), "gold"],
                ["4,4E+11", "Lost"],
                [442079460124.0, "'=1+1"],
                ["+442079460123", "again"],
            ],
        }
    )
    reading = Reading(sheet="leads", mapped=Mapped.parse(["phone:rufnummer", "name:Kunde"]))
    info = dialer.call_lists.receive(
        campaign_id, io.BytesIO(content), name="x", default_region=None, user="u", reading=reading
    )
    dialer.call_lists.work_on_chunks(60)
    done = dialer.call_lists.progress(info.id)
    assert (done.state, done.rows, done.imported, done.duplicates, done.refused) == (ImportState.COMPLETED, 4, 2, 1, 1)
    assert (done.columns["format"], done.columns["sheet"]) == ("xlsx", "Leads")
    assert numbers(dialer.engine) == ["+442079460123", "+442079460124"]
    with dialer.engine.connect() as connection:
        found = connection.execute(text("SELECT name, consent_at::date FROM contacts ORDER BY id")).all()
    assert [tuple(row) for row in found] == [("Zoë", date(2026, 3, 1)), ("=1+1", None)]
    refusals = rows_of(dialer.call_lists.refusals_csv(info.id))[1:]
    assert [row[:2] for row in refusals] == [["3", "phone_digits_lost"], ["5", "duplicate"]]


def test_repairs_are_counted_and_reported_in_the_order_of_the_file(
    dialer: Dialer, campaign_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "MAX_ROWS", 2)
    lines = ["phone,mobile"]
    lines += [f"4420794600{n:02d}.0," for n in range(30)]
    lines += ["442079460099.0,'+447911123456", "'+442079460001,", "'+4420,", "+442079460098,"]
    content = "\n".join(lines).encode()
    info = dialer.call_lists.receive(campaign_id, io.BytesIO(content), name="x", default_region=None, user="u")
    dialer.call_lists.work_on_chunks(60)
    done = dialer.call_lists.progress(info.id)
    assert (done.imported, done.duplicates, done.refused, done.repaired) == (32, 1, 1, 31)
    header, *rows = rows_of(dialer.call_lists.repairs_csv(info.id))
    assert header == ["line", "repair", "cell", "phone_number"]
    assert rows[:30] == [[str(n + 2), "decimals", f"4420794600{n:02d}.0", f"+4420794600{n:02d}"] for n in range(30)]
    assert rows[30:] == [
        ["32", "decimals", "442079460099.0", "+442079460099"],
        ["32", "apostrophe", "'+447911123456", "+447911123456"],
    ]


def test_the_encoding_that_shows_in_the_last_row_is_told(dialer: Dialer, campaign_id: int) -> None:
    content = b"phone,name\n" + b"+442079460123,a\n" + "+442079460124,Zoë\n".encode("cp1252")
    info = dialer.call_lists.receive(campaign_id, io.BytesIO(content), name="x", default_region=None, user="u")
    assert info.columns["encoding"] == "windows-1252"


def test_a_file_of_numbers_not_to_be_called_may_be_a_workbook_or_have_another_encoding(dialer: Dialer) -> None:
    new = NewDncUpload(name="register", default_region="GB")
    first = dialer.dnc_uploads.receive(io.BytesIO(book({"L": [["phone"], [442079460123.0]]})), new, "u")
    content = "\ufeffphone;reason\n02079460124;Zoë\n".encode("utf-16-le")
    second = dialer.dnc_uploads.receive(io.BytesIO(content), new, "u", reading=Reading(encoding=Encoding.UTF_16))
    assert (first.added, second.added) == (1, 1)
    with dialer.engine.connect() as connection:
        found = connection.execute(text("SELECT phone_number, reason FROM dnc ORDER BY phone_number")).all()
    assert [tuple(row) for row in found] == [("+442079460123", None), ("+442079460124", "Zoë")]
