"""Raynet's port over the simulator's model: the adapter's own code without HTTP, reads answered from translated rows.

Writes and everything rare run through :mod:`server.raynet` whole, only its client is replaced by the model's own
dispatch. Reads of activities are answered from the model's records, each translated once by the adapter's own
``read_activity`` from the model's own rendering. No test holds this against the adapters yet.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

from server.domain.activity import Activity
from server.domain.ids import ActivityKey, ActivityType, FirmId
from server.errors import Denied, Gone, Rejected, Remote, Scope, Throttled, Unavailable
from server.flow import Op
from server.ports import raynet as ports
from server.raynet import activities, directory
from server.raynet.access import Access, Learnt
from server.raynet.client import Call
from server.raynet.codes import RaynetCode
from server.raynet.connection import RaynetConnection
from server.raynet.replies import Reply, error_of, is_login_refusal
from server.raynet.translate import read_activity
from simulator.raynet import records
from simulator.raynet.activity_api import ActivityApi
from simulator.raynet.dates import to_milliseconds, zone_of
from simulator.raynet.directory_api import DirectoryApi
from simulator.raynet.errors import RaynetError
from simulator.raynet.instance import RaynetInstance
from simulator.raynet.records import Actor, Ref
from simulator.raynet.routes import Answer, dispatch, split_path
from simulator.raynet.routes import Call as ModelCall
from simulator.raynet.views import Viewer, activity_detail, activity_row
from tests.histories.wire import Fault, Wire

KEY_NAME = "Outlook sync"
#: Between reading a record again and writing it: two calls on their way.
H9_WINDOW = timedelta(milliseconds=1_500)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """A page of the newest as it was shown while these records stood."""

    rows: list[records.Activity]
    activities: tuple[Activity, ...]
    more: bool
    showing: list[tuple[str, int, datetime | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """An answer that no history changes, the calls that it takes, and the zone that was known with it."""

    answer: object
    calls: int
    zone: ZoneInfo | None


_FOUND: dict[tuple[object, ...], _Found] = {}
_account = attrgetter("id", "username", "person", "email2", "timezone", "role", "active")
#: All that the answers about users depend on beside these.
_directory_switches = attrgetter(
    "user_list_needs_admin", "forbidden_status", "list_success_as_string", "detail_success_as_string", "default_limit",
    "maximum_limit", "row_info_to_the_minute",
)  # fmt: skip


class RaynetSide:
    """One firm's Raynet as its API user meets it."""

    def __init__(
        self, firm: FirmId, instance: RaynetInstance, login: str, wire: Wire, now: Callable[[], datetime], page: int = 0
    ):
        """``page``: rows of the window's list to a call; 0: all."""
        self.firm = firm
        self.instance = instance
        self._login = login
        self._wire = wire
        self._now = now
        self._page_rows = page
        #: Credentials are refused: every call is a bad login.
        self.revoked = False
        self.bad_logins: list[datetime] = []
        self.calls = 0
        #: Webhooks that stand at Raynet's side: id -> address.
        self.webhooks: dict[str, str] = {}
        #: What the product was shown of each record: versions, and when it was read (for hazard H9).
        self._read_versions: set[tuple[str, int]] = set()
        self._read_at: dict[str, list[datetime]] = {}
        #: What the reading under way shows: nothing, when its answer gets lost.
        self._showing: list[tuple[str, int, datetime | None]] = []
        #: When requests arrived that their sender had given up, or arrived again.
        self.late_arrivals: list[datetime] = []
        self._pages: dict[tuple[int, int], _Page] = {}
        self._cache: dict[tuple[int, bool], tuple[records.Activity, Activity]] = {}
        connection = RaynetConnection(
            firm=firm, base_url="https://raynet.invalid", instance=instance.name, user=login, key="x", revision=1
        )
        self._access = _ModelAccess(self, connection, Learnt(revision=1))
        self._user = instance.user(login)
        self._zone = zone_of(self._user.timezone)
        self._viewer = Viewer(zone=self._zone, iso=True, names=instance, switches=instance.switches)
        self._kept: dict[type[Op[Any]], Callable[[Any], object]] = {
            ports.NewestActivities: self._newest,
            ports.WindowActivities: self._window,
            ports.ActivitiesById: self._by_id,
            ports.GetActivity: self._get,
            ports.FindActivity: self._find,
            ports.FindByExtId: self._by_ext_id,
            ports.FindByTitle: self._by_title,
            ports.ListWebhooks: self._webhooks,
            ports.CreateWebhook: self._create_webhook,
            ports.DeleteWebhook: self._delete_webhook,
            ports.Probe: self._unchanging,
            ports.RaynetUsers: self._unchanging,
        }
        self._same: dict[Op[Any], _Found | None] = {}
        self._whole: dict[type[Op[Any]], Callable[[Access, Any], object]] = {
            ports.DeadlineTasks: activities.deadlines,
            ports.CreateActivity: activities.create,
            ports.UpdateActivity: activities.update,
            ports.DeleteActivity: activities.delete,
            ports.AddExtId: activities.add_ext_id,
            ports.PersonsByEmail: directory.persons_by_email,
        }

    def perform(self, op: Op[Any]) -> object:
        """The outcome of one operation; raises only :mod:`server.errors`."""
        kept = self._kept.get(type(op))
        return kept(op) if kept is not None else self._whole[type(op)](self._access, op)

    def _unchanging(self, op: Any) -> object:
        """Who is asking and who has an account: read by the adapter once, then the same for each of its calls.

        One that nothing strikes is the same in every history whose firm has these accounts.
        """
        known, like = self._same.get(op), None
        if known is None and self._wire.strike is None:
            like = op, _directory_switches(self.instance.switches), *map(_account, self.instance.users())
            known = self._same[op] = _FOUND.get(like)
        if known is None:
            before = self.calls
            reader: Any = directory.probe if type(op) is ports.Probe else directory.users
            answer = reader(self._access, op)
            known = self._same[op] = _Found(answer=answer, calls=self.calls - before, zone=self._access.learnt.zone)
            if like is not None:
                _FOUND[like] = known
            return answer
        for _ in range(known.calls):
            self._read("directory", lambda: None)
        if type(op) is ports.Probe:
            self._access.learnt.zone = known.zone
        return known.answer

    # --- reads from translated records ---

    def was_unseen(self, names: set[str], version: int, changed_at: datetime, overwritten_at: datetime) -> bool:
        """Whether nobody could have seen this version: our write came too soon after it, or too late on its way.

        ``names``: of the record, under each type that it has had.
        """
        if self.was_read(names, version):
            return False
        if any(changed_at <= one <= overwritten_at + timedelta(seconds=1) for one in self.late_arrivals):
            return True
        reads = [one for name in names for one in self._read_at.get(name, ()) if one <= changed_at]
        return bool(reads) and overwritten_at - max(reads) <= H9_WINDOW

    def was_read(self, names: set[str], version: int) -> bool:
        """Whether any answer has shown this version of the record."""
        self._have_shown()
        return any((name, version) in self._read_versions for name in names)

    def _shown(self, record: records.Activity, *, detailed: bool) -> Activity:
        name = f"{record.kind}:{record.id}"
        self._showing.append((name, record.version, self._now() if detailed else None))
        known = self._cache.get((id(record), detailed))
        if known is not None:
            return known[1]
        kind = ActivityType(record.kind) if detailed else None
        row = activity_detail(record, self._viewer) if detailed else activity_row(record, self._viewer, mixed=True)
        shown = read_activity(row, kind=kind, zone=self._known_zone())
        self._cache[id(record), detailed] = record, shown
        return shown

    def _have_shown(self) -> None:
        for name, version, at in self._showing:
            self._read_versions.add((name, version))
            if at is not None:
                self._read_at.setdefault(name, []).append(at)
        self._showing.clear()

    def _known_zone(self) -> ZoneInfo | None:
        return self._access.learnt.zone or self._zone

    def _visible(self) -> list[records.Activity]:
        sees, user = self.instance.sees, self._user
        return [one for one in self.instance.activities() if sees(user, one)]

    def _read(self, kind: str, work: Callable[[], Any], empty: Any = None) -> Any:
        self.calls += 1
        self._refuse_revoked()
        self._have_shown()
        answer, fault = self._wire.call(f"raynet.{kind}", work, is_write=False)
        if fault is None:
            return answer
        self._showing.clear()
        if fault.answer == -3 and empty is not None:
            return empty
        raise self.heard(fault, is_write=False)

    def _newest(self, op: ports.NewestActivities) -> ports.ActivityPage:
        def work() -> ports.ActivityPage:
            visible, wanted = self._visible(), (op.offset, op.limit)
            known = self._pages.get(wanted)
            # Nothing was saved since the same page was shown: the very same records.
            if known is not None and known.rows == visible:
                self._showing += known.showing
            else:
                known = self._pages[wanted] = self._page(visible, op)
            return ports.ActivityPage(
                activities=known.activities,
                total=len(visible),
                more=known.more,
                read_at=self._now().replace(microsecond=0),
            )

        nothing = ports.ActivityPage(activities=(), total=0, more=False)
        return self._read("newest", work, nothing)  # type: ignore[no-any-return]  # as work

    def _page(self, visible: list[records.Activity], op: ports.NewestActivities) -> _Page:
        rows = sorted(visible, key=lambda one: one.last_modified_at, reverse=True)[op.offset : op.offset + op.limit]
        begin = len(self._showing)
        found = {one.ref: self._shown(one, detailed=False) for one in rows}
        return _Page(
            rows=visible,
            activities=tuple(found.values()),
            more=len(rows) >= op.limit,
            showing=self._showing[begin:],
        )

    def _window(self, op: ports.WindowActivities) -> ports.ActivityPage:
        start, end = to_milliseconds(op.start), to_milliseconds(op.end)

        def work() -> ports.ActivityPage:
            found = []
            for one in self._visible():
                begin, till = one.scheduled_from, one.scheduled_till
                if begin is None or one.id <= op.after_id:
                    continue
                if start <= begin < end or (begin < start and till is not None and till > start):
                    found.append(one)
            found.sort(key=lambda one: one.id)
            page = found[: self._page_rows] if self._page_rows else found
            # A page never ends between two rows of the same id: going on after the last one skips nothing.
            page += [one for one in found[len(page) :] if one.id == page[-1].id]
            rows = tuple(self._shown(one, detailed=False) for one in page)
            return ports.ActivityPage(activities=rows, total=len(found), more=len(page) < len(found), reaching=True)

        nothing = ports.ActivityPage(activities=(), total=0, more=False)
        return self._read("window", work, nothing)  # type: ignore[no-any-return]  # as work

    def _by_id(self, op: ports.ActivitiesById) -> tuple[Activity, ...]:
        wanted = set(op.ids)

        def work() -> tuple[Activity, ...]:
            rows = sorted((one for one in self._visible() if one.id in wanted), key=lambda one: one.id)
            shown = tuple(self._shown(one, detailed=False) for one in rows)
            # The look before many writes, as a detail is before one.
            self._showing += [(f"{one.kind}:{one.id}", one.version, self._now()) for one in rows]
            return shown

        return self._read("by_id", work, ()) if wanted else ()

    def _get(self, op: ports.GetActivity) -> Activity:
        return self._detail("get", Ref(op.key.type.value, op.key.id))

    def _detail(self, what: str, ref: Ref) -> Activity:
        def work() -> Activity | None:
            record = self.instance.activity(ref)
            if record is None or not self.instance.sees(self._user, record):
                return None
            return self._shown(record, detailed=True)

        found: Activity | None = self._read(what, work)
        if found is None:
            hidden = self.instance.activity(ref) is not None and self.instance.switches.invisible_status == 500
            raise Denied(RaynetCode.FORBIDDEN, scope=Scope.ITEM, status=500) if hidden else Gone(status=404)
        return found

    def _find(self, op: ports.FindActivity) -> Activity | None:
        found = self._read("find", lambda: [one for one in self._visible() if one.id == op.id], [])
        if len(found) > 1:
            raise Rejected(RaynetCode.AMBIGUOUS_ID)
        return self._shown(found[0], detailed=False) if found else None

    def _by_ext_id(self, op: ports.FindByExtId) -> Activity | None:
        def work() -> Ref | None:
            found = self.instance.by_ext_id(op.type.value, op.ext_id)
            is_seen = isinstance(found, records.Activity) and self.instance.sees(self._user, found)
            return found.ref if is_seen and isinstance(found, records.Activity) else None

        ref = self._read("by_ext_id", work)
        record = self.instance.activity(ref) if ref is not None else None
        return self._shown(record, detailed=True) if record is not None else None

    def _by_title(self, op: ports.FindByTitle) -> tuple[Activity, ...]:
        since = to_milliseconds(op.created_from)

        def work() -> tuple[Activity, ...]:
            rows = [one for one in self._visible() if one.title == op.title and one.created_at >= since]
            return tuple(self._shown(one, detailed=False) for one in sorted(rows, key=lambda one: one.id))

        return self._read("by_title", work, ())  # type: ignore[no-any-return]  # as work

    # --- webhooks ---

    def _webhooks(self, _op: ports.ListWebhooks) -> tuple[ports.WebhookSeen, ...]:
        def work() -> tuple[ports.WebhookSeen, ...]:
            return tuple(ports.WebhookSeen(id=one, url=url) for one, url in self.webhooks.items())

        return self._read("webhook.list", work)  # type: ignore[no-any-return]  # as work

    def _create_webhook(self, op: ports.CreateWebhook) -> str:
        def work() -> str:
            made = f"hook{len(self.webhooks) + 1}"
            self.webhooks[made] = op.url
            return made

        return self._write("webhook.create", work)  # type: ignore[no-any-return]  # as work

    def _delete_webhook(self, op: ports.DeleteWebhook) -> None:
        self._write("webhook.delete", lambda: self.webhooks.pop(op.id, None))

    def _write(self, kind: str, work: Callable[[], Any]) -> Any:
        self.calls += 1
        self._refuse_revoked()
        answer, fault = self._wire.call(f"raynet.{kind}", work, is_write=True)
        if fault is not None:
            raise self.heard(fault, is_write=True)
        return answer

    def _refuse_revoked(self) -> None:
        if self.revoked:
            self.bad_logins.append(self._now())
            raise Denied(RaynetCode.CREDENTIALS, scope=Scope.FIRM, status=401)

    # --- calls through the model's dispatch ---

    def send(self, call: Call) -> Reply:
        """One call as the adapter makes it."""
        self.calls += 1
        self._refuse_revoked()
        kind = f"raynet.{call.method}.{call.path.partition('/')[0]}" if call.is_write else "raynet.directory"
        if call.is_write:
            head = call.path.split("/")
            what = "extid" if "extId" in head else head[0] if head[0] not in _KINDS else "activity"
            kind = f"raynet.{call.method}.{what}"
        answer, fault = self._wire.call(kind, lambda: self._answer(call), is_write=call.is_write)
        if fault is not None:
            raise self.heard(fault, is_write=call.is_write)
        assert answer is not None
        if is_login_refusal(answer, call.subject, is_write=call.is_write):
            raise Denied(RaynetCode.CREDENTIALS, scope=Scope.FIRM, status=answer.status)
        error = error_of(answer, call.subject, is_write=call.is_write)
        if error is not None:
            raise error
        return answer

    def _answer(self, call: Call) -> Reply:
        actor = Actor(login=self._login, source="api", description=KEY_NAME)
        body = b"" if call.body is None else json.dumps(call.body).encode()
        api = ActivityApi(instance=self.instance, user=self._user, actor=actor, viewer=self._viewer)
        found = ModelCall(
            method=call.method,
            parts=split_path(call.path),
            query=call.query,
            body=body,
            activities=api,
            directory=DirectoryApi(instance=self.instance, user=self._user, viewer=self._viewer),
            switches=self.instance.switches,
        )
        try:
            outcome = dispatch(found)
        except RaynetError as refused:
            return Reply(status=refused.status, value=refused.body(), is_json=True, is_empty=False)
        return _reply(outcome)

    def heard(self, fault: Fault, *, is_write: bool) -> Remote:
        """The error that the adapter makes of what it hears."""
        if fault.answer == -1:
            return Unavailable(RaynetCode.UNREACHABLE, detail="ReadTimeout", unknown_outcome=is_write)
        if fault.answer == 429:
            wait = timedelta(seconds=fault.retry_after or 2)
            return Throttled(until=self._now() + wait, scope=Scope.FIRM, detail="parallel")
        if fault.answer in (-2, -3):
            return Unavailable(RaynetCode.BROKEN_REPLY, status=200, detail="not_json", unknown_outcome=is_write)
        error = error_of(Reply(status=fault.answer, is_empty=False), _SUBJECT, is_write=is_write)
        assert error is not None
        return error


_KINDS = frozenset(one.value for one in ActivityType)
_SUBJECT = Call(method="GET", path="").subject


def _reply(outcome: Answer) -> Reply:
    if outcome.body is None:
        return Reply(status=outcome.status)
    return Reply(status=outcome.status, value=outcome.body, is_json=True, is_empty=False)


class _ModelAccess(Access):
    """The adapter's own access, its client replaced by the model."""

    def __init__(self, side: RaynetSide, connection: RaynetConnection, learnt: Learnt) -> None:
        self.connection = connection
        self.learnt = learnt
        self._side = side

    def send(self, call: Call) -> Reply:
        return self._side.send(call)


def key_of(record: records.Activity) -> ActivityKey:
    return ActivityKey(ActivityType(record.kind), record.id)
