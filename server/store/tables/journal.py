"""What happened and what waits for a person: trails, conflicts, holds, passes."""

from typing import Final

from sqlalchemy import Column, Index, Integer, Table, Text, text

from server.domain.content import FieldName
from server.domain.ids import PairId
from server.domain.reasons import Reason
from server.domain.state import Decision, Side
from server.store.tables.meta import code_column, firm_column, metadata, one_of
from server.store.types import ActivityKeyText, Id, Instant, Json, Sealed

trail: Final = Table(
    "trail",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    firm_column(primary_key=False),
    Column("link_id", Text, nullable=False),
    Column("pair_id", Text),
    Column("pass_id", Text),
    Column("at", Instant, nullable=False),
    Column("seen", Json(tuple[str, ...]), nullable=False),
    code_column("reason", Reason),
    Column("outcome", Text, nullable=False),
    Column("writes", Json(tuple[str, ...]), nullable=False),
    Index("ix_trail_firm_id_link_id", "firm_id", "link_id"),
    Index("ix_trail_firm_id_at", "firm_id", "at"),
    sqlite_autoincrement=True,
)

conflict: Final = Table(
    "conflict",
    metadata,
    firm_column(),
    Column("id", Text, primary_key=True),
    Column("link_id", Text, nullable=False),
    Column("pair_id", Text, nullable=False),
    Column("activity", ActivityKeyText),
    Column("mailbox", Text, nullable=False),
    code_column("field", FieldName),
    Column("base", Sealed(str, "conflict.base"), nullable=False),
    Column("kept", Sealed(str, "conflict.kept"), nullable=False),
    Column("lost", Sealed(str, "conflict.lost"), nullable=False),
    code_column("lost_side", Side),
    Column("at", Instant, nullable=False),
    #: People's.
    Column("restore_requested_at", Instant),
    Column("restored_at", Instant),
    Index("ix_conflict_id", "id"),
    Index("ix_conflict_firm_id_at", "firm_id", "at"),
    one_of("lost_side", Side),
)

hold: Final = Table(
    "hold",
    metadata,
    firm_column(),
    Column("id", Text, primary_key=True),
    Column("mailbox", Text, nullable=False),
    Column("pairs", Json(tuple[PairId, ...]), nullable=False),
    Column("count", Integer, nullable=False),
    Column("of", Integer, nullable=False),
    code_column("reason", Reason),
    Column("at", Instant, nullable=False),
    #: People's, with ``decided_at``.
    code_column("decision", Decision, nullable=True),
    Column("decided_at", Instant),
    Column("closed_at", Instant),
    Index("ix_hold_id", "id"),
    one_of("decision", Decision),
)

passes: Final = Table(
    "pass",
    metadata,
    firm_column(),
    Column("id", Text, primary_key=True),
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("trigger", Text, nullable=False),
    Column("counts", Json(dict[str, int]), nullable=False),
    #: People's.
    Column("undo_requested_at", Instant),
    Column("undone_at", Instant),
    Index("ix_pass_id", "id"),
    Index("ix_pass_firm_id_started_at", "firm_id", "started_at"),
)
Index(
    "ix_conflict_restore_asked",
    conflict.c.firm_id,
    sqlite_where=text("restore_requested_at IS NOT NULL AND restored_at IS NULL"),
    postgresql_where=text("restore_requested_at IS NOT NULL AND restored_at IS NULL"),
)
Index(
    "ix_pass_undo_asked",
    passes.c.firm_id,
    sqlite_where=text("undo_requested_at IS NOT NULL AND undone_at IS NULL"),
    postgresql_where=text("undo_requested_at IS NOT NULL AND undone_at IS NULL"),
)
