"""A share of the fuzzing in every run; the whole number: ``make fuzz``."""

from tests.conftest import ExpectedLogs
from tests.security.fuzz import ROLES, fuzz


def test_no_request_made_from_our_description_breaks_a_promise(expected_logs: ExpectedLogs) -> None:
    """No 5xx (a warning or error in the log would fail this as well), no answer that the description does not know."""
    figures = fuzz(2)
    assert figures.problems == []
    assert set(figures.by_role) == set(ROLES)
    assert figures.cases >= 400
    assert {200, 401, 403, 404, 422} <= set(figures.statuses)
