"""A licence runs out, is mourned for its grace, lets go, and comes back: nothing lost, nothing twice, no mail."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from server.domain.state import PairState
from server.store.admin.firms import LicenceChange
from tests.support.rig import Rig

Firm = Callable[..., Rig]
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def at(rig: Rig, days: int = 1, hour: int = 10) -> datetime:
    return (rig.clock() + days * DAY).replace(hour=hour, minute=0, second=0, microsecond=0)


def licence(rig: Rig, **change: object) -> None:
    rig.administration.firms.set_licence(rig.firm, LicenceChange(**change), actor="test")  # type: ignore[arg-type]


def ends_in(rig: Rig, days: int, grace_days: int = 14) -> None:
    licence(rig, valid_until=rig.clock().date() + days * DAY, grace_days=grace_days)


def later(rig: Rig, days: int) -> None:
    rig.clock.advance(days=days)
    rig.world.settle()


def states(rig: Rig) -> set[PairState]:
    return {one.state for one in rig.pairs()}


def everything(rig: Rig) -> tuple[object, object]:
    events = {
        name: {key: (one.subject, one.start, one.version) for key, one in person.outlook.events().items()}
        for name, person in rig.people.items()
    }
    return {one.ref: (one.title, one.status, one.version) for one in rig.raynet.activities()}, events


def test_in_the_grace_everything_goes_on(firm: Firm) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    ends_in(rig, 1)
    later(rig, 14)
    rig.sync()
    with rig.carried(graph=1):
        jana.ui.create("meeting", title="V ochranné lhůtě", start=at(rig), end=at(rig) + HOUR)
    assert rig.administration.licences.get(rig.firm).status.state.value == "grace"


def test_after_the_grace_both_sides_stay_as_they_are_and_nothing_is_carried(firm: Firm) -> None:
    rig = firm("jana", "petr")
    jana, petr = rig.people["jana"], rig.people["petr"]
    jana.ui.create("meeting", title="Z Raynetu", start=at(rig, 30), end=at(rig, 30) + HOUR, people=(petr.person,))
    jana.outlook.create("Z Outlooku", at(rig, 31), at(rig, 31) + HOUR)
    rig.tick()
    rig.sync()
    ends_in(rig, 1)
    before = everything(rig)
    later(rig, 16)
    with rig.expect_writes(raynet=0, graph=0):
        rig.sync()
    assert states(rig) == {PairState.RELEASED}
    jana.ui.create("meeting", title="Po konci", start=at(rig), end=at(rig) + HOUR)
    petr.outlook.create("Také po konci", at(rig), at(rig) + HOUR)
    rig.tick()
    with rig.expect_writes(raynet=0, graph=0):
        rig.sync(full=True)
    raynet, events = everything(rig)
    assert dict(before[0]).items() <= dict(raynet).items()  # type: ignore[call-overload]
    assert all(events[name].items() >= mine.items() for name, mine in before[1].items())  # type: ignore[attr-defined,index]


@pytest.mark.parametrize("away_days", [16, 60])
def test_renewal_carries_the_differences_only(firm: Firm, away_days: int) -> None:
    rig = firm("jana", "petr")
    jana, petr = rig.people["jana"], rig.people["petr"]
    far = 40 + away_days
    changed = jana.ui.create("meeting", title="Změní se v Raynetu", start=at(rig, far), end=at(rig, far) + HOUR)
    gone = jana.ui.create("meeting", title="Zmizí z Raynetu", start=at(rig, far, 12), end=at(rig, far, 12) + HOUR)
    moved = petr.outlook.create("Posune se v Outlooku", at(rig, far, 14), at(rig, far, 14) + HOUR)
    for number in range(5):
        start = at(rig, far + 1 + number)
        jana.ui.create("meeting", title=f"Nezměněná {number}", start=start, end=start + HOUR, people=(petr.person,))
    rig.tick()
    rig.sync()
    pairs = len(rig.pairs())
    ends_in(rig, 1)
    later(rig, away_days)
    rig.sync()
    assert states(rig) == {PairState.RELEASED}
    jana.ui.edit(changed.ref, title="Změněno mezitím")
    jana.ui.delete(gone.ref)
    start = at(rig, far - away_days, 16)
    petr.outlook.move_in_time(moved, start, start + HOUR)
    jana.outlook.create("Nová v Outlooku", at(rig, 3), at(rig, 3) + HOUR)
    petr.ui.create("task", title="Nová v Raynetu", start=at(rig, 3, 8), end=at(rig, 3, 8) + HOUR)
    rig.tick()
    rig.sync()
    ends_in(rig, 365)
    # Towards Outlook: one changed, one removed, one new. Towards Raynet: one moved, one new with its reveal.
    with rig.expect_writes(raynet=3, graph=3):
        rig.tick()
        rig.sync()
    assert {one.state for one in rig.pairs() if one.state is not PairState.CLOSED} == {PairState.LIVE}
    subjects = sorted(one.subject for person in rig.people.values() for one in person.outlook.events().values())
    assert len(subjects) == pairs - 1 + 2
    titles = [one.title for one in rig.raynet.activities()]
    assert len(titles) == len(set(titles)), "something was made twice"
    assert "Změněno mezitím" in subjects
    assert "Zmizí z Raynetu" not in subjects


def test_a_licence_that_ended_without_grace_ends_with_its_day_in_the_firm_s_zone(firm: Firm) -> None:
    rig = firm("jana")
    licence(rig, valid_until=date(2026, 3, 2), grace_days=0)
    rig.clock.advance(hours=13, minutes=55)  # 22:55 UTC is 23:55 in Prague
    rig.world.settle()
    rig.one_pass()
    assert rig.administration.overview.status(rig.firm).sync.licensed
    rig.clock.advance(minutes=10)
    rig.one_pass()
    assert not rig.administration.overview.status(rig.firm).sync.licensed
