"""Jobs: one worker each, taken over when it is lost, cancelled at once or soon, safe from any number of processes."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from server.domain.state import Firm, NoticeKind
from server.errors import NotFound, Refused
from server.ports.store import Notices
from server.store.admin.firms import Firms
from server.store.admin.jobs import KEPT_FOR, MOST_ATTEMPTS, MOST_WAITING, Job, Jobs
from server.store.database import Database
from server.store.tables.oversight import JobKind, JobState
from server.store.tables.oversight import job as job_table
from tests.server.store.conftest import Ask, new_firm

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PREVIEW, RUN = JobKind.PREVIEW, JobKind.RUN


class Clock:
    now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def jobs(database: Database, clock: Clock) -> Jobs:
    """No job of another test is left."""
    database.write_unscoped(lambda connection: connection.execute(job_table.delete()))
    return Jobs(database, clock)


Lose = Callable[[Job], None]


@pytest.fixture
def lose(database: Database) -> Lose:
    """The job's worker was killed so long ago that nobody believes in it any more."""

    def run_out(one: Job) -> None:
        statement = update(job_table).where(job_table.c.id == one.id).values(lease_ms=1)
        database.write(one.firm_id, lambda scope: scope.change(statement))

    return run_out


def test_a_job_is_done_by_the_one_who_took_it(jobs: Jobs, firm: Firm) -> None:
    made = jobs.start(firm.id, PREVIEW, actor="admin:7", full=True)
    assert (made.state, made.is_open, made.full) == (JobState.QUEUED, True, True)
    mine = jobs.claim_unscoped(PREVIEW, "one")
    assert mine is not None
    assert (mine.id, mine.state, mine.started_at) == (made.id, JobState.RUNNING, NOW)
    assert jobs.claim_unscoped(PREVIEW, "two") is None
    assert jobs.heartbeat(mine, "one", 3, 10)
    assert (jobs.get(firm.id, made.id).done, jobs.get(firm.id, made.id).of) == (3, 10)
    assert not jobs.finish(mine, "two", JobState.DONE)
    assert jobs.finish(mine, "one", JobState.DONE, result={"steps": []})
    ended = jobs.get(firm.id, made.id)
    assert (ended.state, ended.result, ended.done, ended.ended_at) == (JobState.DONE, {"steps": []}, 10, NOW)


def test_of_many_workers_one_gets_a_job(jobs: Jobs, firm: Firm) -> None:
    jobs.start(firm.id, PREVIEW, actor="admin:7")
    with ThreadPoolExecutor(6) as pool:
        taken = list(pool.map(lambda number: jobs.claim_unscoped(PREVIEW, f"w{number}"), range(6)))
    assert len([one for one in taken if one is not None]) == 1


def test_pressing_the_button_twice_is_one_job(jobs: Jobs, firm: Firm) -> None:
    first = jobs.start(firm.id, PREVIEW, actor="admin:7")
    assert jobs.start(firm.id, PREVIEW, actor="admin:8") == first
    assert jobs.start(firm.id, PREVIEW, actor="admin:8", full=True).id != first.id


def test_nobody_queues_without_end(jobs: Jobs, firm: Firm) -> None:
    for number in range(MOST_WAITING):
        jobs.start(firm.id, PREVIEW, actor="admin:7")
        assert jobs.claim_unscoped(PREVIEW, f"w{number}") is not None
    with pytest.raises(Refused) as refused:
        jobs.start(firm.id, PREVIEW, actor="admin:7")
    assert refused.value.code == "too_many_jobs"


def test_a_paused_firm_runs_no_jobs(database: Database, jobs: Jobs, firm: Firm) -> None:
    Firms(database).set_paused(firm.id, paused=True, actor="cli")
    with pytest.raises(Refused) as refused:
        jobs.start(firm.id, RUN, actor="admin:7")
    assert refused.value.code == "firm_paused"


def test_a_paused_firm_can_be_previewed(database: Database, jobs: Jobs, firm: Firm) -> None:
    Firms(database).set_paused(firm.id, paused=True, actor="cli")
    assert jobs.start(firm.id, PREVIEW, actor="admin:7").kind is PREVIEW


def test_a_run_wakes_the_firm_s_worker(jobs: Jobs, firm: Firm, ask: Ask) -> None:
    jobs.start(firm.id, PREVIEW, actor="admin:7")
    assert ask(Notices(firm.id)) == ()
    jobs.start(firm.id, RUN, actor="admin:7")
    assert [one.kind for one in ask(Notices(firm.id))] == [NoticeKind.ADMIN]


def test_a_lost_worker_s_job_is_taken_over_and_it_may_not_speak_any_more(jobs: Jobs, firm: Firm, lose: Lose) -> None:
    jobs.start(firm.id, RUN, actor="admin:7")
    first = jobs.claim_unscoped(RUN, "one", firm=firm.id)
    assert first is not None
    jobs.heartbeat(first, "one", 5, 10)
    lose(first)
    second = jobs.claim_unscoped(RUN, "two", firm=firm.id)
    assert second is not None
    assert (second.id, second.done) == (first.id, 0)
    assert not jobs.heartbeat(first, "one", 6, 10)
    assert not jobs.finish(first, "one", JobState.DONE)
    assert jobs.finish(second, "two", JobState.DONE)


def test_a_job_that_kills_its_workers_is_given_up(jobs: Jobs, firm: Firm, lose: Lose) -> None:
    made = jobs.start(firm.id, PREVIEW, actor="admin:7")
    for number in range(MOST_ATTEMPTS):
        mine = jobs.claim_unscoped(PREVIEW, f"w{number}")
        assert mine is not None
        lose(mine)
    assert jobs.claim_unscoped(PREVIEW, "last") is None
    ended = jobs.get(firm.id, made.id)
    assert (ended.state, ended.problem) == (JobState.FAILED, "job_abandoned")


def test_a_worker_that_stops_in_order_gives_its_job_back(jobs: Jobs, firm: Firm) -> None:
    made = jobs.start(firm.id, PREVIEW, actor="admin:7")
    for number in range(MOST_ATTEMPTS + 2):
        mine = jobs.claim_unscoped(PREVIEW, f"w{number}")
        assert mine is not None
        assert mine.id == made.id
        jobs.give_back(mine, f"w{number}")
    assert jobs.get(firm.id, made.id).state is JobState.QUEUED


def test_a_waiting_job_is_cancelled_at_once(jobs: Jobs, firm: Firm) -> None:
    made = jobs.start(firm.id, PREVIEW, actor="admin:7")
    assert jobs.cancel(firm.id, made.id, actor="admin:7").state is JobState.CANCELLED
    assert jobs.claim_unscoped(PREVIEW, "one") is None
    assert jobs.cancel(firm.id, made.id, actor="admin:7").state is JobState.CANCELLED


def test_a_running_job_hears_of_it_with_its_next_heartbeat(jobs: Jobs, firm: Firm) -> None:
    made = jobs.start(firm.id, PREVIEW, actor="admin:7")
    mine = jobs.claim_unscoped(PREVIEW, "one")
    assert mine is not None
    assert jobs.cancel(firm.id, made.id, actor="admin:7").state is JobState.RUNNING
    assert not jobs.heartbeat(mine, "one", 1, 2)
    assert jobs.finish(mine, "one", JobState.CANCELLED)


def test_a_cancelled_job_of_a_lost_worker_ends(jobs: Jobs, firm: Firm, lose: Lose) -> None:
    made = jobs.start(firm.id, PREVIEW, actor="admin:7")
    mine = jobs.claim_unscoped(PREVIEW, "one")
    assert mine is not None
    jobs.cancel(firm.id, made.id, actor="admin:7")
    lose(mine)
    assert jobs.claim_unscoped(PREVIEW, "two") is None
    assert jobs.get(firm.id, made.id).state is JobState.CANCELLED


def test_another_firm_s_job_does_not_exist(database: Database, jobs: Jobs, firm: Firm) -> None:
    stranger = Firms(database).add(new_firm(), actor="cli").id
    theirs = jobs.start(stranger, PREVIEW, actor="admin:7")
    with pytest.raises(NotFound):
        jobs.get(firm.id, theirs.id)
    with pytest.raises(NotFound):
        jobs.cancel(firm.id, theirs.id, actor="admin:8")
    assert jobs.claim_unscoped(PREVIEW, "one", firm=firm.id) is None


def test_what_ended_long_ago_is_forgotten(jobs: Jobs, clock: Clock, firm: Firm) -> None:
    made = jobs.start(firm.id, PREVIEW, actor="admin:7")
    waiting = jobs.start(firm.id, RUN, actor="admin:7")
    jobs.cancel(firm.id, made.id, actor="admin:7")
    clock.now = NOW + KEPT_FOR + timedelta(seconds=1)
    assert jobs.prune(firm.id) == 1
    assert jobs.get(firm.id, waiting.id).state is JobState.QUEUED
