"""What the flows need from Raynet, Microsoft and the store, as typed operations in domain terms.

Each operation is a value a flow yields (see :mod:`server.flow`). The adapters' ``perform`` functions execute them and
raise only :mod:`server.errors`. An operation that writes is sent at most once per yield: adapters never repeat writes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from server.domain.activity import Activity, ActivityChange, ActivityDraft
from server.domain.event import Event, EventChange, EventDraft
from server.domain.ids import (
    ActivityKey,
    ActivityType,
    EventKey,
    FirmId,
    LinkId,
    MailboxId,
    PassId,
    PersonId,
)
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
from server.errors import Remote
from server.flow import Op

# --- Raynet -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RaynetIdentity:
    """Who the API user is. ``zone`` is an IANA name, None when it could not be read."""

    login: str
    zone: str | None
    person: PersonId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityPage:
    """Rows of one list call. ``total`` is the list's ``totalCount``; ``more`` tells that the page was full."""

    activities: tuple[Activity, ...]
    total: int
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RaynetUser:
    """A Raynet user account with its person. ``emails`` lower case: user name first, then the others."""

    person: PersonId
    emails: tuple[str, ...]
    name: str
    active: bool = True


@dataclass(frozen=True, slots=True)
class Probe(Op[RaynetIdentity]):
    """Check credentials and read login and zone of the API user. Denied when refused."""

    firm: FirmId


@dataclass(frozen=True, slots=True)
class NewestActivities(Op[ActivityPage]):
    """The newest-changed activities of the whole instance, newest first, from ``offset``; ``total`` counts the instance.

    One call. Rows may shift towards higher offsets between two calls (repeats), never skip, unless something was
    deleted, which ``total`` shows.
    """

    firm: FirmId
    offset: int
    limit: int


@dataclass(frozen=True, slots=True)
class WindowActivities(Op[ActivityPage]):
    """Activities scheduled into [``start``, ``end``), by ascending id from ``after_id`` (exclusive). One call, 1,000 rows."""

    firm: FirmId
    start: datetime
    end: datetime
    after_id: int = 0


@dataclass(frozen=True, slots=True)
class ActivitiesById(Op[tuple[Activity, ...]]):
    """The rows of these ids, in one mixed list call per 100. A missing row is no proof of anything."""

    firm: FirmId
    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class GetActivity(Op[Activity]):
    """The single record in detail. :class:`~server.errors.Gone` on Raynet's own not-found answer, Denied when hidden."""

    firm: FirmId
    key: ActivityKey


@dataclass(frozen=True, slots=True)
class FindActivity(Op[Activity | None]):
    """Look ``id`` up in the mixed list whatever its type has become: the second half of a proof of deletion."""

    firm: FirmId
    id: int


@dataclass(frozen=True, slots=True)
class FindByExtId(Op[Activity | None]):
    """The activity of ``type`` that carries ``ext_id``, in detail; None when unknown."""

    firm: FirmId
    type: ActivityType
    ext_id: str


@dataclass(frozen=True, slots=True)
class FindByTitle(Op[tuple[Activity, ...]]):
    """Activities of exactly this title created at or after ``created_from`` (finds placeholders without an extId)."""

    firm: FirmId
    title: str
    created_from: datetime


@dataclass(frozen=True, slots=True)
class CreateActivity(Op[ActivityKey]):
    """PUT. Unknown outcome raises Unavailable(unknown_outcome=True)."""

    firm: FirmId
    type: ActivityType
    draft: ActivityDraft


@dataclass(frozen=True, slots=True)
class UpdateActivity(Op[None]):
    """POST of only the given members."""

    firm: FirmId
    key: ActivityKey
    change: ActivityChange


@dataclass(frozen=True, slots=True)
class DeleteActivity(Op[None]):
    """DELETE. Gone when it is not there any more."""

    firm: FirmId
    key: ActivityKey


@dataclass(frozen=True, slots=True)
class AddExtId(Op[None]):
    """PUT …/extId/; a duplicate counts as success."""

    firm: FirmId
    key: ActivityKey
    ext_id: str


@dataclass(frozen=True, slots=True)
class RaynetUsers(Op[tuple[RaynetUser, ...]]):
    """All users with their persons' addresses; falls back to the person list where accounts may not be read."""

    firm: FirmId


@dataclass(frozen=True, slots=True)
class PersonsByEmail(Op[Mapping[str, tuple[PersonId, ...]]]):
    """For each lower-case address the persons that carry it (first or second address). Batched by the adapter."""

    firm: FirmId
    emails: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSeen:
    """A webhook as Raynet lists it."""

    id: str
    url: str


@dataclass(frozen=True, slots=True)
class ListWebhooks(Op[tuple[WebhookSeen, ...]]):
    firm: FirmId


@dataclass(frozen=True, slots=True)
class CreateWebhook(Op[str]):
    """For created, updated and deleted activities of all six types; the id is returned."""

    firm: FirmId
    url: str
    token: str


@dataclass(frozen=True, slots=True)
class DeleteWebhook(Op[None]):
    firm: FirmId
    id: str


# --- Microsoft Graph ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class DeltaWanted:
    """One mailbox of a delta round: its link, or None for a full round over the window."""

    mailbox: MailboxId
    link: str | None
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeltaRound:
    """A finished round. ``removed`` ids are hints only (deleted, or outside the window). ``full`` = started without a link."""

    events: tuple[Event, ...]
    removed: tuple[str, ...]
    link: str
    full: bool
    #: Events that could not be understood, by id: kept apart, never treated as gone.
    odd: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadDeltas(Op[Mapping[MailboxId, DeltaRound | Remote]]):
    """Delta rounds of up to 20 mailboxes in as few requests as possible; each mailbox has its own outcome.

    TokenLost for a mailbox asks for a full round. Recurring items are returned once by their master or exception.
    """

    firm: FirmId
    wanted: tuple[DeltaWanted, ...]


@dataclass(frozen=True, slots=True)
class ReadCalendar(Op[tuple[Event, ...]]):
    """All events of the window by plain calendarView, our extended property included (the fallback of delta)."""

    firm: FirmId
    mailbox: MailboxId
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class GetEvent(Op[Event]):
    """The single event, our extended property included. Gone only on ErrorItemNotFound."""

    firm: FirmId
    key: EventKey


@dataclass(frozen=True, slots=True)
class FindEvents(Op[tuple[Event, ...]]):
    """Events of the mailbox whose extended property equals ``own_key``."""

    firm: FirmId
    mailbox: MailboxId
    own_key: str


@dataclass(frozen=True, slots=True)
class CreateEvent(Op[Event]):
    """POST. A duplicate transaction id returns the existing event where Graph names it, else raises Changed."""

    firm: FirmId
    mailbox: MailboxId
    draft: EventDraft


@dataclass(frozen=True, slots=True)
class UpdateEvent(Op[Event]):
    """PATCH of only the given members with If-Match ``etag``. Changed on 409/412, Gone on 404.

    Where ``change.description`` is set and the stored body may hold foreign parts (``foreign``), the adapter reads the
    raw body first, splices, and uses the etag of that read only when it equals ``etag`` (otherwise Changed).
    """

    firm: FirmId
    key: EventKey
    etag: str | None
    change: EventChange
    foreign: bool = True


@dataclass(frozen=True, slots=True)
class DeleteEvent(Op[None]):
    """DELETE with If-Match. Gone when it is not there any more."""

    firm: FirmId
    key: EventKey
    etag: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphUser:
    """A user of the tenant. ``addresses`` lower case, primary first."""

    mailbox: MailboxId
    addresses: tuple[str, ...]
    name: str


@dataclass(frozen=True, slots=True)
class FindUser(Op[GraphUser | None]):
    """The user that owns this address, by mail, primary SMTP address, then UPN; None when unknown."""

    firm: FirmId
    email: str


@dataclass(frozen=True, slots=True)
class ProbeMailbox(Op[None]):
    """Whether the calendar may be read: raises Denied(scope MAILBOX) with the vendor's code otherwise."""

    firm: FirmId
    mailbox: MailboxId


@dataclass(frozen=True, slots=True)
class ProbeTenant(Op[str]):
    """A token and ``/organization``: the tenant id that Graph itself names. Denied with the AADSTS code otherwise."""

    firm: FirmId


@dataclass(frozen=True, slots=True)
class Subscribe(Op[Subscription]):
    """Create a subscription of the mailbox's events with the given secret."""

    firm: FirmId
    mailbox: MailboxId
    client_state: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class RenewSubscription(Op[datetime]):
    """PATCH the expiry; Gone when it does not exist any more. Returns the granted expiry."""

    firm: FirmId
    id: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Unsubscribe(Op[None]):
    firm: FirmId
    id: str


# --- the store ----------------------------------------------------------------------------------------------------

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
    ``Pass``, ``Hold`` and ``Conflict`` never overwrite the members people decide.
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
class UnlinkedSeen(Op[tuple[tuple[SeenActivity, ...], tuple[SeenEvent, ...]]]):
    """Observations, not gone, that no open link holds: the candidates of a first match. ``mailbox`` None = all."""

    firm: FirmId
    mailbox: MailboxId | None = None


@dataclass(frozen=True, slots=True)
class OpenIntents(Op[tuple[Intent, ...]]):
    """Intents that a crash left open, oldest first."""

    firm: FirmId


@dataclass(frozen=True, slots=True)
class DueLinks(Op[tuple[Attention, ...]]):
    """Links due for reconciling, earliest first."""

    firm: FirmId
    until: datetime
    limit: int


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
    """Links with a pair of this mailbox that is not closed; None = all of the firm."""

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


class Gateway(Protocol):
    """Performs the operations of one remote system; raises only :mod:`server.errors`."""

    def perform(self, op: Op[Any]) -> object: ...
