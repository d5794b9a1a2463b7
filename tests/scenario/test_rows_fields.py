"""Rows of the correspondence table that both sides share: title, time, text, place, priority, type, status."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.support.rig import Rig

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
KINDS = ("task", "event", "meeting", "phoneCall", "letter", "email")
Firm = Callable[..., Rig]


def _in_raynet(rig: Rig, kind: str = "meeting", **fields: object):  # type: ignore[no-untyped-def]
    start = rig.clock() + 2 * HOUR
    return rig.people["jana"].ui.create(kind, start=start, end=start + HOUR, **{"title": "Porada", **fields}).ref


def _only_event(rig: Rig, name: str = "jana") -> tuple[str, object]:
    (found,) = rig.people[name].outlook.events().items()
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_each_type_travels_to_outlook_and_back_in_every_field(firm: Firm, kind: str) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    has_place = kind in ("meeting", "event")
    with rig.carried(graph=1):
        extra = {"meeting_place": "Brno"} if has_place else {}
        ref = _in_raynet(rig, kind, description="<p>Body</p>", priority="CRITICAL", **extra)
    event_id, event = _only_event(rig)
    assert (event.subject, event.importance, event.show_as) == ("Porada", "high", "busy")
    assert [place.display_name for place in event.places if place.display_name] == (["Brno"] if has_place else [])
    assert "Body" in event.body
    assert len(event.categories) == 1
    with rig.carried(graph=1):
        jana.ui.edit(ref, title="Porada 2", description="<p>Nové</p>", priority="MINOR")
    event = jana.outlook.state(event_id)
    assert (event.subject, event.importance) == ("Porada 2", "low")
    assert "Nové" in event.body
    with rig.carried(raynet=1):
        jana.outlook.edit(event_id, subject="Porada 3", importance="normal", location={"displayName": "Doma"})
    shown = rig.raynet.activity(ref)
    assert (shown.title, shown.priority, shown.kind) == ("Porada 3", "DEFAULT", kind)
    assert shown.meeting_place == ("Doma" if has_place else None)
    with rig.carried(raynet=1):
        jana.outlook.edit(event_id, body={"contentType": "html", "content": "<p>Z Outlooku</p>"})
    assert "Z Outlooku" in rig.raynet.activity(ref).description
    with rig.carried(raynet=1):
        start = rig.clock() + 5 * HOUR
        jana.outlook.move_in_time(event_id, start, start + HOUR)
    assert rig.raynet.activity(ref).scheduled_from == start
    with rig.carried(graph=1):
        jana.ui.move(ref, rig.clock() + 7 * HOUR)


def test_a_place_of_a_type_without_place_stays_in_outlook(firm: Firm) -> None:
    rig = firm("jana")
    with rig.carried(graph=1):
        ref = _in_raynet(rig, "phoneCall")
    event_id, _ = _only_event(rig)
    with rig.carried():
        rig.people["jana"].outlook.edit(event_id, location={"displayName": "U okna"})
    with rig.carried(graph=1):
        rig.people["jana"].ui.edit(ref, title="Jinak")
    assert rig.people["jana"].outlook.state(event_id).places[0].display_name == "U okna"


def test_an_outlook_event_becomes_a_private_event_by_one_create_and_one_update(firm: Firm) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    start = rig.clock() + HOUR
    with rig.carried(raynet=2):
        jana.outlook.create(
            "Soustředění",
            start,
            start + HOUR,
            body={"contentType": "html", "content": "<p>Klid</p>"},
            location={"displayName": "Doma"},
            importance="high",
        )
    (made,) = rig.raynet.activities()
    assert (made.kind, made.title, made.personal, made.status) == ("event", "Soustředění", True, "SCHEDULED")
    assert (made.meeting_place, made.priority, made.owner) == ("Doma", "CRITICAL", jana.person)
    assert (made.scheduled_from, made.scheduled_till) == (start, start + HOUR)
    assert "Klid" in made.description


def test_a_made_activity_is_known_at_once_by_its_owner(firm: Firm) -> None:
    rig = firm("jana")
    for number in range(3):
        with rig.carried(raynet=2):
            start = rig.clock() + (number + 1) * HOUR
            event = rig.people["jana"].outlook.create(f"Událost {number}", start, start + HOUR)
        found = rig.administration.overview.why_event(rig.firm, rig.people["jana"].mailbox.id, event)
        assert [one.reason.value for one in found.trail] == ["created_from_outlook"]


def test_clearing_texts_travels_both_ways(firm: Firm) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    with rig.carried(graph=1):
        ref = _in_raynet(rig, "meeting", description="<p>Text</p>", meeting_place="Brno")
    event_id, _ = _only_event(rig)
    with rig.carried(graph=1):
        jana.ui.edit(ref, description=None, meeting_place=None)
    assert "Text" not in jana.outlook.state(event_id).body
    assert not [p for p in jana.outlook.state(event_id).places if p.display_name]
    with rig.carried(graph=1):
        jana.ui.edit(ref, description="<p>Text</p>", meeting_place="Brno")
    with rig.carried(raynet=1):
        jana.outlook.edit(event_id, body={"contentType": "html", "content": ""}, location={"displayName": ""})
    assert not rig.raynet.activity(ref).meeting_place
    assert "Text" not in (rig.raynet.activity(ref).description or "")


def test_an_update_without_foreign_parts_reads_nothing_but_the_change(firm: Firm) -> None:
    rig = firm("jana")
    with rig.carried(graph=1):
        ref = _in_raynet(rig)
    with rig.carried(graph=1, most_reads=(10, 10)):
        rig.people["jana"].ui.edit(ref, title="Jinak")
    before = rig.reads()
    rig.people["jana"].ui.edit(ref, title="A ještě jinak")
    rig.tick()
    rig.one_pass()
    assert rig.reads()[0] - before[0] <= 1
    assert rig.reads()[1] - before[1] <= 1
    event_id, _ = _only_event(rig)
    rig.tick()
    rig.one_pass()
    before = rig.reads()
    rig.people["jana"].outlook.edit(event_id, subject="Odtud")
    rig.tick()
    rig.one_pass()
    # One list of changes, one reading right before the write.
    assert rig.reads()[0] - before[0] <= 2
    assert rig.reads()[1] - before[1] <= 1


def test_done_marks_the_event_and_reopening_takes_the_mark_away(firm: Firm) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    with rig.carried(graph=1):
        ref = _in_raynet(rig)
    event_id, event = _only_event(rig)
    jana.outlook.edit(event_id, categories=["Moje", *event.categories])
    with rig.carried(graph=1):
        jana.ui.complete(ref)
    assert set(jana.outlook.state(event_id).categories) == {"Moje", "Raynet: Schůzka", "Raynet: Hotovo"}
    with rig.carried(graph=1):
        jana.ui.reopen(ref)
    assert set(jana.outlook.state(event_id).categories) == {"Moje", "Raynet: Schůzka"}


@pytest.mark.parametrize("way", ["cancel", "unschedule", "delete"])
def test_cancelled_unscheduled_or_deleted_in_raynet_takes_the_event_away(firm: Firm, way: str) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    with rig.carried(graph=1):
        ref = _in_raynet(rig)
    with rig.carried(graph=1):
        getattr(jana.ui, way)(ref)
    assert not jana.outlook.events()
    if way == "delete":
        return
    with rig.carried(graph=1):
        if way == "cancel":
            jana.ui.reopen(ref)
        else:
            start = rig.clock() + 3 * HOUR
            jana.ui.edit(ref, status="SCHEDULED", scheduled_from=start, scheduled_till=start + HOUR)
    _, event = _only_event(rig)
    assert event.subject == "Porada"


def test_a_change_of_type_in_raynet_keeps_the_event_and_changes_its_category(firm: Firm) -> None:
    rig = firm("jana")
    with rig.carried(graph=1):
        ref = _in_raynet(rig, "event")
    event_id, _ = _only_event(rig)
    with rig.carried(graph=1):
        new = rig.people["jana"].ui.change_type(ref, "meeting").ref
    with rig.carried(raynet=1):
        rig.people["jana"].outlook.edit(event_id, subject="Schůzka")
    assert rig.raynet.activity(new).title == "Schůzka"
    with rig.carried(graph=1):
        rig.people["jana"].ui.change_type(new, "event")
    with rig.carried(graph=1):
        rig.people["jana"].ui.change_type(ref, "meeting")
    assert rig.people["jana"].outlook.state(event_id).categories == ("Raynet: Schůzka",)


def test_all_day_travels_both_ways_and_becomes_timed_again(firm: Firm) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    day = (rig.clock() + 3 * DAY).date()
    with rig.carried(raynet=2):
        event_id = jana.outlook.create("Veletrh", day, day + 2 * DAY)
    (made,) = rig.raynet.activities()
    assert (made.scheduled_till - made.scheduled_from) == 2 * DAY
    with rig.carried(graph=1):
        jana.ui.move(made.ref, made.scheduled_from + DAY)
    event = jana.outlook.state(event_id)
    assert event.is_all_day
    assert event.start.date() == day + DAY
    with rig.carried(graph=1):
        start = rig.clock() + 30 * HOUR
        jana.ui.move(made.ref, start, start + HOUR)
    assert not jana.outlook.state(event_id).is_all_day
    with rig.carried(raynet=1):
        jana.outlook.move_in_time(event_id, day, day + DAY)
    assert rig.raynet.activity(made.ref).scheduled_till - rig.raynet.activity(made.ref).scheduled_from == DAY
