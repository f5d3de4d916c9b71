import gc
from collections.abc import Iterator

import pytest

from workers.process import _after_fork


@pytest.fixture
def collected_as_before() -> Iterator[None]:
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("collected_as_before")
def test_a_worker_process_does_not_look_through_what_it_was_born_with_again() -> None:
    gc.unfreeze()
    _after_fork()
    assert gc.get_freeze_count() > 10_000
