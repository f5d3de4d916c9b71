"""Lists in pages. A cursor holds the key of the last row given, so rows that come or go never shift the next page."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Generic, TypeVar

import orjson
from sqlalchemy import Connection, Select

from dialer.db.records import R
from dialer.errors import InvalidInput

T = TypeVar("T")

MAX_LIMIT: Final = 500
DEFAULT_LIMIT: Final = 100


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page: at most `limit` rows after `cursor`, in the list's order or (`backwards`) from its other end."""

    limit: int = DEFAULT_LIMIT
    cursor: str | None = None
    backwards: bool = False


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows of a list, and where the next ones begin (None: there are none)."""

    items: tuple[T, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Order:
    """A total order by one unique column that never changes.

    Attributes:
        listing: the list's name; a cursor of one list is refused by another.
        parse: the key's type, from the text in a cursor.
    """

    listing: str
    key: Any
    parse: Callable[[str], object]
    descending: bool = False

    def of(self, page: PageRequest) -> "Order":
        """This order, or its reverse where the page asks for that. A cursor of one is refused by the other."""
        if not page.backwards:
            return self
        return replace(self, listing=f"{self.listing} backwards", descending=not self.descending)


def matching(statement: Select[Any], table: Any, **wanted: object) -> Select[Any]:
    """`statement` where the columns have these values; None is any."""
    given = [getattr(table, name) == value for name, value in wanted.items() if value is not None]
    return statement.where(*given)


def between(statement: Select[Any], column: Any, start: datetime | None, before: datetime | None) -> Select[Any]:
    """`statement` where a time is neither earlier than `start` nor as late as `before`; None is no bound."""
    if start is not None:
        statement = statement.where(column >= start)
    return statement if before is None else statement.where(column < before)


def read(tx: Connection, record: type[R], statement: Select[Any], order: Order, page: PageRequest) -> Page[R]:
    """One page of `statement`, whose rows must have the order's key as a field of `record`.

    Raises:
        InvalidInput: the cursor isn't one of this list.
    """
    last = after(order, page)
    order = order.of(page)
    if last is not None:
        statement = statement.where(order.key < last if order.descending else order.key > last)
    statement = statement.order_by(order.key.desc() if order.descending else order.key).limit(page.limit + 1)
    return _cut(order, [record(**row) for row in tx.execute(statement).mappings()], page)


def after(order: Order, page: PageRequest) -> Any:
    """The key after which the page begins, None for the first page.

    Raises:
        InvalidInput: the cursor isn't one of this list.
    """
    return None if page.cursor is None else _decode(order.of(page), page.cursor)


def cut(order: Order, rows: Sequence[T], page: PageRequest) -> Page[T]:
    """A page of rows, of which one more than the page holds has been read: it tells that there is a next page."""
    return _cut(order.of(page), rows, page)


def _cut(order: Order, rows: Sequence[T], page: PageRequest) -> Page[T]:
    shown = tuple(rows[: page.limit])
    more = len(rows) > page.limit
    return Page(shown, _encode(order, getattr(shown[-1], order.key.key)) if more else None)


def _encode(order: Order, value: object) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([order.listing, str(value)])).decode().rstrip("=")


def _decode(order: Order, cursor: str) -> object:
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        listing, value = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if listing != order.listing or not isinstance(value, str) or "\0" in value:
            raise ValueError(f"a cursor of {listing}")
        return order.parse(value)
    except (ValueError, TypeError, binascii.Error) as error:
        raise InvalidInput(
            "The cursor is not one that this list gave out.",
            errors=[{"field": "cursor", "message": "is not one that this list gave out"}],
        ) from error
