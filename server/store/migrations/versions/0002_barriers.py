"""Row-level security on every table of a firm, and an audit log that cannot be altered."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = (
    "seat",
    "seen_activity",
    "seen_event",
    "link",
    "pair",
    "intent",
    "tombstone",
    "trail",
    "conflict",
    "hold",
    "pass",
    "firm_sync",
    "mailbox_sync",
    "notice",
    "attention",
    "subscription",
    "webhook",
    "person_hit",
    "push_sample",
    "administrator",
    "audit",
)
#: A setting that was local to a transaction reads as '' afterwards.
OWN = "nullif(current_setting('ros.firm_id', true), '')::bigint"
ALL = "current_setting('ros.unscoped', true) = 'on'"

REFUSE_FUNCTION = """
CREATE FUNCTION ros_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only';
END $$
"""
REFUSE_POSTGRESQL = """
CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
FOR EACH STATEMENT EXECUTE FUNCTION ros_refuse_change()
"""
REFUSE_SQLITE = """
CREATE TRIGGER audit_refuses_{verb} BEFORE {verb} ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only');
END
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(REFUSE_SQLITE.format(verb=verb))
        return
    for table, column in [("firm", "id"), *((table, "firm_id") for table in TABLES)]:
        criterion = f"({column} = {OWN} OR {ALL})"
        op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
        op.execute(f'CREATE POLICY own_firm ON "{table}" USING {criterion} WITH CHECK {criterion}')
    op.execute(REFUSE_FUNCTION)
    op.execute(REFUSE_POSTGRESQL)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(f"DROP TRIGGER audit_refuses_{verb}")
        return
    op.execute("DROP TRIGGER audit_is_append_only ON audit")
    op.execute("DROP FUNCTION ros_refuse_change()")
    for table in ("firm", *TABLES):
        op.execute(f'DROP POLICY own_firm ON "{table}"')
        op.execute(f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY')
        op.execute(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY')
