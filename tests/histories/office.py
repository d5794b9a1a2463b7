"""What administrators and the vendors do, by name."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from server.domain.rules import with_rules
from server.domain.state import Decision, Notice, NoticeKind
from simulator.graph.mailbox import MailboxState
from tests.histories.house import House
from tests.histories.scene import Scene
from tests.histories.script import Deed


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
    """The user's name in the tenant changes; the old addresses stay as aliases."""
    owner = house.people[deed.who].mailbox.owner
    old = owner.user_principal_name
    fresh = f"{deed.args['name']}.{old}"
    owner.user_principal_name, owner.mail = fresh, fresh
    earlier = dict.fromkeys((old, *(one.partition(":")[2] for one in owner.proxy_addresses)))
    owner.proxy_addresses = (f"SMTP:{fresh}", *(f"smtp:{one}" for one in earlier))
    return True


OFFICE: dict[str, Callable[[Scene, House, Deed], bool]] = {
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
