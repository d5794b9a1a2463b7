"""What a database's refusal means for us: worth another try, a lost connection, or an error of our own tree.

Messages of drivers quote values, so none is passed on: only codes and names of constraints.
"""

from typing import Final

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from server.errors import Invalid, RosError, Scope, Unavailable

#: serialization_failure, deadlock_detected, lock_not_available.
_TRY_AGAIN: Final = frozenset({"40001", "40P01", "55P03"})
#: SQLite says these of a commit that did not happen; after any other failure of a commit nobody knows.
_NOT_COMMITTED: Final = frozenset({"SQLITE_BUSY", "SQLITE_FULL", "SQLITE_LOCKED"})


def worth_another_try(error: SQLAlchemyError) -> bool:
    """Whether the same transaction, run again from its start, may succeed; only for failures before the commit."""
    if not isinstance(error, DBAPIError):
        return False
    return error.connection_invalidated or _code(error) in _TRY_AGAIN or _code(error) == "SQLITE_BUSY"


def translated(error: SQLAlchemyError, *, committing: bool = False) -> RosError:
    """The error of our tree for ``error``; ``committing`` when it was raised by the commit itself."""
    if isinstance(error, PoolTimeoutError):
        return Unavailable(scope=Scope.SERVER, detail="store_pool")
    if isinstance(error, StatementError) and isinstance(error.orig, RosError):
        return error.orig
    if isinstance(error, IntegrityError):
        return Invalid("store_constraint", field=_constraint(error))
    if isinstance(error, DataError) or not isinstance(error, DBAPIError):
        return Invalid("store_value", field=type(getattr(error, "orig", None) or error).__name__)
    code = _code(error)
    return Unavailable(
        scope=Scope.SERVER,
        detail=code or type(error).__name__,
        unknown_outcome=committing and code not in _NOT_COMMITTED,
    )


def _code(error: DBAPIError) -> str:
    """SQLSTATE, or SQLite's name of the result."""
    return str(getattr(error.orig, "pgcode", None) or getattr(error.orig, "sqlite_errorname", None) or "")


def _constraint(error: IntegrityError) -> str:
    """PostgreSQL names the constraint; SQLite its columns or name, in a message without values."""
    diagnosis = getattr(error.orig, "diag", None)
    return str(diagnosis.constraint_name) if diagnosis is not None else str(error.orig).partition(": ")[2]
