"""Deletions that only Raynet's total tells of: looked for among very many, while others' changes go on."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from server.flow import Op
from server.ports.raynet import GetActivity, WindowActivities
from server.ports.store import KnownActivities
from server.sync import read
from server.sync.context import Portions
from tests.support.rig import Crash, Rig, add_person_with_seat
from tests.support.watching import watch

HOUR = timedelta(hours=1)
Firm = Callable[..., Rig]
#: Even these few are too many to ask for each, and a breath is taken whenever one may be.
SMALL = Portions(sought=1, breath=timedelta())


@pytest.fixture(autouse=True)
def _newest_row_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "FIRST_PAGE", 1)
    monkeypatch.setattr(read, "FIRST_PAGE_RUNG", 1)


def _running(firm: Firm) -> Rig:
    rig = firm("jana", "petr")
    for number, (name, title) in enumerate([("jana", "Zrušená"), ("jana", "Druhá"), ("petr", "Porada"), ("petr", "X")]):
        start = rig.clock() + (5 + number) * HOUR
        rig.people[name].ui.create("meeting", title=title, start=start, end=start + HOUR)
    rig.sync()
    rig.tick()
    return rig


def _delete(rig: Rig, title: str) -> None:
    rig.people["jana"].ui.delete(next(one.ref for one in rig.raynet.activities() if one.title == title))
    rig.tick()


def _shown(rig: Rig) -> set[str]:
    return {one.subject for person in rig.people.values() for one in person.outlook.events().values()}


@pytest.mark.parametrize("side", ["raynet", "outlook"])
def test_an_edit_does_not_wait_until_a_deletion_is_found(firm: Firm, side: str) -> None:
    rig = _running(firm)
    petr = rig.people["petr"]
    ref = next(one.ref for one in rig.raynet.activities() if one.title == "Porada")
    event = petr.outlook.find("Porada")
    arrived: list[bool] = []

    def edit() -> None:
        if side == "raynet":
            petr.ui.edit(ref, title="Porada nově")
        else:
            petr.outlook.edit(event, subject="Porada nově")
        rig.tick()

    _delete(rig, "Zrušená")
    watching = watch(rig, WindowActivities, 1, edit)
    watching.told[GetActivity] = lambda: arrived.append("Porada nově" in (_shown(rig) & _titles(rig)))
    for _ in range(2):
        rig.one_pass(trigger="worker", portions=SMALL)
    assert arrived[-1], "before the missing one was proven"
    assert sum(isinstance(op, WindowActivities) for op in watching.log) == 1
    assert _shown(rig) == _titles(rig) == {"Druhá", "Porada nově", "X"}
    assert rig.one_pass().quiet


def _titles(rig: Rig) -> set[str]:
    return {one.title for one in rig.raynet.activities()}


@pytest.mark.parametrize(("kind", "number"), [(WindowActivities, 1), (KnownActivities, 1), (KnownActivities, 2)])
def test_what_is_deleted_while_another_is_looked_for_is_found_too(firm: Firm, kind: type[Op[Any]], number: int) -> None:
    rig = _running(firm)
    _delete(rig, "Zrušená")
    watching = watch(rig, kind, number, lambda: _delete(rig, "Druhá"))
    for _ in range(3):
        rig.one_pass(trigger="worker", portions=SMALL)
        rig.tick()
    assert _shown(rig) == {"Porada", "X"}
    assert sum(isinstance(op, WindowActivities) for op in watching.log) <= 2
    assert rig.one_pass().quiet


@pytest.mark.parametrize("after", range(1, 9))
def test_a_search_that_is_cut_short_is_made_again(firm: Firm, after: int) -> None:
    rig = _running(firm)
    _delete(rig, "Zrušená")
    dying = watch(rig, Op, 0, lambda: None)
    dying.left = after
    died = False
    try:
        rig.one_pass(trigger="worker", portions=SMALL)
    except Crash:
        died = True
    assert died or after > 5, "the pass has more commits than this"
    rig.restart(20.0)
    for _ in range(2):
        rig.one_pass(trigger="worker", portions=SMALL)
        rig.tick()
    assert _shown(rig) == {"Druhá", "Porada", "X"}
    assert rig.one_pass().quiet


def _with_a_far_one(firm: Firm) -> Rig:
    """Made before its person had a seat, and later than the window reaches: only a longer window's list tells of it."""
    rig = _running(firm)
    karel = add_person_with_seat(rig, "karel", seat=False)
    start = rig.clock() + timedelta(days=400)
    karel.ui.create("meeting", title="Daleko", start=start, end=start + HOUR)
    rig.tick(600)
    start = rig.clock() + 20 * HOUR
    rig.people["jana"].ui.create("meeting", title="Novější", start=start, end=start + HOUR)
    rig.sync()
    karel.seat = rig.seats.add(rig.firm, karel.login, actor="test").id
    rig.tick(600)
    rig.sync()
    rig.tick(600)
    assert _shown(rig) == {"Zrušená", "Druhá", "Porada", "X", "Novější"}
    return rig


def test_an_edit_does_not_wait_until_all_is_read_for_new_rules(firm: Firm) -> None:
    rig = _with_a_far_one(firm)
    jana, petr = rig.people["jana"], rig.people["petr"]
    ref = next(one.ref for one in rig.raynet.activities() if one.title == "Porada")
    arrived: list[bool] = []
    rig.rules(window_ahead_days="500")
    # What is proven at the end of the walk shows when that is.
    jana.ui.delete(next(one.ref for one in rig.raynet.activities() if one.title == "Zrušená"))
    watching = watch(rig, WindowActivities, 1, lambda: petr.ui.edit(ref, title="Porada nově"))
    watching.told[GetActivity] = lambda: arrived.append("Porada nově" in _shown(rig))
    for _ in range(2):
        rig.one_pass(trigger="worker", portions=SMALL)
        rig.tick()
    assert arrived[-1]
    assert _shown(rig) == {"Druhá", "Porada nově", "X", "Novější", "Daleko"}
    assert rig.one_pass().quiet


@pytest.mark.parametrize("number", [1, 2])
def test_rules_that_change_while_the_window_is_read_have_it_read_anew(firm: Firm, number: int) -> None:
    """What the new rules show must be known before a newcomer's calendar meets it: else it would be made double."""
    rig = _running(firm)
    jana = rig.people["jana"]
    start = rig.clock() + timedelta(days=400)
    jana.ui.create("meeting", title="Po roce", start=start, end=start + HOUR)
    karel = add_person_with_seat(rig, "karel")
    karel.ui.create("meeting", title="Oboje", start=start + HOUR, end=start + 2 * HOUR)
    karel.outlook.create("Oboje", start + HOUR, start + 2 * HOUR)
    rig.tick()
    watch(rig, (WindowActivities, KnownActivities)[number - 1], 1, lambda: rig.rules(window_ahead_days="500"))
    rig.rules(window_ahead_days="366")
    for _ in range(4):
        rig.one_pass(trigger="worker", portions=SMALL)
        rig.tick()
    assert _shown(rig) == {"Druhá", "Porada", "X", "Po roce", "Zrušená", "Oboje"}
    assert len(karel.outlook.events()) == 1
    assert len(rig.raynet.activities()) == 6
    assert rig.one_pass().quiet


@pytest.mark.parametrize("after", range(1, 9))
def test_a_window_that_is_cut_short_is_read_again(firm: Firm, after: int) -> None:
    rig = _with_a_far_one(firm)
    rig.rules(window_ahead_days="500")
    dying = watch(rig, Op, 0, lambda: None)
    dying.left = after
    died = False
    try:
        rig.one_pass(trigger="worker", portions=SMALL)
    except Crash:
        died = True
    assert died or after > 5, "the pass has more commits than this"
    rig.restart(20.0)
    for _ in range(2):
        rig.one_pass(trigger="worker", portions=SMALL)
        rig.tick()
    assert _shown(rig) == {"Zrušená", "Druhá", "Porada", "X", "Novější", "Daleko"}
    assert rig.one_pass().quiet


def test_few_are_asked_for_at_once(firm: Firm) -> None:
    rig = _running(firm)
    _delete(rig, "Zrušená")
    rig.driver.log.clear()
    for _ in range(2):
        rig.one_pass(trigger="worker", portions=Portions(breath=timedelta()))
    assert not [op for op in rig.driver.log if isinstance(op, WindowActivities)]
    assert _shown(rig) == {"Druhá", "Porada", "X"}
