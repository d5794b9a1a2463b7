"""Evidence of push: how long after each change its announcement came, or that it never did.

Only changes that people made count. What polling found first waits for its announcement for a while; one that does
not come is a missing one, and the floor of polling is back at once (see :mod:`server.domain.push`).
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from server.domain.activity import Activity
from server.domain.event import Event
from server.domain.ids import FirmId, MailboxId
from server.domain.panel import SYNC_NOW
from server.domain.push import PATIENCE, RELAXED_FIRM, RELAXED_MAILBOX, is_proven
from server.domain.state import FirmSync, MailboxSync, Notice, NoticeKind, PushSample, Side
from server.flow import Flow, want
from server.ports.store import Commit, Row
from server.sync.context import PassContext
from server.sync.unshown import is_looked_for, next_look

#: Clocks of three systems are never quite the same.
SKEW = timedelta(seconds=2)
#: Older changes (first readings, long outages) say nothing about push.
FRESH = timedelta(minutes=15)
_SIDES = tuple(Side)


def weigh(ctx: PassContext) -> Flow[None]:
    """Close what waits for an announcement, then decide how far polling may relax in this pass."""
    _note_queue(ctx)
    rows: list[Row] = []
    for row in ctx.ready():
        if row.unannounced_at is not None and row.mailbox is not None:
            sample = _closed(ctx, Side.GRAPH, row.unannounced_at, _heard_of_mailbox(ctx, row.mailbox))
            if sample is not None:
                row = replace(row, unannounced_at=None)
                ctx.put_mailbox(row)
                rows += [row, sample]
    if ctx.sync.unannounced_at is not None:
        sample = _closed(ctx, Side.RAYNET, ctx.sync.unannounced_at, _heard_of_activities(ctx))
        if sample is not None:
            ctx.put_sync(replace(ctx.sync, unannounced_at=None))
            rows += [ctx.sync, sample]
    if rows:
        yield from want(Commit(ctx.firm, tuple(rows)))
    if ctx.options.trigger != "worker":
        return
    samples = [*ctx.start.samples, *(row for row in rows if isinstance(row, PushSample))]
    for side in _SIDES if samples else ():
        if is_proven([one for one in samples if one.side is side], ctx.now):
            ctx.proven.add(side)


def _note_queue(ctx: PassContext) -> None:
    """Remember for a while that announcements come late. Stored with the pass: each further one says it again."""
    if not ctx.notices:
        return
    late = any(
        one.received_at - one.changed_at > QUEUED
        for one in ctx.notices
        if one.kind is NoticeKind.ACTIVITY and one.changed_at is not None
    )
    if late:
        ctx.put_sync(replace(ctx.sync, queued_until=ctx.now + QUEUE_LASTS))


def is_queued(ctx: PassContext) -> bool:
    """Whether Raynet's announcements come out of a queue now: a change made now would wait too long for its own."""
    until = ctx.sync.queued_until
    return until is not None and ctx.now < until


def _closed(ctx: PassContext, side: Side, changed_at: datetime, heard: list[datetime]) -> PushSample | None:
    after = [at for at in heard if at >= changed_at - SKEW]
    if after:
        return PushSample(firm_id=ctx.firm, side=side, at=ctx.now, delay_seconds=_delay(changed_at, min(after)))
    if ctx.now - changed_at > PATIENCE:
        return PushSample(firm_id=ctx.firm, side=side, at=ctx.now, delay_seconds=None)
    return None


def _delay(changed_at: datetime, heard_at: datetime) -> float:
    return max(0.0, (heard_at - changed_at).total_seconds())


def _heard_of_mailbox(ctx: PassContext, mailbox: MailboxId) -> list[datetime]:
    rings = (n for n in ctx.notices if n.kind is NoticeKind.MAILBOX and n.mailbox == mailbox)
    return [n.received_at for n in rings if not n.dedupe.startswith("own:")]


def _heard_of_activities(ctx: PassContext) -> list[datetime]:
    return [n.received_at for n in ctx.notices if n.kind is NoticeKind.ACTIVITY and n.dedupe not in ctx.echoes]


def of_events(ctx: PassContext, row: MailboxSync, events: Iterable[Event]) -> tuple[MailboxSync, list[PushSample]]:
    """Samples of the changes just read, and the calendar's row with what still waits to be announced."""
    assert row.mailbox is not None
    heard = _heard_of_mailbox(ctx, row.mailbox)
    moments = [one.modified_at for one in events if one.modified_at is not None and ctx.now - one.modified_at < FRESH]
    samples, open_since = _sorted_out(ctx, Side.GRAPH, moments, heard)
    if open_since is not None:
        row = replace(row, unannounced_at=min(open_since, row.unannounced_at or open_since))
    return row, samples


def of_activities(ctx: PassContext, sync: FirmSync, rows: Iterable[Activity]) -> tuple[FirmSync, list[PushSample]]:
    """As :func:`of_events`, for Raynet; our own saves do not count."""
    moments = [
        one.modified_at
        for one in rows
        if one.modified_at is not None and ctx.now - one.modified_at < FRESH and one.modified_by != sync.login
    ]
    samples, open_since = _sorted_out(ctx, Side.RAYNET, moments, _heard_of_activities(ctx))
    if open_since is not None:
        sync = replace(sync, unannounced_at=min(open_since, sync.unannounced_at or open_since))
    return sync, samples


def _sorted_out(
    ctx: PassContext, side: Side, moments: list[datetime], heard: list[datetime]
) -> tuple[list[PushSample], datetime | None]:
    samples: list[PushSample] = []
    waiting: datetime | None = None
    for changed_at in moments:
        after = [at for at in heard if at >= changed_at - SKEW]
        if after:
            delay = _delay(changed_at, min(after))
            samples.append(PushSample(firm_id=ctx.firm, side=side, at=ctx.now, delay_seconds=delay))
        else:
            waiting = min(changed_at, waiting or changed_at)
    return samples, waiting


# --- what a turn of the worker reads ------------------------------------------------------------------------------

#: A turn that comes this little too early counts as in time.
SLACK = timedelta(milliseconds=500)
#: Exchange saves a new event again by itself within seconds. Fact: [doc sample, seen], graph-calendar §12.
SETTLING = timedelta(seconds=2)
#: An announcement of Raynet that comes this long after its change stood in a queue: the promise of 15 seconds less the
#: widest spacing of a queue and the carrying over. Our own saves queue as well.
#: Fact: one event per URL at a time, up to 5 s apart [doc], raynet-api §18.
QUEUED = timedelta(seconds=8)
#: A queue is taken to last this long beyond the last announcement that came out of it: several spacings.
QUEUE_LASTS = timedelta(seconds=20)
_ROUNDS_FROM = datetime(2026, 1, 1, tzinfo=UTC)
_FIRMS_APART = timedelta(seconds=37)


def _floor(ctx: PassContext, relaxed: timedelta, side: Side) -> timedelta:
    return relaxed if side in ctx.proven else timedelta(seconds=ctx.options.floor_seconds)


def _floor_of_raynet(ctx: PassContext) -> timedelta:
    """Trusted push does not relax the floor while its announcements queue, or deletions are to be looked for."""
    cursor = ctx.sync.cursor
    if Side.RAYNET not in ctx.proven or is_queued(ctx) or (cursor is not None and cursor.walk_since is not None):
        return timedelta(seconds=ctx.options.floor_seconds)
    return RELAXED_FIRM


def _is_over(ctx: PassContext, last: datetime, floor: timedelta) -> bool:
    """Whether it is time again. A reading in the future was noted by another machine's clock and counts for nothing."""
    age = ctx.now - last
    return age >= floor - SLACK or age < -SKEW


def rings_of_activities(ctx: PassContext) -> bool:
    """Whether something rang that a list shows: deletions do not appear there, the record itself tells of them."""
    if not ctx.notices:
        return False
    return any(one.kind is NoticeKind.ACTIVITY and one.hint != "deleted" for one in ctx.rings())


def reads_raynet(ctx: PassContext) -> bool:
    """When something rang, and at the floor, which is lower while push has proven itself."""
    last = ctx.sync.last_read_at
    if ctx.options.trigger != "worker" or last is None:
        return True
    if rings_of_activities(ctx):
        return True
    if ctx.notices and any(one.kind is NoticeKind.ADMIN and one.hint == SYNC_NOW for one in ctx.notices):
        return True
    if not ctx.options.within and ctx.newcomers():
        return True
    return _is_over(ctx, last, _floor_of_raynet(ctx))


def reads_all_mailboxes(ctx: PassContext) -> bool:
    """At the floor, while push has not proven itself."""
    last = ctx.sync.graph_read_at
    if ctx.options.trigger != "worker" or last is None:
        return True
    return Side.GRAPH not in ctx.proven and _is_over(ctx, last, timedelta(seconds=ctx.options.floor_seconds))


def names_deleted(notice: Notice) -> bool:
    """Whether the notice names an event that is said to be gone: the event itself tells, no round is needed."""
    return notice.hint == "deleted" and notice.event is not None


def _settles(ctx: PassContext, notice: Notice) -> bool:
    """Whether the event is so new that Exchange is about to save it once more: read then, it is read once."""
    is_new = timedelta() <= ctx.now - notice.received_at < SETTLING
    return is_new and notice.hint == "created" and notice.event is not None


def reads_mailbox(ctx: PassContext, row: MailboxSync) -> bool:
    """Beside the floor of all: when it rang, and now and then while push has proven itself."""
    rings = [n for n in ctx.rings() if n.mailbox == row.mailbox and not names_deleted(n)]
    if any(not _settles(ctx, n) and not is_looked_for(ctx, row, n) for n in rings):
        return True
    if Side.GRAPH not in ctx.proven:
        return False
    return row.last_read_at is None or _is_over(ctx, row.last_read_at, until_round(ctx.firm, row.last_read_at))


def until_round(firm: FirmId, last: datetime) -> timedelta:
    """How long after its last reading a calendar is read again while push has proven itself.

    All calendars of a firm at the same moments, whichever of them rang in between, so that twenty share one request;
    each firm at moments of its own.
    """
    # A round that came a little too early was that round.
    began = last + SLACK
    since_any_round = began - _ROUNDS_FROM - firm * _FIRMS_APART
    return RELAXED_MAILBOX - since_any_round % RELAXED_MAILBOX + SLACK


def next_reading_in(ctx: PassContext, now: datetime) -> float | None:
    """Seconds from ``now`` until something must be read without a ring; None where nobody turns regularly."""
    if ctx.options.trigger != "worker":
        return None
    sync = ctx.sync
    dues = [_due(now, sync.last_read_at, _floor_of_raynet(ctx), sync.raynet_wait_until)]
    if Side.GRAPH in ctx.proven:
        dues += [_due_round(now, row) for row in ctx.ready()]
    else:
        dues.append(_due(now, sync.graph_read_at, _floor(ctx, RELAXED_MAILBOX, Side.GRAPH), sync.graph_wait_until))
    if ctx.notices:
        dues += [one.received_at + SETTLING for one in ctx.rings() if _settles(ctx, one)]
        dues.append(next_look(ctx, now))
    waits = [(due - now).total_seconds() for due in dues if due is not None]
    return max(0.2, min(waits)) if waits else None


def _due_round(now: datetime, row: MailboxSync) -> datetime | None:
    floor = until_round(row.firm_id, min(row.last_read_at, now)) if row.last_read_at is not None else timedelta()
    return _due(now, row.last_read_at, floor, row.wait_until)


def _due(now: datetime, last: datetime | None, floor: timedelta, wait_until: datetime | None) -> datetime | None:
    dues = [min(last, now) + floor] if last is not None else []
    dues += [wait_until] if wait_until is not None else []
    return max(dues) if dues else None
