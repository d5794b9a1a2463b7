"""The sync: its state, passes, pairs, trails, and figures of both sides."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from server.api.rest.shapes import Count, Instant, ListQuery, SearchQuery, Shape, Words
from server.api.v1.models.firms import BreakerState, LastPass
from server.domain.ids import ActivityType
from server.domain.reasons import Reason
from server.domain.state import PairState, Role, Side


class SideState(Shape):
    """``failures`` in a row; nothing is sent before ``waits_until``."""

    side: Side
    waits_until: Instant | None
    failures: Count
    breaker: BreakerState | None
    last_read_at: Instant | None


class Quota(Shape):
    """``limit`` and ``left`` null: the side tells none, or none was seen yet. As of ``as_of``."""

    side: Side
    calls_today: Count | None
    limit: int | None
    left: int | None
    resets_at: Instant | None
    as_of: Instant | None


class SyncState(Shape):
    state: Literal["idle", "queued", "waiting", "working", "paused", "not_set_up", "unlicensed", "refused"]
    text: Words
    #: Notices and links that wait.
    queue: Count
    queue_since: Instant | None
    open_writes: Count
    last_passes: tuple["Pass", ...]
    last_full_at: Instant | None
    sides: tuple[SideState, ...]
    quotas: tuple[Quota, ...]


class SyncRun(Shape):
    """``full``: compare everything, not only what may have changed."""

    full: bool = False


class PreviewStart(Shape):
    full: bool = False


class Pass(LastPass):
    trigger: str
    #: matched, created, changed, removed, ambiguous, held, conflicts, errors, mails: what was not zero.
    counts: dict[str, int]
    undo_requested_at: Instant | None
    undone_at: Instant | None
    #: Whether it can be taken back now.
    can_undo: bool


class PassQuery(ListQuery):
    sort: Literal["started_at", "-started_at"] = "-started_at"


class PassWrite(Shape):
    """One write of a pass, by ids and names of fields."""

    id: str
    at: Instant
    kind: str
    state: str
    activity: str | None
    mailbox: str | None
    event: str | None
    fields: tuple[str, ...]
    reason: Reason | None
    undone: bool


class PassDetail(Pass):
    """``writes``: the first 1,000, in the order they were decided."""

    writes: tuple[PassWrite, ...]
    writes_total: Count


class Pair(Shape):
    id: str
    #: ``meeting:5001``; null while there is none.
    activity: str | None
    mailbox: str
    email: str | None
    event: str | None
    role: Role
    state: PairState
    reason: Reason | None
    text: Words | None
    updated_at: Instant | None
    failures: Count


class PairQuery(SearchQuery):
    """``q``: an id of an activity or of an event, whole."""

    sort: Literal["updated_at", "-updated_at", "id", "-id"] = "-updated_at"
    state: PairState | None = None
    #: A user's id.
    user: Annotated[int, Field(ge=1, le=2**63 - 1)] | None = None
    type: ActivityType | None = None


class TrailEntry(Shape):
    at: Instant
    #: Names of fields and states that differed.
    seen: tuple[str, ...]
    rule: Reason
    text: Words
    outcome: str
    writes: tuple[str, ...]
    pass_id: str | None
    pair: str | None


class PairDetail(Pair):
    trail: tuple[TrailEntry, ...]


class TrailQuery(Shape):
    """Either ``activity`` (``meeting:5001``), or ``event`` with its ``mailbox`` (its id or the user's address)."""

    activity: Annotated[str, StringConstraints(max_length=60, pattern=r"^[A-Za-z]+:[0-9]{1,18}$")] | None = None
    event: Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"^[!-~]+$")] | None = None
    mailbox: Annotated[str, StringConstraints(min_length=1, max_length=320, pattern=r"^[!-~]+$")] | None = None


class Trail(Shape):
    item: str
    state: PairState | None
    reason: Reason | None
    text: Words | None
    pairs: tuple[Pair, ...]
    trail: tuple[TrailEntry, ...]


class Failure(Shape):
    """An item set aside. ``code`` is what it failed with last."""

    pair: str
    activity: str | None
    mailbox: str
    email: str | None
    event: str | None
    reason: Reason | None
    text: Words
    code: str
    failures: Count
    since: Instant | None
    next_try_at: Instant | None


class FailureQuery(ListQuery):
    sort: Literal["since", "-since"] = "-since"


class Quotas(Shape):
    items: tuple[Quota, ...]
    sides: tuple[SideState, ...]


class Subscription(Shape):
    id: str
    mailbox: str
    email: str | None
    created_at: Instant
    expires_at: Instant
    state: Literal["ok", "ending", "expired"]
    #: What has to be done for it, a lifecycle notification's word; empty: nothing.
    needs: str


class SubscriptionQuery(ListQuery):
    sort: Literal["expires_at", "-expires_at", "id", "-id"] = "expires_at"


class Webhook(Shape):
    """``state`` ``failed``: ``code`` and ``text`` say why; polling carries on meanwhile."""

    id: str | None
    state: Literal["ok", "failed", "missing"]
    checked_at: Instant | None
    code: str | None
    text: Words | None


class Webhooks(Shape):
    items: tuple[Webhook, ...]


class SeriesQuery(Shape):
    metric: Literal["lag", "volume"]
    #: RFC 3339; ``from`` a day ago and ``to`` now where absent.
    since: Instant | None = Field(default=None, alias="from")
    until: Instant | None = Field(default=None, alias="to")
    #: A user's own lag, by the hour.
    user: Annotated[int, Field(ge=1, le=2**63 - 1)] | None = None


class SeriesPoint(Shape):
    """Of lag p50, p95 and max in seconds; of volume what was carried each way."""

    at: Instant
    p50: float | None = None
    p95: float | None = None
    max: float | None = None
    to_raynet: Count | None = None
    to_outlook: Count | None = None


class Series(Shape):
    metric: Literal["lag", "volume"]
    span_seconds: int
    points: tuple[SeriesPoint, ...]
