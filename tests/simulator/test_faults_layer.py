"""Each fault one by one, before the Raynet model and before a Graph of two lists."""

import json
from dataclasses import replace
from typing import Any

import pytest

from simulator.faults import (
    Action,
    CutJson,
    CutPage,
    Delay,
    DropReply,
    DropRequest,
    EmptyList,
    FaultLayer,
    HtmlPage,
    LateEffect,
    Lost,
    Malformed,
    Match,
    Reply,
    Rule,
    Status,
    Twice,
)
from simulator.wire import SimRequest, SimResponse
from tests.simulator.raynet_api import Office

ANY = Match(system="raynet")


def _armed(action: Action, match: Match = ANY, **more: Any) -> tuple[Office, FaultLayer, SimRequest]:
    """A layer with one rule, and a request that creates an event."""
    office = Office()
    layer = FaultLayer(office.service, office.clock, seed=3)
    layer.add(Rule(name="f", match=match, action=action, **more))
    body = {"title": "x", "priority": "DEFAULT", "owner": office.jana.person}
    return office, layer, office.api.request("PUT", "/event/", body)


def _created(office: Office) -> int:
    return len(office.instance.activities())


def _response(outcome: Reply | Lost) -> SimResponse:
    assert isinstance(outcome, Reply)
    return outcome.response


def test_without_rules_everything_passes() -> None:
    office, layer, request = _armed(DropRequest())
    layer.clear()
    assert _response(layer.exchange(request)).status == 201
    assert (_created(office), dict(layer.fired)) == (1, {})


def test_a_dropped_request_is_not_applied() -> None:
    office, layer, request = _armed(DropRequest())
    assert layer.exchange(request) == Lost(how="connect", applied=False)
    assert (_created(office), layer.fired["f"]) == (0, 1)


@pytest.mark.parametrize(("reset", "how"), [(False, "timeout"), (True, "reset")])
def test_a_dropped_reply_is_applied(reset: bool, how: str) -> None:
    office, layer, request = _armed(DropReply(reset=reset))
    outcome = layer.exchange(request)
    assert isinstance(outcome, Lost)
    assert (outcome.how, outcome.applied, _created(office)) == (how, True, 1)


@pytest.mark.parametrize("status", [None, 504])
def test_a_late_effect_comes_when_its_time_has_come(status: int | None) -> None:
    office, layer, request = _armed(LateEffect(30, status))
    outcome = layer.exchange(request)
    if status is None:
        assert outcome == Lost(how="timeout", applied=False)
    else:
        assert _response(outcome).status == 504
    office.clock.advance(seconds=29)
    assert (layer.advance(), _created(office), layer.pending()) == (0, 0, 1)
    office.clock.advance(seconds=1)
    assert layer.next_effect_at() == office.clock()
    assert (layer.advance(), _created(office), layer.pending()) == (1, 1, 0)


def test_a_late_effect_comes_before_the_next_call_that_sees_it() -> None:
    office, layer, request = _armed(LateEffect(30), times=1)
    layer.exchange(request)
    office.clock.advance(seconds=31)
    listed = _response(layer.exchange(office.api.request("GET", "/event/")))
    assert json.loads(listed.body)["totalCount"] == 1


@pytest.mark.parametrize(("seconds", "at_once"), [(0.0, 2), (10.0, 1)])
def test_a_request_may_be_applied_twice(seconds: float, at_once: int) -> None:
    office, layer, request = _armed(Twice(seconds), times=1)
    assert json.loads(_response(layer.exchange(request)).body)["data"]["id"] == 1
    assert _created(office) == at_once
    office.clock.advance(seconds=10)
    layer.advance()
    assert (_created(office), layer.late_effects) == (2, 1)


@pytest.mark.parametrize("status", [429, 500, 503, 504])
@pytest.mark.parametrize("applied", [False, True])
def test_statuses_with_and_without_effect(status: int, applied: bool) -> None:
    office, layer, request = _armed(Status(status, 7, applied))
    response = _response(layer.exchange(request))
    assert (response.status, response.headers["Retry-After"], _created(office)) == (status, "7", int(applied))
    assert json.loads(response.body)["status"] == status


def test_a_429_may_come_without_retry_after_and_in_the_words_of_each_system() -> None:
    _, layer, request = _armed(Status(429), Match())
    raynet = _response(layer.exchange(request))
    graph = _response(layer.exchange(replace(request, path="/graph/v1.0/users")))
    entra = _response(layer.exchange(replace(request, path="/entra/t/oauth2/v2.0/token")))
    assert "Retry-After" not in raynet.headers
    assert json.loads(raynet.body)["type"] == "RequestLimitReached"
    assert json.loads(graph.body)["error"]["code"] == "TooManyRequests"
    assert json.loads(entra.body)["error"] == "temporarily_unavailable"


def test_an_html_page_with_status_200() -> None:
    office, layer, request = _armed(HtmlPage())
    response = _response(layer.exchange(request))
    assert (response.status, response.headers["Content-Type"], _created(office)) == (200, "text/html", 0)
    assert b"<html>" in response.body


def test_cut_json_is_applied_and_unreadable() -> None:
    office, layer, request = _armed(CutJson())
    response = _response(layer.exchange(request))
    with pytest.raises(ValueError, match=r"\w"):
        json.loads(response.body)
    assert (response.status, _created(office)) == (201, 1)


def test_malformed_is_an_envelope_without_content() -> None:
    _, layer, request = _armed(Malformed())
    assert json.loads(_response(layer.exchange(request)).body) == {"success": True}


def test_a_cut_page_keeps_the_count_and_an_empty_list_does_not() -> None:
    office, layer, request = _armed(CutPage(1), Match(method="GET"))
    for _ in range(3):
        layer.exchange(request)
    listing = office.api.request("GET", "/event/")
    cut = json.loads(_response(layer.exchange(listing)).body)
    assert (len(cut["data"]), cut["totalCount"]) == (1, 3)
    layer.add(Rule(name="f", match=Match(method="GET"), action=EmptyList()))
    empty = json.loads(_response(layer.exchange(listing)).body)
    assert (empty["data"], empty["totalCount"], empty["success"]) == ([], 0, True)


def test_delays_add_up_and_leave_other_faults_alone() -> None:
    _, layer, request = _armed(Delay(2.0))
    layer.add(Rule(name="slow", match=ANY, action=Delay(3.0)))
    layer.add(Rule(name="down", match=ANY, action=Status(503)))
    outcome = layer.exchange(request)
    assert isinstance(outcome, Reply)
    assert (outcome.delay_seconds, outcome.response.status) == (5.0, 503)


# -- when -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"times": 2}, [503, 503, 200, 200]),
        ({"skip": 2, "times": 1}, [200, 200, 503, 200]),
        ({"skip": 1}, [200, 503, 503, 503]),
    ],
)
def test_nth_next_and_forever(more: dict[str, Any], expected: list[int]) -> None:
    office, layer, _ = _armed(Status(503), **more)
    request = office.api.request("GET", "/event/")
    assert [_response(layer.exchange(request)).status for _ in range(4)] == expected


def test_chance_is_seeded() -> None:
    def run() -> list[int]:
        office, layer, _ = _armed(Status(503), chance=0.3)
        return [_response(layer.exchange(office.api.request("GET", "/event/"))).status for _ in range(60)]

    first = run()
    assert 5 < first.count(503) < 35
    assert run() == first


@pytest.mark.parametrize(
    ("match", "hit"),
    [
        (Match(), True),
        (Match(system="graph"), False),
        (Match(host="sim.localhost"), True),
        (Match(host="jinde"), False),
        (Match(method="PUT"), True),
        (Match(method="GET"), False),
        (Match(path=r"/event/$"), True),
        (Match(path=r"/meeting/"), False),
        (Match(body=lambda raw: b'"priority"' in raw), True),
        (Match(body=lambda raw: b"nic" in raw), False),
    ],
)
def test_what_a_rule_matches(match: Match, hit: bool) -> None:
    _, layer, request = _armed(DropRequest(), match)
    assert isinstance(layer.exchange(request), Lost) is hit
    assert layer.fired["f"] == int(hit)


def test_the_first_rule_that_fires_decides_and_rules_can_go() -> None:
    _, layer, request = _armed(Status(503), times=1)
    layer.add(Rule(name="second", match=ANY, action=Status(500)))
    assert [_response(layer.exchange(request)).status for _ in range(2)] == [503, 500]
    assert layer.remove("second") is True
    assert layer.remove("second") is False
    assert _response(layer.exchange(request)).status == 201
    assert layer.met["Status", "raynet", "PUT"] == 2


# -- Graph -------------------------------------------------------------------------------------------------------------


class _Lists:
    """A Graph of one page, enough for cutting and for batch entries."""

    def __init__(self) -> None:
        self.applied: list[str] = []

    def handle(self, request: SimRequest) -> SimResponse:
        self.applied.append(request.path)
        body = {"value": [{"id": "a"}, {"id": "b"}], "@odata.nextLink": "https://x/next", "@odata.count": 2}
        return SimResponse(status=200, body=json.dumps(body).encode())


def _graph(action: Action, **more: Any) -> tuple[_Lists, FaultLayer, SimRequest]:
    lists = _Lists()
    layer = FaultLayer(lists, Office().clock)
    layer.add(Rule(name="f", match=Match(system="graph", **more), action=action))
    return lists, layer, SimRequest(method="GET", host="sim.localhost", path="/graph/v1.0/users/u/calendarView/delta()")


def test_graph_lists_are_cut_and_keep_their_links() -> None:
    _, layer, request = _graph(CutPage(1))
    body = json.loads(_response(layer.exchange(request)).body)
    assert (body["value"], body["@odata.nextLink"], body["@odata.count"]) == ([{"id": "a"}], "https://x/next", 2)


def test_graph_lists_may_be_empty() -> None:
    _, layer, request = _graph(EmptyList())
    body = json.loads(_response(layer.exchange(request)).body)
    assert (body["value"], body["@odata.count"]) == ([], 0)


def test_batch_entries_meet_rules_with_a_path_and_losses_become_504() -> None:
    lists, layer, request = _graph(DropRequest(), path=r"calendarView/delta")
    entry = replace(request, path="/v1.0/users/u/calendarView/delta()")
    other = replace(request, path="/v1.0/users/u/events")
    assert layer.entry(entry, lists.handle).status == 504
    assert layer.entry(other, lists.handle).status == 200
    assert lists.applied == ["/v1.0/users/u/events"]


def test_batch_entries_take_late_effects_under_their_own_path() -> None:
    lists, layer, request = _graph(LateEffect(0.0), path="events")
    assert layer.entry(replace(request, path="/v1.0/users/u/events"), lists.handle).status == 504
    layer.advance()
    assert lists.applied == ["/v1.0/users/u/events"]


def test_batch_entries_do_not_meet_rules_for_whole_requests() -> None:
    lists, layer, request = _graph(Status(503))
    assert layer.entry(replace(request, path="/v1.0/users/u/events"), lists.handle).status == 200
