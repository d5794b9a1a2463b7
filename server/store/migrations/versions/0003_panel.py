"""What the panel in Outlook asks for and says: registrations, consents, drafts, changes, forms, sign-in tickets."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.BigInteger().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")
SEALED = sa.LargeBinary()
CLAIMED = sa.text("event IS NOT NULL AND state <> 'expired'")

OF_FIRMS = ("registration", "panel_consent", "panel_draft", "panel_change", "open_form")
#: A setting that was local to a transaction reads as '' afterwards.
OWN = "nullif(current_setting('ros.firm_id', true), '')::bigint"
ALL = "current_setting('ros.unscoped', true) = 'on'"


def upgrade() -> None:
    _create_people()
    _create_drafts()
    _create_rest()
    if op.get_bind().dialect.name == "postgresql":
        criterion = f"(firm_id = {OWN} OR {ALL})"
        for table in OF_FIRMS:
            op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
            op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
            op.execute(f'CREATE POLICY own_firm ON "{table}" USING {criterion} WITH CHECK {criterion}')


def downgrade() -> None:
    for table in ("ticket", *reversed(OF_FIRMS)):
        op.drop_table(table)


def _firm(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f(f"fk_{table}_firm_id"))


def _create_people() -> None:
    op.create_table(
        "registration",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("firm_id", ID, nullable=False),
        sa.Column("tid", sa.Text(), nullable=False),
        sa.Column("oid", sa.Text(), nullable=False),
        sa.Column("email", SEALED, nullable=False),
        sa.Column("name", SEALED, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("requested_at", INSTANT, nullable=False),
        sa.Column("decided_at", INSTANT),
        sa.Column("decided_by", sa.Text()),
        sa.CheckConstraint("state IN ('waiting', 'approved', 'rejected')", name=op.f("ck_registration_state")),
        _firm("registration"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration")),
        sa.UniqueConstraint("firm_id", "tid", "oid", name=op.f("uq_registration_firm_id_tid_oid")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "panel_consent",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("firm_id", ID, nullable=False),
        sa.Column("tid", sa.Text(), nullable=False),
        sa.Column("oid", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        _firm("panel_consent"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panel_consent")),
        sa.UniqueConstraint("firm_id", "tid", "oid", "version", name=op.f("uq_panel_consent_firm_id_tid_oid_version")),
        sqlite_autoincrement=True,
    )


def _create_drafts() -> None:
    op.create_table(
        "panel_draft",
        sa.Column("firm_id", ID, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("choices", SEALED, nullable=False),
        sa.Column("fingerprint", SEALED, nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("touched_at", INSTANT, nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("secret_digest", sa.Text()),
        sa.Column("form_open", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("event", sa.Text()),
        sa.Column("bound", SEALED),
        sa.Column("bound_rev", sa.Integer()),
        sa.Column("reason", sa.Text()),
        sa.CheckConstraint("state IN ('open', 'bound', 'applied', 'expired')", name=op.f("ck_panel_draft_state")),
        _firm("panel_draft"),
        sa.PrimaryKeyConstraint("firm_id", "id", name=op.f("pk_panel_draft")),
    )
    op.create_index("ix_panel_draft_firm_id_mailbox", "panel_draft", ["firm_id", "mailbox"])
    op.create_index(
        "uq_panel_draft_event",
        "panel_draft",
        ["firm_id", "mailbox", "event"],
        unique=True,
        sqlite_where=CLAIMED,
        postgresql_where=CLAIMED,
    )


def _create_rest() -> None:
    op.create_table(
        "panel_change",
        sa.Column("firm_id", ID, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("changes", SEALED, nullable=False),
        sa.Column("choices", SEALED),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("done_at", INSTANT),
        sa.CheckConstraint("action IN ('change', 'unlink', 'relink')", name=op.f("ck_panel_change_action")),
        sa.CheckConstraint("state IN ('open', 'done', 'refused')", name=op.f("ck_panel_change_state")),
        _firm("panel_change"),
        sa.PrimaryKeyConstraint("firm_id", "id", name=op.f("pk_panel_change")),
    )
    op.create_index("ix_panel_change_firm_id_event", "panel_change", ["firm_id", "mailbox", "event"])
    op.create_table(
        "open_form",
        sa.Column("firm_id", ID, nullable=False),
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("beat_at", INSTANT, nullable=False),
        _firm("open_form"),
        sa.PrimaryKeyConstraint("firm_id", "mailbox", "event", name=op.f("pk_open_form")),
    )
    op.create_table(
        "ticket",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("content", SEALED, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.CheckConstraint("kind IN ('sign_in', 'code', 'token')", name=op.f("ck_ticket_kind")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_ticket")),
    )
    op.create_index("ix_ticket_expires_at", "ticket", ["expires_at"])
