"""How long a person's change took to the other side: the figures behind the promise of 15 seconds.

Counted are changes that came after both sides last agreed. What follows from a rule, a licence or a first match is
nobody's change of today and says nothing about lag.
"""

from datetime import datetime, timedelta

from server.domain.ids import SeatId
from server.domain.plan import Write
from server.domain.series import Carried
from server.domain.state import Group, IntentKind, Side
from server.flow import Flow, Now, want
from server.sync.context import PassContext
from server.sync.work import LinkWork

#: A change that is older was made while nobody was there to carry it.
LONGEST = timedelta(hours=24)


def count_written(ctx: PassContext, write: Write) -> None:
    """Add a write that was done to what the pass did."""
    ctx.wrote += 1
    match write.kind:
        case IntentKind.CREATE_EVENT | IntentKind.CREATE_ACTIVITY:
            ctx.counts.created += 1
        case (
            IntentKind.UPDATE_EVENT | IntentKind.UPDATE_ACTIVITY | IntentKind.DELETE_EVENT | IntentKind.DELETE_ACTIVITY
        ):
            if write.removal:
                ctx.counts.removed += 1
            else:
                ctx.counts.changed += 1


def note_carried(ctx: PassContext, group: Group, work: LinkWork, write: Write) -> Flow[None]:
    """Remember that this write has reached the other side, if it carried somebody's fresh change."""
    changed_at = _changed_at(group, work, write)
    row = ctx.mailbox(work.mailbox_of(write.pair))
    if changed_at is None or row is None or not _is_fresh(ctx, group, write, changed_at, row.seat_id):
        return
    now = yield from want(Now())
    if timedelta(0) <= now - changed_at <= LONGEST:
        seconds = (now - changed_at).total_seconds()
        is_outlook = write.side is Side.GRAPH
        ctx.carried.append(Carried(at=now, seconds=seconds, to_outlook=is_outlook, seat_id=row.seat_id))


def _changed_at(group: Group, work: LinkWork, write: Write) -> datetime | None:
    """When the side that the value comes from was last saved, as that side says."""
    if write.side is Side.GRAPH:
        return (
            group.activity.activity.modified_at if group.activity is not None and not group.activity.gone_at else None
        )
    pair = work.pairs.get(write.pair)
    found = [seen for seen in group.events if pair is not None and seen.key.id == pair.event and not seen.gone_at]
    return found[0].event.modified_at if found else None


def _is_fresh(ctx: PassContext, group: Group, write: Write, changed_at: datetime, seat: SeatId) -> bool:
    pair = next((one for one in group.pairs if one.id == write.pair), None)
    if pair is not None and pair.base is not None and pair.updated_at is not None:
        return changed_at > pair.updated_at
    # Something new: only what was made since everything was last read, in a calendar that took part by then.
    return ctx.whole_before is not None and changed_at > ctx.whole_before and seat in ctx.matched_before
