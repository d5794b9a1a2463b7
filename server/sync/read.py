"""Reading only what may have changed, and knowing what was surely read.

A short, failed or empty answer is never knowledge that something is gone: absence only starts a search for proof.
Observations, the cursor they came with and the wake-ups of the links they touch are committed together.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from server.domain import mapping
from server.domain.activity import Activity
from server.domain.ids import ActivityKey, ActivityType, EventId, EventKey, MailboxId
from server.domain.push import PATIENCE
from server.domain.state import MailboxSync, PushSample, RaynetCursor, SeenActivity, Side
from server.errors import Gone, Remote, TokenLost
from server.flow import Failed, Flow, gather, want
from server.ports.graph import DeltaRound, DeltaWanted, ReadCalendar, ReadDeltas
from server.ports.raynet import (
    ActivitiesById,
    ActivityPage,
    DeadlineTasks,
    GetActivity,
    NewestActivities,
    WindowActivities,
)
from server.ports.store import Commit, KnownActivities, KnownEvents, LoadSeen, Row, UnlinkedActivities, UnpairedEvents
from server.sync.context import PassContext, concerns_side, side_trouble, side_well
from server.sync.evidence import (
    is_queued,
    of_activities,
    of_events,
    reads_all_mailboxes,
    reads_mailbox,
    reads_raynet,
    rings_of_activities,
)
from server.sync.left import as_they_are, left_unseen
from server.sync.observe import activity_rows, event_rows
from server.sync.proofs import (
    is_newer_event,
    observed_event,
    prove_activity,
    prove_deleted_activities,
    prove_deleted_events,
    prove_event,
)
from server.sync.retyped import follow_types, under_one_type, was_overtaken
from server.sync.seats import mailbox_trouble
from server.sync.unshown import note_unshown

#: Rows of the first page: when nothing rang there is hardly any news, a ring often tells of a burst.
FIRST_PAGE = 25
FIRST_PAGE_RUNG = 100
NEXT_PAGE = 500
#: More records than this are looked for in the window's list. Fact: a list shows 1,000 rows to a call [spec], a filter
#: takes 100 ids (its longest is not known), raynet-api §5, §22.
LISTED = 500
#: Rows this much older than the watermark are read again: saves that became visible late.
OVERLAP = timedelta(minutes=2)
#: Where no row tells Raynet's time, ours stands for it, this much earlier: clocks differ, what is made next is new.
CLOCKS_DIFFER = timedelta(days=1)
#: Mailboxes to one `$batch`. Fact: at most 20 [doc], graph-calendar §15.
BATCH = 20
#: So many activities are stored in one go, the last of them with the cursor: a firm's whole window may hold a million.
AT_ONCE = 5_000
#: A delta window reaches further than the rules' window, so that it needs re-basing only rarely.
MARGIN = timedelta(days=30)


def read_all(ctx: PassContext) -> Flow[None]:
    """Both sides, each as far as it answers."""
    if Side.RAYNET not in ctx.blocked:
        try:
            asked = yield from prove_deleted_activities(ctx)
            if reads_raynet(ctx):
                yield from _read_raynet(ctx)
                # Stored with the pass: a crash before means reading again.
                ctx.put_sync(replace(ctx.sync, last_read_at=ctx.now))
                asked = True
            if asked:
                yield from side_well(ctx, Side.RAYNET)
        except Remote as error:
            yield from side_trouble(ctx, Side.RAYNET, error)
    if Side.GRAPH not in ctx.blocked:
        yield from prove_deleted_events(ctx)
    if Side.GRAPH not in ctx.blocked:
        yield from _read_graph(ctx)


# --- Raynet -------------------------------------------------------------------------------------------------------


def _read_raynet(ctx: PassContext) -> Flow[None]:
    cursor = ctx.sync.cursor
    newcomers = any(not one.matched for one in ctx.ready())
    if cursor is None or ctx.options.full or newcomers:
        yield from _whole_window(ctx)
    else:
        yield from _newest(ctx, cursor)


def _whole_window(ctx: PassContext) -> Flow[None]:
    """Every planned activity of the window; the cursor is taken before, so nothing between is missed."""
    first = yield from want(NewestActivities(ctx.firm, 0, 1))
    window = yield from _window(ctx)
    if not window and first.total:
        # A first match against a list that is only said to be empty would make everything double.
        window = yield from _window(ctx)
    seen = [*first.activities, *window]
    if ctx.state.firm.rules.deadline_block_minutes:
        seen += yield from want(DeadlineTasks(ctx.firm, *_listed(ctx)))
    newest = _newest_of(first.activities)
    # What was made between the two is not in the total: gone again before the next reading, it would never be missed.
    uncounted = _created_since(seen, newest) if newest is not None else {one.key for one in seen}
    total = None if uncounted - {one.key for one in first.activities} else first.total
    top = _top(seen, ctx.sync.cursor.top if ctx.sync.cursor is not None else None)
    cursor = RaynetCursor(watermark=newest or ctx.now - CLOCKS_DIFFER, total=total, read_at=first.read_at, top=top)
    # The total counts once the missing ones were looked for: after a crash before that they are looked for again.
    yield from _store_activities(ctx, seen, replace(cursor, total=None))
    yield from _sweep(ctx, skip={one.key for one in seen})
    ctx.whole_window = True
    sync = replace(ctx.sync, cursor=cursor, last_full_at=ctx.now)
    ctx.put_sync(sync)
    yield from want(Commit(ctx.firm, (sync,)))


def _listed(ctx: PassContext) -> tuple[datetime, datetime]:
    start, end = ctx.window
    return start - timedelta(days=2), end + timedelta(days=2)


def _window(ctx: PassContext) -> Flow[list[Activity]]:
    """Every planned activity of the window."""
    since, until = _listed(ctx)
    after, reaching, seen = 0, True, list[Activity]()
    while True:
        page = yield from want(WindowActivities(ctx.firm, since, until, after, reaching))
        reaching = page.reaching
        seen += page.activities
        highest = max((one.key.id for one in page.activities), default=after)
        if not page.more or highest <= after:
            return seen
        after = highest


def _newest(ctx: PassContext, cursor: RaynetCursor) -> Flow[None]:
    """One call when idle: the newest rows of the instance, and its total, which shows deletions."""
    horizon = cursor.watermark - OVERLAP
    rows: list[Activity] = []
    first = FIRST_PAGE_RUNG if rings_of_activities(ctx) else FIRST_PAGE
    page: ActivityPage = yield from want(NewestActivities(ctx.firm, 0, first))
    rows += page.activities
    read_at = page.read_at
    offset, total, is_whole = first, page.total, True
    while page.more and (yield from _goes_on(ctx, page.activities, cursor.watermark, horizon)):
        page = yield from want(NewestActivities(ctx.firm, offset, NEXT_PAGE))
        rows += page.activities
        offset += NEXT_PAGE
        is_whole = is_whole and page.total == total
    # A deletion between two pages moves a row out of the second (hazard H7): the same stretch is read again.
    watermark = max(cursor.watermark, _newest_of(rows) or cursor.watermark) if is_whole else cursor.watermark
    stored, _ = yield from want(LoadSeen(ctx.firm, activities=tuple({one.key for one in rows})))
    # What we made ourselves was added to the total then.
    ours = {one.key for one in stored}
    created = _created_since(rows, cursor.watermark) - ours
    # The total goes with its watermark: after a crash between the two commits it is told by looking, not by counting.
    counted = cursor.total if watermark == cursor.watermark and not created else None
    yield from _store_activities(ctx, rows, replace(cursor, watermark=watermark, total=counted), stored)
    read = RaynetCursor(watermark=watermark, total=total, read_at=read_at, top=_top(rows, cursor.top))
    if cursor.total is None or total != cursor.total + len(created):
        missing_since = cursor.missing_since or ctx.now
        if is_whole and cursor.total is not None and _will_ring(ctx, missing_since):
            read = replace(read, total=cursor.total + len(created), missing_since=missing_since)
        else:
            present = yield from _sweep(ctx, skip={one.key for one in rows})
            # An empty answer beside what stands there was none: the next one is not measured by it.
            read = replace(read, total=total if rows or not present else None)
    before, after = ctx.sync.cursor, read if is_whole else RaynetCursor(watermark=watermark)
    ctx.put_sync(replace(ctx.sync, cursor=after))
    # That the list was read and told nothing is stored with the pass: a crash before means reading it again.
    if before is None or _place(after) != _place(before):
        yield from want(Commit(ctx.firm, (ctx.sync,)))


def _top(rows: Sequence[Activity], known: int | None) -> int | None:
    ids = [one.key.id for one in rows] + ([known] if known is not None else [])
    return max(ids, default=None)


def _place(cursor: RaynetCursor) -> tuple[object, ...]:
    """All of it but when it was read."""
    return cursor.watermark, cursor.total, cursor.missing_since


def _created_since(rows: Sequence[Activity], watermark: datetime) -> set[ActivityKey]:
    """Records made after the watermark.

    Where an instance shows whole minutes only, what was made in the watermark's own minute may be new as well.
    """
    earliest = watermark.replace(second=0, microsecond=0) - timedelta(microseconds=1)
    made = [(one.key, one.created_at) for one in rows if one.created_at is not None and one.created_at > earliest]
    if not made:
        return set()
    coarse = all(one.created_at is None or one.created_at.second == one.created_at.microsecond == 0 for one in rows)
    since = earliest if coarse else watermark
    return {key for key, created_at in made if created_at > since}


def _will_ring(ctx: PassContext, missing_since: datetime) -> bool:
    """Whether the deletion that the total shows may still be announced: looking for it asks for every pair."""
    return Side.RAYNET in ctx.proven and not is_queued(ctx) and ctx.now - missing_since < PATIENCE


def _goes_on(ctx: PassContext, activities: tuple[Activity, ...], watermark: datetime, horizon: datetime) -> Flow[bool]:
    """Whether older rows may hold news: the page reaches back no further than the overlap, and told something itself.

    Without the second half a burst would be read again with every poll until something newer happens.
    """
    if not all(one.modified_at is None or one.modified_at >= horizon for one in activities):
        return False
    if any(one.modified_at is None or one.modified_at > watermark for one in activities):
        return True
    stored, _ = yield from want(LoadSeen(ctx.firm, activities=tuple(one.key for one in activities)))
    known = {one.key: one for one in stored}
    return any(one.key in known and is_news(known[one.key], one) for one in activities)


def _newest_of(activities: Iterable[Activity]) -> datetime | None:
    return max((one.modified_at for one in activities if one.modified_at is not None), default=None)


def _store_activities(
    ctx: PassContext,
    activities: Iterable[Activity],
    cursor: RaynetCursor,
    stored: Sequence[SeenActivity] | None = None,
) -> Flow[None]:
    """What is news of these. ``stored``: what is held of all of them, where that was just asked."""
    by_key = yield from under_one_type(ctx, {one.key: one for one in activities})
    if stored is None:
        stored, _ = yield from want(LoadSeen(ctx.firm, activities=tuple(by_key)))
    known = {one.key: one for one in stored}
    fresh = [one for one in by_key.values() if is_news(known.get(one.key), one) or _lacks_deadline(ctx, known, one)]
    if not fresh:
        if cursor != ctx.sync.cursor:
            ctx.put_sync(replace(ctx.sync, cursor=cursor))
            yield from want(Commit(ctx.firm, (ctx.sync,)))
        return
    fresh = yield from _with_deadlines(ctx, fresh)
    gone = {one.key for one in stored if one.gone_at is not None}
    yield from follow_types(ctx, [one for one in fresh if one.key not in known or one.key in gone])
    # What was read again meanwhile under yet another type is older here.
    fresh = [one for one in fresh if ctx.moved.get(one.key) is None and not was_overtaken(ctx, one.key)]
    rows: tuple[Row, ...] = ()
    for start in range(0, len(fresh), AT_ONCE):
        if rows:
            yield from want(Commit(ctx.firm, rows))
        rows = yield from activity_rows(ctx, fresh[start : start + AT_ONCE], known)
    sync, samples = of_activities(ctx, replace(ctx.sync, cursor=cursor), fresh if ctx.sync.cursor else ())
    if rows or samples or sync != ctx.sync:
        ctx.put_sync(sync)
        yield from want(Commit(ctx.firm, (sync, *rows, *samples)))


def _lacks_deadline(ctx: PassContext, known: Mapping[ActivityKey, SeenActivity], row: Activity) -> bool:
    """Whether the task's own record must be read for its deadline, because the rule makes a block of it."""
    wanted = ctx.state.firm.rules.deadline_block_minutes and row.key.type is ActivityType.TASK
    if not wanted or row.detailed or row.deadline is not None or row.scheduled_from is not None:
        return False
    stored = known.get(row.key)
    return stored is None or stored.activity.deadline is None or is_news(stored, row)


def _with_deadlines(ctx: PassContext, rows: list[Activity]) -> Flow[list[Activity]]:
    """Lists do not show deadlines. Fact: in details [spec], in lists not recorded, raynet-api §8.2."""
    full: list[Activity] = []
    for row in rows:
        if _lacks_deadline(ctx, {}, row) and mapping.wanted_mailboxes(row, ctx.world()):
            try:
                detail = yield from want(GetActivity(ctx.firm, row.key))
                row = replace(row, deadline=detail.deadline)
            except Gone:
                pass  # the next reading tells what became of it
        full.append(row)
    return full


def is_news(stored: SeenActivity | None, row: Activity) -> bool:
    """Whether the row tells something. The version seen last, though we wrote since, is an answer from before."""
    if stored is None:
        return True
    if stored.gone_at is not None or stored.hidden:
        return True
    old = stored.activity
    if row.version is not None and old.version is not None:
        return row.version > old.version
    if row.modified_at is not None and old.modified_at is not None:
        return row.modified_at >= old.modified_at and row != old
    return row != old


def _would_be_made(ctx: PassContext, activity: Activity) -> bool:
    """Whether somebody's calendar is to show it, as far as it is known."""
    world = ctx.world()
    when = mapping.raynet_when(activity, world, None)
    return bool(mapping.wanted_mailboxes(activity, world)) and mapping.raynet_absent(activity, when) is None


def _sweep(ctx: PassContext, skip: set[ActivityKey]) -> Flow[int]:
    """Something may have been deleted: look for the paired activities, and prove each that is missing.

    Those too that only wait to be paired, for a first match or a calendar that answers: what is gone is not made.
    The number of those that stand.
    """
    known = yield from want(KnownActivities(ctx.firm))
    unlinked = yield from want(UnlinkedActivities(ctx.firm))
    waiting = (one.key for one in unlinked if _would_be_made(ctx, one.activity))
    wanted = [key for key in dict.fromkeys((*known, *waiting)) if key not in skip]
    if not wanted:
        return 0
    found = yield from _look_for(ctx, wanted)
    present = {one.key for one in found}
    yield from _store_activities(ctx, found, ctx.sync.cursor or RaynetCursor(watermark=ctx.now))
    for key in wanted:
        if key not in present:
            yield from prove_activity(ctx, key)
    return len(present)


def _look_for(ctx: PassContext, wanted: Sequence[ActivityKey]) -> Flow[list[Activity]]:
    """Rows of these records. Where they are many, most stand in the window's list, ten times as many to a call."""
    ids = {key.id for key in wanted}
    found: dict[ActivityKey, Activity] = {}
    if len(ids) > LISTED:
        found = {one.key: one for one in (yield from _window(ctx)) if one.key.id in ids}
    rest = {key.id for key in wanted if key not in found}
    if rest:
        found |= {one.key: one for one in (yield from want(ActivitiesById(ctx.firm, tuple(sorted(rest)))))}
    return list(found.values())


# --- Outlook ------------------------------------------------------------------------------------------------------


def _read_graph(ctx: PassContext) -> Flow[None]:
    everything = reads_all_mailboxes(ctx)
    window = ctx.window
    wanted = [_wanted(ctx, one, window) for one in ctx.ready() if _reads(ctx, one, everything=everything)]
    chunks = [tuple(wanted[i : i + BATCH]) for i in range(0, len(wanted), BATCH)]
    outcomes = yield from gather([_read_chunk(ctx, chunk) for chunk in chunks], limit=3)
    for outcome in outcomes:
        if isinstance(outcome, Failed):
            if not isinstance(outcome.error, Remote):
                raise outcome.error
            if Side.GRAPH not in ctx.blocked:
                yield from side_trouble(ctx, Side.GRAPH, outcome.error)
    if wanted and Side.GRAPH not in ctx.blocked:
        yield from side_well(ctx, Side.GRAPH)
    if everything and Side.GRAPH not in ctx.blocked:
        ctx.put_sync(replace(ctx.sync, graph_read_at=ctx.now))
    yield from note_unshown(ctx)


def _reads(ctx: PassContext, row: MailboxSync, *, everything: bool) -> bool:
    if row.wait_until is not None and row.wait_until > ctx.now:
        return False
    return everything or reads_mailbox(ctx, row)


def _wanted(ctx: PassContext, row: MailboxSync, window: tuple[datetime, datetime]) -> DeltaWanted:
    """Go on from the link, or start a round over a window that reaches further than the rules demand."""
    assert row.mailbox is not None
    start, end = window
    covered = row.window_from is not None and row.window_till is not None
    covered = covered and row.window_from <= start and row.window_till >= end  # type: ignore[operator]
    if row.delta_link is not None and covered and not ctx.options.full and row.matched:
        assert row.window_from is not None and row.window_till is not None
        return DeltaWanted(mailbox=row.mailbox, link=row.delta_link, start=row.window_from, end=row.window_till)
    start, end = start - timedelta(days=2), end + MARGIN
    return DeltaWanted(mailbox=row.mailbox, link=None, start=start, end=end)


def _read_chunk(ctx: PassContext, chunk: tuple[DeltaWanted, ...]) -> Flow[None]:
    answers = yield from want(ReadDeltas(ctx.firm, chunk))
    lost = tuple([replace(one, link=None) for one in chunk if isinstance(answers.get(one.mailbox), TokenLost)])
    if lost:
        answers = {**answers, **(yield from want(ReadDeltas(ctx.firm, lost)))}
    quiet = [(one, told) for one in chunk if (told := _quiet(answers.get(one.mailbox))) is not None]
    yield from _store_quiet_rounds(ctx, quiet)
    if len(quiet) == len(chunk):
        return
    for one in chunk:
        answer = answers.get(one.mailbox)
        if _quiet(answer) is not None:
            continue
        if isinstance(answer, TokenLost):
            answer = yield from _calendar(ctx, one)
        if isinstance(answer, Remote):
            if concerns_side(answer):
                raise answer
            yield from mailbox_trouble(ctx, one.mailbox, answer)
        elif answer is not None:
            try:
                yield from _store_round(ctx, one, answer)
            except Remote as error:
                if concerns_side(error):
                    raise
                yield from mailbox_trouble(ctx, one.mailbox, error)


def _quiet(answer: DeltaRound | Remote | None) -> DeltaRound | None:
    """A round that goes on from a link and tells nothing."""
    if not isinstance(answer, DeltaRound) or answer.full or answer.events or answer.removed or answer.odd:
        return None
    return answer


def _store_quiet_rounds(ctx: PassContext, rounds: Sequence[tuple[DeltaWanted, DeltaRound]]) -> Flow[None]:
    """The links of all calendars in which nothing happened, in one commit: there is nothing to learn beside them."""
    rows: list[MailboxSync] = []
    told = {row.mailbox: row for row in ctx.ready()}
    for wanted, answer in rounds:
        row = told[wanted.mailbox]
        ctx.read_whole.add(wanted.mailbox)
        # A link that stayed, and nobody who waits to see when it was read: nothing to store.
        if answer.link != wanted.link or Side.GRAPH in ctx.proven or row.failures or row.wait_until is not None:
            rows.append(_as_read(ctx, row, wanted, answer))
    if rows:
        ctx.put_mailboxes(rows)
        yield from want(Commit(ctx.firm, tuple(rows)))


def _as_read(ctx: PassContext, row: MailboxSync, wanted: DeltaWanted, answer: DeltaRound) -> MailboxSync:
    return replace(
        row,
        delta_link=answer.link or None,
        window_from=wanted.start,
        window_till=wanted.end,
        last_read_at=ctx.now,
        failures=0,
        wait_until=None,
    )


def _calendar(ctx: PassContext, wanted: DeltaWanted) -> Flow[DeltaRound | Remote]:
    """Delta rounds of this mailbox do not end: read the window plainly, without a link to go on from."""
    try:
        events = yield from want(ReadCalendar(ctx.firm, wanted.mailbox, wanted.start, wanted.end))
    except Remote as error:
        return error
    return DeltaRound(events=events, removed=(), link="", full=True)


def _store_round(ctx: PassContext, wanted: DeltaWanted, answer: DeltaRound) -> Flow[None]:
    mailbox = wanted.mailbox
    row = ctx.mailbox(mailbox)
    assert row is not None
    keys = tuple(EventKey(mailbox, one.id) for one in answer.events)
    keys += tuple(EventKey(mailbox, EventId(one)) for one in answer.removed)
    ctx.shown |= {*keys, *(EventKey(mailbox, EventId(one)) for one in answer.odd)}
    _, stored = yield from want(LoadSeen(ctx.firm, events=keys))
    known = {one.key: one for one in stored}
    missing = [one.key for one in stored if one.key.id in answer.removed and one.gone_at is None]
    if answer.full:
        missing += yield from _unseen(ctx, mailbox, answer, matched=row.matched)
    newer = [one for one in answer.events if is_newer_event(known.get(one.key), one)]
    events = yield from as_they_are(ctx, wanted, newer, known)
    seen = [observed_event(ctx, known.get(one.key), one) for one in events]
    for key in missing:
        proved = yield from prove_event(ctx, key, known.get(key))
        seen += [proved] if proved is not None else []
    rows = (*(yield from event_rows(ctx, seen, known, row)), *left_unseen(ctx, wanted, answer, known))
    samples: list[PushSample] = []
    if not answer.full:
        row, samples = of_events(ctx, row, events)
    row = replace(_as_read(ctx, row, wanted, answer), matched=ctx.is_matched(mailbox))
    ctx.put_mailbox(row)
    ctx.read_whole.add(mailbox)
    if rows or samples or answer.link != wanted.link or Side.GRAPH in ctx.proven:
        yield from want(Commit(ctx.firm, (row, *rows, *samples)))


def _unseen(ctx: PassContext, mailbox: MailboxId, answer: DeltaRound, *, matched: bool) -> Flow[list[EventKey]]:
    """Known events that a full round did not show: candidates for a proof, nothing more."""
    shown = {one.id for one in answer.events} | {EventId(one) for one in answer.odd}
    stored = yield from want(KnownEvents(ctx.firm, mailbox))
    if not matched:
        # What only waits for the first match is in no pair yet, and must not be matched when it is gone.
        waiting = yield from want(UnpairedEvents(ctx.firm, mailbox))
        stored = (*stored, *(one.key for one in waiting))
    return [key for key in stored if key.id not in shown]
