"""What a user's choices mean for an activity: its own links, who takes part, what has to be written."""

from typing import Any

import pytest

from server.domain.activity import Activity, ActivityChange, ActivityStatus, Participant, ParticipantWrite, Priority
from server.domain.chosen import (
    activity_change_of,
    concerns_of,
    direct_concerns,
    not_clearable,
    personal_of,
    taking_part,
)
from server.domain.concern import Concern, ConcernKind
from server.domain.ids import ActivityKey, ActivityType, PersonId
from server.domain.panel import Changes, Choices

OWNER, COLLEAGUE, CONTACT = PersonId(1), PersonId(2), PersonId(30)
COLLEAGUES = frozenset({OWNER, COLLEAGUE})


def concern(kind: str, number: int) -> Concern:
    return Concern(kind=ConcernKind(kind), id=number)


def activity(kind: ActivityType = ActivityType.MEETING, **more: Any) -> Activity:
    usual: dict[str, Any] = {
        "key": ActivityKey(kind, 5),
        "title": "Schůzka",
        "personal": True,
        "participants": (
            Participant(person=OWNER, owner=True, id=10),
            Participant(person=COLLEAGUE, id=11),
            Participant(person=CONTACT, id=12, label="Šárka"),
            Participant(lead=40, id=13, label="Zájem"),
        ),
    }
    return Activity(**(usual | more))


def test_leads_and_people_take_part_everything_else_is_named() -> None:
    chosen = [concern("company", 3), concern("lead", 4), concern("person", 30), concern("offer", 6)]
    assert direct_concerns(chosen, ActivityType.MEETING) == (chosen[0], chosen[3])
    assert taking_part(chosen, ActivityType.MEETING) == ((4,), (CONTACT,))


def test_a_task_names_its_first_person_itself() -> None:
    chosen = [concern("person", 30), concern("person", 31)]
    assert direct_concerns(chosen, ActivityType.TASK) == (chosen[0],)
    assert taking_part(chosen, ActivityType.TASK) == ((), (PersonId(31),))


@pytest.mark.parametrize(
    ("choices", "personal"),
    [
        (Choices(), True),
        (Choices(personal=False), True),
        (Choices(concerns=(concern("company", 3),)), False),
        (Choices(concerns=(concern("lead", 3),), personal=True), True),
    ],
)
def test_personal_means_without_a_client(choices: Choices, personal: bool) -> None:
    assert personal_of(choices) is personal


def test_colleagues_take_part_without_being_what_it_is_about() -> None:
    shown = concerns_of(activity(concerns=(concern("company", 3),)), COLLEAGUES)
    assert shown == (concern("company", 3), concern("person", 30), concern("lead", 40))
    assert [one.label for one in shown] == ["", "Šárka", "Zájem"]


def test_only_what_differs_is_written() -> None:
    known = activity(category=7, priority=Priority.CRITICAL, status=ActivityStatus.SCHEDULED)
    same = Changes(category=7, priority=Priority.CRITICAL, status=ActivityStatus.SCHEDULED, personal=True)
    assert activity_change_of(known, same, COLLEAGUES) == ActivityChange()
    other = Changes(category=8, status=ActivityStatus.COMPLETED)
    assert activity_change_of(known, other, COLLEAGUES) == ActivityChange(category=8, status=ActivityStatus.COMPLETED)


def test_a_client_takes_the_personal_mark_away() -> None:
    change = activity_change_of(activity(), Changes(concerns=_all("company", 3)), COLLEAGUES)
    assert (change.concerns, change.personal, change.participants) == ((concern("company", 3),), False, None)


def _all(kind: str, number: int) -> tuple[Concern, ...]:
    """A wish that keeps who takes part already."""
    return (concern(kind, number), concern("person", 30), concern("lead", 40))


def test_who_is_not_chosen_any_more_is_taken_out_and_colleagues_stay() -> None:
    change = activity_change_of(activity(), Changes(concerns=(concern("person", 31),)), COLLEAGUES)
    assert change.participants is not None
    assert set(change.participants) == {
        ParticipantWrite(person=PersonId(31)),
        ParticipantWrite(lead=40, remove=True),
        ParticipantWrite(person=CONTACT, remove=True),
    }


def test_a_record_that_the_activity_names_can_be_replaced_but_not_taken_away() -> None:
    known = activity(concerns=(concern("company", 3),))
    assert not_clearable(known, (), COLLEAGUES)
    assert not not_clearable(known, (concern("company", 9),), COLLEAGUES)
    assert not not_clearable(activity(), (), COLLEAGUES)
