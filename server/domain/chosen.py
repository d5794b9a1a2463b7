"""What a user's choices mean for an activity: what is written into it, and who takes part in it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from server.domain.activity import Activity, ActivityChange, ParticipantWrite
from server.domain.concern import DIRECT, Concern, ConcernKind
from server.domain.ids import ActivityType, PersonId
from server.domain.panel import Changes, Choices

T = TypeVar("T")


def direct_concerns(concerns: Sequence[Concern], kind: ActivityType) -> tuple[Concern, ...]:
    """Those that the activity itself names. Fact: a person in tasks only, raynet-api §8.1, §14 [spec]."""
    found = [one for one in concerns if one.kind in DIRECT]
    if kind is ActivityType.TASK:
        found += [one for one in concerns if one.kind is ConcernKind.PERSON][:1]
    return tuple(found)


def taking_part(concerns: Sequence[Concern], kind: ActivityType) -> tuple[tuple[int, ...], tuple[PersonId, ...]]:
    """Leads and persons that become participants. Fact: leads are linked so in the newer edition, raynet-api §14."""
    leads = tuple(sorted({one.id for one in concerns if one.kind is ConcernKind.LEAD}))
    persons = [PersonId(one.id) for one in concerns if one.kind is ConcernKind.PERSON]
    if kind is ActivityType.TASK:
        persons = persons[1:]
    return leads, tuple(sorted(set(persons)))


def personal_of(choices: Choices) -> bool:
    """Fact: ``personal`` means *not linked to a client* and a task needs one or the other, raynet-api §8.1, §11."""
    if not choices.concerns:
        return True
    return bool(choices.personal)


def concerns_of(activity: Activity, colleagues: frozenset[PersonId]) -> tuple[Concern, ...]:
    """Everything the activity concerns, as the panel shows it; ``colleagues`` take part without being concerned."""
    found = list(activity.concerns)
    for one in activity.participants:
        if one.lead is not None:
            found.append(Concern(kind=ConcernKind.LEAD, id=one.lead, label=one.label))
        elif one.person is not None and not one.owner and one.person not in colleagues:
            found.append(Concern(kind=ConcernKind.PERSON, id=one.person, label=one.label))
        elif one.company is not None and one.person is None:
            found.append(Concern(kind=ConcernKind.COMPANY, id=one.company, label=one.label))
    return tuple({(one.kind, one.id): one for one in found}.values())


def not_clearable(activity: Activity, wanted: Sequence[Concern], colleagues: frozenset[PersonId]) -> bool:
    """Whether ``wanted`` leaves out a record that cannot be taken away: only participants can. Fact: raynet-api §14.

    Another record of the same kind takes its place.
    """
    kinds = {one.kind for one in wanted}
    return any(one.kind not in kinds for one in activity.concerns)


def activity_change_of(activity: Activity, changes: Changes, colleagues: frozenset[PersonId]) -> ActivityChange:
    """What has to be written so that the activity says what the user chose; empty when it says so already."""
    change = ActivityChange(
        category=_unless(activity.category, changes.category),
        priority=_unless(activity.priority, changes.priority),
        status=_unless(activity.status, changes.status),
        personal=_unless(activity.personal, changes.personal),
    )
    if changes.concerns is None:
        return change
    direct = direct_concerns(changes.concerns, activity.key.type)
    change = replace(change, concerns=tuple(one for one in direct if one not in activity.concerns))
    if change.concerns and change.personal is None and activity.personal:
        change = replace(change, personal=False)
    people = _people(activity, changes.concerns, colleagues)
    if people and change.personal is None and activity.personal:
        change = replace(change, personal=False)
    return replace(change, participants=people or None)


def _unless(known: T | None, wanted: T | None) -> T | None:
    return None if wanted == known else wanted


def _people(
    activity: Activity, wanted: Sequence[Concern], colleagues: frozenset[PersonId]
) -> tuple[ParticipantWrite, ...]:
    """Leads and contact persons to add, and those to take out; colleagues stay as they are."""
    leads, persons = taking_part(wanted, activity.key.type)
    there = concerns_of(replace(activity, concerns=()), colleagues)
    have_leads = {one.id for one in there if one.kind is ConcernKind.LEAD}
    have_persons = {one.id for one in there if one.kind is ConcernKind.PERSON}
    present = activity.persons
    return (
        *(ParticipantWrite(lead=lead) for lead in leads if lead not in have_leads),
        *(ParticipantWrite(person=person) for person in persons if person not in present),
        *(ParticipantWrite(lead=lead, remove=True) for lead in sorted(have_leads - set(leads))),
        *(ParticipantWrite(person=PersonId(one), remove=True) for one in sorted(have_persons - set(persons))),
    )
