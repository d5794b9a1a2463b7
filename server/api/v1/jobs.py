"""Long work: running the sync now, and planning it without a write. Done by a worker, looked at here."""

from typing import Final

from server.api.rest.access import CHANGE, READ
from server.api.rest.call import Call
from server.api.rest.routes import Accepted, Routes
from server.api.v1.models import jobs as shapes
from server.api.v1.models.sync import PreviewStart, SyncRun
from server.catalogue.explained import sentence
from server.catalogue.oversight import JOBS
from server.catalogue.sentences import Sentence
from server.store.admin.jobs import Job
from server.store.tables.oversight import JobKind

ROUTES: Final = Routes("jobs")
_JOB: Final = "/firms/{firm_id}/jobs/{job_id}"
_REFUSED: Final = ("firm_paused", "firm_not_connected", "too_many_jobs")


def _shown(one: Job) -> shapes.Job:
    problem = None
    if one.problem is not None:
        text = JOBS.get(one.problem) or sentence(one.problem, {})
        problem = shapes.ProblemOfJob(code=one.problem, text_cs=text.cs, text_en=text.en)
    return shapes.Job(id=one.id, state=one.state.value, done=one.done, of=one.of, result=one.result, problem=problem)


@ROUTES.post("/firms/{firm_id}/sync/run", CHANGE, Sentence("Spustit synchronizaci teď", "Run the sync now"), *_REFUSED)
def start_run(call: Call, body: SyncRun) -> Accepted[shapes.Job]:
    jobs = call.services.administration.jobs
    return Accepted(_shown(jobs.start(call.firm, JobKind.RUN, actor=call.actor, full=body.full)))


@ROUTES.post(
    "/firms/{firm_id}/sync/preview", CHANGE, Sentence("Naplánovat bez zápisu", "Plan without a write"), *_REFUSED
)
def start_preview(call: Call, body: PreviewStart) -> Accepted[shapes.Job]:
    jobs = call.services.administration.jobs
    return Accepted(_shown(jobs.start(call.firm, JobKind.PREVIEW, actor=call.actor, full=body.full)))


@ROUTES.get(_JOB, READ, Sentence("Stav úlohy", "State of a job"))
def get_job(call: Call, job_id: str) -> shapes.Job:
    return _shown(call.services.administration.jobs.get(call.firm, job_id))


@ROUTES.delete(_JOB, CHANGE, Sentence("Zrušit úlohu", "Cancel a job"), edit=False)
def cancel_job(call: Call, job_id: str) -> shapes.Job:
    return _shown(call.services.administration.jobs.cancel(call.firm, job_id, actor=call.actor))
