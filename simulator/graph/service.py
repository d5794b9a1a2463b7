"""``GraphService``: the simulated Microsoft Graph as one request handler plus its Python side."""

import json
import random
import threading
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from simulator.entra.directory import User
from simulator.entra.service import EntraService
from simulator.graph import ids
from simulator.graph.access import READ_CALENDARS, Access, AccessPolicy, Identity, check_state, user_of
from simulator.graph.batch import EntryWrapper, batch_entries, run_batch
from simulator.graph.call import Call, Reply
from simulator.graph.counting import Counting
from simulator.graph.delta import DeltaRounds
from simulator.graph.directory_api import DirectoryApi
from simulator.graph.errors import GraphError, error_body, throttled
from simulator.graph.events_api import EventsApi
from simulator.graph.exchange import Exchange
from simulator.graph.mailbox import Calendar, Mailbox, MailboxState
from simulator.graph.meetings import Mail
from simulator.graph.notifications import Delivery, Notifications
from simulator.graph.preferences import preferences
from simulator.graph.state import Revision
from simulator.graph.subscriptions import Caller, Subscriptions
from simulator.graph.subscriptions_api import SubscriptionsApi
from simulator.graph.switches import GraphSwitches
from simulator.graph.throttle import Throttle
from simulator.wire import Clock, Push, PushSender, SimRequest, SimResponse, json_bytes

_JSON = "application/json; odata.metadata=minimal; odata.streaming=true; IEEE754Compatible=false; charset=utf-8"


class GraphService:
    """All simulated mailboxes. ``base_url`` is what stands before ``/v1.0`` in every address and link."""

    def __init__(self, clock: Clock, base_url: str, entra: EntraService, *, seed: int = 0) -> None:
        self.base_url = base_url.rstrip("/")
        self._prefix = urlsplit(self.base_url).path
        self.entra = entra
        self.switches = GraphSwitches()
        self.random = random.Random(f"graph-{seed}")
        self.exchange = Exchange(clock, entra, self.switches, self.random)
        self.counting = Counting()
        self.throttle = Throttle(self.switches)
        self.access = Access(entra)
        self.subscriptions = Subscriptions(self.switches, self.random, self.now, self._mailbox_to_watch)
        self.notifications = Notifications(self.switches, self.random, self.now, self.subscriptions)
        self.exchange.on_saved = self.notifications.saved
        #: Strikes each ``$batch`` entry with faults; None answers them plainly.
        self.wrap_entry: EntryWrapper | None = None
        self._directory_api = DirectoryApi(self.access, self.base_url)
        self._events_api = EventsApi(self.exchange, DeltaRounds(self.switches, self.random), self.base_url)
        self._subscriptions_api = SubscriptionsApi(self.subscriptions, self.base_url)
        self._lock = threading.RLock()
        self.notifications.lock = self._lock

    # -- set-up ---------------------------------------------------------------------------------------------------

    def add_mailbox(self, user: User, *, shared: bool = False) -> Mailbox:
        """Give a directory user a mailbox with a default calendar."""
        return self.exchange.add_mailbox(user, shared=shared)

    def add_calendar(self, mailbox: Mailbox, name: str, *, teams: bool = True) -> Calendar:
        """A further calendar of a mailbox."""
        return self.exchange.add_calendar(mailbox, name, teams=teams)

    def restrict_app(self, tenant_id: str, app_id: str, mailboxes: set[str], *, after_seconds: float = 0.0) -> None:
        """A legacy application access policy: the app reaches only these mailboxes, once the caches have expired."""
        effective = self.now() + timedelta(seconds=after_seconds)
        policy = AccessPolicy(mailboxes=frozenset(mailboxes), restricts=True, effective=effective)
        self.access.policies.setdefault((tenant_id, app_id), []).append(policy)

    def assign_rbac(
        self, tenant_id: str, app_id: str, mailboxes: set[str], roles: set[str], *, after_seconds: float = 0.0
    ) -> None:
        """RBAC for Applications: adds these roles on these mailboxes to what Entra grants."""
        effective = self.now() + timedelta(seconds=after_seconds)
        policy = AccessPolicy(
            mailboxes=frozenset(mailboxes), restricts=False, roles=frozenset(roles), effective=effective
        )
        self.access.policies.setdefault((tenant_id, app_id), []).append(policy)

    @property
    def sender(self) -> PushSender | None:
        """Who delivers the validation handshake while a subscription is created; without one every create fails."""
        return self.subscriptions.sender

    @sender.setter
    def sender(self, sender: PushSender | None) -> None:
        self.subscriptions.sender = sender

    # -- looking --------------------------------------------------------------------------------------------------

    def now(self) -> datetime:
        return self.exchange.now()

    def mailbox(self, name: str) -> Mailbox:
        """By user object id or user principal name; raises KeyError. ``.user`` acts as its owner."""
        return self.exchange.mailbox(name)

    @property
    def mails(self) -> tuple[Mail, ...]:
        """Every mail sent because of a write on a meeting."""
        return tuple(self.exchange.mails)

    def history(self, event_id: str) -> tuple[Revision, ...]:
        """All saves of an event, in whichever form its id comes, also after its deletion; raises KeyError."""
        parsed = ids.decode(event_id)
        return tuple(self.exchange.mailboxes[parsed.mailbox].items[parsed.number].history)

    # -- what happens by itself -----------------------------------------------------------------------------------

    def settle(self) -> None:
        """Do what Exchange does by itself up to now: later saves, delayed deliveries of meetings."""
        with self._lock:
            self.exchange.run_due()

    def next_due(self) -> datetime | None:
        """When ``pump`` has something to do next: a delivery or Exchange's own work; None when nothing waits."""
        return min(filter(None, (self.exchange.next_due(), self.notifications.next_due())), default=None)

    def due_pushes(self, now: datetime | None = None) -> list[tuple[Push, list[Delivery]]]:
        """Take what is due without delivering it: for drivers that deliver themselves."""
        with self._lock:
            self.exchange.run_due()
            return self.notifications.due_pushes(now)

    def pump(self, sender: PushSender) -> int:
        """Deliver due notifications; returns the number of POSTs made."""
        self.settle()
        return self.notifications.pump(sender)

    def lifecycle(self, subscription_id: str, event: str) -> None:
        """Send a lifecycle event of a subscription: reauthorizationRequired, subscriptionRemoved or missed."""
        self.notifications.lifecycle(self.subscriptions.find(subscription_id), event)

    def expire_delta_tokens(self, mailbox: Mailbox) -> None:
        """Make all delta tokens of a mailbox worthless; the switch says how that looks."""
        mailbox.delta_epoch += 1

    def throttle_mailbox(self, mailbox: Mailbox, seconds: float) -> None:
        """Answer 429 on this mailbox for a while."""
        mailbox.throttled_until = self.now() + timedelta(seconds=seconds)

    # -- HTTP -----------------------------------------------------------------------------------------------------

    def handle(self, request: SimRequest) -> SimResponse:
        """Answer one request."""
        with self._lock:
            self.exchange.run_due()
            self.counting.http_requests += 1
            path = request.path.removeprefix(self._prefix) if self._prefix else request.path
            if path == "/v1.0/$batch":
                return self._batch(request)
            return self._answer(request, path, in_batch=False)

    def begin(self, request: SimRequest) -> SimResponse | None:
        """A request starts to run and holds a place until ``end``; the answer is the 429 when no place is free.

        For drivers in which requests last: what overlaps between ``begin`` and ``end`` is concurrent.
        """
        place = self._place(request)
        with self._lock:
            if place is None or self.throttle.begin(*place):
                return None
            self.counting.http_requests += 1
            return self._refusal(throttled(self.switches.concurrency_retry_after_seconds), request)

    def end(self, request: SimRequest) -> None:
        """The counterpart of a ``begin`` that answered None."""
        place = self._place(request)
        if place is not None:
            with self._lock:
                self.throttle.end(*place)

    def _place(self, request: SimRequest) -> tuple[str, str] | None:
        """App and mailbox a request would run on; None when it is none on a mailbox."""
        path = request.path.removeprefix(self._prefix) if self._prefix else request.path
        parts = _parts(path)
        if len(parts) < 4 or parts[1].lower() != "users":
            return None
        try:
            identity = self.access.identify(request.headers)
            return identity.app_id, user_of(identity.tenant, parts[2]).id
        except GraphError:
            return None

    def _batch(self, request: SimRequest) -> SimResponse:
        self.counting.batches += 1
        try:
            if request.method != "POST":
                raise GraphError(405, "Request_BadRequest", "Specified HTTP method is not allowed.")
            self.access.identify(request.headers)
            entries = batch_entries(request.body)
        except GraphError as failure:
            return self._refusal(failure, request)
        self.counting.sub_requests += len(entries)

        def plain(entry: SimRequest) -> SimResponse:
            return self._answer(entry, entry.path, in_batch=True)

        def answer(entry: SimRequest) -> SimResponse:
            return plain(entry) if self.wrap_entry is None else self.wrap_entry(entry, plain)

        document = {"responses": run_batch(entries, request, answer, self.random)}
        return self._response(Reply(document=document), request, "")

    def _answer(self, request: SimRequest, path: str, *, in_batch: bool) -> SimResponse:
        try:
            parts = _parts(path)
            if len(parts) < 2 or parts[0] != "v1.0":
                self.counting.call("unknown", request.method)
                raise GraphError(404, "ResourceNotFound", "Resource not found for the segment.")
            identity = self.access.identify(request.headers)
            header = request.headers.get("prefer", "")
            prefer = preferences(header, all_iana=self.switches.accept_all_iana_zones)
            call = Call(
                request=request,
                identity=identity,
                path=path,
                parts=parts[1:],
                prefer=prefer,
                now=self.now(),
                in_batch=in_batch,
            )
            return self._response(self._dispatch(call), request, prefer.applied)
        except GraphError as failure:
            return self._refusal(failure, request)

    def _dispatch(self, call: Call) -> Reply:
        if len(call.parts) > 2 and call.parts[0].lower() == "users":
            return self._on_mailbox(call)
        found = self._directory_api.handler(call) or self._subscriptions_api.handler(call)
        if found is None:
            self.counting.call("unknown", call.method)
            raise GraphError(400, "BadRequest", "Resource not found for the segment.")
        kind, work = found
        self.counting.call(kind, call.method)
        return work()

    def _on_mailbox(self, call: Call) -> Reply:
        user = user_of(call.identity.tenant, call.parts[1])
        mailbox = self.exchange.mailboxes.get(user.id)
        if mailbox is None:
            self.counting.call("no mailbox", call.method)
            check_state(None, move_status=self.switches.mailbox_move_status)
            raise GraphError(404, "MailboxNotEnabledForRESTAPI", "REST API is not yet supported for this mailbox.")
        route = self._events_api.route(call, mailbox)
        if route is None:
            self.counting.call("unknown", call.method)
            raise GraphError(400, "BadRequest", "Resource not found for the segment.")
        self.counting.call(route.kind, call.method)
        self.counting.mailbox_call(mailbox.id, route.kind, call.method)
        self.throttle.admit(call.identity.app_id, mailbox, call.now, in_batch=call.in_batch)
        if route.kind == "translateIds":
            self.access.need_directory(call.identity, route.roles)
        else:
            self.access.need_mailbox(call.identity, mailbox, route.roles, call.now)
        check_state(mailbox, move_status=self.switches.mailbox_move_status)
        return route.work()

    def _mailbox_to_watch(self, caller: Caller, name: str) -> Mailbox:
        """The mailbox of a new subscription; excluded: ``ExtensionError``. Fact: [seen], graph-calendar §16."""
        tenant = self.entra.tenants[caller.tenant_id]
        mailbox = self.exchange.mailboxes.get(user_of(tenant, name).id)
        identity = Identity(app_id=caller.app_id, tenant=tenant, roles=caller.roles)
        roles = frozenset({"Calendars.Read"}) if self.switches.subscription_needs_read_role else READ_CALENDARS
        denied = GraphError(
            403, "ExtensionError", "Operation: Create; Exception: [Status Code: Forbidden; Reason: Access is denied]"
        )
        if mailbox is not None and mailbox.state is MailboxState.FORBIDDEN:
            raise denied
        found = check_state(mailbox, move_status=self.switches.mailbox_move_status)
        try:
            self.access.need_mailbox(identity, found, roles, self.now())
        except GraphError:
            raise denied from None
        return found

    # -- answers --------------------------------------------------------------------------------------------------

    def _response(self, reply: Reply, request: SimRequest, applied: str) -> SimResponse:
        self.counting.by_status[reply.status] += 1
        headers = self._headers(request)
        headers.update(reply.headers)
        if applied:
            headers["Preference-Applied"] = applied
        if reply.document is None:
            return SimResponse(status=reply.status, headers=headers)
        headers["Content-Type"] = _JSON
        body = json_bytes(reply.document, separators=(",", ":"))
        return SimResponse(status=reply.status, headers=headers, body=body)

    def _refusal(self, failure: GraphError, request: SimRequest) -> SimResponse:
        self.counting.by_status[failure.status] += 1
        headers = self._headers(request)
        headers.update(failure.headers or {})
        headers["Content-Type"] = "application/json"
        document = error_body(
            failure,
            date=self.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
            request_id=headers["request-id"],
            client_request_id=request.headers.get("client-request-id", headers["request-id"]),
        )
        return SimResponse(status=failure.status, headers=headers, body=json.dumps(document).encode())

    def _headers(self, request: SimRequest) -> dict[str, str]:
        number = sum((self.counting.http_requests, self.counting.sub_requests))
        headers = {"request-id": f"00000000-0000-4000-8000-{number:012x}"}
        own = request.headers.get("client-request-id")
        if own is not None:
            headers["client-request-id"] = own
        return headers


@lru_cache(maxsize=16384)
def _parts(path: str) -> tuple[str, ...]:
    return tuple(unquote(part) for part in path.split("/") if part)
