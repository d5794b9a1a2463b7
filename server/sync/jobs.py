"""Jobs that administrators started, done by the worker: a preview beside everything else, a run in the firm's own turn.

A heartbeat keeps each job this process's own and hears when somebody cancels it. What happens to the process leaves the
job to the next worker.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import structlog

from server.catalogue.sentences import Language
from server.domain.ids import FirmId
from server.domain.series import Carried
from server.errors import RosError
from server.flow import Op
from server.store.admin.jobs import Job, Jobs
from server.store.tables.oversight import JobKind, JobState
from server.sync.context import PassOptions
from server.sync.driver import Driver
from server.sync.runs import PreviewParts, Report, Until, preview, run_until_quiet

HEARTBEAT_SECONDS = 2.0
#: How often previews are looked for.
LOOK_SECONDS = 1.0
_LOG = structlog.get_logger("jobs")


class _CancelledError(BaseException):
    """The job is to end now. No handler of errors on the way may take it for one."""


@dataclass(slots=True)
class _Progress:
    """``cancelled`` by a person or taken over by another process; ``ending`` when this process stops."""

    done: int = 0
    of: int = 0
    cancelled: bool = False
    ending: bool = False

    def planned_or_sent(self, planned: int, sent: int) -> None:
        self.of += planned
        self.done += sent


class JobRunner:
    """One per worker process. ``stopping`` is the process's own."""

    def __init__(
        self,
        jobs: Jobs,
        parts: PreviewParts,
        runner: str,
        stopping: threading.Event,
        heartbeat_seconds: float = HEARTBEAT_SECONDS,
    ) -> None:
        self._jobs = jobs
        self._parts = parts
        self._runner = runner
        self._stopping = stopping
        self._heartbeat_seconds = heartbeat_seconds

    def previews(self) -> None:
        """Do previews until the process stops; for a thread of its own."""
        while not self._stopping.is_set():
            if not self.one_preview():
                self._stopping.wait(LOOK_SECONDS)

    def one_preview(self) -> bool:
        """Whether there was one to do."""
        try:
            mine = self._jobs.claim_unscoped(JobKind.PREVIEW, self._runner)
        except RosError as error:
            _LOG.warning("jobs_not_read", code=error.code)
            return False
        if mine is None:
            return False
        with self._working(mine) as progress:

            def look(_op: Op[object]) -> None:
                if progress.cancelled or progress.ending:
                    raise _CancelledError
                progress.done += 1

            self._done(mine, preview(self._parts, mine.firm_id, full=mine.full, look=look), is_preview=True)
        return True

    def run_of(self, firm: FirmId) -> tuple[Carried, ...]:
        """Do the firm's waiting run, if there is one, under the lease that the caller holds; what it carried."""
        mine = self._jobs.claim_unscoped(JobKind.RUN, self._runner, firm=firm)
        carried: tuple[Carried, ...] = ()
        if mine is None:
            return carried
        with self._working(mine) as progress:
            stop = threading.Event()
            driver = Driver(
                self._parts.ports,
                threads=8,
                clock=self._parts.clock,
                stopping=stop,
                watch=progress.planned_or_sent,
            )
            options = PassOptions(trigger="manual", full=mine.full)
            try:
                with self._following(progress, stop):
                    until = Until(now=self._parts.clock, wait=stop.wait)
                    report = run_until_quiet(driver, firm, options, until, self._parts.counters)
            finally:
                driver.close()
            carried = tuple(report.carried)
            if progress.cancelled or progress.ending:
                raise _CancelledError
            self._done(mine, report, is_preview=False)
        return carried

    def _done(self, mine: Job, report: Report, *, is_preview: bool) -> None:
        """The document of ``ros sync``, its sentences in Czech and beside them in English."""
        result: dict[str, Any] = report.document(Language.CZECH, preview=is_preview)
        english: Any = report.document(Language.ENGLISH, preview=is_preview)["errors"]
        for one, other in zip(result["errors"], english, strict=True):
            one["text_en"] = other["text"]
        self._jobs.finish(mine, self._runner, JobState.DONE, result=result)

    # --- keeping the job --------------------------------------------------------------------------------------------

    @contextmanager
    def _working(self, mine: Job) -> Iterator[_Progress]:
        """Heartbeats around the work; whatever ends the work ends the job, unless another process has it by then."""
        progress, ended = _Progress(), threading.Event()
        beats = threading.Thread(target=self._beat, args=(mine, progress, ended), name="job-heartbeat", daemon=True)
        beats.start()
        _LOG.info("job_started", firm=mine.firm_id, job_id=mine.id, kind=mine.kind.value)
        try:
            yield progress
        except _CancelledError:
            self._end_early(mine, progress)
        except RosError as error:
            _LOG.warning("job_failed", firm=mine.firm_id, job_id=mine.id, code=error.code)
            self._fail(mine, error.code)
        except Exception as error:  # noqa: BLE001  # around a job: its defect stops nothing else
            _LOG.error("job_defect", firm=mine.firm_id, job_id=mine.id, kind=type(error).__name__, exc_info=error)
            self._fail(mine, "job_failed")
        finally:
            ended.set()
            beats.join()

    def _beat(self, mine: Job, progress: _Progress, ended: threading.Event) -> None:
        while not ended.wait(self._heartbeat_seconds):
            progress.ending = self._stopping.is_set()
            try:
                if not self._jobs.heartbeat(mine, self._runner, progress.done, progress.of):
                    progress.cancelled = True
            except RosError as error:
                # The database is away; the lease may run out, then another process begins again.
                _LOG.warning("job_not_kept", firm=mine.firm_id, job_id=mine.id, code=error.code)

    @contextmanager
    def _following(self, progress: _Progress, stop: threading.Event) -> Iterator[None]:
        """Stop the driver between two items soon after the job is to end."""
        ended = threading.Event()

        def follow() -> None:
            while not ended.wait(0.1):
                progress.ending = progress.ending or self._stopping.is_set()
                if progress.cancelled or progress.ending:
                    stop.set()
                    return

        follower = threading.Thread(target=follow, name="job-follower", daemon=True)
        follower.start()
        try:
            yield
        finally:
            ended.set()
            follower.join()

    def _end_early(self, mine: Job, progress: _Progress) -> None:
        try:
            if progress.ending and not progress.cancelled:
                self._jobs.give_back(mine, self._runner)
            else:
                self._jobs.finish(mine, self._runner, JobState.CANCELLED)
        except RosError as error:
            _LOG.warning("job_not_kept", firm=mine.firm_id, job_id=mine.id, code=error.code)

    def _fail(self, mine: Job, code: str) -> None:
        try:
            self._jobs.finish(mine, self._runner, JobState.FAILED, problem=code)
        except RosError as error:
            _LOG.warning("job_not_kept", firm=mine.firm_id, job_id=mine.id, code=error.code)
