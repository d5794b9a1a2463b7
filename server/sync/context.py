"""One pass over one firm: what it knows, what it counted, which side it must leave alone."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from server.domain.activity import Activity
from server.domain.ids import ActivityKey, EventKey, FirmId, LinkId, MailboxId, PairId, PassId, PersonId, SeatId
from server.domain.mapping import SeatPlace, World, window_at
from server.domain.panel import DraftState, PanelDraft
from server.domain.panel_binding import draft_form_until, form_until
from server.domain.plan import Plan, Write
from server.domain.series import Carried
from server.domain.state import Attention, Breaker, FirmSync, MailboxState, MailboxSync, Notice, Side, Tombstone
from server.domain.zones import iana_zone
from server.errors import Denied, Remote, RosError, Scope, Throttled
from server.flow import Flow, want
from server.ports.store import Commit, FirmState, PanelDesk, PassStart

#: First wait after trouble; doubles up to the longest.
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=5)
#: Refused credentials: one probe per hour. Fact: more than 20 bad logins block the address, raynet-api §2 [spec].
BREAKER_PROBE = timedelta(hours=1)
DEFAULT_ZONE = "Europe/Prague"
#: Why many links are due at once. Beside those something has just happened to, they wait.
FULL, MET, SEAT, RULES = "full", "met", "seat", "rules"


@dataclass(frozen=True, slots=True, kw_only=True)
class Portions:
    """How much a worker's pass takes at once where there is very much, so that one change does not wait for all."""

    #: Calendars that are read whole and meet Raynet; more of them while nobody has met it who could wait.
    calendars: int = 4
    calendars_alone: int = 20
    #: Links planned in one round; fewer within a longer pass, for whose end others wait. Where there are more, so many
    #: that something has just happened to come besides.
    links: int = 2_000
    links_within: int = 250
    urgent: int = 500
    #: Activities that wait for a link and are looked at in one go.
    unlinked: int = 2_000
    #: Activities that are looked for by their ids when some have been deleted; more of them stand in the window's list.
    #: Fact: a list shows 1,000 rows to a call [spec], a filter takes 100 ids (its longest is not known), raynet-api §5.
    sought: int = 500
    #: So long a pass reads or matches before an ordinary one takes place in between.
    breath: timedelta = timedelta(seconds=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class PassOptions:
    """``full`` compares everything; ``preview`` plans and stops before any write. A worker's turn may read less."""

    trigger: str = "poll"
    full: bool = False
    preview: bool = False
    #: A worker's turn reads at most this often without a ring.
    floor_seconds: float = 0.0
    #: An ordinary pass within a longer one: calendars that have not met Raynet are left to that.
    within: bool = False
    portions: Portions = Portions()


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemError:
    """What went wrong with one item, by code."""

    item: str
    code: str
    detail: str = ""


@dataclass(slots=True)
class Counts:
    matched: int = 0
    created: int = 0
    changed: int = 0
    removed: int = 0
    ambiguous: int = 0
    held: int = 0
    conflicts: int = 0
    mails: int = 0

    def add(self, more: "Counts") -> None:
        """What another pass counted."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(more, name))

    def told(self) -> dict[str, int]:
        """By name, those that are not nothing."""
        if self == _NOTHING:
            return {}
        return {name: number for name in self.__slots__ if (number := getattr(self, name))}


_NOTHING = Counts()


@dataclass(frozen=True, slots=True, kw_only=True)
class PassResult:
    """What a pass did; ``quiet`` when nothing was left to write. ``writes`` are those planned, in a preview."""

    pass_id: PassId
    counts: Counts
    errors: tuple[ItemError, ...]
    writes: tuple[Write, ...] = ()
    plans: tuple[Plan, ...] = ()
    quiet: bool = True
    #: Longest wait before the next reading: the floor, or more while push has proven itself. None = the floor.
    read_again_in_seconds: float | None = None
    #: Earliest moment at which there is more to do without a new wake-up.
    due_at: datetime | None = None
    #: People's changes that reached the other side.
    carried: tuple[Carried, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Places:
    """What a firm's calendars are to planning, worked out of ``rows``."""

    rows: tuple[MailboxSync, ...]
    seats: tuple[SeatPlace, ...]
    unmet: frozenset[MailboxId]

    @classmethod
    def of(cls, rows: tuple[MailboxSync, ...]) -> "_Places":
        seats = tuple(
            _seat_place(one.mailbox, one.person, one.email, one.addresses)
            for one in rows
            if one.mailbox is not None and one.person is not None and one.state in _TAKING_PART
        )
        matched: dict[MailboxId | None, bool] = {}
        for one in rows:
            if one.state is not MailboxState.RELEASED:
                matched.setdefault(one.mailbox, one.matched)
        unmet = frozenset(seat.mailbox for seat in seats if not matched[seat.mailbox])
        return cls(rows=rows, seats=seats, unmet=unmet)


_TAKING_PART = (MailboxState.READY, MailboxState.NO_ACCESS, MailboxState.NO_MAILBOX)


@lru_cache(maxsize=4096)
def _seat_place(mailbox: MailboxId, person: PersonId, email: str, addresses: tuple[str, ...]) -> SeatPlace:
    """The same from pass to pass."""
    return SeatPlace(mailbox=mailbox, person=person, addresses=frozenset((email.lower(), *addresses)))


@dataclass(slots=True)
class PassContext:
    """Mutable state of one pass. Rows that change are committed at once and replaced here."""

    state: FirmState
    #: As the store answered before anything was read; what changes of it meanwhile stands in the members below.
    start: PassStart
    pass_id: PassId
    #: The moment that the pass judges by, and the one in which it began.
    now: datetime
    began: datetime
    options: PassOptions
    counts: Counts = field(default_factory=Counts)
    errors: list[ItemError] = field(default_factory=list)
    blocked: set[Side] = field(default_factory=set)
    notices: tuple[Notice, ...] = ()
    persons: dict[str, PersonId | None] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    #: Links that were planned though Raynet could not be asked for all their people.
    unasked: set[LinkId] = field(default_factory=set)
    rejected: frozenset[PairId] = frozenset()
    confirmed: frozenset[PairId] = frozenset()
    #: More links are due than this round takes.
    more_due: bool = False
    #: What the rounds so far have taken from each calendar: the brake before mass deletion counts all of the pass.
    removed: defaultdict[MailboxId, set[PairId]] = field(default_factory=lambda: defaultdict(set))
    wrote: int = 0
    whole_window: bool = False
    #: Sides whose push has proven itself: polling of them may relax.
    proven: set[Side] = field(default_factory=set)
    #: Activities that a write found missing: proof is looked for before the next plan.
    suspects: set[ActivityKey] = field(default_factory=set)
    #: A write of unknown outcome is open: its link is not planned again before it is settled.
    unsettled: bool = False
    #: Left-over placeholders and events of creates we gave up, to be removed.
    orphans: list[ActivityKey] = field(default_factory=list)
    orphan_events: list[EventKey] = field(default_factory=list)
    tombstones: dict[str, Tombstone] = field(default_factory=dict)
    #: Where activities went whose type was changed while they were read: an older row of them is no news.
    moved: dict[ActivityKey, ActivityKey] = field(default_factory=dict)
    #: Transaction ids of creates that are still open: their events may appear before they are settled.
    awaited: set[str] = field(default_factory=set)
    #: What the panel's users want, as last asked for.
    panel: PanelDesk = field(default_factory=PanelDesk)
    read_whole: set[MailboxId] = field(default_factory=set)
    #: Events that rang and stood in this pass's rounds, and rings (by ``dedupe``) whose change none has shown.
    shown: set[EventKey] = field(default_factory=set)
    unshown: set[str] = field(default_factory=set)
    #: Calendars in which something of our own stands that we do not know.
    strangers: set[MailboxId] = field(default_factory=set)
    #: Until when plans are begun, None: all are; and whether some were left to the next pass.
    enough_at: datetime | None = None
    left_some: bool = False
    #: Rows read a moment ago for the write that follows, with the moment.
    fresh: dict[ActivityKey, tuple[Activity, datetime]] = field(default_factory=dict)
    #: When calendars were looked at between two readings, and which events turned private since these.
    looked_at: dict[MailboxId, datetime] = field(default_factory=dict)
    turned_private: set[EventKey] = field(default_factory=set)
    #: For the figures of lag: what was carried, when all was last read before this pass, who took part then.
    carried: list[Carried] = field(default_factory=list)
    whole_before: datetime | None = None
    matched_before: frozenset[SeatId] = frozenset()
    #: An ordinary pass in between (see :mod:`server.sync.breath`), when the last one began and ended, what they did.
    ordinary: "Callable[[PassContext], Flow[None]] | None" = None
    breath_began: datetime | None = None
    breathed_at: datetime | None = None
    within: list[PassResult] = field(default_factory=list)
    #: Notices (by ``dedupe``) that tell nothing new, and those of them that our own saves in Raynet caused.
    known: set[str] = field(default_factory=set)
    echoes: set[str] = field(default_factory=set)

    #: What follows from the calendars' rows alone, for the rows it was made of: asked for every item of a pass.
    _ready: "tuple[tuple[MailboxSync, ...], tuple[MailboxSync, ...]] | None" = None
    _places: "_Places | None" = None

    @property
    def firm(self) -> FirmId:
        return self.state.firm.id

    @property
    def sync(self) -> FirmSync:
        return self.state.sync

    @property
    def zone(self) -> ZoneInfo:
        return iana_zone(self.sync.zone) or ZoneInfo(DEFAULT_ZONE)

    def rings(self) -> tuple[Notice, ...]:
        """The notices that tell something, or may."""
        if not self.known:
            return self.notices
        return tuple(one for one in self.notices if one.dedupe not in self.known)

    def ready(self) -> tuple[MailboxSync, ...]:
        """Mailboxes that take part now."""
        rows, known = self.state.mailboxes, self._ready
        if known is None or known[0] is not rows:
            found = [one for one in rows if one.state is MailboxState.READY and one.mailbox is not None]
            known = self._ready = rows, tuple(found)
        return known[1]

    def _of_places(self) -> "_Places":
        known = self._places
        if known is None or known.rows is not self.state.mailboxes:
            known = self._places = _Places.of(self.state.mailboxes)
        return known

    @property
    def window(self) -> tuple[datetime, datetime]:
        """The days that the rules want carried."""
        return window_at(self.now, self.state.firm.rules)

    def newcomers(self) -> tuple[MailboxSync, ...]:
        """Calendars that have not met Raynet and can be read now."""
        rows = (row for row in self.ready() if not row.matched)
        return tuple(row for row in rows if row.wait_until is None or row.wait_until <= self.now)

    def world(self) -> World:
        """What planning depends on."""
        places = self._of_places()
        return World(
            rules=self.state.firm.rules,
            zone=self.zone,
            now=self.now,
            login=self.sync.login or "",
            tenant=self.state.firm.tenant_id,
            seats=places.seats,
            unmet=places.unmet,
            persons=dict(self.persons),
            rejected=self.rejected,
            panel=self.bound(),
            panel_changes={one.id: one for one in self.panel.changes},
        )

    def bound(self) -> dict[EventKey, PanelDraft]:
        """Drafts bound to events whose activity is still to be made."""
        if not self.panel.drafts:
            return {}
        drafts = (one for one in self.panel.drafts if one.state is DraftState.BOUND)
        return {EventKey(one.mailbox, one.event): one for one in drafts if one.event is not None}

    def colleagues(self) -> frozenset[PersonId]:
        """Persons who are users here: they take part in activities without being what these are about."""
        return frozenset(one.person for one in self.state.mailboxes if one.person is not None)

    def form_open_until(self, event: EventKey) -> datetime | None:
        """Until when the event is not written because somebody has its form open; None when nobody has."""
        forms = [form_until(one) for one in self.panel.forms if EventKey(one.mailbox, one.event) == event]
        drafts = (one for one in self.panel.drafts if one.event is not None)
        forms += [draft_form_until(one) for one in drafts if (one.mailbox, one.event) == (event.mailbox, event.id)]
        until = max(forms, default=None)
        return until if until is not None and until > self.now else None

    def put_sync(self, sync: FirmSync) -> None:
        state = self.state
        self.state = FirmState(firm=state.firm, sync=sync, seats=state.seats, mailboxes=state.mailboxes)

    def put_mailbox(self, row: MailboxSync) -> None:
        self.put_mailboxes((row,))

    def put_mailboxes(self, rows: Iterable[MailboxSync]) -> None:
        new = {one.seat_id: one for one in rows}
        others = tuple(one for one in self.state.mailboxes if one.seat_id not in new)
        self.state = replace(self.state, mailboxes=(*others, *new.values()))

    def unmatch(self, mailbox: MailboxId) -> tuple[MailboxSync, ...]:
        """The calendar is to meet Raynet anew; its row, to be committed."""
        row = self.mailbox(mailbox)
        if row is None:
            return ()
        self.strangers.add(mailbox)
        row = replace(row, matched=False)
        self.put_mailbox(row)
        return (row,)

    def is_matched(self, mailbox: MailboxId) -> bool:
        """Whether new items of that calendar may be linked; a calendar that is not ours holds up nobody."""
        row = self.mailbox(mailbox)
        return row is None or row.matched

    def may_link(self, wanted: Iterable[MailboxId]) -> bool:
        """Whether an activity of these calendars may be linked: one has met Raynet, and none is about to.

        One that cannot be read now holds up nobody; it meets what is linked by then.
        """
        rows = [self.mailbox(one) for one in wanted]
        if any(row is not None and not row.matched and row.state is MailboxState.READY for row in rows):
            return False
        return any(row is None or row.matched for row in rows)

    def of_seat(self, seat: SeatId) -> MailboxSync | None:
        """The seat's row as it stands now."""
        return next((row for row in self.state.mailboxes if row.seat_id == seat), None)

    def mailbox(self, mailbox: MailboxId) -> MailboxSync | None:
        """The row that is at work there; a seat that was removed may have left another one of the same calendar."""
        found = [one for one in self.state.mailboxes if one.mailbox == mailbox]
        return min(found, key=lambda one: one.state is MailboxState.RELEASED, default=None)

    def error(self, item: str, error: RosError) -> None:
        detail = error.detail if isinstance(error, Remote) and error.detail else ""
        self.errors.append(ItemError(item=item, code=error.code, detail=detail))


def due(ctx: PassContext, link: LinkId, why: str = "") -> Attention:
    """Reconcile this link now."""
    return Attention(firm_id=ctx.firm, link_id=link, due_at=ctx.now, why=why)


def waited(failures: int) -> timedelta:
    """Back-off after the n-th consecutive failure (from 1)."""
    return min(LONGEST_WAIT, FIRST_WAIT * float(2 ** min(failures - 1, 10)))


def side_trouble(ctx: PassContext, side: Side, error: Remote) -> Flow[None]:
    """A whole side of the firm does not answer as it should: leave it alone until a known moment."""
    ctx.blocked.add(side)
    ctx.error(side.value, error)
    sync = ctx.sync
    failures = (sync.raynet_failures if side is Side.RAYNET else sync.graph_failures) + 1
    until = error.until if isinstance(error, Throttled) else ctx.now + waited(failures)
    breaker = sync.raynet_breaker if side is Side.RAYNET else sync.graph_breaker
    if isinstance(error, Denied):
        since = breaker.since if breaker is not None else ctx.now
        until = ctx.now + BREAKER_PROBE
        revision = ctx.state.firm.connection_revision
        breaker = Breaker(code=error.code, since=since, connection_revision=revision, retry_at=until)
    if side is Side.RAYNET:
        sync = replace(sync, raynet_wait_until=until, raynet_failures=failures, raynet_breaker=breaker)
    else:
        sync = replace(sync, graph_wait_until=until, graph_failures=failures, graph_breaker=breaker)
    ctx.put_sync(sync)
    yield from want(Commit(ctx.firm, (sync,)))


def side_well(ctx: PassContext, side: Side) -> Flow[None]:
    """The side answered: forget earlier trouble."""
    sync = ctx.sync
    if side is Side.RAYNET and (sync.raynet_failures or sync.raynet_wait_until or sync.raynet_breaker):
        sync = replace(sync, raynet_failures=0, raynet_wait_until=None, raynet_breaker=None)
    elif side is Side.GRAPH and (sync.graph_failures or sync.graph_wait_until or sync.graph_breaker):
        sync = replace(sync, graph_failures=0, graph_wait_until=None, graph_breaker=None)
    if sync is not ctx.sync:
        ctx.put_sync(sync)
        yield from want(Commit(ctx.firm, (sync,)))


def may_ask(ctx: PassContext, side: Side) -> bool:
    """Whether the side may be asked anything now: no breaker of this connection, no wait."""
    sync, revision = ctx.sync, ctx.state.firm.connection_revision
    breaker = sync.raynet_breaker if side is Side.RAYNET else sync.graph_breaker
    until = sync.raynet_wait_until if side is Side.RAYNET else sync.graph_wait_until
    if breaker is not None and breaker.connection_revision != revision:
        return True
    return until is None or until <= ctx.now


def concerns_side(error: Remote) -> bool:
    """Trouble with the whole connection rather than one item or mailbox."""
    return error.scope in (Scope.FIRM, Scope.SERVER)
