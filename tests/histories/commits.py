"""What a commit changes in :class:`.rows.Rows`, and what it refuses, as :mod:`server.store` does."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from server.domain.ids import EventKey, LinkId, PairId
from server.domain.state import (
    Attention,
    Conflict,
    FirmSync,
    Hold,
    Intent,
    IntentState,
    Link,
    MailboxSync,
    Notice,
    Pair,
    PairState,
    Pass,
    PersonHit,
    PushSample,
    SeenActivity,
    SeenEvent,
    Subscription,
    Tombstone,
    Trail,
    Webhook,
)
from server.errors import Invalid
from server.ports import store as ports
from server.store.queries.journal import CLOSED_LINKS_STAY
from tests.histories.rows import Rows


def store(rows: Rows, op: ports.Commit) -> None:
    """As :func:`server.store.queries.commit.commit`: checks first, so that a refused commit changes nothing."""
    links: dict[LinkId, Link] = {}
    pairs: dict[PairId, Pair] = {}
    others: list[Any] = []
    for row in op.rows:
        if row.firm_id != op.firm:
            raise Invalid("foreign_firm", field=type(row).__name__)
        kind = type(row)
        if kind is Link:
            links[row.id] = row  # type: ignore[assignment, union-attr, index]  # just compared
        elif kind is Pair:
            pairs[row.id] = row  # type: ignore[assignment, union-attr, index]  # just compared
        else:
            others.append(row)
    if links or pairs:
        _store_links(rows, links, pairs)
    for row in others:
        _PUT[type(row)](rows, row)
    forget = op.forget
    for dedupe in forget.notices:
        rows.notices.pop(dedupe, None)
    for link in forget.attention:
        rows.attention.pop(link, None)
    for subscription in forget.subscriptions:
        rows.subscriptions.pop(subscription, None)
    for key in forget.tombstones:
        rows.stones.pop(key, None)
    if forget.webhooks:
        rows.webhook = None


def _store_links(rows: Rows, links: dict[LinkId, Link], pairs: dict[PairId, Pair]) -> None:
    """Links and pairs together: whether a link is open follows its pairs; two unique indices are looked at."""
    touched = {one.link_id for one in pairs.values()}
    if any(one not in rows.links and one not in links for one in touched):
        raise Invalid("store_constraint", field="fk_pair_link")
    states = {link: {**{p: rows.pairs[p].state for p in rows.pairs_of.get(link, ())}} for link in touched}
    for pair in pairs.values():
        for known in states.values():
            known.pop(pair.id, None)
        states[pair.link_id][pair.id] = pair.state
    is_open = {link: any(state is not PairState.CLOSED for state in known.values()) for link, known in states.items()}
    _check_activities(rows, links, is_open)
    _check_events(rows, pairs)
    for link in links.values():
        _put_link(rows, link)
    for pair in pairs.values():
        _put_pair(rows, pair)
    for link_id, is_now_open in is_open.items():
        (rows.open_links.add if is_now_open else rows.open_links.discard)(link_id)


def _check_activities(rows: Rows, links: dict[LinkId, Link], is_open: dict[LinkId, bool]) -> None:
    """uq_link_open_activity."""
    for link_id in {*links, *is_open}:
        activity = (links.get(link_id) or rows.links[link_id]).activity
        if activity is None or not is_open.get(link_id, link_id in rows.open_links):
            continue
        for other in {*rows.links_with.get(activity, ()), *links}:
            if other == link_id or (links.get(other) or rows.links[other]).activity != activity:
                continue
            if is_open.get(other, other in rows.open_links):
                raise Invalid("store_constraint", field="uq_link_open_activity")


def _check_events(rows: Rows, pairs: dict[PairId, Pair]) -> None:
    """uq_pair_open_event."""
    taken: dict[EventKey, PairId] = {}
    for pair in pairs.values():
        if pair.event is None or pair.state is PairState.CLOSED:
            continue
        key = EventKey(pair.mailbox, pair.event)
        holder = rows.holder.get(key)
        if holder is not None and holder != pair.id:
            mine = pairs.get(holder)
            if mine is None or (mine.state is not PairState.CLOSED and mine.event == pair.event):
                raise Invalid("store_constraint", field="uq_pair_open_event")
        if taken.setdefault(key, pair.id) != pair.id:
            raise Invalid("store_constraint", field="uq_pair_open_event")


def _put_link(rows: Rows, link: Link) -> None:
    old = rows.links.get(link.id)
    if old is not None and old.activity is not None and old.activity != link.activity:
        rows.links_with[old.activity].discard(link.id)
    if old is not None and old.ical_uid is not None and old.ical_uid != link.ical_uid:
        rows.links_named[old.ical_uid].discard(link.id)
    if link.activity is not None:
        rows.links_with.setdefault(link.activity, set()).add(link.id)
    if link.ical_uid is not None:
        rows.links_named.setdefault(link.ical_uid, set()).add(link.id)
    rows.links[link.id] = link


def _put_pair(rows: Rows, pair: Pair) -> None:
    _unhold(rows, rows.pairs.get(pair.id))
    old = rows.pairs.get(pair.id)
    if old is not None and old.link_id != pair.link_id:
        rows.pairs_of[old.link_id].discard(pair.id)
    rows.pairs[pair.id] = pair
    rows.pairs_of.setdefault(pair.link_id, set()).add(pair.id)
    if pair.event is not None and pair.state is not PairState.CLOSED:
        rows.holder[EventKey(pair.mailbox, pair.event)] = pair.id


def _unhold(rows: Rows, pair: Pair | None) -> None:
    if pair is not None and pair.event is not None:
        key = EventKey(pair.mailbox, pair.event)
        if rows.holder.get(key) == pair.id:
            del rows.holder[key]


def _put_sync(rows: Rows, row: FirmSync) -> None:
    rows.sync = row


def _put_intent(rows: Rows, row: Intent) -> None:
    rows.intents[row.id] = row
    if row.state is IntentState.OPEN:
        rows.open_intents[row.id] = row
    else:
        rows.open_intents.pop(row.id, None)


def _put_conflict(rows: Rows, row: Conflict) -> None:
    """A fulfilled request ends when the value is lost again; people's member is never the worker's."""
    old = rows.conflicts.get(row.id)
    if old is not None:
        again = old.restored_at is not None and row.restored_at is None and row.at > old.restored_at
        row = replace(
            row,
            restored_at=None if again else (row.restored_at or old.restored_at),
            restore_requested_at=None if again else old.restore_requested_at,
        )
    rows.conflicts[row.id] = row


def _put_hold(rows: Rows, row: Hold) -> None:
    old = rows.holds.get(row.id)
    if old is not None:
        row = replace(row, decision=old.decision, decided_at=old.decided_at)
    rows.holds[row.id] = row


def _put_pass(rows: Rows, row: Pass) -> None:
    old = rows.passes.get(row.id)
    asked = old.undo_requested_at if old is not None else row.undo_requested_at
    rows.passes[row.id] = replace(row, counts=dict(row.counts), undo_requested_at=asked)


def _put_attention(rows: Rows, row: Attention) -> None:
    """A fresh mark never postpones what is due already; a verdict after an attempt decides alone."""
    old = rows.attention.get(row.link_id)
    if old is not None and row.attempts == 0 and old.due_at < row.due_at:
        row = replace(row, due_at=old.due_at)
    rows.attention[row.link_id] = row


def _put_webhook(rows: Rows, row: Webhook) -> None:
    rows.webhook = row


_PUT: dict[type, Callable[[Rows, Any], object]] = {
    FirmSync: _put_sync,
    MailboxSync: Rows.put_mailbox,
    SeenActivity: lambda rows, row: rows.activities.__setitem__(row.key, row),
    SeenEvent: lambda rows, row: rows.events.__setitem__(row.key, row),
    Intent: _put_intent,
    Tombstone: lambda rows, row: rows.stones.__setitem__(row.key, row),
    Trail: lambda rows, row: rows.trails.append(row),
    Conflict: _put_conflict,
    Hold: _put_hold,
    Pass: _put_pass,
    Attention: _put_attention,
    Subscription: lambda rows, row: rows.subscriptions.__setitem__(row.id, row),
    Webhook: _put_webhook,
    PersonHit: lambda rows, row: rows.hits.__setitem__(row.digest, row),
    PushSample: lambda rows, row: rows.samples.append(row),
    Notice: lambda rows, row: rows.notices.setdefault(row.dedupe, row),
}


def prune(rows: Rows, op: ports.Prune) -> None:
    """As :func:`server.store.queries.journal.prune`."""
    before = op.before
    rows.trails = [one for one in rows.trails if one.at >= before]
    rows.samples = [one for one in rows.samples if one.at >= before]
    for key in [k for k, one in rows.passes.items() if one.started_at < before and not _asked(one)]:
        del rows.passes[key]
    for key in [k for k, one in rows.intents.items() if one.at < before and one.state is not IntentState.OPEN]:
        del rows.intents[key]
    unsettled = {one.link_id for one in rows.open_intents.values()}
    for link in [one for one in rows.links if one not in rows.open_links and one not in unsettled]:
        pairs = [rows.pairs[one] for one in rows.pairs_of.get(link, ())]
        if pairs and not any(_recent(pair, before - CLOSED_LINKS_STAY) for pair in pairs):
            _drop_link(rows, link)
    for link in [k for k, one in rows.attention.items() if k not in rows.links and one.due_at < before]:
        del rows.attention[link]


def _asked(one: Pass) -> bool:
    return one.undo_requested_at is not None and one.undone_at is None


def _recent(pair: Pair, since: datetime) -> bool:
    return pair.updated_at is not None and pair.updated_at >= since


def _drop_link(rows: Rows, link: LinkId) -> None:
    gone = rows.links.pop(link)
    if gone.activity is not None:
        rows.links_with[gone.activity].discard(link)
    if gone.ical_uid is not None:
        rows.links_named[gone.ical_uid].discard(link)
    for pair in rows.pairs_of.pop(link, set()):
        _unhold(rows, rows.pairs.pop(pair, None))
