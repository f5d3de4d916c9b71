"""`dialer trace` and `dialer log`: what every part did for one call."""

from collections.abc import Iterator
from uuid import UUID

import click

from dialer.config import load_settings
from dialer.errors import NotFound
from dialer.tracing.reading import Span, Trace, log_of, read_trace, trace_id_of


@click.command("trace")
@click.argument("call_id", type=click.UUID)
def trace(call_id: UUID) -> None:
    """Print the trace of one call, from the files of DIALER_TRACES_DIR: what each part did for it, and when."""
    folder = load_settings().traces_dir
    if folder is None:
        raise NotFound(
            f"No traces are kept in files here: set DIALER_TRACES_DIR for all parts. In a collector"
            f" (DIALER_TRACES_URL) this call's trace is {trace_id_of(call_id)}."
        )
    found = read_trace(folder, call_id)
    if not found.spans:
        raise NotFound(
            f"{folder.absolute()} has no trace of the call {call_id}: it was made before traces were on, is not among"
            " those that DIALER_TRACES_RATIO chooses, or its parts write elsewhere. Spans are written a second later."
        )
    for line in printed(found):
        click.echo(line)


@click.command("log")
@click.argument("call_id", type=click.UUID)
def log(call_id: UUID) -> None:
    """Print what the parts that `dialer up` runs have logged about one call. With DIALER_LOG_CALLS=true that is every
    step."""
    folder = load_settings().log_dir
    lines = list(log_of(folder, call_id))
    if not lines:
        raise NotFound(
            f"The logs in {folder.absolute()} don't mention the call {call_id}. Without DIALER_LOG_CALLS=true they say"
            " only what went wrong."
        )
    width = max(len(part) for part, _ in lines)
    for part, line in lines:
        click.echo(f"{part:{width}}  {line}")


def printed(trace: Trace) -> Iterator[str]:
    """A trace for a terminal: after how long each step began, how long it took, who did it, and for what work."""
    first = trace.spans[0]
    whole = trace.whole
    if whole is None:
        yield f"call {trace.call_id}   not over"
    else:
        yield f"call {trace.call_id}   {_milliseconds(whole)}   {_attributes(whole)}"
    parts = max((len(span.part) for span in trace.steps), default=0)
    names = max((len(span.name) for span in trace.steps), default=0)
    for span in trace.steps:
        after = f"+{(span.begun - first.begun).total_seconds() * 1000:.1f}"
        yield (
            f"  {after:>10}  {_milliseconds(span):>12}  {span.part:{parts}}  {span.name:{names}}"
            f"  {' '.join(filter(None, (_attributes(span), _works(trace, span))))}".rstrip()
        )


def _milliseconds(span: Span) -> str:
    return f"{(span.ended - span.begun).total_seconds() * 1000:.1f} ms"


def _attributes(span: Span) -> str:
    return " ".join(f"{name.removeprefix('dialer.')}={value}" for name, value in span.attributes.items())


def _works(trace: Trace, span: Span) -> str:
    """The work that it was done in, and what that was done for."""
    chains = (trace.works.get(link, ()) for link in span.links)
    return " ".join("in " + " for ".join(f"{work.name} ({work.part})" for work in chain) for chain in chains if chain)
