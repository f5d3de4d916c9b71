"""What the domain remembers between tests is forgotten once at the start: a mutant begins with nothing remembered."""

import sys

import pytest

from dialer.domain import phone


@pytest.fixture(scope="session", autouse=True)
def _nothing_remembered() -> None:
    for name, module in list(sys.modules.items()):
        if name.startswith("dialer.domain"):
            for found in vars(module).values():
                if callable(clear := getattr(found, "cache_clear", None)):
                    clear()
    phone._zones_of_country.clear()
