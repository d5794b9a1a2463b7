"""What people do in Raynet's web application, as methods. Every change carries the person's login and client."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Unpack

from simulator.raynet.changes import ActivityChanges, ParticipantChange, changed, with_participants
from simulator.raynet.dates import to_milliseconds
from simulator.raynet.errors import access_denied, business, not_found
from simulator.raynet.records import (
    PLACE_KINDS,
    SOLUTION_KINDS,
    Activity,
    Actor,
    ApiKey,
    Participant,
    Recurrence,
    Ref,
    UserAccount,
)

if TYPE_CHECKING:
    from simulator.raynet.instance import RaynetInstance

_INSTANTS = ("scheduled_from", "scheduled_till", "completed", "deadline")


class RaynetUi:
    """The application in one user's hands. Methods raise RaynetError where the application would refuse."""

    def __init__(self, instance: RaynetInstance, actor: Actor) -> None:
        self._instance = instance
        self._actor = actor

    @property
    def user(self) -> UserAccount:
        return self._instance.user(self._actor.login)

    # -- seeing ----------------------------------------------------------------------------------------------------

    def see(self, ref: Ref) -> Activity:
        """The record if this user may see it; RaynetError 404 otherwise."""
        activity = self._instance.activity(ref)
        if activity is None or not self._instance.sees(self.user, activity):
            raise not_found(ref.kind)
        return activity

    def calendar(self, start: datetime, end: datetime) -> list[Activity]:
        """Activities of this user (owner or participant) that overlap [start, end), by time."""
        person = self.user.person
        mine = (
            a
            for a in self._instance.activities()
            if self._instance.sees(self.user, a) and any(p.person == person for p in a.participants)
        )
        shown = [a for a in mine if a.scheduled_from and a.scheduled_from < end and (a.scheduled_till or end) > start]
        return sorted(shown, key=lambda a: (a.scheduled_from or start, a.id))

    # -- one record ------------------------------------------------------------------------------------------------

    def create(
        self,
        kind: str,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        owner: int | None = None,
        people: Sequence[int] = (),
        **fields: Unpack[ActivityChanges],
    ) -> Activity:
        """A new activity of this user (or of person ``owner``) with further persons ``people``; needs a ``title``."""
        instance, now = self._instance, self._instance.now()
        owner = self.user.person if owner is None else owner
        rows = [Participant(id=instance.next_id("participant"), owner=True, role="FROM", person=owner)]
        if kind == "task" and not people:
            people = (owner,)
        for number, person in enumerate(people):
            role = "TO" if kind == "task" and number == 0 else None
            rows.append(Participant(id=instance.next_id("participant"), role=role, person=person))
        blank = Activity(
            kind=kind,
            id=instance.next_id(kind),
            title=fields.get("title", ""),
            status="SCHEDULED" if start is not None else "NEW",
            participants=tuple(rows),
            deadline=to_milliseconds(end or now) if kind == "task" else None,
            created_at=now,
            created_by=self._actor.login,
            last_modified_at=now,
        )
        unlinked = not any(fields.get(name) for name in ("company", "person", "lead"))
        changes = fields.copy()
        changes.setdefault("personal", unlinked)
        if start is not None:
            changes["scheduled_from"] = start
            changes["scheduled_till"] = end if end is not None else start + timedelta(hours=1)
        ready = changed(blank, _exact(changes), now, instance.switches)
        return instance.create(ready, self._actor, "created")

    def edit(self, ref: Ref, **fields: Unpack[ActivityChanges]) -> Activity:
        """Changes any fields; saving without a change bumps the version like the application does."""
        before = self._writable(ref)
        after = changed(before, _exact(fields), self._instance.now(), self._instance.switches)
        if after == before and not self._instance.switches.unchanged_save_bumps:
            return before
        return self._save(before, after, "updated")

    def move(self, ref: Ref, start: datetime, end: datetime | None = None) -> Activity:
        """Drags the record to another time; without ``end`` its length stays."""
        old = self._writable(ref)
        length = (
            old.scheduled_till - old.scheduled_from if old.scheduled_from and old.scheduled_till else timedelta(hours=1)
        )
        return self.edit(ref, scheduled_from=start, scheduled_till=end if end is not None else start + length)

    def complete(self, ref: Ref) -> Activity:
        return self.edit(ref, status="COMPLETED")

    def cancel(self, ref: Ref) -> Activity:
        return self.edit(ref, status="CANCELLED")

    def reopen(self, ref: Ref) -> Activity:
        """Back to planned (or unplanned, when it has no time)."""
        return self.edit(ref, status="SCHEDULED" if self._writable(ref).scheduled_from else "NEW")

    def unschedule(self, ref: Ref) -> Activity:
        """Fact: status NEW, scheduled times null, the "Unscheduled" panel [seen][doc], §10."""
        return self.edit(ref, status="NEW", scheduled_from=None, scheduled_till=None)

    def delete(self, ref: Ref) -> None:
        before = self._writable(ref)
        if any(a.parent == before.id for a in self._instance.activities()):
            raise business("stillReferenced", "Záznam je používán.")
        self._instance.remove(before, self._actor)

    def set_participants(self, ref: Ref, items: Sequence[ParticipantChange]) -> Activity:
        """Adds, changes and removes participants by signed ids, as the API does."""
        before = self._writable(ref)
        after = with_participants(before, items, lambda: self._instance.next_id("participant"), replacing=False)
        return self._save(before, after, "participants")

    def add_person(self, ref: Ref, person: int) -> Activity:
        return self.set_participants(ref, [{"person": person}])

    def remove_person(self, ref: Ref, person: int) -> Activity:
        rows = self._writable(ref).participants
        return self.set_participants(ref, [{"id": -p.id} for p in rows if p.person == person and not p.owner])

    def change_owner(self, ref: Ref, person: int) -> Activity:
        owner = next(p for p in self._writable(ref).participants if p.owner)
        return self.set_participants(ref, [{"id": owner.id, "owner": True, "role": "FROM", "person": person}])

    def lock(self, ref: Ref) -> Activity:
        return self._set_lock(ref, "LOCK")

    def unlock(self, ref: Ref) -> Activity:
        return self._set_lock(ref, None)

    def change_type(self, ref: Ref, kind: str) -> Activity:
        """Fact: possible in the UI, Event to Task drops surplus participants [doc]; how the API shows it: §22 #16."""
        before, instance = self._writable(ref), self._instance
        switches = instance.switches
        if switches.type_change == "hidden":
            return self._save(before, replace(before, shown_kind=kind), "type_changed")
        new_id = instance.next_id(kind) if switches.type_change == "recreated" else before.id
        after = replace(
            before,
            kind=kind,
            id=new_id,
            meeting_place=before.meeting_place if kind in PLACE_KINDS else None,
            solution=before.solution if kind in SOLUTION_KINDS else None,
            deadline=(before.deadline or before.scheduled_till or instance.now()) if kind == "task" else None,
            participants=_for_kind(before, kind, instance.next_id),
        )
        instance.follow_hidden(before.ref, after.ref)
        recreated = switches.type_change == "recreated" or switches.type_change_events == "deleted_created"
        if not recreated:
            raises = switches.type_change_events == "updated"
            return self._save(before, after, "type_changed", raises_event=raises)
        stored = self._save(before, after, "type_changed", raises_event=False)
        instance.raise_event("record.deleted", before.entity_name, before.id, None, self._actor)
        instance.raise_event("record.created", stored.entity_name, stored.id, stored.ext_ids, self._actor)
        return stored

    # -- several records -------------------------------------------------------------------------------------------

    def repeat(self, ref: Ref, times: int, *, every: timedelta = timedelta(days=7)) -> list[Activity]:
        """Fact: "create recurrence" materialises independent copies; they presumably share ``recurrence.id``, §13."""
        instance, first = self._instance, self._writable(ref)
        if first.scheduled_from is None or first.scheduled_till is None:
            raise business("notScheduled", "Aktivita není naplánována.")
        shared = instance.next_id("recurrence")
        raises = instance.switches.recurrence_copies_raise_events
        last = first.scheduled_from + every * times

        def mark(start: datetime) -> Recurrence:
            number = shared if instance.switches.recurrence_id_shared else instance.next_id("recurrence")
            return Recurrence(
                id=number,
                count=times + 1,
                end_date=last.date().isoformat(),
                interval="WEEKLY",
                recurrence_day=start.isoweekday(),
                start_date=start.date().isoformat(),
            )

        out = [self._save(first, replace(first, recurrence=mark(first.scheduled_from)), "recurrence")]
        now = instance.now()
        for number in range(1, times + 1):
            start = first.scheduled_from + every * number
            copy = replace(
                first,
                id=instance.next_id(first.kind),
                scheduled_from=start,
                scheduled_till=first.scheduled_till + every * number,
                recurrence=mark(start),
                ext_ids=(),
                version=0,
                created_at=now,
                created_by=self._actor.login,
                updated_at=None,
                updated_by=None,
                last_modified_at=now,
                participants=tuple(replace(p, id=instance.next_id("participant")) for p in first.participants),
            )
            out.append(instance.create(copy, self._actor, "recurrence", raises_event=raises))
        return out

    def bulk_edit(self, refs: Iterable[Ref], **fields: Unpack[ActivityChanges]) -> list[Activity]:
        """Fact: at most 200 records at once; whether events are raised is open, §18, §22 #17."""
        chosen = list(refs)
        if len(chosen) > 200:
            raise business("bulkTooLarge", "Najednou lze změnit nejvýše 200 záznamů.")
        instance, out = self._instance, []
        for ref in chosen:
            before = self._writable(ref)
            after = changed(before, _exact(fields), instance.now(), instance.switches)
            out.append(self._save(before, after, "bulk", raises_event=instance.switches.bulk_raises_events))
        return out

    # -- administration --------------------------------------------------------------------------------------------

    def set_time_zone(self, login: str, enum_name: str) -> None:
        """Changes a user's zone, for example ``AMERICA_NEW_YORK``; the API user's zone decides all native dates."""
        user = self._instance.user(login)
        self._instance.put_user(replace(user, timezone=enum_name, version=user.version + 1))

    def revoke_key(self, name: str) -> None:
        self._instance.put_key(replace(self._key(name), revoked=True))

    def replace_key(self, name: str) -> str:
        """A new secret for the key of that name; the old one stops at once."""
        secret = self._instance.new_secret()
        self._instance.put_key(replace(self._key(name), secret=secret, revoked=False))
        return secret

    def hide(self, ref: Ref, login: str) -> None:
        """The named user loses sight of the record (its owner narrowed the visibility); no event is raised."""
        self._instance.set_hidden(login, ref, hidden=True)

    def show(self, ref: Ref, login: str) -> None:
        self._instance.set_hidden(login, ref, hidden=False)

    # -- inside ----------------------------------------------------------------------------------------------------

    def _key(self, name: str) -> ApiKey:
        return next(key for key in self._instance.api_keys() if key.name == name)

    def _writable(self, ref: Ref) -> Activity:
        activity = self.see(ref)
        if activity.is_locked:
            raise access_denied(403, "Záznam je uzamčen.")
        return activity

    def _set_lock(self, ref: Ref, state: str | None) -> Activity:
        before, switches = self.see(ref), self._instance.switches
        after = replace(before, row_state=state)
        action = "locked" if state else "unlocked"
        return self._save(before, after, action, raises_event=switches.lock_raises_event, bumps=switches.lock_bumps)

    def _save(
        self, before: Activity, after: Activity, action: str, *, raises_event: bool = True, bumps: bool = True
    ) -> Activity:
        return self._instance.save(before, after, self._actor, action, raises_event=raises_event, bumps=bumps)


def _exact(changes: ActivityChanges) -> ActivityChanges:
    """Instants cut to milliseconds in UTC, which is what Raynet keeps."""
    exact = changes.copy()
    for name in _INSTANTS:
        value = exact.get(name)
        if isinstance(value, datetime):
            exact[name] = to_milliseconds(value)  # type: ignore[literal-required]  # names of the tuple above
    return exact


def _for_kind(activity: Activity, kind: str, next_id: Callable[[str], int]) -> tuple[Participant, ...]:
    """A task keeps its owner and one resolver; the other types keep everybody without the task's roles."""
    rows = activity.participants
    if kind != "task":
        return tuple(replace(p, role="FROM" if p.owner else None) for p in rows)
    owner = next(p for p in rows if p.owner)
    other = next((p for p in rows if not p.owner and p.person is not None), None)
    resolver = other or Participant(id=next_id("participant"), person=owner.person)
    return (replace(owner, role="FROM"), replace(resolver, role="TO"))
