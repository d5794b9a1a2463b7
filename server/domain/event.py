"""Outlook's record in our own shape: what one event of one mailbox says."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from server.domain.html import EMPTY, RichText
from server.domain.ids import EventId, EventKey, MailboxId
from server.domain.when import When


class EventType(StrEnum):
    SINGLE = "singleInstance"
    OCCURRENCE = "occurrence"
    EXCEPTION = "exception"
    MASTER = "seriesMaster"


class Importance(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


class Response(StrEnum):
    NONE = "none"
    ORGANIZER = "organizer"
    TENTATIVE = "tentativelyAccepted"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    NOT_RESPONDED = "notResponded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event. ``when`` is None only for an answer that carries no usable times (``incomplete`` then says so).

    The body is kept as normal text (and a sanitised small form); raw HTML is read fresh before it is ever written.
    """

    mailbox: MailboxId
    id: EventId
    etag: str | None = None
    ical_uid: str | None = None
    subject: str = ""
    body: RichText = EMPTY
    #: The body holds parts that are not ours: a Teams block, tables, images.
    body_foreign: bool = False
    when: When | None = None
    #: Windows or other label of the zone in which the event was made.
    zone_label: str | None = None
    location: str = ""
    importance: Importance = Importance.NORMAL
    #: normal, personal, private, confidential; anything unknown counts as private.
    private: bool = False
    categories: tuple[str, ...] = ()
    #: Lower-case e-mail addresses, the organizer left out.
    attendees: tuple[str, ...] = ()
    organizer: str | None = None
    is_organizer: bool = True
    response: Response = Response.NONE
    is_cancelled: bool = False
    is_draft: bool = False
    type: EventType = EventType.SINGLE
    series_master_id: EventId | None = None
    is_online: bool = False
    transaction_id: str | None = None
    created_at: datetime | None = None
    modified_at: datetime | None = None
    #: Value of our extended property; None = none or not read.
    own_key: str | None = None
    #: Draft of the panel that the client wrote into the add-in's custom properties; None = none or not read.
    draft_id: str | None = None

    @property
    def key(self) -> EventKey:
        return EventKey(self.mailbox, self.id)

    def keeping(self, known: "Event | None") -> "Event":
        """This reading with the hidden properties known before: delta never shows them."""
        if known is None:
            return self
        return replace(self, own_key=self.own_key or known.own_key, draft_id=self.draft_id or known.draft_id)

    @property
    def recurring(self) -> bool:
        return self.type is not EventType.SINGLE or self.series_master_id is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventTimes:
    """Times of a write. ``zone_label`` is a Windows name or UTC; wall clocks are made by the adapter."""

    when: When
    zone_label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventChange:
    """What one PATCH sends. None = leave as it is. ``description`` is spliced into the fresh body by the adapter."""

    subject: str | None = None
    times: EventTimes | None = None
    description: RichText | None = None
    location: str | None = None
    importance: Importance | None = None
    categories: tuple[str, ...] | None = None
    #: Only where the firm turned invitations on; e-mail addresses.
    attendees: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDraft:
    """What a create sends. ``transaction_id`` is a UUID, ``own_key`` the value of our extended property."""

    subject: str
    times: EventTimes
    description: RichText
    location: str
    importance: Importance
    categories: tuple[str, ...]
    transaction_id: str
    own_key: str
    private: bool = False
    attendees: tuple[str, ...] = ()
