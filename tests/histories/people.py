"""What people and administrators do, by name. A deed that cannot be done (any more) is left undone, as in life.

Items are called by slots: a slot is filled by the deed that makes the item, on either side; later deeds find it where
the sync or their own side has brought it, or do nothing.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from simulator.graph.errors import GraphError
from simulator.raynet.errors import RaynetError
from tests.histories.house import OUTSIDER, House
from tests.histories.office import OFFICE
from tests.histories.scene import Scene
from tests.histories.script import Deed

PRAGUE = ZoneInfo("Europe/Prague")
_PATTERN = {"type": "daily", "interval": 1, "range": {"type": "numbered", "numberOfOccurrences": 3}}


def do(scene: Scene, deed: Deed) -> bool:
    """Whether anything was done."""
    house = scene.village.houses[deed.firm]
    if deed.who >= len(house.people):
        return False
    try:
        return _DEEDS[deed.what](scene, house, deed)
    except (RaynetError, GraphError):
        return False


# --- times ----------------------------------------------------------------------------------------------------------


def _span(scene: Scene, args: Any) -> tuple[datetime, datetime]:
    """``when``: days from the start, minute of Prague's day, minutes long."""
    days, minute, length = args["when"]
    day = scene.start.astimezone(PRAGUE).date() + timedelta(days=days)
    wall = datetime.combine(day, time(minute // 60, minute % 60), tzinfo=PRAGUE)
    begin = wall.astimezone(UTC)
    return begin, begin + timedelta(minutes=length)


def _days(scene: Scene, args: Any) -> tuple[date, date]:
    """``days``: days from the start, days long."""
    first, length = args["days"]
    day = scene.start.astimezone(PRAGUE).date() + timedelta(days=first)
    return day, day + timedelta(days=length)


def _midnights(scene: Scene, args: Any) -> tuple[datetime, datetime]:
    first, last = _days(scene, args)
    begin, end = (datetime.combine(one, time(), tzinfo=PRAGUE).astimezone(UTC) for one in (first, last))
    return begin, end


def _in_raynet(scene: Scene, args: Any) -> tuple[datetime, datetime]:
    return _midnights(scene, args) if "days" in args else _span(scene, args)


def _in_outlook(scene: Scene, args: Any) -> tuple[Any, Any]:
    return _days(scene, args) if "days" in args else _span(scene, args)


# --- Raynet ---------------------------------------------------------------------------------------------------------


def _r_create(scene: Scene, house: House, deed: Deed) -> bool:
    args, person = deed.args, house.people[deed.who]
    begin, end = _in_raynet(scene, args) if "when" in args or "days" in args else (None, None)
    fields: dict[str, Any] = {"title": args["title"], "description": args.get("text")}
    if args.get("client"):
        fields["company"] = house.company
    if args.get("place") and args["kind"] in ("meeting", "event"):
        fields["meeting_place"] = args["place"]
    if "personal" in args:
        fields["personal"] = args["personal"]
    people = [house.people[one].person for one in args.get("people", ()) if one < len(house.people)]
    made = person.ui.create(args["kind"], start=begin, end=end, people=people, **fields)
    scene.item(house, deed.slot).ref = made.ref
    return True


def _r_edit(scene: Scene, house: House, deed: Deed) -> bool:
    ref = scene.ref(house, deed.slot)
    if ref is None:
        return False
    fields = {name: value for name, value in deed.args.items() if name not in ("when", "days")}
    if "meeting_place" in fields and ref.kind not in ("meeting", "event"):
        del fields["meeting_place"]
    if "when" in deed.args or "days" in deed.args:
        fields["scheduled_from"], fields["scheduled_till"] = _in_raynet(scene, deed.args)
    if not fields:
        return False
    house.people[deed.who].ui.edit(ref, **fields)
    return True


def _r(method: str) -> Callable[[Scene, House, Deed], bool]:
    def work(scene: Scene, house: House, deed: Deed) -> bool:
        ref = scene.ref(house, deed.slot)
        if ref is None:
            return False
        getattr(house.people[deed.who].ui, method)(ref)
        return True

    return work


def _r_person(method: str) -> Callable[[Scene, House, Deed], bool]:
    def work(scene: Scene, house: House, deed: Deed) -> bool:
        ref, other = scene.ref(house, deed.slot), deed.args["other"]
        if ref is None or other >= len(house.people):
            return False
        getattr(house.people[deed.who].ui, method)(ref, house.people[other].person)
        return True

    return work


def _r_type(scene: Scene, house: House, deed: Deed) -> bool:
    ref = scene.ref(house, deed.slot)
    if ref is None or ref.kind == deed.args["kind"]:
        return False
    scene.item(house, deed.slot).ref = house.people[deed.who].ui.change_type(ref, deed.args["kind"]).ref
    return True


def _r_repeat(scene: Scene, house: House, deed: Deed) -> bool:
    ref = scene.ref(house, deed.slot)
    if ref is None:
        return False
    house.people[deed.who].ui.repeat(ref, 2)
    return True


# --- Outlook --------------------------------------------------------------------------------------------------------


def _o_create(scene: Scene, house: House, deed: Deed) -> bool:
    args, person = deed.args, house.people[deed.who]
    begin, end = _in_outlook(scene, args)
    members: dict[str, Any] = {}
    if args.get("text"):
        members["body"] = {"contentType": "html", "content": f"<p>{args['text']}</p>"}
    if args.get("place"):
        members["location"] = {"displayName": args["place"]}
    if args.get("private"):
        members["sensitivity"] = "private"
    if "importance" in args:
        members["importance"] = args["importance"]
    people = [house.people[one].login for one in args.get("people", ()) if one < len(house.people)]
    people += [f"kontakt@zakaznik{house.number}.example"] if args.get("contact") else []
    if people:
        members["attendees"] = [{"emailAddress": {"address": one, "name": one}, "type": "required"} for one in people]
    item = scene.item(house, deed.slot)
    if args.get("series"):
        if isinstance(begin, datetime):
            item.events[deed.who] = person.outlook.create_series(args["title"], begin, end, dict(_PATTERN), **members)
            return True
        return False
    item.events[deed.who] = person.outlook.create(args["title"], begin, end, **members)
    return True


def _o_edit(scene: Scene, house: House, deed: Deed) -> bool:
    event = scene.event(house, deed.slot, deed.who)
    if event is None:
        return False
    person, args = house.people[deed.who], deed.args
    members: dict[str, Any] = {}
    for name in ("subject", "importance", "sensitivity"):
        if name in args:
            members[name] = args[name]
    if "categories" in args:
        kept = [one for one in person.outlook.state(event).categories if one.startswith("Raynet")]
        members["categories"] = [*kept, args["categories"]]
    if "text" in args:
        members["body"] = {"contentType": "html", "content": f"<p>{args['text']}</p>"}
    if "place" in args:
        members["location"] = {"displayName": args["place"]}
    if members:
        person.outlook.edit(event, **members)
    if "when" in args or "days" in args:
        person.outlook.move_in_time(event, *_in_outlook(scene, args))
    return True


def _o(method: str, **options: Any) -> Callable[[Scene, House, Deed], bool]:
    def work(scene: Scene, house: House, deed: Deed) -> bool:
        event = scene.event(house, deed.slot, deed.who)
        if event is None:
            return False
        getattr(house.people[deed.who].outlook, method)(event, **options)
        if method == "delete":
            scene.item(house, deed.slot).gone[deed.who] = event
        return True

    return work


def _o_restore(scene: Scene, house: House, deed: Deed) -> bool:
    event = scene.item(house, deed.slot).gone.pop(deed.who, None)
    if event is None:
        return False
    house.people[deed.who].outlook.restore(event)
    return True


def _o_invite(scene: Scene, house: House, deed: Deed) -> bool:
    event, other = scene.event(house, deed.slot, deed.who), deed.args["other"]
    if event is None or other >= len(house.people):
        return False
    person = house.people[deed.who]
    if not person.outlook.state(event).is_organizer:
        return False
    person.outlook.invite(event, house.people[other].login)
    return True


def _o_recreate(scene: Scene, house: House, deed: Deed) -> bool:
    """Deletes the event and makes an equal one (F12)."""
    event = scene.event(house, deed.slot, deed.who)
    if event is None:
        return False
    outlook = house.people[deed.who].outlook
    state = outlook.state(event)
    if state.attendees or state.recurrence is not None:
        return False
    outlook.delete(event)
    if state.is_all_day:
        begin, end = state.start.date(), state.end.date()
    else:
        begin, end = state.start.replace(tzinfo=UTC), state.end.replace(tzinfo=UTC)
    item = scene.item(house, deed.slot)
    item.events[deed.who] = outlook.create(
        state.subject, begin, end, body={"contentType": "html", "content": state.body}
    )
    return True


def _o_invited(scene: Scene, house: House, deed: Deed) -> bool:
    """Somebody from outside invites."""
    begin, end = _span(scene, deed.args)
    person = house.people[deed.who]
    event = person.outlook.receive_invitation(OUTSIDER, deed.args["title"], begin, end)
    scene.item(house, deed.slot).events[deed.who] = event
    if deed.args.get("accept"):
        person.outlook.accept(event)
    return True


def _o_updated(scene: Scene, house: House, deed: Deed) -> bool:
    event = scene.event(house, deed.slot, deed.who)
    if event is None:
        return False
    outlook = house.people[deed.who].outlook
    if outlook.state(event).is_organizer or outlook.state(event).organizer.address != OUTSIDER:
        return False
    if deed.args.get("cancel"):
        outlook.receive_cancellation(event)
    else:
        outlook.receive_update(event, subject=deed.args["subject"])
    return True


def _o_series_day(scene: Scene, house: House, deed: Deed) -> bool:
    event = scene.event(house, deed.slot, deed.who)
    outlook = house.people[deed.who].outlook
    if event is None or outlook.state(event).recurrence is None:
        return False
    first = outlook.state(event).recurrence.start
    outlook.change_occurrence(event, first + timedelta(days=1), subject=deed.args["subject"])
    return True


def _o_body(scene: Scene, house: House, deed: Deed) -> bool:
    """What Outlook desktop writes: a body with a table that is nobody's but the user's."""
    event = scene.event(house, deed.slot, deed.who)
    if event is None:
        return False
    table = "<table><tr><td>tabulka</td></tr></table>"
    raw = f"<html><head></head><body><p>{deed.args['text']}</p>{table}</body></html>"
    house.people[deed.who].outlook.set_raw_body(event, raw)
    return True


_DEEDS: dict[str, Callable[[Scene, House, Deed], bool]] = {
    "r.create": _r_create,
    "r.edit": _r_edit,
    "r.complete": _r("complete"),
    "r.cancel": _r("cancel"),
    "r.reopen": _r("reopen"),
    "r.unschedule": _r("unschedule"),
    "r.delete": _r("delete"),
    "r.lock": _r("lock"),
    "r.unlock": _r("unlock"),
    "r.add": _r_person("add_person"),
    "r.drop": _r_person("remove_person"),
    "r.owner": _r_person("change_owner"),
    "r.type": _r_type,
    "r.repeat": _r_repeat,
    "o.create": _o_create,
    "o.edit": _o_edit,
    "o.delete": _o("delete"),
    "o.delete_for_good": _o("delete", permanent=True),
    "o.restore": _o_restore,
    "o.recreate": _o_recreate,
    "o.invite": _o_invite,
    "o.accept": _o("accept"),
    "o.decline": _o("decline"),
    "o.teams": _o("make_teams"),
    "o.reminder": _o("dismiss_reminder"),
    "o.invited": _o_invited,
    "o.updated": _o_updated,
    "o.series_day": _o_series_day,
    "o.body": _o_body,
    **OFFICE,
}
