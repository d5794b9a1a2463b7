"""Delta rounds over a calendar view: opaque tokens carry window, position and sequence; idle calls scan nothing."""

import base64
import functools
import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from simulator.graph import ids
from simulator.graph.errors import GraphError
from simulator.graph.mailbox import Calendar, CalendarChange, Item, Mailbox
from simulator.graph.preferences import Preferences
from simulator.graph.query import Window, as_it_was, item_entries, window_of
from simulator.graph.render import Style, bare_json, event_json, whole
from simulator.graph.state import Json
from simulator.graph.switches import GraphSwitches

_FORM = "%Y%m%dT%H%M%S"

#: How each form of token loss answers: status and code. Fact: [doc] and [seen], graph-calendar §13.
_EXPIRY = {
    "gone": (410, "SyncStateNotFound"),
    "syncStateNotFound": (404, "syncStateNotFound"),
    "resyncRequired": (410, "resyncRequired"),
    "fullSyncRequired": (410, "fullSyncRequired"),
    "SyncStateInvalid": (400, "SyncStateInvalid"),
    "InvalidDeltaToken": (400, "InvalidDeltaToken"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What a link's token says. ``since`` -1 is a first round; ``last`` the number of the last item shown before."""

    epoch: int
    issued: int
    window: Window
    since: int
    until: int
    last: int
    #: Counts repeats of one page under the service bug, so that links differ while payloads do not.
    turn: int = 0


@functools.lru_cache(maxsize=16384)
def write_token(token: Token) -> str:
    start, end = (moment.strftime(_FORM) for moment in token.window)
    text = f"{token.epoch}.{token.issued}.{start}.{end}.{token.since}.{token.until}.{token.last}.{token.turn}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@functools.lru_cache(maxsize=16384)
def read_token(text: str) -> Token:
    """Raises 400 ``InvalidDeltaToken`` for anything we did not write."""
    try:
        plain = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
        epoch, issued, start, end, since, until, last, turn = plain.split(".")
        moments = tuple(datetime.strptime(part, _FORM) for part in (start, end))  # noqa: DTZ007 - naive UTC throughout
        return Token(
            epoch=int(epoch),
            issued=int(issued),
            window=(moments[0], moments[1]),
            since=int(since),
            until=int(until),
            last=int(last),
            turn=int(turn),
        )
    except ValueError:
        raise GraphError(400, "InvalidDeltaToken", "The delta token is invalid.") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeltaRequest:
    """One delta call: the calendar, the query, and the address its links start with."""

    mailbox: Mailbox
    calendar: Calendar
    query: Mapping[str, str]
    prefer: Preferences
    address: str
    context: str
    now: datetime


class DeltaRounds:
    """Answers delta calls under the switches; randomness only for repeats and order."""

    def __init__(self, switches: GraphSwitches, rng: random.Random) -> None:
        self._switches = switches
        self._random = rng

    def page(self, request: DeltaRequest) -> Json:
        """One page of a round with its nextLink or deltaLink; raises 400s and the switched form of token loss."""
        query = request.query
        if len(query) > 1 or not ("$deltatoken" in query or "$skiptoken" in query):
            self._check_options(query)
        if "$skiptoken" in query:
            token = self._known(query["$skiptoken"], request)
        elif "$deltatoken" in query:
            token = self._known(query["$deltatoken"], request)
            visible = request.mailbox.visible_sequence(self._switches.delta_visibility_seconds)
            if visible <= token.until and not self._moving:
                return _answer(request, [], f"$deltatoken={query['$deltatoken']}", final=True)
            token = replace(token, since=token.until, until=max(visible, token.until), last=0, turn=0)
        else:
            token = self._first(request)
        return self._filled(request, token)

    @property
    def _moving(self) -> bool:
        """Whether even a round without changes must write a new answer."""
        return bool(self._switches.delta_repeat_probability) or self._switches.delta_token_seconds is not None

    def _check_options(self, query: Mapping[str, str]) -> None:
        """Fact: none of these is supported; ``$top`` is 400, ``$expand`` 400 or 500 [doc, seen], graph-calendar §13."""
        for name in ("$top", "$filter", "$orderby", "$search", "$skip"):
            if name in query:
                text = f"The following parameters are not supported with change tracking: '{name}'."
                raise GraphError(400, "ErrorInvalidUrlQuery", text)
        if "$expand" in query:
            status = self._switches.delta_expand_status
            code = "InternalServerError" if status == 500 else "ErrorInvalidUrlQuery"
            raise GraphError(status, code, "Parsing OData Select and Expand failed.")
        if "$select" in query and not self._switches.delta_accepts_select:
            raise GraphError(400, "ErrorInvalidUrlQuery", "$select is not supported with change tracking.")

    def _first(self, request: DeltaRequest) -> Token:
        window = window_of(request.query)
        if window is None:
            raise GraphError(400, "ErrorInvalidParameter", "startDateTime and endDateTime are required.")
        return Token(
            epoch=request.mailbox.delta_epoch,
            issued=_seconds(request.now),
            window=(window[0].replace(microsecond=0), window[1].replace(microsecond=0)),
            since=-1,
            until=request.mailbox.visible_sequence(self._switches.delta_visibility_seconds),
            last=0,
        )

    def _known(self, text: str, request: DeltaRequest) -> Token:
        token = read_token(text)
        life = self._switches.delta_token_seconds
        too_old = life is not None and _seconds(request.now) - token.issued > life
        if token.epoch != request.mailbox.delta_epoch or too_old:
            raise self._lost(request, token)
        return token

    def _lost(self, request: DeltaRequest, token: Token) -> GraphError:
        status, code = _EXPIRY[self._switches.delta_expiry]
        headers = {}
        if self._switches.delta_expiry == "gone":
            start, end = (f"{moment.isoformat()}Z" for moment in token.window)
            headers["Location"] = f"{request.address}?startDateTime={start}&endDateTime={end}"
        return GraphError(status, code, "The sync state generation is not found.", headers=headers)

    # -- filling a page --------------------------------------------------------------------------------------------

    def _filled(self, request: DeltaRequest, token: Token) -> Json:
        numbers = self._candidates(request, token)
        size = request.prefer.page_size or self._switches.delta_page_size
        value: list[Json] = []
        last = token.last
        for position, number in enumerate(numbers):
            group = self._group(request, token, number)
            value.extend(group)
            last = number
            if self._switches.delta_series_loop and len(group) > size:
                looping = replace(token, turn=token.turn + 1)
                return _answer(request, group, f"$skiptoken={write_token(looping)}", final=False)
            if len(value) >= size and position + 1 < len(numbers):
                following = replace(token, last=last)
                return _answer(
                    request, self._arranged(request, token, value), f"$skiptoken={write_token(following)}", final=False
                )
        done = replace(token, since=0, last=0, turn=0, issued=_seconds(request.now))
        return _answer(request, self._arranged(request, token, value), f"$deltatoken={write_token(done)}", final=True)

    def _candidates(self, request: DeltaRequest, token: Token) -> list[int]:
        """Numbers of the items this round still has to show, ascending."""
        items = request.mailbox.items
        if token.since < 0:
            return sorted(
                n for n in request.calendar.members if n > token.last and items[n].created_sequence <= token.until
            )
        found = []
        for number in reversed(request.calendar.changes):
            change = request.calendar.changes[number]
            if change.sequence <= token.since:
                break
            if token.since < self._told(change) <= token.until and number > token.last:
                found.append(number)
        return sorted(found)

    def _told(self, change: CalendarChange) -> int:
        """The save that a round tells of: a private one that it does not tell of never hides the one before."""
        return change.sequence if self._switches.delta_reports_private_saves else change.public_sequence

    def _group(self, request: DeltaRequest, token: Token, number: int) -> list[Json]:
        """Everything one item contributes: itself, a whole series, or its removal."""
        item, mailbox = request.mailbox.items[number], request.mailbox
        content = item.content
        style = Style(prefer=request.prefer, share_ical_uid=self._switches.occurrences_share_ical_uid)
        if not content.alive or content.calendar != request.calendar.id:
            return [_removed(request, item)]
        entries = item_entries(item, token.window)
        if not entries:
            outside = token.since >= 0 and self._switches.delta_reports_outside
            return [_removed(request, item)] if outside else []
        typed = {"@odata.type": "#microsoft.graph.event"}
        if content.state.recurrence is None:
            return [typed | event_json(mailbox, entries[0], style)]
        shown = [typed | event_json(mailbox, whole(item), style)]
        for entry in entries:
            if entry.kind == "occurrence":
                shown.append(bare_json(mailbox, entry, style))
            else:
                shown.append(typed | event_json(mailbox, entry, style))
        return shown

    def _arranged(self, request: DeltaRequest, token: Token, value: list[Json]) -> list[Json]:
        """Repeats and order as switched. Fact: replays happen, order is free [doc], graph-calendar §13."""
        chance = self._switches.delta_repeat_probability
        if chance and self._random.random() < chance:
            known = [n for n in request.calendar.changes if request.calendar.changes[n].sequence <= token.until]
            if known:
                number = self._random.choice(known)
                value = value + self._repeated(request, token, number)
        if self._switches.delta_shuffles:
            value = list(value)
            self._random.shuffle(value)
        return value

    def _repeated(self, request: DeltaRequest, token: Token, number: int) -> list[Json]:
        """An item once more: as it is, or as switched, as one of its changes left it."""
        if not self._switches.delta_repeats_old:
            return self._group(request, token, number)
        entry = as_it_was(request.mailbox.items[number], token.window, token.until, self._random)
        if entry is None:
            return []
        style = Style(prefer=request.prefer, share_ical_uid=self._switches.occurrences_share_ical_uid)
        return [{"@odata.type": "#microsoft.graph.event"} | event_json(request.mailbox, entry, style)]


def _answer(request: DeltaRequest, value: list[Json], token: str, *, final: bool) -> Json:
    link = "@odata.deltaLink" if final else "@odata.nextLink"
    return {"@odata.context": request.context, link: f"{request.address}?{token}", "value": value}


def _removed(request: DeltaRequest, item: Item) -> Json:
    """Fact: this shape, also for changes outside the window [doc; seen: docs 6599, 4659], graph-calendar §13."""
    change = request.calendar.changes.get(item.number)
    generation = change.generation if change is not None else item.generation
    event_id = ids.encode(request.mailbox.id, item.number, None if request.prefer.immutable_ids else generation)
    return {"@odata.type": "#microsoft.graph.event", "id": event_id, "@removed": {"reason": "deleted"}}


def _seconds(moment: datetime) -> int:
    return int(moment.astimezone(UTC).timestamp())
