"""Cursors."""

import pytest
from sqlalchemy import column

from dialer.db import pages
from dialer.db.pages import Order, PageRequest
from dialer.errors import InvalidInput


class Row:
    def __init__(self, row_id: int) -> None:
        self.id = row_id


ORDER = Order("rows", column("id"), int)


def test_a_cursor_leads_to_where_the_page_ended() -> None:
    page = pages.cut(ORDER, [Row(1), Row(2), Row(3)], PageRequest(limit=2))
    assert [row.id for row in page.items] == [1, 2]
    assert pages.after(ORDER, PageRequest(cursor=page.next_cursor)) == 2


def test_a_page_that_holds_the_rest_has_no_cursor() -> None:
    assert pages.cut(ORDER, [Row(1), Row(2)], PageRequest(limit=2)).next_cursor is None
    assert pages.cut(ORDER, [], PageRequest(limit=2)).next_cursor is None
    assert pages.after(ORDER, PageRequest()) is None


def test_a_cursor_of_another_list_is_refused() -> None:
    cursor = pages.cut(ORDER, [Row(1), Row(2)], PageRequest(limit=1)).next_cursor
    with pytest.raises(InvalidInput):
        pages.after(Order("others", column("id"), int), PageRequest(cursor=cursor))
    with pytest.raises(InvalidInput):
        pages.after(ORDER, PageRequest(cursor="x" + str(cursor)))
