"""One mailbox: calendars, items, change sequences and histories. Every save goes through ``Mailbox.save``."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from simulator.entra.directory import User
from simulator.graph import ids
from simulator.graph.errors import item_not_found
from simulator.graph.state import Actor, Content, EventState, Folder, Revision

if TYPE_CHECKING:
    from simulator.graph.user_actions import UserActions


class MailboxState(StrEnum):
    """Whether and how a mailbox answers."""

    READY = "ready"
    NONE = "none"  # unlicensed or new: no Exchange Online mailbox
    ON_PREMISES = "on-premises"
    MOVING = "moving"
    FORBIDDEN = "forbidden"
    FULL = "quota full"


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarChange:
    """The last change of an item as seen from one calendar; ``generation`` names the id it had or has there."""

    sequence: int
    generation: int
    #: The last change that was more than a save of categories or extended properties.
    public_sequence: int


@dataclass(slots=True, kw_only=True)
class Calendar:
    """A calendar folder. ``changes`` is ordered by sequence: each change moves its item to the end."""

    id: str
    name: str
    is_default: bool = False
    can_edit: bool = True
    online_providers: tuple[str, ...] = ("teamsForBusiness",)
    changes: dict[int, CalendarChange] = field(default_factory=dict)
    #: Items lying here now.
    members: set[int] = field(default_factory=set)


@dataclass(slots=True, kw_only=True)
class Item:
    """One stored event or series with its append-only history. ``content`` is immutable and replaced as a whole."""

    number: int
    content: Content
    generation: int = 1
    sequence: int = 0
    created_sequence: int = 0
    saved_at: datetime
    history: list[Revision] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Save:
    """What a save is: its cause, its name in the history, and what the outside hears of it."""

    by: Actor
    kind: str
    change_type: str = "updated"
    is_private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """A remembered ``transactionId``: the item it made and a digest of the request's content."""

    number: int
    digest: str
    at: datetime


class Mailbox:
    """The store of one user. ``saved`` is called after each save with (mailbox, item, save)."""

    #: What the mailbox's owner can do in Outlook; set by the exchange that holds the mailbox.
    user: "UserActions"

    def __init__(
        self, owner: User, now: Callable[[], datetime], saved: Callable[["Mailbox", Item, Save], None]
    ) -> None:
        self.owner = owner
        self.id = owner.id
        self.state = MailboxState.READY
        self.is_shared = False
        self.time_zone = "Central Europe Standard Time"
        self.calendars: dict[str, Calendar] = {}
        self.items: dict[int, Item] = {}
        self.sequence = 0
        self.transactions: dict[str, Transaction] = {}

        #: How many writes are still to be refused with 409.
        self.pending_conflicts = 0
        self.throttled_until: datetime | None = None
        #: Raised to make every delta token issued before worthless.
        self.delta_epoch = 1
        self._by_ical_uid: dict[str, list[int]] = {}
        self._sequence_times: deque[tuple[datetime, int]] = deque()
        self._now = now
        self._saved = saved

    @property
    def default_calendar(self) -> Calendar:
        return next(calendar for calendar in self.calendars.values() if calendar.is_default)

    # -- looking --------------------------------------------------------------------------------------------------

    def item(self, event_id: str) -> tuple[Item, ids.EventId]:
        """The living item an id names, in whichever form; raises 400 malformed and 404. A stale normal id is 404."""
        parsed = ids.decode(event_id)
        item = self.items.get(parsed.number) if parsed.mailbox == self.id else None
        if item is None or not item.content.alive:
            raise item_not_found()
        if parsed.generation is not None and parsed.generation != item.generation:
            raise item_not_found()
        return item, parsed

    def living(self, calendar: Calendar | None = None) -> Iterator[Item]:
        """Items of one calendar or of all, in order of creation."""
        numbers = calendar.members if calendar is not None else {n for c in self.calendars.values() for n in c.members}
        for number in sorted(numbers):
            yield self.items[number]

    def by_ical_uid(self, ical_uid: str) -> Item | None:
        """The living item of that meeting, the youngest first."""
        for number in reversed(self._by_ical_uid.get(ical_uid, [])):
            if self.items[number].content.alive:
                return self.items[number]
        return None

    def visible_sequence(self, delay_seconds: float) -> int:
        """The last sequence old enough to be visible to delta."""
        if delay_seconds <= 0:
            return self.sequence
        limit = self._now()
        hidden = [sequence for at, sequence in self._sequence_times if (limit - at).total_seconds() < delay_seconds]
        return hidden[0] - 1 if hidden else self.sequence

    # -- saving ---------------------------------------------------------------------------------------------------

    def add(self, state: EventState, calendar: Calendar, save: Save) -> Item:
        """Store a new item."""
        number = len(self.items) + 1
        content = Content(state=state, calendar=calendar.id)
        item = Item(number=number, content=content, saved_at=self._now())
        self.items[number] = item
        self._by_ical_uid.setdefault(state.ical_uid, []).append(number)
        self._store(item, None, content, save)
        item.created_sequence = item.sequence
        return item

    def save(self, item: Item, content: Content, save: Save) -> None:
        """Replace an item's content; moves between calendars and folders change its normal id."""
        before = item.content
        if (before.calendar, before.folder) != (content.calendar, content.folder):
            self._leave(item, before)
            item.generation += 1
        self._store(item, before, content, save)

    def _leave(self, item: Item, before: Content) -> None:
        """The calendar an item leaves remembers under which id it was there."""
        if not before.alive:
            return
        calendar = self.calendars[before.calendar]
        calendar.members.discard(item.number)
        calendar.changes.pop(item.number, None)
        calendar.changes[item.number] = CalendarChange(
            sequence=self.sequence + 1, generation=item.generation, public_sequence=self.sequence + 1
        )

    def _store(self, item: Item, before: Content | None, content: Content, save: Save) -> None:
        self.sequence += 1
        now = self._now()
        stamp = now.astimezone(UTC).replace(tzinfo=None)
        state = replace(content.state, version=self.sequence, modified=stamp)
        content = replace(content, state=state, overrides=self._stamped(before, content, stamp))
        item.content, item.sequence, item.saved_at = content, self.sequence, now
        if content.alive:
            calendar = self.calendars[content.calendar]
            calendar.members.add(item.number)
            previous = calendar.changes.pop(item.number, None)
            public = previous.public_sequence if save.is_private and previous is not None else self.sequence
            calendar.changes[item.number] = CalendarChange(
                sequence=self.sequence, generation=item.generation, public_sequence=public
            )
        self._remember_time(now)
        item.history.append(
            Revision(at=now, by=save.by, kind=save.kind, before=before, after=content, sequence=self.sequence)
        )
        self._saved(self, item, save)

    def _stamped(self, before: Content | None, content: Content, stamp: datetime) -> Mapping[date, EventState]:
        """Exceptions that this save changed get its version; the others keep theirs."""
        if not content.overrides:
            return content.overrides
        old = before.overrides if before is not None else {}
        return MappingProxyType(
            {
                day: state if old.get(day) is state else replace(state, version=self.sequence, modified=stamp)
                for day, state in content.overrides.items()
            }
        )

    def _remember_time(self, now: datetime) -> None:
        times = self._sequence_times
        times.append((now, self.sequence))
        while len(times) > 10_000:
            times.popleft()

    def remove(self, item: Item, save: Save, folder: Folder = Folder.DELETED) -> None:
        """Move an item to Deleted Items, or away for good."""
        self.save(item, replace(item.content, folder=folder), save)
