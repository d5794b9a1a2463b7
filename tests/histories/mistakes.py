"""Mistakes that somebody could make: each is made from the function or the value that it takes the place of.

:mod:`tests.histories.defects` plants them. Nothing of this is in the product.
"""

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from server.domain.merge import Merged, Way
from server.domain.plan import Plan
from server.domain.state import IntentState
from server.domain.when import Timed
from server.errors import Gone
from server.flow import Flow, want
from server.ports import graph as graph_port
from server.ports.store import Commit, Forget, LoadSeen
from server.sync import observe, planned, work
from tests.histories import commits


def put(value: Any) -> Callable[[Any], Any]:
    """Always this value, in place of a function or a constant."""
    return lambda _original: value


def gives(value: Any) -> Callable[[Any], Any]:
    """A function that gives this, whatever it is asked."""
    return lambda _original: lambda *_args, **_more: value


def flow(value: Any) -> Callable[[Any], Any]:
    """A flow that does nothing and gives this."""

    def make(_original: Any) -> Any:
        def flow(*_args: Any, **_more: Any) -> Flow[Any]:
            yield from ()
            return value

        return flow

    return make


def heard(kind: type, change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """``want`` of one module: the outcome of this kind of operation comes changed."""

    def make(original: Any) -> Any:
        def wanting(op: Any) -> Flow[Any]:
            found = yield from original(op)
            return change(found) if type(op) is kind else found

        return wanting

    return make


# --- makers that need more than a line ------------------------------------------------------------------------------


def late_journal(original: Any) -> Any:
    """The losers are stored after the write instead of before it."""

    def carry_out(ctx: Any, group: Any, plan: Plan) -> Flow[None]:
        bare = replace(plan, losses=())
        yield from original(ctx, group, bare)
        linked = work.LinkWork(group, plan.link, plan.pairs, ctx.world())
        rows = tuple(row for write in plan.writes for row in planned.conflict_rows(ctx, linked, plan, write))
        if rows:
            yield from want(Commit(ctx.firm, rows))

    return carry_out


def base_first(original: Any) -> Any:
    """The base moves before the write is confirmed."""

    def attempt(ctx: Any, link_work: Any, intent: Any) -> Flow[Any]:
        pair = link_work.pairs[intent.pair_id]
        if pair.base is not None and intent.expects is not None:
            pair = replace(pair, base=intent.expects)
            link_work.pairs[pair.id] = pair
            yield from want(Commit(ctx.firm, (pair,)))
        return (yield from original(ctx, link_work, intent))

    return attempt


def fresh_transaction(original: Any) -> Any:
    numbers = itertools.count(1)

    def make(firm: Any, mailbox: Any, event_draft: Any) -> Any:
        number = next(numbers)
        return original(
            firm, mailbox, replace(event_draft, transaction_id=f"{number:032x}", own_key=event_draft.own_key)
        )

    return make


def last_write_wins(_original: Any) -> Any:
    def merge_field(sides: Any, _authority: Any, _moments: Any) -> Merged:
        if sides.raynet == sides.outlook:
            return Merged(Way.NOTHING)
        return Merged(Way.TO_RAYNET if sides.raynet == sides.base_raynet else Way.TO_OUTLOOK)

    return merge_field


def unproven(ctx: Any, key: Any, _alike: Any = None) -> Flow[None]:
    """Missing from a list is taken for gone."""
    stored, _ = yield from want(LoadSeen(ctx.firm, activities=(key,)))
    for seen in stored:
        gone = replace(seen, gone_at=ctx.now)
        rows = yield from observe.activity_rows(ctx, [seen.activity], {key: gone}, seen=gone)
        yield from want(Commit(ctx.firm, rows))


def unproven_event(_original: Any) -> Any:
    def prove_event(ctx: Any, _key: Any, stored: Any) -> Flow[Any]:
        yield from ()
        return replace(stored, gone_at=ctx.now) if stored is not None else None

    return prove_event


def cursor_first(original: Any) -> Any:
    """The place in the changes is stored before what was learnt."""

    def store(ctx: Any, activities: Any, cursor: Any, *stored: Any) -> Flow[None]:
        yield from want(Commit(ctx.firm, (replace(ctx.sync, cursor=cursor),)))
        yield from original(ctx, activities, cursor, *stored)

    return store


def link_first(original: Any) -> Any:
    def store(ctx: Any, wanted: Any, answer: Any) -> Flow[None]:
        row = ctx.mailbox(wanted.mailbox)
        ahead = replace(row, delta_link=answer.link or None, window_from=wanted.start, window_till=wanted.end)
        yield from want(Commit(ctx.firm, (ahead,)))
        yield from original(ctx, wanted, answer)

    return store


def notices_first(original: Any) -> Any:
    def prepare(ctx: Any) -> Flow[None]:
        yield from original(ctx)
        yield from want(Commit(ctx.firm, (), Forget(notices=tuple(one.dedupe for one in ctx.notices))))

    return prepare


def no_stones(original: Any) -> Any:
    def prepare(ctx: Any) -> Flow[None]:
        yield from original(ctx)
        ctx.tombstones.clear()
        ctx.orphans.clear()
        ctx.orphan_events.clear()

    return prepare


def not_awaited(original: Any) -> Any:
    def flow(ctx: Any) -> Flow[None]:
        yield from original(ctx)
        ctx.awaited.clear()

    return flow


def settled_blindly(_original: Any) -> Any:
    """An open update counts as done."""

    def settle(_ctx: Any, _work: Any, intent: Any) -> Flow[Any]:
        yield from ()
        return (replace(intent, state=IntentState.DONE),)

    return settle


def never_found(original: Any) -> Any:
    def find(ctx: Any, intent: Any) -> Flow[Any]:
        return (yield from original(ctx, intent)) if intent.half_done else None

    return find


def unverified(_original: Any) -> Any:
    def create(ctx: Any, link_work: Any, intent: Any) -> Flow[Any]:
        mailbox = link_work.mailbox_of(intent.pair_id)
        event = yield from want(graph_port.CreateEvent(ctx.firm, mailbox, intent.payload.event_draft))
        return link_work.event_created(intent, event, echo=True)

    return create


def timed_only(original: Any) -> Any:
    def when(start: Any, end: Any, zone: Any) -> Any:
        if start is None:
            return original(start, end, zone)
        return Timed(start=start, end=max(end or start, start))

    return when


def an_hour_off(original: Any) -> Any:
    """Summer time is taken for winter time."""

    def instants(when: Any, zone: Any) -> Any:
        start, end = original(when, zone)
        if start.astimezone(zone).dst():
            return start + timedelta(hours=1), (end + timedelta(hours=1) if end is not None else end)
        return start, end

    return instants


def blind_write(_original: Any) -> Any:
    def read_again(_ctx: Any, link_work: Any, _intent: Any, _key: Any) -> Flow[Any]:
        yield from ()
        return link_work.activity.activity

    return read_again


def only_owner(original: Any) -> Any:
    def wanted(activity: Any, world: Any) -> Any:
        return dict(list(original(activity, world).items())[:1])

    return wanted


def without(**members: Any) -> Callable[[Any], Any]:
    """An operation's constructor whose change lacks these members."""

    def make(original: Any) -> Any:
        def construct(firm: Any, key: Any, change: Any) -> Any:
            return original(firm, key, replace(change, **members))

        return construct

    return make


def etagless_update(original: Any) -> Any:
    return lambda firm, key, _etag, change, foreign=True: original(firm, key, None, change, foreign)


def etagless_delete(original: Any) -> Any:
    return lambda firm, key, _etag: original(firm, key, None)


def unfenced(_original: Any) -> Any:
    def commit(self: Any, op: Any, _lease: Any) -> None:
        commits.store(self.firms[op.firm], op)  # the defect itself
        self.commits += 1

    return commit


def open_title(original: Any) -> Any:
    """The placeholder carries the text from the first call on."""

    def intend(ctx: Any, link_work: Any, plan: Any, write: Any) -> Flow[Any]:
        intent = yield from original(ctx, link_work, plan, write)
        made, change = intent.payload.activity_draft, intent.payload.activity_change
        if made is None or change is None or not change.title:
            return intent
        return replace(intent, payload=replace(intent.payload, activity_draft=replace(made, title=change.title)))

    return intend


def gone_is_trouble(original: Any) -> Any:
    """A record that is gone is taken for a failed call."""

    def failed(ctx: Any, link_work: Any, intent: Any, error: Any, *, maybe_sent: bool = False) -> Flow[None]:
        if isinstance(error, Gone):
            yield from want(Commit(ctx.firm, (replace(intent, state=IntentState.DROPPED),)))
            return
        yield from original(ctx, link_work, intent, error, maybe_sent=maybe_sent)

    return failed


def no_retry(_original: Any) -> Any:
    def kept(ctx: Any, link_work: Any, intent: Any, _error: Any, *, lost: bool) -> Flow[None]:
        del lost, link_work
        yield from want(Commit(ctx.firm, (replace(intent, state=IntentState.DROPPED),)))

    return kept


def groups_without_intents(groups: Any) -> Any:
    return tuple(replace(group, intents=()) for group in groups)


def shifted(original: Any) -> Any:
    def change(content: Any, names: Any, world: Any) -> Any:
        made = original(content, names, world)
        if made.scheduled_from is None or not made.scheduled_from.astimezone(world.zone).dst():
            return made
        hour = timedelta(hours=1)
        till = made.scheduled_till + hour if made.scheduled_till is not None else None
        return replace(made, scheduled_from=made.scheduled_from + hour, scheduled_till=till)

    return change


def matching_nothing(original: Any) -> Any:
    def match(_activities: Any, _events: Any, mailbox: Any, world: Any) -> Any:
        return original([], [], mailbox, world)

    return match


def seat_unread(original: Any) -> Any:
    def store(ctx: Any, old: Any, new: Any) -> Flow[None]:
        cursor = ctx.sync.cursor
        yield from original(ctx, old, new)
        if ctx.sync.cursor != cursor:
            ctx.put_sync(replace(ctx.sync, cursor=cursor))
            yield from want(Commit(ctx.firm, (ctx.sync,)))

    return store
