"""What a user chooses in the panel becomes the activity: the whole product, from the form to Raynet."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from server.domain.concern import ConcernKind
from server.microsoft.translate import PANEL_PROPERTY
from simulator.graph import ids
from simulator.raynet.populate import add_business_case, add_category, add_company, add_lead, add_person
from tests.support.panel import PanelHost, panel_host, ref
from tests.support.rig import Crash, Rig, rig


@pytest.fixture
def office(tmp_path: Path) -> Iterator[PanelHost]:
    with rig(tmp_path) as made:
        made.sync()
        yield panel_host(made)


def only_activity(made: Rig) -> Any:
    found = made.raynet.activities()
    assert len(found) == 1, found
    return found[0]


def test_a_choice_made_before_saving_becomes_the_activity(office: PanelHost) -> None:
    made = office.rig
    company = add_company(made.raynet, "Pekárna").id
    case = add_business_case(made.raynet, "Nová pec", company=company).id
    person = add_person(made.raynet, "Řeháčková", first_name="Šárka", company=company).id
    lead = add_lead(made.raynet, "Zájem").id
    category = add_category(made.raynet, "Důležité", "EB6CD1")
    form = office.panel("jana").form()
    answer = form.put(
        type="meeting",
        category=category,
        priority="CRITICAL",
        concerns=[
            {"kind": "company", "id": company},
            {"kind": "businessCase", "id": case},
            {"kind": "person", "id": person},
            {"kind": "lead", "id": lead},
        ],
    )
    assert (answer["accepted"], answer["step"], answer["status"]) == (True, "open", "waiting_for_save")
    made.tick()
    assert made.sync().counts.created == 0, "an unsaved event makes no activity"
    event = form.save()
    made.sync()
    activity = only_activity(made)
    assert (activity.kind, activity.title, activity.priority) == ("meeting", form.subject, "CRITICAL")
    assert (activity.company, activity.business_case, activity.category) == (company, case, category)
    assert not activity.personal
    assert {one.lead for one in activity.participants} >= {lead}
    assert {one.person for one in activity.participants} == {made.people["jana"].person, person, None}
    shown = form.get()
    assert (shown["step"], shown["status"], shown["activity"]["type"]) == ("applied", "linked", "meeting")
    concerns = {(one["kind"], one["label"]) for one in shown["activity"]["concerns"]}
    assert concerns >= {("company", "Pekárna"), ("person", "Šárka Řeháčková")}
    assert office.panel("jana").state(event)["activity"]["id"] == f"meeting:{activity.id}"


def test_without_the_panel_an_event_stays_a_private_event(office: PanelHost) -> None:
    office.panel("jana").form().save()
    office.rig.sync()
    activity = only_activity(office.rig)
    assert (activity.kind, activity.personal, activity.company) == ("event", True, None)


def test_an_event_that_arrives_before_its_draft_fits_waits_for_it(office: PanelHost) -> None:
    """The last keystroke is not delivered yet: nothing is made before it is, nor without it."""
    made, form = office.rig, office.panel("jana").form("Sch")
    form.put(type="meeting")
    form.subject = "Schůzka"
    form.start += timedelta(hours=2)
    form.end += timedelta(hours=2)
    form.save()
    made.tick(5)
    assert made.one_pass().counts.created == 0
    made.tick(5)
    assert form.send(form.delivery())["accepted"]
    made.sync()
    assert only_activity(made).kind == "meeting"


def test_a_draft_of_another_event_holds_nothing_up_for_long(office: PanelHost) -> None:
    made, panel = office.rig, office.panel("jana")
    form = panel.form("Rozepsáno")
    form.put(type="meeting")
    other = panel.form("Něco jiného")
    other.start += timedelta(days=2)
    other.end += timedelta(days=2)
    other.save()
    for _ in range(5):
        made.tick()
        made.one_pass()
    assert only_activity(made).kind == "event"
    form.save()
    made.sync()
    assert {one.kind for one in made.raynet.activities()} == {"event", "meeting"}


def test_two_drafts_that_fit_alike_but_differ_are_not_guessed(office: PanelHost) -> None:
    made, panel = office.rig, office.panel("jana")
    first, second = panel.form(), panel.form()
    first.put(type="meeting")
    second.put(type="phoneCall")
    second.start, second.end = first.start, first.end
    second.send(second.delivery())
    first.save()
    for _ in range(5):
        made.tick()
        made.one_pass()
    assert only_activity(made).kind == "event"


def test_two_drafts_that_fit_alike_and_want_the_same_are_each_their_event(office: PanelHost) -> None:
    made, panel = office.rig, office.panel("jana")
    forms = [panel.form(), panel.form()]
    for form in forms:
        form.start, form.end = forms[0].start, forms[0].end
        form.put(type="meeting")
    for form in forms:
        form.save()
    made.sync()
    assert [one.kind for one in made.raynet.activities()] == ["meeting", "meeting"]
    assert {form.get()["step"] for form in forms} == {"applied"}


def test_a_copy_of_an_event_never_shares_its_activity(office: PanelHost) -> None:
    """Outlook's *Duplikovat událost* may copy the hidden property."""
    made, panel = office.rig, office.panel("jana")
    form = panel.form()
    form.put(type="meeting")
    note = [{"id": PANEL_PROPERTY, "value": f'{{"draftId": "{form.draft_id}"}}'}]
    form.save(singleValueExtendedProperties=note)
    made.tick()
    panel.person.outlook.create(form.subject, form.start, form.end, singleValueExtendedProperties=note)
    made.sync()
    kinds = sorted(one.kind for one in made.raynet.activities())
    assert kinds == ["event", "meeting"]
    assert form.get()["step"] == "applied"


def test_the_hidden_property_beats_what_else_fits(office: PanelHost) -> None:
    made, panel = office.rig, office.panel("jana")
    noted, other = panel.form(), panel.form()
    other.start, other.end = noted.start, noted.end
    noted.put(type="letter")
    other.put(type="meeting")
    note = [{"id": PANEL_PROPERTY, "value": f'{{"draftId": "{noted.draft_id}"}}'}]
    noted.save(singleValueExtendedProperties=note)
    made.sync()
    assert only_activity(made).kind == "letter"


def test_an_id_that_appears_binds_by_itself(office: PanelHost) -> None:
    """Classic Outlook after Ctrl+S: the form stays open and has an id, whatever the fingerprint says by now."""
    made, form = office.rig, office.panel("jana").form()
    form.put(type="meeting")
    form.save()
    form.subject = "Jinak"
    assert form.send(form.delivery())["status"] in ("saving", "unknown")
    made.sync()
    assert only_activity(made).kind == "meeting"


def test_an_id_that_exchange_does_not_know_yet_is_taken_with_a_later_sign_of_the_panel(office: PanelHost) -> None:
    """In cached mode Outlook has an id long before the server has the event."""
    made, panel = office.rig, office.panel("jana")
    form = panel.form()
    form.put(type="meeting")
    before = ids.decode(panel.person.outlook.create("Jiná", form.end, form.end + timedelta(hours=1)))
    form.event = ids.encode(before.mailbox, before.number + 1, 0)
    body = form.delivery()
    assert (form.send(body)["accepted"], form.get()["step"]) == (True, "open"), "the choice is kept meanwhile"
    event = panel.person.outlook.create("Přejmenovaná", form.end, form.end + timedelta(hours=3))
    assert ids.decode(event).number == ids.decode(form.event).number
    assert form.send(body)["accepted"]
    made.sync()
    kinds = {one.title: one.kind for one in made.raynet.activities()}
    assert kinds == {"Jiná": "event", "Přejmenovaná": "meeting"}


def test_an_event_kept_out_of_raynet_stays_out(office: PanelHost) -> None:
    made, form = office.rig, office.panel("jana").form()
    form.put(linked=False)
    event = form.save()
    made.sync()
    assert not made.raynet.activities()
    shown = office.panel("jana").state(event)
    assert (shown["status"], shown["reason"]["code"], shown["can"][0]) == ("not_linked", "unlinked_by_user", "relink")
    body = {"event": ref(event), "change_id": "0b8ad4b4-1f0e-4a0e-9d55-0e3b2f6a7c11"}
    office.panel("jana").post("/events/relink", body | {"choices": {"type": "meeting"}})
    made.sync()
    assert only_activity(made).kind == "meeting"


def test_a_draft_expires_after_a_day_without_a_trace(office: PanelHost) -> None:
    made, form = office.rig, office.panel("jana").form()
    form.put(type="meeting")
    made.clock.advance(seconds=24 * 3600 + 1)
    form.send(form.again(), status=409)
    form.start += timedelta(days=2)
    form.end += timedelta(days=2)
    form.save()
    made.sync()
    assert only_activity(made).kind == "event"


def test_a_draft_that_comes_after_its_event_changes_all_but_the_type(office: PanelHost) -> None:
    made, panel = office.rig, office.panel("jana")
    company = add_company(made.raynet, "Pekárna").id
    form = panel.form()
    form.save()
    form.event = None
    made.sync()
    answer = form.put(type="meeting", concerns=[{"kind": ConcernKind.COMPANY.value, "id": company}])
    assert answer["accepted"]
    made.sync()
    activity = only_activity(made)
    assert (activity.kind, activity.company, activity.personal) == ("event", company, False)
    shown = form.get()
    assert (shown["refused"], shown["reason"]["code"]) == (["type"], "type_only_in_raynet")


def test_a_draft_that_comes_after_its_event_is_carried_out_wherever_the_worker_dies(office: PanelHost) -> None:
    made, steps = office.rig, 0
    company = add_company(made.raynet, "Pekárna").id
    while True:
        steps += 1
        form = office.panel("jana", consent=steps == 1).form()
        form.subject = f"Návštěva {steps}"
        form.start += timedelta(hours=2 * steps)
        form.end = form.start + timedelta(hours=1)
        form.save()
        form.event = None
        made.sync()
        assert form.put(concerns=[{"kind": ConcernKind.COMPANY.value, "id": company}])["accepted"]
        made.driver.crash_after = made.driver.count + steps
        try:
            made.one_pass()
        except Crash:
            died = True
        else:
            died = False
        made.driver.crash_after = None
        made.restart(5)
        office = form.panel.host = panel_host(made)
        made.sync()
        carried = [one for one in made.raynet.activities() if one.title == form.subject]
        assert [one.company for one in carried] == [company], f"killed after step {steps}"
        assert form.get()["step"] == "applied", f"killed after step {steps}"
        if not died:
            break
    assert steps > 10


def test_a_choice_made_while_the_activity_is_there_is_a_change_of_it(office: PanelHost) -> None:
    made, form = office.rig, office.panel("jana").form()
    company = add_company(made.raynet, "Pekárna").id
    form.put(type="meeting")
    form.save()
    made.sync()
    answer = form.put(type="phoneCall", concerns=[{"kind": "company", "id": company}], status="COMPLETED")
    assert (answer["accepted"], answer["refused"]) == (True, ["type"])
    made.sync()
    activity = only_activity(made)
    assert (activity.kind, activity.company, activity.status) == ("meeting", company, "COMPLETED")


def test_a_record_that_raynet_no_longer_has_costs_that_choice_only(office: PanelHost) -> None:
    made, form = office.rig, office.panel("jana").form()
    form.put(type="meeting", concerns=[{"kind": "company", "id": 987654}])
    form.save()
    made.tick()
    made.one_pass()
    made.tick()
    made.sync()
    assert only_activity(made).kind == "meeting"
    shown = form.get()
    assert (shown["step"], shown["refused"]) == ("applied", ["concerns"])


def test_a_task_without_a_client_is_personal_and_with_one_is_not(office: PanelHost) -> None:
    made, panel = office.rig, office.panel("jana")
    company = add_company(made.raynet, "Pekárna").id
    alone, linked = panel.form("Sám"), panel.form("S klientem")
    alone.put(type="task")
    linked.put(type="task", concerns=[{"kind": "company", "id": company}])
    for form in (alone, linked):
        form.save()
    made.sync()
    found = {one.title: (one.kind, one.personal) for one in made.raynet.activities()}
    assert found == {"Sám": ("task", True), "S klientem": ("task", False)}


def test_an_open_form_keeps_our_hands_off_its_event_for_a_while(office: PanelHost) -> None:
    made, panel = office.rig, office.panel("jana")
    form = panel.form()
    form.put(type="meeting")
    event = form.save()
    form.beacon()
    made.sync()
    key = only_activity(made)
    panel.state(event, form_open=True)
    made.people["jana"].ui.edit(key.ref, title="Přejmenováno v Raynetu")
    made.tick(10)
    made.one_pass()
    assert panel.person.outlook.state(event).subject == form.subject
    panel.state(event, form_open=False)
    made.sync()
    assert panel.person.outlook.state(event).subject == "Přejmenováno v Raynetu"


def test_a_form_that_stays_open_for_hours_stops_holding_the_event(office: PanelHost) -> None:
    made, panel = office.rig, office.panel("jana")
    form = panel.form()
    form.put(type="meeting")
    event = form.save()
    form.beacon()
    made.sync()
    key = only_activity(made)
    made.people["jana"].ui.edit(key.ref, title="Přejmenováno v Raynetu")
    for _ in range(50):
        panel.state(event, form_open=True)
        made.tick(15)
        made.one_pass()
        if panel.person.outlook.state(event).subject == "Přejmenováno v Raynetu":
            break
    else:
        raise AssertionError("never written")
