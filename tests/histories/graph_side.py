"""Graph's port over the simulator's Exchange: the adapter's own calendar code without HTTP, tokens and batches.

Writes run through :class:`server.microsoft.calendar.Calendar` whole over a client that hands each call to the model's
own handlers. Delta rounds and reads are answered from the model's items, each translated once by the adapter's own
``event_of`` from the model's own rendering. No test holds this against the adapters yet.
"""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from server.domain.event import Event
from server.domain.ids import EventId, EventKey, FirmId, MailboxId
from server.domain.state import Subscription
from server.errors import Denied, Gone, Remote, Scope, TokenLost, Unavailable
from server.flow import Op
from server.microsoft.calendar import Calendar
from server.microsoft.client import broken_reply
from server.microsoft.codes import GraphCode
from server.microsoft.exchange import Call, Reply
from server.microsoft.failures import failure
from server.microsoft.translate import OWN_PROPERTY, event_of, parse_event, understood
from server.ports import graph as ports
from simulator.graph import ids
from simulator.graph.access import Identity, check_state
from simulator.graph.call import Call as ModelCall
from simulator.graph.delta import DeltaRequest, Token
from simulator.graph.errors import GraphError, error_body
from simulator.graph.mailbox import Item, Mailbox
from simulator.graph.preferences import preferences
from simulator.graph.query import as_it_was, item_entries, view_entries
from simulator.graph.render import Entry, Style, event_json, whole
from simulator.graph.service import GraphService
from simulator.graph.state import Actor
from simulator.graph.write import property_id
from simulator.wire import SimRequest
from tests.histories.wire import Fault, Wire

APP_ID = "5b0e5f2e-6f0c-4a53-9c57-1d1f6f1c0a11"
ROLES = frozenset({"Calendars.ReadWrite", "User.Read.All", "Organization.Read.All"})
BY_APP = Actor("app", APP_ID)
_PREFER = preferences('IdType="ImmutableId", outlook.timezone="UTC"')
_PLAIN = Style(prefer=_PREFER)
_OWN = Style(prefer=_PREFER, expanded=frozenset({property_id(OWN_PROPERTY)}))
_BASE = "https://graph.invalid/v1.0"


class GraphSide:
    """One firm's tenant as our application meets it."""

    def __init__(self, firm: FirmId, tenant: str, service: GraphService, wire: Wire, now: Callable[[], datetime]):
        self.firm = firm
        self.tenant = tenant
        self.service = service
        self._wire = wire
        self._now = now
        #: Consent was taken back: every call is refused.
        self.revoked = False
        self.calls = 0
        #: Subscriptions that stand at Microsoft's side: id -> mailbox.
        self.subscriptions: dict[str, MailboxId] = {}
        self.next_id: Callable[[], str] = lambda: ""
        self._cache: dict[tuple[str, int, int, bool], Event] = {}
        self._unmoved: dict[MailboxId, tuple[str, int, int]] = {}
        self._identity = Identity(app_id=APP_ID, tenant=service.entra.tenants[tenant], roles=ROLES)
        calendar = Calendar(_ModelClient(self))  # type: ignore[arg-type]  # all that the calendar calls of a client
        self._handlers: dict[type[Op[Any]], Callable[[Any], object]] = {
            ports.ReadDeltas: self._deltas,
            ports.ReadCalendar: self._view,
            ports.GetEvent: self._get,
            ports.FindEvents: self._find,
            ports.CreateEvent: calendar.create,
            ports.UpdateEvent: calendar.update,
            ports.DeleteEvent: calendar.delete,
            ports.FindUser: self._find_user,
            ports.ProbeMailbox: self._probe,
            ports.ProbeTenant: lambda _op: self._read("tenant", None, lambda: self.tenant),
            ports.Subscribe: self._subscribe,
            ports.RenewSubscription: self._renew,
            ports.Unsubscribe: self._unsubscribe,
        }

    def perform(self, op: Op[Any]) -> object:
        """The outcome of one operation; raises only :mod:`server.errors`."""
        return self._handlers[type(op)](op)

    # --- translated items ---

    def shown(self, mailbox: Mailbox, entry: Entry, *, own: bool) -> Event:
        """The entry as the adapter understands it; single items are translated once a version."""
        state = entry.state
        key = (mailbox.id, entry.item.number, state.version, own)
        known = self._cache.get(key) if entry.day is None else None
        if known is None:
            document = event_json(mailbox, entry, _OWN if own else _PLAIN)
            known = event_of(parse_event(document), MailboxId(mailbox.id))
            if entry.day is None:
                self._cache[key] = known
        return known

    # --- reads ---

    def _box(self, mailbox: MailboxId) -> Mailbox:
        box = self.service.exchange.mailboxes.get(mailbox)
        if box is None or box.owner.tenant_id != self.tenant:
            raise GraphError(404, "Request_ResourceNotFound", "unknown user")
        return check_state(box, move_status=self.service.switches.mailbox_move_status)

    def _read(self, kind: str, mailbox: MailboxId | None, work: Callable[[], Any], empty: Any = None) -> Any:
        self.calls += 1
        self._refuse_revoked()

        def guarded() -> Any:
            self.service.exchange.run_due()
            try:
                return work()
            except GraphError as refused:
                return _refusal(refused)

        answer, fault = self._wire.call(f"graph.{kind}", guarded, is_write=False)
        if fault is None and not isinstance(answer, Reply):
            return answer
        call = Call(method="GET", url="/", mailbox=mailbox, is_link=kind == "delta")
        if fault is not None:
            if fault.answer == -3 and empty is not None:
                return empty
            raise self.heard(fault, call)
        assert isinstance(answer, Reply)
        error = failure(answer, call, self._now())
        assert error is not None
        raise error

    def _get(self, op: ports.GetEvent) -> Event:
        def work() -> Event:
            target = self.service.exchange.locate(self._box(op.key.mailbox), op.key.id)
            state = self.service.exchange.state_of(target)
            entry = Entry(item=target.item, state=state, start=state.start, end=state.end, day=target.day)
            return self.shown(target.mailbox, entry, own=True)

        return self._read("event.get", op.key.mailbox, work)  # type: ignore[no-any-return]  # as work

    def _view(self, op: ports.ReadCalendar) -> tuple[Event, ...]:
        def work() -> tuple[Event, ...]:
            box = self._box(op.mailbox)
            entries = view_entries(box, box.default_calendar, (_naive(op.start), _naive(op.end)))
            found = (self.shown(box, entry, own=True) for entry in entries if entry.kind != "occurrence")
            return tuple({event.id: event for event in found}.values())

        return self._read("calendarView", op.mailbox, work, ())  # type: ignore[no-any-return]  # as work

    def _find(self, op: ports.FindEvents) -> tuple[Event, ...]:
        wanted = property_id(OWN_PROPERTY), op.own_key

        def work() -> tuple[Event, ...]:
            box = self._box(op.mailbox)
            return tuple(
                self.shown(box, whole(item), own=True) for item in box.living() if wanted in item.content.state.extended
            )

        return self._read("events.find", op.mailbox, work)  # type: ignore[no-any-return]  # as work

    def _find_user(self, op: ports.FindUser) -> ports.GraphUser | None:
        email = op.email.strip().lower()

        def work() -> ports.GraphUser | None:
            for user in self.service.entra.tenants[self.tenant].users.values():
                if email in user.addresses():
                    addresses = tuple(
                        dict.fromkeys(a for a in ((user.mail or "").lower(), *sorted(user.addresses())) if a)
                    )
                    return ports.GraphUser(mailbox=MailboxId(user.id), addresses=addresses, name=user.display_name)
            return None

        return self._read("users.find", None, work)  # type: ignore[no-any-return]  # as work

    def _probe(self, op: ports.ProbeMailbox) -> None:
        self._read("calendar.get", op.mailbox, lambda: self._box(op.mailbox).id)

    # --- delta ---

    def _deltas(self, op: ports.ReadDeltas) -> dict[MailboxId, ports.DeltaRound | Remote]:
        """Each mailbox has its own outcome; the batch itself can be lost."""
        self._refuse_revoked()
        out: dict[MailboxId, ports.DeltaRound | Remote] = {}
        for wanted in op.wanted:
            try:
                out[wanted.mailbox] = self._read("delta", wanted.mailbox, lambda: self._round(wanted), _LOST)  # noqa: B023  # used at once
                if out[wanted.mailbox] is _LOST:
                    out[wanted.mailbox] = TokenLost(scope=Scope.MAILBOX, status=410)
            except Remote as error:
                if len(op.wanted) == 1 and error.scope is not Scope.MAILBOX:
                    raise
                out[wanted.mailbox] = error
        return out

    def _round(self, wanted: ports.DeltaWanted) -> ports.DeltaRound:
        box, exchange = self._box(wanted.mailbox), self.service.exchange
        switches = exchange.switches
        if self._unmoved.get(wanted.mailbox) == (wanted.link, box.sequence, box.delta_epoch):
            # Nothing was saved since this very link was answered with nothing.
            return ports.DeltaRound(events=(), removed=(), link=wanted.link or "", full=False)
        visible = box.visible_sequence(switches.delta_visibility_seconds)
        calendar = box.default_calendar
        if wanted.link is None:
            window = (_naive(wanted.start), _naive(wanted.end))
            since, until = -1, visible
        else:
            epoch, since, window = _read_link(wanted.link)
            if epoch != box.delta_epoch:
                raise GraphError(410, "SyncStateNotFound", "lost")
            until = max(visible, since)
            if until == since and not switches.delta_repeat_probability:
                if until == box.sequence:
                    self._unmoved[wanted.mailbox] = wanted.link, box.sequence, box.delta_epoch
                return ports.DeltaRound(events=(), removed=(), link=wanted.link, full=False)
        token = Token(epoch=box.delta_epoch, issued=0, window=window, since=since, until=until, last=0)
        rounds = self.service._events_api._delta  # the model's own selection of what a round shows
        request = DeltaRequest(
            mailbox=box, calendar=calendar, query={}, prefer=_PREFER, address="", context="", now=self._now()
        )
        numbers = rounds._candidates(request, token)  # as above
        events: dict[EventId, Event] = {}
        if switches.delta_repeat_probability and exchange.random.random() < switches.delta_repeat_probability:
            known = [n for n in calendar.changes if calendar.changes[n].sequence <= until]
            if switches.delta_repeats_old:
                events |= self._repeated(box, [n for n in known if n not in numbers][:40], token)
            else:
                numbers = [*numbers, *known][:40]
        if switches.delta_shuffles:
            exchange.random.shuffle(numbers)
        removed: dict[str, None] = {}
        odd: list[str] = []
        for number in numbers:
            self._show(box, box.items[number], token, events, removed, odd)
        return ports.DeltaRound(
            events=tuple(events.values()),
            removed=tuple(removed),
            link=_write_link(box.delta_epoch, until, window),
            full=wanted.link is None,
            odd=tuple(odd),
        )

    def _repeated(self, box: Mailbox, numbers: list[int], token: Token) -> dict[EventId, Event]:
        """Changes told before, each event as such a change left it."""
        rng = self.service.exchange.random
        entries = (as_it_was(box.items[number], token.window, token.until, rng) for number in numbers)
        shown = (self.shown(box, entry, own=False) for entry in entries if entry is not None)
        return {event.id: event for event in shown}

    def _show(
        self,
        box: Mailbox,
        item: Item,
        token: Token,
        events: dict[EventId, Event],
        removed: dict[str, None],
        odd: list[str],
    ) -> None:
        """As the model's ``_group``: the item, a whole series, or its removal."""
        content = item.content
        event_id = ids.encode(box.id, item.number, None)
        if not content.alive or content.calendar != box.default_calendar.id:
            removed[event_id] = None
            return
        entries = item_entries(item, token.window)
        if not entries:
            if token.since >= 0 and self.service.switches.delta_reports_outside:
                removed[event_id] = None
            return
        if content.state.recurrence is None:
            shown: Iterable[Event] = (self.shown(box, entries[0], own=False),)
        else:
            rows = [event_json(box, whole(item), _PLAIN)]
            rows += [event_json(box, entry, _PLAIN) for entry in entries if entry.kind != "occurrence"]
            shown, more = understood(rows, MailboxId(box.id))
            odd += more
        for event in shown:
            removed.pop(event.id, None)
            events.pop(event.id, None)
            events[event.id] = event

    # --- subscriptions ---

    def _subscribe(self, op: ports.Subscribe) -> Subscription:
        call = Call(method="POST", url="/subscriptions", mailbox=op.mailbox, body={})

        def work() -> Subscription:
            self._box(op.mailbox)
            made = Subscription(
                firm_id=op.firm,
                mailbox=op.mailbox,
                id=self.next_id(),
                client_state=op.client_state,
                expires_at=op.expires_at,
                created_at=self._now(),
            )
            self.subscriptions[made.id] = op.mailbox
            return made

        return self._write("subscription.create", call, work)  # type: ignore[no-any-return]  # as work

    def _renew(self, op: ports.RenewSubscription) -> datetime:
        call = Call(method="PATCH", url="/subscriptions", body={})

        def work() -> datetime:
            if op.id not in self.subscriptions:
                raise Gone(status=404)
            return op.expires_at

        return self._write("subscription.renew", call, work)  # type: ignore[no-any-return]  # as work

    def _unsubscribe(self, op: ports.Unsubscribe) -> None:
        call = Call(method="DELETE", url="/subscriptions")
        self._write("subscription.delete", call, lambda: self.subscriptions.pop(op.id, None))

    def _write(self, kind: str, call: Call, work: Callable[[], Any]) -> Any:
        self.calls += 1
        self._refuse_revoked()

        def guarded() -> Any:
            try:
                return work()
            except GraphError as refused:
                return _refusal(refused)

        answer, fault = self._wire.call(f"graph.{kind}", guarded, is_write=True)
        if fault is not None:
            raise self.heard(fault, call)
        if isinstance(answer, Reply):
            error = failure(answer, call, self._now())
            assert error is not None
            raise error
        return answer

    # --- calls through the model's handlers ---

    def ask(self, call: Call) -> tuple[Reply, Remote | None]:
        """One call as the adapter makes it."""
        self.calls += 1
        self._refuse_revoked()
        parts = urlsplit(call.url).path.strip("/").split("/")
        what = "event" if len(parts) > 3 else parts[-1]
        kind = f"graph.{what}.{call.method.lower()}"
        answer, fault = self._wire.call(kind, lambda: self._answer(call), is_write=call.is_write)
        if fault is not None:
            raise self.heard(fault, call)
        assert answer is not None
        return answer, failure(answer, call, self._now())

    def _answer(self, call: Call) -> Reply:
        url = urlsplit(call.url)
        headers = {name.lower(): value for name, value in call.headers().items()}
        body = b"" if call.body is None else json.dumps(call.body).encode()
        request = SimRequest(
            method=call.method, host="", path=url.path, query=tuple(parse_qsl(url.query)), headers=headers, body=body
        )
        parts = tuple(unquote(part) for part in url.path.strip("/").split("/"))
        self.service.exchange.run_due()
        model = ModelCall(
            request=request,
            identity=self._identity,
            path=url.path,
            parts=parts,
            prefer=_PREFER,
            now=self.service.exchange.now(),
        )
        try:
            route = self.service._events_api.route(model, self._box(MailboxId(parts[1])))  # no HTTP before
            if route is None:
                raise GraphError(400, "BadRequest", "no such path")
            reply = route.work()
        except GraphError as refused:
            return _refusal(refused)
        return Reply(status=reply.status, document=reply.document)

    def _refuse_revoked(self) -> None:
        if self.revoked:
            raise Denied(GraphCode.UNAUTHORISED.value, scope=Scope.FIRM, status=401)

    def heard(self, fault: Fault, call: Call) -> Remote:
        """The error that the adapter makes of what it hears."""
        if fault.answer == -1:
            return Unavailable(detail="ReadTimeout", unknown_outcome=call.is_write)
        if fault.answer in (-2, -3):
            return broken_reply(call, "no_json")
        headers = {"retry-after": str(fault.retry_after)} if fault.retry_after else {}
        codes = {409: "ErrorIrresolvableConflict", 403: "ErrorAccessDenied", 429: "ApplicationThrottled"}
        code = codes.get(fault.answer)
        document = {"error": {"code": code}} if code is not None else None
        error = failure(Reply(status=fault.answer, headers=headers, document=document), call, self._now())
        assert error is not None
        return error


#: Stands for a delta token that was refused.
_LOST = ports.DeltaRound(events=(), removed=(), link="", full=False)


class _ModelClient:
    """What the adapter's calendar needs of its client."""

    def __init__(self, side: GraphSide) -> None:
        self._side = side

    def send(self, _firm: FirmId, call: Call) -> Reply:
        reply, error = self._side.ask(call)
        if error is not None:
            raise error
        return reply

    def ask(self, _firm: FirmId, call: Call) -> tuple[Reply, Remote | None]:
        return self._side.ask(call)

    def is_own_link(self, link: str) -> bool:
        return link.startswith(_BASE)

    def has_role(self, _firm: FirmId, role: str) -> bool:
        return role in ROLES


def _refusal(refused: GraphError) -> Reply:
    body = error_body(refused, date="", request_id="", client_request_id="")
    headers = {name.lower(): value for name, value in (refused.headers or {}).items()}
    return Reply(status=refused.status, headers=headers, document=body)


def _naive(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None, microsecond=0)


def _write_link(epoch: int, until: int, window: tuple[datetime, datetime]) -> str:
    return f"{_BASE}/delta?{epoch}.{until}.{window[0].isoformat()}.{window[1].isoformat()}"


@lru_cache(maxsize=4096)
def _read_link(link: str) -> tuple[int, int, tuple[datetime, datetime]]:
    """Its moments are naive UTC in whole seconds, as the model's are."""
    epoch, until, start, end = link.partition("?")[2].split(".")
    return int(epoch), int(until), (datetime.fromisoformat(start), datetime.fromisoformat(end))


def event_key(box: Mailbox, item: Item) -> EventKey:
    return EventKey(MailboxId(box.id), EventId(ids.encode(box.id, item.number, None)))
