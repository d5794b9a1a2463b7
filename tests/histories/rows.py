"""What the store of the histories holds of a firm, with its indices."""

from dataclasses import dataclass, field
from typing import Any

from server.domain.ids import ActivityKey, EventKey, LinkId, PairId, SeatId
from server.domain.state import (
    Attention,
    Conflict,
    Firm,
    FirmSync,
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
    Subscription,
    Tombstone,
    Trail,
    Webhook,
)


@dataclass(slots=True)
class Rows:
    """Everything of one firm. Each dictionary is keyed by the primary key of its table."""

    firm: Firm
    sync: FirmSync
    seats: dict[SeatId, Seat] = field(default_factory=dict)
    mailboxes: dict[SeatId, MailboxSync] = field(default_factory=dict)
    activities: dict[ActivityKey, SeenActivity] = field(default_factory=dict)
    events: dict[EventKey, SeenEvent] = field(default_factory=dict)
    links: dict[LinkId, Link] = field(default_factory=dict)
    open_links: set[LinkId] = field(default_factory=set)
    pairs: dict[PairId, Pair] = field(default_factory=dict)
    intents: dict[str, Intent] = field(default_factory=dict)
    open_intents: dict[str, Intent] = field(default_factory=dict)
    stones: dict[str, Tombstone] = field(default_factory=dict)
    trails: list[Trail] = field(default_factory=list)
    conflicts: dict[str, Conflict] = field(default_factory=dict)
    holds: dict[str, Hold] = field(default_factory=dict)
    passes: dict[str, Pass] = field(default_factory=dict)
    attention: dict[LinkId, Attention] = field(default_factory=dict)
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    webhook: Webhook | None = None
    hits: dict[str, PersonHit] = field(default_factory=dict)
    samples: list[PushSample] = field(default_factory=list)
    notices: dict[str, Notice] = field(default_factory=dict)
    # Indices, kept with the rows.
    pairs_of: dict[LinkId, set[PairId]] = field(default_factory=dict)
    links_with: dict[ActivityKey, set[LinkId]] = field(default_factory=dict)
    links_named: dict[str, set[LinkId]] = field(default_factory=dict)
    holder: dict[EventKey, PairId] = field(default_factory=dict)
    #: Seats and calendars in the order in which they are told; None when one of them has changed since.
    places: tuple[tuple[Seat, ...], tuple[MailboxSync, ...]] | None = None

    def put_mailbox(self, row: MailboxSync) -> None:
        self.mailboxes[row.seat_id] = row
        self.places = None

    def copy(self) -> "Rows":
        """A snapshot: the values are frozen, so only the containers are copied."""
        made: dict[str, Any] = {}
        for name in Rows.__slots__:
            value = getattr(self, name)
            if name in ("pairs_of", "links_with", "links_named"):
                value = {key: set(members) for key, members in value.items()}
            elif isinstance(value, dict | list | set):
                value = value.copy()
            made[name] = value
        return Rows(**made)
