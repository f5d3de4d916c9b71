"""What the check of migrations finds, by statements that once locked somebody's table."""

import pytest

from tests.safe_ddl import Finding, complaints_of, findings


@pytest.mark.parametrize(
    ("sql", "rule"),
    [
        ("CREATE INDEX ix_calls_x ON calls (x);", "require-concurrent-index-creation"),
        ("ALTER TABLE calls DROP COLUMN digit;", "ban-drop-column"),
        ("ALTER TABLE calls RENAME COLUMN digit TO key;", "renaming-column"),
        ("ALTER TABLE calls RENAME TO attempts;", "renaming-table"),
        ("ALTER TABLE calls ALTER COLUMN cause TYPE bigint;", "changing-column-type"),
        ("ALTER TABLE calls ADD COLUMN x text NOT NULL;", "adding-required-field"),
        ("ALTER TABLE calls ALTER COLUMN digit SET NOT NULL;", "adding-not-nullable-field"),
        ("ALTER TABLE calls ADD CONSTRAINT x CHECK (cause > 0);", "constraint-missing-not-valid"),
        ("ALTER TABLE calls ADD CONSTRAINT x UNIQUE (phone_number);", "disallowed-unique-constraint"),
        ("DROP TABLE calls;", "ban-drop-table"),
    ],
)
def test_statement_that_locks_a_table_or_breaks_the_old_version_is_found(sql: str, rule: str) -> None:
    assert rule in [found.rule for found in findings(sql)]


@pytest.mark.parametrize(
    "sql",
    [
        "BEGIN; CREATE TABLE x (id bigint PRIMARY KEY, kind smallint); CREATE INDEX ix_x ON x (kind); COMMIT;",
        "ALTER TABLE calls ADD COLUMN x text;",
        "ALTER TABLE calls ADD COLUMN x integer DEFAULT 0 NOT NULL;",
        "ALTER TABLE calls ADD CONSTRAINT x CHECK (cause > 0) NOT VALID;",
        "BEGIN; COMMIT; CREATE INDEX CONCURRENTLY ix_calls_x ON calls (x); BEGIN; COMMIT;",
    ],
)
def test_statement_that_only_adds_is_not(sql: str) -> None:
    assert findings(sql) == []


def test_what_is_found_needs_a_reason() -> None:
    found = {"0042": [Finding("ban-drop-column", "why not")]}
    assert complaints_of(found, {}) == ["migration 0042: ban-drop-column: why not"]
    assert complaints_of(found, {"0042": {"ban-drop-column": ""}}) != []
    assert complaints_of(found, {"0042": {"ban-drop-column": "unused since 1.2"}}) == []


def test_reason_for_nothing_is_an_error() -> None:
    said = complaints_of({"0042": []}, {"0042": {"ban-drop-column": "unused since 1.2"}})
    assert said == ["migrations/exceptions.toml: [0042] ban-drop-column is not needed"]
