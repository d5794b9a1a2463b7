"""What all tables share: names of constraints, the firm's column, which tables belong to a firm."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import BindParameter, CheckConstraint, Column, ColumnElement, ForeignKey, MetaData, Table, bindparam

from server.domain.ids import FirmId
from server.store.types import Code, Id, Sealed

metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: Tables of no firm, or asked for all firms at once: no row-level security stands behind them.
FIRMLESS: Final = frozenset({"lease", "key_check", "sign_in_gate", "ticket"})


def firm_column(*, primary_key: bool = True) -> Column[int]:
    """The firm a row belongs to."""
    return Column("firm_id", Id, ForeignKey("firm.id"), primary_key=primary_key, nullable=False)


def code_column(name: str, kind: type[StrEnum], *, nullable: bool = False) -> Column[Any]:
    """A column of a closed set; pair it with :func:`one_of` where the set is a state."""
    return Column(name, Code(kind), nullable=nullable)


def one_of(name: str, kind: type[StrEnum]) -> CheckConstraint:
    """The database's own check that the column is in the set."""
    allowed = ", ".join(f"'{member.value}'" for member in kind)
    return CheckConstraint(f"{name} IN ({allowed})", name=name)


#: Stands for the firm in statements that are made once; a scope gives it its value.
SCOPE_FIRM: Final = bindparam("scope_firm", type_=Id)


def firm_criterion(table: Any, firm: FirmId | BindParameter[Any] = SCOPE_FIRM) -> ColumnElement[bool]:
    """That a row of ``table`` (or of an alias of it) is of ``firm``, or of the scope's firm."""
    column = table.c.id if table.name == "firm" else table.c.firm_id
    return column == firm  # type: ignore[no-any-return]  # columns of an untyped table


def tenant_tables() -> Sequence[Table]:
    """Tables whose rows belong to a firm, in dependency order."""
    return [one for one in metadata.sorted_tables if one.name not in FIRMLESS]


def sealed_columns() -> Sequence[tuple[Table, Column[Any]]]:
    """Every sealed column with its table."""
    return [
        (table, column)
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, Sealed)
    ]
