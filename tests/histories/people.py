"""What people and administrators do, by name. A deed that cannot be done (any more) is left undone, as in life.

Items are called by slots: a slot is filled by the deed that makes the item, on either side; later deeds find it where
the sync or their own side has brought it, or do nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from server.domain.ids import ActivityKey, ActivityType, MailboxId
from server.domain.rules import with_rules
from server.domain.state import Decision, Notice, NoticeKind, PairState
from simulator.graph.errors import GraphError
from simulator.graph.mailbox import MailboxState
from simulator.raynet.errors import RaynetError
from simulator.raynet.records import Ref
from tests.histories.house import OUTSIDER, House, Person, Village
from tests.histories.script import Deed
from tests.histories.store import DictStore

PRAGUE = ZoneInfo("Europe/Prague")
_PATTERN = {"type": "daily", "interval": 1, "range": {"type": "numbered", "numberOfOccurrences": 3}}


@dataclass(slots=True)
class Item:
    """What a slot is: its record in Raynet, and its events by the number of the person whose calendar holds them."""

    ref: Ref | None = None
    events: dict[int, str] = field(default_factory=dict)
    gone: dict[int, str] = field(default_factory=dict)


@dataclass(slots=True)
class Scene:
    """Where a deed happens."""

    village: Village
    store: DictStore
    start: datetime
    now: Callable[[], datetime]

    def item(self, house: House, slot: int) -> Item:
        found = house.slots.get(slot)
        if found is None:
            found = house.slots[slot] = Item()
        return found

    def ref(self, house: House, slot: int) -> Ref | None:
        """The slot's record, wherever it came from."""
        item = self.item(house, slot)
        if item.ref is not None and house.raynet.activity(item.ref) is not None:
            return item.ref
        rows = self.store.firms[house.id]
        for who, event in item.events.items():
            mailbox = MailboxId(house.people[who].mailbox.id)
            for pair in rows.pairs.values():
                if pair.mailbox == mailbox and pair.event == event:
                    key = rows.links[pair.link_id].activity
                    ref = Ref(key.type.value, key.id) if key is not None else None
                    if ref is not None and house.raynet.activity(ref) is not None:
                        item.ref = ref
                        return ref
        return None

    def event(self, house: House, slot: int, who: int) -> str | None:
        """The slot's event in this person's calendar."""
        item, person = self.item(house, slot), house.people[who]
        known = item.events.get(who)
        if known is not None and _is_there(person, known):
            return known
        if item.ref is None:
            return None
        rows = self.store.firms[house.id]
        key = ActivityKey(ActivityType(item.ref.kind), item.ref.id)
        for link in rows.links_with.get(key, ()):
            for pair_id in sorted(rows.pairs_of.get(link, ())):
                pair = rows.pairs[pair_id]
                if pair.mailbox == person.mailbox.id and pair.event and _is_there(person, pair.event):
                    item.events[who] = pair.event
                    return pair.event
        return None


def _is_there(person: Person, event: str) -> bool:
    try:
        person.mailbox.item(event)
    except GraphError:
        return False
    return True


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


# --- administrators and the vendors ---------------------------------------------------------------------------------


def _rung(scene: Scene, house: House, why: str) -> None:
    notice = Notice(
        firm_id=house.id,
        dedupe=f"admin:{why}:{scene.now().timestamp()}",
        kind=NoticeKind.ADMIN,
        received_at=scene.now(),
    )
    scene.store.add_notices([notice])


def _a_seat(scene: Scene, house: House, deed: Deed) -> bool:
    """Takes the seat away, or gives it back."""
    person = house.people[deed.who]
    if person.seat is None:
        return False
    seat = scene.store.firms[house.id].seats.get(person.seat) or house.seats[person.seat]
    scene.store.put_seat(replace(seat, enabled=bool(deed.args["on"]), revision=seat.revision + 1))
    _rung(scene, house, "seat")
    return True


def _a_licence(scene: Scene, house: House, deed: Deed) -> bool:
    firm = scene.store.firms[house.id].firm
    until = date(2030, 1, 1) if deed.args["on"] else scene.now().date() - timedelta(days=2)
    scene.store.put_firm(replace(firm, valid_until=until, revision=firm.revision + 1))
    _rung(scene, house, "licence")
    return True


def _a_rule(scene: Scene, house: House, deed: Deed) -> bool:
    firm = scene.store.firms[house.id].firm
    rules = with_rules(firm.rules, dict(deed.args))
    scene.store.put_firm(replace(firm, rules=rules, revision=firm.revision + 1))
    _rung(scene, house, "rule")
    return True


def _a_pause(scene: Scene, house: House, deed: Deed) -> bool:
    firm = scene.store.firms[house.id].firm
    scene.store.put_firm(replace(firm, paused=not deed.args["on"], revision=firm.revision + 1))
    _rung(scene, house, "pause")
    return True


def _a_key(scene: Scene, house: House, deed: Deed) -> bool:
    """Raynet's key is revoked, or a new one entered."""
    house.raynet_side.revoked = not deed.args["on"]
    if deed.args["on"]:
        _reconnect(scene, house)
    return True


def _a_consent(scene: Scene, house: House, deed: Deed) -> bool:
    house.graph_side.revoked = not deed.args["on"]
    if deed.args["on"]:
        _reconnect(scene, house)
    return True


def _reconnect(scene: Scene, house: House) -> None:
    firm = scene.store.firms[house.id].firm
    scene.store.put_firm(replace(firm, connection_revision=firm.connection_revision + 1, revision=firm.revision + 1))
    _rung(scene, house, "connection")


def _a_mailbox(scene: Scene, house: House, deed: Deed) -> bool:
    state = deed.args["state"]
    house.people[deed.who].mailbox.state = MailboxState(state)
    return True


def _a_tokens(scene: Scene, house: House, deed: Deed) -> bool:
    house.people[deed.who].mailbox.delta_epoch += 1
    return True


def _a_restore(scene: Scene, house: House, deed: Deed) -> bool:
    """One click on the newest value that lost."""
    rows = scene.store.firms[house.id]
    waiting = [one for one in rows.conflicts.values() if one.restored_at is None and one.restore_requested_at is None]
    if not waiting:
        return False
    newest = max(waiting, key=lambda one: (one.at, one.id))
    rows.conflicts[newest.id] = replace(newest, restore_requested_at=scene.now())
    _rung(scene, house, "restore")
    return True


def _a_decide(scene: Scene, house: House, deed: Deed) -> bool:
    rows = scene.store.firms[house.id]
    waiting = [one for one in rows.holds.values() if one.decision is None and one.closed_at is None]
    if not waiting:
        return False
    decision = Decision.CONFIRM if deed.args["confirm"] else Decision.REJECT
    for one in waiting:
        rows.holds[one.id] = replace(one, decision=decision, decided_at=scene.now())
    _rung(scene, house, "hold")
    return True


def _a_rename(scene: Scene, house: House, deed: Deed) -> bool:
    """The user's name in the tenant changes; the old address stays as an alias."""
    owner = house.people[deed.who].mailbox.owner
    old = owner.user_principal_name
    fresh = f"{deed.args['name']}.{old}"
    owner.user_principal_name, owner.mail = fresh, fresh
    owner.proxy_addresses = (f"SMTP:{fresh}", f"smtp:{old}")
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
    "a.seat": _a_seat,
    "a.licence": _a_licence,
    "a.rule": _a_rule,
    "a.pause": _a_pause,
    "a.key": _a_key,
    "a.consent": _a_consent,
    "a.mailbox": _a_mailbox,
    "a.tokens": _a_tokens,
    "a.restore": _a_restore,
    "a.decide": _a_decide,
    "a.rename": _a_rename,
}
#: Deeds of people, which the others are not: what must be carried and never lost.
DEEDS = frozenset(_DEEDS)


def is_live(state: PairState) -> bool:
    return state in (PairState.LIVE, PairState.HELD)
