"""What the flows need from the store: typed operations over the values of :mod:`server.domain.state`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from server.domain.ids import (
    ActivityKey,
    EventId,
    EventKey,
    FirmId,
    LinkId,
    MailboxId,
    PairId,
    PassId,
)
from server.domain.panel import DraftId, OpenForm, PanelChange, PanelDraft
from server.domain.state import (
    Attention,
    Conflict,
    Firm,
    FirmSync,
    Group,
    Hold,
    Intent,
    Link,
    MailboxSync,
    Notice,
    Pair,
    Pass,
    PersonHit,
    PushSample,
    Seat,
    SeenActivity,
    SeenEvent,
    Side,
    Subscription,
    Tombstone,
    Trail,
    Webhook,
)
from server.flow import Op

#: Everything a flow may put into one commit, by value. Upserts by primary key.
Row = (
    FirmSync
    | MailboxSync
    | SeenActivity
    | SeenEvent
    | Link
    | Pair
    | Intent
    | Tombstone
    | Trail
    | Conflict
    | Hold
    | Pass
    | Attention
    | Subscription
    | Webhook
    | PersonHit
    | PushSample
    | Notice
    | PanelDraft
    | PanelChange
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forget:
    """Delete rows by key in the same commit."""

    notices: tuple[str, ...] = ()
    attention: tuple[LinkId, ...] = ()
    subscriptions: tuple[str, ...] = ()
    tombstones: tuple[str, ...] = ()
    webhooks: bool = False


@dataclass(frozen=True, slots=True)
class Commit(Op[None]):
    """One transaction. Outdated when the lease of the firm was lost: then nothing was stored and the flow must end.

    ``Attention`` keeps the earlier ``due_at`` of an existing row when its ``attempts`` is 0, else replaces it.
    ``Pass``, ``Hold`` and ``Conflict`` never overwrite the members people decide, ``PanelDraft`` and ``PanelChange``
    never what the panel said.
    """

    firm: FirmId
    rows: tuple[Row, ...]
    forget: Forget = Forget()


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmState:
    """All that a pass needs to know of its firm before it reads anything."""

    firm: Firm
    sync: FirmSync
    seats: tuple[Seat, ...]
    mailboxes: tuple[MailboxSync, ...]


@dataclass(frozen=True, slots=True)
class LoadFirm(Op[FirmState]):
    """NotFound when there is no such firm."""

    firm: FirmId


@dataclass(frozen=True, slots=True)
class LoadGroups(Op[tuple[Group, ...]]):
    """Links by id with their pairs, observations and open intents, in a constant number of statements."""

    firm: FirmId
    links: tuple[LinkId, ...]


@dataclass(frozen=True, slots=True)
class LinksOf(Op[Mapping[ActivityKey | EventKey | str, LinkId]]):
    """Which link holds each activity, event, or iCalUId (given as str). Unknown ones are absent.

    Closed pairs do not count for events and iCalUIds; for activities a link counts even when all its pairs are closed.
    """

    firm: FirmId
    activities: tuple[ActivityKey, ...] = ()
    events: tuple[EventKey, ...] = ()
    ical_uids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LoadSeen(Op[tuple[tuple[SeenActivity, ...], tuple[SeenEvent, ...]]]):
    """Stored observations of these keys (absent ones left out)."""

    firm: FirmId
    activities: tuple[ActivityKey, ...] = ()
    events: tuple[EventKey, ...] = ()


@dataclass(frozen=True, slots=True)
class UnlinkedActivities(Op[tuple[SeenActivity, ...]]):
    """Observed activities, not gone, that no open link holds: the candidates of a first match.

    At most ``limit`` of them in the store's order of keys, from the one that follows ``after``.
    """

    firm: FirmId
    after: ActivityKey | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class ActivitiesSince(Op[tuple[SeenActivity, ...]]):
    """Activities, not gone, in a link or in none, that were observed at this instant or later."""

    firm: FirmId
    since: datetime


@dataclass(frozen=True, slots=True)
class UnpairedEvents(Op[tuple[SeenEvent, ...]]):
    """Observed events of a calendar, not gone, that no open pair holds: the candidates of its first match."""

    firm: FirmId
    mailbox: MailboxId


@dataclass(frozen=True, slots=True)
class OpenIntents(Op[tuple[Intent, ...]]):
    """Intents that a crash left open, oldest first."""

    firm: FirmId


@dataclass(frozen=True, slots=True)
class DueLinks(Op[tuple[Attention, ...]]):
    """Links due for reconciling, earliest first. ``urgent``: only those to which something has just happened."""

    firm: FirmId
    until: datetime
    limit: int
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class DueRemovals(Op[Mapping[MailboxId, frozenset[PairId]]]):
    """Pairs of links due by then of which a side is gone, by mailbox: all that planning these links may remove."""

    firm: FirmId
    until: datetime


@dataclass(frozen=True, slots=True)
class Notices(Op[tuple[Notice, ...]]):
    """Wake-ups of the firm, oldest first."""

    firm: FirmId
    limit: int = 1000


@dataclass(frozen=True, slots=True)
class OpenHolds(Op[tuple[Hold, ...]]):
    """Holds not closed yet (decided or not)."""

    firm: FirmId


@dataclass(frozen=True, slots=True)
class PairCounts(Op[Mapping[MailboxId, int]]):
    """Live, held and frozen pairs of each mailbox: what the guard's share is measured against."""

    firm: FirmId


@dataclass(frozen=True, slots=True)
class LinksInMailbox(Op[tuple[LinkId, ...]]):
    """Links with a pair of this mailbox that is not closed; None = all open ones of the firm and bare ones."""

    firm: FirmId
    mailbox: MailboxId | None = None


@dataclass(frozen=True, slots=True)
class KnownActivities(Op[tuple[ActivityKey, ...]]):
    """Activities that open pairs hold and that are not known to be gone."""

    firm: FirmId


@dataclass(frozen=True, slots=True)
class KnownEvents(Op[tuple[EventKey, ...]]):
    """Events of one mailbox that open pairs hold and that are not known to be gone."""

    firm: FirmId
    mailbox: MailboxId


@dataclass(frozen=True, slots=True)
class LiveTombstones(Op[tuple[Tombstone, ...]]):
    """Tombstones of the firm, expired ones included (the caller forgets them)."""

    firm: FirmId


@dataclass(frozen=True, slots=True)
class RestoreRequests(Op[tuple[Conflict, ...]]):
    """Conflicts whose lost value somebody wants back and that have not been restored yet."""

    firm: FirmId


@dataclass(frozen=True, slots=True)
class UndoRequests(Op[tuple[Pass, ...]]):
    firm: FirmId


@dataclass(frozen=True, slots=True)
class PassIntents(Op[tuple[Intent, ...]]):
    """All intents of a pass, newest first."""

    firm: FirmId
    pass_id: PassId


@dataclass(frozen=True, slots=True)
class PersonHits(Op[Mapping[str, PersonHit]]):
    """Cached attendee look-ups by digest."""

    firm: FirmId
    digests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Subscriptions(Op[tuple[Subscription, ...]]):
    firm: FirmId


@dataclass(frozen=True, slots=True)
class Webhooks(Op[tuple[Webhook, ...]]):
    firm: FirmId


@dataclass(frozen=True, slots=True)
class PushSamples(Op[tuple[PushSample, ...]]):
    firm: FirmId
    side: Side
    since: datetime


@dataclass(frozen=True, slots=True)
class Prune(Op[None]):
    """Drop trails, passes, settled intents and samples older than ``before``; closed links stay 24 h after that."""

    firm: FirmId
    before: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelDesk:
    """What users of the panel want: drafts that are open or bound, changes not carried out yet, forms open now."""

    drafts: tuple[PanelDraft, ...] = ()
    changes: tuple[PanelChange, ...] = ()
    forms: tuple[OpenForm, ...] = ()


@dataclass(frozen=True, slots=True)
class LoadPanel(Op[PanelDesk]):
    """Drafts that have expired by ``now`` and forms that are silent are left out; changes oldest first."""

    firm: FirmId
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PassStart:
    """What a pass must know before it reads either side."""

    state: FirmState
    notices: tuple[Notice, ...]
    tombstones: tuple[Tombstone, ...]
    panel: PanelDesk
    intents: tuple[Intent, ...]
    restores: tuple[Conflict, ...]
    undos: tuple[Pass, ...]
    #: Of both sides.
    samples: tuple[PushSample, ...]


@dataclass(frozen=True, slots=True)
class StartPass(Op[PassStart]):
    """The answers of LoadFirm, Notices, LiveTombstones, LoadPanel, OpenIntents, RestoreRequests, UndoRequests and
    PushSamples, from one transaction: each turn of a worker asks for all of them. NotFound without such a firm."""

    firm: FirmId
    now: datetime
    samples_since: datetime


@dataclass(frozen=True, slots=True)
class BindDraft(Op[bool]):
    """Bind an open draft, at exactly this revision, to an event; False when it has moved on or another one is bound.

    From then on its choices are those of the activity. ``rows`` are stored with it, or not at all: what is bound and
    settled at once has no crash in between. Outdated when the lease of the firm was lost.
    """

    firm: FirmId
    draft: DraftId
    rev: int
    event: EventId
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class RecentEvents(Op[tuple[SeenEvent, ...]]):
    """Events of one mailbox observed since then that are not gone, in order of observation; 100 at most."""

    firm: FirmId
    mailbox: MailboxId
    since: datetime
