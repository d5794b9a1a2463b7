"""Left-overs of creates that were given up: found, claimed, and removed once nobody can want them any more."""

from server.domain.ids import MailboxId
from server.domain.keys import is_placeholder
from server.domain.state import IntentKind, Side
from server.errors import Gone, Remote
from server.flow import Flow, Note, want
from server.ports.graph import DeleteEvent
from server.ports.raynet import DeleteActivity, GetActivity
from server.ports.store import Commit, Forget, LinksOf, LoadGroups, OpenIntents, Row
from server.sync.context import PassContext
from server.sync.observe import ORPHAN, is_filled_late, orphan_activity, orphan_event


def clear_orphans(ctx: PassContext) -> Flow[None]:
    """Remove what late answers of abandoned creates left behind: neutral placeholders and twins, all our own."""
    if not ctx.orphans and not ctx.orphan_events:
        return
    linked = (yield from want(LinksOf(ctx.firm, activities=tuple(set(ctx.orphans))))) if ctx.orphans else {}
    done: list[str] = []
    #: Not now: asked again once they are old enough, counted from here.
    later: list[Row] = []
    for key in sorted(set(ctx.orphans)):
        stone = f"{ORPHAN}:{key}"
        if Side.RAYNET in ctx.blocked:
            later += [] if stone in ctx.tombstones else [orphan_activity(key, ctx, ctx.now)]
            continue
        if key in linked:
            done.append(stone)
            continue
        try:
            detail = yield from want(GetActivity(ctx.firm, key))
            ours = is_placeholder(detail.title) and detail.created_by == ctx.sync.login
            if ours or is_filled_late(ctx, detail):
                if detail.locked:
                    later.append(orphan_activity(key, ctx, ctx.now))
                    continue
                yield from want(DeleteActivity(ctx.firm, key))
                yield from want(Note("orphan_removed", (("activity", str(key)),), "warning"))
            done.append(stone)
        except Gone:
            done.append(stone)
        except Remote as error:
            ctx.error(str(key), error)
            later.append(orphan_activity(key, ctx, ctx.now))
    done += yield from _clear_orphan_events(ctx)
    settled = tuple(key for key in done if key in ctx.tombstones)
    if settled or later:
        yield from want(Commit(ctx.firm, tuple(later), Forget(tombstones=settled)))


def _clear_orphan_events(ctx: PassContext) -> Flow[list[str]]:
    """Keys of the claims that are settled. What a pair took up meanwhile, or may yet take up, is no left-over."""
    events = sorted(set(ctx.orphan_events))
    if not events:
        return []
    linked = yield from want(LinksOf(ctx.firm, events=tuple(events)))
    making = yield from _calendars_with_creates(ctx)
    done: list[str] = []
    for event in events:
        if event in linked:
            done.append(orphan_event(ctx, event).key)
            continue
        if event.mailbox in making:
            continue  # a create of unknown outcome may have been answered with it
        try:
            yield from want(DeleteEvent(ctx.firm, event, None))
            yield from want(Note("orphan_removed", (("event_id", event.id),), "warning"))
            done.append(orphan_event(ctx, event).key)
        except Gone:
            done.append(orphan_event(ctx, event).key)
        except Remote as error:
            ctx.error(f"event:{event.id}", error)
    return done


def _calendars_with_creates(ctx: PassContext) -> Flow[set[MailboxId]]:
    """Where a create of ours has no known outcome."""
    creates = [one for one in (yield from want(OpenIntents(ctx.firm))) if one.kind is IntentKind.CREATE_EVENT]
    if not creates:
        return set()
    groups = yield from want(LoadGroups(ctx.firm, tuple(sorted({one.link_id for one in creates}))))
    boxes = {pair.id: pair.mailbox for group in groups for pair in group.pairs}
    return {boxes[one.pair_id] for one in creates if one.pair_id in boxes}
