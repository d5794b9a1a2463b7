"""Rings whose change no round has shown yet.

Delta shows changes with delay [doc], graph-calendar §13: the round that a ring caused may not hold what rang. While
trusted push stretches the floor to minutes, such a ring stays and asks again, a few times.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from server.domain.ids import EventKey
from server.domain.state import MailboxSync, Notice, NoticeKind, SeenEvent, Side
from server.flow import Flow, want
from server.ports.store import LoadSeen
from server.sync.context import PassContext
from server.sync.echoes import event_of

#: How long after its arrival a ring asks for a round; after the last it counts as heeded, whatever was shown.
LOOKS = tuple(timedelta(seconds=seconds) for seconds in (0, 2, 5, 10, 30))


def is_looked_for(ctx: PassContext, row: MailboxSync, notice: Notice) -> bool:
    """Whether the round that this ring may ask for by now has been read already, and the next is not due."""
    if not _can_wait(ctx, notice) or row.last_read_at is None:
        return False
    age = ctx.now - notice.received_at
    return row.last_read_at >= notice.received_at + max((one for one in LOOKS if one <= age), default=LOOKS[0])


def note_shown(ctx: PassContext, keys: Iterable[EventKey]) -> None:
    """Note in ``ctx`` which of a round's events rang. A first reading shows very many of which none has."""
    if ctx.notices:
        rang = {event_of(one) for one in ctx.notices}
        ctx.shown.update(key for key in keys if key in rang)


def note_unshown(ctx: PassContext) -> Flow[None]:
    """After reading: note in ``ctx`` which rings have not shown their change and ask again."""
    if not ctx.notices:
        return
    rings = [(one, key) for one in ctx.rings() if _can_wait(ctx, one) and (key := event_of(one)) is not None]
    if not rings:
        return
    _, stored = yield from want(LoadSeen(ctx.firm, events=tuple({key for _, key in rings})))
    held = {one.key: one for one in stored}
    told: defaultdict[EventKey | None, list[Notice]] = defaultdict(list)
    for one in ctx.notices:
        told[event_of(one)].append(one)
    for notice, key in rings:
        if key.mailbox in ctx.read_whole:
            over = ctx.now - notice.received_at >= LOOKS[-1]
            waits = not over and not _is_shown(ctx, notice, told[key], held.get(key))
        else:
            row = ctx.mailbox(key.mailbox)
            waits = row is not None and is_looked_for(ctx, row, notice)
        if waits:
            ctx.unshown.add(notice.dedupe)


def next_look(ctx: PassContext, now: datetime) -> datetime | None:
    """When the next of the waiting rings asks again."""
    waiting = (one.received_at for one in ctx.rings() if one.dedupe in ctx.unshown)
    dues = (min((at + one for one in LOOKS if at + one > now), default=now) for at in waiting)
    return min(dues, default=None)


def _can_wait(ctx: PassContext, notice: Notice) -> bool:
    """Where polling comes soon anyway, and where no version tells what is awaited, a ring asks once."""
    named = notice.kind is NoticeKind.MAILBOX and notice.etag is not None and notice.event is not None
    return named and notice.hint != "deleted" and Side.GRAPH in ctx.proven


def _is_shown(ctx: PassContext, notice: Notice, told: list[Notice], seen: SeenEvent | None) -> bool:
    """Whether what we hold is what rang, or something later. Nothing that we hold can still have its making to show."""
    if seen is not None and (seen.gone_at is not None or notice.hint == "created"):
        return True
    tags = [one.etag for one in told]
    if seen is not None and seen.event.etag in tags:
        return seen.event.etag in tags[told.index(notice) :]
    return event_of(notice) in ctx.shown
