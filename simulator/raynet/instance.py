"""One Raynet instance: records, users and keys, history and webhooks; the truth that the API and the UI share."""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from simulator.raynet.accounting import Calls, Quota
from simulator.raynet.dates import is_zone, to_milliseconds
from simulator.raynet.records import (
    KINDS,
    Activity,
    Actor,
    ApiKey,
    DirectoryRecord,
    HistoryEntry,
    JsonObject,
    Ref,
    UserAccount,
)
from simulator.raynet.switches import RaynetSwitches
from simulator.raynet.ui import RaynetUi
from simulator.raynet.webhooks import WebhookQueue
from simulator.wire import Clock

SYSTEM = Actor(login="(unknown)", source="system", description="system")


class RaynetInstance:
    """A customer's CRM. Not thread-safe: the owner of the world serialises access.

    Reading methods give frozen values; nothing handed out can change what is stored.
    """

    def __init__(self, name: str, clock: Clock, *, seed: int = 0, switches: RaynetSwitches | None = None) -> None:
        self.name = name
        self.switches = switches or RaynetSwitches()
        self.calls = Calls()
        self.quota = Quota(self.switches)
        self.history: list[HistoryEntry] = []
        self.instance_id = f"{random.Random(f'{seed}:{name}:id').getrandbits(64):016x}"
        self._random = random.Random(f"{seed}:{name}")
        self.webhooks = WebhookQueue(name, self.switches, self._random)
        self._clock = clock
        self._activities: dict[Ref, Activity] = {}
        self._directory: dict[tuple[str, int], DirectoryRecord] = {}
        self._labels: dict[tuple[str, int], JsonObject] = {}
        self._users: dict[int, UserAccount] = {}
        self._keys: dict[str, ApiKey] = {}
        self._code_lists: dict[tuple[str, int], JsonObject] = {}
        self._next: dict[str, int] = {}
        self._hidden: set[tuple[str, Ref]] = set()
        self._button_tokens: dict[str, tuple[int, datetime]] = {}
        self._code_lists["securityLevel", 1] = {"code01": "Sdílená", "locked": False}
        self._next.update(securityLevel=2, person=2, participant=100)

    # -- time and numbers ------------------------------------------------------------------------------------------

    def now(self) -> datetime:
        return to_milliseconds(self._clock())

    def next_id(self, entity: str) -> int:
        """Fact: one ascending sequence for all activity types [seen], or separate ones (switch), §8."""
        shared = entity in KINDS and not self.switches.separate_id_spaces
        sequence = "activity" if shared else entity
        value = self._next.get(sequence, 1)
        self._next[sequence] = value + 1
        return value

    def start_ids_at(self, entity: str, first: int) -> None:
        """Lets a test or a seed choose the next id of a sequence (``activity``, ``person``, ``participant``, …)."""
        self._next[entity] = first

    # -- activities ------------------------------------------------------------------------------------------------

    def activity(self, ref: Ref) -> Activity | None:
        return self._activities.get(ref)

    def activities(self, kind: str | None = None) -> list[Activity]:
        """All, oldest id first; of one type or of all six."""
        if kind is None:
            return list(self._activities.values())
        return [a for a in self._activities.values() if a.kind == kind]

    def create(self, activity: Activity, actor: Actor, action: str, *, raises_event: bool = True) -> Activity:
        """Stores a new record with its history entry and, if wanted, its webhook event."""
        self._activities[activity.ref] = activity
        self._journal(action, activity, actor, None, activity)
        if raises_event:
            self.raise_event("record.created", activity.entity_name, activity.id, activity.ext_ids, actor)
        return activity

    def save(
        self,
        before: Activity,
        after: Activity,
        actor: Actor,
        action: str,
        *,
        bumps: bool = True,
        raises_event: bool = True,
    ) -> Activity:
        """Stores one change, with version and audit fields unless ``bumps`` is off; gives the stored record."""
        if bumps:
            now = self.now()
            after = replace(
                after, version=before.version + 1, updated_at=now, updated_by=actor.login, last_modified_at=now
            )
        if after.ref != before.ref:
            del self._activities[before.ref]
        self._activities[after.ref] = after
        self._journal(action, after, actor, before, after)
        if raises_event:
            self.raise_event("record.updated", after.entity_name, after.id, after.ext_ids, actor)
        return after

    def remove(self, activity: Activity, actor: Actor) -> None:
        """Deletes for good: there is no recycle bin [spec][seen], §10."""
        del self._activities[activity.ref]
        self._journal("deleted", activity, actor, activity, None)
        self.raise_event("record.deleted", activity.entity_name, activity.id, None, actor)

    def raise_event(
        self, kind: str, entity: str, entity_id: int, ext_ids: tuple[str, ...] | None, actor: Actor
    ) -> None:
        self.webhooks.raise_event(kind, entity, entity_id, ext_ids, actor, self.now())

    def _journal(
        self, action: str, subject: Activity, actor: Actor, before: Activity | None, after: Activity | None
    ) -> None:
        entry = HistoryEntry(
            number=len(self.history) + 1,
            at=self.now(),
            action=action,
            entity=subject.entity_name,
            entity_id=subject.id,
            actor=actor,
            before=before,
            after=after,
        )
        self.history.append(entry)

    # -- visibility ------------------------------------------------------------------------------------------------

    def sees(self, user: UserAccount, activity: Activity) -> bool:
        """Fact: administrators are members of all security levels; the default level is everybody's [spec], §11."""
        if self._hidden and (user.username, activity.ref) in self._hidden:
            return False
        return activity.security_level == 1 or user.role == "ADMIN" or activity.security_level in user.security_levels

    def readers(self, activity: Activity) -> set[str]:
        """Logins of all users who can read the record, for checks like "at no instant readable"."""
        return {user.username for user in self._users.values() if self.sees(user, activity)}

    def set_hidden(self, login: str, ref: Ref, *, hidden: bool) -> None:
        (self._hidden.add if hidden else self._hidden.discard)((login, ref))

    def follow_hidden(self, old: Ref, new: Ref) -> None:
        """A record that changes its key stays hidden from whom it was hidden."""
        for login, ref in list(self._hidden):
            if ref == old:
                self._hidden.add((login, new))

    # -- users and keys --------------------------------------------------------------------------------------------

    def users(self) -> list[UserAccount]:
        return list(self._users.values())

    def user(self, login: str) -> UserAccount:
        """KeyError for an unknown login."""
        for user in self._users.values():
            if user.username == login:
                return user
        raise KeyError(login)

    def user_by_id(self, account_id: int) -> UserAccount | None:
        return self._users.get(account_id)

    def put_user(self, user: UserAccount) -> None:
        if not is_zone(user.timezone):
            raise ValueError("unknown time zone")
        self._users[user.id] = user

    def account_of_person(self, person: int) -> int | None:
        return next((user.id for user in self._users.values() if user.person == person), None)

    def api_keys(self) -> list[ApiKey]:
        return list(self._keys.values())

    def put_key(self, key: ApiKey) -> ApiKey:
        self._keys[key.name] = key
        return key

    def new_secret(self) -> str:
        return f"crm-{self._random.getrandbits(128):032x}"

    def ui(self, login: str, *, client: str = "browser") -> RaynetUi:
        """The application as one user sees it: ``client`` is ``browser`` or ``mobile``."""
        return RaynetUi(self, Actor(login=self.user(login).username, source="user", description=client))

    # -- directory and code lists ----------------------------------------------------------------------------------

    def directory(self, entity: str) -> list[DirectoryRecord]:
        return [record for (kind, _), record in self._directory.items() if kind == entity]

    def record(self, entity: str, record_id: int) -> DirectoryRecord | None:
        return self._directory.get((entity, record_id))

    def put_record(self, record: DirectoryRecord) -> DirectoryRecord:
        self._directory[record.entity, record.id] = record
        self._labels[record.entity, record.id] = _shown(record)
        return record

    def code_list(self, entity: str) -> Iterator[tuple[int, JsonObject]]:
        return ((number, dict(row)) for (kind, number), row in self._code_lists.items() if kind == entity)

    def put_code(self, entity: str, number: int, row: JsonObject) -> None:
        self._code_lists[entity, number] = dict(row)

    def drop_code(self, entity: str, number: int) -> bool:
        return self._code_lists.pop((entity, number), None) is not None

    def exists(self, entity: str, record_id: int) -> bool:
        if entity in {"activityCategory", "securityLevel"}:
            return (entity, record_id) in self._code_lists
        if entity == "activity":
            return any(ref.id == record_id for ref in self._activities)
        if entity == "userAccount":
            return record_id in self._users
        return (entity, record_id) in self._directory

    # -- names of references (views.Names) -------------------------------------------------------------------------

    def reference(self, entity: str, record_id: int | None) -> JsonObject | None:
        """What a reference is shown as: ``{id, name}``, ``{id, fullName}``, ``{id, value}`` or ``{id, title}``."""
        if record_id is None:
            return None
        if entity in {"activityCategory", "securityLevel"}:
            row = self._code_lists.get((entity, record_id))
            word = "value" if entity == "activityCategory" else "name"
            return {"id": record_id, word: row["code01"]} if row else None
        if entity == "activity":
            title = next((a.title for a in self._activities.values() if a.id == record_id), None)
            return {"id": record_id, "title": title} if title is not None else None
        label = self._labels.get((entity, record_id))
        return dict(label) if label is not None else None

    def email(self, entity: str, record_id: int | None) -> str | None:
        record = self._directory.get((entity, record_id)) if record_id is not None else None
        email: str | None = (record.fields().get("contactInfo") or {}).get("email") if record is not None else None
        return email

    def address(self, company: int | None) -> JsonObject | None:
        record = self._directory.get(("company", company)) if company is not None else None
        address = ((record.fields().get("primaryAddress") or {}).get("address") or {}) if record else None
        if address is None:
            return None
        return {key: address.get(key) for key in ("city", "country", "province", "street", "zipCode")}

    # -- custom action buttons (§19) -------------------------------------------------------------------------------

    def issue_button_token(self, person: int) -> str:
        token = f"{self._random.getrandbits(128):032x}"
        self._button_tokens[token] = (person, self.now() + timedelta(seconds=60))
        return token

    def take_button_token(self, token: str, person: int | None) -> bool:
        """Fact: verified once within 60 s; the person is optional in practice [spec][seen]."""
        owner, until = self._button_tokens.pop(token, (None, None))
        return owner is not None and until is not None and self.now() <= until and person in (None, owner)

    # -- external ids ----------------------------------------------------------------------------------------------

    def by_ext_id(self, entity: str, ext_id: str) -> Activity | DirectoryRecord | None:
        """The oldest record of that type with this external id."""
        rows: Sequence[Activity | DirectoryRecord] = (
            self.activities(entity) if entity in KINDS else self.directory(entity)
        )
        return next((row for row in rows if ext_id in row.ext_ids), None)


def _shown(record: DirectoryRecord) -> JsonObject:
    body = record.fields()
    if record.entity == "person":
        names = (body.get(n) for n in ("titleBefore", "firstName", "lastName", "titleAfter"))
        return {"id": record.id, "fullName": " ".join(str(n) for n in names if n)}
    if record.entity == "lead":
        return {"id": record.id, "code": body.get("code") or "", "topic": body.get("topic") or ""}
    if record.entity in {"businessCase", "offer", "salesOrder", "project"}:
        return {"id": record.id, "code": body.get("code") or "", "name": body.get("name") or ""}
    return {"id": record.id, "name": body.get("name") or ""}


_ENCODER = json.JSONEncoder(ensure_ascii=False)


def body_text(body: JsonObject) -> str:
    """The stored form of a directory record's fields."""
    return _ENCODER.encode(body)
