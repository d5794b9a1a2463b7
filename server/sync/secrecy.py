"""Before a text is shown in Raynet: whether its event has turned private since it was read.

A pass may write for minutes, a first one for hours. What was open when it was read need not be so any more.
"""

from datetime import datetime, timedelta

from server.domain.activity import ActivityChange
from server.domain.ids import EventKey, MailboxId
from server.domain.mapping import is_masked
from server.domain.rules import PrivateEvents
from server.domain.state import Intent, MailboxSync
from server.errors import Gone, Remote, Scope, Throttled
from server.flow import Flow, Now, want
from server.ports.graph import DeltaRound, DeltaWanted, GetEvent, ReadDeltas
from server.ports.store import Commit
from server.sync.context import FIRST_WAIT, PassContext, due
from server.sync.work import LinkWork

#: How old the reading of an event may be when a text of it is shown in Raynet.
LOOKED_AT_FOR = timedelta(seconds=3)
#: Calendars to one look. Fact: at most 20 to a `$batch` [doc], graph-calendar §15.
_BATCH = 20


def turned_private(ctx: PassContext, work: LinkWork, intent: Intent) -> Flow[bool]:
    """Whether the text that ``intent`` would show is private by now; the event is stored as it is then.

    One look answers for many calendars, so that a long pass asks once in a few seconds. It is no reading: the next
    round goes on from the same link and shows the same again. Raises Throttled for the item where the calendar does
    not answer: a text is not shown on old knowledge.
    """
    key, change = intent.event or work.event_key(intent.pair_id), intent.payload.activity_change
    seen = work.events.get(key) if key is not None else None
    if key is None or seen is None or change is None or not _tells(change):
        return False
    if ctx.state.firm.rules.private_events is PrivateEvents.FULL or is_masked(seen.event, ctx.world()):
        return False
    row = ctx.mailbox(key.mailbox)
    now = yield from want(Now())
    if row is None or now - max(seen.seen_at, _looked_at(ctx, row) or seen.seen_at) > LOOKED_AT_FOR:
        try:
            yield from _look(ctx, key, now)
        except Remote as error:
            raise Throttled(until=now + FIRST_WAIT, scope=Scope.ITEM, status=None, detail=error.code) from error
    if key not in ctx.turned_private:
        return False
    yield from _store(ctx, work, key)
    return True


def _tells(change: ActivityChange) -> bool:
    return bool(change.title or change.description_html or change.place)


def _looked_at(ctx: PassContext, row: MailboxSync) -> datetime | None:
    moments = [one for one in (row.last_read_at, ctx.looked_at.get(row.mailbox or MailboxId(""))) if one is not None]
    return max(moments, default=None)


def _look(ctx: PassContext, key: EventKey, now: datetime) -> Flow[None]:
    """Ask this calendar, and those that were not looked at for longest, what has changed since they were read."""
    others = [one for one in ctx.ready() if one.mailbox != key.mailbox and (_looked_at(ctx, one) or now) < now]
    others.sort(key=lambda one: _looked_at(ctx, one) or now)
    row = ctx.mailbox(key.mailbox)
    wanted = [_wanted(one) for one in (*((row,) if row is not None else ()), *others)]
    known = tuple(one for one in wanted if one is not None)[:_BATCH]
    answers = (yield from want(ReadDeltas(ctx.firm, known))) if known else {}
    for mailbox, answer in answers.items():
        if isinstance(answer, DeltaRound):
            ctx.looked_at[mailbox] = now
            ctx.turned_private |= {one.key for one in answer.events if is_masked(one, ctx.world())}
    if not isinstance(answers.get(key.mailbox), DeltaRound):
        # This calendar has no link to go on from: its event answers for itself.
        try:
            event = yield from want(GetEvent(ctx.firm, key))
        except Gone:
            return
        if is_masked(event, ctx.world()):
            ctx.turned_private.add(key)


def _wanted(row: MailboxSync) -> DeltaWanted | None:
    if row.mailbox is None or row.delta_link is None or row.window_from is None or row.window_till is None:
        return None
    return DeltaWanted(mailbox=row.mailbox, link=row.delta_link, start=row.window_from, end=row.window_till)


def _store(ctx: PassContext, work: LinkWork, key: EventKey) -> Flow[None]:
    """The event as it is now, for the plan that follows."""
    try:
        event = yield from want(GetEvent(ctx.firm, key))
    except Gone:
        rows = work.event_gone(key, ctx.now)
    else:
        rows = (work.observe_event(event, ctx.now),)
    yield from want(Commit(ctx.firm, (*rows, due(ctx, work.link.id, "turned private"))))
