"""Jobs over the real engine: what a preview tells, what a run does, what becomes of them when something ends them."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from server.admin.alerts import AlertWatch
from server.admin.consent import ConsentDesk
from server.cli.foreground import calls_of
from server.cli.housekeeping import Meter
from server.domain.ids import FirmId
from server.flow import Op
from server.store.admin.jobs import Job, Jobs
from server.store.tables.oversight import JobKind, JobState
from server.store.tables.oversight import job as job_table
from server.sync.house import House, HouseParts
from server.sync.jobs import JobRunner
from server.sync.runs import PreviewParts
from tests.conftest import ExpectedLogs
from tests.support.databases import BACKENDS, KEYS
from tests.support.rig import Rig, rig

HOUR = timedelta(hours=1)
#: Far longer than anything here takes; only a hang reaches it.
PATIENCE = 60.0


@dataclass(slots=True)
class Office:
    """A firm with something to carry, and a worker's runner."""

    rig: Rig
    jobs: Jobs
    stopping: threading.Event

    def runner(self, name: str = "one", *, look: Callable[[Op[Any]], None] | None = None) -> JobRunner:
        """``look`` happens before each call to Raynet."""
        engine = self.rig.engine
        ports = engine.ports
        if look is not None:
            perform = ports.raynet

            def watched(op: Op[Any]) -> object:
                look(op)
                return perform(op)

            ports = replace(ports, raynet=watched)
        parts = PreviewParts(
            database=self.rig.database, keys=KEYS, ports=ports, counters=calls_of(engine), clock=self.rig.clock
        )
        return JobRunner(self.jobs, parts, name, self.stopping, heartbeat_seconds=0.02)

    def start(self, kind: JobKind) -> Job:
        return self.jobs.start(self.rig.firm, kind, actor="admin:7")

    def now(self, job: Job) -> Job:
        return self.jobs.get(self.rig.firm, job.id)

    def lose(self, job: Job) -> None:
        """Its worker was killed so long ago that nobody believes in it any more."""
        statement = update(job_table).where(job_table.c.id == job.id).values(lease_ms=1)
        self.rig.database.write(self.rig.firm, lambda scope: scope.change(statement))

    @contextmanager
    def held(self) -> Iterator[FirmId]:
        """As a worker holds the firm around its turn."""
        engine = self.rig.engine
        lease = engine.leases.claim(self.rig.firm, 3600.0)
        assert lease is not None
        engine.book.put(lease)
        try:
            yield self.rig.firm
        finally:
            engine.book.drop(self.rig.firm)
            engine.leases.release(lease)


@pytest.fixture(params=BACKENDS)
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    with rig(tmp_path, people=("jana",), backend=request.param) as made:
        made.sync()
        at = made.clock().replace(minute=0) + 24 * HOUR
        made.people["jana"].ui.create("meeting", title="Porada", start=at, end=at + HOUR)
        made.people["jana"].outlook.create("Oběd", at + 2 * HOUR, at + 3 * HOUR)
        made.tick()
        yield Office(rig=made, jobs=made.administration.jobs, stopping=threading.Event())


def wait_for(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_preview_tells_what_the_command_tells_and_writes_nothing(office: Office) -> None:
    job = office.start(JobKind.PREVIEW)
    with office.rig.expect_writes(raynet=0, graph=0):
        assert office.runner().one_preview()
    ended = office.now(job)
    assert (ended.state, ended.problem) == (JobState.DONE, None)
    assert ended.result is not None
    expected = office.rig.preview()
    assert len(ended.result["steps"]) == len(expected.writes) > 0
    assert {step["kind"] for step in ended.result["steps"]} == {write.kind.value for write in expected.writes}
    assert ended.result["created"] == 2
    assert (ended.result["mails"], ended.result["writes"]) == (0, {"raynet": 0, "graph": 0})
    assert "Porada" not in str(ended.result)
    assert not office.runner().one_preview()


def test_a_run_carries_and_shows_its_progress(office: Office) -> None:
    job = office.start(JobKind.RUN)
    with office.held() as firm:
        carried = office.runner().run_of(firm)
        assert office.runner().run_of(firm) == ()
    ended = office.now(job)
    assert ended.state is JobState.DONE
    assert ended.result is not None
    assert (ended.result["created"], ended.result["errors"]) == (2, [])
    assert ended.done == ended.of
    assert {one.to_outlook for one in carried} == {True, False}
    subjects = [one.subject for one in office.rig.people["jana"].outlook.events().values()]
    assert sorted(subjects) == ["Oběd", "Porada"]


def test_a_run_without_somebody_s_wish_is_none(office: Office) -> None:
    with office.held() as firm, office.rig.expect_writes(raynet=0, graph=0):
        assert office.runner().run_of(firm) == ()


def test_the_job_of_a_killed_worker_is_done_by_the_next_and_counted_once(office: Office) -> None:
    job = office.start(JobKind.RUN)
    dead = office.jobs.claim_unscoped(JobKind.RUN, "dead", firm=office.rig.firm)
    assert dead is not None
    office.jobs.heartbeat(dead, "dead", 1, 2)
    with office.held() as firm:
        office.runner().run_of(firm)
        assert office.now(job).state is JobState.RUNNING, "somebody still has it"
        office.lose(job)
        office.runner().run_of(firm)
    assert office.now(job).state is JobState.DONE
    assert not office.jobs.finish(dead, "dead", JobState.FAILED)
    assert office.now(job).state is JobState.DONE
    assert len(office.rig.people["jana"].outlook.events()) == 2


def test_a_preview_ends_when_it_is_cancelled(office: Office) -> None:
    job = office.start(JobKind.PREVIEW)
    seen = 0

    def look(_op: Op[Any]) -> None:
        nonlocal seen
        seen += 1
        if seen == 1:
            office.jobs.cancel(office.rig.firm, job.id, actor="admin:7")
            # The runner hears of it with its next heartbeat.
            time.sleep(0.5)

    office.runner(look=look).one_preview()
    assert office.now(job).state is JobState.CANCELLED
    assert office.now(job).result is None


def test_a_run_ends_between_two_items_when_it_is_cancelled(office: Office) -> None:
    job = office.start(JobKind.RUN)
    cancelled = False

    def look(_op: Op[Any]) -> None:
        nonlocal cancelled
        if not cancelled:
            cancelled = True
            office.jobs.cancel(office.rig.firm, job.id, actor="admin:7")
            time.sleep(0.5)

    with office.held() as firm:
        office.runner(look=look).run_of(firm)
    assert office.now(job).state is JobState.CANCELLED
    office.rig.tick()
    office.rig.sync()
    assert len(office.rig.people["jana"].outlook.events()) == 2, "what was left is carried later"


@pytest.mark.parametrize("kind", JobKind)
def test_a_worker_that_stops_leaves_the_job_to_the_next(office: Office, kind: JobKind) -> None:
    job = office.start(kind)

    def look(_op: Op[Any]) -> None:
        if not office.stopping.is_set():
            office.stopping.set()
            time.sleep(0.5)

    first = office.runner("first", look=look)
    if kind is JobKind.PREVIEW:
        first.one_preview()
    else:
        with office.held() as firm:
            first.run_of(firm)
    assert office.now(job).state is JobState.QUEUED
    office.stopping.clear()
    second = office.runner("second")
    if kind is JobKind.PREVIEW:
        assert second.one_preview()
    else:
        with office.held() as firm:
            second.run_of(firm)
    assert office.now(job).state is JobState.DONE


def test_a_defect_ends_the_job_and_not_the_worker(office: Office, expected_logs: ExpectedLogs) -> None:
    expected_logs("job_defect")
    job = office.start(JobKind.PREVIEW)

    def look(_op: Op[Any]) -> None:
        raise ZeroDivisionError

    office.runner(look=look).one_preview()
    assert (office.now(job).state, office.now(job).problem) == (JobState.FAILED, "job_failed")


def test_the_thread_of_previews_ends_with_its_worker(office: Office) -> None:
    thread = threading.Thread(target=office.runner().previews, daemon=True)
    thread.start()
    job = office.start(JobKind.PREVIEW)
    wait_for(lambda: not office.now(job).is_open)
    office.stopping.set()
    thread.join(PATIENCE)
    assert not thread.is_alive()
    assert office.now(job).state is JobState.DONE


# --- figures, and what a house does with them -----------------------------------------------------------------------


def house(office: Office) -> House:
    made, administration = office.rig, office.rig.administration

    def graph(op: Op[Any]) -> Any:
        return made.engine.graph.perform(op)

    parts = HouseParts(
        database=made.database,
        runner=office.runner(),
        jobs=administration.jobs,
        series=administration.series,
        consent=ConsentDesk(administration.consents, administration.firms, graph, made.clock),
        alerts=AlertWatch(made.database, administration.alerts, made.clock),
        quotas=administration.quotas,
        spent=Meter(made.engine),
        now=made.clock,
    )
    return House(parts)


def test_a_person_s_change_is_counted_from_when_it_was_made(office: Office) -> None:
    made = office.rig
    result = made.one_pass()
    assert sorted(one.to_outlook for one in result.carried) == [False, True]
    # Graph touches a new event once more by itself, a moment after it was made.
    assert all(13.0 <= one.seconds <= 15.0 for one in result.carried)
    assert {one.seat_id for one in result.carried} == {made.people["jana"].seat}
    made.tick()
    assert made.one_pass().carried == ()


def test_what_a_rule_or_a_first_match_writes_is_nobody_s_lag(office: Office) -> None:
    made = office.rig
    made.sync()
    made.clock.advance(hours=5)
    made.rules(categories="off")
    carried = [*made.one_pass().carried, *made.one_pass().carried]
    assert carried == []


def test_a_house_keeps_figures_checks_consent_and_lets_alerts_follow(office: Office) -> None:
    made, kept = office.rig, house(office)
    kept.carried(made.firm, made.one_pass().carried)
    kept.do_chores()
    administration = made.administration
    (minute,) = administration.series.lately(made.firm, timedelta(minutes=2))
    assert (minute.to_raynet, minute.to_outlook, minute.percentile(0.95)) == (1, 1, 15.0)
    assert administration.consents.get(made.firm).state.value == "ok"
    codes = {one.code for one in administration.alerts.every(made.firm)}
    assert codes == set()
    spent = {one.side.value: one.calls_today for one in administration.quotas.every(made.firm)}
    assert spent["raynet"] == sum(made.reads()[:1] + made.writes()[:1])
    assert spent["graph"] > 0
    made.world.entra.revoke(made.tenant, next(iter(made.world.entra.registrations)))
    made.clock.advance(days=1, hours=1)
    kept.do_chores()
    assert "consent_failed" in {one.code for one in administration.alerts.every(made.firm)}


def test_a_chore_that_fails_stops_no_other(office: Office, expected_logs: ExpectedLogs) -> None:
    expected_logs("chore_failed")
    made, kept = office.rig, house(office)
    kept.carried(FirmId(987_654), made.one_pass().carried)
    kept.do_chores()
    assert made.administration.consents.get(made.firm).checked_at is not None
