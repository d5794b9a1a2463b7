"""What a save does to an activity: couplings of status, schedule and ``completed``, participants, sanitising.

Pure: (activity, changes, now, switches) -> activity. Both the API and people in the UI save through here.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypedDict

from simulator.raynet.errors import bad_input, business
from simulator.raynet.records import FINAL_STATUSES, Activity, Participant
from simulator.raynet.sanitise import sanitised
from simulator.raynet.switches import RaynetSwitches


class ActivityChanges(TypedDict, total=False):
    """Fields of a save; absent = unchanged, None = cleared."""

    title: str
    personal: bool
    status: str
    priority: str
    scheduled_from: datetime | None
    scheduled_till: datetime | None
    completed: datetime | None
    deadline: datetime | None
    description: str | None
    solution: str | None
    meeting_place: str | None
    category: int | None
    company: int | None
    person: int | None
    lead: int | None
    project: int | None
    business_case: int | None
    offer: int | None
    sales_order: int | None
    parent: int | None
    security_level: int
    tags: tuple[str, ...]
    participants: tuple[Participant, ...]
    custom_fields: str


class ParticipantChange(TypedDict, total=False):
    """One item of a written participant list. Fact: no id adds, positive changes, negative removes [spec], §9."""

    id: int
    owner: bool
    role: str | None
    person: int | None
    company: int | None
    lead: int | None


def changed(activity: Activity, changes: ActivityChanges, now: datetime, switches: RaynetSwitches) -> Activity:
    """The activity after a save, without version and audit fields. RaynetError for values Raynet would refuse."""
    sent = changes.copy()
    for name in ("description", "solution"):
        text = changes.get(name)
        if isinstance(text, str):
            sent[name] = sanitised(text)
    stamp = sent.pop("completed", None)
    after = replace(activity, **sent)
    _check_texts(after, switches)
    after = _with_schedule(activity, after, sent, switches)
    return _with_completion(activity, after, sent, stamp, now, switches)


def _with_schedule(before: Activity, after: Activity, sent: ActivityChanges, switches: RaynetSwitches) -> Activity:
    if "status" in sent and sent["status"] == "NEW" and switches.new_clears_schedule:
        return replace(after, scheduled_from=None, scheduled_till=None)
    if "status" not in sent:
        gained = before.scheduled_from is None and after.scheduled_from is not None
        lost = before.scheduled_from is not None and after.scheduled_from is None
        if gained and after.status == "NEW" and switches.schedule_makes_scheduled:
            after = replace(after, status="SCHEDULED")
        elif lost and after.status == "SCHEDULED":
            after = replace(after, status="NEW", scheduled_till=None)
    start, end = after.scheduled_from, after.scheduled_till
    if start is not None and end is not None and end < start and switches.inverted_interval == "error":
        raise business("scheduledTillBeforeScheduledFrom", "Konec je před začátkem.")
    return after


def _with_completion(
    before: Activity,
    after: Activity,
    sent: ActivityChanges,
    stamp: datetime | None,
    now: datetime,
    switches: RaynetSwitches,
) -> Activity:
    """Fact: a final status sets ``completed`` to scheduledTill or now, the others clear it [doc notes], §10."""
    if after.status not in FINAL_STATUSES:
        return replace(after, completed=None)
    entered = "status" in sent and (before.status != after.status or before.completed is None)
    if stamp is not None and (switches.sent_completed_wins or "status" not in sent):
        return replace(after, completed=stamp)
    if entered or after.completed is None:
        return replace(after, completed=after.scheduled_till or now)
    return after


def _check_texts(activity: Activity, switches: RaynetSwitches) -> None:
    if not activity.title.strip():
        raise bad_input("title is required")
    limit = switches.title_limit
    if limit is not None and len(activity.title) > limit:
        raise business("titleTooLong", "Název je příliš dlouhý.")
    for text in (activity.description, activity.solution, activity.meeting_place):
        if text is not None and switches.text_limit is not None and len(text) > switches.text_limit:
            raise business("textTooLong", "Text je příliš dlouhý.")


def with_participants(
    activity: Activity, items: Sequence[ParticipantChange], next_id: Callable[[], int], *, replacing: bool
) -> Activity:
    """The signed-id protocol of §9, or full replacement; exactly one owner always remains."""
    current = {p.id: p for p in activity.participants}
    kept: dict[int, Participant] = {} if replacing else dict(current)
    for item in items:
        number = item.get("id")
        if number is None:
            added = _participant(Participant(id=next_id()), item)
            kept[added.id] = added
        elif number < 0:
            if -number not in current:
                raise business("participantNotFound", "Účastník nebyl nalezen.")
            kept.pop(-number, None)
        else:
            if number not in current:
                raise business("participantNotFound", "Účastník nebyl nalezen.")
            kept[number] = _participant(current[number], item)
    participants = _with_one_owner(activity, tuple(kept.values()))
    return replace(activity, participants=_with_one_resolver(activity, participants))


def _participant(base: Participant, item: ParticipantChange) -> Participant:
    named = replace(base, owner=item.get("owner", base.owner), role=item.get("role", base.role))
    if not item.keys().isdisjoint({"person", "company", "lead"}):
        named = replace(named, person=item.get("person"), company=item.get("company"), lead=item.get("lead"))
    if named.person is None and named.company is None and named.lead is None:
        raise business("participantWithoutIdentity", "Účastník musí být osoba, klient nebo lead.")
    if named.lead is not None and (named.person is not None or named.company is not None):
        raise business("participantIdentity", "Účastník musí mít právě jednu identitu.")
    return named


def _with_one_owner(activity: Activity, participants: tuple[Participant, ...]) -> tuple[Participant, ...]:
    """A newly marked owner displaces the old one; a list without an owner keeps the old owner's row."""
    owners = [p for p in participants if p.owner]
    old = next((p for p in activity.participants if p.owner), None)
    if not owners:
        return (old, *(p for p in participants if p.id != old.id)) if old is not None else participants
    winner = next((p for p in reversed(owners) if old is None or p.id != old.id), owners[-1])
    if winner.person is None:
        raise business("ownerMustBeUser", "Vlastníkem musí být uživatel.")
    only = (
        replace(p, owner=p.id == winner.id, role="FROM" if p.id == winner.id else (None if p.owner else p.role))
        for p in participants
    )
    return tuple(only)


def _with_one_resolver(activity: Activity, participants: tuple[Participant, ...]) -> tuple[Participant, ...]:
    """Fact: a task has exactly one ``FROM`` and one ``TO`` [doc], §9. Which of two wins is inferred: the later one."""
    if activity.kind != "task":
        return participants
    resolvers = [p for p in participants if p.role == "TO"]
    if not resolvers:
        old = next((p for p in activity.participants if p.role == "TO"), None)
        return (*(p for p in participants if p.id != old.id), old) if old else participants
    old_ids = {p.id for p in activity.participants if p.role == "TO"}
    winner = next((p for p in reversed(resolvers) if p.id not in old_ids), resolvers[-1])
    return tuple(p for p in participants if p.role != "TO" or p.id == winner.id)
