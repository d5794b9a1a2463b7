"""What somebody may have set back after a write of ours that got no answer had arrived.

The record says what it said before the write, and was saved since: the write never came, or its value was seen and
taken back. Neither side tells which (hazard H2): the write is planned anew, and the journal keeps what stood there.
"""

from server.domain.activity import Activity
from server.domain.content import MERGED_FIELDS, Content
from server.domain.draft import shown
from server.domain.event import Event
from server.domain.mapping import raynet_content, raynet_when
from server.domain.merge import is_empty
from server.domain.plan import Loss
from server.domain.state import Conflict, Intent, SeenActivity, SeenEvent, Side
from server.domain.when import Inverted
from server.sync.context import PassContext
from server.sync.journal import journalled
from server.sync.work import LinkWork


def in_raynet(ctx: PassContext, work: LinkWork, intent: Intent, fresh: Activity) -> tuple[Conflict, ...]:
    """Journal entries for what this update of ours will write over once more, if somebody else saved since."""
    by_somebody = fresh.modified_by not in (None, ctx.sync.login)
    if not by_somebody or not (_was_read_since(work.activity, intent) or was_saved(work, fresh)):
        return ()
    when = raynet_when(fresh, ctx.world(), work.pairs[intent.pair_id].base)
    now = raynet_content(fresh, None if isinstance(when, Inverted) else when)
    return _entries(ctx, work, intent, now, Side.RAYNET)


def in_outlook(ctx: PassContext, work: LinkWork, intent: Intent, fresh: Event) -> tuple[Conflict, ...]:
    """As :func:`in_raynet`. Who saved an event is not told; Exchange itself may have."""
    seen = work.events.get(fresh.key)
    if seen is not None and seen.event.etag == fresh.etag and not _was_read_since(seen, intent):
        return ()
    return _entries(ctx, work, intent, work.shown_by(fresh), Side.GRAPH)


def was_saved(work: LinkWork, fresh: Activity) -> bool:
    """Whether somebody saved the record since it was last read: whoever did may have met a late copy of ours."""
    seen = work.activity.activity if work.activity is not None else fresh
    return (seen.modified_at, seen.modified_by) != (fresh.modified_at, fresh.modified_by)


def _was_read_since(seen: SeenActivity | SeenEvent | None, intent: Intent) -> bool:
    """Whether what is stored was read after the write was sent, and may show what somebody made of it."""
    return seen is not None and seen.seen_at > intent.at


def _entries(ctx: PassContext, work: LinkWork, intent: Intent, now: Content, side: Side) -> tuple[Conflict, ...]:
    before, expects = intent.before, intent.expects
    if before is None or expects is None:
        return ()
    rows = []
    for name in (one for one in MERGED_FIELDS if one in intent.fields):
        was, stands, asked = (getattr(one, name.value) for one in (before, now, expects.raynet))
        if stands != was or stands == asked or is_empty(stands):
            continue  # what says something else again is merged
        loss = Loss(
            pair=intent.pair_id, field=name, base=shown(was), kept=shown(asked), lost=shown(stands), lost_side=side
        )
        rows.append(journalled(ctx, work.link.id, work.link.activity, work.mailbox_of(intent.pair_id), loss))
    ctx.counts.conflicts += len(rows)
    return tuple(rows)
