"""The tables of the first version."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "allow_list",
        sa.Column("phone_number", sa.String(), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("phone_number", name=op.f("pk_allow_list")),
    )
    op.create_table(
        "call_variables",
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("answer_action", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_call_variables")),
    )
    op.create_table(
        "campaign_count_deltas",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("delta", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_count_deltas")),
    )
    op.create_index("ix_campaign_count_deltas_campaign", "campaign_count_deltas", ["campaign_id"], unique=False)
    op.create_table(
        "control",
        sa.Column("id", sa.SmallInteger(), nullable=False),
        sa.Column("stop_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stop_by", sa.String(), nullable=True),
        sa.Column("stop_reason", sa.String(), nullable=True),
        sa.Column("allow_list_only", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("dispatched_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_control_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_control")),
    )
    op.create_table(
        "pbx_nodes",
        sa.Column("id", sa.SmallInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("ari_url", sa.String(), nullable=False),
        sa.Column("ari_username", sa.String(), nullable=False),
        sa.Column("enabled", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("version", sa.String(), nullable=True),
        sa.Column("is_simulator", sa.Boolean(), nullable=True),
        sa.Column("startup_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("startup_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("listener_id", sa.String(), nullable=True),
        sa.Column("listener_epoch", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gap_free_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("echo_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pbx_nodes")),
        sa.UniqueConstraint("name", name=op.f("uq_pbx_nodes_name")),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_logins", sa.Integer(), server_default="0", nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_login_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("role IN ('admin', 'manager', 'viewer')", name=op.f("ck_users_role")),
        sa.CheckConstraint("char_length(username) BETWEEN 3 AND 64", name=op.f("ck_users_username_len")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("username", name=op.f("uq_users_username")),
    )
    op.create_index("ix_users_created_at", "users", ["created_at"], unique=False)
    op.create_table(
        "zone_sets",
        sa.Column("id", sa.SmallInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("zones", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zone_sets")),
        sa.UniqueConstraint("zones", name=op.f("uq_zone_sets_zones")),
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("refresh_jti", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_reason", sa.String(), nullable=True),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sessions_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_expires_at"), "sessions", ["expires_at"], unique=False)
    op.create_index(op.f("ix_sessions_user_id"), "sessions", ["user_id"], unique=False)
    op.create_table(
        "trunks",
        sa.Column("id", sa.SmallInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("node_id", sa.SmallInteger(), nullable=False),
        sa.Column("endpoint", sa.String(), nullable=False),
        sa.Column("caller_id", sa.String(), nullable=True),
        sa.Column("cps", sa.Numeric(precision=8, scale=2), nullable=False),
        sa.Column("channels", sa.Integer(), nullable=False),
        sa.Column("enabled", sa.Boolean(), server_default="true", nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("channels > 0", name=op.f("ck_trunks_channels_pos")),
        sa.CheckConstraint("cps > 0", name=op.f("ck_trunks_cps_pos")),
        sa.ForeignKeyConstraint(["node_id"], ["pbx_nodes.id"], name=op.f("fk_trunks_node_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trunks")),
        sa.UniqueConstraint("name", name=op.f("uq_trunks_name")),
    )
    op.create_table(
        "calls",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=True),
        sa.Column("contact_id", sa.BigInteger(), nullable=True),
        sa.Column("phone_number", sa.String(), nullable=False),
        sa.Column("caller_id", sa.String(), nullable=True),
        sa.Column("trunk_id", sa.SmallInteger(), nullable=False),
        sa.Column("node_id", sa.SmallInteger(), nullable=False),
        sa.Column("zone_id", sa.SmallInteger(), nullable=True),
        sa.Column("state", sa.String(), server_default="queued", nullable=False),
        sa.Column("attempt_number", sa.SmallInteger(), nullable=False),
        sa.Column("max_attempts", sa.SmallInteger(), nullable=False),
        sa.Column("policy_version", sa.Integer(), nullable=False),
        sa.Column("timeout_seconds", sa.SmallInteger(), nullable=False),
        sa.Column("context", sa.String(), nullable=True),
        sa.Column("extension", sa.String(), nullable=True),
        sa.Column("priority", sa.SmallInteger(), nullable=True),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("claim_token", sa.Uuid(), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dial_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("listener_epoch", sa.BigInteger(), nullable=True),
        sa.Column("post_answer", sa.String(), nullable=True),
        sa.Column("tomb_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("missed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hangup_requested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("late_dialed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dialstatus", sa.String(), nullable=True),
        sa.Column("cause", sa.SmallInteger(), nullable=True),
        sa.Column("tech_cause", sa.SmallInteger(), nullable=True),
        sa.Column("disposition", sa.String(), nullable=True),
        sa.Column("failure_reason", sa.String(), nullable=True),
        sa.Column("dialed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ringing_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("action_started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "duration_seconds",
            sa.Numeric(precision=10, scale=3),
            sa.Computed("EXTRACT(EPOCH FROM ended_at - answered_at)", persisted=True),
            nullable=True,
        ),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint(
            "(state = 'ended') = (disposition IS NOT NULL)", name=op.f("ck_calls_ended_has_disposition")
        ),
        sa.CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name=op.f("ck_calls_ended_has_time")),
        sa.CheckConstraint(
            "disposition IN ('answered', 'busy', 'no_answer', 'rejected', 'unallocated', 'congestion', 'trunk_fault', 'failed', 'cancelled', 'withdrawn', 'not_dialed', 'indeterminate')",
            name=op.f("ck_calls_disposition"),
        ),
        sa.CheckConstraint("post_answer IN ('accepted', 'unknown')", name=op.f("ck_calls_post_answer")),
        sa.CheckConstraint(
            "state = 'queued' OR state = 'ended' OR claim_token IS NOT NULL", name=op.f("ck_calls_open_has_claim")
        ),
        sa.CheckConstraint("state IN ('queued', 'originating', 'ringing', 'up', 'ended')", name=op.f("ck_calls_state")),
        sa.CheckConstraint("attempt_number <= max_attempts", name=op.f("ck_calls_attempt_number_le_max")),
        sa.CheckConstraint("attempt_number >= 1", name=op.f("ck_calls_attempt_number_ge_1")),
        sa.CheckConstraint("char_length(phone_number) BETWEEN 7 AND 20", name=op.f("ck_calls_phone_number_len")),
        sa.CheckConstraint("max_attempts >= 1", name=op.f("ck_calls_max_attempts_ge_1")),
        sa.CheckConstraint("timeout_seconds > 0", name=op.f("ck_calls_timeout_pos")),
        sa.ForeignKeyConstraint(["node_id"], ["pbx_nodes.id"], name=op.f("fk_calls_node_id")),
        sa.ForeignKeyConstraint(["trunk_id"], ["trunks.id"], name=op.f("fk_calls_trunk_id")),
        sa.ForeignKeyConstraint(["zone_id"], ["zone_sets.id"], name=op.f("fk_calls_zone_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calls")),
        postgresql_with={"fillfactor": "70"},
    )
    op.create_index("ix_calls_campaign", "calls", ["campaign_id", "id"], unique=False)
    op.create_index("ix_calls_contact", "calls", ["contact_id", "id"], unique=False)
    op.create_index("ix_calls_created_at", "calls", ["created_at"], unique=False)
    op.create_index(
        "ix_calls_open",
        "calls",
        ["node_id", "dial_by"],
        unique=False,
        postgresql_where=sa.text("state IN ('originating', 'ringing', 'up')"),
    )
    op.create_index("ix_calls_phone_number", "calls", ["phone_number", "id"], unique=False)
    op.create_index(
        "ix_calls_queued", "calls", ["trunk_id", "id"], unique=False, postgresql_where=sa.text("state = 'queued'")
    )
    op.create_index("ix_calls_status_created", "calls", ["state", "created_at"], unique=False)
    op.create_index(
        "ix_calls_to_hang_up",
        "calls",
        ["node_id"],
        unique=False,
        postgresql_where=sa.text("hangup_requested_at IS NOT NULL AND state IN ('originating', 'ringing', 'up')"),
    )
    op.create_table(
        "campaigns",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("state", sa.String(), server_default="draft", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("trunk_id", sa.SmallInteger(), nullable=False),
        sa.Column("caller_id", sa.String(), nullable=True),
        sa.Column("timeout_seconds", sa.SmallInteger(), nullable=False),
        sa.Column("max_attempts", sa.SmallInteger(), nullable=False),
        sa.Column("cps", sa.Numeric(precision=8, scale=2), nullable=True),
        sa.Column("channels", sa.Integer(), nullable=True),
        sa.Column("default_region", sa.String(), nullable=True),
        sa.Column("default_time_zone", sa.String(), nullable=True),
        sa.Column("calling_window", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("retry_policy", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("answer_action", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column(
            "updated_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'running', 'paused', 'completed', 'cancelled')", name=op.f("ck_campaigns_state")
        ),
        sa.CheckConstraint("channels > 0", name=op.f("ck_campaigns_channels_pos")),
        sa.CheckConstraint("cps > 0", name=op.f("ck_campaigns_cps_pos")),
        sa.CheckConstraint("max_attempts BETWEEN 1 AND 100", name=op.f("ck_campaigns_max_attempts_range")),
        sa.CheckConstraint("timeout_seconds BETWEEN 1 AND 600", name=op.f("ck_campaigns_timeout_range")),
        sa.ForeignKeyConstraint(["trunk_id"], ["trunks.id"], name=op.f("fk_campaigns_trunk_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
        sa.UniqueConstraint("name", name=op.f("uq_campaigns_name")),
    )
    op.create_index("ix_campaigns_created_at", "campaigns", ["created_at"], unique=False)
    op.create_table(
        "call_lists",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("default_region", sa.String(), nullable=True),
        sa.Column("columns", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("rows", sa.Integer(), server_default="0", nullable=False),
        sa.Column("chunks", sa.Integer(), server_default="0", nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column(
            "received_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint(
            "state IN ('receiving', 'importing', 'completed', 'failed')", name=op.f("ck_call_lists_state")
        ),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_call_lists_campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_lists")),
    )
    op.create_index(op.f("ix_call_lists_campaign_id"), "call_lists", ["campaign_id"], unique=False)
    op.create_table(
        "campaign_counts",
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name=op.f("fk_campaign_counts_campaign_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("campaign_id", "key", name=op.f("pk_campaign_counts")),
    )
    op.create_table(
        "dnc",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("phone_number", sa.String(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("char_length(phone_number) BETWEEN 7 AND 20", name=op.f("ck_dnc_phone_number_len")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_dnc_campaign_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dnc")),
        sa.UniqueConstraint(
            "phone_number",
            "campaign_id",
            name=op.f("uq_dnc_phone_number_campaign_id"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "contacts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("call_list_id", sa.BigInteger(), nullable=True),
        sa.Column("phone_number", sa.String(), nullable=False),
        sa.Column("zone_id", sa.SmallInteger(), nullable=False),
        sa.Column("priority", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("state", sa.String(), server_default="ready", nullable=False),
        sa.Column("final_reason", sa.String(), nullable=True),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("open_call_id", sa.Uuid(), nullable=True),
        sa.Column("last_disposition", sa.String(), nullable=True),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("(state = 'done') = (final_reason IS NOT NULL)", name=op.f("ck_contacts_done_has_reason")),
        sa.CheckConstraint(
            "(state = 'in_call') = (open_call_id IS NOT NULL)", name=op.f("ck_contacts_in_call_has_call")
        ),
        sa.CheckConstraint(
            "(state = 'waiting') = (next_attempt_at IS NOT NULL)", name=op.f("ck_contacts_waiting_has_time")
        ),
        sa.CheckConstraint(
            "final_reason IN ('answered', 'final_disposition', 'attempts_exhausted', 'dnc', 'undialable', 'cancelled', 'removed')",
            name=op.f("ck_contacts_final_reason"),
        ),
        sa.CheckConstraint("state IN ('ready', 'waiting', 'in_call', 'done')", name=op.f("ck_contacts_state")),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_contacts_attempts_ge_0")),
        sa.CheckConstraint("char_length(phone_number) BETWEEN 7 AND 20", name=op.f("ck_contacts_phone_number_len")),
        sa.ForeignKeyConstraint(["call_list_id"], ["call_lists.id"], name=op.f("fk_contacts_call_list_id")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_contacts_campaign_id")),
        sa.ForeignKeyConstraint(["zone_id"], ["zone_sets.id"], name=op.f("fk_contacts_zone_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts")),
        sa.UniqueConstraint("campaign_id", "phone_number", name=op.f("uq_contacts_campaign_id_phone_number")),
        postgresql_with={"fillfactor": "80"},
    )
    op.create_index("ix_contacts_call_list", "contacts", ["call_list_id", "id"], unique=False)
    op.create_index("ix_contacts_phone_number", "contacts", ["phone_number"], unique=False)
    op.create_index(
        "ix_contacts_ready",
        "contacts",
        ["campaign_id", "zone_id", sa.literal_column("priority DESC"), "id"],
        unique=False,
        postgresql_where=sa.text("state = 'ready'"),
    )
    op.create_index(
        "ix_contacts_waiting",
        "contacts",
        ["next_attempt_at"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "import_chunks",
        sa.Column("call_list_id", sa.BigInteger(), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rows", sa.LargeBinary(), nullable=True),
        sa.Column("done", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("imported", sa.Integer(), server_default="0", nullable=False),
        sa.Column("duplicates", sa.Integer(), server_default="0", nullable=False),
        sa.Column("refused", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("(rows IS NULL) = done", name=op.f("ck_import_chunks_rows_until_done")),
        sa.ForeignKeyConstraint(
            ["call_list_id"], ["call_lists.id"], name=op.f("fk_import_chunks_call_list_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("call_list_id", "n", name=op.f("pk_import_chunks")),
    )
    op.create_index(
        "ix_import_chunks_to_do",
        "import_chunks",
        ["call_list_id", "n"],
        unique=False,
        postgresql_where=sa.text("NOT done"),
    )
    op.create_table(
        "import_refusals",
        sa.Column("call_list_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("row", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_list_id"], ["call_lists.id"], name=op.f("fk_import_refusals_call_list_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("call_list_id", "line", name=op.f("pk_import_refusals")),
    )
    op.create_table(
        "contact_data",
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_contact_data_contact_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("contact_id", name=op.f("pk_contact_data")),
    )


def downgrade() -> None:
    op.drop_table("contact_data")
    op.drop_table("import_refusals")
    op.drop_index("ix_import_chunks_to_do", table_name="import_chunks", postgresql_where=sa.text("NOT done"))
    op.drop_table("import_chunks")
    op.drop_index("ix_contacts_waiting", table_name="contacts", postgresql_where=sa.text("state = 'waiting'"))
    op.drop_index("ix_contacts_ready", table_name="contacts", postgresql_where=sa.text("state = 'ready'"))
    op.drop_index("ix_contacts_phone_number", table_name="contacts")
    op.drop_index("ix_contacts_call_list", table_name="contacts")
    op.drop_table("contacts")
    op.drop_table("dnc")
    op.drop_table("campaign_counts")
    op.drop_index(op.f("ix_call_lists_campaign_id"), table_name="call_lists")
    op.drop_table("call_lists")
    op.drop_index("ix_campaigns_created_at", table_name="campaigns")
    op.drop_table("campaigns")
    op.drop_index(
        "ix_calls_to_hang_up",
        table_name="calls",
        postgresql_where=sa.text("hangup_requested_at IS NOT NULL AND state IN ('originating', 'ringing', 'up')"),
    )
    op.drop_index("ix_calls_status_created", table_name="calls")
    op.drop_index("ix_calls_queued", table_name="calls", postgresql_where=sa.text("state = 'queued'"))
    op.drop_index("ix_calls_phone_number", table_name="calls")
    op.drop_index(
        "ix_calls_open", table_name="calls", postgresql_where=sa.text("state IN ('originating', 'ringing', 'up')")
    )
    op.drop_index("ix_calls_created_at", table_name="calls")
    op.drop_index("ix_calls_contact", table_name="calls")
    op.drop_index("ix_calls_campaign", table_name="calls")
    op.drop_table("calls")
    op.drop_table("trunks")
    op.drop_index(op.f("ix_sessions_user_id"), table_name="sessions")
    op.drop_index(op.f("ix_sessions_expires_at"), table_name="sessions")
    op.drop_table("sessions")
    op.drop_table("zone_sets")
    op.drop_index("ix_users_created_at", table_name="users")
    op.drop_table("users")
    op.drop_table("pbx_nodes")
    op.drop_table("control")
    op.drop_index("ix_campaign_count_deltas_campaign", table_name="campaign_count_deltas")
    op.drop_table("campaign_count_deltas")
    op.drop_table("call_variables")
    op.drop_table("allow_list")
