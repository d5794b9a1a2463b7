"""A process is killed right after a write arrived and before it knew; then its user deletes the item.

Where the record that was written still stands, it tells that the write arrived: the deletion on the other side is one
of what its user saw, and it is carried. Where that very record is gone, nobody can tell any more whether its user saw
the edit that was on its way: then the edit beats the deletion, and the journal says so.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from server.domain.content import FieldName
from server.flow import Op
from server.ports.graph import CreateEvent, DeleteEvent, UpdateEvent
from server.ports.raynet import CreateActivity, DeleteActivity, UpdateActivity
from simulator.raynet.records import Activity
from tests.support.oracle import activity_shown
from tests.support.rig import Crash, Rig, StepDriver

HOUR = timedelta(hours=1)
Firm = Callable[..., Rig]
RICH = "<p>Vzít <b>výkresy</b></p><ul><li>a měřidla</li><li>a tužku</li></ul><p>Děkuji&nbsp;!</p>"


class _Killed(StepDriver):
    """Dies right after the first write of this kind."""

    after: type[Op[Any]]

    def _perform(self, op: Op[Any]) -> object:
        outcome = super()._perform(op)
        if isinstance(op, self.after):
            raise Crash
        return outcome


@contextmanager
def _killed_after(rig: Rig, kind: type[Op[Any]]) -> Iterator[None]:
    """A pass that dies after that write; what is inside happens before the next process starts."""
    driver = _Killed(rig.engine, rig.clock, seed=41)
    driver.after = kind
    rig.driver = driver
    rig.tick()
    with pytest.raises(Crash):
        rig.one_pass()
    yield
    rig.restart(20.0)
    rig.sync()
    assert rig.one_pass().quiet


def _meeting(rig: Rig) -> Activity:
    start = rig.clock() + 24 * HOUR
    return rig.people["jana"].ui.create(
        "meeting", title="Porada", start=start, end=start + HOUR, description=RICH, meeting_place="Zasedačka"
    )


def _event(rig: Rig) -> str:
    start = rig.clock() + 24 * HOUR
    body = {"contentType": "html", "content": RICH}
    return rig.people["jana"].outlook.create("Porada", start, start + HOUR, body=body)


def _edit_in_raynet(rig: Rig) -> None:
    one = _records(rig)[0]
    assert one.scheduled_from is not None
    rig.people["jana"].ui.edit(
        one.ref,
        title="Porada II",
        description=RICH + "<p>Nově</p>",
        meeting_place="Jinde",
        scheduled_from=one.scheduled_from + HOUR,
        scheduled_till=one.scheduled_from + 3 * HOUR,
    )


def _edit_in_outlook(rig: Rig) -> None:
    jana = rig.people["jana"].outlook
    (event,) = jana.events()
    body = {"contentType": "html", "content": RICH + "<p>Nově</p>"}
    jana.edit(event, subject="Porada II", body=body, location={"displayName": "Jinde"})


def _records(rig: Rig) -> list[Activity]:
    return [one for one in rig.raynet.activities() if activity_shown(one) is not None]


def _delete_in_raynet(rig: Rig) -> None:
    rig.people["jana"].ui.delete(rig.raynet.activities()[-1].ref)


def _delete_in_outlook(rig: Rig) -> None:
    jana = rig.people["jana"].outlook
    (event,) = jana.events()
    jana.delete(event)


def _standing(rig: Rig) -> tuple[int, int]:
    return len(_records(rig)), len(rig.people["jana"].outlook.events())


def _journalled(rig: Rig) -> bool:
    return any(one.conflict.field is FieldName.EXISTENCE for one in rig.administration.conflicts.every(rig.firm))


_Step = Callable[[Rig], object]


def _deleted_after_a_killed_write(
    rig: Rig, made: _Step | None, edited: _Step, kind: type[Op[Any]], deleted: _Step
) -> Rig:
    """An item in step (or none), an edit whose write kills the process, and its user's deletion before the next one."""
    if made is not None:
        made(rig)
        rig.tick()
        rig.sync()
    edited(rig)
    with _killed_after(rig, kind):
        deleted(rig)
    return rig


@pytest.mark.parametrize(
    ("made", "edited", "kind", "deleted"),
    [
        pytest.param(_meeting, _edit_in_raynet, UpdateEvent, _delete_in_raynet, id="an event was changed"),
        pytest.param(_event, _edit_in_raynet, UpdateEvent, _delete_in_raynet, id="a user's event was changed"),
        pytest.param(_event, _edit_in_outlook, UpdateActivity, _delete_in_outlook, id="an activity was changed"),
        pytest.param(_meeting, _edit_in_outlook, UpdateActivity, _delete_in_outlook, id="a user's one was changed"),
        pytest.param(None, _meeting, CreateEvent, _delete_in_raynet, id="an event was made"),
        pytest.param(None, _meeting, CreateEvent, _delete_in_outlook, id="an event was made and is gone itself"),
        pytest.param(None, _event, CreateActivity, _delete_in_outlook, id="a placeholder was made"),
        pytest.param(None, _event, UpdateActivity, _delete_in_outlook, id="a placeholder was filled"),
    ],
)  # fmt: skip
def test_a_deletion_of_what_its_user_saw_is_carried(
    firm: Firm, made: _Step | None, edited: _Step, kind: type[Op[Any]], deleted: _Step
) -> None:
    rig = _deleted_after_a_killed_write(firm("jana"), made, edited, kind, deleted)
    assert _standing(rig) == (0, 0)
    assert not _journalled(rig)


@pytest.mark.parametrize(
    ("made", "edited", "kind", "deleted"),
    [
        pytest.param(_meeting, _edit_in_raynet, UpdateEvent, _delete_in_outlook, id="the changed event is gone"),
        pytest.param(_event, _edit_in_outlook, UpdateActivity, _delete_in_raynet, id="the changed activity is gone"),
        pytest.param(None, _event, UpdateActivity, _delete_in_raynet, id="the filled placeholder is gone"),
    ],
)
def test_an_edit_whose_record_is_gone_beats_the_deletion_and_the_journal_says_so(
    firm: Firm, made: _Step | None, edited: _Step, kind: type[Op[Any]], deleted: _Step
) -> None:
    rig = _deleted_after_a_killed_write(firm("jana"), made, edited, kind, deleted)
    assert _standing(rig) == (1, 1)
    assert _journalled(rig)


def test_a_placeholder_that_nobody_knew_of_is_made_again(firm: Firm) -> None:
    """It told nothing, and who removed it removed nothing of the user's: the event stays and is carried."""
    rig = firm("jana")
    _event(rig)
    with _killed_after(rig, CreateActivity):
        _delete_in_raynet(rig)
    assert _standing(rig) == (1, 1)


@pytest.mark.parametrize(
    ("made", "kind", "deletes"),
    [
        pytest.param(_meeting, DeleteEvent, _delete_in_raynet, id="an event was removed"),
        pytest.param(_event, DeleteActivity, _delete_in_outlook, id="an activity was removed"),
    ],
)
def test_a_removal_that_was_not_confirmed_stays_one(
    firm: Firm, made: _Step, kind: type[Op[Any]], deletes: _Step
) -> None:
    rig = firm("jana")
    made(rig)
    rig.tick()
    rig.sync()
    deletes(rig)
    with _killed_after(rig, kind):
        assert _standing(rig) == (0, 0)
    assert _standing(rig) == (0, 0)
    assert not _journalled(rig)
