"""Sessions, TOTP and Entra sign-in of administrators; indexes of the lists they page through."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.BigInteger().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")
SEALED = sa.LargeBinary()

OF_FIRMS = ("session", "recovery_code", "side_gauge")
OWN = "nullif(current_setting('ros.firm_id', true), '')::bigint"
ALL = "current_setting('ros.unscoped', true) = 'on'"


def upgrade() -> None:
    op.add_column("firm", sa.Column("note", SEALED, nullable=True))
    with op.batch_alter_table("administrator") as batch:
        for column in _administrator_columns():
            batch.add_column(column)
        batch.create_unique_constraint(
            "uq_administrator_entra_tenant_id_entra_object_id", ["entra_tenant_id", "entra_object_id"]
        )
    _create_sessions()
    _create_recovery_codes()
    _create_gate()
    _create_gauges()
    op.create_index("ix_pair_firm_id_state", "pair", ["firm_id", "state"])
    op.create_index("ix_pair_firm_id_updated_at", "pair", ["firm_id", "updated_at"])
    if op.get_bind().dialect.name == "postgresql":
        for table in OF_FIRMS:
            _protect(table)


def downgrade() -> None:
    op.drop_index("ix_pair_firm_id_updated_at", "pair")
    op.drop_index("ix_pair_firm_id_state", "pair")
    for table in ("side_gauge", "sign_in_gate", "recovery_code", "session"):
        op.drop_table(table)
    with op.batch_alter_table("administrator") as batch:
        batch.drop_constraint("uq_administrator_entra_tenant_id_entra_object_id", type_="unique")
        for column in reversed(_administrator_columns()):
            batch.drop_column(column.name)
    op.drop_column("firm", "note")


def _administrator_columns() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("revision", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("must_change_password", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("totp_pending", SEALED, nullable=True),
        sa.Column("totp_step", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("entra_tenant_id", sa.Text(), nullable=True),
        sa.Column("entra_object_id", sa.Text(), nullable=True),
        sa.Column("last_sign_in_at", INSTANT, nullable=True),
    )


def _protect(table: str) -> None:
    criterion = f"(firm_id = {OWN} OR {ALL})"
    op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
    op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
    op.execute(f'CREATE POLICY own_firm ON "{table}" USING {criterion} WITH CHECK {criterion}')


def _create_sessions() -> None:
    op.create_table(
        "session",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("firm_id", ID, nullable=True),
        sa.Column("administrator_id", ID, nullable=False),
        sa.Column("token_digest", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.CheckConstraint("method IN ('password', 'entra')", name=op.f("ck_session_method")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name="fk_session_firm_id"),
        sa.ForeignKeyConstraint(
            ["administrator_id"], ["administrator.id"], name="fk_session_administrator_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_session"),
        sa.UniqueConstraint("token_digest", name="uq_session_token_digest"),
    )
    op.create_index("ix_session_administrator_id", "session", ["administrator_id"])
    op.create_index("ix_session_expires_at", "session", ["expires_at"])


def _create_recovery_codes() -> None:
    op.create_table(
        "recovery_code",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("firm_id", ID, nullable=True),
        sa.Column("administrator_id", ID, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name="fk_recovery_code_firm_id"),
        sa.ForeignKeyConstraint(
            ["administrator_id"], ["administrator.id"], name="fk_recovery_code_administrator_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_recovery_code"),
        sa.UniqueConstraint("administrator_id", "digest", name="uq_recovery_code_administrator_id_digest"),
        sqlite_autoincrement=True,
    )


def _create_gate() -> None:
    op.create_table(
        "sign_in_gate",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("full_until", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_sign_in_gate"),
    )
    op.create_index("ix_sign_in_gate_full_until", "sign_in_gate", ["full_until"])


def _create_gauges() -> None:
    op.create_table(
        "side_gauge",
        sa.Column("firm_id", ID, nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("limit", sa.Integer(), nullable=True),
        sa.Column("left", sa.Integer(), nullable=True),
        sa.Column("resets_at", INSTANT, nullable=True),
        sa.Column("as_of", INSTANT, nullable=False),
        sa.CheckConstraint("side IN ('raynet', 'graph')", name=op.f("ck_side_gauge_side")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name="fk_side_gauge_firm_id"),
        sa.PrimaryKeyConstraint("firm_id", "side", name="pk_side_gauge"),
    )
