"""Indexes without which a change would cost the more the more pairs a firm has."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

RESTORE_ASKED = sa.text("restore_requested_at IS NOT NULL AND restored_at IS NULL")
UNDO_ASKED = sa.text("undo_requested_at IS NOT NULL AND undone_at IS NULL")


def upgrade() -> None:
    op.create_index("ix_link_firm_id_activity", "link", ["firm_id", "activity"])
    op.create_index(
        "ix_conflict_restore_asked",
        "conflict",
        ["firm_id"],
        sqlite_where=RESTORE_ASKED,
        postgresql_where=RESTORE_ASKED,
    )
    op.create_index("ix_pass_undo_asked", "pass", ["firm_id"], sqlite_where=UNDO_ASKED, postgresql_where=UNDO_ASKED)


def downgrade() -> None:
    op.drop_index("ix_pass_undo_asked", "pass")
    op.drop_index("ix_conflict_restore_asked", "conflict")
    op.drop_index("ix_link_firm_id_activity", "link")
