"""The next version of the dialer, as far as its database goes: the migrations of this one, and one more."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import migrations

REVISION: Final = "next"

_MIGRATION: Final = '''"""What a later version adds to tables in use."""

import sqlalchemy as sa
from alembic import op

from migrations import online

revision = "next"
down_revision = "{newest}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("calls", sa.Column("survey", sa.String(), nullable=True))
    op.add_column("contacts", sa.Column("vip", sa.Boolean(), server_default="false", nullable=False))
    op.create_table("surveys", sa.Column("id", sa.BigInteger(), primary_key=True), sa.Column("text", sa.String()))
    online.create_index("ix_calls_survey", "calls", ["survey", "id"])
    online.add_check("ck_calls_survey", "calls", "survey <> ''")


def downgrade() -> None:
    op.drop_table("surveys")
    op.drop_column("contacts", "vip")
    op.drop_column("calls", "survey")
'''


def make(folder: Path, newest: str) -> Mapping[str, str]:
    """Put it into `folder`, to follow the migration `newest`; the variables that make a process be that version."""
    target = folder / "migrations"
    shutil.copytree(Path(migrations.__file__).parent, target, ignore=shutil.ignore_patterns("__pycache__"))
    (target / "versions" / "9999_next.py").write_text(_MIGRATION.format(newest=newest), encoding="utf-8")
    # Without the safe path the folder that a process is started in would come first.
    path = [str(folder), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    return {"PYTHONPATH": os.pathsep.join(filter(None, path)), "PYTHONSAFEPATH": "1"}


def upgrade(version: Mapping[str, str], database_url: str) -> "subprocess.CompletedProcess[str]":
    """`dialer db upgrade` of that version."""
    return subprocess.run(
        [sys.executable, "-P", "-m", "dialer.cli", "db", "upgrade"],
        env={**os.environ, **version, "DIALER_DATABASE_URL": database_url, "DIALER_REDIS_URL": "redis://127.0.0.1:1/0"},
        capture_output=True,
        text=True,
        check=False,
    )
