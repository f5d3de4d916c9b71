"""Traces in files, and the log of `dialer up`, as somebody reads them who asks after one call."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")


@dataclass(frozen=True, slots=True)
class Span:
    """What was done, by whom and when.

    Attributes:
        part: who did it, like `originate-1`.
        attributes: without the call's id, which all of them have.
        links: the ids of the spans of the work that it was done in.
    """

    trace_id: str
    span_id: str
    parent_id: str | None
    name: str
    part: str
    begun: datetime
    ended: datetime
    attributes: Mapping[str, Any]
    links: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trace:
    """One call's spans, by their beginnings; and the work that they were done in, from the nearest to the furthest."""

    call_id: UUID
    spans: tuple[Span, ...]
    works: Mapping[str, tuple[Span, ...]]

    @property
    def whole(self) -> Span | None:
        """The call itself; None while it isn't over."""
        return next((span for span in self.spans if span.parent_id is None), None)

    @property
    def steps(self) -> tuple[Span, ...]:
        """What was done for it."""
        return tuple(span for span in self.spans if span.parent_id is not None)


def trace_id_of(call_id: UUID) -> str:
    """The id under which a collector has the call's trace."""
    return call_id.hex


def read_trace(folder: Path, call_id: UUID) -> Trace:
    """What the files of `folder` have of a call. Nothing, if it was not traced."""
    spans = sorted(_spans(folder, {trace_id_of(call_id)}), key=lambda span: (span.begun, span.parent_id or ""))
    links = {link for span in spans for link in span.links}
    around = {span.span_id: span for span in _spans(folder, links)} if links else {}
    traces = {around[link].trace_id for link in links if link in around}
    around = {span.span_id: span for span in _spans(folder, traces)} if traces else {}
    return Trace(call_id, tuple(spans), {link: tuple(_chain(link, around)) for link in links})


def log_of(folder: Path, call_id: UUID) -> Iterator[tuple[str, str]]:
    """All lines about a call in a folder of logs, by time: the part that wrote it, and the line."""
    found: list[tuple[str, str, str]] = []
    for path in sorted(folder.glob("*.log")):
        for line in _lines(path, {str(call_id)}):
            time = _TIME.search(line)
            found.append((time[0] if time else "", path.stem, line.rstrip("\n")))
    return ((part, line) for _, part, line in sorted(found, key=lambda item: item[0]))


def _chain(span_id: str, spans: Mapping[str, Span]) -> Iterator[Span]:
    span = spans.get(span_id)
    while span is not None:
        yield span
        span = spans.get(span.parent_id) if span.parent_id is not None else None


def _spans(folder: Path, any_of: Iterable[str]) -> Iterator[Span]:
    """Those in whose lines one of the ids stands."""
    wanted = set(any_of)
    for path in sorted(folder.glob("*.jsonl")):
        for line in _lines(path, wanted):
            try:
                given = json.loads(line)
            except ValueError:
                continue  # its process died while it wrote
            span = _span(given)
            if span.trace_id in wanted or span.span_id in wanted:
                yield span


def _lines(path: Path, any_of: Iterable[str]) -> Iterator[str]:
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            if any(text in line for text in any_of):
                yield line


def _span(given: Mapping[str, Any]) -> Span:
    context = given["context"]
    return Span(
        trace_id=_id(context["trace_id"]),
        span_id=_id(context["span_id"]),
        parent_id=_id(given["parent_id"]) if given["parent_id"] else None,
        name=given["name"],
        part=given["resource"]["attributes"]["service.name"].removeprefix("dialer-"),
        begun=datetime.fromisoformat(given["start_time"]),
        ended=datetime.fromisoformat(given["end_time"]),
        attributes={name: value for name, value in given["attributes"].items() if name != "dialer.call_id"},
        links=tuple(_id(link["context"]["span_id"]) for link in given["links"]),
    )


def _id(written: str) -> str:
    return written.removeprefix("0x")
