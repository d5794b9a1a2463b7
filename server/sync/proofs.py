"""What must be seen before anything counts as gone, and reading single items again.

A 404 on the single record proves, absence from a list or a word of a notice never does; those only say where to look.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from server.domain.activity import Activity
from server.domain.cursor import RaynetCursor
from server.domain.event import Event
from server.domain.ids import ActivityKey, ActivityType, EventKey
from server.domain.state import MailboxSync, Notice, NoticeKind, SeenActivity, SeenEvent, Side
from server.errors import Denied, Gone, Rejected, Remote
from server.flow import Flow, want
from server.ports.graph import GetEvent
from server.ports.raynet import ActivitiesById, FindActivity, GetActivity
from server.ports.store import Commit, LinksOf, LoadSeen
from server.sync.context import PassContext, concerns_side, side_trouble
from server.sync.echoes import event_of
from server.sync.evidence import names_deleted
from server.sync.likeness import same_activity
from server.sync.observe import activity_rows, event_rows
from server.sync.seats import mailbox_trouble

#: Raynet's adapter: several rows answered to one id.
AMBIGUOUS_ID = "raynet_ambiguous_id"

# --- Raynet -------------------------------------------------------------------------------------------------------


def prove_deleted_activities(ctx: PassContext) -> Flow[bool]:
    """Look for the activities whose deletion was announced; whether Raynet was asked.

    One that we never saw may be a known one whose type was changed meanwhile. Else it is only counted: a count that is
    wrong makes the next reading look for deletions itself.
    """
    if not ctx.notices:
        return False
    rings = [one for one in ctx.rings() if one.kind is NoticeKind.ACTIVITY and one.hint == "deleted"]
    keys = sorted({one.activity for one in rings if one.activity is not None})
    if not keys:
        return False
    stored, _ = yield from want(LoadSeen(ctx.firm, activities=tuple(keys)))
    known = {one.key for one in stored}
    others = {ActivityKey(kind, key.id): key for key in keys if key not in known for kind in ActivityType}
    alike, _ = yield from want(LoadSeen(ctx.firm, activities=tuple(sorted(others))))
    unseen = set(keys) - known
    for old in sorted(one.key for one in alike if one.gone_at is None):
        proved = yield from prove_activity(ctx, old)
        if proved is not None and proved.gone_at is not None:
            unseen.discard(others[old])  # that was it, and it is counted
    _count_unseen(ctx, [one for one in rings if one.activity in unseen])
    for key in sorted(known):
        counted = ctx.sync.cursor
        proved = yield from prove_activity(ctx, key)
        if proved is not None and proved.gone_at is not None:
            _count_as_told(ctx, counted, [one for one in rings if one.activity == key])
    return bool(known or alike)


def prove_activity(ctx: PassContext, key: ActivityKey, alike: Activity | None = None) -> Flow[SeenActivity | None]:
    """Look for one activity: present, hidden, of another type, or gone. Only two *not found* prove the last.

    ``alike``: a row of its id and another type that was just read; nothing else is asked where it is the same record.
    Fact: a type change in Raynet's own pages makes the old path answer 404 [inferred], raynet-api §10, §22 no. 16.
    """
    stored, _ = yield from want(LoadSeen(ctx.firm, activities=(key,)))
    if not stored:
        return None
    try:
        seen = yield from _proved(ctx, stored[0], alike)
    except Remote as error:
        if concerns_side(error):
            raise
        ctx.error(str(key), error)
        if not isinstance(error, Denied):
            # An unreadable answer proves neither absence nor a lost view: it is looked for again another time.
            return None
        seen = replace(stored[0], hidden=True)
    if seen is None:
        return None
    rows = yield from activity_rows(ctx, [seen.activity], {key: stored[0]}, seen=seen)
    yield from want(Commit(ctx.firm, (ctx.sync, *rows)))
    return seen


def _proved(ctx: PassContext, seen: SeenActivity, alike: Activity | None) -> Flow[SeenActivity | None]:
    """What the record itself says; None where it stands under another key, or nothing is known."""
    is_gone = False
    try:
        found = yield from want(GetActivity(ctx.firm, seen.key))
        return replace(seen, activity=_with_version(seen.activity, found), hidden=False)
    except Gone:
        is_gone = True
    except Denied as error:
        if concerns_side(error):
            raise
        ctx.error(str(seen.key), error)
    if alike is not None and (yield from _is_same_record(ctx, seen.activity, alike)):
        yield from _rekey(ctx, seen, alike)
        return None
    if not is_gone:
        return replace(seen, hidden=True)
    other = yield from still_standing(ctx, seen)
    if other is not None:
        if other.key != seen.key:
            yield from _rekey(ctx, seen, other)
        return None
    if seen.gone_at is None and not is_to_walk(ctx):  # what went before, or lives under another type, is counted
        _count_gone(ctx, 1)
    return replace(seen, gone_at=ctx.now)


def _with_version(old: Activity, detail: Activity) -> Activity:
    """A detail carries no version: the one known stays, or has grown by one save at least where it says otherwise."""
    if detail.version is not None or old.version is None:
        return detail
    return replace(detail, version=old.version + (not same_activity(old, detail)))


def is_to_walk(ctx: PassContext) -> bool:
    """Whether the whole window is still to be walked. What is missing there the total has told of already."""
    return ctx.sync.cursor is not None and ctx.sync.cursor.walk_since is not None


def _count_gone(ctx: PassContext, count: int) -> None:
    """The instance holds so many activities fewer: else the next reading would look for them among all."""
    cursor = ctx.sync.cursor
    if cursor is not None and cursor.total is not None and count:
        ctx.put_sync(replace(ctx.sync, cursor=replace(cursor, total=max(0, cursor.total - count))))


def _count_as_told(ctx: PassContext, before: RaynetCursor | None, rings: Sequence[Notice]) -> None:
    """The last list's total does not hold what was deleted before it was read: then it is not taken from it again.

    A list whose total still awaits the announcement of a deletion holds it.
    """
    told = [one.changed_at for one in rings if one.changed_at is not None]
    if before is None or before.read_at is None or before.missing_since is not None or not told:
        return
    if min(told) < before.read_at and ctx.sync.cursor is not None:
        ctx.put_sync(replace(ctx.sync, cursor=replace(ctx.sync.cursor, total=before.total)))


def _count_unseen(ctx: PassContext, rings: Sequence[Notice]) -> None:
    """Deletions of records that we never saw: those that the last list's total held are taken from it.

    What was deleted before that list was read, or made after it, is not in its total. Fact: Raynet's clock is known to
    the second, from the ``Date`` of its answer; where that does not tell, the next reading looks for itself. That ids
    grow is not documented: were it not so, the total would differ once and all be looked through.
    """
    cursor = ctx.sync.cursor
    if cursor is None or cursor.total is None or cursor.read_at is None:
        _count_gone(ctx, len({one.activity for one in rings}))
        return
    read, made = cursor.read_at, {one.activity for one in ctx.notices if one.hint == "created"}
    if cursor.top is not None:
        made |= {one.activity for one in rings if one.activity is not None and one.activity.id > cursor.top}
    told = {one.activity: one.changed_at for one in rings if one.activity not in made}
    later = [at for at in told.values() if at is None or at >= read]
    if any(at is not None and at < read + timedelta(seconds=1) for at in later):
        ctx.put_sync(replace(ctx.sync, cursor=replace(cursor, total=None)))
    else:
        _count_gone(ctx, len(later))


def with_equal_id(ctx: PassContext, key: ActivityKey) -> Flow[tuple[Activity, ...]]:
    """The rows of any type that have this id: one at most, unless each type counts its own. Fact: raynet-api §8."""
    try:
        found = yield from want(FindActivity(ctx.firm, key.id))
    except Rejected as refused:
        if refused.code != AMBIGUOUS_ID:
            raise
        return (yield from want(ActivitiesById(ctx.firm, (key.id,))))
    return (found,) if found is not None else ()


def still_standing(ctx: PassContext, seen: SeenActivity) -> Flow[Activity | None]:
    """The row of a record whose own path answers no more, where it stands all the same: under another type."""
    for other in (yield from with_equal_id(ctx, seen.key)):
        if other.key == seen.key or (yield from _is_same_record(ctx, seen.activity, other)):
            return other
    return None


def _is_same_record(ctx: PassContext, old: Activity, other: Activity) -> Flow[bool]:
    """Whether the row with this id is the old record under another type, or only another record of an equal id.

    Fact: each type may count its own ids, raynet-api §8; a type change keeps who made it and when [inferred]. What we
    made ourselves and nobody has read since has no time yet. Where that is told to the minute only, two may share it.
    """
    if old.created_by != other.created_by or old.created_at not in (None, other.created_at):
        return False
    if old.created_at is not None and not old.created_at.second and _is_younger(old, other):
        return False
    held = yield from want(LinksOf(ctx.firm, activities=(old.key, other.key)))
    return held.get(other.key) in (None, held.get(old.key))


def _is_younger(old: Activity, other: Activity) -> bool:
    """Whether the other record has been saved no more often than the old one, and says nothing that this said.

    Fact: each save counts, a type change too [inferred], raynet-api §10, §11.
    """
    if old.version is None or other.version is None or other.version > old.version:
        return False
    is_at_that_time = old.scheduled_from is not None and old.scheduled_from == other.scheduled_from
    return old.title != other.title and not is_at_that_time


def _rekey(ctx: PassContext, old: SeenActivity, new: Activity) -> Flow[None]:
    """The activity got another type: its link follows it."""
    links = yield from want(LinksOf(ctx.firm, activities=(old.key,)))
    link = links.get(old.key)
    ctx.moved[old.key] = new.key
    rows = yield from activity_rows(ctx, [new], {}, moved_from=link)
    yield from want(Commit(ctx.firm, (replace(old, gone_at=ctx.now), *rows)))


# --- Outlook ------------------------------------------------------------------------------------------------------


def prove_deleted_events(ctx: PassContext) -> Flow[None]:
    """Look for the events whose deletion was announced by name: each answers for itself, no round is read for them."""
    if not ctx.notices:
        return
    for row in ctx.ready():
        waits = row.wait_until is not None and row.wait_until > ctx.now
        rings = [one for one in ctx.rings() if one.mailbox == row.mailbox and names_deleted(one)]
        if not rings or waits or not row.matched or row.mailbox is None:
            continue
        keys = sorted({key for one in rings if (key := event_of(one)) is not None})
        try:
            yield from _prove_events(ctx, row, keys)
        except Remote as error:
            if concerns_side(error):
                yield from side_trouble(ctx, Side.GRAPH, error)
                return
            yield from mailbox_trouble(ctx, row.mailbox, error)
        else:
            ctx.known |= {one.dedupe for one in rings}


def _prove_events(ctx: PassContext, row: MailboxSync, keys: Sequence[EventKey]) -> Flow[None]:
    _, stored = yield from want(LoadSeen(ctx.firm, events=tuple(keys)))
    known = {one.key: one for one in stored}
    seen: list[SeenEvent] = []
    for key in known:
        proved = yield from prove_event(ctx, key, known[key])
        seen += [proved] if proved is not None else []
    rows = yield from event_rows(ctx, seen, known, row)
    if rows:
        yield from want(Commit(ctx.firm, rows))


def is_newer_event(stored: SeenEvent | None, event: Event) -> bool:
    """Not our own echo, and not an answer older than what is known. Fact: replays happen [doc], graph-calendar §13."""
    if stored is None or stored.gone_at is not None:
        return True
    old = stored.event
    if event.etag is not None and event.etag == old.etag:
        # Fact: Exchange saves a create in steps, its answer may bear a later tag [doc sample], graph-calendar §12.
        return event.modified_at is not None and old.modified_at is not None and event.modified_at > old.modified_at
    return event.modified_at is None or old.modified_at is None or event.modified_at >= old.modified_at


def observed_event(ctx: PassContext, stored: SeenEvent | None, event: Event) -> SeenEvent:
    """Delta never shows our own property: what was known of it stays."""
    known = stored.event if stored is not None else None
    return SeenEvent(firm_id=ctx.firm, key=event.key, event=event.keeping(known), seen_at=ctx.now)


def prove_event(ctx: PassContext, key: EventKey, stored: SeenEvent | None) -> Flow[SeenEvent | None]:
    """The event itself answers: there (moved out of the window), or gone."""
    if stored is None:
        _, found = yield from want(LoadSeen(ctx.firm, events=(key,)))
        if not found:
            return None
        stored = found[0]
    try:
        event = yield from want(GetEvent(ctx.firm, key))
    except Gone:
        return replace(stored, gone_at=ctx.now)
    return observed_event(ctx, stored, event) if is_newer_event(stored, event) else None
