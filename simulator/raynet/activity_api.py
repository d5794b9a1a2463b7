"""The API's operations on activities: lists, details, create, update, delete, lock, tags, external ids."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from simulator.raynet.bodies import (
    WriteContext,
    json_object,
    participant_changes,
    read_changes,
    reference,
    refuse_owner_in_update,
    tags,
)
from simulator.raynet.changes import ActivityChanges, changed, with_participants
from simulator.raynet.columns import activity_endpoint
from simulator.raynet.errors import access_denied, bad_input, business, duplicate_key, not_found, unexpected
from simulator.raynet.instance import RaynetInstance
from simulator.raynet.lists import ListContext, select_page
from simulator.raynet.records import Activity, Actor, JsonObject, Participant, Ref, UserAccount
from simulator.raynet.views import Viewer, activity_detail, activity_row, row_info_row

#: Fact: up to 10 external ids per record [spec], §17.
EXT_ID_LIMIT = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityApi:
    """Activities in the hands of one API caller for the time of one request."""

    instance: RaynetInstance
    user: UserAccount
    actor: Actor
    viewer: Viewer

    # -- reading ---------------------------------------------------------------------------------------------------

    def list_page(self, kind: str | None, query: Sequence[tuple[str, str]]) -> JsonObject:
        """``/{type}/`` or, with None, the mixed ``/activity/``."""
        switches = self.instance.switches
        endpoint = activity_endpoint(
            mixed=kind is None,
            task=kind == "task",
            id_in=switches.id_in_on_activities,
            company_filter=switches.company_filter_on_activities == "empty",
        )
        visible = [a for a in self.instance.activities(kind) if self.instance.sees(self.user, a)]
        page = select_page(visible, query, endpoint, self._list_context())
        mixed = kind is None
        if page.row_info_only:
            rows = [row_info_row(a, self.viewer, mixed=mixed) for a in page.rows]
        else:
            rows = [activity_row(a, self.viewer, mixed=mixed) for a in page.rows]
        return {"totalCount": page.total, "data": rows}

    def detail(self, ref: Ref) -> JsonObject:
        return activity_detail(self._visible(ref), self.viewer)

    def detail_by_ext_id(self, kind: str, ext_id: str) -> JsonObject:
        found = self.instance.by_ext_id(kind, ext_id)
        if not isinstance(found, Activity) or not self.instance.sees(self.user, found):
            raise not_found(kind)
        return activity_detail(found, self.viewer)

    # -- writing ---------------------------------------------------------------------------------------------------

    def create(self, kind: str, raw: bytes) -> int:
        """The new id. Required: title, priority, owner and, for tasks, deadline and a client or ``personal``, §8.1."""
        self._require_writer()
        body = json_object(raw)
        context = self._write_context()
        for name in ("title", "priority", "owner", *(("deadline",) if kind == "task" else ())):
            if body.get(name) in (None, ""):
                raise bad_input(f"{name} is required")
        changes = read_changes(kind, body, context, creating=True)
        self._check_mandatory(body)
        ext_ids = self._inline_ext_id(kind, body)
        blank = self._blank(kind, body, context, changes)
        ready = changed(blank, changes, self.instance.now(), self.instance.switches)
        ready = self._completed_on_create(ready, body, context)
        if self.instance.switches.participants_on_create and body.get("participants"):
            items = participant_changes(body["participants"], context)
            ready = with_participants(ready, items, self._participant_id, replacing=False)
        self._check_readable_level(ready)
        self.instance.create(replace(ready, ext_ids=ext_ids), self.actor, "created")
        return ready.id

    def update(self, ref: Ref, raw: bytes) -> None:
        """Partial: only sent keys change. ``_version`` is ignored on input: last write wins, §11."""
        before = self._writable(ref)
        body = json_object(raw)
        body.pop("_version", None)
        context = self._write_context()
        refuse_owner_in_update(body, context)
        changes = read_changes(ref.kind, body, context, creating=False)
        after = changed(before, changes, self.instance.now(), self.instance.switches)
        if body.get("participants") is not None:
            items = participant_changes(body["participants"], context)
            replacing = self.instance.switches.participants_replace
            after = with_participants(after, items, self._participant_id, replacing=replacing)
        if body.get("resolver") is not None and self.instance.switches.resolver_in_update == "honoured":
            person = reference("resolver", "person", body["resolver"], context)
            after = with_participants(after, [{"role": "TO", "person": person}], self._participant_id, replacing=False)
        self._check_readable_level(after)
        if after != before or self.instance.switches.unchanged_save_bumps:
            self.instance.save(before, after, self.actor, "updated")

    def delete(self, ref: Ref) -> None:
        """Immediate and final; ``stillReferenced`` while another activity names it as its parent, §10."""
        before = self._writable(ref)
        if not self.user.may_delete:
            raise access_denied(self.instance.switches.forbidden_status)
        if any(a.parent == before.id for a in self.instance.activities()):
            raise business("stillReferenced", "Záznam je používán.")
        self.instance.remove(before, self.actor)

    def set_lock(self, ref: Ref, *, locked: bool) -> None:
        self._require_writer()
        before, switches = self._visible(ref), self.instance.switches
        if self.user.role != "ADMIN" and self.user.person != before.owner:
            raise access_denied(switches.forbidden_status)
        after = replace(before, row_state="LOCK" if locked else None)
        action = "locked" if locked else "unlocked"
        self.instance.save(
            before, after, self.actor, action, bumps=switches.lock_bumps, raises_event=switches.lock_raises_event
        )

    def change_tags(self, ref: Ref, raw: bytes, *, adding: bool) -> None:
        before, switches = self._writable(ref), self.instance.switches
        given = tags(json_object(raw).get("tag"))
        if not given:
            raise bad_input("tag is required")
        kept = [tag for tag in before.tags if adding or tag not in given]
        after = replace(before, tags=tuple(dict.fromkeys([*kept, *(given if adding else ())])))
        self.instance.save(
            before, after, self.actor, "tags", bumps=switches.tag_bumps, raises_event=switches.tag_raises_event
        )

    def add_ext_id(self, ref: Ref, raw: bytes) -> None:
        before = self._writable(ref)
        ext_id = self._new_ext_id(ref.kind, json_object(raw).get("extId"))
        if len(before.ext_ids) >= EXT_ID_LIMIT:
            raise business("extIdLimit", "Záznam má nejvýše 10 externích ID.")
        self._store_ext_ids(before, (*before.ext_ids, ext_id), "ext_id_added")

    def remove_ext_id(self, ref: Ref, ext_id: str) -> None:
        before = self._writable(ref)
        if ext_id not in before.ext_ids:
            raise not_found("extId")
        self._store_ext_ids(before, tuple(e for e in before.ext_ids if e != ext_id), "ext_id_removed")

    # -- inside ----------------------------------------------------------------------------------------------------

    def _blank(self, kind: str, body: JsonObject, context: WriteContext, changes: ActivityChanges) -> Activity:
        owner = reference("owner", "person", body["owner"], context)
        if self.instance.account_of_person(owner) is None:
            raise business("ownerMustBeUser", "Vlastníkem musí být uživatel.")
        rows = [self._row(owner=True, role="FROM", person=owner)]
        if kind == "task":
            resolver = reference("resolver", "person", body["resolver"], context) if body.get("resolver") else owner
            rows.append(self._row(role="TO", person=resolver))
        elif changes.get("person") is not None:
            rows.append(self._row(person=changes.pop("person")))
        linked = any(changes.get(name) for name in ("company", "person", "lead")) or (kind != "task" and len(rows) > 1)
        if kind == "task" and not linked and not changes.get("personal"):
            raise business("taskWithoutContext", "Úkol musí mít klienta, osobu, lead, nebo být soukromý.")
        now, switches = self.instance.now(), self.instance.switches
        return Activity(
            kind=kind,
            id=self.instance.next_id(kind),
            title=changes["title"],
            status="SCHEDULED" if changes.get("scheduled_from") is not None else "NEW",
            personal=switches.personal_when_unlinked and not linked,
            participants=tuple(rows),
            created_at=now,
            created_by=self.actor.login,
            last_modified_at=now,
        )

    def _row(self, *, person: int | None, owner: bool = False, role: str | None = None) -> Participant:
        return Participant(id=self._participant_id(), owner=owner, role=role, person=person)

    def _completed_on_create(self, ready: Activity, body: JsonObject, context: WriteContext) -> Activity:
        """What ``completed`` alone does on create is open (§22 #3)."""
        if not self.instance.switches.completed_on_create_completes or body.get("completed") is None:
            return ready
        changes = read_changes(ready.kind, {"completed": body["completed"]}, context, creating=True)
        return replace(ready, status="COMPLETED", completed=changes["completed"])

    def _inline_ext_id(self, kind: str, body: JsonObject) -> tuple[str, ...]:
        switch = self.instance.switches.inline_ext_id
        ext_id = body.get("extId")
        if ext_id is None or switch == "ignored":
            return ()
        if switch == "error":
            raise unexpected("unknown field")
        return (self._new_ext_id(kind, ext_id),)

    def _new_ext_id(self, kind: str, ext_id: Any) -> str:
        if not isinstance(ext_id, str) or not ext_id.strip():
            raise bad_input("extId is required")
        if self.instance.switches.ext_id_unique and self.instance.by_ext_id(kind, ext_id) is not None:
            raise duplicate_key()
        return ext_id

    def _check_mandatory(self, body: JsonObject) -> None:
        missing = next((n for n in self.instance.switches.mandatory_fields if body.get(n) in (None, "")), None)
        if missing is not None:
            raise business("mandatoryField", "Povinné pole není vyplněno.")

    def _check_readable_level(self, activity: Activity) -> None:
        """A level the API user is no member of cannot be given by it (administrators are members of all), §11."""
        level = activity.security_level
        if level != 1 and self.user.role != "ADMIN" and level not in self.user.security_levels:
            raise access_denied(self.instance.switches.forbidden_status)

    def _store_ext_ids(self, before: Activity, ext_ids: tuple[str, ...], action: str) -> None:
        switches = self.instance.switches
        self.instance.save(
            before,
            replace(before, ext_ids=ext_ids),
            self.actor,
            action,
            bumps=switches.ext_id_bumps,
            raises_event=switches.ext_id_raises_event,
        )

    def _participant_id(self) -> int:
        return self.instance.next_id("participant")

    def _visible(self, ref: Ref) -> Activity:
        activity = self.instance.activity(ref)
        if activity is None:
            raise not_found(ref.kind)
        if not self.instance.sees(self.user, activity):
            if self.instance.switches.invisible_status == 404:
                raise not_found(ref.kind)
            raise access_denied(500)
        return activity

    def _writable(self, ref: Ref) -> Activity:
        self._require_writer()
        activity = self._visible(ref)
        if activity.is_locked:
            raise access_denied(self.instance.switches.locked_status, "Záznam je uzamčen.")
        return activity

    def _require_writer(self) -> None:
        if self.user.role == "READONLY":
            raise access_denied(self.instance.switches.forbidden_status)

    def _write_context(self) -> WriteContext:
        return WriteContext(instance=self.instance, zone=self.viewer.zone)

    def _list_context(self) -> ListContext:
        return ListContext(zone=self.viewer.zone, switches=self.instance.switches, exists=self.instance.exists)
