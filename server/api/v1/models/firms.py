"""Firms, their health, the overview of all."""

from datetime import date
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from server.api.rest.shapes import Count, Guid, Instant, Line, Note, Patch, SearchQuery, SecretIn, Shape, Words
from server.domain.licence import LicenceState

Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2199, 12, 31))]
SeatCount = Annotated[int, Field(ge=0, le=1_000_000)]
#: A host label; it becomes a header of every request to Raynet.
Instance = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,62}$")]
RaynetUser = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x20\x7f:]+$")]


class Firm(Shape):
    id: int
    name: str
    #: The operator's own; null for the firm's people.
    note: str | None
    paused: bool
    #: Whether access to Raynet and a tenant are set; a firm without them is paused.
    connected: bool
    #: Whether it was started once; until then it waits for its set-up, not for somebody to resume it.
    set_up: bool
    tenant_id: str | None
    seats: int
    seats_used: int
    valid_until: Day
    created_at: Instant


class FirmQuery(SearchQuery):
    sort: Literal["name", "-name", "id", "-id", "valid_until", "-valid_until"] = "name"
    paused: bool | None = None


class NewRaynet(Shape):
    """Checked before the firm is stored."""

    url: Line
    instance: Instance
    user: RaynetUser
    key: SecretIn


class NewFirm(Shape):
    """Without ``raynet`` and ``tenant_id`` the firm waits, paused, until both are set."""

    name: Line
    note: Note = ""
    seats: SeatCount
    valid_until: Day
    tenant_id: Guid | None = None
    raynet: NewRaynet | None = None


class FirmPatch(Patch):
    """``name`` and ``note`` are the operator's; a firm's administrator may pause and resume."""

    nullable: ClassVar[frozenset[str]] = frozenset()
    name: Line | None = None
    note: Note | None = None
    paused: bool | None = None


class Lag(Shape):
    """Seconds from a person's change to its arrival on the other side, of the last hour; null: nothing was carried."""

    p50: float | None
    p95: float | None
    max: float | None


class BreakerState(Shape):
    """Credentials were refused: nothing is sent before ``retry_at``, or before they are changed."""

    side: Literal["raynet", "graph"]
    code: str
    text: Words
    since: Instant
    retry_at: Instant


class Expiry(Shape):
    """Something that ends. ``days_left`` is negative once it has."""

    kind: Literal["licence", "secret", "certificate", "subscription"]
    at: Instant
    days_left: int


class LastPass(Shape):
    id: str
    started_at: Instant
    ended_at: Instant | None


class PairCounts(Shape):
    live: Count = 0
    frozen: Count = 0
    released: Count = 0
    held: Count = 0
    parked: Count = 0
    closed: Count = 0


class MailboxCounts(Shape):
    ready: Count = 0
    unknown_user: Count = 0
    no_mailbox: Count = 0
    no_access: Count = 0
    no_person: Count = 0
    released: Count = 0


class Health(Shape):
    firm_id: int
    name: str
    #: ``failed``: somebody must act. ``warning``: somebody should look. ``not_set_up``: it was never started.
    state: Literal["ok", "warning", "failed", "paused", "not_set_up"]
    paused: bool
    lag: Lag
    pairs: PairCounts
    mailboxes: MailboxCounts
    #: Wake-ups and items that wait to be looked at, and since when the oldest does.
    queue: Count
    queue_since: Instant | None
    holds: Count
    conflicts: Count
    #: Items set aside after failures.
    errors: Count
    seats: Count
    seats_used: Count
    licence_state: LicenceState
    expiries: tuple[Expiry, ...]
    #: The last pass that did something.
    last_pass: LastPass | None
    #: When both sides were last looked at, whether or not there was something to do.
    last_read_at: Instant | None
    breakers: tuple[BreakerState, ...]
    #: Whether a worker holds the firm now.
    worked_on: bool


class OverviewQuery(SearchQuery):
    sort: Literal[
        "name", "-name", "state", "-state", "lag", "-lag", "queue", "-queue", "holds", "-holds",
        "conflicts", "-conflicts", "errors", "-errors", "valid_until", "-valid_until",
    ] = "name"  # fmt: skip
    state: Literal["ok", "warning", "failed", "paused"] | None = None
