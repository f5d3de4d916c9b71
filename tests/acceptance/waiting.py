"""Wait for what a user would wait for."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(ask: Callable[[], T], *, is_so: Callable[[T], bool], seconds: float = 60.0) -> T:
    """The first answer of `ask` that `is_so`.

    Raises:
        TimeoutError: none came in time; says what the last one was.
    """
    give_up_at = time.monotonic() + seconds
    while True:
        answer = ask()
        if is_so(answer):
            return answer
        if time.monotonic() > give_up_at:
            raise TimeoutError(f"not in {seconds} s; the last answer was {answer!r}")
        time.sleep(0.05)
