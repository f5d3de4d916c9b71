"""Rows as frozen values: the columns that a dataclass names, and nothing else."""

import hashlib
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

import orjson
from sqlalchemy import Connection, Executable
from sqlalchemy.exc import IntegrityError

from dialer.db.tables import Base
from dialer.errors import DialerError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _typeshed import DataclassInstance

R = TypeVar("R", bound="DataclassInstance")


def columns(table: type[Base], record: "type[DataclassInstance]") -> list[Any]:
    """The columns of `table` that `record` has fields for."""
    return [getattr(table, field.name) for field in fields(record)]


def first(tx: Connection, record: type[R], statement: Executable) -> R | None:
    """The first row as a `record`, None if there is none."""
    row = tx.execute(statement).mappings().first()
    return None if row is None else record(**row)


def one(tx: Connection, record: type[R], statement: Executable) -> R:
    """The only row as a `record`."""
    return record(**tx.execute(statement).mappings().one())


def fingerprint(*values: object) -> str:
    """A short text that is another one as soon as any of `values` is."""
    return hashlib.sha256(orjson.dumps(values, default=str)).hexdigest()[:16]


@contextmanager
def explaining(violations: Mapping[str, DialerError]) -> "Iterator[None]":
    """Turn the violation of a named constraint into an error that the caller can understand."""
    try:
        yield
    except IntegrityError as error:
        diagnostics = getattr(error.orig, "diag", None)
        known = violations.get(getattr(diagnostics, "constraint_name", None) or "")
        if known is None:
            raise
        raise known from error
