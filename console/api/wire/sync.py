"""The sync: its state, passes, pairs, trails, holds, conflicts, long jobs."""

from datetime import datetime
from typing import Any

from console.api.wire.firms import BreakerState, LastPass
from console.api.wire.shapes import Body, Wire, Words


class SideState(Wire):
    side: str
    waits_until: datetime | None
    failures: int
    breaker: BreakerState | None
    last_read_at: datetime | None


class Quota(Wire):
    side: str
    calls_today: int | None
    limit: int | None
    left: int | None
    resets_at: datetime | None
    as_of: datetime | None


class Pass(LastPass):
    trigger: str
    counts: dict[str, int]
    undo_requested_at: datetime | None
    undone_at: datetime | None
    can_undo: bool


class SyncState(Wire):
    """``state`` is idle, queued, waiting, working, paused, not_set_up, unlicensed or refused."""

    state: str
    text: Words
    queue: int
    queue_since: datetime | None
    open_writes: int
    last_passes: tuple[Pass, ...]
    last_full_at: datetime | None
    sides: tuple[SideState, ...]
    quotas: tuple[Quota, ...]


class SyncRun(Body):
    full: bool = False


class PreviewStart(Body):
    full: bool = False


class PassWrite(Wire):
    id: str
    at: datetime
    kind: str
    state: str
    activity: str | None
    mailbox: str | None
    event: str | None
    fields: tuple[str, ...]
    reason: str | None
    undone: bool


class PassDetail(Pass):
    writes: tuple[PassWrite, ...]
    writes_total: int


class Pair(Wire):
    id: str
    activity: str | None
    mailbox: str
    email: str | None
    event: str | None
    role: str
    state: str
    reason: str | None
    text: Words | None
    updated_at: datetime | None
    failures: int


class TrailEntry(Wire):
    at: datetime
    seen: tuple[str, ...]
    rule: str
    text: Words
    outcome: str
    writes: tuple[str, ...]
    pass_id: str | None
    pair: str | None


class PairDetail(Pair):
    trail: tuple[TrailEntry, ...]


class Trail(Wire):
    item: str
    state: str | None
    reason: str | None
    text: Words | None
    pairs: tuple[Pair, ...]
    trail: tuple[TrailEntry, ...]


class Failure(Wire):
    pair: str
    activity: str | None
    mailbox: str
    email: str | None
    event: str | None
    reason: str | None
    text: Words
    code: str
    failures: int
    since: datetime | None
    next_try_at: datetime | None


class Quotas(Wire):
    items: tuple[Quota, ...]
    sides: tuple[SideState, ...]


class Subscription(Wire):
    id: str
    mailbox: str
    email: str | None
    created_at: datetime
    expires_at: datetime
    state: str
    needs: str


class Webhook(Wire):
    id: str | None
    state: str
    checked_at: datetime | None
    code: str | None
    text: Words | None


class Webhooks(Wire):
    items: tuple[Webhook, ...]


class Hold(Wire):
    id: str
    mailbox: str
    email: str | None
    count: int
    of: int
    reason: str
    text: Words
    at: datetime
    decision: str | None
    decided_at: datetime | None
    closed_at: datetime | None


class HeldPair(Wire):
    pair: str
    activity: str | None
    event: str | None


class HoldDetail(Hold):
    pairs: tuple[HeldPair, ...]


class Conflict(Wire):
    id: str
    activity: str | None
    mailbox: str
    email: str | None
    field: str
    base: str
    kept: str
    lost: str
    lost_side: str
    at: datetime
    restore_requested_at: datetime | None
    restored_at: datetime | None


class ProblemOfJob(Wire):
    code: str
    text_cs: str
    text_en: str


class Job(Wire):
    """``state`` is queued, running, done, failed or cancelled; ``of`` is 0 while unknown."""

    id: str
    state: str
    done: int
    of: int
    result: dict[str, Any] | None
    problem: ProblemOfJob | None

    @property
    def is_over(self) -> bool:
        return self.state in ("done", "failed", "cancelled")


class PreviewStep(Wire):
    side: str = ""
    kind: str = ""
    item: str = ""
    fields: tuple[str, ...] = ()


class PreviewError(Wire):
    item: str = ""
    code: str = ""
    text: str = ""


class Preview(Wire):
    """The result of a preview job, as `ros sync --preview` prints it."""

    matched: int = 0
    created: int = 0
    changed: int = 0
    removed: int = 0
    ambiguous: int = 0
    held: int = 0
    conflicts: int = 0
    mails: int = 0
    errors: tuple[PreviewError, ...] = ()
    steps: tuple[PreviewStep, ...] = ()
