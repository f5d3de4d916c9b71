"""How many uploads a process takes in at once: somebody who sends slowly keeps a thread, and must not keep all."""

from threading import BoundedSemaphore
from typing import Final

from flask import Flask, current_app, g

from dialer.config import Settings
from dialer.errors import RateLimited

_EXTENSION: Final = "upload_places"
_RETRY_SECONDS: Final = 10


def install(app: Flask, settings: Settings) -> None:
    """Give back a place with the end of the request that has it, however it ends."""
    app.extensions[_EXTENSION] = BoundedSemaphore(settings.uploads_per_process)
    app.teardown_request(_give_back)


def take_place() -> None:
    """Take a place for the upload of this request, before any of it is read.

    Raises:
        RateLimited: there is none.
    """
    if g.get("upload_place"):
        return
    if not current_app.extensions[_EXTENSION].acquire(blocking=False):
        raise RateLimited(
            "So many files are being uploaded that no more are taken in just now.", retry_after_seconds=_RETRY_SECONDS
        )
    g.upload_place = True


def _give_back(_: BaseException | None) -> None:
    if g.pop("upload_place", False):
        current_app.extensions[_EXTENSION].release()
