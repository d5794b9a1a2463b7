"""Which notices tell nothing new: echoes of our own writes, and changes that were read before their doorbell rang.

They cost no reading. Whatever is doubtful rings: an unknown version, a foreign source, an unreadable time. The floor of
polling stays under all of it.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from server.domain.ids import ActivityKey, EventKey, LinkId
from server.domain.sent import heard
from server.domain.state import Link, Notice, NoticeKind, SeenActivity, SeenEvent
from server.flow import Flow, want
from server.ports.store import Commit, LinksOf, LoadGroups, LoadSeen, Row
from server.sync.context import PassContext

#: Raynet's reply is dated to the second, and its machines' clocks are never quite the same.
COVER_MARGIN = timedelta(seconds=2)


def sort_notices(ctx: PassContext) -> Flow[None]:
    """Note in ``ctx`` which notices are known and which are echoes of ours; the others are what must be read."""
    if not ctx.notices:
        return
    announced = [one for one in ctx.notices if one.kind is NoticeKind.ACTIVITY and one.activity is not None]
    told = [one for one in ctx.notices if one.kind is NoticeKind.MAILBOX and one.event is not None]
    if not announced and not told:
        return
    activities = tuple({one.activity for one in announced if one.activity is not None})
    events = tuple({key for one in told if (key := event_of(one)) is not None})
    seen = yield from want(LoadSeen(ctx.firm, activities=activities, events=events))
    known_activities = {one.key: one for one in seen[0]}
    known_events = {one.key: one for one in seen[1]}
    ctx.known |= {one.dedupe for one in told if _is_known_event(one, known_events)}
    yield from _own_saves(ctx, announced)
    ctx.known |= {one.dedupe for one in announced if _is_known_activity(ctx, one, known_activities)}


def event_of(notice: Notice) -> EventKey | None:
    """The event that a mailbox's notice names."""
    if notice.mailbox is None or notice.event is None:
        return None
    return EventKey(notice.mailbox, notice.event)


def _is_known_event(notice: Notice, known: dict[EventKey, SeenEvent]) -> bool:
    """The announced version is the one we hold: our own write's answer, or a change that was read already.

    Fact: a save always changes the version, so an equal one is the same save; that Exchange may save once more by
    itself only makes an echo ring [doc sample, seen], graph-calendar §12.
    """
    key = event_of(notice)
    stored = known.get(key) if key is not None else None
    if notice.hint == "deleted":
        # What we never held cannot be missed.
        return stored is None or stored.gone_at is not None
    return (
        stored is not None and stored.gone_at is None and notice.etag is not None and notice.etag == stored.event.etag
    )


def _is_known_activity(ctx: PassContext, notice: Notice, known: dict[ActivityKey, SeenActivity]) -> bool:
    assert notice.activity is not None
    if notice.dedupe in ctx.echoes:
        return True
    stored = known.get(notice.activity)
    if notice.hint == "deleted" and stored is not None:
        return stored.gone_at is not None
    cursor = ctx.sync.cursor
    if cursor is None or cursor.read_at is None or notice.changed_at is None:
        return False
    return notice.changed_at <= cursor.read_at - COVER_MARGIN


# --- our own saves in Raynet --------------------------------------------------------------------------------------


def _own_saves(ctx: PassContext, announced: Iterable[Notice]) -> Flow[None]:
    """Recognise announcements of our own saves by their source, each save once.

    The source is learnt where there is no doubt: a record is created once, so whoever created one of ours is us. Before
    that, an update is read, though it may be ours; it is awaited no longer either way, so that a late copy of it rings.
    """
    by_api = [one for one in announced if one.source is not None and one.hint in ("created", "updated")]
    if not by_api:
        return
    links = yield from _links(ctx, by_api)
    changed: dict[LinkId, Link] = {}
    # Creates first: what one of them teaches may hold for the others.
    for notice in sorted(by_api, key=lambda one: one.hint != "created"):
        link = links.get(notice.activity) if notice.activity is not None else None
        known = ctx.sync.own_source
        if link is None or (notice.hint == "updated" and known is not None and notice.source != known):
            continue
        left = heard(link.echoes, notice.hint, ctx.now)
        if left is None:
            continue
        if notice.hint == "created" or known is not None:
            ctx.echoes.add(notice.dedupe)
            ctx.put_sync(replace(ctx.sync, own_source=notice.source))
        assert link.activity is not None
        changed[link.id] = links[link.activity] = replace(link, echoes=left)
    if changed:
        # Stored before the notice is forgotten: after a crash between, it rings.
        rows: tuple[Row, ...] = (ctx.sync, *changed.values())
        yield from want(Commit(ctx.firm, rows))


def _links(ctx: PassContext, notices: Iterable[Notice]) -> Flow[dict[ActivityKey, Link]]:
    """The links of the announced activities that await the announcement of a save of ours."""
    wanted = tuple({one.activity for one in notices if one.activity is not None})
    found = yield from want(LinksOf(ctx.firm, activities=wanted))
    if not found:
        return {}
    groups = yield from want(LoadGroups(ctx.firm, tuple(sorted(set(found.values())))))
    links = [group.link for group in groups]
    return {link.activity: link for link in links if link.activity is not None and link.echoes}
