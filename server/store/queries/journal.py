"""What is due, what waits for people, what people asked for, and the end of what is old."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from sqlalchemy import Integer, bindparam, delete, exists, or_, select, tuple_

from server.domain.ids import MailboxId, PairId
from server.domain.state import Attention, Conflict, Hold, IntentState, Notice, PairState, Pass
from server.ports.store import DueLinks, DueRemovals, Notices, OpenHolds, Prune, RestoreRequests, UndoRequests
from server.store import shapes
from server.store.queries.panel import prune_panel
from server.store.scope import FirmScope, Prepared
from server.store.tables import items, journal, runtime
from server.store.tables.meta import firm_criterion

#: Closed links outlive their trails: a late arrival is still recognised.
CLOSED_LINKS_STAY: Final = timedelta(hours=24)


_DUE: Final = Prepared(
    select(*shapes.ATTENTION.columns())
    .where(runtime.attention.c.due_at <= bindparam("until"))
    .order_by(runtime.attention.c.due_at, runtime.attention.c.link_id)
    .limit(bindparam("most", type_=Integer))
)
_URGENT: Final = Prepared(
    select(*shapes.ATTENTION.columns())
    .where(runtime.attention.c.due_at <= bindparam("until"), runtime.attention.c.why == "")
    .order_by(runtime.attention.c.due_at, runtime.attention.c.link_id)
    .limit(bindparam("most", type_=Integer))
)
_NOTICES: Final = Prepared(
    select(*shapes.NOTICE.columns()).order_by(runtime.notice.c.seq).limit(bindparam("most", type_=Integer))
)
_HOLDS: Final = Prepared(
    select(*shapes.HOLD.columns())
    .where(journal.hold.c.closed_at.is_(None))
    .order_by(journal.hold.c.at, journal.hold.c.id)
)
_RESTORES: Final = Prepared(
    select(*shapes.CONFLICT.columns())
    .where(journal.conflict.c.restore_requested_at.is_not(None), journal.conflict.c.restored_at.is_(None))
    .order_by(journal.conflict.c.restore_requested_at, journal.conflict.c.id)
)
_UNDOS: Final = Prepared(
    select(*shapes.PASS.columns())
    .where(journal.passes.c.undo_requested_at.is_not(None), journal.passes.c.undone_at.is_(None))
    .order_by(journal.passes.c.undo_requested_at, journal.passes.c.id)
)


def due_links(scope: FirmScope, op: DueLinks) -> tuple[Attention, ...]:
    return scope.values(shapes.ATTENTION, _URGENT if op.urgent else _DUE, until=op.until, most=op.limit)


def due_removals(scope: FirmScope, op: DueRemovals) -> Mapping[MailboxId, frozenset[PairId]]:
    attention, link, pair = runtime.attention, items.link, items.pair
    activity, event = items.seen_activity, items.seen_event
    due = select(attention.c.link_id).where(firm_criterion(attention, scope.firm), attention.c.due_at <= op.until)
    no_activity = exists().where(
        firm_criterion(link, scope.firm),
        link.c.id == pair.c.link_id,
        firm_criterion(activity, scope.firm),
        activity.c.key == link.c.activity,
        activity.c.gone_at.is_not(None),
    )
    no_event = exists().where(
        firm_criterion(event, scope.firm),
        event.c.mailbox == pair.c.mailbox,
        event.c.event_id == pair.c.event,
        event.c.gone_at.is_not(None),
    )
    statement = select(pair.c.mailbox, pair.c.id).where(pair.c.state != PairState.CLOSED, pair.c.link_id.in_(due))
    found: defaultdict[MailboxId, set[PairId]] = defaultdict(set)
    for mailbox, pair_id in scope.rows(statement.where(or_(no_activity, no_event))):
        found[mailbox].add(pair_id)
    return {mailbox: frozenset(pairs) for mailbox, pairs in found.items()}


def notices(scope: FirmScope, op: Notices) -> tuple[Notice, ...]:
    return scope.values(shapes.NOTICE, _NOTICES, most=op.limit)


def open_holds(scope: FirmScope, op: OpenHolds) -> tuple[Hold, ...]:
    return scope.values(shapes.HOLD, _HOLDS)


def restore_requests(scope: FirmScope, op: RestoreRequests) -> tuple[Conflict, ...]:
    return scope.values(shapes.CONFLICT, _RESTORES)


def undo_requests(scope: FirmScope, op: UndoRequests) -> tuple[Pass, ...]:
    return scope.values(shapes.PASS, _UNDOS)


def prune(scope: FirmScope, op: Prune) -> None:
    """Nothing that is open, due or asked for is dropped, however old."""
    trail, passes, intent, sample = journal.trail, journal.passes, items.intent, runtime.push_sample
    scope.change(delete(trail).where(trail.c.at < op.before))
    asked = passes.c.undo_requested_at.is_not(None) & passes.c.undone_at.is_(None)
    scope.change(delete(passes).where(passes.c.started_at < op.before, ~asked))
    scope.change(delete(intent).where(intent.c.at < op.before, intent.c.state != IntentState.OPEN))
    scope.change(delete(sample).where(sample.c.at < op.before))
    prune_panel(scope, op)
    _prune_links(scope, op)
    _prune_seen(scope, op)


def _prune_links(scope: FirmScope, op: Prune) -> None:
    """Links whose pairs were all closed by then, without an open intent; their pairs and attention go with them.

    A link that never had a pair is not closed: it waits for a rule, a seat or a time.
    """
    link, pair, intent, attention = items.link, items.pair, items.intent, runtime.attention
    has_pair = exists().where(firm_criterion(pair, scope.firm), pair.c.link_id == link.c.id)
    recent = exists().where(
        firm_criterion(pair, scope.firm),
        pair.c.link_id == link.c.id,
        pair.c.updated_at >= op.before - CLOSED_LINKS_STAY,
    )
    unsettled = exists().where(
        firm_criterion(intent, scope.firm), intent.c.link_id == link.c.id, intent.c.state == IntentState.OPEN
    )
    scope.change(delete(link).where(~link.c.is_open, has_pair, ~recent, ~unsettled))
    known = exists().where(firm_criterion(link, scope.firm), link.c.id == attention.c.link_id)
    scope.change(delete(attention).where(~known, attention.c.due_at < op.before))


def _prune_seen(scope: FirmScope, op: Prune) -> None:
    """Observations that no link names, not even a closed one: what changes again is observed again.

    A calendar that joins later is read whole, so nothing that a first match needs is missing then.
    """
    activity, event, link, pair = items.seen_activity, items.seen_event, items.link, items.pair
    linked = exists().where(firm_criterion(link, scope.firm), link.c.activity == activity.c.key)
    scope.change(delete(activity).where(activity.c.seen_at < op.before, ~linked))
    # One walk over the pairs: closed ones stand in no index of events.
    paired = select(pair.c.mailbox, pair.c.event).where(firm_criterion(pair, scope.firm), pair.c.event.is_not(None))
    named = tuple_(event.c.mailbox, event.c.event_id).in_(paired)
    scope.change(delete(event).where(event.c.seen_at < op.before, ~named))
