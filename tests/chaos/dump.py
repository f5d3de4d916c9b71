"""What to look at after a run that went wrong."""

from pathlib import Path

from sqlalchemy import text

from tests.chaos.record import Record
from tests.chaos.stage import Stage

_QUESTIONS = {
    "the node": "SELECT *, clock_timestamp() AS now FROM pbx_nodes",
    "calls that have not ended": "SELECT * FROM calls WHERE campaign_id = :id AND state <> 'ended' ORDER BY id",
    "calls whose truth is unknown, or that were dialed late": """
        SELECT * FROM calls WHERE campaign_id = :id
        AND (disposition IN ('indeterminate', 'not_dialed') OR late_dialed_at IS NOT NULL) ORDER BY id
    """,
    "contacts that are not done": "SELECT * FROM contacts WHERE campaign_id = :id AND state <> 'done' ORDER BY id",
}


def dump(running: Stage, record: Record, file: Path) -> None:
    """Write down what the database says now."""
    with file.open("w", encoding="utf-8") as out, running.dialer.engine.connect() as connection:
        out.write(f"{record}\n")
        for title, question in _QUESTIONS.items():
            out.write(f"\n{title}:\n")
            for row in connection.execute(text(question), {"id": record.campaign_id}).mappings():
                out.write("  " + ", ".join(f"{k}={v}" for k, v in row.items() if v is not None) + "\n")
