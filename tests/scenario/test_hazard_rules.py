"""Each hazard of writing to two systems that cannot be locked, and that its rule is what keeps it away.

Every test runs one history twice: with the product as it is, and with the one rule taken out by a driver that answers
or stores something else. The second run must be noticed by the oracle, or the first would prove nothing.
"""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from server.domain.activity import Activity
from server.domain.html import EMPTY
from server.domain.keys import is_placeholder, placeholder_title
from server.domain.state import Conflict, Intent, Link
from server.errors import Gone, Outdated
from server.flow import Op
from server.ports.graph import CreateEvent, FindEvents, GetEvent, UpdateEvent
from server.ports.raynet import (
    ActivityPage,
    CreateActivity,
    DeleteActivity,
    FindByExtId,
    GetActivity,
    NewestActivities,
    UpdateActivity,
)
from server.ports.store import Commit, FirmState, LoadFirm, StartPass
from server.store.locks import LeaseBook
from server.store.tables import runtime
from server.sync.context import PassOptions
from server.sync.driver import REMOTE_WRITES
from server.sync.passes import run_pass
from simulator.faults import DropReply, LateEffect, Twice
from tests.scenario.crash_stories import STORIES, create_in_raynet
from tests.support.crashes import HOUR, RESTART_SECONDS, Accident, Effect, FaultDriver, Memo, Step, failures, prepared
from tests.support.databases import drop
from tests.support.gaps import delete_in_outlook, edit_in_raynet, person
from tests.support.oracle import Oracle, all_groups, all_intents
from tests.support.rig import API_LOGIN, Crash, Rig, make_rig

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def _number(effects: list[Effect], kind: type[Op[Any]]) -> int:
    return next(one.number for one in effects if one.name == kind.__name__)


def _kept_by_its_rule(
    story: str, folder: Path, accident: Accident, broken: type[FaultDriver], place: type[Op[Any]]
) -> None:
    """``accident`` at the first ``place``: fine with the rule, noticed without it."""
    with prepared(STORIES[story], folder) as made:
        number = _number(made.effects(), place)
        if accident.fault is not None:
            placed = replace(accident, fault=(number, 0, accident.fault[2]))
        else:
            placed = replace(accident, crash_after=number)
        assert failures(made, [placed]) == []
        assert failures(made, [replace(placed, driver=broken)]) != []


def _gap(step: Step) -> dict[str, Any]:
    return {"gap": step, "gap_name": step.__name__}


# --- H1: the loser is journalled before it is destroyed -----------------------------------------------------------


class _JournalsAfterwards(FaultDriver):
    """The journal entry comes one commit later than the intent whose write destroys the value."""

    kept: tuple[Conflict, ...] = ()

    def _perform(self, op: Op[Any]) -> object:
        if isinstance(op, Commit):
            late = tuple(row for row in op.rows if isinstance(row, Conflict))
            rows = tuple(row for row in op.rows if not isinstance(row, Conflict))
            op, self.kept = replace(op, rows=(*rows, *self.kept)), late
        return super()._perform(op)


def test_h1_a_value_that_loses_is_in_the_journal_before_it_is_overwritten(tmp_path: Path) -> None:
    _kept_by_its_rule("conflict", tmp_path, Accident(), _JournalsAfterwards, UpdateEvent)


# --- H2: the second half of a create is not repeated blindly ------------------------------------------------------


class _SeesPlaceholders(FaultDriver):
    """Recovery finds the activity as it was before it was filled: it does not look."""

    def _perform(self, op: Op[Any]) -> object:
        found = super()._perform(op)
        if isinstance(op, GetActivity | FindByExtId) and isinstance(found, Activity) and found.ext_ids:
            title = placeholder_title(found.ext_ids[0])
            return replace(found, title=title, scheduled_from=None, scheduled_till=None, description=EMPTY)
        return found


def test_h2_filling_a_placeholder_is_not_repeated_over_an_edit(tmp_path: Path) -> None:
    _kept_by_its_rule("create_activity", tmp_path, Accident(**_gap(edit_in_raynet)), _SeesPlaceholders, UpdateActivity)


# --- H3: what an abandoned create leaves behind is removed --------------------------------------------------------


class _ForgetsOrphans(FaultDriver):
    """Placeholders are never removed."""

    def _perform(self, op: Op[Any]) -> object:
        if isinstance(op, DeleteActivity):
            raise Gone
        return super()._perform(op)


def test_h3_a_create_that_arrives_after_it_was_given_up_is_removed(tmp_path: Path) -> None:
    late = Accident(fault=(0, 0, LateEffect(60.0)), **_gap(delete_in_outlook))
    _kept_by_its_rule("create_activity", tmp_path, late, _ForgetsOrphans, CreateActivity)


# --- H4: a late duplicate of our own write is never a user's change -----------------------------------------------


class _RemembersNothingSent(FaultDriver):
    """What was sent to Raynet is not stored."""

    def _perform(self, op: Op[Any]) -> object:
        if isinstance(op, Commit):
            rows = tuple(replace(row, sent=()) if isinstance(row, Link) else row for row in op.rows)
            op = replace(op, rows=rows)
        return super()._perform(op)


def _edit_in_raynet_and_let_it_travel(rig: Rig, memo: Memo) -> None:
    """The user's newer value reaches Outlook before the duplicate comes."""
    rig.tick()
    rig.one_pass()
    person(rig, memo).ui.edit(memo.refs["it"], title="Novější z Raynetu")
    rig.tick()
    rig.one_pass()
    rig.tick()
    rig.one_pass()


def test_h4_a_duplicate_of_our_own_write_does_not_travel_back(tmp_path: Path) -> None:
    late = Accident(fault=(0, 0, Twice(100.0)), kills=False, **_gap(_edit_in_raynet_and_let_it_travel))
    _kept_by_its_rule("update_activity", tmp_path, late, _RemembersNothingSent, UpdateActivity)


# --- H5: the answer to a repeated create is verified --------------------------------------------------------------


class _BelievesTheAnswer(FaultDriver):
    """The event that a repeated create names is taken for granted."""

    answered: Any = None

    def _perform(self, op: Op[Any]) -> object:
        if isinstance(op, CreateEvent):
            self.answered = super()._perform(op)
            return self.answered
        if isinstance(op, GetEvent) and self.answered is not None and op.key == self.answered.key:
            return self.answered
        return super()._perform(op)


def test_h5_a_repeated_create_does_not_bring_a_deleted_event_back_to_life(tmp_path: Path) -> None:
    lost = Accident(fault=(0, 0, DropReply()), **_gap(delete_in_outlook))
    _kept_by_its_rule("create_event", tmp_path, lost, _BelievesTheAnswer, CreateEvent)


# --- H6: a retry sends what was sent before -----------------------------------------------------------------------


class _FindsNothing(FaultDriver):
    """Exchange's search lags behind: the event of the first attempt is not found by its key."""

    def _perform(self, op: Op[Any]) -> object:
        return () if isinstance(op, FindEvents) else super()._perform(op)


class _SendsTheNewest(_FindsNothing):
    """A retry takes the values of now under the key of then."""

    def _perform(self, op: Op[Any]) -> object:
        found: Any = super()._perform(op)
        if isinstance(op, StartPass):
            return replace(found, intents=tuple(self._renewed(one) for one in found.intents))
        return found

    def _renewed(self, intent: Intent) -> Intent:
        draft, title = intent.payload.event_draft, self.world.raynet.instance("valce").activities()[-1].title
        if draft is None or intent.expects is None:
            return intent
        payload = replace(intent.payload, event_draft=replace(draft, subject=title))
        return replace(intent, payload=payload, expects=_with_title(intent.expects, title))


def _with_title(base: Any, title: str) -> Any:
    return replace(base, raynet=replace(base.raynet, title=title), outlook=replace(base.outlook, title=title))


def test_h6_a_retried_create_keeps_its_payload_whatever_has_changed_since(tmp_path: Path) -> None:
    with prepared(STORIES["create_event"], tmp_path) as made:
        number = _number(made.effects(), CreateEvent)
        lost = Accident(fault=(number, 0, DropReply()), **_gap(edit_in_raynet))
        assert failures(made, [replace(lost, driver=_FindsNothing)]) == []
        assert failures(made, [replace(lost, driver=_SendsTheNewest)]) != []


# --- H7: rows that shift between two pages ------------------------------------------------------------------------


class _ShiftingPages(FaultDriver):
    """Somebody deletes the newest activity between the first and the second page of changes."""

    hides_totals = False
    deleted = False
    total: int | None = None

    def _perform(self, op: Op[Any]) -> object:
        if isinstance(op, NewestActivities) and op.offset and not self.deleted:
            self.deleted = True
            self.rig_delete()
        found = super()._perform(op)
        if self.hides_totals and isinstance(op, NewestActivities) and isinstance(found, ActivityPage):
            self.total = found.total if not op.offset else self.total
            return replace(found, total=self.total or found.total)
        return found

    def rig_delete(self) -> None:
        instance = self.world.raynet.instance("valce")
        newest = max(instance.activities(), key=lambda one: one.last_modified_at)
        instance.ui(newest.created_by).delete(newest.ref)


class _OnePageIsLikeAnother(_ShiftingPages):
    """Totals that differ between pages are not noticed."""

    hides_totals = True


def _downtime(folder: Path, kind: type[_ShiftingPages]) -> bool:
    """Whether the changes of two hours without a worker are read again after their pages have shifted."""
    rig = make_rig(folder, people=("jana",))
    try:
        rig.sync()
        jana, day = rig.people["jana"], rig.clock() + timedelta(days=1)
        for number in range(40):
            rig.tick(180.0)
            start = day + number * HOUR
            jana.ui.create("task", title=f"Úkol {number}", start=start, end=start + HOUR)
        rig.tick()
        driver = kind(rig.engine, rig.clock, seed=99)
        driver.world = rig.world
        rig.driver = driver
        driver.deleted = False
        before = _watermark(rig)
        rig.one_pass()
        assert driver.deleted
        is_read_again = _watermark(rig) == before
        rig.tick()
        rig.sync()
        shown = {one.subject for one in jana.outlook.events().values()}
        assert {one.title for one in rig.raynet.activities()} == shown
        return is_read_again
    finally:
        rig.engine.close()
        rig.database.close()
        drop(rig.url)


def _watermark(rig: Rig) -> object:
    state = rig.engine.driver.perform(LoadFirm(rig.firm))
    assert isinstance(state, FirmState)
    return state.sync.cursor.watermark if state.sync.cursor is not None else None


def test_h7_a_row_that_slips_between_two_pages_is_read_again(tmp_path: Path) -> None:
    assert _downtime(tmp_path, _ShiftingPages)
    assert not _downtime(tmp_path, _OnePageIsLikeAnother)


# --- H8: a worker that was paused beyond its lease ----------------------------------------------------------------


class _Paused(FaultDriver):
    """The process sleeps a minute right before its first remote write; somebody else takes the firm over."""

    take_over: Any = None
    stopped = False
    sent = 0

    def _perform(self, op: Op[Any]) -> object:
        if isinstance(op, REMOTE_WRITES):
            if not self.stopped:
                self.stopped = True
                self.clock.advance(seconds=60)
                self.take_over()
            outcome = super()._perform(op)
            self.sent += 1
            return outcome
        return super()._perform(op)


@pytest.mark.parametrize(
    ("driver_looks", "gateways_look"), [(True, True), (True, False), (False, True), (False, False)]
)
def test_h8_a_paused_worker_neither_writes_nor_commits_over_its_successor(
    tmp_path: Path,
    driver_looks: bool,
    gateways_look: bool,
) -> None:
    """Either look at the lease stops the write: the driver's before it, or the gateways' when its turn has come."""
    rig = make_rig(tmp_path)
    try:
        rig.sync()
        create_in_raynet(rig, Memo(start=rig.clock() + 24 * HOUR))
        rig.tick()
        lease = rig.engine.leases.claim(rig.firm, 10.0)
        assert lease is not None
        honest, endless = LeaseBook(lambda: rig.clock().timestamp()), replace(lease, deadline=lease.deadline + 1e6)
        honest.put(lease)
        rig.engine.book.put(lease if gateways_look else endless)
        driver = _Paused(rig.engine, rig.clock, seed=77)
        driver.world = rig.world
        driver.take_over = lambda: _expire(rig)
        may_write = honest.may_write if driver_looks else lambda _firm, _seconds: True
        ports = replace(rig.engine.ports, may_write=may_write)
        driver.engine = replace(rig.engine, driver=type(rig.engine.driver)(ports, clock=rig.clock))
        with pytest.raises(Outdated):
            driver.run(run_pass(rig.firm, PassOptions()))
        assert (driver.sent == 0) is (driver_looks or gateways_look)
        rig.restart(RESTART_SECONDS)
        rig.sync()
        oracle = Oracle(rig)
        oracle.check()
        assert oracle.rests() == []
    finally:
        rig.engine.close()
        rig.database.close()
        drop(rig.url)


def _expire(rig: Rig) -> None:
    """The lease runs out in the database's own time, and another owner has had the firm since."""
    lease = runtime.lease
    rig.database.write_unscoped(
        lambda connection: connection.execute(
            update(lease)
            .where(lease.c.firm_id == rig.firm)
            .values(owner=None, expires_ms=0, epoch=lease.c.epoch + 1)
            .execution_options(ros_unscoped=True)
        )
    )


# --- H9: an edit between our reading and our write ----------------------------------------------------------------


class _EditedInTheMeantime(FaultDriver):
    """A colleague saves in Raynet after the plan was made, before the record is read again."""

    blind = False
    edited = False

    def _perform(self, op: Op[Any]) -> object:
        if isinstance(op, GetActivity) and not self.edited:
            before = super()._perform(op)
            self.edited = True
            instance = self.world.raynet.instance("valce")
            mine = next(one for one in instance.activities() if one.created_by != API_LOGIN)
            instance.ui(mine.created_by).edit(mine.ref, title="Kolega byl rychlejší")
            return before if self.blind else super()._perform(op)
        return super()._perform(op)


class _ReadsOnce(_EditedInTheMeantime):
    """The second reading is left out: the plan's own knowledge is taken for the present."""

    blind = True


def _nobody_else(rig: Rig, memo: Memo) -> None:
    """The colleague was busy already; what comes of the story is another matter then."""


def test_h9_a_colleague_who_saves_before_our_write_is_not_overwritten(tmp_path: Path) -> None:
    with prepared(STORIES["update_activity"], tmp_path) as made:
        busy = Accident(**_gap(_nobody_else), kills=False)
        assert failures(made, [replace(busy, driver=_EditedInTheMeantime)]) == []
        assert failures(made, [replace(busy, driver=_ReadsOnce)]) != []


# --- H10: nothing that was not committed survives -----------------------------------------------------------------


class _CommitsTooEarly(FaultDriver):
    """Rows are durable before the flow has got as far as its commit."""

    def _counted(self, op: Op[Any]) -> object:
        if isinstance(op, Commit) and self.count + 1 == self.crash_before:
            super()._perform(op)
        return super()._counted(op)


def test_h10_what_was_not_committed_is_not_there_after_a_crash(tmp_path: Path) -> None:
    """By construction: every process reads the database itself, nothing of the dead one's memory is reachable."""
    with prepared(STORIES["create_event"], tmp_path) as made:
        first = next(one for one in made.effects() if one.name == "Commit")

        def rows_after_a_crash(kind: type[FaultDriver]) -> tuple[int, int]:
            driver = kind(made.rig.engine, made.rig.clock, seed=made.rig.seed)
            driver.world, driver.crash_before = made.rig.world, first.number
            made.rig.driver = driver
            with pytest.raises(Crash):
                made.rig.one_pass()
            made.rig.restart(RESTART_SECONDS)
            return len(all_groups(made.rig)), len(all_intents(made.rig))

        assert made.forked(lambda: rows_after_a_crash(FaultDriver)) == (0, 0)
        assert made.forked(lambda: rows_after_a_crash(_CommitsTooEarly)) != (0, 0)


def test_a_placeholder_is_told_from_a_text_of_a_person() -> None:
    assert is_placeholder(placeholder_title("olsync:abc"))
    assert not is_placeholder("Outlook · probíhá zápis · porady")
