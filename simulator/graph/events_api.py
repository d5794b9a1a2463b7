"""The requests on one mailbox: calendars, lists, views, delta, single events and their actions."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from simulator.graph import ids
from simulator.graph.access import READ_CALENDARS, READ_SETTINGS, READ_USERS, WRITE_CALENDARS, check_quota
from simulator.graph.call import Call, Reply
from simulator.graph.delta import DeltaRequest, DeltaRounds
from simulator.graph.errors import GraphError, access_denied, bad_request, conflict, item_not_found
from simulator.graph.exchange import Exchange, Target
from simulator.graph.mailbox import Calendar, Item, Mailbox, Transaction
from simulator.graph.odata import Expand
from simulator.graph.query import (
    ListQuery,
    address,
    item_entries,
    list_query,
    next_link,
    paged,
    shown,
    style_of,
    view_entries,
    window_of,
)
from simulator.graph.render import Entry, Style, calendar_json, etag, event_json, extension_json, whole
from simulator.graph.state import Json

_ACTIONS = {"accept": "accepted", "tentativelyaccept": "tentativelyAccepted", "decline": "declined"}
_DUPLICATE = (
    "Your request can't be completed. The TransactionId specified in the request has already been used to create a "
    "different event."
)
_UNSEEN_STEP = 1 << 32
_ID_FORMS = ("restId", "restImmutableEntryId", "ewsId", "entryId", "immutableEntryId")


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """What a path on a mailbox means: kind for counting, needed roles, the work."""

    kind: str
    roles: frozenset[str]
    work: Callable[[], Reply]


class EventsApi:
    """Handlers over one ``Exchange``; ``base`` starts all links and contexts."""

    def __init__(self, exchange: Exchange, delta: DeltaRounds, base: str) -> None:
        self._exchange = exchange
        self._delta = delta
        self._base = base

    # -- routing --------------------------------------------------------------------------------------------------

    def route(self, call: Call, mailbox: Mailbox) -> Route | None:
        """The handler of a request on ``/users/{id}/...``; None when Graph knows no such path."""
        rest = call.parts[2:]
        head = rest[0].lower()
        if head == "mailboxsettings" and call.method == "GET" and len(rest) == 1:
            return Route(kind="settings.get", roles=READ_SETTINGS, work=lambda: self._settings(mailbox))
        if head == "translateexchangeids" and call.method == "POST" and len(rest) == 1:
            return Route(kind="translateIds", roles=READ_USERS, work=lambda: self._translate(call, mailbox))
        if head == "calendars" and len(rest) == 1 and call.method == "GET":
            return Route(kind="calendars.list", roles=READ_CALENDARS, work=lambda: self._calendars(call, mailbox))
        calendar: Calendar | None = None
        if head == "calendars":
            found = mailbox.calendars.get(rest[1])
            if found is None:
                return Route(kind="calendar.get", roles=READ_CALENDARS, work=_missing)
            calendar, rest = found, rest[2:]
        elif head == "calendar":
            calendar, rest = mailbox.default_calendar, rest[1:]
        if not rest:
            return self._calendar_route(call, mailbox, calendar)
        return self._event_route(call, mailbox, calendar, rest)

    def _calendar_route(self, call: Call, mailbox: Mailbox, calendar: Calendar | None) -> Route | None:
        if call.method != "GET" or calendar is None:
            return None
        return Route(kind="calendar.get", roles=READ_CALENDARS, work=lambda: self._calendar(call, mailbox, calendar))

    def _event_route(
        self, call: Call, mailbox: Mailbox, calendar: Calendar | None, rest: tuple[str, ...]
    ) -> Route | None:
        words = tuple(part.lower() for part in rest)
        method, home = call.method, calendar or mailbox.default_calendar
        if words[0] in ("calendarview", "events") and len(words) == 2 and _is_delta(words[1]) and method == "GET":
            return Route(kind="delta", roles=READ_CALENDARS, work=lambda: self._delta_page(call, mailbox, home))
        if words == ("calendarview",) and method == "GET":
            return Route(kind="calendarView", roles=READ_CALENDARS, work=lambda: self._view(call, mailbox, home))
        if words[0] != "events":
            return None
        if len(words) == 1 and method == "GET":
            return Route(kind="events.list", roles=READ_CALENDARS, work=lambda: self._list(call, mailbox, calendar))
        if len(words) == 1 and method == "POST":
            return Route(kind="event.create", roles=WRITE_CALENDARS, work=lambda: self._create(call, mailbox, home))
        if len(words) == 2:
            return self._one_route(call, mailbox, calendar, rest[1])
        return self._action_route(call, mailbox, rest) if len(words) == 3 else None

    def _one_route(self, call: Call, mailbox: Mailbox, calendar: Calendar | None, event_id: str) -> Route | None:
        work: dict[str, tuple[str, frozenset[str], Callable[[Target], Reply]]] = {
            "GET": ("event.get", READ_CALENDARS, lambda target: self._get(call, target)),
            "PATCH": ("event.patch", WRITE_CALENDARS, lambda target: self._patch(call, target)),
            "DELETE": ("event.delete", WRITE_CALENDARS, lambda target: self._delete(call, target)),
        }
        found = work.get(call.method)
        if found is None:
            return None

        def locate() -> Target:
            target = self._exchange.locate(mailbox, event_id)
            if calendar is not None and target.item.content.calendar != calendar.id:
                raise item_not_found()
            return target

        return Route(kind=found[0], roles=found[1], work=lambda: found[2](locate()))

    def _action_route(self, call: Call, mailbox: Mailbox, rest: tuple[str, ...]) -> Route | None:
        action = rest[2].lower()
        if action == "instances" and call.method == "GET":
            work: Callable[[Target], Reply] = lambda target: self._instances(call, target)  # noqa: E731 - one per action
            roles = READ_CALENDARS
        elif action == "extensions" and call.method in ("GET", "POST"):
            roles = READ_CALENDARS if call.method == "GET" else WRITE_CALENDARS
            work = lambda target: self._extensions(call, target)  # noqa: E731
        elif call.method == "POST" and action in _ACTIONS:
            work, roles = lambda target: self._respond(call, target, _ACTIONS[action]), WRITE_CALENDARS
        elif call.method == "POST" and action == "cancel":
            work, roles = lambda target: self._cancel(call, target), WRITE_CALENDARS
        elif call.method == "POST" and action == "permanentdelete":
            work, roles = lambda target: self._delete(call, target, permanent=True), WRITE_CALENDARS
        else:
            return None
        return Route(kind=f"event.{action}", roles=roles, work=lambda: work(self._exchange.locate(mailbox, rest[1])))

    # -- calendars ------------------------------------------------------------------------------------------------

    def _calendars(self, call: Call, mailbox: Mailbox) -> Reply:
        names = _names(call)
        value = [_only(calendar_json(mailbox, calendar), names) for calendar in mailbox.calendars.values()]
        return Reply(document={"@odata.context": self._context(mailbox, "calendars"), "value": value})

    def _calendar(self, call: Call, mailbox: Mailbox, calendar: Calendar) -> Reply:
        document = _only(calendar_json(mailbox, calendar), _names(call))
        return Reply(document={"@odata.context": self._context(mailbox, "calendar/$entity")} | document)

    def _settings(self, mailbox: Mailbox) -> Reply:
        language = {"locale": mailbox.owner.preferred_language or "en-US", "displayName": ""}
        document = {
            "timeZone": mailbox.time_zone,
            "language": language,
            "dateFormat": "dd.MM.yyyy",
            "timeFormat": "H:mm",
        }
        return Reply(document={"@odata.context": self._context(mailbox, "mailboxSettings")} | document)

    # -- lists ----------------------------------------------------------------------------------------------------

    def _list(self, call: Call, mailbox: Mailbox, calendar: Calendar | None) -> Reply:
        """Singles and masters only. Fact: [doc, seen], graph-calendar §11."""
        entries = [whole(item) for item in mailbox.living(calendar)]
        return self._entries(call, mailbox, entries, view=False)

    def _view(self, call: Call, mailbox: Mailbox, calendar: Calendar) -> Reply:
        window = window_of(call.query)
        entries = view_entries(mailbox, calendar, window) if window is not None else []
        return self._entries(call, mailbox, entries, view=True)

    def _instances(self, call: Call, target: Target) -> Reply:
        window = window_of(call.query)
        if target.item.content.state.recurrence is None or target.day is not None:
            raise bad_request("The event is not a series master.")
        entries = item_entries(target.item, window) if window is not None else []
        return self._entries(call, target.mailbox, entries, view=True)

    def _entries(self, call: Call, mailbox: Mailbox, entries: list[Entry], *, view: bool) -> Reply:
        query = list_query(call.query)
        size = query.top or call.prefer.page_size or self._exchange.switches.default_page_size
        style = self._style(call, query.expand)

        def show(entry: Entry) -> Json:
            return shown(mailbox, entry, style, query.names, view=view)

        def link(skip: int) -> str:
            return next_link(self._base, call.path, call.pairs, skip)

        page = paged(entries, query, min(size, 1000), show, link)
        return Reply(document={"@odata.context": self._context(mailbox, "calendarView" if view else "events")} | page)

    def _delta_page(self, call: Call, mailbox: Mailbox, calendar: Calendar) -> Reply:
        request = DeltaRequest(
            mailbox=mailbox,
            calendar=calendar,
            query=call.query,
            prefer=call.prefer,
            address=address(self._base, call.path),
            context=f"{self._base}/v1.0/$metadata#Collection(event)",
            now=call.now,
        )
        return Reply(document=self._delta.page(request))

    # -- one event ------------------------------------------------------------------------------------------------

    def _get(self, call: Call, target: Target) -> Reply:
        query = list_query(call.query)
        return Reply(document=self._document(call, target, query))

    def _document(self, call: Call, target: Target, query: ListQuery | None = None) -> Json:
        query = query or ListQuery()
        style = self._style(call, query.expand)
        entry = self._entry(target)
        document = shown(target.mailbox, entry, style, query.names, view=False)
        if not self._exchange.switches.cancelled_occurrences_surface:
            document.pop("cancelledOccurrences", None)
        if query.expand.exceptions and target.day is None:
            document["exceptionOccurrences"] = [
                event_json(target.mailbox, Entry(item=target.item, state=s, start=s.start, end=s.end, day=day), style)
                for day, s in sorted(target.item.content.overrides.items())
            ]
        return {"@odata.context": self._context(target.mailbox, "calendar/events/$entity")} | document

    def _entry(self, target: Target) -> Entry:
        state = self._exchange.state_of(target)
        return Entry(item=target.item, state=state, start=state.start, end=state.end, day=target.day)

    def _create(self, call: Call, mailbox: Mailbox, calendar: Calendar) -> Reply:
        check_quota(mailbox)
        if not calendar.can_edit:
            raise access_denied()
        body = call.json()
        digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
        transaction_id = body.get("transactionId")
        item = self._replayed(call, mailbox, transaction_id, digest)
        if item is None:
            self._explicit_conflict(mailbox)
            item = self._exchange.create(mailbox, calendar, body, call.actor)
            if isinstance(transaction_id, str):
                mailbox.transactions[transaction_id] = Transaction(number=item.number, digest=digest, at=call.now)
        document = self._created_document(call, mailbox, item, body)
        return Reply(status=201, document=document, headers={"Location": f"{self._base}{call.path}/{document['id']}"})

    def _replayed(self, call: Call, mailbox: Mailbox, transaction_id: object, digest: str) -> Item | None:
        """Same id and content give the existing event, else a refusal. Fact: [seen, live], graph-calendar §12."""
        switches = self._exchange.switches
        known = mailbox.transactions.get(transaction_id) if isinstance(transaction_id, str) else None
        if known is None:
            return None
        life = switches.transaction_lifetime_seconds
        if life is not None and call.now - known.at > timedelta(seconds=life):
            return None
        item = mailbox.items[known.number]
        if not item.content.alive and switches.transaction_after_delete == "forgotten":
            return None
        if known.digest == digest and (item.content.alive or switches.transaction_after_delete == "replay"):
            return item
        existing = ids.encode(mailbox.id, item.number, None if call.prefer.immutable_ids else item.generation)
        extra = {"@event.existingEventId": existing}
        raise GraphError(switches.duplicate_transaction_status, "ErrorDuplicateTransactionId", _DUPLICATE, extra=extra)

    def _created_document(self, call: Call, mailbox: Mailbox, item: Item, body: Json) -> Json:
        document: Json = {"@odata.context": self._context(mailbox, "calendar/events/$entity")}
        document |= event_json(mailbox, whole(item), self._style(call, Expand()))
        sent = body.get("body")
        if self._exchange.switches.text_body_echoes and isinstance(sent, dict):
            document["body"] = _echo(sent, document["body"])
        if self._exchange.switches.create_answer_change_key_differs:
            # Of a step of the same create that nobody sees again. A key names one save: no later one may ever match it.
            document["@odata.etag"] = etag(mailbox.id, item.content.state.version + _UNSEEN_STEP)
        return document

    def _patch(self, call: Call, target: Target) -> Reply:
        if self._exchange.switches.patch_honours_if_match:
            self._check_match(call, target)
        check_quota(target.mailbox)
        self._check_overlap(call, target)
        body = call.json()
        self._exchange.update(target, body, call.actor)
        return Reply(document=self._document(call, target))

    def _delete(self, call: Call, target: Target, *, permanent: bool = False) -> Reply:
        self._check_match(call, target)
        self._check_overlap(call, target)
        self._exchange.delete(target, call.actor, permanent=permanent)
        return Reply(status=204)

    def _check_match(self, call: Call, target: Target) -> None:
        """A stale ``If-Match`` is 412. Fact: [spec] for DELETE, [seen] for the status, graph-calendar §12."""
        wanted = call.request.headers.get("if-match")
        if wanted is None or wanted.strip() == "*":
            return
        present = etag(target.mailbox.id, self._exchange.state_of(target).version)
        if wanted.strip().removeprefix("W/").strip('"') != present.removeprefix("W/").strip('"'):
            raise conflict(412)

    def _check_overlap(self, call: Call, target: Target) -> None:
        switches, rng = self._exchange.switches, self._exchange.random
        self._explicit_conflict(target.mailbox)
        if switches.random_conflict_probability and rng.random() < switches.random_conflict_probability:
            raise conflict(409)
        fresh = (call.now - target.item.saved_at).total_seconds() < switches.conflict_window_seconds
        if fresh and switches.overlap_conflict_probability and rng.random() < switches.overlap_conflict_probability:
            raise conflict(409)

    @staticmethod
    def _explicit_conflict(mailbox: Mailbox) -> None:
        if mailbox.pending_conflicts > 0:
            mailbox.pending_conflicts -= 1
            raise conflict(409)

    # -- actions --------------------------------------------------------------------------------------------------

    def _cancel(self, call: Call, target: Target) -> Reply:
        call.json()
        self._exchange.cancel(target, call.actor)
        return Reply(status=202)

    def _respond(self, call: Call, target: Target, response: str) -> Reply:
        body = {name.lower(): value for name, value in call.json().items()}
        send = body.get("sendresponse", True) is not False
        self._exchange.respond(target, response, call.actor, send=send)
        return Reply(status=202)

    def _extensions(self, call: Call, target: Target) -> Reply:
        if call.method == "POST":
            body = call.json()
            self._exchange.update(target, {"extensions": [body]}, call.actor)
            found = dict(self._exchange.state_of(target).extensions)
            return Reply(status=201, document=extension_json(body["extensionName"], found[body["extensionName"]]))
        found = dict(self._exchange.state_of(target).extensions)
        return Reply(document={"value": [extension_json(name, text) for name, text in found.items()]})

    def _translate(self, call: Call, mailbox: Mailbox) -> Reply:
        """Fact: forms and limit [doc], graph-calendar §12, §18."""
        body = call.json()
        sources, form, wanted = body.get("inputIds"), body.get("sourceIdType"), body.get("targetIdType")
        if not isinstance(sources, list) or form not in _ID_FORMS or wanted not in _ID_FORMS:
            raise bad_request("The id types or the input are invalid.", "ErrorInvalidParameter")
        if len(sources) > 1000:
            raise bad_request("The maximum number of ids is 1000.", "ErrorInvalidParameter")
        value = [self._translated(str(source), str(form), str(wanted), mailbox) for source in sources]
        return Reply(
            document={"@odata.context": f"{self._base}/v1.0/$metadata#Collection(convertIdResult)", "value": value}
        )

    def _translated(self, source: str, form: str, wanted: str, mailbox: Mailbox) -> Json:
        try:
            plain = ids.from_ews(source) if form == "ewsId" else source
            parsed = ids.decode(
                ids.from_entry_id(source) if form.lower().endswith("entryid") and form[:4] != "rest" else plain
            )
            item = mailbox.items.get(parsed.number) if parsed.mailbox == mailbox.id else None
            if item is None:
                raise item_not_found()
        except GraphError as failure:
            return {"sourceId": source, "errorDetails": {"code": failure.code, "message": failure.message}}
        generation = None if "mmutable" in wanted else item.generation
        target = ids.encode(mailbox.id, item.number, generation, parsed.day)
        if wanted == "ewsId":
            target = ids.to_ews(target)
        elif wanted in ("entryId", "immutableEntryId"):
            target = ids.to_entry_id(target)
        return {"sourceId": source, "targetId": target}

    # -- shared ---------------------------------------------------------------------------------------------------

    def _style(self, call: Call, expand: Expand) -> Style:
        return style_of(call.prefer, expand, share_ical_uid=self._exchange.switches.occurrences_share_ical_uid)

    def _context(self, mailbox: Mailbox, what: str) -> str:
        return f"{self._base}/v1.0/$metadata#users('{mailbox.id}')/{what}"


def _echo(sent: Json, stored: Json) -> Json:
    """A text body comes back as text in the answer to its create only. Fact: [seen: docs 8215], graph-calendar §7."""
    if str(sent.get("contentType") or "text").lower() != "text":
        return stored
    return {"contentType": "text", "content": sent.get("content") or ""}


def _missing() -> Reply:
    raise item_not_found()


def _is_delta(word: str) -> bool:
    return word in ("delta", "delta()", "microsoft.graph.delta()", "microsoft.graph.delta")


def _names(call: Call) -> tuple[str, ...]:
    return tuple(name.strip() for name in call.query.get("$select", "").split(",") if name.strip())


def _only(document: Json, names: tuple[str, ...]) -> Json:
    return {name: document[name] for name in ("id", *names) if name in document} if names else document
