"""Drafts over HTTP: who may see them, beacons, limits, and that nothing people wrote gets into logs."""

import json
import logging
from datetime import timedelta
from typing import Any

import pytest

from server.api.addin.drafts import BeaconEnd
from tests.support.panel import BASE, PanelHost, new_id
from tests.support.rig import add_firm

UNKNOWN = "0b8ad4b4-1f0e-4a0e-9d55-0e3b2f6a7c11"


def bare(answer: Any) -> dict[str, Any]:
    """A problem without the id of its request."""
    return {name: value for name, value in answer.json.items() if name != "request_id"}


def test_another_windows_revision_is_shown_and_not_taken(office: PanelHost) -> None:
    form = office.panel("jana").form()
    form.put(type="meeting")
    form.put(type="phoneCall")
    older = form.again() | {"rev": 1, "choices": {"type": "task"}}
    answer = form.send(older)
    assert (answer["accepted"], answer["rev"], answer["choices"]["type"]) == (False, 2, "phoneCall")
    same = form.again() | {"choices": {"type": "letter"}}
    assert not form.send(same)["accepted"]
    assert form.send(form.again())["accepted"]


def test_a_draft_of_somebody_else_looks_like_none(office: PanelHost) -> None:
    """A colleague's, another firm's, an unknown and a malformed one are the same."""
    form = office.panel("jana").form()
    form.put(type="meeting")
    other = add_firm(office.rig, people=("karel",))
    office.rig.people["karel"] = other.people["karel"]
    answers = [
        office.panel(name).call(method, f"/drafts/{draft}")
        for name in ("petr", "karel")
        for draft in (form.draft_id, UNKNOWN)
        for method in ("GET", "DELETE")
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({json.dumps(bare(answer), sort_keys=True) for answer in answers}) == 1
    assert form.get()["rev"] == 1


def test_an_event_outside_of_the_period_is_told_so_before_it_is_saved(office: PanelHost) -> None:
    form = office.panel("jana").form()
    near = form.start
    assert form.put(type="meeting")["reason"] is None
    for start in (near + timedelta(days=800), near - timedelta(days=90)):
        form.start, form.end = start, start + timedelta(hours=1)
        assert form.send(form.delivery())["reason"]["code"] == "outside_window"
    assert form.get()["reason"]["code"] == "outside_window"
    form.start, form.end = near, near + timedelta(hours=1)
    assert form.send(form.delivery())["reason"] is None


def test_giving_a_draft_up_lets_the_event_be_what_the_rules_say(office: PanelHost) -> None:
    form = office.panel("jana").form()
    form.put(type="meeting")
    assert form.panel.call("DELETE", f"/drafts/{form.draft_id}").json["step"] == "expired"
    form.save()
    office.rig.sync()
    assert [one.kind for one in office.rig.raynet.activities()] == ["event"]


def test_a_beacon_is_the_last_word_and_answers_the_same_whatever_it_says(office: PanelHost) -> None:
    form = office.panel("jana").form()
    form.put(type="meeting")
    form.choose(type="letter")
    assert form.beacon(secret="x" * 43) == 204
    assert form.get()["choices"]["type"] == "meeting"
    assert form.beacon() == 204
    assert (form.get()["choices"]["type"], form.get()["rev"]) == ("letter", 2)
    form.choose(type="task")
    assert form.beacon(rev=9) == 204
    assert form.get()["choices"]["type"] == "letter", "its secret is used up"


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"\xff\xfe", b'{"secret": 1}', b'{"rev": 99999999999999999999}', b"[" * 5000]
)
def test_a_beacon_of_nonsense_is_nothing(office: PanelHost, body: bytes) -> None:
    form = office.panel("jana").form()
    form.put(type="meeting")
    for draft in (form.draft_id, UNKNOWN, "nonsense", "%00"):
        answer = office.client.simulate_post(f"{BASE}/drafts/{draft}/beacon", body=body)
        assert answer.status_code == 204
    assert form.get()["rev"] == 1


def test_a_beacon_that_is_too_long_is_refused_before_it_is_read(office: PanelHost) -> None:
    body = b"x" * (BeaconEnd.body_limit + 1)
    assert office.client.simulate_post(f"{BASE}/drafts/{UNKNOWN}/beacon", body=body).status_code == 413


def test_somebody_who_asks_far_too_often_is_told_to_wait(office: PanelHost) -> None:
    panel = office.panel("jana")
    codes = [panel.call("GET", f"/drafts/{UNKNOWN}").status_code for _ in range(260)]
    assert codes[0] == 404
    assert codes[-1] == 429
    assert office.panel("petr").call("GET", f"/drafts/{UNKNOWN}").status_code == 404


def test_nothing_people_wrote_gets_into_logs_or_answers_of_others(
    office: PanelHost, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    form = office.panel("jana").form("Tajný předmět canary-1")
    form.put(type="meeting", concerns=[{"kind": "company", "id": 987_654_321}])
    form.save()
    form.panel.post("/search", {"q": "canary-2", "kinds": ["company"], "attendees": ["canary-3@x.example"]})
    form.panel.call("POST", "/search", {"kinds": ["canary-4"]})
    office.rig.sync()
    told = caplog.text + office.client.simulate_get("/metrics", remote_addr="127.0.0.1").text
    assert "request" in caplog.text
    for secret in ("canary", form.secret, form.panel.bearer(), "jana@valce.example"):
        assert secret not in told


def test_what_the_client_says_of_itself_is_cut_to_plain_words(
    office: PanelHost, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    panel = office.panel("jana")
    panel.call("GET", f"/drafts/{new_id()}", **{"X-Ros-Client": "owa/16.01/OfficeOnline/1.15/1.0.0"})
    assert "owa/16.01/OfficeOnline/1.15/1.0.0" in caplog.text
    panel.call("GET", f"/drafts/{new_id()}", **{"X-Ros-Client": '"}{evil=1' + "y" * 500})
    assert '"}{' not in caplog.text.replace('{"', "")
    assert "y" * 130 not in caplog.text
