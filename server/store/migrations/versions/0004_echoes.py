"""What tells the announcement of our own save from a user's: the releases before take no notice of it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INSTANT = sa.BigInteger().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    op.add_column("link", sa.Column("echoes", sa.Text(), nullable=False, server_default="[]"))
    op.add_column("firm_sync", sa.Column("own_source", sa.Text()))
    for name in ("event", "etag", "source"):
        op.add_column("notice", sa.Column(name, sa.Text()))
    op.add_column("notice", sa.Column("changed_at", INSTANT))


def downgrade() -> None:
    for name in ("changed_at", "source", "etag", "event"):
        op.drop_column("notice", name)
    op.drop_column("firm_sync", "own_source")
    op.drop_column("link", "echoes")
