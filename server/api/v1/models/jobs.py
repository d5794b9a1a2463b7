"""Long work: started by a POST that answers 202, looked at by GET, cancelled by DELETE."""

from typing import Any, Literal

from server.api.rest.shapes import Count, Shape

JobStateName = Literal["queued", "running", "done", "failed", "cancelled"]


class ProblemOfJob(Shape):
    """Why a job failed; ``code`` as in problems."""

    code: str
    text_cs: str
    text_en: str


class Job(Shape):
    """``result`` is there once ``state`` is done."""

    id: str
    state: JobStateName
    done: Count
    #: 0 while it is not known how much there is.
    of: Count
    result: dict[str, Any] | None
    problem: ProblemOfJob | None
