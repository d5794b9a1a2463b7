"""Rules: what each value does, that a change of rules releases and never deletes, and where the window ends."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from server.store.admin.firms import LicenceChange
from server.store.admin.seats import SeatChange
from tests.support.rig import API_LOGIN, Rig

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SECRET = "Chemoterapie"
Firm = Callable[..., Rig]


def _in_raynet(rig: Rig, kind: str = "meeting", **fields: object):  # type: ignore[no-untyped-def]
    start = fields.pop("start", rig.clock() + 2 * HOUR)
    return rig.people["jana"].ui.create(kind, start=start, end=start + HOUR, **{"title": "Porada", **fields}).ref


def _event(rig: Rig, name: str = "jana") -> str:
    (found,) = rig.people[name].outlook.events()
    return found


def _reasons(rig: Rig) -> set[tuple[str, str]]:
    return {(one.state.value, one.reason.value if one.reason else "") for one in rig.pairs()}


def _why(rig: Rig, ref) -> set[str]:  # type: ignore[no-untyped-def]
    from server.domain.ids import ActivityKey

    found = rig.administration.overview.why_activity(rig.firm, ActivityKey.parse(f"{ref.kind}:{ref.id}"))
    return {one.reason.value for one in found.trail}


# --- authority ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "later", "wins"),
    [("raynet", "outlook", "raynet"), ("outlook", "raynet", "outlook"), ("newest", "outlook", "outlook"),
     ("newest", "raynet", "raynet")],
)  # fmt: skip
def test_authority_decides_a_conflict_and_the_journal_keeps_the_loser(
    firm: Firm, rule: str, later: str, wins: str
) -> None:
    rig = firm("jana", rules={"authority": rule})
    jana = rig.people["jana"]
    with rig.carried(graph=1):
        ref = _in_raynet(rig, description="<p>Text</p>")
    event = _event(rig)
    edits = {
        "raynet": lambda: jana.ui.edit(ref, title="Z Raynetu"),
        "outlook": lambda: jana.outlook.edit(event, subject="Z Outlooku"),
    }
    first = "raynet" if later == "outlook" else "outlook"
    with rig.carried(raynet=int(wins == "outlook"), graph=int(wins == "raynet")):
        edits[first]()
        rig.clock.advance(seconds=3)
        edits[later]()
    won, lost = ("Z Raynetu", "Z Outlooku") if wins == "raynet" else ("Z Outlooku", "Z Raynetu")
    assert rig.raynet.activity(ref).title == jana.outlook.state(event).subject == won
    (entry,) = rig.administration.conflicts.every(rig.firm)
    one = entry.conflict
    assert (one.field.value, one.base, one.kept, one.lost) == ("title", "Porada", won, lost)
    assert (one.lost_side.value == "graph") == (wins == "raynet")


def test_changes_of_different_fields_on_both_sides_are_merged_without_a_conflict(firm: Firm) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    with rig.carried(graph=1):
        ref = _in_raynet(rig)
    with rig.carried(raynet=1, graph=1):
        jana.ui.edit(ref, title="Nový název")
        jana.outlook.edit(_event(rig), location={"displayName": "Brno"})
    assert rig.raynet.activity(ref).meeting_place == "Brno"
    assert jana.outlook.state(_event(rig)).subject == "Nový název"
    assert rig.administration.conflicts.every(rig.firm) == ()


# --- types, categories, deadline blocks ---------------------------------------------------------------------------


def test_an_excluded_type_is_released_and_taken_up_again(firm: Firm) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    with rig.carried(graph=1):
        ref = _in_raynet(rig)
    with rig.carried():
        rig.rules(types="task,event")
    with rig.carried():
        jana.ui.edit(ref, title="Jinak")
    with rig.carried():
        _in_raynet(rig, title="Další schůzka")
    assert jana.outlook.state(_event(rig)).subject == "Porada"
    assert ("released", "released_by_rule") in _reasons(rig)
    with rig.carried(graph=2):
        rig.rules(types="task,event,meeting,phoneCall,letter,email")
    assert sorted(one.subject for one in jana.outlook.events().values()) == ["Další schůzka", "Jinak"]


def test_without_the_type_event_outlook_items_stay_where_they_are(firm: Firm) -> None:
    rig = firm("jana", rules={"types": "meeting"})
    with rig.carried():
        rig.people["jana"].outlook.create("Doma", rig.clock() + HOUR, rig.clock() + 2 * HOUR)
    assert _reasons(rig) == {("released", "type_excluded")}
    with rig.carried(raynet=2):
        rig.rules(types="meeting,event")


def test_categories_off_writes_none_and_on_adds_them_later(firm: Firm) -> None:
    rig = firm("jana", rules={"categories": "off"})
    jana = rig.people["jana"]
    with rig.carried(graph=1):
        ref = _in_raynet(rig)
    assert jana.outlook.state(_event(rig)).categories == ()
    with rig.carried():
        jana.ui.complete(ref)
    with rig.carried(graph=1):
        rig.rules(categories="on")
    assert jana.outlook.state(_event(rig)).categories == ("Raynet: Schůzka", "Raynet: Hotovo")


def test_a_task_with_a_deadline_only_gets_a_block_where_the_rule_says_so(firm: Firm) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    deadline = (rig.clock() + DAY).replace(microsecond=0)
    with rig.carried():
        ref = jana.ui.create("task", title="Nabídka", deadline=deadline).ref
    assert jana.outlook.events() == {}
    assert "not_scheduled" in _why(rig, ref)
    with rig.carried(graph=1):
        rig.rules(deadline_block_minutes="30")
    block = jana.outlook.state(_event(rig))
    assert (block.start, block.end) == ((deadline - HOUR / 2).replace(tzinfo=None), deadline.replace(tzinfo=None))
    with rig.carried(graph=1):
        jana.ui.edit(ref, deadline=deadline + HOUR)
    assert jana.outlook.state(_event(rig)).end == (deadline + HOUR).replace(tzinfo=None)
    with rig.carried():
        rig.rules(deadline_block_minutes="0")
    assert len(jana.outlook.events()) == 1, "a change of rules deletes nothing"


# --- private events -----------------------------------------------------------------------------------------------


def _never_readable(rig: Rig, text: str) -> None:
    for entry in rig.raynet.history:
        assert text not in repr(entry.after)
        assert text not in repr(entry.before)


@pytest.mark.parametrize("rule", ["time_only", "skip", "full"])
def test_private_events_show_what_the_rule_allows(firm: Firm, rule: str) -> None:
    rig = firm("jana", rules={"private_events": rule})
    jana = rig.people["jana"]
    start = rig.clock() + HOUR
    text = {"contentType": "html", "content": f"<p>{SECRET} podrobně</p>"}
    place = {"displayName": f"{SECRET} klinika"}
    with rig.carried(raynet=0 if rule == "skip" else 2):
        event = jana.outlook.create(
            SECRET, start, start + HOUR, body=text, location=place, sensitivity="private", importance="high"
        )
    if rule == "full":
        assert rig.raynet.activities()[0].title == SECRET
        return
    _never_readable(rig, SECRET)
    if rule == "skip":
        assert rig.raynet.activities() == []
        assert ("released", "private_skipped") in _reasons(rig)
        with rig.carried(raynet=2):
            jana.outlook.edit(event, sensitivity="normal")
        assert rig.raynet.activities()[0].title == SECRET
        return
    (made,) = rig.raynet.activities()
    assert (made.title, made.personal, made.description or "", made.meeting_place or "") == (
        "Soukromá událost", True, "", "",
    )  # fmt: skip
    assert made.scheduled_from == start
    with rig.carried():
        jana.outlook.edit(event, subject=f"{SECRET} 2", location={"displayName": f"{SECRET} jinde"})
    with rig.carried(raynet=1):
        jana.outlook.move_in_time(event, start + HOUR, start + 2 * HOUR)
    with rig.carried(graph=1):
        jana.ui.move(made.ref, start + 3 * HOUR)
    _never_readable(rig, SECRET)
    assert jana.outlook.state(event).subject == f"{SECRET} 2"
    with rig.carried(raynet=1):
        jana.outlook.edit(event, sensitivity="normal", subject="Už ne tajné", body={"contentType": "html",
                          "content": "<p>Veřejně</p>"}, location={"displayName": "Brno"})  # fmt: skip
    shown = rig.raynet.activity(made.ref)
    assert (shown.title, shown.meeting_place) == ("Už ne tajné", "Brno")
    assert "Veřejně" in shown.description


def test_an_event_that_turns_private_is_masked_at_once_and_its_new_text_never_shows(firm: Firm) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    start = rig.clock() + HOUR
    with rig.carried(raynet=2):
        event = jana.outlook.create("Oběd", start, start + HOUR)
    with rig.carried(raynet=1):
        jana.outlook.edit(event, sensitivity="private", subject=SECRET)
    (made,) = rig.raynet.activities()
    assert (made.title, made.personal) == ("Soukromá událost", True)
    _never_readable(rig, SECRET)
    for row in rig.administration.conflicts.every(rig.firm):
        assert SECRET not in row.conflict.lost + row.conflict.kept + row.conflict.base


def test_a_raynet_meeting_made_private_in_outlook_keeps_its_client_and_is_masked(firm: Firm) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    with rig.carried(graph=1):
        ref = _in_raynet(rig)
    with rig.carried(raynet=1):
        jana.outlook.edit(_event(rig), sensitivity="private", subject=SECRET)
    assert rig.raynet.activity(ref).title == "Soukromá událost"
    _never_readable(rig, SECRET)


# --- deleting in Outlook ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "origin", "after"),
    [
        ("smart", "outlook", "deleted"), ("smart", "raynet", "CANCELLED"), ("smart", "client", "CANCELLED"),
        ("cancel", "outlook", "CANCELLED"), ("cancel", "raynet", "CANCELLED"),
        ("delete", "outlook", "deleted"), ("delete", "raynet", "deleted"),
        ("ignore", "outlook", "SCHEDULED"), ("ignore", "raynet", "SCHEDULED"),
    ],
)  # fmt: skip
def test_a_deletion_in_outlook_follows_the_rule(firm: Firm, rule: str, origin: str, after: str) -> None:
    from simulator.raynet.populate import add_company

    rig = firm("jana", rules={"outlook_delete": rule})
    jana = rig.people["jana"]
    if origin == "raynet":
        with rig.carried(graph=1):
            _in_raynet(rig)
    else:
        with rig.carried(raynet=2):
            jana.outlook.create("Odsud", rig.clock() + HOUR, rig.clock() + 2 * HOUR)
    (made,) = rig.raynet.activities()
    if origin == "client":
        company = add_company(rig.raynet, "Klient")
        with rig.carried():
            jana.ui.edit(made.ref, company=company.id)
    with rig.carried(raynet=0 if rule == "ignore" else 1):
        jana.outlook.delete(_event(rig))
    left = rig.raynet.activity(made.ref)
    assert (left.status if left is not None else "deleted") == after
    assert jana.outlook.events() == {}
    if after == "CANCELLED":
        with rig.carried(graph=1):
            jana.ui.reopen(made.ref)
        assert len(jana.outlook.events()) == 1


def test_a_done_activity_survives_the_deletion_of_its_event(firm: Firm) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    with rig.carried(graph=1):
        ref = _in_raynet(rig)
    with rig.carried(graph=1):
        jana.ui.complete(ref)
    with rig.carried():
        jana.outlook.delete(_event(rig))
    assert rig.raynet.activity(ref).status == "COMPLETED"
    assert ("released", "released_done") in _reasons(rig)


def test_an_event_taken_back_from_deleted_items_is_taken_up_again(firm: Firm) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    with rig.carried(graph=1):
        ref = _in_raynet(rig)
    event = _event(rig)
    with rig.carried(raynet=1):
        jana.outlook.delete(event)
    assert rig.raynet.activity(ref).status == "CANCELLED"
    jana.outlook.restore(event)
    rig.tick()
    rig.sync()
    # Whatever it becomes, it is one event and one living activity, and nothing else moves afterwards.
    living = [one for one in rig.raynet.activities() if one.status == "SCHEDULED"]
    assert len(living) == 1
    assert len(jana.outlook.events()) == 1


# --- window -------------------------------------------------------------------------------------------------------


def test_what_leaves_the_window_freezes_and_thaws_when_the_window_grows(firm: Firm) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    with rig.carried(graph=1):
        ref = _in_raynet(rig)
    rig.clock.advance(seconds=31 * 86_400)
    rig.tick()
    rig.sync(full=True)
    with rig.carried():
        jana.ui.edit(ref, title="Dávno")
    with rig.carried():
        jana.outlook.edit(_event(rig), location={"displayName": "Brno"})
    assert ("frozen", "outside_window") in _reasons(rig)
    with rig.carried(raynet=1, graph=1, most_reads=(60, 60)):
        rig.rules(window_back_days="60")
    assert jana.outlook.state(_event(rig)).subject == "Dávno"
    assert rig.raynet.activity(ref).meeting_place == "Brno"


def test_a_move_out_of_the_window_is_carried_and_a_deletion_there_is_not(firm: Firm) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    with rig.carried(graph=1):
        ref = _in_raynet(rig)
    far = rig.clock() + 500 * DAY
    with rig.carried(graph=1):
        jana.ui.move(ref, far, far + HOUR)
    assert jana.outlook.state(_event(rig)).start == far.replace(tzinfo=None)
    with rig.carried():
        jana.outlook.delete(_event(rig))
    assert rig.raynet.activity(ref).status == "SCHEDULED"


def test_items_outside_of_the_window_are_not_created_and_say_why(firm: Firm) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    with rig.carried():
        _in_raynet(rig, start=rig.clock() + 400 * DAY)
        _in_raynet(rig, start=rig.clock() - 40 * DAY)
        jana.outlook.create("Daleko", rig.clock() + 400 * DAY, rig.clock() + 400 * DAY + HOUR)
    assert len(rig.raynet.activities()) == 2
    assert len(jana.outlook.events()) == 1


# --- series, drafts, locks, visibility ----------------------------------------------------------------------------


def test_series_are_left_alone_on_both_sides_and_both_say_why(firm: Firm) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    start = rig.clock() + HOUR
    weekly = {"type": "weekly", "interval": 1, "daysOfWeek": ["monday"]}
    with rig.carried():
        series = jana.outlook.create_series("Porada týmu", start, start + HOUR, weekly)
    assert rig.raynet.activities() == []
    assert ("released", "series") in _reasons(rig)
    with rig.carried():
        jana.outlook.change_occurrence(series, (start + 7 * DAY).date(), subject="Výjimka")
    with rig.carried(graph=1):
        ref = _in_raynet(rig, title="Sama")
    with rig.carried():
        jana.ui.repeat(ref, 3)
    assert len(jana.outlook.events()) == 2
    assert "series" in _why(rig, ref)
    with rig.carried():
        jana.ui.edit(ref, title="Opakovaná")


def test_a_draft_waits_until_it_is_saved(firm: Firm) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    with rig.carried():
        draft = jana.outlook.draft("Rozepsané", rig.clock() + HOUR, rig.clock() + 2 * HOUR)
    assert ("released", "draft") in _reasons(rig)
    with rig.carried(raynet=2):
        jana.outlook.finish_draft(draft, subject="Hotové")
    assert rig.raynet.activities()[0].title == "Hotové"


def test_a_locked_activity_is_parked_and_goes_on_when_unlocked(firm: Firm) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    with rig.carried(graph=1):
        ref = _in_raynet(rig)
    with rig.carried():
        jana.ui.lock(ref)
    with rig.carried():
        jana.outlook.edit(_event(rig), subject="Změna")
    assert ("parked", "locked") in _reasons(rig)
    assert rig.raynet.activity(ref).title == "Porada"
    with rig.carried(raynet=1):
        jana.ui.unlock(ref)
    assert rig.raynet.activity(ref).title == "Změna"


def test_losing_sight_of_an_activity_releases_and_seeing_it_again_resumes(firm: Firm) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    rig.raynet.switches.invisible_status = 500
    with rig.carried(graph=1):
        ref = _in_raynet(rig)
    jana.ui.hide(ref, API_LOGIN)
    rig.tick()
    rig.sync(full=True)
    assert len(jana.outlook.events()) == 1
    assert ("released", "released_not_visible") in _reasons(rig)
    jana.ui.edit(ref, title="Po návratu")
    jana.ui.show(ref, API_LOGIN)
    rig.tick()
    rig.sync(full=True)
    assert jana.outlook.state(_event(rig)).subject == "Po návratu"


# --- seats, licence, pause ----------------------------------------------------------------------------------------


def _off(rig: Rig, what: str) -> None:
    if what == "seat":
        rig.seats.set(rig.firm, rig.people["jana"].seat, SeatChange(enabled=False), actor="test")
    elif what == "removed":
        rig.seats.remove(rig.firm, rig.people["jana"].seat, actor="test")
    elif what == "licence":
        rig.engine.firms.set_licence(rig.firm, LicenceChange(valid_until=date(2026, 1, 1)), actor="test")
    else:
        rig.engine.firms.set_paused(rig.firm, paused=True, actor="test")


def _on(rig: Rig, what: str) -> None:
    jana = rig.people["jana"]
    if what == "seat":
        rig.seats.set(rig.firm, jana.seat, SeatChange(enabled=True), actor="test")
    elif what == "removed":
        jana.seat = rig.seats.add(rig.firm, jana.login, actor="test").id
    elif what == "licence":
        rig.engine.firms.set_licence(rig.firm, LicenceChange(valid_until=date(2030, 1, 1)), actor="test")
    else:
        rig.engine.firms.set_paused(rig.firm, paused=False, actor="test")


@pytest.mark.parametrize("what", ["seat", "removed", "licence", "pause"])
def test_a_right_that_ends_touches_neither_side_and_resumes_with_the_differences_only(firm: Firm, what: str) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    with rig.carried(graph=1):
        ref = _in_raynet(rig)
    with rig.carried(raynet=2):
        own = jana.outlook.create("Vlastní", rig.clock() + HOUR, rig.clock() + 2 * HOUR)
    with rig.carried():
        _off(rig, what)
    with rig.carried():
        jana.ui.edit(ref, title="Mezitím")
        jana.outlook.edit(own, subject="Také mezitím")
        _in_raynet(rig, title="Nová schůzka")
    assert len(jana.outlook.events()) == 2
    assert len(rig.raynet.activities()) == 3
    if what != "pause":
        assert {one.state.value for one in rig.pairs()} == {"released"}
    with rig.carried(raynet=1, graph=2, most_reads=(60, 60)):
        _on(rig, what)
    assert sorted(one.subject for one in jana.outlook.events().values()) == ["Mezitím", "Nová schůzka", "Také mezitím"]
    assert sorted(one.title for one in rig.raynet.activities()) == ["Mezitím", "Nová schůzka", "Také mezitím"]
