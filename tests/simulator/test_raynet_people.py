"""What people do in the application, and the history of every change (raynet-api §21 item 16, §10, §13)."""

import random
from dataclasses import FrozenInstanceError
from datetime import UTC, datetime, timedelta

import pytest

from simulator.raynet import Activity, RaynetSwitches, Ref
from simulator.raynet.errors import RaynetError
from simulator.raynet.records import KINDS
from simulator.raynet.ui import RaynetUi
from tests.simulator.raynet_api import NOW, Office

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def _office(switches: RaynetSwitches | None = None) -> tuple[Office, RaynetUi, Activity]:
    """Jana has one planned meeting with the client."""
    office = Office(switches)
    ui = office.instance.ui(office.jana.username)
    return office, ui, ui.create("meeting", title="Porada", start=START, company=office.client)


def test_created_in_the_application_and_read_through_the_api() -> None:
    office, _, meeting = _office()
    detail = office.api.get(f"/meeting/{meeting.id}/").data
    assert (detail["title"], detail["status"], detail["owner"]["id"]) == ("Porada", "SCHEDULED", office.jana.person)
    assert detail["rowInfo.createdBy"] == "jana@acme.example"
    assert detail["scheduledTill"] == "2026-11-24T11:00:00.000+01:00"


def test_without_a_client_a_record_made_by_people_is_private() -> None:
    _, ui, meeting = _office()
    assert (ui.create("event", title="x").personal, meeting.personal) == (True, False)


def test_an_edit_carries_the_persons_login_and_bumps_the_version() -> None:
    office, ui, meeting = _office()
    office.clock.advance(minutes=1)
    ui.edit(meeting.ref, title="Jinak", description="<table><tr><td>x</td></tr></table>")
    row = office.api.get("/meeting/").data[0]
    assert (row["title"], row["description"], row["_version"]) == ("Jinak", "x", 1)
    assert (row["rowInfo.updatedBy"], row["rowInfo.updatedAt"]) == (
        "jana@acme.example",
        "2026-11-23T09:01:00.123+01:00",
    )


def test_moving_keeps_the_length() -> None:
    _, ui, meeting = _office()
    moved = ui.move(meeting.ref, START + timedelta(days=1))
    assert moved.scheduled_till == START + timedelta(days=1, hours=1)


def test_complete_cancel_reopen_and_unschedule() -> None:
    _, ui, meeting = _office()
    assert ui.complete(meeting.ref).completed == START + timedelta(hours=1)
    assert (ui.reopen(meeting.ref).status, ui.see(meeting.ref).completed) == ("SCHEDULED", None)
    assert ui.cancel(meeting.ref).status == "CANCELLED"
    unscheduled = ui.unschedule(meeting.ref)
    assert (unscheduled.status, unscheduled.scheduled_from, unscheduled.scheduled_till) == ("NEW", None, None)
    assert ui.reopen(meeting.ref).status == "NEW"


def test_delete_and_what_is_refused() -> None:
    office, ui, meeting = _office()
    ui.delete(meeting.ref)
    assert office.api.get("/activity/").ids == []
    with pytest.raises(RaynetError):
        ui.edit(meeting.ref, title="y")


def test_owner_and_participants() -> None:
    office, ui, meeting = _office()
    ui.add_person(meeting.ref, office.petr.person)
    ui.change_owner(meeting.ref, office.petr.person)
    assert ui.see(meeting.ref).owner == office.petr.person
    ui.add_person(meeting.ref, office.contact)
    ui.remove_person(meeting.ref, office.contact)
    assert office.contact not in {p.person for p in ui.see(meeting.ref).participants}


def test_the_calendar_shows_where_one_takes_part() -> None:
    office, ui, meeting = _office()
    other = office.instance.ui(office.petr.username)
    assert other.calendar(START, START + timedelta(hours=1)) == []
    ui.add_person(meeting.ref, office.petr.person)
    assert [a.id for a in other.calendar(START, START + timedelta(hours=1))] == [meeting.id]
    assert other.calendar(START + timedelta(hours=1), START + timedelta(hours=2)) == []


@pytest.mark.parametrize("switch", ["moves", "recreated", "hidden"])
def test_a_type_change_through_the_api(switch: str) -> None:
    office, ui, meeting = _office()
    setattr(office.instance.switches, "type_change", switch)  # noqa: B010  # parametrised over the literals
    ui.add_person(meeting.ref, office.petr.person)
    ui.add_person(meeting.ref, office.contact)
    task = ui.change_type(meeting.ref, "task")
    found = office.api.list("/activity/", {"id": meeting.id}).data
    if switch == "moves":
        assert task.ref == Ref("task", meeting.id)
        assert [row["_entityName"] for row in found] == ["Task"]
        assert office.api.get(f"/meeting/{meeting.id}/").status == 404
    elif switch == "recreated":
        assert (task.id > meeting.id, found) == (True, [])
    else:
        assert (task.shown_kind, [row["_entityName"] for row in found]) == ("task", ["Meeting"])
    if switch != "hidden":
        assert [p.role for p in task.participants] == ["FROM", "TO"]
        assert task.deadline is not None


@pytest.mark.parametrize(
    ("events", "expected"),
    [("updated", ["record.updated"]), ("deleted_created", ["record.deleted", "record.created"]), ("none", [])],
)
def test_events_of_a_type_change_are_a_switch(events: str, expected: list[str]) -> None:
    office, ui, meeting = _office(RaynetSwitches(webhook_pacing="none"))
    setattr(office.instance.switches, "type_change_events", events)  # noqa: B010  # parametrised over the literals
    office.api.put(
        "/webhook/",
        {"url": "https://x.example", "events": ["record.created", "record.updated", "record.deleted"]},
    )
    ui.change_type(meeting.ref, "event")
    waiting: list[str] = []
    while due := office.service.due_pushes(office.clock()):
        waiting += [one.push.body.decode().split('"type": "')[1].split('"')[0] for one in due]
    assert waiting == expected


def test_a_hidden_record_stays_hidden_after_a_type_change() -> None:
    office, ui, meeting = _office()
    ui.hide(meeting.ref, office.bot.username)
    ui.change_type(meeting.ref, "event")
    assert office.api.get("/activity/").ids == []


def test_repetition_makes_independent_copies_with_a_shared_mark() -> None:
    office, ui, meeting = _office()
    copies = ui.repeat(meeting.ref, 3)
    assert [c.scheduled_from for c in copies] == [START + timedelta(days=7 * n) for n in range(4)]
    assert len({c.recurrence.id for c in copies if c.recurrence}) == 1
    ui.edit(copies[1].ref, title="Jiná")
    assert [row["title"] for row in office.api.get("/meeting/").data] == ["Porada", "Jiná", "Porada", "Porada"]
    assert office.api.get("/meeting/").data[0]["recurrence"]["interval"] == "WEEKLY"
    assert len({p.id for c in copies for p in c.participants}) == 4


def test_copies_may_have_recurrence_ids_of_their_own() -> None:
    _, ui, meeting = _office(RaynetSwitches(recurrence_id_shared=False))
    assert len({c.recurrence.id for c in ui.repeat(meeting.ref, 2) if c.recurrence}) == 3


def test_a_bulk_change_takes_200_records_at_most() -> None:
    _, ui, meeting = _office()
    refs = [ui.create("event", title="x").ref for _ in range(3)]
    assert {a.priority for a in ui.bulk_edit(refs, priority="CRITICAL")} == {"CRITICAL"}
    with pytest.raises(RaynetError):
        ui.bulk_edit([meeting.ref] * 201, priority="MINOR")


# -- history -----------------------------------------------------------------------------------------------------------


def test_history_tells_who_changed_what_when() -> None:
    office, ui, meeting = _office()
    office.clock.advance(minutes=1)
    office.api.post(f"/meeting/{meeting.id}/", {"title": "Z API"})
    ui.delete(meeting.ref)
    entries = office.instance.history
    assert [(e.number, e.action, e.actor.source, e.actor.description) for e in entries] == [
        (1, "created", "user", "browser"),
        (2, "updated", "api", "olsync"),
        (3, "deleted", "user", "browser"),
    ]
    assert entries[1].at == (NOW + timedelta(minutes=1)).replace(microsecond=123_000)
    assert entries[1].before is not None
    assert entries[1].after is not None
    assert (entries[1].before.title, entries[1].after.title) == ("Porada", "Z API")
    assert (entries[0].before, entries[2].after) == (None, None)


def test_history_shows_whether_a_text_was_ever_readable() -> None:
    office = Office()
    number = office.api.create("event", owner=office.jana.person, title="Obsazeno")
    office.api.post(f"/event/{number}/", {"personal": True, "title": "Zubař"})
    open_titles = {e.after.title for e in office.instance.history if e.after and not e.after.personal}
    assert open_titles == {"Obsazeno"}


def test_nothing_handed_out_can_change_what_is_stored() -> None:
    office, ui, meeting = _office()
    with pytest.raises(FrozenInstanceError):
        meeting.title = "y"  # type: ignore[misc]  # that is the point
    office.instance.activities().clear()
    company = office.instance.record("company", office.client)
    assert company is not None
    company.fields()["name"] = "Jiná"
    reference = office.instance.reference("company", office.client)
    assert reference is not None
    reference["name"] = "Jiná"
    assert office.api.get("/meeting/").data[0]["company"]["name"] == "Hydraulika Sever"
    assert ui.see(meeting.ref) == meeting


def test_failed_writes_leave_no_trace() -> None:
    office, _, meeting = _office()
    before = list(office.instance.history)
    office.api.post(f"/meeting/{meeting.id}/", {"title": "y", "priority": "HIGH"})
    office.api.post(f"/meeting/{meeting.id}/", {"title": "y", "participants": [{"id": -999}]})
    assert office.instance.history == before


def test_random_bodies_never_break_the_model_and_every_reply_fits_the_document() -> None:
    office, _, _ = _office()
    rough = office.api_with(office.key.secret, checked=False)
    rng = random.Random(5)
    values = [
        None,
        True,
        0,
        -1,
        2,
        999,
        "",
        "x",
        "2026-11-24 10:00",
        "NEW",
        [],
        {},
        [1],
        {"id": 1},
        [{"person": 2}],
        1.5,
    ]
    fields = [
        *("title", "priority", "owner", "status", "personal", "scheduledFrom", "scheduledTill", "completed", "tags"),
        *("deadline", "description", "category", "company", "person", "participants", "customFields", "extId", "lead"),
    ]
    statuses: dict[int, int] = {}
    for _ in range(1500):
        body = {name: rng.choice(values) for name in rng.sample(fields, k=rng.randint(0, 6))}
        if rng.random() < 0.5:
            body = {"title": "x", "priority": "DEFAULT", "owner": office.jana.person, "company": office.client, **body}
        known = rng.choice(office.instance.activities())
        path = f"/{rng.choice(KINDS)}/" if rng.random() < 0.5 else f"/{known.kind}/{known.id}/"
        answer = rough.call("PUT" if path.count("/") == 2 else "POST", path, body)
        statuses[answer.status] = statuses.get(answer.status, 0) + 1
    assert statuses.keys() <= {200, 201, 400, 403, 500}
    assert min(statuses.get(200, 0), statuses.get(201, 0), statuses.get(500, 0)) > 20
    for kind in KINDS:
        assert office.api.list(f"/{kind}/", {}).status == 200
    for activity in office.instance.activities():
        assert office.api.get(f"/{activity.kind}/{activity.id}/").status == 200
        assert sum(p.owner for p in activity.participants) == 1
