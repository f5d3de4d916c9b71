"""The steps of every call: what each part did for it and how long that took, as a trace and in the log. Off by default.

A trace's id is its call's id. Jobs are nudges without ids, so no part could tell another which trace it works in; as
it is, none has to. What is done for many calls at once (a request, a tick of dispatch, a job) has a trace of its own,
which goes with the nudges and to which the calls' steps are linked.

While traces are off, nothing of OpenTelemetry is imported; while both are, every function here returns at once.
"""

import atexit
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import Connection, event

from dialer.config import Settings

if TYPE_CHECKING:
    from dialer.tracing.recording import Recorder, Work

log = logging.getLogger(__name__)

_recorder: "Recorder | None" = None
_is_logged = False
_NANOSECONDS: Final = 1_000_000_000

Attributes = dict[str, Any]


def start(settings: Settings, part: str) -> None:
    """Trace what this process does, if the settings name a place for it, and log it, if they want that. After a fork,
    not before.

    Args:
        part: what this process is, like `api` or `originate-1`.

    Raises:
        ConfigurationError: the folder for traces can't be written to.
    """
    global _is_logged
    _is_logged = settings.log_calls
    if settings.traces_url is None and settings.traces_dir is None:
        return
    from dialer.tracing.recording import exporters, record_to  # here: they are megabytes, for nothing while off

    begin(record_to(exporters(settings, part), part, settings.traces_ratio))
    atexit.register(stop)


def begin(recorder: "Recorder") -> None:
    """Trace with `recorder` from now on."""
    global _recorder
    _recorder = recorder


def stop() -> None:
    """Hand over what was recorded, and record nothing more."""
    global _recorder, _is_logged
    recorder, _recorder, _is_logged = _recorder, None, False
    if recorder is not None:
        recorder.close()


def is_on() -> bool:
    """Whether anything is recorded. Before work that is only done for a trace."""
    return _is_logged or _recorder is not None


def now() -> float:
    """The time, in seconds since 1970, as spans have it."""
    return time.time()


def step(call_id: UUID, name: str, begun: float | datetime, ended: float | datetime, **attributes: Any) -> None:
    """Record what was done for a call. It is linked to the work under way."""
    if not is_on():
        return
    start_ns, end_ns = _nanoseconds(begun), _nanoseconds(ended)
    if _recorder is not None:
        _recorder.step(call_id, name, start_ns, end_ns, attributes)
    if _is_logged:
        known = {key.removeprefix("dialer."): value for key, value in attributes.items() if value is not None}
        words = "".join(f", {key} {value}" for key, value in known.items())
        log.info("call %s: %s, %.1f ms%s", call_id, name, (end_ns - start_ns) / 1e6, words)


def whole(call_id: UUID, begun: datetime, ended: datetime, **attributes: Any) -> None:
    """Record the call itself, of which all its steps are parts, when it is over."""
    if _recorder is not None:
        _recorder.whole(call_id, _nanoseconds(begun), _nanoseconds(ended), attributes)


@contextmanager
def timed(call_id: UUID, name: str, **attributes: Any) -> Iterator[Attributes]:
    """Record as a step what is done within. Attributes may be added until it is over; `error` makes it a failure."""
    if not is_on():
        yield attributes
        return
    begun = now()
    try:
        yield attributes
    finally:
        step(call_id, name, begun, now(), **attributes)


@contextmanager
def work(name: str) -> "Iterator[Work | None]":
    """Work for many calls at once. Nudges that are sent within carry it along. None: nothing is recorded.

    Only what is told to be kept (`Work.keep`) is recorded: most ticks find nothing to do.
    """
    if _recorder is None:
        yield None
        return
    with _recorder.work(name) as under_way:
        yield under_way


def carried() -> dict[str, str]:
    """The work under way, as headers of a message."""
    return {} if _recorder is None else _recorder.carried()


def take_up(headers: Mapping[str, Any]) -> Callable[[], None] | None:
    """Go on with the work that a message carried along, until the function that this returns is called."""
    return None if _recorder is None else _recorder.take_up(headers)


def on_commit(tx: Connection, record: Callable[[], None]) -> None:
    """Record something with the commit of `tx`, and not if it is rolled back."""
    transaction = tx.get_transaction()

    def committed(connection: Connection) -> None:
        if connection.get_transaction() is transaction:  # a connection may begin another one after a rollback
            record()

    event.listen(tx, "commit", committed, once=True)


def _nanoseconds(moment: float | datetime) -> int:
    seconds = moment.timestamp() if isinstance(moment, datetime) else moment
    return int(seconds * _NANOSECONDS)
