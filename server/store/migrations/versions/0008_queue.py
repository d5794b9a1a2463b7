"""Until when Raynet's announcements are taken to come out of a queue."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

INSTANT = sa.BigInteger().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    op.add_column("firm_sync", sa.Column("queued_until", INSTANT))


def downgrade() -> None:
    op.drop_column("firm_sync", "queued_until")
