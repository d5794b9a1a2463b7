"""What the flows need from Microsoft Graph: typed operations in domain terms."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from server.domain.consent import ConsentStep
from server.domain.event import Event, EventChange, EventDraft
from server.domain.ids import (
    EventId,
    EventKey,
    FirmId,
    MailboxId,
)
from server.domain.state import (
    Subscription,
)
from server.errors import Remote
from server.flow import Op


@dataclass(frozen=True, slots=True, kw_only=True)
class DeltaWanted:
    """One mailbox of a delta round: its link, or None for a full round over the window."""

    mailbox: MailboxId
    link: str | None
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeltaRound:
    """A finished round.

    ``removed`` ids are hints only (deleted, or out of the window). ``full``: begun without a link.
    """

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
    """POST. A duplicate transaction id returns the existing event where Graph names it, else Spent or Changed."""

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
class ListUsers(Op[tuple[GraphUser, ...]]):
    """All users of the tenant but guests, shared mailboxes among them, by id. One call per 999."""

    firm: FirmId


@dataclass(frozen=True, slots=True)
class VerifyConsent(Op[tuple[ConsentStep, ...]]):
    """The ladder of checks with a fresh token; of ``mailboxes`` the first that opens is enough.

    What Microsoft refuses is in the steps, never raised.
    """

    firm: FirmId
    mailboxes: tuple[MailboxId, ...] = ()


@dataclass(frozen=True, slots=True)
class GetUser(Op[GraphUser | None]):
    """The member of the tenant with this object id; None for an unknown id and for guests."""

    firm: FirmId
    id: MailboxId


class IdForm(StrEnum):
    """Which kind of id Outlook gave; the value is Graph's word for it."""

    EWS = "ewsId"
    REST = "restId"


@dataclass(frozen=True, slots=True)
class TranslateId(Op[EventId | None]):
    """The immutable id of an event that Outlook named otherwise; None while Exchange does not know it.

    Only within the mailbox: an id of another one is None as well.
    """

    firm: FirmId
    mailbox: MailboxId
    id: str
    form: IdForm


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
