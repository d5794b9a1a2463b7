"""Requests and replies that are lost, late, double, refused or broken, at every call of every kind of write."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from tests.scenario.crash_stories import STORIES
from tests.support.crashes import (
    FAULTS,
    Accident,
    Memo,
    Step,
    crash_points,
    failures,
    fault_points,
    prepared,
    reading_faults,
    sampled,
)
from tests.support.gaps import GAPS
from tests.support.rig import Rig

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
_WRITES = (
    "create_event",
    "update_event",
    "delete_event",
    "create_activity",
    "update_activity",
    "cancel_activity",
    "delete_activity",
    "participants",
    "mask",
)


@pytest.mark.parametrize("name", _WRITES)
def test_a_fault_at_any_write_neither_doubles_nor_loses_anything(name: str, tmp_path: Path) -> None:
    """Every kind of fault for every kind of write; which of its calls it meets, and who goes on, is drawn by seed."""
    rng = random.Random(name)  # repeatable, not secret
    with prepared(STORIES[name], tmp_path) as story:
        effects = story.effects()
        points = [one for kind in FAULTS for one in sampled(fault_points(effects, kind), rng, 1)]
        assert failures(story, points) == []


@pytest.mark.parametrize("name", ["create_activity", "update_activity", "update_event"])
def test_a_broken_answer_to_a_read_is_never_taken_for_knowledge(name: str, tmp_path: Path) -> None:
    with prepared(STORIES[name], tmp_path) as story:
        points = reading_faults(story.effects())
        assert failures(story, sampled(points, random.Random(name), 6)) == []


@pytest.mark.parametrize("gap", ["edit_in_raynet", "edit_in_outlook", "delete_in_outlook"])
@pytest.mark.parametrize("name", ["create_event", "create_activity", "update_activity"])
def test_people_who_edit_while_a_lost_request_is_still_on_its_way_lose_nothing(
    name: str, gap: str, tmp_path: Path
) -> None:
    with prepared(STORIES[name], tmp_path) as story:
        points = sampled(fault_points(story.effects(), "late_40"), random.Random(name + gap), 2)
        assert failures(story, [replace(one, gap=GAPS[gap], gap_name=gap) for one in points]) == []


# --- what nobody has established ----------------------------------------------------------------------------------


def _ext_id_ignored(rig: Rig, memo: Memo) -> None:
    rig.raynet.switches.inline_ext_id = "ignored"


def _ext_id_refused(rig: Rig, memo: Memo) -> None:
    rig.raynet.switches.inline_ext_id = "error"


def _participants_replace(rig: Rig, memo: Memo) -> None:
    rig.raynet.switches.participants_replace = True


def _unchanged_saves_count_not(rig: Rig, memo: Memo) -> None:
    rig.raynet.switches.unchanged_save_bumps = False


def _ext_ids_count_as_saves(rig: Rig, memo: Memo) -> None:
    rig.raynet.switches.ext_id_bumps = True


def _personal_from_the_start(rig: Rig, memo: Memo) -> None:
    rig.raynet.switches.personal_when_unlinked = True


def _no_if_match(rig: Rig, memo: Memo) -> None:
    rig.world.graph.switches.patch_honours_if_match = False


def _duplicate_is_409(rig: Rig, memo: Memo) -> None:
    rig.world.graph.switches.duplicate_transaction_status = 409


def _transactions_are_forgotten(rig: Rig, memo: Memo) -> None:
    rig.world.graph.switches.transaction_after_delete = "forgotten"


def _duplicates_after_a_deletion(rig: Rig, memo: Memo) -> None:
    rig.world.graph.switches.transaction_after_delete = "duplicate"


def _shared_ext_ids(rig: Rig, memo: Memo) -> None:
    rig.raynet.switches.ext_id_unique = False


_READINGS = {
    "create_activity": (
        _ext_id_ignored,
        _ext_id_refused,
        _ext_ids_count_as_saves,
        _personal_from_the_start,
        _shared_ext_ids,
    ),
    "create_meeting": (_ext_id_ignored, _participants_replace),
    "participants": (_participants_replace,),
    "update_activity": (_unchanged_saves_count_not,),
    "update_event": (_no_if_match,),
    "create_event": (_duplicate_is_409, _transactions_are_forgotten, _duplicates_after_a_deletion),
}


@pytest.mark.parametrize(
    ("name", "reading"),
    [pytest.param(name, one) for name, readings in _READINGS.items() for one in readings],
)
def test_either_reading_of_what_nobody_knows_is_survived(name: str, reading: Step, tmp_path: Path) -> None:
    with prepared(replace(STORIES[name], switches=reading), tmp_path) as story:
        effects = story.effects()
        rng = random.Random(name + reading.__name__)  # repeatable, not secret
        lost = sampled([*fault_points(effects, "reply_lost"), *fault_points(effects, "late_40")], rng, 3)
        deleted = [replace(one, gap=GAPS["delete_in_outlook"], gap_name="delete_in_outlook") for one in lost[:2]]
        killed = sampled(crash_points(effects), rng, 4)
        assert failures(story, [Accident(), *killed, *lost, *deleted]) == []
