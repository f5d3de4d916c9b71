"""What was answered to each request: written down by the hooks, one line of JSON each, and counted afterwards."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

Link = tuple[str, str]
"""The operation whose answer led on, and the one that it led to."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer.

    Attributes:
        name: the operation.
        phase: the phase of schemathesis in which it was asked.
        source: the operation whose answer named what this one was asked about; None where no link was followed.
    """

    name: str
    status: int
    phase: str
    source: str | None = None

    @property
    def good(self) -> bool:
        return self.status < 400

    @property
    def line(self) -> str:
        return json.dumps(asdict(self)) + "\n"


def read(record: Path) -> list[Answer]:
    """All that was written down."""
    return [Answer(**json.loads(line)) for line in record.read_text(encoding="utf-8").splitlines()]


def followed(answers: Iterable[Answer]) -> Counter[Link]:
    """How often each link was followed."""
    return Counter((answer.source, answer.name) for answer in answers if answer.source is not None)
