"""All tables of the first release: one long file, because a schema has one beginning and it is never edited again."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.BigInteger().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")
SEALED = sa.LargeBinary()
LINK_OPEN = sa.text("is_open AND activity IS NOT NULL")
PAIR_OPEN = sa.text("state <> 'closed' AND event IS NOT NULL")
INTENT_OPEN = sa.text("state = 'open'")

TABLES_LAST_FIRST = (
    "webhook",
    "subscription",
    "push_sample",
    "person_hit",
    "notice",
    "mailbox_sync",
    "lease",
    "firm_sync",
    "attention",
    "key_check",
    "pass",
    "hold",
    "conflict",
    "trail",
    "tombstone",
    "intent",
    "seen_event",
    "seen_activity",
    "pair",
    "link",
    "audit",
    "administrator",
    "seat",
    "firm",
)


def upgrade() -> None:
    _create_people()
    _create_items()
    _create_journal()
    _create_runtime()


def downgrade() -> None:
    for table in TABLES_LAST_FIRST:
        op.drop_table(table)


def _create_people() -> None:
    op.create_table(
        "firm",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("name", SEALED, nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("raynet_url", sa.Text(), nullable=False),
        sa.Column("raynet_instance", sa.Text(), nullable=False),
        sa.Column("raynet_user", SEALED, nullable=False),
        sa.Column("raynet_key", SEALED, nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("paused", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.Column("connection_revision", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_firm"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_firm_tenant_id", "firm", ["tenant_id"])
    op.create_table(
        "seat",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("firm_id", ID, nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("person_id", ID, nullable=True),
        sa.Column("enabled", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name="fk_seat_firm_id"),
        sa.PrimaryKeyConstraint("id", name="pk_seat"),
        sa.UniqueConstraint("firm_id", "email", name="uq_seat_firm_id_email"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "administrator",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("firm_id", ID, nullable=True),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("totp_secret", SEALED, nullable=True),
        sa.Column("enabled", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("locked_until", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "role IN ('central_admin', 'firm_admin', 'firm_auditor')", name=op.f("ck_administrator_role")
        ),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name="fk_administrator_firm_id"),
        sa.PrimaryKeyConstraint("id", name="pk_administrator"),
        sa.UniqueConstraint("login", name="uq_administrator_login"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_administrator_firm_id", "administrator", ["firm_id"])
    op.create_table(
        "audit",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("firm_id", ID, nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name="fk_audit_firm_id"),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_firm_id_id", "audit", ["firm_id", "id"])


def _create_items() -> None:
    op.create_table(
        "link",
        sa.Column("firm_id", ID, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("activity", sa.Text(), nullable=True),
        sa.Column("ical_uid", sa.Text(), nullable=True),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("own_saves", sa.Integer(), nullable=False),
        sa.Column("sent", SEALED, nullable=False),
        sa.Column("attendee_persons", sa.Text(), nullable=False),
        sa.Column("masked", sa.Boolean(), nullable=False),
        sa.Column("is_open", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.CheckConstraint("origin IN ('raynet', 'outlook')", name=op.f("ck_link_origin")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name="fk_link_firm_id"),
        sa.PrimaryKeyConstraint("firm_id", "id", name="pk_link"),
    )
    op.create_index("ix_link_firm_id_ical_uid", "link", ["firm_id", "ical_uid"])
    op.create_index(
        "uq_link_open_activity",
        "link",
        ["firm_id", "activity"],
        unique=True,
        sqlite_where=LINK_OPEN,
        postgresql_where=LINK_OPEN,
    )
    op.create_table(
        "pair",
        sa.Column("firm_id", ID, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("link_id", sa.Text(), nullable=False),
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("event", sa.Text(), nullable=True),
        sa.Column("base", SEALED, nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("updated_at", INSTANT, nullable=True),
        sa.CheckConstraint("origin IN ('raynet', 'outlook')", name=op.f("ck_pair_origin")),
        sa.CheckConstraint("role IN ('lead', 'copy', 'attendee', 'follower')", name=op.f("ck_pair_role")),
        sa.CheckConstraint(
            "state IN ('live', 'frozen', 'released', 'held', 'parked', 'closed')", name=op.f("ck_pair_state")
        ),
        sa.ForeignKeyConstraint(
            ["firm_id", "link_id"], ["link.firm_id", "link.id"], name="fk_pair_firm_id_link_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name="fk_pair_firm_id"),
        sa.PrimaryKeyConstraint("firm_id", "id", name="pk_pair"),
    )
    op.create_index("ix_pair_firm_id_link_id", "pair", ["firm_id", "link_id"])
    op.create_index(
        "uq_pair_open_event",
        "pair",
        ["firm_id", "mailbox", "event"],
        unique=True,
        sqlite_where=PAIR_OPEN,
        postgresql_where=PAIR_OPEN,
    )
    op.create_table(
        "seen_activity",
        sa.Column("firm_id", ID, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("activity", SEALED, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.Column("gone_at", INSTANT, nullable=True),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name="fk_seen_activity_firm_id"),
        sa.PrimaryKeyConstraint("firm_id", "key", name="pk_seen_activity"),
    )
    op.create_table(
        "seen_event",
        sa.Column("firm_id", ID, nullable=False),
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("event", SEALED, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.Column("gone_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name="fk_seen_event_firm_id"),
        sa.PrimaryKeyConstraint("firm_id", "mailbox", "event_id", name="pk_seen_event"),
    )
    op.create_table(
        "intent",
        sa.Column("firm_id", ID, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("pass_id", sa.Text(), nullable=False),
        sa.Column("link_id", sa.Text(), nullable=False),
        sa.Column("pair_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("payload", SEALED, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("activity", sa.Text(), nullable=True),
        sa.Column("event", sa.Text(), nullable=True),
        sa.Column("expects", SEALED, nullable=True),
        sa.Column("before", SEALED, nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("half_done", sa.Boolean(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("undone", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('create_event', 'update_event', 'delete_event',"
            " 'create_activity', 'update_activity', 'delete_activity')",
            name=op.f("ck_intent_kind"),
        ),
        sa.CheckConstraint("state IN ('open', 'done', 'dropped')", name=op.f("ck_intent_state")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name="fk_intent_firm_id"),
        sa.PrimaryKeyConstraint("firm_id", "id", name="pk_intent"),
    )
    op.create_index("ix_intent_firm_id_pass_id", "intent", ["firm_id", "pass_id"])
    op.create_index(
        "ix_intent_open", "intent", ["firm_id", "link_id"], sqlite_where=INTENT_OPEN, postgresql_where=INTENT_OPEN
    )
    op.create_table(
        "tombstone",
        sa.Column("firm_id", ID, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("hint", SEALED, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.CheckConstraint("side IN ('raynet', 'graph')", name=op.f("ck_tombstone_side")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name="fk_tombstone_firm_id"),
        sa.PrimaryKeyConstraint("firm_id", "key", name="pk_tombstone"),
    )


def _create_journal() -> None:
    op.create_table(
        "trail",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("firm_id", ID, nullable=False),
        sa.Column("link_id", sa.Text(), nullable=False),
        sa.Column("pair_id", sa.Text(), nullable=True),
        sa.Column("pass_id", sa.Text(), nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("seen", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("writes", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name="fk_trail_firm_id"),
        sa.PrimaryKeyConstraint("id", name="pk_trail"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_trail_firm_id_at", "trail", ["firm_id", "at"])
    op.create_index("ix_trail_firm_id_link_id", "trail", ["firm_id", "link_id"])
    op.create_table(
        "conflict",
        sa.Column("firm_id", ID, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("link_id", sa.Text(), nullable=False),
        sa.Column("pair_id", sa.Text(), nullable=False),
        sa.Column("activity", sa.Text(), nullable=True),
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("base", SEALED, nullable=False),
        sa.Column("kept", SEALED, nullable=False),
        sa.Column("lost", SEALED, nullable=False),
        sa.Column("lost_side", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("restore_requested_at", INSTANT, nullable=True),
        sa.Column("restored_at", INSTANT, nullable=True),
        sa.CheckConstraint("lost_side IN ('raynet', 'graph')", name=op.f("ck_conflict_lost_side")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name="fk_conflict_firm_id"),
        sa.PrimaryKeyConstraint("firm_id", "id", name="pk_conflict"),
    )
    op.create_index("ix_conflict_firm_id_at", "conflict", ["firm_id", "at"])
    op.create_index("ix_conflict_id", "conflict", ["id"])
    op.create_table(
        "hold",
        sa.Column("firm_id", ID, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("pairs", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("of", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.CheckConstraint("decision IN ('confirm', 'reject')", name=op.f("ck_hold_decision")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name="fk_hold_firm_id"),
        sa.PrimaryKeyConstraint("firm_id", "id", name="pk_hold"),
    )
    op.create_index("ix_hold_id", "hold", ["id"])
    op.create_table(
        "pass",
        sa.Column("firm_id", ID, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("trigger", sa.Text(), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("undo_requested_at", INSTANT, nullable=True),
        sa.Column("undone_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name="fk_pass_firm_id"),
        sa.PrimaryKeyConstraint("firm_id", "id", name="pk_pass"),
    )
    op.create_index("ix_pass_firm_id_started_at", "pass", ["firm_id", "started_at"])
    op.create_index("ix_pass_id", "pass", ["id"])


def _create_runtime() -> None:
    op.create_table(
        "key_check",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed", SEALED, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_key_check"),
    )
    op.create_table(
        "attention",
        sa.Column("firm_id", ID, nullable=False),
        sa.Column("link_id", sa.Text(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name="fk_attention_firm_id"),
        sa.PrimaryKeyConstraint("firm_id", "link_id", name="pk_attention"),
    )
    op.create_index("ix_attention_firm_id_due_at", "attention", ["firm_id", "due_at"])
    op.create_table(
        "firm_sync",
        sa.Column("firm_id", ID, nullable=False),
        sa.Column("zone", sa.Text(), nullable=True),
        sa.Column("login", SEALED, nullable=True),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("inline_ext_id", sa.Boolean(), nullable=True),
        sa.Column("raynet_breaker", sa.Text(), nullable=True),
        sa.Column("graph_breaker", sa.Text(), nullable=True),
        sa.Column("raynet_wait_until", INSTANT, nullable=True),
        sa.Column("graph_wait_until", INSTANT, nullable=True),
        sa.Column("raynet_failures", sa.Integer(), nullable=False),
        sa.Column("graph_failures", sa.Integer(), nullable=False),
        sa.Column("last_full_at", INSTANT, nullable=True),
        sa.Column("last_pass_at", INSTANT, nullable=True),
        sa.Column("last_read_at", INSTANT, nullable=True),
        sa.Column("graph_read_at", INSTANT, nullable=True),
        sa.Column("unannounced_at", INSTANT, nullable=True),
        sa.Column("planned_rules", sa.Text(), nullable=True),
        sa.Column("licensed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name="fk_firm_sync_firm_id"),
        sa.PrimaryKeyConstraint("firm_id", name="pk_firm_sync"),
    )
    op.create_table(
        "lease",
        sa.Column("firm_id", ID, nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=False),
        sa.Column("claimed_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name="fk_lease_firm_id"),
        sa.PrimaryKeyConstraint("firm_id", name="pk_lease"),
    )
    op.create_index("ix_lease_due_ms", "lease", ["due_ms"])
    op.create_table(
        "mailbox_sync",
        sa.Column("firm_id", ID, nullable=False),
        sa.Column("seat_id", ID, nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("mailbox", sa.Text(), nullable=True),
        sa.Column("person", ID, nullable=True),
        sa.Column("addresses", SEALED, nullable=False),
        sa.Column("delta_link", SEALED, nullable=True),
        sa.Column("window_from", INSTANT, nullable=True),
        sa.Column("window_till", INSTANT, nullable=True),
        sa.Column("matched", sa.Boolean(), nullable=False),
        sa.Column("wait_until", INSTANT, nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_read_at", INSTANT, nullable=True),
        sa.Column("unannounced_at", INSTANT, nullable=True),
        sa.Column("checked_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "state IN ('ready', 'unknown_user', 'no_mailbox', 'no_access', 'no_person', 'released')",
            name=op.f("ck_mailbox_sync_state"),
        ),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name="fk_mailbox_sync_firm_id"),
        sa.PrimaryKeyConstraint("firm_id", "seat_id", name="pk_mailbox_sync"),
    )
    op.create_index("ix_mailbox_sync_firm_id_mailbox", "mailbox_sync", ["firm_id", "mailbox"])
    op.create_table(
        "notice",
        sa.Column("seq", ID, autoincrement=True, nullable=False),
        sa.Column("firm_id", ID, nullable=False),
        sa.Column("dedupe", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("mailbox", sa.Text(), nullable=True),
        sa.Column("activity", sa.Text(), nullable=True),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column("subscription_id", sa.Text(), nullable=True),
        sa.Column("stored_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("kind IN ('activity', 'mailbox', 'lifecycle', 'admin')", name=op.f("ck_notice_kind")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name="fk_notice_firm_id"),
        sa.PrimaryKeyConstraint("seq", name="pk_notice"),
        sa.UniqueConstraint("firm_id", "dedupe", name="uq_notice_firm_id_dedupe"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "person_hit",
        sa.Column("firm_id", ID, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("person", ID, nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name="fk_person_hit_firm_id"),
        sa.PrimaryKeyConstraint("firm_id", "digest", name="pk_person_hit"),
    )
    op.create_table(
        "push_sample",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("firm_id", ID, nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("delay_seconds", sa.Float(), nullable=True),
        sa.CheckConstraint("side IN ('raynet', 'graph')", name=op.f("ck_push_sample_side")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name="fk_push_sample_firm_id"),
        sa.PrimaryKeyConstraint("id", name="pk_push_sample"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_push_sample_firm_id_side_at", "push_sample", ["firm_id", "side", "at"])
    op.create_table(
        "subscription",
        sa.Column("firm_id", ID, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("client_state", SEALED, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("needs", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name="fk_subscription_firm_id"),
        sa.PrimaryKeyConstraint("firm_id", "id", name="pk_subscription"),
        sa.UniqueConstraint("id", name="uq_subscription_id"),
    )
    op.create_table(
        "webhook",
        sa.Column("firm_id", ID, nullable=False),
        sa.Column("token", SEALED, nullable=False),
        sa.Column("path_secret", SEALED, nullable=False),
        sa.Column("path_digest", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=True),
        sa.Column("checked_at", INSTANT, nullable=True),
        sa.Column("failed_code", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name="fk_webhook_firm_id"),
        sa.PrimaryKeyConstraint("firm_id", name="pk_webhook"),
        sa.UniqueConstraint("path_digest", name="uq_webhook_path_digest"),
    )
