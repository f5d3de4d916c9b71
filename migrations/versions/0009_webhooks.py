"""Webhooks, and the triggers that write what happens for them in the transaction in which it happens."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# Where nobody listens, which is asked first, a change costs one look at a table of a few rows.
_CALLS = """
CREATE FUNCTION tell_ended_calls() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM webhooks WHERE enabled AND 'call.ended' = ANY (events)) THEN
        RETURN NULL;
    END IF;
    WITH ended AS MATERIALIZED (
        SELECT gen_random_uuid() AS event_id, call.* FROM new_rows AS call
        JOIN old_rows AS before USING (id) WHERE call.state = 'ended' AND before.state <> 'ended'
    )
    INSERT INTO webhook_deliveries (webhook_id, event_id, event, data)
    SELECT webhook.id, ended.event_id, 'call.ended', jsonb_build_object(
        'call_id', ended.id, 'campaign_id', ended.campaign_id, 'contact_id', ended.contact_id,
        'external_id', contact.external_id, 'phone_number', ended.phone_number,
        'attempt_number', ended.attempt_number, 'max_attempts', ended.max_attempts,
        'disposition', ended.disposition, 'failure_reason', ended.failure_reason, 'dialstatus', ended.dialstatus,
        'cause', ended.cause, 'tech_cause', ended.tech_cause, 'dialed_at', ended.dialed_at,
        'answered_at', ended.answered_at, 'ended_at', ended.ended_at, 'duration_seconds', ended.duration_seconds,
        'data', COALESCE(contact_data.data, '{}'::jsonb))
    FROM ended
    JOIN webhooks AS webhook ON webhook.enabled AND 'call.ended' = ANY (webhook.events)
        AND (webhook.campaign_id IS NULL OR webhook.campaign_id = ended.campaign_id)
    LEFT JOIN contacts AS contact ON contact.id = ended.contact_id
    LEFT JOIN contact_data ON contact_data.contact_id = ended.contact_id;
    RETURN NULL;
END $$;

CREATE TRIGGER calls_tell AFTER UPDATE ON calls REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION tell_ended_calls();
"""

_CONTACTS = """
CREATE FUNCTION tell_finished_contacts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM webhooks WHERE enabled AND 'contact.finished' = ANY (events)) THEN
        RETURN NULL;
    END IF;
    WITH done AS MATERIALIZED (
        SELECT gen_random_uuid() AS event_id, contact.* FROM new_rows AS contact
        JOIN old_rows AS before USING (id) WHERE contact.state = 'done' AND before.state <> 'done'
    )
    INSERT INTO webhook_deliveries (webhook_id, event_id, event, data)
    SELECT webhook.id, done.event_id, 'contact.finished', jsonb_build_object(
        'contact_id', done.id, 'campaign_id', done.campaign_id, 'call_list_id', done.call_list_id,
        'external_id', done.external_id, 'phone_number', done.phone_number, 'name', done.name,
        'final_reason', done.final_reason, 'last_disposition', done.last_disposition, 'attempts', done.attempts,
        'data', COALESCE(contact_data.data, '{}'::jsonb))
    FROM done
    JOIN webhooks AS webhook ON webhook.enabled AND 'contact.finished' = ANY (webhook.events)
        AND (webhook.campaign_id IS NULL OR webhook.campaign_id = done.campaign_id)
    LEFT JOIN contact_data ON contact_data.contact_id = done.id;
    RETURN NULL;
END $$;

CREATE TRIGGER contacts_tell AFTER UPDATE ON contacts REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION tell_finished_contacts();
"""

_CAMPAIGNS = """
CREATE FUNCTION tell_campaign_state() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    event_id uuid := gen_random_uuid();
BEGIN
    INSERT INTO webhook_deliveries (webhook_id, event_id, event, data)
    SELECT webhook.id, event_id, 'campaign.state', jsonb_build_object(
        'campaign_id', NEW.id, 'name', NEW.name, 'state', NEW.state, 'state_before', OLD.state)
    FROM webhooks AS webhook WHERE webhook.enabled AND 'campaign.state' = ANY (webhook.events)
        AND (webhook.campaign_id IS NULL OR webhook.campaign_id = NEW.id);
    RETURN NULL;
END $$;

CREATE TRIGGER campaigns_tell AFTER UPDATE OF state ON campaigns FOR EACH ROW
    WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION tell_campaign_state();
"""

_IMPORTS = """
CREATE FUNCTION tell_import_done() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    event_id uuid := gen_random_uuid();
BEGIN
    INSERT INTO webhook_deliveries (webhook_id, event_id, event, data)
    SELECT webhook.id, event_id, 'import.done', jsonb_build_object(
        'call_list_id', NEW.id, 'campaign_id', NEW.campaign_id, 'name', NEW.name, 'state', NEW.state,
        'rows', NEW.rows, 'error', NEW.error) || (
            SELECT jsonb_build_object('imported', COALESCE(sum(imported), 0),
                'duplicates', COALESCE(sum(duplicates), 0), 'refused', COALESCE(sum(refused), 0) )
            FROM import_chunks WHERE call_list_id = NEW.id)
    FROM webhooks AS webhook WHERE webhook.enabled AND 'import.done' = ANY (webhook.events)
        AND (webhook.campaign_id IS NULL OR webhook.campaign_id = NEW.campaign_id);
    RETURN NULL;
END $$;

CREATE TRIGGER call_lists_tell AFTER UPDATE OF state ON call_lists FOR EACH ROW
    WHEN (OLD.state IS DISTINCT FROM NEW.state AND NEW.state IN ('completed', 'failed'))
    EXECUTE FUNCTION tell_import_done();
"""


def upgrade() -> None:
    op.create_table(
        "webhooks",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("events", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=True),
        sa.Column("enabled", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("previous_secret", sa.String(), nullable=True),
        sa.Column("previous_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name="fk_webhooks_campaign_id"),
        sa.PrimaryKeyConstraint("id", name="pk_webhooks"),
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("webhook_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("data", postgresql.JSONB(), nullable=False),
        sa.Column("state", sa.String(), server_default="pending", nullable=False),
        sa.Column("tries", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column(
            "next_try_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.SmallInteger(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("state IN ('pending', 'delivered', 'dead')", name="ck_webhook_deliveries_state"),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhooks.id"], name="fk_webhook_deliveries_webhook_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_deliveries"),
    )
    op.create_index(
        "ix_webhook_deliveries_due",
        "webhook_deliveries",
        ["next_try_at"],
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index("ix_webhook_deliveries_webhook", "webhook_deliveries", ["webhook_id", "id"])
    for trigger in (_CALLS, _CONTACTS, _CAMPAIGNS, _IMPORTS):
        op.execute(trigger)


def downgrade() -> None:
    for table in ("calls", "contacts", "campaigns", "call_lists"):
        op.execute(f"DROP TRIGGER {table}_tell ON {table}")
    op.execute("DROP FUNCTION tell_ended_calls(), tell_finished_contacts(), tell_campaign_state(), tell_import_done()")
    op.drop_table("webhook_deliveries")
    op.drop_table("webhooks")
