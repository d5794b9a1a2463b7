"""The contract helper must find what is wrong: a checker that accepts everything is worse than none."""

import json
from typing import Any

import pytest

from simulator.wire import SimRequest, SimResponse
from tests.support import contracts
from tests.support.contracts import ContractBreachError, check_graph_exchange, check_raynet_exchange

BASE = "/api/v2"
PRESENT = contracts.contracts_folder() is not None


def _raynet(method: str, path: str, status: int, body: Any, *, query: tuple[tuple[str, str], ...] = ()) -> bool:
    request = SimRequest(method=method, host="sim.localhost", path=BASE + path, query=query)
    return check_raynet_exchange(request, SimResponse(status=status, body=json.dumps(body).encode()))


def _graph(method: str, path: str, status: int, body: Any, *, sent: Any = None) -> bool:
    raw = json.dumps(sent).encode() if sent is not None else b""
    request = SimRequest(method=method, host="sim.localhost", path="/graph/v1.0" + path, body=raw)
    return check_graph_exchange(request, SimResponse(status=status, body=json.dumps(body).encode()))


DETAIL: dict[str, Any] = {
    "id": 1,
    "title": "x",
    "status": "NEW",
    "priority": "DEFAULT",
    "personal": False,
    "rowInfo.createdAt": "2026-11-02 10:00",
    "company": None,
}


def _breaches(check: Any) -> bool:
    """True when the documents are absent or the exchange is refused: both mean that nothing wrong was accepted."""
    try:
        return check() is False
    except ContractBreachError:
        return True


def test_a_right_detail_is_accepted_with_null_references_and_a_string_flag() -> None:
    assert _raynet("GET", "/meeting/1/", 200, {"success": "true", "data": DETAIL}) is PRESENT


@pytest.mark.parametrize(
    ("field", "value"),
    [("status", "DONE"), ("id", "1"), ("participants", [{"person": "4"}]), ("company", {"name": "x"})],
)
def test_a_wrong_member_is_refused(field: str, value: Any) -> None:
    assert _breaches(lambda: _raynet("GET", "/meeting/1/", 200, {"success": "true", "data": {**DETAIL, field: value}}))


def test_success_outside_the_document_is_refused_and_an_error_there_is_fine() -> None:
    assert _breaches(lambda: _raynet("GET", "/activity/5/", 200, {"success": "true", "data": DETAIL}))
    assert _raynet("GET", "/activity/5/", 404, {"message": "EntityNotFoundException", "status": 404}) is PRESENT


def test_an_unknown_filter_that_was_silently_accepted_is_refused() -> None:
    answer = {"success": True, "totalCount": 0, "data": []}
    assert _breaches(lambda: _raynet("GET", "/activity/", 200, answer, query=(("nonsense[EQ]", "1"),)))
    assert _raynet("GET", "/activity/", 200, answer, query=(("rowInfo.lastModifiedAt[GE]", "x"),)) is PRESENT


def test_look_up_by_ext_id_is_not_taken_for_a_record() -> None:
    assert _raynet("GET", "/task/ext/olsync:1/", 200, {"success": "true", "data": DETAIL}) is PRESENT


def test_graph_batch_members_are_checked_one_by_one() -> None:
    sent = {"requests": [{"id": "1", "method": "GET", "url": "/users/a/calendarView/delta?startDateTime=x"}]}
    good = {"responses": [{"id": "1", "status": 200, "headers": {}, "body": {"value": [{"id": "e", "subject": "s"}]}}]}
    bad = {"responses": [{"id": "1", "status": 200, "headers": {}, "body": {"value": [{"id": "e", "subject": 7}]}}]}
    assert _graph("POST", "/$batch", 200, good, sent=sent) is PRESENT
    assert _breaches(lambda: _graph("POST", "/$batch", 200, bad, sent=sent))


def test_graph_undeclared_success_status_is_refused() -> None:
    assert _breaches(lambda: _graph("DELETE", "/users/a/events/e", 200, {}))
    assert _graph("DELETE", "/users/a/events/e", 204, {}) is PRESENT
