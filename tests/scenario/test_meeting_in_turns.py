"""New calendars meet Raynet, and everything is compared, while the changes of those who are there already go on."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from server.domain.state import Notice, NoticeKind
from server.flow import Op, want
from server.ports.raynet import WindowActivities
from server.ports.store import ActivitiesSince, Commit, Notices, StartPass, UnpairedEvents
from server.sync import matching, read
from server.sync.context import Portions
from server.sync.maintain import is_urgent
from simulator.faults import Match, Rule, Status
from tests.support.rig import Crash, Rig, StepDriver, add_person_with_seat
from tests.support.watching import watch

HOUR = timedelta(hours=1)
Firm = Callable[..., Rig]
#: A breath before each portion, however little time has passed.
SMALL = Portions(calendars=1, calendars_alone=1, breath=timedelta())
BOTH = [f"Oboje {number}" for number in range(4)]


@pytest.fixture(autouse=True)
def _newest_row_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no news stands in the window's list only, as among thousands of activities."""
    monkeypatch.setattr(read, "FIRST_PAGE", 1)
    monkeypatch.setattr(read, "FIRST_PAGE_RUNG", 1)


def _have_worked(rig: Rig) -> None:
    """Karel and Olga have no seat yet: equal items of theirs stand on both sides, and one on each side alone."""
    for name, numbers in (("karel", (0, 1)), ("olga", (2, 3))):
        person = add_person_with_seat(rig, name, seat=False)
        for number in numbers:
            start = rig.clock() + (30 + 2 * number) * HOUR
            person.ui.create("meeting", title=BOTH[number], start=start, end=start + HOUR)
            person.outlook.create(BOTH[number], start, start + HOUR)
        start = rig.clock() + 60 * HOUR
        person.ui.create("meeting", title=f"Jen v Raynetu {name}", start=start, end=start + HOUR)
        person.outlook.create(f"Jen v Outlooku {name}", start + HOUR, start + 2 * HOUR)


def _running(firm: Firm) -> Rig:
    rig = firm("jana")
    jana, start = rig.people["jana"], rig.clock() + 5 * HOUR
    jana.ui.create("meeting", title="Porada", start=start, end=start + HOUR)
    jana.ui.create("meeting", title="Zrušená", start=start + HOUR, end=start + 2 * HOUR)
    _have_worked(rig)
    rig.sync()
    for person in rig.people.values():
        person.seat = person.seat or rig.seats.add(rig.firm, person.login, actor="test").id
    rig.tick()
    return rig


def _all_is_well(rig: Rig) -> None:
    for name, numbers in (("karel", (0, 1)), ("olga", (2, 3))):
        shown = sorted(one.subject for one in rig.people[name].outlook.events().values())
        assert shown == sorted([f"Jen v Outlooku {name}", f"Jen v Raynetu {name}", *(BOTH[one] for one in numbers)])
    titles = sorted(one.title for one in rig.raynet.activities())
    alone = [f"Jen v {side} {name}" for side in ("Outlooku", "Raynetu") for name in ("karel", "olga")]
    assert [one for one in titles if one.startswith(("Jen", "Oboje"))] == sorted([*alone, *BOTH])
    assert rig.one_pass().quiet


@pytest.mark.parametrize(("kind", "number"), [(WindowActivities, 1), (UnpairedEvents, 1), (UnpairedEvents, 2)])
@pytest.mark.parametrize("side", ["raynet", "outlook"])
def test_an_edit_does_not_wait_until_newcomers_have_met_raynet(
    firm: Firm, kind: type[Op[Any]], number: int, side: str
) -> None:
    rig = _running(firm)
    jana = rig.people["jana"]
    ref = next(one.ref for one in rig.raynet.activities() if one.title == "Porada")
    event = jana.outlook.find("Porada")

    def edit() -> None:
        rig.tick()
        if side == "raynet":
            jana.ui.edit(ref, title="Porada nově")
        else:
            jana.outlook.edit(event, subject="Porada nově")
        rig.tick()

    watch(rig, kind, number, edit)
    result = rig.one_pass(trigger="worker", portions=SMALL)
    assert result.counts.changed == 1, "within the pass in which both calendars were met"
    assert "Porada nově" in {one.title for one in rig.raynet.activities()}
    assert jana.outlook.state(event).subject == "Porada nově"
    rig.sync()
    _all_is_well(rig)


@pytest.mark.parametrize("number", [1, 2])
def test_what_is_deleted_after_its_page_was_read_stays_deleted(firm: Firm, number: int) -> None:
    rig = _running(firm)
    jana, karel = rig.people["jana"], rig.people["karel"]
    doomed = {one.title: one.ref for one in rig.raynet.activities()}

    def delete() -> None:
        jana.ui.delete(doomed["Zrušená"])
        karel.ui.delete(doomed["Jen v Raynetu karel"])
        rig.tick()

    watch(rig, UnpairedEvents, number, delete)
    rig.one_pass(trigger="worker", portions=SMALL)
    rig.sync()
    titles = {one.title for one in rig.raynet.activities()}
    assert not titles & {"Zrušená", "Jen v Raynetu karel"}
    assert "Zrušená" not in {one.subject for one in jana.outlook.events().values()}
    assert "Jen v Raynetu karel" not in {one.subject for one in karel.outlook.events().values()}
    assert len(rig.raynet.activities()) == 1 + 4 + 1 + 2


@pytest.mark.parametrize("after", range(1, 22))
def test_a_meeting_in_turns_goes_on_after_each_commit(firm: Firm, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    monkeypatch.setattr(matching, "AT_ONCE", 1)
    rig = _running(firm)
    dying = watch(rig, Op, 0, lambda: None)
    dying.left = after
    died = False
    try:
        rig.one_pass(trigger="worker", portions=SMALL)
    except Crash:
        died = True
    assert died or after > 9, "the pass has more commits than this"
    rig.restart(20.0)
    rig.sync()
    _all_is_well(rig)


@pytest.mark.parametrize(
    ("kind", "number", "looked"),
    # Each calendar's events are looked at when it is read and when it is matched.
    [(UnpairedEvents, 1, 1), (WindowActivities, 1, 1), (UnpairedEvents, 2, 2)],
)
def test_a_process_that_is_to_end_does_not_wait_for_everybody(
    firm: Firm, kind: type[Op[Any]], number: int, looked: int
) -> None:
    rig = _running(firm)

    def stop() -> None:
        watching.stopping = True

    watching = watch(rig, kind, number, stop)
    with rig.expect_writes(raynet=0, graph=0):
        rig.one_pass(trigger="worker", portions=SMALL)
    assert sum(isinstance(op, UnpairedEvents) for op in watching.log) == looked
    watching.stopping = False
    rig.tick()
    rig.sync()
    _all_is_well(rig)


def test_what_the_meeting_read_itself_is_not_looked_at_twice(firm: Firm) -> None:
    """A firm's whole window may be hundreds of thousands of activities."""
    rig = _running(firm)
    reading = timedelta(minutes=4)
    began = rig.clock()
    watching = watch(rig, WindowActivities, 1, lambda: rig.tick(reading.total_seconds()))
    rig.one_pass(trigger="worker", portions=SMALL)
    renewed = [op.since for op in watching.log if isinstance(op, ActivitiesSince)]
    assert renewed
    assert min(renewed) >= began + reading - matching.OVERLAP


def test_a_calendar_that_does_not_answer_costs_no_window(firm: Firm) -> None:
    """Raynet's whole window is read only for calendars that can meet it: it may take hundreds of calls."""
    rig = _running(firm)
    for name in ("karel", "olga"):
        match = Match(system="graph", path=f"{rig.people[name].mailbox.id}/calendarView")
        rig.world.faults.add(Rule(name=name, match=match, action=Status(503)))
    rig.driver.log.clear()
    for _ in range(4):
        rig.one_pass(trigger="worker", portions=SMALL)
        rig.tick()
    assert not [op for op in rig.driver.log if isinstance(op, WindowActivities)]


def test_everything_is_compared_while_edits_go_on(firm: Firm) -> None:
    rig = firm("jana", "petr", "eva")
    for name, person in rig.people.items():
        start = rig.clock() + 5 * HOUR
        person.ui.create("meeting", title=f"Porada {name}", start=start, end=start + HOUR)
    rig.sync()
    rig.tick()
    jana = rig.people["jana"]
    ref = next(one.ref for one in rig.raynet.activities() if one.title == "Porada jana")

    def edit() -> None:
        rig.tick()
        jana.ui.edit(ref, title="Porada nově")
        rig.tick()

    watch(rig, WindowActivities, 1, edit)
    result = rig.one_pass(trigger="nightly", full=True, portions=SMALL)
    assert result.counts.changed == 1
    assert jana.outlook.find("Porada nově")
    assert rig.sync().quiet


@pytest.mark.parametrize("within", [False, True])
def test_what_graph_tells_housekeeping_is_left_to_it(firm: Firm, within: bool) -> None:
    """A subscription that Graph has removed is seen to before the next pass; that which takes all notices leaves it."""
    rig = firm("jana")
    told = Notice(
        firm_id=rig.firm, dedupe="life", kind=NoticeKind.LIFECYCLE, received_at=rig.clock(), hint="subscriptionRemoved"
    )

    class Late(StepDriver):
        """It comes right before the pass looks."""

        is_told = False

        def _perform(self, op: Op[Any]) -> object:
            if isinstance(op, StartPass) and not self.is_told:
                self.is_told = True
                super()._perform(Commit(rig.firm, (told,)))
            return super()._perform(op)

    rig.driver = Late(rig.engine, rig.clock, seed=7)
    rig.one_pass(trigger="worker", within=within)
    assert [one.dedupe for one in rig.driver.run(want(Notices(rig.firm)))] == ["life"]
    assert rig.driver.run(is_urgent(rig.firm))
