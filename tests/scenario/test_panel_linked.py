"""An activity that is linked already: what the panel can change, letting go, taking up again, conflicts, the trail."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from server.ports.store import Notices
from simulator.raynet.populate import add_business_case, add_category, add_company, add_lead, add_person
from tests.support.panel import Form, Panel, PanelHost, new_id, panel_host, ref
from tests.support.rig import Rig, rig


@pytest.fixture
def office(tmp_path: Path) -> Iterator[PanelHost]:
    with rig(tmp_path) as made:
        made.sync()
        yield panel_host(made)


def linked(office: PanelHost, **choices: Any) -> tuple[Panel, Form, str]:
    """An event with its activity, its form closed."""
    panel = office.panel("jana")
    form = panel.form()
    form.put(**({"type": "meeting"} | choices))
    event = form.save()
    form.beacon()
    office.rig.sync()
    return panel, form, event


def activity(made: Rig) -> Any:
    (found,) = made.raynet.activities()
    return found


def test_everything_but_the_type_can_be_changed(office: PanelHost) -> None:
    made = office.rig
    panel, _, event = linked(office)
    company = add_company(made.raynet, "Pekárna").id
    case = add_business_case(made.raynet, "Pec", company=company).id
    lead = add_lead(made.raynet, "Zájem").id
    person = add_person(made.raynet, "Novák", company=company).id
    category = add_category(made.raynet, "Důležité", "EB6CD1")
    concerns = [
        {"kind": "company", "id": company},
        {"kind": "businessCase", "id": case},
        {"kind": "lead", "id": lead},
        {"kind": "person", "id": person},
    ]
    answer = panel.change(event, concerns=concerns, category=category, priority="CRITICAL")
    assert (answer["status"], answer["pending"]) == ("saving", True)
    made.sync()
    found = activity(made)
    assert (found.company, found.business_case, found.category, found.priority) == (company, case, category, "CRITICAL")
    assert not found.personal
    shown = panel.state(event)
    assert (shown["status"], shown["pending"]) == ("linked", False)
    assert {one["kind"] for one in shown["activity"]["concerns"]} == {"company", "businessCase", "lead", "person"}
    assert panel.person.outlook.state(event).importance == "high", "the priority goes on to Outlook"


def test_leads_and_people_can_be_taken_away_records_of_the_activity_only_replaced(office: PanelHost) -> None:
    made = office.rig
    company, other = add_company(made.raynet, "Pekárna").id, add_company(made.raynet, "Mlýn").id
    person = add_person(made.raynet, "Novák", company=company).id
    panel, _, event = linked(office, concerns=[{"kind": "company", "id": company}, {"kind": "person", "id": person}])
    refused = panel.change(event, expect=422, concerns=[])
    assert refused["code"] == "cannot_clear"
    panel.change(event, concerns=[{"kind": "company", "id": other}])
    made.sync()
    found = activity(made)
    assert found.company == other
    assert person not in {one.person for one in found.participants}
    assert panel.person.person in {one.person for one in found.participants}


def test_done_in_the_panel_is_done_in_raynet_and_marked_in_outlook(office: PanelHost) -> None:
    panel, _, event = linked(office)
    panel.change(event, status="COMPLETED")
    office.rig.sync()
    assert activity(office.rig).status == "COMPLETED"
    assert "Raynet: Hotovo" in panel.person.outlook.state(event).categories


def test_cancelling_takes_the_event_out_as_cancelling_in_raynet_does(office: PanelHost) -> None:
    panel, _, event = linked(office)
    panel.change(event, status="CANCELLED")
    office.rig.sync()
    assert activity(office.rig).status == "CANCELLED"
    assert event not in panel.person.outlook.events()


def test_the_same_change_delivered_twice_is_written_once(office: PanelHost) -> None:
    made = office.rig
    panel, _, event = linked(office)
    category = add_category(made.raynet, "Důležité", "EB6CD1")
    body = {"event": ref(event), "change_id": new_id(), "changes": {"category": category}}
    with made.expect_writes(raynet=1, graph=0):
        panel.post("/events/change", body)
        panel.post("/events/change", body)
        made.sync()
        panel.post("/events/change", body)
        made.sync()


def test_a_change_of_a_locked_activity_is_refused_and_says_so(office: PanelHost) -> None:
    made = office.rig
    panel, _, event = linked(office)
    made.people["jana"].ui.lock(activity(made).ref)
    category = add_category(made.raynet, "Důležité", "EB6CD1")
    panel.change(event, category=category)
    made.tick()
    made.sync()
    shown = panel.state(event)
    assert (shown["status"], shown["reason"]["code"]) == ("refused", "locked")
    assert shown["activity"]["editable"] == []


def test_letting_go_leaves_both_sides_and_taking_up_again_goes_on(office: PanelHost) -> None:
    made = office.rig
    panel, _, event = linked(office)
    panel.post("/events/unlink", {"event": ref(event), "change_id": new_id()})
    made.sync()
    shown = panel.state(event)
    assert (shown["status"], shown["reason"]["code"]) == ("not_linked", "unlinked_by_user")
    assert shown["can"][0] == "relink"
    panel.person.outlook.edit(event, subject="Jen v Outlooku")
    made.sync()
    assert activity(made).title == "Schůzka u klienta"
    panel.post("/events/relink", {"event": ref(event), "change_id": new_id()})
    made.sync()
    assert activity(made).title == "Jen v Outlooku"
    assert panel.state(event)["status"] == "linked"


def test_the_other_value_of_a_conflict_can_be_chosen(office: PanelHost) -> None:
    made = office.rig
    panel, _, event = linked(office)
    made.people["jana"].ui.edit(activity(made).ref, title="Z Raynetu")
    panel.person.outlook.edit(event, subject="Z Outlooku")
    made.sync()
    shown = panel.state(event)
    (conflict,) = [one for one in shown["conflicts"] if one["field"] == "title"]
    assert (conflict["kept"], conflict["lost"], conflict["lost_side"]) == ("Z Raynetu", "Z Outlooku", "graph")
    assert panel.post(f"/conflicts/{conflict['id']}/restore")["conflicts"][0]["restore_requested"]
    made.sync()
    assert activity(made).title == "Z Outlooku"
    assert panel.state(event)["conflicts"] == []


def test_a_conflict_of_somebody_else_does_not_exist(office: PanelHost) -> None:
    made = office.rig
    panel, _, event = linked(office)
    made.people["jana"].ui.edit(activity(made).ref, title="Z Raynetu")
    panel.person.outlook.edit(event, subject="Z Outlooku")
    made.sync()
    conflict = panel.state(event)["conflicts"][0]["id"]
    office.panel("petr").post(f"/conflicts/{conflict}/restore", status=404)


def test_the_trail_tells_what_was_decided(office: PanelHost) -> None:
    panel, _, event = linked(office)
    entries = panel.post("/events/trail", {"event": ref(event)})["items"]
    assert "created_from_panel" in {one["why"]["code"] for one in entries}
    assert all(one["why"]["text_cs"] and one["why"]["text_en"] for one in entries)


def test_sync_now_lets_the_worker_look_and_is_bounded(office: PanelHost) -> None:
    panel, _, event = linked(office)
    office.rig.clock.advance(seconds=60)
    for _ in range(4):
        panel.post("/events/sync-now", {"event": ref(event)})
    refused = panel.call("POST", "/events/sync-now", {"event": ref(event)})
    assert (refused.status_code, refused.json["code"]) == (429, "too_many_tries")
    assert int(refused.headers["Retry-After"]) > 0
    notices: Any = office.rig.engine.ports.store(Notices(office.rig.firm))
    rings = [one for one in notices if one.hint == "sync_now"]
    assert len(rings) == 1


def test_an_event_of_a_colleague_is_not_found(office: PanelHost) -> None:
    _, _, event = linked(office)
    refused = office.panel("petr").call("POST", "/events/state", {"event": ref(event)})
    assert (refused.status_code, refused.json["code"]) == (409, "event_not_saved")


def test_a_series_says_that_it_is_not_carried(office: PanelHost) -> None:
    made, panel = office.rig, office.panel("jana")
    form = panel.form()
    pattern = {"type": "weekly", "interval": 1, "daysOfWeek": ["monday"], "firstDayOfWeek": "monday"}
    event = panel.person.outlook.create_series("Porada", form.start, form.end, pattern)
    made.sync()
    shown = panel.state(event)
    assert (shown["status"], shown["reason"]["code"]) == ("not_linked", "series")
    refused = panel.call("POST", "/events/relink", {"event": ref(event), "change_id": new_id()})
    assert refused.json["code"] == "event_recurring"


def test_an_event_nobody_has_met_is_unknown(office: PanelHost) -> None:
    panel = office.panel("jana")
    event = panel.form().save()
    shown = panel.state(event)
    assert (shown["status"], shown["activity"], shown["can"]) == ("unknown", None, ["choose", "sync_now"])
