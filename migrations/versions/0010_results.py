"""Calls counted by list, hour and attempt as well; counts and their newer changes in one view."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# Both parts in one statement, so one snapshot: a fold that commits meanwhile is seen as a whole or not at all.
_COUNTED = """
CREATE VIEW campaign_counted AS
    SELECT campaign_id, key, n FROM campaign_counts
    UNION ALL
    SELECT campaign_id, key, delta FROM campaign_count_deltas;
"""

# One change of a call is one change of each count, so that no two of them can disagree.
_KEYS = """
    VALUES ('calls.' || call.disposition),
           ('list.' || COALESCE((SELECT call_list_id FROM contacts WHERE contacts.id = call.contact_id), 0)
                || '.' || call.disposition),
           ('hour.' || to_char(COALESCE(call.dialed_at, call.ended_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24')
                || '.' || call.disposition),
           ('attempt.' || call.attempt_number || '.' || call.disposition)
"""

_COUNT = f"""
CREATE OR REPLACE FUNCTION count_ended_calls() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO campaign_count_deltas (campaign_id, key, delta)
    SELECT call.campaign_id, counted.key, sum(call.n) FROM (
        SELECT campaign_id, contact_id, disposition, dialed_at, ended_at, attempt_number, 1 AS n
        FROM new_rows WHERE state = 'ended' AND campaign_id IS NOT NULL
        UNION ALL
        SELECT campaign_id, contact_id, disposition, dialed_at, ended_at, attempt_number, -1
        FROM old_rows WHERE state = 'ended' AND campaign_id IS NOT NULL
    ) AS call CROSS JOIN LATERAL ({_KEYS}) AS counted (key)
    GROUP BY 1, 2 HAVING sum(call.n) <> 0;
    RETURN NULL;
END $$;
"""

# No call may end between this count and the new trigger's first.
_BEFORE = f"""
LOCK TABLE calls IN SHARE ROW EXCLUSIVE MODE;
INSERT INTO campaign_counts (campaign_id, key, n)
SELECT call.campaign_id, counted.key, count(*)
FROM calls AS call CROSS JOIN LATERAL ({_KEYS}) AS counted (key)
WHERE call.state = 'ended' AND call.campaign_id IS NOT NULL AND counted.key NOT LIKE 'calls.%%'
GROUP BY 1, 2;
"""

_COUNT_BEFORE = """
CREATE OR REPLACE FUNCTION count_ended_calls() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO campaign_count_deltas (campaign_id, key, delta)
    SELECT campaign_id, 'calls.' || disposition, sum(n) FROM (
        SELECT campaign_id, disposition, 1 AS n FROM new_rows WHERE state = 'ended'
        UNION ALL
        SELECT campaign_id, disposition, -1 FROM old_rows WHERE state = 'ended'
    ) AS change WHERE campaign_id IS NOT NULL GROUP BY 1, 2 HAVING sum(n) <> 0;
    RETURN NULL;
END $$;
"""


def upgrade() -> None:
    op.execute(_COUNTED)
    op.execute(_BEFORE)
    op.execute(_COUNT)


def downgrade() -> None:
    op.execute("LOCK TABLE calls IN SHARE ROW EXCLUSIVE MODE")
    op.execute(_COUNT_BEFORE)
    for table in ("campaign_counts", "campaign_count_deltas"):
        op.execute(f"DELETE FROM {table} WHERE key LIKE 'list.%' OR key LIKE 'hour.%' OR key LIKE 'attempt.%'")
    op.execute("DROP VIEW campaign_counted")
