"""What people do in the gap between a crash and the restart, on the very item that was being written."""

from simulator.raynet.records import Activity
from tests.support.crashes import HOUR, Accident, Effect, Memo, Step, nothing
from tests.support.rig import API_LOGIN, Person, Rig


def activity_in_focus(rig: Rig, memo: Memo) -> Activity | None:
    """The record the story is about: named by it, or the newest one that our application made."""
    if "it" in memo.refs:
        return rig.raynet.activity(memo.refs["it"])
    made = [one for one in rig.raynet.activities() if one.created_by == API_LOGIN]
    return made[-1] if made else None


def event_in_focus(rig: Rig, memo: Memo) -> str | None:
    """The event the story is about: named by it, or the newest one in the focused person's calendar."""
    events = rig.people[memo.who].outlook.events()
    if "it" in memo.events:
        return memo.events["it"] if memo.events["it"] in events else None
    return list(events)[-1] if events else None


def person(rig: Rig, memo: Memo) -> Person:
    return rig.people[memo.who]


def edit_in_raynet(rig: Rig, memo: Memo) -> None:
    one = activity_in_focus(rig, memo)
    if one is not None and not one.is_locked:
        person(rig, memo).ui.edit(one.ref, title="Z mezery v Raynetu", description="<p>mezera R</p>")


def edit_in_outlook(rig: Rig, memo: Memo) -> None:
    event = event_in_focus(rig, memo)
    if event is not None:
        person(rig, memo).outlook.edit(event, subject="Z mezery v Outlooku", location={"displayName": "Mezera"})


def move_in_raynet(rig: Rig, memo: Memo) -> None:
    one = activity_in_focus(rig, memo)
    if one is not None:
        person(rig, memo).ui.edit(one.ref, scheduled_from=memo.start + 30 * HOUR, scheduled_till=memo.start + 31 * HOUR)


def move_in_outlook(rig: Rig, memo: Memo) -> None:
    event = event_in_focus(rig, memo)
    if event is not None:
        person(rig, memo).outlook.move_in_time(event, memo.start + 40 * HOUR, memo.start + 41 * HOUR)


def delete_in_raynet(rig: Rig, memo: Memo) -> None:
    one = activity_in_focus(rig, memo)
    if one is not None:
        person(rig, memo).ui.delete(one.ref)


def delete_in_outlook(rig: Rig, memo: Memo) -> None:
    event = event_in_focus(rig, memo)
    if event is not None:
        person(rig, memo).outlook.delete(event)


def make_private(rig: Rig, memo: Memo) -> None:
    event = event_in_focus(rig, memo)
    if event is not None:
        person(rig, memo).outlook.edit(event, sensitivity="private", subject="Tajná operace kolene")


def edit_on_both(rig: Rig, memo: Memo) -> None:
    edit_in_raynet(rig, memo)
    edit_in_outlook(rig, memo)


GAPS: dict[str, Step] = {
    "": nothing,
    "edit_in_raynet": edit_in_raynet,
    "edit_in_outlook": edit_in_outlook,
    "move_in_raynet": move_in_raynet,
    "move_in_outlook": move_in_outlook,
    "delete_in_raynet": delete_in_raynet,
    "delete_in_outlook": delete_in_outlook,
    "make_private": make_private,
    "edit_on_both": edit_on_both,
}


def gap_points(effects: list[Effect], gap: str) -> list[Accident]:
    """Each crash from the first stored intent on, with people busy before the next process starts."""
    changing = [one for one in effects if one.changes]
    first = next((place for place, one in enumerate(changing) if one.remote_write), 0)
    return [Accident(crash_after=one.number, gap=GAPS[gap], gap_name=gap) for one in changing[max(0, first - 1) :]]
