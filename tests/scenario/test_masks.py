"""A private event's stand-in in Raynet: what shows its text again is covered, what people type there is theirs."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from server.flow import Op
from server.ports.graph import ReadDeltas
from server.ports.raynet import CreateActivity
from simulator.raynet.records import Ref
from tests.support.rig import API_LOGIN, Rig, StepDriver

HOUR = timedelta(hours=1)
SECRET = "Chemoterapie"
MASK = "Soukromá událost"
Firm = Callable[..., Rig]


def _masked(rig: Rig) -> Ref:
    """An event that became an activity while it was open, and turned private."""
    jana = rig.people["jana"]
    event = jana.outlook.create(SECRET, rig.clock() + 4 * HOUR, rig.clock() + 5 * HOUR)
    rig.tick()
    rig.sync()
    jana.outlook.edit(event, sensitivity="private")
    rig.tick()
    rig.sync()
    (record,) = rig.raynet.activities()
    assert (record.title, record.personal) == (MASK, True)
    return record.ref


def _title(rig: Rig) -> str:
    (record,) = rig.raynet.activities()
    return record.title


@pytest.mark.parametrize("rule", ["time_only", "skip"])
def test_a_late_copy_of_the_write_that_showed_a_title_is_masked_by_the_next_reading(firm: Firm, rule: str) -> None:
    rig = firm("jana", rules={"private_events": rule})
    ref = _masked(rig)
    rig.raynet.ui(API_LOGIN).edit(ref, title=SECRET)
    rig.tick()
    rig.one_pass()
    assert _title(rig) == MASK
    rig.sync()
    assert rig.one_pass().quiet
    assert rig.people["jana"].outlook.events().popitem()[1].subject == SECRET
    assert not rig.administration.conflicts.every(rig.firm)


def test_it_is_masked_though_a_colleague_saved_the_record_after_it(firm: Firm) -> None:
    rig = firm("jana")
    ref = _masked(rig)
    rig.raynet.ui(API_LOGIN).edit(ref, title=SECRET)
    rig.people["jana"].ui.edit(ref, priority="CRITICAL")
    rig.tick()
    rig.sync()
    assert _title(rig) == MASK


def test_it_is_masked_where_a_save_that_changes_nothing_counts_no_version(firm: Firm) -> None:
    """Our count of own saves is too high there: the late copy looks like one of them."""
    rig = firm("jana")
    rig.raynet.switches.unchanged_save_bumps = False
    ref = _masked(rig)
    rig.raynet.ui(API_LOGIN).edit(ref, title=SECRET, meeting_place="")
    rig.tick()
    rig.sync()
    assert _title(rig) == MASK


def test_what_people_type_over_a_mask_stays_though_we_save_the_record_after_them(firm: Firm) -> None:
    rig = firm("jana")
    ref = _masked(rig)
    rig.people["jana"].ui.edit(ref, title="Zavolat Karlovi")
    rig.tick()
    rig.sync()
    (event,) = rig.people["jana"].outlook.events()
    start = rig.clock() + 30 * HOUR
    rig.people["jana"].outlook.move_in_time(event, start, start + HOUR)
    rig.tick()
    rig.sync()
    assert rig.raynet.activity(ref).scheduled_from == start  # type: ignore[union-attr]  # it is there
    assert _title(rig) == "Zavolat Karlovi"


class _Slow(StepDriver):
    """Between the reading and the first write pass some seconds, in which the user makes the event private."""

    turn: Callable[[], None] = lambda: None
    looked = 0
    turned = False

    def _perform(self, op: Op[Any]) -> object:
        if isinstance(op, ReadDeltas) and self.turned:
            self.looked += 1
        outcome = super()._perform(op)
        if isinstance(op, ReadDeltas) and not self.turned:
            self.turned = True
            self.clock.advance(seconds=5)
            self.turn()
        return outcome


def test_an_event_that_turns_private_while_a_pass_is_at_work_is_never_shown(firm: Firm) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    event = jana.outlook.create(SECRET, rig.clock() + 4 * HOUR, rig.clock() + 5 * HOUR)
    rig.tick()
    slow = _Slow(rig.engine, rig.clock, seed=7)
    slow.turn = lambda: jana.outlook.edit(event, sensitivity="private") and None
    rig.driver = slow
    rig.one_pass()
    rig.tick()
    rig.sync()
    assert slow.looked
    titles = {one.after.title for one in rig.raynet.history if one.after is not None}
    assert SECRET not in titles
    assert _title(rig) == MASK
    assert len([one for one in slow.log if isinstance(one, CreateActivity)]) == 1
