"""Long work that administrators start: queued here, done by a worker, safe with any number of both.

Whoever works on a job holds a lease of it in the database's own time. A worker that is killed lets the lease run out;
the next one starts the job again from its beginning, which harms nobody: a preview writes nothing, a run is as
repeatable as any pass.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Select, and_, bindparam, delete, func, insert, or_, select, update

from server.domain.ids import FirmId
from server.errors import NotFound, Refused
from server.store.admin.changes import Change, Clock, utc_now
from server.store.admin.firms import lock_firm
from server.store.database import Database
from server.store.dialects import database_ms
from server.store.direct import select_values
from server.store.scope import FirmScope
from server.store.tables.oversight import JobKind, JobState, job

LEASE_SECONDS: Final = 15.0
#: A job that has ended its worker so often is not tried again.
MOST_ATTEMPTS: Final = 3
#: Unfinished jobs of one firm.
MOST_WAITING: Final = 5
KEPT_FOR: Final = timedelta(days=7)
OPEN: Final = (JobState.QUEUED, JobState.RUNNING)
_MEMBERS: Final = (
    "id",
    "firm_id",
    "kind",
    "state",
    "full",
    "done",
    "of",
    "result",
    "problem",
    "made_at",
    "made_by",
    "started_at",
    "ended_at",
    "cancel_at",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """``done`` of ``of`` steps so far; ``of`` 0 while nobody knows. ``result`` is a JSON document of ids and counts."""

    id: str
    firm_id: FirmId
    kind: JobKind
    state: JobState
    full: bool
    done: int
    of: int
    result: dict[str, Any] | None
    problem: str | None
    made_at: datetime
    made_by: str
    started_at: datetime | None
    ended_at: datetime | None
    cancel_at: datetime | None

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


class Jobs:
    """For who starts jobs and for who does them."""

    def __init__(self, database: Database, now: Clock = utc_now) -> None:
        self._database = database
        self._now = now

    # --- for administrators -------------------------------------------------------------------------------------------

    def start(self, firm: FirmId, kind: JobKind, *, actor: str, full: bool = False) -> Job:
        """A new job, or the one of that kind that waits already. Raises NotFound, Refused ``firm_paused``
        (for runs only), ``firm_not_connected``, ``too_many_jobs``."""

        def work(scope: FirmScope) -> Job:
            found = lock_firm(scope)
            # A preview writes nothing: it is what one looks at before a firm is started.
            if found.paused and kind is not JobKind.PREVIEW:
                raise Refused("firm_paused", firm=firm)
            if not (found.tenant_id and found.raynet_instance):
                raise Refused("firm_not_connected", firm=firm)
            waiting = [_job(row) for row in scope.rows(_select().where(job.c.state.in_(OPEN)))]
            same = [one for one in waiting if (one.kind, one.full) == (kind, full) and one.state is JobState.QUEUED]
            if same:
                return same[0]
            if len(waiting) >= MOST_WAITING:
                raise Refused("too_many_jobs", most=MOST_WAITING)
            number, at = secrets.token_hex(16), self._now()
            scope.connection.execute(insert(job).values(_new(number, firm, kind, full=full, actor=actor, at=at)))
            change = Change(scope.connection, actor, at)
            tell = change.tell if kind is JobKind.RUN else change.record
            tell(firm, f"job.{kind.value}", f"job:{number}")
            return _get(scope, number)

        return self._database.write(firm, work)

    def get(self, firm: FirmId, number: str) -> Job:
        """Raises NotFound."""
        return self._database.read(firm, lambda scope: _get(scope, number))

    def cancel(self, firm: FirmId, number: str, *, actor: str) -> Job:
        """A waiting one ends at once, a running one soon; one that has ended stays as it is. Raises NotFound."""

        def work(scope: FirmScope) -> Job:
            lock_firm(scope)
            found = _get(scope, number)
            if not found.is_open or found.cancel_at is not None:
                return found
            at = self._now()
            values: dict[str, Any] = {"cancel_at": at}
            if found.state is JobState.QUEUED:
                values |= {"state": JobState.CANCELLED, "ended_at": at}
            # A worker may have claimed it since it was read.
            unchanged = and_(job.c.id == number, job.c.state == found.state)
            if not scope.change(update(job).where(unchanged).values(values)):
                scope.change(update(job).where(job.c.id == number, job.c.state.in_(OPEN)).values(cancel_at=at))
            Change(scope.connection, actor, at).record(firm, "job.cancelled", f"job:{number}")
            return _get(scope, number)

        return self._database.write(firm, work)

    # --- for workers --------------------------------------------------------------------------------------------------

    def claim_unscoped(self, kind: JobKind, runner: str, *, firm: FirmId | None = None) -> Job | None:
        """The oldest job of that kind (and firm) that nobody works on, or None. It is the runner's for a while.

        One whose runner was lost too often, or that was cancelled meanwhile, ends here instead.
        """

        def work(connection: Connection) -> Job | None:
            free = and_(job.c.kind == kind, _FREE)
            statement = _select().add_columns(job.c.attempts).where(free).order_by(job.c.made_at, job.c.id)
            if firm is not None:
                statement = statement.where(job.c.firm_id == firm)
            row: Any = connection.execute(statement.limit(1).with_for_update(skip_locked=True)).first()
            if row is None:
                return None
            end = self._ending(row)
            values = end or {
                "state": JobState.RUNNING,
                "runner": runner,
                "lease_ms": database_ms() + int(LEASE_SECONDS * 1000),
                "attempts": row.attempts + 1,
                "started_at": row.started_at or self._now(),
                "done": 0,
                "of": 0,
            }
            mine = and_(job.c.firm_id == row.firm_id, job.c.id == row.id)
            connection.execute(update(job).where(mine).values(values))
            return None if end else _job(connection.execute(_select().where(mine)).one())

        looked_for = {"kind": kind} if firm is None else {"kind": kind, "firm": firm}
        looking = _ANY_FREE if firm is None else _FREE_OF_FIRM
        # Hardly ever there is one: looking writes nothing and waits for nobody.
        if not self._database.read_unscoped(lambda connection: select_values(connection, looking, looked_for)):
            return None
        return self._database.write_unscoped(work)

    def _ending(self, row: Any) -> dict[str, Any] | None:
        if row.cancel_at is not None:
            return {"state": JobState.CANCELLED, "ended_at": self._now()}
        if row.attempts >= MOST_ATTEMPTS:
            return {"state": JobState.FAILED, "problem": "job_abandoned", "ended_at": self._now()}
        return None

    def heartbeat(self, mine: Job, runner: str, done: int, of: int) -> bool:
        """Keep the lease and show progress. False: somebody else has it, or it is to be cancelled, so end soon."""
        values = {"lease_ms": database_ms() + int(LEASE_SECONDS * 1000), "done": done, "of": of}

        def work(scope: FirmScope) -> bool:
            kept = scope.change(update(job).where(*_held(mine, runner)).values(values))
            return bool(kept) and _get(scope, mine.id).cancel_at is None

        return self._database.write(mine.firm_id, work)

    def finish(
        self,
        mine: Job,
        runner: str,
        state: JobState,
        *,
        result: dict[str, Any] | None = None,
        problem: str | None = None,
    ) -> bool:
        """The end, unless somebody else has taken the job over."""
        values: dict[str, Any] = {"state": state, "result": result, "problem": problem, "runner": None}
        values["ended_at"] = self._now()
        if state is JobState.DONE:
            values["done"] = job.c.of
        statement = update(job).where(*_held(mine, runner)).values(values)
        return bool(self._database.write(mine.firm_id, lambda scope: scope.change(statement)))

    def give_back(self, mine: Job, runner: str) -> None:
        """The runner has to stop: another one may start the job at once, and this attempt does not count."""
        values = {"state": JobState.QUEUED, "runner": None, "lease_ms": 0, "attempts": job.c.attempts - 1}
        statement = update(job).where(*_held(mine, runner)).values(values)
        self._database.write(mine.firm_id, lambda scope: scope.change(statement))

    def waiting_unscoped(self, kind: JobKind) -> int:
        """How many jobs of that kind wait or run."""
        statement = select(func.count(job.c.id)).where(job.c.kind == kind, job.c.state.in_(OPEN))
        return int(self._database.read_unscoped(lambda connection: connection.scalar(statement)) or 0)

    def prune(self, firm: FirmId) -> int:
        """Forget what ended long ago; how many."""
        statement = delete(job).where(job.c.ended_at < self._now() - KEPT_FOR)
        return self._database.write(firm, lambda scope: scope.change(statement))


def _held(mine: Job, runner: str) -> tuple[Any, ...]:
    return job.c.id == mine.id, job.c.state == JobState.RUNNING, job.c.runner == runner


def _new(number: str, firm: FirmId, kind: JobKind, *, full: bool, actor: str, at: datetime) -> dict[str, Any]:
    return {
        "id": number,
        "firm_id": firm,
        "kind": kind,
        "state": JobState.QUEUED,
        "full": full,
        "done": 0,
        "of": 0,
        "made_at": at,
        "made_by": actor,
        "lease_ms": 0,
        "attempts": 0,
    }


_FREE: Final = or_(
    job.c.state == JobState.QUEUED, and_(job.c.state == JobState.RUNNING, job.c.lease_ms <= database_ms())
)
_ANY_FREE: Final = select(job.c.id).where(job.c.kind == bindparam("kind"), _FREE).limit(1)
_FREE_OF_FIRM: Final = _ANY_FREE.where(job.c.firm_id == bindparam("firm"))


def _select() -> Select[*tuple[Any, ...]]:
    return select(*(job.c[name] for name in _MEMBERS))


def _job(row: Any) -> Job:
    return Job(**{name: getattr(row, name) for name in _MEMBERS})


def _get(scope: FirmScope, number: str) -> Job:
    row = scope.first(_select().where(job.c.id == number))
    if row is None:
        raise NotFound(job=number)
    return _job(row)
