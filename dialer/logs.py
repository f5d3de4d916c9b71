"""Logging: readable on a terminal, one JSON object a line for collectors."""

import logging
import sys

import structlog

from dialer.config import Settings


def configure(settings: Settings) -> None:
    """Send the log of this process, that of its libraries included, to standard error."""
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer() if settings.log_json else structlog.dev.ConsoleRenderer(colors=False)
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level)
    # Celery writes two lines for each job; beat one for each tick.
    celery = ("celery.worker.strategy", "celery.app.trace", "celery.beat")
    for chatty in (*celery, "urllib3", "werkzeug", "alembic", "kombu", "amqp"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
