"""What a worker process has of its own: settings, and the dialer's parts, made after the fork."""

import gc
from functools import cache

from celery.signals import setup_logging, worker_process_init

from dialer.bootstrap import Dialer
from dialer.config import Settings, load_settings
from dialer.embedded.servers import resolve
from dialer.logs import configure


@cache
def settings() -> Settings:
    """The settings, read once."""
    return resolve(load_settings())


@cache
def dialer() -> Dialer:
    """This process's parts. Never shared with a child: connections don't survive a fork."""
    return Dialer(settings(), name="dialer-worker")


@worker_process_init.connect
def _after_fork(**_: object) -> None:
    dialer.cache_clear()
    # What was imported stays for good. Looked through again and again, it took a quarter of an import's CPU time.
    gc.collect()
    gc.freeze()


@setup_logging.connect
def _log_our_way(**_: object) -> None:
    configure(settings())
