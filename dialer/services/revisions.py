"""Edits that say which version they were made of, so that nobody undoes unseen what somebody else has done."""

from typing import Final

from dialer.errors import PreconditionFailed

Revisions = frozenset[str] | None
"""The versions that an edit is meant for; None for whatever it is now."""

ANY: Final[Revisions] = None


def check(expected: Revisions, found: str) -> None:
    """Refuse an edit of something that has changed. To be called while it is locked.

    Raises:
        PreconditionFailed: `found` is none of those that were expected.
    """
    if expected is not None and found not in expected:
        raise PreconditionFailed("It was changed since you read it. Read it again, then decide.")
