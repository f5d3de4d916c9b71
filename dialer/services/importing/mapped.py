"""What the caller says about columns, where their names don't tell: `phone:Rufnummer`, `ignore:Notes`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from dialer.errors import InvalidInput
from dialer.services.importing.fields import Field, listed, plain

IGNORE: Final = "ignore"
DATA: Final = "data"
_TARGETS: Final = (*Field, DATA, IGNORE)


@dataclass(frozen=True, slots=True)
class Told:
    """`Mapped` for one header.

    Attributes:
        fields: the columns of each field that was named, from 0, in the order given.
        data: columns that are data, whatever their names.
        columns: those that are not to be looked at any further: fields, and what is ignored.
    """

    fields: Mapping[Field, tuple[int, ...]]
    data: frozenset[int]
    columns: frozenset[int]


@dataclass(frozen=True, slots=True)
class Mapped:
    """Which columns are what, by their names. A field that is named here is taken from these columns only.

    Attributes:
        pairs: a field, `data` or `ignore`, and the column's name; case, blanks and punctuation don't count.
    """

    pairs: tuple[tuple[str, str], ...] = field(default=())

    @classmethod
    def parse(cls, texts: Iterable[str]) -> "Mapped":
        """From texts like `phone:Rufnummer`.

        Raises:
            InvalidInput: one isn't like that, or names no field.
        """
        pairs = []
        for text in texts:
            target, colon, name = text.partition(":")
            if not colon or target not in _TARGETS or not name.strip():
                message = f"{text[:60]!r} must be one of {', '.join(_TARGETS)}, a colon, and a column's name"
                raise InvalidInput(f"map: {message}.", errors=[{"field": "map", "message": message}])
            pairs.append((target, name.strip()))
        return cls(tuple(pairs))

    def of(self, header: Sequence[str], line: int) -> Told:
        """Where the columns are in a header.

        Raises:
            InvalidInput: one isn't there, is there twice, or is named twice; a field that can't be is named twice.
        """
        fields: dict[Field, tuple[int, ...]] = {}
        data: set[int] = set()
        seen: set[int] = set()
        for target, name in self.pairs:
            at = _find(name, header, line)
            if at in seen:
                raise _wrong(f"{name!r} is named twice", line)
            seen.add(at)
            if target == DATA:
                data.add(at)
            elif target != IGNORE:
                known = fields.get(Field(target), ())
                if known and target != Field.PHONE:
                    raise _wrong(f"{target} is named twice", line)
                fields[Field(target)] = (*known, at)
        return Told(MappingProxyType(fields), frozenset(data), frozenset(seen - data))


NOTHING: Final = Mapped()


def _find(name: str, header: Sequence[str], line: int) -> int:
    exact = [at for at, column in enumerate(header) if column == name]
    found = exact or [at for at, column in enumerate(header) if plain(column) == plain(name) and plain(name)]
    if len(found) == 1:
        return found[0]
    if found:
        raise _wrong(f"{len(found)} columns are named {name!r}", line)
    raise _wrong(f"no column is named {name!r}; the columns are {listed(header)}", line)


def _wrong(message: str, line: int) -> InvalidInput:
    return InvalidInput(f"Line {line}: {message}.", line=line, errors=[{"field": "map", "message": message}])
