"""Named steps of a call's way at which the chaos suite may kill the process. Production settings refuse them."""

import os
import signal
from enum import StrEnum
from pathlib import Path

from dialer.config import Settings
from dialer.errors import ConfigurationError


class Step(StrEnum):
    """Where a process may be killed."""

    DISPATCH_UNCOMMITTED = "dispatch.uncommitted"
    DISPATCH_COMMITTED = "dispatch.committed"
    """Calls are queued, no nudge has been sent."""
    CLAIM_BEGUN = "claim.begun"
    CLAIM_LIMITED = "claim.limited"
    """Redis has given the slots, PostgreSQL knows of no claim."""
    CLAIM_COMMITTED = "claim.committed"
    POST_WRITTEN = "post.written"
    POST_ANSWERED = "post.answered"
    ANSWERS_UNCOMMITTED = "answers.uncommitted"
    ANSWERS_COMMITTED = "answers.committed"
    OUTCOME_UNCOMMITTED = "outcome.uncommitted"
    """The listener has an outcome that the database hasn't."""
    OUTCOME_COMMITTED = "outcome.committed"
    """The outcome is written, the slots are not released, the action is not begun."""
    TOMB_PLACED = "tomb.placed"
    """The PBX has the tomb, the database doesn't know."""


_folder: Path | None = None


def arm(settings: Settings) -> None:
    """Let this process die where a file of the step's name lies in `settings.failpoints_dir`.

    Raises:
        ConfigurationError: this is production.
    """
    global _folder
    if settings.failpoints_dir is not None and settings.environment == "production":
        raise ConfigurationError("DIALER_FAILPOINTS_DIR kills processes on purpose: unset it in production.")
    _folder = settings.failpoints_dir


def reach(step: Step) -> None:
    """Die here, if this step is armed. The file is taken away first: one file, one death."""
    if _folder is None:
        return
    try:
        (_folder / step.value).unlink()
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)
