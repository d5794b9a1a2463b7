"""What a worker process does beside the passes: jobs, consent, alerts, figures over time. Its threads stop with it.

A chore never stands in the way of a pass: all of them share one thread that nobody waits for.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from server.admin.alerts import AlertWatch
from server.admin.consent import ConsentDesk
from server.domain.ids import FirmId
from server.domain.series import Carried
from server.errors import RosError
from server.store.admin.jobs import Jobs
from server.store.admin.journal import firm_ids_unscoped
from server.store.admin.quotas import Quotas, Spent
from server.store.admin.series import Series
from server.store.database import Database
from server.sync.jobs import JobRunner

CHORES_EVERY_SECONDS = 30
PRUNE_EVERY = timedelta(hours=6)
_LOG = structlog.get_logger("house")


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseParts:
    database: Database
    runner: JobRunner
    jobs: Jobs
    series: Series
    consent: ConsentDesk
    alerts: AlertWatch
    quotas: Quotas
    #: Calls of a firm since it was asked for last, and the budgets as the sides told.
    spent: Callable[[FirmId], Sequence[Spent]]
    now: Callable[[], datetime]


class House:
    """One per worker process."""

    def __init__(self, parts: HouseParts) -> None:
        self._parts = parts
        self._lock = threading.Lock()
        self._carried: dict[FirmId, list[Carried]] = {}
        self._worked_on: set[FirmId] = set()
        self._pruned_at: datetime | None = None
        self._chores = ThreadPoolExecutor(1, thread_name_prefix="chores")
        self._under_way: Future[None] | None = None
        self._previews = threading.Thread(target=parts.runner.previews, name="previews", daemon=True)

    def start(self) -> None:
        self._previews.start()

    def stop(self) -> None:
        """Called after the passes have ended; what was carried last is kept."""
        self._chores.shutdown(wait=True)
        self._previews.join(timeout=30)
        self._quietly(self._keep_figures)

    def run_of(self, firm: FirmId) -> None:
        """Do the run that an administrator asked for, if there is one, under the caller's lease."""
        self.carried(firm, self._parts.runner.run_of(firm))

    def carried(self, firm: FirmId, carried: Sequence[Carried]) -> None:
        """Remember a pass and what it has carried; it is written with the next chores."""
        with self._lock:
            self._worked_on.add(firm)
            if carried:
                self._carried.setdefault(firm, []).extend(carried)

    def nudge(self) -> None:
        """Do the chores beside the caller, unless they are being done."""
        if self._under_way is None or self._under_way.done():
            self._under_way = self._chores.submit(self.do_chores)

    def do_chores(self) -> None:
        """Each stands alone: one that fails is tried again with the next turn."""
        chores = (self._keep_figures, self._keep_quotas, self._check_consent, self._parts.alerts.look, self._prune)
        for chore in chores:
            self._quietly(chore)

    def _keep_figures(self) -> None:
        with self._lock:
            carried, self._carried = self._carried, {}
        for firm, some in carried.items():
            self._parts.series.add(firm, some)

    def _keep_quotas(self) -> None:
        with self._lock:
            firms, self._worked_on = self._worked_on, set()
        for firm in sorted(firms):
            for spent in self._parts.spent(firm):
                self._parts.quotas.note(firm, spent)

    def _check_consent(self) -> None:
        self._parts.consent.check_due()

    def _prune(self) -> None:
        now = self._parts.now()
        if self._pruned_at is not None and timedelta(0) <= now - self._pruned_at < PRUNE_EVERY:
            return
        self._pruned_at = now
        for firm in firm_ids_unscoped(self._parts.database):
            self._parts.series.prune(firm)
            self._parts.jobs.prune(firm)

    def _quietly(self, chore: Callable[[], None]) -> None:
        try:
            chore()
        except RosError as error:
            _LOG.warning("chore_failed", code=error.code, kind=chore.__name__)
        except Exception as error:  # noqa: BLE001  # around a chore: its defect stops no other
            _LOG.error("chore_defect", kind=chore.__name__, exc_info=error)
