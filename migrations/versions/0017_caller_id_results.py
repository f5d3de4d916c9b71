"""Calls counted by caller id as well."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# Of a caller id that is like "Name <number>", the number; `-` where the PBX decided.
_CALLER_ID = r"""'caller_id.' || COALESCE(NULLIF(regexp_replace(
               COALESCE(substring(call.caller_id FROM '<([^<>]+)>$'), call.caller_id), '[^0-9+]', '', 'g'), ''), '-')
                || '.' || call.disposition"""

_KEYS = """
    VALUES ('calls.' || call.disposition),
           ('list.' || COALESCE((SELECT call_list_id FROM contacts WHERE contacts.id = call.contact_id), 0)
                || '.' || call.disposition),
           ('hour.' || to_char(COALESCE(call.dialed_at, call.ended_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24')
                || '.' || call.disposition),
           ('attempt.' || call.attempt_number || '.' || call.disposition)
"""


def _counting(keys: str) -> str:
    return f"""
CREATE OR REPLACE FUNCTION count_ended_calls() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO campaign_count_deltas (campaign_id, key, delta)
    SELECT call.campaign_id, counted.key, sum(call.n) FROM (
        SELECT campaign_id, contact_id, disposition, dialed_at, ended_at, attempt_number, caller_id, 1 AS n
        FROM new_rows WHERE state = 'ended' AND campaign_id IS NOT NULL
        UNION ALL
        SELECT campaign_id, contact_id, disposition, dialed_at, ended_at, attempt_number, caller_id, -1
        FROM old_rows WHERE state = 'ended' AND campaign_id IS NOT NULL
    ) AS call CROSS JOIN LATERAL ({keys}) AS counted (key)
    GROUP BY 1, 2 HAVING sum(call.n) <> 0;
    RETURN NULL;
END $$;
"""


# No call may end between this count and the new trigger's first.
_BEFORE = f"""
LOCK TABLE calls IN SHARE ROW EXCLUSIVE MODE;
INSERT INTO campaign_counts (campaign_id, key, n)
SELECT call.campaign_id, {_CALLER_ID}, count(*)
FROM calls AS call JOIN campaigns ON campaigns.id = call.campaign_id
WHERE call.state = 'ended' GROUP BY 1, 2;
"""


def upgrade() -> None:
    op.execute(_BEFORE)
    op.execute(_counting(f"{_KEYS}, ({_CALLER_ID})"))


def downgrade() -> None:
    op.execute("LOCK TABLE calls IN SHARE ROW EXCLUSIVE MODE")
    op.execute(_counting(_KEYS))
    for table in ("campaign_counts", "campaign_count_deltas"):
        op.execute(f"DELETE FROM {table} WHERE starts_with(key, 'caller_id.')")
