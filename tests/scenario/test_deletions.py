"""Deletions: nothing that merely is not shown is gone; what is gone by proof travels; too much at once waits."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from server.domain.state import Decision
from server.sync.context import Portions
from simulator.faults import CutJson, CutPage, EmptyList, HtmlPage, Malformed, Match, Rule, Status
from tests.support.rig import Rig, rig

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
Firm = Callable[..., Rig]
_LISTS = r"/activity/$"
_DELTA = r"calendarView"
_FAULTS = {
    "empty list": EmptyList(),
    "short page": CutPage(1),
    "html 200": HtmlPage(),
    "html 404": HtmlPage(404),
    "404": Status(404),
    "410": Status(410),
    "cut json": CutJson(),
    "malformed": Malformed(),
    "503": Status(503),
    "500": Status(500),
}


def _filled(firm: Firm, count: int = 6, **options: object) -> Rig:
    """Jana's ``count`` meetings from Raynet and as many events from Outlook, all paired."""
    rig = firm("jana", **options)
    jana, start = rig.people["jana"], rig.clock() + DAY
    for number in range(count):
        at = start + number * HOUR
        jana.ui.create("meeting", title=f"R{number}", start=at, end=at + HOUR)
        jana.outlook.create(f"O{number}", at, at + HOUR)
    rig.tick()
    rig.sync()
    assert (len(rig.raynet.activities()), len(jana.outlook.events())) == (2 * count, 2 * count)
    return rig


def _whole(rig: Rig) -> tuple[set[tuple[str, str]], set[str]]:
    activities = {(one.title, one.status) for one in rig.raynet.activities()}
    return activities, {one.subject for one in rig.people["jana"].outlook.events().values()}


@pytest.mark.parametrize("fault", sorted(_FAULTS))
@pytest.mark.parametrize("side", ["raynet", "graph"])
def test_a_reading_that_fails_or_shows_too_little_deletes_nothing(firm: Firm, side: str, fault: str) -> None:
    rig = _filled(firm, 3)
    before = _whole(rig)
    if side == "graph":
        rig.people["jana"].mailbox.delta_epoch += 1  # the token is lost too: the next reading is a full round
    match = Match(system=side, method="GET", path=_LISTS if side == "raynet" else _DELTA)  # type: ignore[arg-type]
    rig.world.faults.add(Rule(name="bad", match=match, action=_FAULTS[fault]))
    writes = rig.writes()
    rig.tick()
    rig.one_pass(full=True)
    rig.tick(120)
    rig.one_pass()
    rig.tick(600)
    rig.one_pass(full=True)
    assert _whole(rig) == before
    assert rig.writes() == writes
    rig.world.faults.clear()
    rig.tick(7200)
    rig.sync(full=True)
    assert _whole(rig) == before
    assert rig.writes() == writes


def test_a_total_count_that_lies_starts_a_search_and_deletes_nothing(firm: Firm) -> None:
    rig = _filled(firm, 3)
    before, writes = _whole(rig), rig.writes()
    # One activity nobody here knows vanishes while the newest page is cut to one row.
    foreign = rig.raynet.ui("sync@valce.example").create("task", title="Cizí")
    rig.tick()
    rig.sync()
    rig.raynet.ui("sync@valce.example").delete(foreign.ref)
    rig.world.faults.add(Rule(name="cut", match=Match(system="raynet", path=_LISTS), action=CutPage(1)))
    rig.tick()
    rig.one_pass()
    rig.world.faults.clear()
    rig.tick()
    rig.sync()
    assert _whole(rig) == before
    assert rig.writes() == writes


def test_removed_entries_of_delta_that_lie_delete_nothing(firm: Firm) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    with rig.carried(raynet=2):
        event = jana.outlook.create("Přesunutá", rig.clock() + HOUR, rig.clock() + 2 * HOUR)
    (made,) = rig.raynet.activities()
    with rig.carried(raynet=1):
        # Moved out of the window that the token is bound to: delta says removed, the event itself still answers.
        jana.outlook.move_in_time(event, rig.clock() + 900 * DAY, rig.clock() + 900 * DAY + HOUR)
    assert rig.raynet.activity(made.ref).status == "SCHEDULED"
    assert jana.outlook.state(event).subject == "Přesunutá"


def test_a_lost_token_costs_one_full_round_and_no_write(firm: Firm) -> None:
    rig = _filled(firm, 3)
    for expiry in ("gone", "syncStateNotFound", "resyncRequired", "fullSyncRequired", "SyncStateInvalid"):
        rig.world.graph.switches.delta_expiry = expiry
        rig.people["jana"].mailbox.delta_epoch += 1
        with rig.carried():
            pass


def test_an_event_moved_to_another_calendar_is_still_there(firm: Firm) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    with rig.carried(raynet=2):
        event = jana.outlook.create("Přesun", rig.clock() + HOUR, rig.clock() + 2 * HOUR)
    other = rig.world.graph.add_calendar(jana.mailbox, "Jiný")
    with rig.carried():
        jana.outlook.move_to_calendar(event, other)
    assert rig.raynet.activities()[0].status == "SCHEDULED"


def test_real_deletions_travel_both_ways(firm: Firm) -> None:
    rig = _filled(firm, 6)
    jana = rig.people["jana"]
    by_title = {one.title: one.ref for one in rig.raynet.activities()}
    with rig.carried(graph=1):
        jana.ui.delete(by_title["R1"])
    with rig.carried(graph=1):
        jana.ui.delete(by_title["O1"])
    with rig.carried(raynet=1):
        jana.outlook.delete(jana.outlook.find("R2"))
    with rig.carried(raynet=1):
        jana.outlook.delete(jana.outlook.find("O2"))
    activities, events = _whole(rig)
    assert events == {"R0", "R3", "R4", "R5", "O0", "O3", "O4", "O5"}
    assert ("R2", "CANCELLED") in activities
    assert not {"R1", "O1", "O2"} & {title for title, _ in activities}


def test_a_deletion_and_a_creation_in_the_same_moment_are_both_seen(firm: Firm) -> None:
    rig = _filled(firm, 2)
    jana = rig.people["jana"]
    by_title = {one.title: one.ref for one in rig.raynet.activities()}
    with rig.carried(graph=2):
        jana.ui.delete(by_title["R1"])
        jana.ui.create("meeting", title="R9", start=rig.clock() + HOUR)
    assert _whole(rig)[1] == {"R0", "R9", "O0", "O1"}


# --- the guard ----------------------------------------------------------------------------------------------------


def _forty(firm: Firm) -> Rig:
    rig = firm("jana")
    jana, start = rig.people["jana"], rig.clock() + DAY
    for number in range(40):
        jana.ui.create("meeting", title=f"R{number:02}", start=start + number * HOUR)
    rig.tick()
    rig.sync()
    return rig


def _delete(rig: Rig, number: int, side: str) -> None:
    jana = rig.people["jana"]
    if side == "raynet":
        for one in rig.raynet.activities()[:number]:
            jana.ui.delete(one.ref)
    else:
        for event in list(jana.outlook.events())[:number]:
            jana.outlook.delete(event)


@pytest.mark.slow
@pytest.mark.parametrize("side", ["raynet", "graph"])
def test_thirty_of_forty_wait_and_a_rejection_restores_them(firm: Firm, side: str) -> None:
    rig = _forty(firm)
    jana = rig.people["jana"]
    before = _whole(rig)
    _delete(rig, 30, side)
    kept = _whole(rig)
    with rig.carried(most_reads=(120, 120)):
        pass
    assert _whole(rig) == kept
    (hold,) = rig.administration.holds.every(rig.firm)
    assert (hold.hold.count, hold.hold.of, hold.email) == (30, 40, jana.login)
    rig.administration.holds.decide(hold.hold.id, Decision.REJECT, actor="test", firm=rig.firm)
    rig.tick()
    result = rig.sync()
    assert not result.errors
    activities, events = _whole(rig)
    assert events == before[1]
    assert {title for title, _ in activities} == {title for title, _ in before[0]}
    assert rig.administration.holds.every(rig.firm) == ()
    with rig.carried():
        pass


@pytest.mark.slow
@pytest.mark.parametrize("side", ["raynet", "graph"])
def test_thirty_of_forty_wait_and_a_confirmation_deletes_them(firm: Firm, side: str) -> None:
    rig = _forty(firm)
    _delete(rig, 30, side)
    with rig.carried(most_reads=(120, 120)):
        pass
    (hold,) = rig.administration.holds.every(rig.firm)
    with rig.carried(raynet=0 if side == "raynet" else 30, graph=30 if side == "raynet" else 0, most_reads=(120, 120)):
        rig.administration.holds.decide(hold.hold.id, Decision.CONFIRM, actor="test", firm=rig.firm)
    activities, events = _whole(rig)
    assert len(events) == 10
    assert sum(1 for _, status in activities if status == "SCHEDULED") == 10


def test_while_thirty_wait_everything_else_goes_on(firm: Firm) -> None:
    rig = _forty(firm)
    jana = rig.people["jana"]
    for one in rig.raynet.activities()[:30]:
        jana.ui.delete(one.ref)
    with rig.carried(most_reads=(120, 120)):
        pass
    with rig.carried(graph=1):
        jana.ui.edit(rig.raynet.activities()[0].ref, title="Jde dál")
    with rig.carried(graph=1):
        jana.ui.create("meeting", title="Nová", start=rig.clock() + HOUR)
    assert len(jana.outlook.events()) == 41


@pytest.mark.parametrize("side", ["raynet", "graph"])
def test_a_mass_that_is_planned_in_many_rounds_and_passes_waits_as_one(firm: Firm, side: str) -> None:
    rig = _forty(firm)
    jana = rig.people["jana"]
    kept = _whole(rig)
    _delete(rig, 30, side)
    # Two at a time: no round and no pass sees so many that it would stop them.
    portions = Portions(links=2)
    for _ in range(12):
        rig.tick()
        rig.one_pass(trigger="worker", portions=portions)
    other = 1 if side == "raynet" else 0
    assert _whole(rig)[other] == kept[other], "nothing was removed on the other side"
    (hold,) = rig.administration.holds.every(rig.firm)
    assert (hold.hold.count, hold.hold.of, hold.email) == (30, 40, jana.login)
    rig.administration.holds.decide(hold.hold.id, Decision.CONFIRM, actor="test", firm=rig.firm)
    for _ in range(36):
        rig.tick()
        rig.one_pass(trigger="worker", portions=portions)
    activities, events = _whole(rig)
    assert (len(events), sum(1 for _, status in activities if status == "SCHEDULED")) == (10, 10)
    assert rig.administration.holds.every(rig.firm) == ()


def test_four_of_forty_pass_the_guard(firm: Firm) -> None:
    rig = _forty(firm)
    jana = rig.people["jana"]
    with rig.carried(graph=4):
        for one in rig.raynet.activities()[:4]:
            jana.ui.delete(one.ref)
    assert len(jana.outlook.events()) == 36
    assert rig.administration.holds.every(rig.firm) == ()


# --- an edit beats a deletion -------------------------------------------------------------------------------------


def test_an_edit_in_outlook_beats_the_deletion_in_raynet(firm: Firm) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    ref = jana.ui.create("meeting", title="Porada", start=rig.clock() + HOUR).ref
    rig.tick()
    rig.sync()
    event = jana.outlook.find("Porada")
    with rig.carried(raynet=2):
        jana.ui.delete(ref)
        jana.outlook.edit(event, subject="Přesto")
    (made,) = rig.raynet.activities()
    assert made.title == "Přesto"
    assert jana.outlook.state(event).subject == "Přesto"
    (entry,) = rig.administration.conflicts.every(rig.firm)
    assert (entry.conflict.field.value, entry.conflict.lost, entry.conflict.lost_side.value) == (
        "existence", "deleted", "raynet",
    )  # fmt: skip


def test_an_edit_in_raynet_beats_the_deletion_in_outlook(firm: Firm) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    ref = jana.ui.create("meeting", title="Porada", start=rig.clock() + HOUR).ref
    rig.tick()
    rig.sync()
    with rig.carried(graph=1):
        jana.outlook.delete(jana.outlook.find("Porada"))
        jana.ui.edit(ref, title="Přesto")
    assert rig.raynet.activity(ref).status == "SCHEDULED"
    assert jana.outlook.find("Přesto")
    (entry,) = rig.administration.conflicts.every(rig.firm)
    assert (entry.conflict.field.value, entry.conflict.lost, entry.conflict.lost_side.value) == (
        "existence", "deleted", "graph",
    )  # fmt: skip


def test_deleted_on_both_sides_closes_the_pair_and_writes_nothing(firm: Firm) -> None:
    rig = _filled(firm, 1)
    jana = rig.people["jana"]
    with rig.carried():
        for one in list(rig.raynet.activities()):
            jana.ui.delete(one.ref)
        for event in list(jana.outlook.events()):
            jana.outlook.delete(event)
    assert {one.state.value for one in rig.pairs()} == {"closed"}


def test_one_deletion_among_many_is_found_with_a_few_calls(tmp_path: Path) -> None:
    with rig(tmp_path, people=("jana",)) as made:
        jana, start = made.people["jana"], made.clock() + DAY
        for number in range(540):
            at = start + number * HOUR
            last = jana.ui.create("meeting", title=f"R{number}", start=at, end=at + HOUR)
            jana.outlook.create(last.title, at, at + HOUR)
        made.tick(120)
        made.sync()
        assert len(made.raynet.activities()) == 540
        made.tick(600)
        made.one_pass()
        before = made.engine.raynet.counters(made.firm).reads

        jana.ui.delete(last.ref)
        made.tick()
        made.one_pass()

        assert "R539" not in {one.subject for one in jana.outlook.events().values()}
        assert len(jana.outlook.events()) == 539
        # The newest rows, the window's list and what reaches into it, the one that is missing, its proof of two.
        assert made.engine.raynet.counters(made.firm).reads - before <= 6
