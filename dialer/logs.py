"""Logging: readable on a terminal, one JSON object a line for collectors; numbers masked, calls by their id.

A call's id is the same in the database, in the log of every part and, as the channel's id, on the PBX: a line that is
about a call has it as `call_id`.
"""

import logging
import re
import sys
from typing import Any, Final

import structlog

from dialer.config import Settings

_CALL: Final = re.compile(r"\bcall ([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12})\b")
_NUMBER: Final = re.compile(r"(\+|%2B|PJSIP/|SIP/)(\d{2})\d{3,}(\d{2})(?!\d)", re.IGNORECASE)


def mask_numbers(text: str) -> str:
    """Phone numbers with all but their first and last two digits hidden."""
    return _NUMBER.sub(r"\1\2***\3", text)


def configure(settings: Settings) -> None:
    """Send the log of this process, that of its libraries included, to standard error."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _name_the_call,
        structlog.processors.format_exc_info,
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_renderers(settings)],
        )
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level)
    # Celery writes two lines for each job; beat one for each tick.
    celery = ("celery.worker.strategy", "celery.app.trace", "celery.beat")
    for chatty in (*celery, "urllib3", "werkzeug", "alembic", "kombu", "amqp"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def is_json(settings: Settings) -> bool:
    """Whether the log is for a collector: as the setting says, else in production."""
    return settings.environment == "production" if settings.log_json is None else settings.log_json


def _renderers(settings: Settings) -> list[structlog.typing.Processor]:
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer() if is_json(settings) else structlog.dev.ConsoleRenderer(colors=False)
    )
    return [renderer] if settings.log_numbers else [renderer, _masked]


def _masked(logger: Any, method: str, line: Any) -> Any:
    """Last, so that nothing gets past it: not what a library writes, nor a traceback."""
    return mask_numbers(str(line))


def _name_the_call(logger: Any, method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    found = _CALL.search(str(event.get("event", "")))
    if found is not None:
        event.setdefault("call_id", found[1])
    return event
