"""Events of which a round said that they have left, before any round had shown them.

Delta says so also of what was moved out of the window, and shows once more what it showed, or could have shown, before.
Fact: both [doc], graph-calendar §13. What is shown after it has left must answer for itself: no later round takes an
older state of it back. So must what is shown for the first time though the rounds before had shown it, were it there.
"""

from collections.abc import Collection, Iterable
from datetime import timedelta

from server.domain import keys
from server.domain.event import Event
from server.domain.ids import EventId, EventKey
from server.domain.state import Side, Tombstone
from server.domain.when import overlaps
from server.errors import Gone
from server.flow import Flow, want
from server.ports.graph import DeltaRound, DeltaWanted, GetEvent
from server.sync.context import PassContext

#: Replays come within minutes; what comes later is found by the nightly comparison.
REMEMBERED_FOR = timedelta(hours=1)
#: A change that delta shows so long after it was saved, with a reading noted between or without, may be no new one.
SHOWN_WITHIN, SEEN_WITHIN = timedelta(seconds=2), timedelta(minutes=1)
#: More at once are the occurrences of a series, which are never shown as events.
AT_MOST = 10
_LEFT = "left"


def left_unseen(
    ctx: PassContext, wanted: DeltaWanted, answer: DeltaRound, known: Collection[EventKey]
) -> tuple[Tombstone, ...]:
    """What the round says has left without having been shown, to be remembered for a while."""
    left = [key for one in answer.removed if (key := EventKey(wanted.mailbox, EventId(one))) not in known]
    if answer.full or len(left) > AT_MOST:
        return ()
    until = ctx.now + REMEMBERED_FOR
    return tuple(
        Tombstone(firm_id=ctx.firm, key=_stone(key), side=Side.GRAPH, expires_at=until, hint=key.mailbox, kind=_LEFT)
        for key in left
    )


def as_they_are(
    ctx: PassContext, wanted: DeltaWanted, events: Iterable[Event], known: Collection[EventKey]
) -> Flow[list[Event]]:
    """``events`` of a round, those that had left before they were shown as they answer for themselves, if they do."""
    told: list[Event] = []
    row = ctx.mailbox(wanted.mailbox)
    # The first round after a link shows everything, old and new.
    before = row.last_read_at if row is not None and wanted.link else None
    # A reading that told nothing is not noted: what is a minute old was most likely there to be read.
    new_since = max(before - SHOWN_WITHIN, ctx.now - SEEN_WITHIN) if before is not None else None
    for event in events:
        is_late = new_since is not None and event.modified_at is not None and event.modified_at < new_since
        if event.key in known or not (is_late or _stone(event.key) in ctx.tombstones):
            told.append(event)
            continue
        try:
            fresh = yield from want(GetEvent(ctx.firm, event.key))
        except Gone:
            continue
        if fresh.when is None or overlaps(fresh.when, wanted.start, wanted.end, ctx.zone):
            told.append(fresh)
    return told


def _stone(key: EventKey) -> str:
    return f"{_LEFT}:{keys.value_digest((key.mailbox, key.id))}"
