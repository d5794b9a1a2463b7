"""Our own removal is lost on its way, an edit beats the deletion, and then the removal arrives after all (hazard H4).

A cancelled record still stands and is put right. Of a deleted one nothing is left to tell who deleted it: while ours
may still have been under way it was not a user's, so the activity is made again and the journal says so.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest

from server.domain.content import FieldName
from server.domain.reasons import Reason
from simulator.faults import LateEffect, Match, Rule
from simulator.raynet.records import Activity
from tests.support.oracle import activity_shown
from tests.support.rig import Rig

HOUR = timedelta(hours=1)
Firm = Callable[..., Rig]


def _shown(rig: Rig) -> list[Activity]:
    return [one for one in rig.raynet.activities() if activity_shown(one) is not None]


def _titles(rig: Rig) -> tuple[list[str], list[str]]:
    items = rig.people["jana"].mailbox.items.values()
    return [one.title for one in _shown(rig)], [one.content.state.subject for one in items if one.content.alive]


def _in_step(rig: Rig) -> None:
    start = rig.clock() + 24 * HOUR
    rig.people["jana"].outlook.create("Porada", start, start + HOUR)
    rig.tick()
    rig.sync()


def _deleted_in_outlook_while_our_removal_is_late(rig: Rig, method: str, seconds: float) -> None:
    jana = rig.people["jana"].outlook
    (event,) = jana.events()
    jana.delete(event)
    rule = Rule(
        name="late", match=Match(system="raynet", method=method), action=LateEffect(seconds, status=503), times=1
    )
    rig.world.faults.add(rule)
    rig.tick()
    rig.one_pass()
    assert rig.world.faults.pending() == 1


def _edited_in_raynet(rig: Rig) -> None:
    (record,) = _shown(rig)
    rig.people["jana"].ui.edit(record.ref, title="Porada II")


def _until_it_arrives(rig: Rig) -> None:
    for _ in range(20):
        rig.tick()
        rig.one_pass()
        if not rig.world.faults.pending():
            break
    rig.sync()


def _existence_journalled(rig: Rig) -> list[str]:
    entries = rig.administration.conflicts.every(rig.firm)
    return [one.conflict.lost for one in entries if one.conflict.field is FieldName.EXISTENCE]


@pytest.mark.parametrize(("rule", "method"), [("cancel", "POST"), ("delete", "DELETE")])
def test_a_removal_that_arrives_after_an_edit_had_beaten_it_takes_nothing_along(
    firm: Firm, rule: str, method: str
) -> None:
    rig = firm("jana", rules={"outlook_delete": rule})
    _in_step(rig)
    _deleted_in_outlook_while_our_removal_is_late(rig, method, 60.0)
    _edited_in_raynet(rig)
    rig.tick()
    rig.sync()
    assert _titles(rig) == (["Porada II"], ["Porada II"])  # the edit has beaten the deletion
    _until_it_arrives(rig)
    assert _titles(rig) == (["Porada II"], ["Porada II"])
    assert "deleted" in _existence_journalled(rig)
    with rig.carried():
        pass


def test_a_cancelling_that_comes_over_an_edit_nobody_had_read_is_put_right(firm: Firm) -> None:
    rig = firm("jana", rules={"outlook_delete": "cancel"})
    _in_step(rig)
    _deleted_in_outlook_while_our_removal_is_late(rig, "POST", 5.0)
    _edited_in_raynet(rig)
    _until_it_arrives(rig)
    assert _titles(rig) == (["Porada II"], ["Porada II"])
    assert "deleted" in _existence_journalled(rig)


def test_a_deletion_by_a_person_long_after_is_carried(firm: Firm) -> None:
    rig = firm("jana", rules={"outlook_delete": "delete"})
    _in_step(rig)
    _deleted_in_outlook_while_our_removal_is_late(rig, "DELETE", 60.0)
    _edited_in_raynet(rig)
    _until_it_arrives(rig)
    rig.tick(11 * 60)
    rig.sync()
    (record,) = _shown(rig)
    rig.people["jana"].ui.delete(record.ref)
    rig.tick()
    rig.sync()
    assert _titles(rig) == ([], [])
    reasons = {one.reason for one in rig.pairs()}
    assert Reason.DELETED_IN_RAYNET in reasons
