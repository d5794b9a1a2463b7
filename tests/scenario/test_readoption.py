"""The database is thrown away: everything is found again by what both sides show, without a single write."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.support.rig import Rig

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
KINDS = ("task", "event", "meeting", "phoneCall", "letter", "email")
Firm = Callable[..., Rig]


def _mixed(rig: Rig, pairs: int) -> None:
    """A mix of origins, types, private ones, whole days, shared meetings and equal titles at different times."""
    jana, petr = rig.people["jana"], rig.people["petr"]
    base = (rig.clock() + DAY).replace(minute=0, second=0, microsecond=0)
    made, number = 0, 0
    while made < pairs:
        at = base + number * HOUR
        kind, sort = KINDS[number % 6], number % 8
        who = jana if number % 2 else petr
        if sort < 3:
            who.ui.create(kind, title=f"Z Raynetu {number}", start=at, end=at + HOUR, description="<p>Text</p>")
        elif sort == 3:
            who.ui.create("meeting", title="Stále stejná", start=at, end=at + HOUR)
        elif sort == 4:
            who.outlook.create(f"Z Outlooku {number}", at, at + HOUR, location={"displayName": "Brno"})
        elif sort == 5:
            who.outlook.create(f"Tajné {number}", at, at + HOUR, sensitivity="private")
        elif sort == 6:
            day = (base + number * DAY / 4).date()
            who.outlook.create(f"Celý den {number}", day, day + DAY)
        else:
            jana.ui.create("meeting", title=f"Společná {number}", start=at, end=at + HOUR, people=(petr.person,))
            made += 1
        made += 1
        number += 1
    rig.tick()
    rig.sync()


def _everything(rig: Rig) -> tuple[object, object]:
    events = {
        name: {key: (one.subject, one.start, one.version) for key, one in person.outlook.events().items()}
        for name, person in rig.people.items()
    }
    return {one.ref: (one.title, one.status, one.version) for one in rig.raynet.activities()}, events


@pytest.mark.slow
def test_two_hundred_and_fifty_pairs_are_found_again_without_any_write(firm: Firm) -> None:
    rig = firm("jana", "petr")
    _mixed(rig, 250)
    before = _everything(rig)
    live = sum(1 for one in rig.pairs() if one.state.value == "live")
    assert live >= 250
    rig.forget()
    result = rig.sync()
    assert rig.writes() == (0, 0)
    assert _everything(rig) == before
    assert not result.errors
    assert result.counts.ambiguous == 0
    assert sum(1 for one in rig.pairs() if one.state.value == "live") == live


def test_after_the_loss_the_pairs_still_carry_changes_both_ways(firm: Firm) -> None:
    rig = firm("jana", "petr")
    _mixed(rig, 24)
    rig.forget()
    rig.sync()
    assert rig.writes() == (0, 0)
    one = next(a for a in rig.raynet.activities() if a.title == "Z Raynetu 0")
    with rig.carried(graph=1):
        rig.people["petr"].ui.edit(one.ref, title="Přejmenováno")
    outlook = next(a for a in rig.raynet.activities() if a.title.startswith("Z Outlooku"))
    who = next(p for p in rig.people.values() if p.person == outlook.owner)
    with rig.carried(raynet=1):
        who.outlook.edit(who.outlook.find(outlook.title), subject="Přejmenováno v Outlooku")
    assert rig.raynet.activity(outlook.ref).title == "Přejmenováno v Outlooku"
    secret = next(a for a in rig.raynet.activities() if a.title == "Soukromá událost")
    who = next(p for p in rig.people.values() if p.person == secret.owner)
    event = next(k for k, e in who.outlook.events().items() if e.sensitivity == "private" and e.start ==
                 secret.scheduled_from.replace(tzinfo=None))  # fmt: skip
    with rig.carried():
        who.outlook.edit(event, subject="Tajné a jiné")
    with rig.carried(raynet=1):
        who.outlook.delete(event)


def test_who_was_edited_while_the_database_was_gone_is_still_the_same_pair(firm: Firm) -> None:
    rig = firm("jana", "petr")
    _mixed(rig, 24)
    count = len(rig.raynet.activities()), sum(len(p.outlook.events()) for p in rig.people.values())
    petr = rig.people["petr"]
    in_raynet = next(a for a in rig.raynet.activities() if a.title == "Z Raynetu 0")
    petr.ui.edit(in_raynet.ref, title="Změněno bez databáze")
    from_outlook = next(a for a in rig.raynet.activities() if a.title.startswith("Z Outlooku"))
    who = next(p for p in rig.people.values() if p.person == from_outlook.owner)
    who.outlook.edit(who.outlook.find(from_outlook.title), subject="Změněno v Outlooku bez databáze")
    rig.forget()
    result = rig.sync()
    after = len(rig.raynet.activities()), sum(len(p.outlook.events()) for p in rig.people.values())
    assert after == count, "nothing was created a second time"
    assert result.counts.created == result.counts.removed == 0
    # Nobody knows any more what was agreed: Raynet's value wins, the other one waits in the journal.
    assert petr.outlook.find("Změněno bez databáze")
    lost = {entry.conflict.lost for entry in rig.administration.conflicts.every(rig.firm)}
    assert lost == {"Z Raynetu 0", "Změněno v Outlooku bez databáze"}
