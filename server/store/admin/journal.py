"""What waits for people or can be taken back: conflicts, holds, passes."""

from dataclasses import dataclass
from typing import Any, Final, TypeVar

from sqlalchemy import Select, select, update

from server.domain.ids import FirmId, PassId
from server.domain.state import Conflict, Decision, Hold, Pass
from server.errors import NotFound, Refused
from server.store import shapes
from server.store.admin.changes import Change, Clock, utc_now
from server.store.database import Database
from server.store.scope import FirmScope
from server.store.shapes import Shape
from server.store.tables import journal, people, runtime

V = TypeVar("V")
MOST_LISTED: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictEntry:
    """A conflict with the e-mail of its mailbox; None when the seat is gone."""

    conflict: Conflict
    email: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldEntry:
    """A hold with the e-mail of its mailbox; None when the seat is gone."""

    hold: Hold
    email: str | None


class Conflicts:
    """The conflict journal."""

    def __init__(self, database: Database, now: Clock = utc_now) -> None:
        self._database = database
        self._now = now

    def every(self, firm: FirmId | None = None, *, limit: int = MOST_LISTED) -> tuple[ConflictEntry, ...]:
        """Newest first; of all firms where none is given."""
        statement = select(*shapes.CONFLICT.columns()).order_by(journal.conflict.c.at.desc(), journal.conflict.c.id)
        found = _listed(self._database, firm, shapes.CONFLICT, statement.limit(limit))
        return tuple(ConflictEntry(conflict=one, email=email) for one, email in found)

    def request_restore(self, conflict: str, *, actor: str, firm: FirmId | None = None) -> Conflict:
        """Ask the worker to write the lost value back. Asking twice changes nothing.

        Raises NotFound, or Refused ``already_restored``.
        """
        whose = firm if firm is not None else _firm_of_unscoped(self._database, shapes.CONFLICT, conflict)

        def work(scope: FirmScope) -> Conflict:
            found = _locked(scope, shapes.CONFLICT, conflict)
            if found.restored_at is not None:
                raise Refused("already_restored", conflict=conflict)
            if found.restore_requested_at is not None:
                return found
            at = self._now()
            scope.change(
                update(journal.conflict).where(journal.conflict.c.id == conflict).values(restore_requested_at=at)
            )
            Change(scope.connection, actor, at).tell(scope.firm, "conflict.restore", f"conflict:{conflict}")
            return _locked(scope, shapes.CONFLICT, conflict)

        return self._database.write(whose, work)


class Holds:
    """Mass deletions that wait for an administrator."""

    def __init__(self, database: Database, now: Clock = utc_now) -> None:
        self._database = database
        self._now = now

    def every(self, firm: FirmId | None = None, *, closed: bool = False) -> tuple[HoldEntry, ...]:
        """Newest first; open ones only, unless ``closed``; of all firms where none is given."""
        statement = select(*shapes.HOLD.columns()).order_by(journal.hold.c.at.desc(), journal.hold.c.id)
        if not closed:
            statement = statement.where(journal.hold.c.closed_at.is_(None))
        found = _listed(self._database, firm, shapes.HOLD, statement.limit(MOST_LISTED))
        return tuple(HoldEntry(hold=one, email=email) for one, email in found)

    def decide(self, hold: str, decision: Decision, *, actor: str, firm: FirmId | None = None) -> Hold:
        """Deciding the same twice changes nothing. Raises NotFound, Refused ``already_decided``, ``hold_closed``."""
        whose = firm if firm is not None else _firm_of_unscoped(self._database, shapes.HOLD, hold)

        def work(scope: FirmScope) -> Hold:
            found = _locked(scope, shapes.HOLD, hold)
            if found.decision is decision:
                return found
            if found.decision is not None:
                raise Refused("already_decided", hold=hold, decision=found.decision.value)
            if found.closed_at is not None:
                raise Refused("hold_closed", hold=hold)
            at = self._now()
            values = {"decision": decision, "decided_at": at}
            scope.change(update(journal.hold).where(journal.hold.c.id == hold).values(values))
            Change(scope.connection, actor, at).tell(scope.firm, f"hold.{decision.value}", f"hold:{hold}")
            return _locked(scope, shapes.HOLD, hold)

        return self._database.write(whose, work)


class Passes:
    """Past runs and taking them back."""

    def __init__(self, database: Database, now: Clock = utc_now) -> None:
        self._database = database
        self._now = now

    def every(self, firm: FirmId | None = None, *, limit: int = 100) -> tuple[Pass, ...]:
        """Newest first; of all firms where none is given."""
        statement = select(*shapes.PASS.columns()).order_by(journal.passes.c.started_at.desc())
        found = _some(self._database, firm, shapes.PASS, statement.limit(limit))
        return tuple(sorted(found, key=lambda one: one.started_at, reverse=True))

    def get(self, pass_id: PassId, *, firm: FirmId | None = None) -> Pass:
        """Raises NotFound."""
        whose = firm if firm is not None else _firm_of_unscoped(self._database, shapes.PASS, pass_id)
        return self._database.read(whose, lambda scope: _found(scope, shapes.PASS, pass_id))

    def request_undo(self, pass_id: PassId, *, actor: str, firm: FirmId | None = None) -> Pass:
        """Ask the worker to take back what a pass wrote. Asking twice changes nothing.

        Raises NotFound, or Refused ``already_undone`` or ``pass_running``.
        """
        whose = firm if firm is not None else _firm_of_unscoped(self._database, shapes.PASS, pass_id)

        def work(scope: FirmScope) -> Pass:
            found = _locked(scope, shapes.PASS, pass_id)
            if found.undone_at is not None:
                raise Refused("already_undone", pass_id=pass_id)
            if found.ended_at is None:
                raise Refused("pass_running", pass_id=pass_id)
            if found.undo_requested_at is not None:
                return found
            at = self._now()
            scope.change(update(journal.passes).where(journal.passes.c.id == pass_id).values(undo_requested_at=at))
            Change(scope.connection, actor, at).tell(scope.firm, "pass.undo", f"pass:{pass_id}")
            return _locked(scope, shapes.PASS, pass_id)

        return self._database.write(whose, work)


def emails_by_mailbox(scope: FirmScope) -> dict[str, str]:
    """The e-mail under which a mailbox is licensed."""
    sync = runtime.mailbox_sync
    rows = scope.rows(select(sync.c.mailbox, sync.c.email).where(sync.c.mailbox.is_not(None)))
    return {row[0]: row[1] for row in rows}


def firm_ids_unscoped(database: Database) -> tuple[FirmId, ...]:
    """All firms of the server."""
    statement = select(people.firm.c.id).order_by(people.firm.c.id)
    return tuple(database.read_unscoped(lambda connection: connection.scalars(statement).all()))


def _some(database: Database, firm: FirmId | None, shape: Shape[V], statement: Select[*tuple[Any, ...]]) -> list[V]:
    """From one firm or, each in its own scope, from all."""
    firms = firm_ids_unscoped(database) if firm is None else (firm,)
    return [one for each in firms for one in database.read(each, lambda scope: scope.values(shape, statement))]


def _listed(
    database: Database, firm: FirmId | None, shape: Shape[V], statement: Select[*tuple[Any, ...]]
) -> list[tuple[V, str | None]]:
    """Values with the e-mails of their mailboxes, newest first."""

    def work(scope: FirmScope) -> list[tuple[Any, str | None]]:
        emails = emails_by_mailbox(scope)
        return [(one, emails.get(one.mailbox)) for one in scope.values(shape, statement)]  # type: ignore[attr-defined]

    firms = firm_ids_unscoped(database) if firm is None else (firm,)
    found = [entry for each in firms for entry in database.read(each, work)]
    return sorted(found, key=lambda entry: entry[0].at, reverse=True)


def _firm_of_unscoped(database: Database, shape: Shape[Any], number: str) -> FirmId:
    """Whose it is: operators name conflicts, holds and passes by their ids alone. Raises NotFound."""
    statement = select(shape.table.c.firm_id).where(shape.table.c.id == number).limit(1)
    firm = database.read_unscoped(lambda connection: connection.scalar(statement))
    if firm is None:
        raise NotFound(**{shape.table.name: number})
    return FirmId(firm)


def _found(scope: FirmScope, shape: Shape[V], number: str, *, lock: bool = False) -> V:
    statement = select(*shape.columns()).where(shape.table.c.id == number)
    row = scope.first(statement.with_for_update() if lock else statement)
    if row is None:
        raise NotFound(**{shape.table.name: number})
    return shape.value(row)


def _locked(scope: FirmScope, shape: Shape[V], number: str) -> V:
    return _found(scope, shape, number, lock=True)
