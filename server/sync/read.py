"""Reading only what may have changed, and knowing what was surely read.

A short, failed or empty answer is never knowledge that something is gone: absence only starts a search for proof.
Observations, the cursor they came with and the wake-ups of the links they touch are committed together.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from server.domain import mapping
from server.domain.activity import Activity
from server.domain.cursor import RaynetCursor
from server.domain.ids import ActivityKey, ActivityType
from server.domain.push import PATIENCE
from server.domain.state import SeenActivity, Side
from server.errors import Gone, Remote
from server.flow import Flow, want
from server.ports.raynet import (
    ActivitiesById,
    ActivityPage,
    DeadlineTasks,
    GetActivity,
    NewestActivities,
)
from server.ports.store import Commit, KnownActivities, LoadSeen, Row
from server.sync.breath import breathe, takes_breath
from server.sync.calendars import read_met
from server.sync.context import PassContext, side_trouble, side_well
from server.sync.evidence import (
    is_queued,
    of_activities,
    reads_raynet,
    rings_of_activities,
)
from server.sync.observe import activity_rows
from server.sync.pages import Made, each_page, listed, made
from server.sync.proofs import (
    is_to_walk,
    prove_activity,
    prove_deleted_activities,
    prove_deleted_events,
)
from server.sync.retyped import follow_types, under_one_type, was_overtaken
from server.sync.unlinked import each_unlinked

#: Rows of the first page: when nothing rang there is hardly any news, a ring often tells of a burst.
FIRST_PAGE = 25
FIRST_PAGE_RUNG = 100
NEXT_PAGE = 500
#: Rows this much older than the watermark are read again: saves that became visible late.
OVERLAP = timedelta(minutes=2)
#: Where no row tells Raynet's time, ours stands for it, this much earlier: clocks differ, what is made next is new.
CLOCKS_DIFFER = timedelta(days=1)
#: So many activities are stored in one go, the last of them with the cursor: a firm's whole window may hold a million.
AT_ONCE = 5_000


def read_all(ctx: PassContext) -> Flow[None]:
    """Both sides, each as far as it answers; calendars that have not met Raynet are left to that."""
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
        yield from read_met(ctx)


# --- Raynet -------------------------------------------------------------------------------------------------------


def _read_raynet(ctx: PassContext) -> Flow[None]:
    cursor, breathes = ctx.sync.cursor, takes_breath(ctx)
    if ctx.options.within:
        if cursor is not None:  # else the longer pass is about to read all
            yield from _newest(ctx, cursor)
        return
    is_whole = ctx.options.full or is_to_walk(ctx)
    if cursor is None or (is_whole and not breathes):
        yield from _whole_window(ctx)
        return
    yield from _newest(ctx, cursor)
    if breathes and (is_whole or is_to_walk(ctx)):
        yield from _walk(ctx)


def read_window(ctx: PassContext) -> Flow[None]:
    """Raynet's whole window for calendars that are to meet it, and for deletions. Trouble blocks that side."""
    if Side.RAYNET in ctx.blocked:
        return
    try:
        if takes_breath(ctx) and ctx.sync.cursor is not None:
            yield from _walk(ctx)
        else:
            yield from _whole_window(ctx)
    except Remote as error:
        yield from side_trouble(ctx, Side.RAYNET, error)


def _whole_window(ctx: PassContext) -> Flow[None]:
    """Every planned activity of the window; the cursor is taken before, so nothing between is missed."""
    first = yield from want(NewestActivities(ctx.firm, 0, 1))
    newest, seen, late = _newest_of(first.activities), dict[ActivityKey, Made](), set[ActivityKey]()

    def take(rows: Sequence[Activity]) -> Flow[None]:
        seen.update(made(rows))
        late.update(_created_since(rows, newest) if newest is not None else [one.key for one in rows])
        yield from _store_activities(ctx, rows, ctx.sync.cursor)

    yield from take(first.activities)
    seen.clear()
    yield from each_page(ctx, take)
    if not seen and first.total:
        # A first match against a list that is only said to be empty would make everything double.
        yield from each_page(ctx, take)
    if ctx.state.firm.rules.deadline_block_minutes:
        yield from take((yield from want(DeadlineTasks(ctx.firm, *listed(ctx)))))
    seen.update(made(first.activities))
    kept = yield from under_one_type(ctx, seen)
    # What was made between the two is not in the total: gone again before the next reading, it would never be missed.
    total = None if late - {one.key for one in first.activities} else first.total
    top = _top(seen, ctx.sync.cursor.top if ctx.sync.cursor is not None else None)
    cursor = RaynetCursor(watermark=newest or ctx.now - CLOCKS_DIFFER, total=total, read_at=first.read_at, top=top)
    # The total counts once the missing ones were looked for: after a crash before that they are looked for again.
    yield from _store_activities(ctx, (), replace(cursor, total=None))
    yield from _sweep(ctx, skip=set(kept))
    ctx.whole_window = True
    sync = replace(ctx.sync, cursor=cursor, last_full_at=ctx.now)
    ctx.put_sync(sync)
    yield from want(Commit(ctx.firm, (sync,)))


def _walk(ctx: PassContext) -> Flow[None]:
    """The whole window, page by page, with ordinary passes in between; the cursor is theirs and stays.

    Each page is stored before the next breath: a row kept in memory might tell of what is proven gone by then.
    """
    began, due = ctx.now, ctx.sync.cursor.walk_since if ctx.sync.cursor is not None else None
    seen = yield from _stored_pages(ctx)
    if not seen and ctx.sync.cursor is not None and ctx.sync.cursor.total:
        seen = yield from _stored_pages(ctx)  # an empty answer counts only twice, as in the whole window
    kept = yield from under_one_type(ctx, seen)
    yield from _sweep(ctx, skip=set(kept), listed=False, paired=ctx.options.full or due is not None)
    cursor = ctx.sync.cursor
    assert cursor is not None
    # Else an ordinary pass has found that there is more to be read, or to be looked for.
    ctx.whole_window = cursor.walk_since == due
    if ctx.whole_window:
        cursor = replace(cursor, walk_since=None)
    sync = replace(ctx.sync, cursor=cursor, last_full_at=began if ctx.options.full else ctx.sync.last_full_at)
    if sync != ctx.sync:
        ctx.put_sync(sync)
        yield from want(Commit(ctx.firm, (sync,)))


def _stored_pages(ctx: PassContext) -> Flow[dict[ActivityKey, Made]]:
    """What the pages showed."""
    seen: dict[ActivityKey, Made] = {}

    def take(rows: Sequence[Activity]) -> Flow[None]:
        seen.update(made(rows))
        yield from _store_page(ctx, rows)

    if ctx.state.firm.rules.deadline_block_minutes:
        yield from take((yield from want(DeadlineTasks(ctx.firm, *listed(ctx)))))
    yield from each_page(ctx, take, breathes=True)
    return seen


def _store_page(ctx: PassContext, rows: Sequence[Activity]) -> Flow[None]:
    """What is news of a page. What the next reading of the newest takes for known belongs to the total already."""
    cursor = ctx.sync.cursor
    assert cursor is not None
    late = tuple(_created_since(rows, cursor.watermark) - set(cursor.counted))
    before, _ = (yield from want(LoadSeen(ctx.firm, activities=late))) if late else ((), ())
    yield from _store_activities(ctx, rows, cursor)
    after, _ = (yield from want(LoadSeen(ctx.firm, activities=late))) if late else ((), ())
    if cursor.total is not None and len(after) > len(before):
        counted = replace(ctx.sync.cursor or cursor, total=cursor.total + len(after) - len(before))
        ctx.put_sync(replace(ctx.sync, cursor=counted))
        yield from want(Commit(ctx.firm, (ctx.sync,)))


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
    created = _created_since(rows, cursor.watermark) - ours - set(cursor.counted)
    # The total goes with its watermark: after a crash between the two commits it is told by looking, not by counting.
    so_far = cursor.total if watermark == cursor.watermark and not created else None
    yield from _store_activities(ctx, rows, replace(cursor, watermark=watermark, total=so_far), stored)
    counted = tuple(sorted(_created_since(rows, watermark) - ours))
    read = RaynetCursor(
        watermark=watermark,
        total=total,
        read_at=read_at,
        top=_top((one.key for one in rows), cursor.top),
        counted=counted,
    )
    read = yield from _with_total(ctx, cursor, read, rows, len(created), is_whole=is_whole)
    before, after = ctx.sync.cursor, read
    if not is_whole:
        after = RaynetCursor(watermark=watermark, walk_since=read.walk_since)
    ctx.put_sync(replace(ctx.sync, cursor=after))
    # That the list was read and told nothing is stored with the pass: a crash before means reading it again.
    if before is None or _place(after) != _place(before):
        yield from want(Commit(ctx.firm, (ctx.sync,)))


def _with_total(
    ctx: PassContext,
    cursor: RaynetCursor,
    read: RaynetCursor,
    rows: Sequence[Activity],
    created: int,
    *,
    is_whole: bool,
) -> Flow[RaynetCursor]:
    """``read`` after comparing its total with the last one: what is missing is awaited, or looked for now or later."""
    is_missing = cursor.total is None or read.total != cursor.total + created
    if not is_missing and cursor.walk_since is None:
        return read
    missing_since = cursor.missing_since or ctx.now
    if is_whole and cursor.total is not None and cursor.walk_since is None and _will_ring(ctx, missing_since):
        return replace(read, total=cursor.total + created, missing_since=missing_since)
    if rows and (yield from _sweeps_later(ctx, cursor)):
        return replace(read, walk_since=ctx.now if is_missing else cursor.walk_since)
    present = yield from _sweep(ctx, skip={one.key for one in rows})
    # An empty answer beside what stands there was none: the next one is not measured by it.
    return replace(read, total=read.total if rows or not present else None, walk_since=cursor.walk_since)


def _top(keys: Iterable[ActivityKey], known: int | None) -> int | None:
    ids = [key.id for key in keys] + ([known] if known is not None else [])
    return max(ids, default=None)


def _place(cursor: RaynetCursor) -> tuple[object, ...]:
    """All of it but when it was read."""
    return cursor.watermark, cursor.total, cursor.missing_since, cursor.walk_since, cursor.counted


def _sweeps_later(ctx: PassContext, cursor: RaynetCursor) -> Flow[bool]:
    """Whether it takes so many pages that they are walked with ordinary passes in between: they would wait else."""
    if not ctx.options.within and not takes_breath(ctx):
        return False
    if cursor.walk_since is not None:
        return True
    return len((yield from want(KnownActivities(ctx.firm)))) > ctx.options.portions.sought


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
    cursor: RaynetCursor | None,
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


def _sweep(ctx: PassContext, skip: set[ActivityKey], *, listed: bool = True, paired: bool = True) -> Flow[int]:
    """Something may have been deleted: look for the ``paired`` activities, and prove each that is missing.

    Those too that only wait to be paired, for a first match or a calendar that answers: what is gone is not made.
    ``listed``: whether the window's list may show them. The number of those that stand.
    """
    known = (yield from want(KnownActivities(ctx.firm))) if paired else ()
    wanted = dict.fromkeys(key for key in known if key not in skip)

    def add(unlinked: Sequence[SeenActivity]) -> Flow[None]:
        waiting = (one for one in unlinked if one.key not in skip)
        wanted.update(dict.fromkeys(one.key for one in waiting if _would_be_made(ctx, one.activity)))
        yield from ()  # nothing to ask for

    # Beside the newest rows another pass must not move the cursor.
    yield from each_unlinked(ctx, add, breathes=not listed)
    if not wanted:
        return 0
    found = yield from _look_for(ctx, tuple(wanted), listed=listed)
    present = {one.key for one in found}
    yield from _store_activities(ctx, found, ctx.sync.cursor or RaynetCursor(watermark=ctx.now))
    for key in wanted:
        if key not in present:
            if not listed:
                yield from breathe(ctx)
            yield from prove_activity(ctx, key)
    return len(present)


def _look_for(ctx: PassContext, wanted: Sequence[ActivityKey], *, listed: bool) -> Flow[list[Activity]]:
    """Rows of these records. Where they are many, most stand in the window's list, ten times as many to a call."""
    ids = {key.id for key in wanted}
    found: dict[ActivityKey, Activity] = {}
    if listed and len(ids) > ctx.options.portions.sought:

        def take(rows: Sequence[Activity]) -> Flow[None]:
            found.update({one.key: one for one in rows if one.key.id in ids})
            yield from ()  # nothing to ask for

        yield from each_page(ctx, take)
    rest = {key.id for key in wanted if key not in found}
    if rest:
        found |= {one.key: one for one in (yield from want(ActivitiesById(ctx.firm, tuple(sorted(rest)))))}
    return list(found.values())
