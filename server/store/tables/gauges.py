"""What workers write down of both sides' budgets, for administrators to look at."""

from typing import Final

from sqlalchemy import Column, Date, Integer, Table

from server.domain.state import Side
from server.store.tables.meta import code_column, firm_column, metadata, one_of
from server.store.types import Instant

#: ``calls`` are those of ``day`` (UTC) by all workers; ``limit`` and ``left`` as the side last told.
side_gauge: Final = Table(
    "side_gauge",
    metadata,
    firm_column(),
    Column("side", code_column("side", Side).type, primary_key=True),
    Column("day", Date, nullable=False),
    Column("calls", Integer, nullable=False),
    Column("limit", Integer),
    Column("left", Integer),
    Column("resets_at", Instant),
    Column("as_of", Instant, nullable=False),
    one_of("side", Side),
)
