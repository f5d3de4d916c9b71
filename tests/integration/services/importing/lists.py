"""What the tests of imports share: lists, and what became of them."""

import csv
import io
from typing import cast

from sqlalchemy import Engine, text

from dialer.clock import SystemClock
from dialer.config import Settings
from dialer.db.imports import CallListInfo
from dialer.services.importing.service import CallListImport

LONDON = "+442079460{:03d}"


def another_process(engine: Engine, **settings: object) -> CallListImport:
    return CallListImport(engine, SystemClock(), Settings(_env_file=None, **settings))  # type: ignore[arg-type]


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
