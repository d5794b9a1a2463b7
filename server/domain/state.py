"""What the product remembers, as values: the rows the store keeps and the flows work on.

Two kinds never share a row: what people decide (``Firm``, ``Seat``, ``Hold.decision``) and what the worker learns
(``FirmSync``, ``MailboxSync``, links, pairs …), so neither can overwrite the other. Instants are aware UTC.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from server.domain.activity import Activity, ActivityChange, ActivityDraft
from server.domain.coincidence import Coincidence
from server.domain.content import Content, FieldName
from server.domain.cursor import RaynetCursor
from server.domain.event import Event, EventChange, EventDraft
from server.domain.ids import (
    ActivityKey,
    EventId,
    EventKey,
    FirmId,
    IntentId,
    LinkId,
    MailboxId,
    PairId,
    PassId,
    PersonId,
    SeatId,
)
from server.domain.reasons import Reason
from server.domain.rules import Rules
from server.domain.sent import Echo, SentValue

# --- what people decide -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Firm:
    """A customer; the Raynet key is not here, the store hands it, decrypted, to the wiring only. ``revision`` grows
    with each administrative change (ETag), ``connection_revision`` with one of the Raynet or Entra connection: an open
    breaker of an older one counts as closed."""

    id: FirmId
    name: str
    tenant_id: str
    raynet_url: str
    raynet_instance: str
    raynet_user: str
    seats: int
    valid_until: date  # the licence's last day, in the firm's zone
    grace_days: int = 14
    paused: bool = False
    rules: Rules = field(default_factory=Rules)
    revision: int = 1
    connection_revision: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A licensed user. ``person_id`` is an administrator's override of the proposed mapping."""

    id: SeatId
    firm_id: FirmId
    email: str
    person_id: PersonId | None = None
    enabled: bool = True
    revision: int = 1


class Decision(StrEnum):
    CONFIRM = "confirm"
    REJECT = "reject"


# --- what the worker learns ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """Credentials were refused: nothing is sent until the connection changes or ``retry_at`` allows one probe."""

    code: str
    since: datetime
    connection_revision: int
    retry_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmSync:
    """Runtime state of a firm."""

    firm_id: FirmId
    zone: str | None = None  # IANA name of the API user's zone; all-day activities are its midnights
    #: Login under which our own writes appear in ``rowInfo.updatedBy``.
    login: str | None = None
    #: As whom webhooks announce our own saves (a digest); None until the announcement of a create has shown it.
    own_source: str | None = None
    cursor: RaynetCursor | None = None
    #: None until a create has shown whether an inline ``extId`` is kept. Fact: raynet-api §22 no. 2.
    inline_ext_id: bool | None = None
    raynet_breaker: Breaker | None = None
    graph_breaker: Breaker | None = None
    #: Nothing is sent to that side before this instant (quota, Retry-After, back-off after trouble).
    raynet_wait_until: datetime | None = None
    graph_wait_until: datetime | None = None
    raynet_failures: int = 0
    graph_failures: int = 0
    last_full_at: datetime | None = None
    last_pass_at: datetime | None = None
    last_read_at: datetime | None = None  # when Raynet was last asked for changes
    graph_read_at: datetime | None = None  # when all calendars were
    #: A change found by polling that no webhook has announced yet; cleared by its announcement or by patience.
    unannounced_at: datetime | None = None
    #: Raynet's announcements come out of a queue, late, until this instant: the floor of polling is not relaxed.
    queued_until: datetime | None = None
    #: Rules with which the pairs were last reconciled; a difference re-plans everything.
    planned_rules: Rules | None = None
    licensed: bool = True


class MailboxState(StrEnum):
    READY = "ready"
    UNKNOWN_USER = "unknown_user"
    NO_MAILBOX = "no_mailbox"
    NO_ACCESS = "no_access"
    NO_PERSON = "no_person"
    #: The seat is gone, disabled or the licence ended: pairs are released.
    RELEASED = "released"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxSync:
    """Runtime state of one seat's calendar; ``mailbox`` is None while the user has not been found in the tenant."""

    firm_id: FirmId
    seat_id: SeatId
    email: str
    state: MailboxState
    mailbox: MailboxId | None = None
    person: PersonId | None = None
    #: Primary and other SMTP addresses, lower case: who of an event's people is a seat.
    addresses: tuple[str, ...] = ()
    delta_link: str | None = None
    window_from: datetime | None = None
    window_till: datetime | None = None
    #: First matching has been done; before that nothing is created.
    matched: bool = False
    wait_until: datetime | None = None
    failures: int = 0
    last_read_at: datetime | None = None
    checked_at: datetime | None = None
    #: A change found by polling that no notification has announced yet.
    unannounced_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenActivity:
    """Last observation of an activity; ``gone_at`` by proof only, ``hidden`` when the API user may not see it."""

    firm_id: FirmId
    key: ActivityKey
    activity: Activity
    seen_at: datetime
    gone_at: datetime | None = None
    hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenEvent:
    """Last observation of an event; ``gone_at`` is set by proof only."""

    firm_id: FirmId
    key: EventKey
    event: Event
    seen_at: datetime
    gone_at: datetime | None = None


class Origin(StrEnum):
    RAYNET = "raynet"
    OUTLOOK = "outlook"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One meeting of the world: at most one activity, any number of pairs."""

    id: LinkId
    firm_id: FirmId
    origin: Origin
    activity: ActivityKey | None = None
    ical_uid: str | None = None
    generation: int = 1  # grows when a side is created anew after a deletion, so that create keys never repeat
    #: `_version` last seen with the base, and how many saves of ours came after.
    version: int | None = None
    own_saves: int = 0
    sent: tuple[SentValue, ...] = ()
    echoes: tuple[Echo, ...] = ()
    #: Persons that came from Outlook's attendees when last agreed.
    attendee_persons: tuple[PersonId, ...] = ()
    masked: bool = False  # Raynet's text is a stand-in because the event is private


class Role(StrEnum):
    """What a pair's event may do."""

    #: The owner's or organizer's own event: both ways.
    LEAD = "lead"
    #: A copy the sync made for a participant: Raynet → Outlook.
    COPY = "copy"
    #: A real Outlook attendee's copy of a lead in another seat's mailbox: carries nothing either way.
    ATTENDEE = "attendee"
    #: Organised by somebody without a seat: Outlook → Raynet.
    FOLLOWER = "follower"


class PairState(StrEnum):
    LIVE = "live"
    FROZEN = "frozen"
    RELEASED = "released"
    HELD = "held"
    PARKED = "parked"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """What both sides last agreed on, as each side shows it (a remote may store less than it was sent)."""

    raynet: Content
    outlook: Content
    #: Raynet's instants of ``when``: equal ones mean an unchanged day whatever the API user's zone has become.
    raynet_from: datetime | None = None
    raynet_till: datetime | None = None
    marks: tuple[str, ...] = ()  # categories that stood for type and done state when last agreed
    private: bool | None = None  # whether the event was private then; None where nobody noted it
    coincidences: tuple[Coincidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """(activity, mailbox, event) of one link."""

    id: PairId
    link_id: LinkId
    firm_id: FirmId
    mailbox: MailboxId
    role: Role
    origin: Origin
    state: PairState = PairState.LIVE
    reason: Reason | None = None
    event: EventId | None = None
    base: Base | None = None
    #: Consecutive failures; the due-queue spaces retries by them.
    failures: int = 0
    updated_at: datetime | None = None


class Side(StrEnum):
    RAYNET = "raynet"
    GRAPH = "graph"


class IntentKind(StrEnum):
    CREATE_EVENT = "create_event"
    UPDATE_EVENT = "update_event"
    DELETE_EVENT = "delete_event"
    CREATE_ACTIVITY = "create_activity"
    UPDATE_ACTIVITY = "update_activity"
    DELETE_ACTIVITY = "delete_activity"


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """The frozen values of one write; exactly the members its kind needs are set, and whose change it is."""

    event_draft: EventDraft | None = None
    event_change: EventChange | None = None
    activity_draft: ActivityDraft | None = None
    activity_change: ActivityChange | None = None
    panel_change: str | None = None


class IntentState(StrEnum):
    OPEN = "open"
    DONE = "done"
    #: Never applied and never will be sent again.
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """One remote write, stored before it is sent. ``expects`` is the base that holds once both sides are confirmed."""

    id: IntentId
    firm_id: FirmId
    pass_id: PassId
    link_id: LinkId
    pair_id: PairId
    kind: IntentKind
    payload: Payload
    at: datetime
    state: IntentState = IntentState.OPEN
    activity: ActivityKey | None = None
    event: EventKey | None = None
    expects: Base | None = None
    #: Contents of the target before the write: what undo restores.
    before: Content | None = None
    reason: Reason | None = None
    attempts: int = 0
    half_done: bool = False  # a create's placeholder exists, the reveal is still to come
    fields: tuple[FieldName, ...] = ()
    undone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """Claims the key of an abandoned create until ``expires_at``: a late arrival is recognised and removed."""

    firm_id: FirmId
    key: str
    side: Side
    expires_at: datetime
    #: Placeholder title (Raynet) or mailbox (Graph) under which a late arrival would appear.
    hint: str
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """One entry of an item's decision trail: what was seen, which rule decided, what was written."""

    firm_id: FirmId
    link_id: LinkId
    pair_id: PairId | None
    pass_id: PassId | None
    at: datetime
    #: Names of fields and states that differed, never texts: ``raynet.title``, ``outlook.when``.
    seen: tuple[str, ...]
    reason: Reason
    outcome: str
    writes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A value that lost, waiting to be restored. ``id`` is deterministic, so the same loss is stored once."""

    id: str
    firm_id: FirmId
    link_id: LinkId
    pair_id: PairId
    activity: ActivityKey | None
    mailbox: MailboxId
    field: FieldName
    base: str
    kept: str
    lost: str
    lost_side: Side
    at: datetime
    #: Set by a person who wants the lost value back; the worker writes it and sets ``restored_at``.
    restore_requested_at: datetime | None = None
    restored_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A mass deletion waiting for an administrator."""

    id: str
    firm_id: FirmId
    mailbox: MailboxId
    pairs: tuple[PairId, ...]
    count: int
    of: int
    reason: Reason
    at: datetime
    decision: Decision | None = None
    decided_at: datetime | None = None
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """One run over what woke us, with its counts."""

    id: PassId
    firm_id: FirmId
    started_at: datetime
    ended_at: datetime | None = None
    trigger: str = "poll"
    counts: dict[str, int] = field(default_factory=dict)
    undo_requested_at: datetime | None = None
    undone_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A link with everything that is known about it."""

    link: Link
    pairs: tuple[Pair, ...]
    activity: SeenActivity | None
    events: tuple[SeenEvent, ...]
    intents: tuple[Intent, ...]


class NoticeKind(StrEnum):
    ACTIVITY = "activity"
    MAILBOX = "mailbox"
    LIFECYCLE = "lifecycle"
    #: An administrator changed rules, seats, a connection or decided something.
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A stored wake-up. ``dedupe`` makes a repeated delivery one notice; ``etag`` is the announced version."""

    firm_id: FirmId
    dedupe: str
    kind: NoticeKind
    received_at: datetime
    mailbox: MailboxId | None = None
    activity: ActivityKey | None = None
    #: created, updated, deleted, or a lifecycle event's name. Believed only as a hint where to look.
    hint: str = ""
    subscription_id: str | None = None
    event: EventId | None = None
    etag: str | None = None
    #: As whom the API changed the activity (a digest; None for a person), and when by Raynet's clock.
    source: str | None = None
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """A link that must be reconciled at or after ``due_at``: dirty, failed, held or waiting."""

    firm_id: FirmId
    link_id: LinkId
    due_at: datetime
    attempts: int = 0
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A Graph change subscription of one mailbox. ``client_state`` is a secret."""

    firm_id: FirmId
    mailbox: MailboxId
    id: str
    client_state: str
    expires_at: datetime
    created_at: datetime
    needs: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Raynet's webhook of a firm. ``token`` and ``path_secret`` are secrets; ``id`` is None until created."""

    firm_id: FirmId
    token: str
    path_secret: str
    id: str | None = None
    checked_at: datetime | None = None
    failed_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonHit:
    """Cached look-up of an attendee's address (kept as a digest): the single person, or None for none or several."""

    firm_id: FirmId
    digest: str
    person: PersonId | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PushSample:
    """How long a push needed, or that it never came: the evidence by which polling may relax."""

    firm_id: FirmId
    side: Side
    at: datetime
    #: Seconds from the change's own time stamp to its delivery; None = found by polling, never announced.
    delay_seconds: float | None
