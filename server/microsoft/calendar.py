"""Single events and plain lists of events: read, find, create, change, delete."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final
from urllib.parse import quote

from server.domain.body_splice import has_foreign, splice
from server.domain.event import Event, EventChange, EventDraft
from server.domain.html import RichText
from server.domain.ids import EventId, EventKey, FirmId, MailboxId
from server.errors import Changed, Denied, Gone, Rejected, Remote, Scope, Spent, Unavailable
from server.microsoft.client import GraphClient, broken_reply
from server.microsoft.codes import GraphCode
from server.microsoft.exchange import Call, Json, Reply, user_path
from server.microsoft.failures import existing_event_id
from server.microsoft.moments import view_window, write_utc
from server.microsoft.translate import (
    OWN_PROPERTY,
    PANEL_PROPERTY,
    OddEventError,
    attendees_body,
    change_body,
    draft_body,
    event_of,
    parse_event,
    raw_html,
    understood,
)
from server.ports.graph import CreateEvent, DeleteEvent, FindEvents, GetEvent, ReadCalendar, UpdateEvent

#: Fact: ``$filter`` inside ``$expand``; spaces as ``%20``, not ``+`` [doc], §14.
_EXPAND: Final = (
    "$expand=singleValueExtendedProperties($filter="
    + quote(f"id eq '{OWN_PROPERTY}' or id eq '{PANEL_PROPERTY}'", safe="")
    + ")"
)
_LIST_SIZE: Final = 200
_MAX_PAGES: Final = 500
_DUPLICATE: Final = "ErrorDuplicateTransactionId"
_NO_SUCH_ZONE: Final = "TimeZoneNotSupportedException"


class Calendar:
    """Events of one mailbox at a time."""

    def __init__(self, client: GraphClient) -> None:
        self._client = client

    # --- reading ----------------------------------------------------------------------------------------------------

    def get(self, op: GetEvent) -> Event:
        return self._event(op.key, self._raw(op.firm, op.key))

    def view(self, op: ReadCalendar) -> tuple[Event, ...]:
        """Plain occurrences are left out; so is what cannot be understood: absence from a list proves nothing.

        A view never lists a series' master, so a single event that became a series is absent here as well.
        """
        path = user_path(op.mailbox, "calendarView")
        window = view_window(op.start, op.end)
        rows = self._pages(op.firm, op.mailbox, f"{path}?{window}&$top={_LIST_SIZE}&{_EXPAND}")
        events, _ = understood(rows, op.mailbox)
        return tuple({event.id: event for event in events}.values())

    def find(self, op: FindEvents) -> tuple[Event, ...]:
        value = op.own_key.replace("'", "''")
        wish = f"singleValueExtendedProperties/Any(ep: ep/id eq '{OWN_PROPERTY}' and ep/value eq '{value}')"
        path = user_path(op.mailbox, "events")
        rows = self._pages(op.firm, op.mailbox, f"{path}?$filter={quote(wish, safe='')}&{_EXPAND}")
        events, odd = understood(rows, op.mailbox)
        if odd:
            # Leaving one out would let its create be repeated.
            raise Unavailable(GraphCode.BROKEN_REPLY.value, scope=Scope.MAILBOX, detail="odd_event")
        return events

    def _raw(self, firm: FirmId, key: EventKey) -> Mapping[str, Json]:
        url = f"{user_path(key.mailbox, 'events', key.id)}?{_EXPAND}"
        return self._client.send(firm, Call(method="GET", url=url, mailbox=key.mailbox)).members

    def _pages(self, firm: FirmId, mailbox: MailboxId, url: str) -> list[Json]:
        rows: list[Json] = []
        followed: set[str] = set()
        while url not in followed and len(followed) < _MAX_PAGES:
            followed.add(url)
            call = Call(method="GET", url=url, mailbox=mailbox)
            members = self._client.send(firm, call).members
            page, following = members.get("value"), members.get("@odata.nextLink")
            if not isinstance(page, list):
                raise broken_reply(call, "no_value")
            rows.extend(page)
            if following is None:
                return rows
            if not isinstance(following, str) or not self._client.is_own_link(following):
                raise Unavailable(GraphCode.FOREIGN_LINK.value, scope=Scope.MAILBOX)
            url = following
        raise Unavailable(GraphCode.BROKEN_REPLY.value, scope=Scope.MAILBOX, detail="endless_list")

    def _event(self, key: EventKey, document: Json) -> Event:
        try:
            event = event_of(parse_event(document), key.mailbox)
        except OddEventError:
            raise Rejected(GraphCode.REFUSED.value, detail="odd_event") from None
        if event.id != key.id:
            raise Unavailable(GraphCode.BROKEN_REPLY.value, scope=Scope.MAILBOX, detail="another_event")
        return event

    # --- creating ---------------------------------------------------------------------------------------------------

    def create(self, op: CreateEvent) -> Event:
        """The created event; ours from an earlier, unanswered attempt counts as created.

        Fact: the same transaction id with the same content answers 201 with the existing event; with other content it
        is ErrorDuplicateTransactionId, 400 or 409, which may name the event [seen], §12.
        """
        body = draft_body(op.draft)
        reply, error = self._post(op, body)
        if _is(error, _NO_SUCH_ZONE):
            reply, error = self._post(op, body | write_utc(op.draft.times.when))
        if _is(error, _DUPLICATE):
            return self._existing(op, reply)
        if error is not None:
            raise error
        return self._created(op.mailbox, op.draft, reply)

    def _post(self, op: CreateEvent, body: Mapping[str, Json]) -> tuple[Reply, Remote | None]:
        url = user_path(op.mailbox, "calendar", "events")
        return self._client.ask(op.firm, Call(method="POST", url=url, mailbox=op.mailbox, body=body))

    def _created(self, mailbox: MailboxId, draft: EventDraft, reply: Reply) -> Event:
        """The answer never holds the extended property that was sent with it [doc], §14: it is added here."""
        try:
            return replace(event_of(parse_event(reply.document), mailbox), own_key=draft.own_key)
        except OddEventError:
            raise Unavailable(
                GraphCode.BROKEN_REPLY.value, scope=Scope.MAILBOX, detail="odd_event", unknown_outcome=True
            ) from None

    def _existing(self, op: CreateEvent, reply: Reply) -> Event:
        """The event that used the transaction id before: the one Graph names, else the one with our key."""
        named = existing_event_id(reply)
        if named is not None:
            try:
                return self.get(GetEvent(op.firm, EventKey(op.mailbox, EventId(named))))
            except Gone:
                raise Spent(status=reply.status, detail=named) from None
        found = self.find(FindEvents(op.firm, op.mailbox, op.draft.own_key))
        if len(found) == 1:
            return found[0]
        raise Changed(status=reply.status, detail=_DUPLICATE)

    # --- changing ---------------------------------------------------------------------------------------------------

    def update(self, op: UpdateEvent) -> Event:
        """The event after the change; the stored one where nothing is left to send."""
        body, etag = change_body(op.change), op.etag
        stored: Mapping[str, Json] | None = None
        is_spliced = op.change.description is not None and op.foreign
        if is_spliced or op.change.attendees is not None or op.change == EventChange():
            stored = self._raw(op.firm, op.key)
            current = self._event(op.key, stored)
            if etag is not None and current.etag != etag:
                raise Changed(detail="etag")
            etag = current.etag
        body.update(_from_stored(op, stored))
        if not body and stored is not None:
            return self._event(op.key, stored)
        try:
            reply = self._write(op.firm, op.key, "PATCH", etag, body)
        except Rejected as error:
            if op.change.times is None or not _is(error, _NO_SUCH_ZONE):
                raise
            reply = self._write(op.firm, op.key, "PATCH", etag, body | write_utc(op.change.times.when))
        try:
            return self._event(op.key, reply.document)
        except Remote as error:
            raise Unavailable(error.code, scope=Scope.MAILBOX, detail=error.detail, unknown_outcome=True) from None

    def delete(self, op: DeleteEvent) -> None:
        """Fact: deleting an already cancelled meeting has answered 403 [seen], §9: then the event itself is asked."""
        self._write(op.firm, op.key, "DELETE", op.etag, None)

    def _write(
        self, firm: FirmId, key: EventKey, method: str, etag: str | None, body: Mapping[str, Json] | None
    ) -> Reply:
        call = Call(
            method=method, url=user_path(key.mailbox, "events", key.id), mailbox=key.mailbox, body=body, if_match=etag
        )
        try:
            return self._client.send(firm, call)
        except Denied as error:
            may_be_item = error.code == GraphCode.NO_ACCESS.value or (
                error.code == GraphCode.NO_ROLE.value and not self._client.has_role(firm, "Calendars.Read")
            )
            if not may_be_item:
                raise
            # Either the mailbox is closed to us or only this item is: reading it tells. Gone passes through.
            self._raw(firm, key)
            raise Rejected(GraphCode.ITEM_DENIED.value, status=error.status, detail=error.detail) from None


def _from_stored(op: UpdateEvent, stored: Mapping[str, Json] | None) -> dict[str, Json]:
    """The members that are made from the stored event: body and attendees."""
    made: dict[str, Json] = {}
    if op.change.description is not None:
        html = splice(None, op.change.description) if stored is None else _spliced(stored, op.change.description)
        if html is not None:
            made["body"] = {"contentType": "html", "content": html}
    if op.change.attendees is not None:
        made["attendees"] = attendees_body(op.change.attendees, (stored or {}).get("attendees"))
    return made


def _spliced(stored: Mapping[str, Json], description: RichText) -> str | None:
    """The stored body with our part replaced, None where that changes nothing."""
    html = raw_html(stored)
    result = splice(html, description)
    if result == html:
        return None
    check_foreign_kept(html, result)
    return result


def check_foreign_kept(stored: str, result: str) -> None:
    """The last barrier before a body is sent: raises Rejected for one that lost everything foreign.

    Fact: a body without the Teams block disables the meeting or mints a new link and mails everybody [doc][seen], §10.
    """
    if has_foreign(stored) and not has_foreign(result):
        raise Rejected(GraphCode.BODY_UNSAFE.value)


def _is(error: Remote | None, code: str) -> bool:
    return error is not None and (error.detail or "").lower() == code.lower()
