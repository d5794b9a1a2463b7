"""Licences' grace and past, consent, alerts, figures over time, jobs, directories as last read."""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.BigInteger().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")
SEALED = sa.LargeBinary()
TABLES = ("licence_change", "admin_consent_request", "admin_consent", "alert", "series", "job", "directory")
#: A setting that was local to a transaction reads as '' afterwards.
OWN = "nullif(current_setting('ros.firm_id', true), '')::bigint"
ALL = "current_setting('ros.unscoped', true) = 'on'"


def upgrade() -> None:
    op.add_column("firm", sa.Column("grace_days", sa.Integer(), server_default="14", nullable=False))
    _create_licence()
    _create_consent()
    _create_alert()
    _create_series()
    _create_job()
    _create_directory()
    if op.get_bind().dialect.name == "postgresql":
        criterion = f"(firm_id = {OWN} OR {ALL})"
        for table in TABLES:
            op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
            op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
            op.execute(f'CREATE POLICY own_firm ON "{table}" USING {criterion} WITH CHECK {criterion}')


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_column("firm", "grace_days")


def _of_firm(table: str) -> Iterator[sa.Column[int] | sa.Constraint]:
    yield sa.Column("firm_id", ID, nullable=False)
    yield sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=f"fk_{table}_firm_id")


def _create_licence() -> None:
    op.create_table(
        "licence_change",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        *_of_firm("licence_change"),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("grace_days", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_licence_change"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_licence_change_firm_id_id", "licence_change", ["firm_id", "id"])
    # What each firm has now is the beginning of its history.
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SELECT set_config('ros.unscoped', 'on', true)")
    op.execute(
        "INSERT INTO licence_change (firm_id, at, actor, seats, valid_until, grace_days)"
        " SELECT id, created_at, 'migration', seats, valid_until, grace_days FROM firm ORDER BY id"
    )


def _create_consent() -> None:
    op.create_table(
        "admin_consent_request",
        sa.Column("digest", sa.Text(), nullable=False),
        *_of_firm("admin_consent_request"),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("digest", name="pk_admin_consent_request"),
    )
    op.create_index("ix_admin_consent_request_firm_id", "admin_consent_request", ["firm_id"])
    op.create_table(
        "admin_consent",
        *_of_firm("admin_consent"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("steps", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=True),
        sa.Column("checked_at", INSTANT, nullable=True),
        sa.Column("next_check_at", INSTANT, nullable=True),
        sa.Column("granted_at", INSTANT, nullable=True),
        sa.Column("refused_code", sa.Text(), nullable=True),
        sa.Column("mailbox_limit", sa.Text(), nullable=False),
        sa.Column("limit_group", SEALED, nullable=True),
        sa.Column("limit_changed_at", INSTANT, nullable=True),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("state IN ('unknown', 'waiting', 'ok', 'failed')", name=op.f("ck_admin_consent_state")),
        sa.CheckConstraint(
            "mailbox_limit IN ('none', 'access_policy', 'rbac')", name=op.f("ck_admin_consent_mailbox_limit")
        ),
        sa.PrimaryKeyConstraint("firm_id", name="pk_admin_consent"),
    )


def _create_alert() -> None:
    op.create_table(
        "alert",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("firm_id", ID, nullable=True),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("acknowledged_at", INSTANT, nullable=True),
        sa.Column("acknowledged_by", sa.Text(), nullable=True),
        sa.Column("resolved_at", INSTANT, nullable=True),
        sa.CheckConstraint("severity IN ('info', 'warning', 'error')", name=op.f("ck_alert_severity")),
        sa.CheckConstraint(
            "section IN ('licence', 'consent', 'raynet', 'sync', 'holds', 'errors', 'users', 'server')",
            name=op.f("ck_alert_section"),
        ),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name="fk_alert_firm_id"),
        sa.PrimaryKeyConstraint("id", name="pk_alert"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_alert_firm_id_resolved_at", "alert", ["firm_id", "resolved_at"])
    is_open = sa.text("resolved_at IS NULL")
    op.create_index("uq_alert_open", "alert", ["place"], unique=True, sqlite_where=is_open, postgresql_where=is_open)


def _create_series() -> None:
    op.create_table(
        "series",
        *_of_firm("series"),
        sa.Column("seat_id", ID, autoincrement=False, nullable=False),
        sa.Column("span_seconds", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("most_seconds", sa.Float(), nullable=False),
        sa.Column("to_raynet", sa.Integer(), nullable=False),
        sa.Column("to_outlook", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("firm_id", "seat_id", "span_seconds", "at", name="pk_series"),
    )


def _create_job() -> None:
    op.create_table(
        "job",
        *_of_firm("job"),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("full", sa.Boolean(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("of", sa.Integer(), nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("started_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("cancel_at", INSTANT, nullable=True),
        sa.Column("runner", sa.Text(), nullable=True),
        sa.Column("lease_ms", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('preview', 'run')", name=op.f("ck_job_kind")),
        sa.CheckConstraint("state IN ('queued', 'running', 'done', 'failed', 'cancelled')", name=op.f("ck_job_state")),
        sa.PrimaryKeyConstraint("firm_id", "id", name="pk_job"),
    )
    op.create_index("ix_job_state", "job", ["state", "made_at"])


def _create_directory() -> None:
    op.create_table(
        "directory",
        *_of_firm("directory"),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("connection_revision", sa.Integer(), nullable=False),
        sa.Column("read_at", INSTANT, nullable=False),
        sa.Column("entries", SEALED, nullable=False),
        sa.CheckConstraint("side IN ('raynet', 'graph')", name=op.f("ck_directory_side")),
        sa.PrimaryKeyConstraint("firm_id", "side", name="pk_directory"),
    )
