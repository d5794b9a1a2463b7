"""Exchange Online behind Graph: all mailboxes, the writes on them, the meetings between them and the mails these cause.

The app (through Graph) and people (through Outlook) use the same operations; only the actor differs.
"""

import heapq
import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from simulator.entra.directory import User
from simulator.entra.service import EntraService
from simulator.graph.errors import bad_request, item_not_found
from simulator.graph.mailbox import Calendar, Item, Mailbox, MailboxState, Save
from simulator.graph.meetings import Mail, Meetings
from simulator.graph.recurrence import occurrence_on
from simulator.graph.state import SERVER, Actor, Content, EventState, Folder, Json, Online, Person
from simulator.graph.switches import GraphSwitches
from simulator.graph.user_actions import UserActions
from simulator.graph.write import PRIVATE_MEMBERS, WriteContext, apply, checked_members
from simulator.graph.zones import to_wall, zone
from simulator.wire import Clock

_EPOCH = datetime(1601, 1, 1)  # noqa: DTZ001 - naive UTC, as all stored times
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One event of a mailbox: an item, or one day of a series."""

    mailbox: Mailbox
    item: Item
    day: date | None = None


class Exchange:
    """The store of all tenants. ``on_saved`` hears of every save, after it."""

    def __init__(self, clock: Clock, entra: EntraService, switches: GraphSwitches, rng: random.Random) -> None:
        self._clock = clock
        self.entra = entra
        self.switches = switches
        self.random = rng
        self.mailboxes: dict[str, Mailbox] = {}
        #: Every mail Exchange sent because of a write on a meeting, in order.
        self.mails: list[Mail] = []
        self.on_saved: Callable[[Mailbox, Item, Save], None] = lambda mailbox, item, save: None
        self.meetings = Meetings(self)
        self._jobs: list[tuple[datetime, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._as_of: datetime | None = None

    # -- mailboxes ------------------------------------------------------------------------------------------------

    def add_mailbox(self, user: User, *, shared: bool = False) -> Mailbox:
        """Give a directory user a mailbox with a default calendar."""
        mailbox = Mailbox(user, self.now, self._saved)
        mailbox.is_shared = shared
        mailbox.user = UserActions(self, mailbox)
        self.mailboxes[user.id] = mailbox
        self.add_calendar(mailbox, "Calendar", is_default=True)
        return mailbox

    def add_calendar(self, mailbox: Mailbox, name: str, *, is_default: bool = False, teams: bool = True) -> Calendar:
        """A further calendar; without ``teams`` online meetings are silently ignored there."""
        calendar = Calendar(
            id="AQMkAD" + self.opaque(58) + "=",
            name=name,
            is_default=is_default,
            online_providers=("teamsForBusiness",) if teams else (),
        )
        mailbox.calendars[calendar.id] = calendar
        return calendar

    def mailbox(self, name: str) -> Mailbox:
        """By user object id or user principal name; raises KeyError."""
        found = self.mailboxes.get(name)
        if found is not None:
            return found
        lowered = name.lower()
        for mailbox in self.mailboxes.values():
            if mailbox.owner.user_principal_name.lower() == lowered:
                return mailbox
        raise KeyError(name)

    def mailbox_at(self, address: str) -> Mailbox | None:
        """The mailbox that mail to this address reaches, None for the outside world."""
        user = self.entra.user_by_address(address)
        mailbox = self.mailboxes.get(user.id) if user is not None else None
        if mailbox is None or mailbox.state in (MailboxState.NONE, MailboxState.ON_PREMISES):
            return None
        return mailbox

    # -- time -----------------------------------------------------------------------------------------------------

    def now(self) -> datetime:
        """The present; while Exchange catches up with its own work, the moment that work was due."""
        return self._as_of or self._clock()

    def stamp(self) -> datetime:
        """The present as naive UTC."""
        return self.now().astimezone(UTC).replace(tzinfo=None)

    def later(self, seconds: float, job: Callable[[], None]) -> None:
        """Run a job when the simulated clock has come that far; at once for 0."""
        if seconds <= 0:
            job()
            return
        heapq.heappush(self._jobs, (self.now() + timedelta(seconds=seconds), next(self._numbers), job))

    def run_due(self) -> None:
        """Do what Exchange does by itself up to now."""
        if not self._jobs:
            return
        now = self._clock()
        try:
            while self._jobs and self._jobs[0][0] <= now:
                self._as_of, _, job = heapq.heappop(self._jobs)
                job()
        finally:
            self._as_of = None

    def next_due(self) -> datetime | None:
        """When Exchange has something to do next; None when nothing waits."""
        return self._jobs[0][0] if self._jobs else None

    def opaque(self, length: int) -> str:
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        return "".join(self.random.choices(alphabet, k=length))

    def _saved(self, mailbox: Mailbox, item: Item, save: Save) -> None:
        self.on_saved(mailbox, item, save)

    # -- reading one event ----------------------------------------------------------------------------------------

    def locate(self, mailbox: Mailbox, event_id: str) -> Target:
        """What an id names; raises 400 and 404. A cancelled or never existing day of a series is 404."""
        item, parsed = mailbox.item(event_id)
        if parsed.day is not None:
            content = item.content
            if parsed.day in content.cancelled or self.occurrence_state(item, parsed.day) is None:
                raise item_not_found()
        return Target(mailbox=mailbox, item=item, day=parsed.day)

    def occurrence_state(self, item: Item, day: date) -> EventState | None:
        """The state of one day of a series: its exception, or what the master makes of it; None when there is none."""
        content = item.content
        if day in content.overrides:
            return content.overrides[day]
        state = content.state
        found = occurrence_on(state, zone(state.start_zone, all_iana=True), day)
        return None if found is None else replace(state, start=found.start, end=found.end)

    def state_of(self, target: Target) -> EventState:
        """The target's present state."""
        if target.day is None:
            return target.item.content.state
        state = self.occurrence_state(target.item, target.day)
        if state is None:
            raise item_not_found()
        return state

    # -- writes ---------------------------------------------------------------------------------------------------

    def context(self, calendar: Calendar) -> WriteContext:
        return WriteContext(
            switches=self.switches,
            teams_allowed="teamsForBusiness" in calendar.online_providers,
            mint=self._mint_meeting,
            now=self.stamp(),
        )

    def create(self, mailbox: Mailbox, calendar: Calendar, body: Json, by: Actor) -> Item:
        """A new event; raises 400s. Attendees get invitations and copies at once, in any tenant."""
        for member in ("start", "end"):
            if body.get(member) is None:
                raise bad_request(f"The '{member}' property is required.", "ErrorInvalidRequest")
        owner = mailbox.owner
        organizer = Person(name=owner.display_name, address=owner.mail or owner.user_principal_name)
        state = self.new_state(body, organizer, calendar)
        item = mailbox.add(state, calendar, Save(by=by, kind="create", change_type="created"))
        self.schedule_bump(mailbox, item)
        self.meetings.created(mailbox, item, by)
        return item

    def new_state(self, body: Json, organizer: Person, calendar: Calendar) -> EventState:
        """The state a create body describes; raises 400s."""
        now = self.stamp()
        blank = EventState(
            start=_EPOCH,
            end=_EPOCH,
            organizer=organizer,
            ical_uid="040000008200E00074C5B7101A82E008" + f"{self.random.getrandbits(192):048X}",
            created=now,
            modified=now,
            transaction_id=body.get("transactionId"),
        )
        return apply(body, blank, self.context(calendar), creating=True)

    def changed(self, state: EventState, body: Json, calendar: Calendar) -> EventState:
        """A state after a write, without saving it."""
        return apply(body, state, self.context(calendar), creating=False)

    def schedule_bump(self, mailbox: Mailbox, item: Item) -> None:
        """Exchange saves a new event again by itself. Fact: several steps [doc sample], graph-calendar §12."""
        delay = self.switches.post_create_bump_seconds
        if delay is None:
            return

        def bump() -> None:
            if item.content.alive:
                mailbox.save(item, item.content, Save(by=SERVER, kind="post-processing"))

        for step in range(1, self.switches.post_create_bumps + 1):
            self.later(max(delay, 0.001) * step, bump)

    def update(self, target: Target, body: Json, by: Actor) -> None:
        """PATCH: changes the item or one day of it; raises 400s. Mails and copies follow when the owner organises."""
        mailbox, item = target.mailbox, target.item
        members = checked_members(body)
        before = item.content
        base = self.state_of(target)
        context = self.context(mailbox.calendars[before.calendar])
        if target.day is not None:
            if body.get("recurrence") is not None:
                raise bad_request("A recurrence cannot be set on an occurrence.")
            body = {name: value for name, value in body.items() if name != "recurrence"}
            after = self._changed_day(
                target, base, apply(body, replace(base, recurrence=None), context, creating=False)
            )
        else:
            after = self._changed_whole(item, body, apply(body, base, context, creating=False), context)
        is_private = members <= PRIVATE_MEMBERS
        kind = "update" if target.day is None else f"update {target.day}"
        mailbox.save(item, after, Save(by=by, kind=kind, is_private=is_private))
        self.meetings.updated(target, base, members, by)

    def _changed_whole(self, item: Item, body: Json, state: EventState, context: WriteContext) -> Content:
        """A changed time or pattern drops the exceptions; other changes reach them too."""
        before = item.content
        old = before.state
        if state.recurrence is not None and old.recurrence is not None and "recurrence" not in body:
            state = self._shifted_range(state)
        moved = (state.recurrence, state.start, state.end) != (old.recurrence, old.start, old.end)
        if moved or not (before.overrides or before.cancelled):
            return replace(before, state=state, overrides={}, cancelled=frozenset())
        rest = {k: v for k, v in body.items() if k not in ("start", "end", "isAllDay", "recurrence")}
        overrides = {day: apply(rest, known, context, creating=False) for day, known in before.overrides.items()}
        return replace(before, state=state, overrides=overrides)

    @staticmethod
    def _shifted_range(state: EventState) -> EventState:
        recurrence = state.recurrence
        wall = state.start if state.is_all_day else to_wall(state.start, zone(state.start_zone, all_iana=True))
        if recurrence is None or recurrence.start == wall.date():
            return state
        return replace(state, recurrence=replace(recurrence, start=wall.date()))

    def _changed_day(self, target: Target, base: EventState, state: EventState) -> Content:
        day, content = target.day, target.item.content
        if day is None:
            raise item_not_found()
        if state.start != base.start:
            self._check_boundary(target, state, day)
        unchanged = occurrence_on(content.state, zone(content.state.start_zone, all_iana=True), day)
        original = base.original_start or (unchanged.start if unchanged else base.start)
        return replace(content, overrides=dict(content.overrides) | {day: replace(state, original_start=original)})

    def _check_boundary(self, target: Target, state: EventState, day: date) -> None:
        """Fact: an exception must stay between its neighbours [doc], graph-calendar §11."""
        wall = state.start if state.is_all_day else to_wall(state.start, zone(state.start_zone, all_iana=True))
        for step in (-1, 1):
            other = day + step * _ONE_DAY
            for _ in range(366):
                neighbour = self.occurrence_state(target.item, other)
                if neighbour is not None and other not in target.item.content.cancelled:
                    break
                other += step * _ONE_DAY
            else:
                continue
            if (wall.date() - other).days * step >= 0:
                text = "Cannot modify the occurrence: it crosses or overlaps an adjacent occurrence."
                raise bad_request(text, "ErrorOccurrenceCrossingBoundary")

    def delete(self, target: Target, by: Actor, *, permanent: bool = False) -> None:
        """DELETE: to Deleted Items. An organizer's meeting sends cancellations; an attendee's copy just goes."""
        mailbox, item = target.mailbox, target.item
        state = self.state_of(target)
        if target.day is not None:
            self._cancel_day(target, by)
        else:
            folder = Folder.GONE if permanent else Folder.DELETED
            mailbox.remove(item, Save(by=by, kind="delete", change_type="deleted"), folder)
        self.meetings.deleted(target, state, by)

    def _cancel_day(self, target: Target, by: Actor) -> None:
        content, day = target.item.content, target.day
        if day is None:
            raise item_not_found()
        overrides = {d: s for d, s in content.overrides.items() if d != day}
        after = replace(content, overrides=overrides, cancelled=content.cancelled | {day})
        target.mailbox.save(target.item, after, Save(by=by, kind=f"delete {day}"))

    def cancel(self, target: Target, by: Actor) -> None:
        """Organizer's cancel; 400 for anybody else. Fact: [doc, live], graph-calendar §9."""
        if not self.state_of(target).is_organizer:
            raise bad_request("Your request can't be completed. You need to be an organizer to cancel a meeting.")
        self.delete(target, by)

    def respond(self, target: Target, response: str, by: Actor, *, send: bool) -> None:
        """Accept, tentativelyAccept or decline; 400 for one's own event. A declined copy goes to Deleted Items."""
        state = self.state_of(target)
        if state.is_organizer:
            raise bad_request(
                "Your request can't be completed. You can't respond to this meeting because you're the organizer."
            )
        self.meetings.responded(target, response, by, send=send)

    def move(self, target: Target, calendar: Calendar, by: Actor) -> None:
        """Into another calendar of the mailbox: the normal id changes, the immutable one stays."""
        content = replace(target.item.content, calendar=calendar.id)
        target.mailbox.save(target.item, content, Save(by=by, kind="move"))

    def restore(self, mailbox: Mailbox, item: Item, by: Actor) -> None:
        """From Deleted Items back: same immutable id. Fact: [inferred], graph-calendar §9."""
        if item.content.folder is not Folder.DELETED:
            raise item_not_found()
        content = replace(item.content, folder=Folder.CALENDAR)
        mailbox.save(item, content, Save(by=by, kind="restore", change_type="created"))

    def _mint_meeting(self) -> Online:
        key = self.opaque(40).replace("-", "x").replace("_", "y")
        url = f"https://teams.microsoft.com/l/meetup-join/19%3ameeting_{key}%40thread.v2/0"
        blob = (
            '<br><div style="width:100%"><span style="white-space:nowrap;opacity:.36">________________________________'
            f'</span></div><div class="me-email-text" lang="en-US"><a class="me-email-headline" href="{url}">'
            "Join the meeting now</a></div>"
        )
        return Online(
            provider="teamsForBusiness", join_url=url, conference_id=str(self.random.randint(10**8, 10**9)), blob=blob
        )
