"""Defects planted on purpose: what the histories must find, or be shown to be unable to see.

Each is one mistake that somebody could make, put in place of a function or a value of the engine for the time of a
``with``. Nothing of this is in the product. ``python -m tests.histories defects`` plays histories until each is found;
the table is ``bench/histories/defects.md``.
"""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from server.domain import copies, existence, lead, mapping, reconcile
from server.domain import draft as drafts
from server.domain.ids import MailboxId
from server.domain.merge import Merged, Way
from server.domain.plan import Plan
from server.domain.state import IntentState
from server.domain.when import Timed
from server.errors import Gone
from server.flow import Flow, want
from server.ports import graph as graph_port
from server.ports.store import Commit, Forget, LoadGroups, LoadSeen
from server.sync import (
    apply,
    bundles,
    evidence,
    matching,
    observe,
    passes,
    planned,
    proofs,
    read,
    recover,
    seats,
    work,
)
from tests.histories import driver as sim_driver
from tests.histories import store as sim_store

#: (where, name, what takes its place); what takes its place is made from the original.
Swap = tuple[Any, str, Callable[[Any], Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """One planted mistake. ``masked`` says by what it is made harmless, where it is."""

    name: str
    about: str
    swaps: tuple[Swap, ...]
    masked: str = ""

    @contextmanager
    def planted(self) -> Iterator[None]:
        """The engine with the mistake."""
        kept = [(where, name, getattr(where, name)) for where, name, _ in self.swaps]
        try:
            for (where, name, make), (_, _, original) in zip(self.swaps, kept, strict=True):
                setattr(where, name, make(original))
            yield
        finally:
            for where, name, original in reversed(kept):
                setattr(where, name, original)


def _put(value: Any) -> Callable[[Any], Any]:
    """Always this value, in place of a function or a constant."""
    return lambda _original: value


def _gives(value: Any) -> Callable[[Any], Any]:
    """A function that gives this, whatever it is asked."""
    return lambda _original: lambda *_args, **_more: value


def _flow(value: Any) -> Callable[[Any], Any]:
    """A flow that does nothing and gives this."""

    def make(_original: Any) -> Any:
        def flow(*_args: Any, **_more: Any) -> Flow[Any]:
            yield from ()
            return value

        return flow

    return make


def _heard(kind: type, change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """``want`` of one module: the outcome of this kind of operation comes changed."""

    def make(original: Any) -> Any:
        def wanting(op: Any) -> Flow[Any]:
            found = yield from original(op)
            return change(found) if type(op) is kind else found

        return wanting

    return make


# --- makers that need more than a line ------------------------------------------------------------------------------


def _late_journal(original: Any) -> Any:
    """The losers are stored after the write instead of before it."""

    def carry_out(ctx: Any, group: Any, plan: Plan) -> Flow[None]:
        bare = replace(plan, losses=())
        yield from original(ctx, group, bare)
        linked = work.LinkWork(group, plan.link, plan.pairs, ctx.world())
        rows = tuple(row for write in plan.writes for row in planned.conflict_rows(ctx, linked, plan, write))
        if rows:
            yield from want(Commit(ctx.firm, rows))

    return carry_out


def _base_first(original: Any) -> Any:
    """The base moves before the write is confirmed."""

    def attempt(ctx: Any, link_work: Any, intent: Any) -> Flow[Any]:
        pair = link_work.pairs[intent.pair_id]
        if pair.base is not None and intent.expects is not None:
            pair = replace(pair, base=intent.expects)
            link_work.pairs[pair.id] = pair
            yield from want(Commit(ctx.firm, (pair,)))
        return (yield from original(ctx, link_work, intent))

    return attempt


def _fresh_transaction(original: Any) -> Any:
    numbers = itertools.count(1)

    def make(firm: Any, mailbox: Any, event_draft: Any) -> Any:
        number = next(numbers)
        return original(
            firm, mailbox, replace(event_draft, transaction_id=f"{number:032x}", own_key=event_draft.own_key)
        )

    return make


def _last_write_wins(_original: Any) -> Any:
    def merge_field(sides: Any, _authority: Any, _moments: Any) -> Merged:
        if sides.raynet == sides.outlook:
            return Merged(Way.NOTHING)
        return Merged(Way.TO_RAYNET if sides.raynet == sides.base_raynet else Way.TO_OUTLOOK)

    return merge_field


def _unproven(ctx: Any, key: Any) -> Flow[None]:
    """Missing from a list is taken for gone."""
    stored, _ = yield from want(LoadSeen(ctx.firm, activities=(key,)))
    for seen in stored:
        gone = replace(seen, gone_at=ctx.now)
        rows = yield from observe.activity_rows(ctx, [seen.activity], {key: gone}, seen=gone)
        yield from want(Commit(ctx.firm, rows))


def _unproven_event(_original: Any) -> Any:
    def prove_event(ctx: Any, _key: Any, stored: Any) -> Flow[Any]:
        yield from ()
        return replace(stored, gone_at=ctx.now) if stored is not None else None

    return prove_event


def _cursor_first(original: Any) -> Any:
    """The place in the changes is stored before what was learnt."""

    def store(ctx: Any, activities: Any, cursor: Any) -> Flow[None]:
        yield from want(Commit(ctx.firm, (replace(ctx.sync, cursor=cursor),)))
        yield from original(ctx, activities, cursor)

    return store


def _link_first(original: Any) -> Any:
    def store(ctx: Any, wanted: Any, answer: Any) -> Flow[None]:
        row = ctx.mailbox(wanted.mailbox)
        ahead = replace(row, delta_link=answer.link or None, window_from=wanted.start, window_till=wanted.end)
        yield from want(Commit(ctx.firm, (ahead,)))
        yield from original(ctx, wanted, answer)

    return store


def _notices_first(original: Any) -> Any:
    def prepare(ctx: Any) -> Flow[None]:
        yield from original(ctx)
        yield from want(Commit(ctx.firm, (), Forget(notices=tuple(one.dedupe for one in ctx.notices))))

    return prepare


def _no_stones(original: Any) -> Any:
    def prepare(ctx: Any) -> Flow[None]:
        yield from original(ctx)
        ctx.tombstones.clear()
        ctx.orphans.clear()
        ctx.orphan_events.clear()

    return prepare


def _not_awaited(original: Any) -> Any:
    def flow(ctx: Any) -> Flow[None]:
        yield from original(ctx)
        ctx.awaited.clear()

    return flow


def _settled_blindly(_original: Any) -> Any:
    """An open update counts as done."""

    def settle(_ctx: Any, _work: Any, intent: Any) -> Flow[Any]:
        yield from ()
        return (replace(intent, state=IntentState.DONE),)

    return settle


def _never_found(original: Any) -> Any:
    def find(ctx: Any, intent: Any) -> Flow[Any]:
        return (yield from original(ctx, intent)) if intent.half_done else None

    return find


def _unverified(_original: Any) -> Any:
    def create(ctx: Any, link_work: Any, intent: Any) -> Flow[Any]:
        mailbox = link_work.mailbox_of(intent.pair_id)
        event = yield from want(graph_port.CreateEvent(ctx.firm, mailbox, intent.payload.event_draft))
        return link_work.event_created(intent, event, echo=True)

    return create


def _timed_only(original: Any) -> Any:
    def when(start: Any, end: Any, zone: Any) -> Any:
        if start is None:
            return original(start, end, zone)
        return Timed(start=start, end=max(end or start, start))

    return when


def _an_hour_off(original: Any) -> Any:
    """Summer time is taken for winter time."""

    def instants(when: Any, zone: Any) -> Any:
        start, end = original(when, zone)
        if start.astimezone(zone).dst():
            return start + timedelta(hours=1), (end + timedelta(hours=1) if end is not None else end)
        return start, end

    return instants


def _blind_write(_original: Any) -> Any:
    def read_again(_ctx: Any, link_work: Any, _intent: Any, _key: Any) -> Flow[Any]:
        yield from ()
        return link_work.activity.activity

    return read_again


def _only_owner(original: Any) -> Any:
    def wanted(activity: Any, world: Any) -> Any:
        return original(activity, world)[:1]

    return wanted


def _without(**members: Any) -> Callable[[Any], Any]:
    """An operation's constructor whose change lacks these members."""

    def make(original: Any) -> Any:
        def construct(firm: Any, key: Any, change: Any) -> Any:
            return original(firm, key, replace(change, **members))

        return construct

    return make


def _etagless_update(original: Any) -> Any:
    return lambda firm, key, _etag, change, foreign=True: original(firm, key, None, change, foreign)


def _etagless_delete(original: Any) -> Any:
    return lambda firm, key, _etag: original(firm, key, None)


def _unfenced(_original: Any) -> Any:
    def commit(self: Any, op: Any, _lease: Any) -> None:
        sim_store._store(self.firms[op.firm], op)  # the defect itself
        self.commits += 1

    return commit


def _open_title(original: Any) -> Any:
    """The placeholder carries the text from the first call on."""

    def intend(ctx: Any, link_work: Any, plan: Any, write: Any) -> Flow[Any]:
        intent = yield from original(ctx, link_work, plan, write)
        made, change = intent.payload.activity_draft, intent.payload.activity_change
        if made is None or change is None or not change.title:
            return intent
        return replace(intent, payload=replace(intent.payload, activity_draft=replace(made, title=change.title)))

    return intend


def _gone_is_trouble(original: Any) -> Any:
    """A record that is gone is taken for a failed call."""

    def failed(ctx: Any, link_work: Any, intent: Any, error: Any, *, maybe_sent: bool = False) -> Flow[None]:
        if isinstance(error, Gone):
            yield from want(Commit(ctx.firm, (replace(intent, state=IntentState.DROPPED),)))
            return
        yield from original(ctx, link_work, intent, error, maybe_sent=maybe_sent)

    return failed


def _no_retry(_original: Any) -> Any:
    def kept(ctx: Any, link_work: Any, intent: Any, _error: Any, *, lost: bool) -> Flow[None]:
        del lost, link_work
        yield from want(Commit(ctx.firm, (replace(intent, state=IntentState.DROPPED),)))

    return kept


def _groups_without_intents(groups: Any) -> Any:
    return tuple(replace(group, intents=()) for group in groups)


def _shifted(original: Any) -> Any:
    def change(content: Any, names: Any, world: Any) -> Any:
        made = original(content, names, world)
        if made.scheduled_from is None or not made.scheduled_from.astimezone(world.zone).dst():
            return made
        hour = timedelta(hours=1)
        till = made.scheduled_till + hour if made.scheduled_till is not None else None
        return replace(made, scheduled_from=made.scheduled_from + hour, scheduled_till=till)

    return change


def _matching_nothing(original: Any) -> Any:
    def match(_activities: Any, _events: Any, mailbox: Any, world: Any) -> Any:
        return original([], [], mailbox, world)

    return match


def _seat_unread(original: Any) -> Any:
    def store(ctx: Any, old: Any, new: Any) -> Flow[None]:
        cursor = ctx.sync.cursor
        yield from original(ctx, old, new)
        if ctx.sync.cursor != cursor:
            ctx.put_sync(replace(ctx.sync, cursor=cursor))
            yield from want(Commit(ctx.firm, (ctx.sync,)))

    return store


DEFECTS: tuple[Defect, ...] = (
    # --- journal
    Defect(name="nojournal", about="losers are not journalled", swaps=((apply, "conflict_rows", _gives(())),)),
    Defect(
        name="latejournal",
        about="losers are journalled after the write",
        swaps=((bundles, "carry_out", _late_journal),),
    ),
    Defect(
        name="lww", about="the later side wins, nothing is a conflict", swaps=((lead, "merge_field", _last_write_wins),)
    ),
    Defect(
        name="deljournal",
        about="an edit in Raynet does not beat a deletion in Outlook",
        swaps=((existence, "_edited_in_raynet", _gives(value=False)),),
    ),
    Defect(
        name="editlost",
        about="an edit in Outlook does not beat a removal in Raynet",
        swaps=((existence, "_outlook_edits", _gives(())),),
    ),
    Defect(
        name="typedlost",
        about="what was typed into a placeholder is not journalled",
        swaps=((recover, "_typed_into", _gives(())),),
    ),
    # --- privacy
    Defect(
        name="privleak",
        about="a private event's texts are carried",
        swaps=((mapping, "is_masked", _gives(value=False)),),
    ),
    Defect(
        name="notpersonal",
        about="what is made of an event is not personal",
        swaps=((apply, "UpdateActivity", _without(personal=None)),),
    ),
    Defect(name="opentitle", about="the placeholder shows the title", swaps=((apply, "_intend", _open_title),)),
    # --- intents and recovery
    Defect(name="norecover", about="open intents are never settled", swaps=((passes, "recover", _flow(None)),)),
    Defect(
        name="blindsettle",
        about="an open update counts as done",
        swaps=((recover, "_event_write", _settled_blindly), (recover, "_activity_write", _settled_blindly)),
    ),
    Defect(
        name="notx",
        about="each attempt of a create has its own transaction id",
        swaps=((apply, "CreateEvent", _fresh_transaction),),
    ),
    Defect(
        name="nofind",
        about="recovery does not look for the event of a lost create",
        swaps=((recover, "want", _heard(graph_port.FindEvents, lambda _found: ())),),
    ),
    Defect(
        name="notxnofind",
        about="own transaction id each time, and nobody looks",
        swaps=(
            (apply, "CreateEvent", _fresh_transaction),
            (recover, "want", _heard(graph_port.FindEvents, lambda _found: ())),
        ),
    ),
    Defect(
        name="noext", about="recovery does not find the placeholder", swaps=((recover, "_find_made", _never_found),)
    ),
    Defect(
        name="noverify",
        about="the answer to a repeated create is believed",
        swaps=((apply, "create_event", _unverified), (recover, "create_event", _unverified)),
    ),
    Defect(name="dropopen", about="a write of unknown outcome is forgotten", swaps=((apply, "_kept_open", _no_retry),)),
    Defect(
        name="planopen",
        about="a link with an open intent is planned",
        swaps=((passes, "want", _heard(LoadGroups, _groups_without_intents)),),
    ),
    Defect(
        name="notawaited",
        about="the event of an open create starts a link of its own",
        swaps=((passes, "recover", _not_awaited),),
    ),
    Defect(name="filled", about="a placeholder counts as filled", swaps=((recover, "_is_filled", _gives(value=True)),)),
    Defect(
        name="basefirst",
        about="the base moves before the write is confirmed",
        swaps=((apply, "_attempt", _base_first),),
    ),
    Defect(
        name="baseless",
        about="a confirmed change does not move the base",
        swaps=((work, "_moved", lambda _o: lambda base, _intent, **_more: base),),
    ),
    Defect(
        name="gonetrouble", about="a target that is gone is tried no more", swaps=((apply, "failed", _gone_is_trouble),)
    ),
    # --- writing
    Defect(
        name="noifmatch", about="updates of events without If-Match", swaps=((apply, "UpdateEvent", _etagless_update),)
    ),
    Defect(
        name="delnoifmatch",
        about="deletions of events without If-Match",
        swaps=((apply, "DeleteEvent", _etagless_delete),),
    ),
    Defect(name="noreread", about="Raynet is written without a look", swaps=((apply, "_read_again", _blind_write),)),
    Defect(
        name="sameactivity",
        about="a changed activity counts as the same",
        swaps=((apply, "same_activity", _gives(value=True)),),
    ),
    Defect(
        name="sameevent", about="a changed event counts as the same", swaps=((apply, "same_event", _gives(value=True)),)
    ),
    Defect(name="noguard", about="no brake before mass deletion", swaps=((passes, "mass_removals", _gives(())),)),
    Defect(
        name="mails", about="events with attendees are written", swaps=((mapping, "would_mail", _gives(value=False)),)
    ),
    Defect(
        name="nodeadline",
        about="a lease's own deadline is not looked at",
        swaps=((sim_driver.Driver, "may_write", _gives(value=True)),),
    ),
    Defect(name="nofence", about="a lost lease may commit", swaps=((sim_store.DictStore, "commit", _unfenced),)),
    # --- late effects
    Defect(
        name="noorigin",
        about="a late duplicate of our write is a user's change",
        swaps=((drafts.PlanDraft, "raynet_base", lambda _o: lambda _self, _field, _value, base: (base, False)),),
    ),
    Defect(
        name="nosent",
        about="what was sent is not remembered",
        swaps=((work.LinkWork, "remember_sent", lambda _o: lambda self, _intent: self.link),),
    ),
    Defect(
        name="notomb",
        about="keys of removed and abandoned creates are not claimed",
        swaps=((passes, "_prepare", _no_stones),),
    ),
    Defect(
        name="noorphan", about="a late placeholder is not claimed", swaps=((observe, "_claimed_orphan", _gives(())),)
    ),
    # --- reading
    Defect(
        name="noproof", about="what a list does not show is gone", swaps=((read, "prove_activity", _put(_unproven)),)
    ),
    Defect(
        name="noeventproof", about="what delta calls removed is gone", swaps=((read, "prove_event", _unproven_event),)
    ),
    Defect(name="nosweep", about="the total is not compared", swaps=((read, "_sweep", _flow(None)),)),
    Defect(
        name="nounseen", about="a full round does not look for what is missing", swaps=((read, "_unseen", _flow([])),)
    ),
    Defect(
        name="cursorfirst",
        about="the cursor is stored before what was learnt",
        swaps=((read, "_store_activities", _cursor_first),),
    ),
    Defect(
        name="linkfirst",
        about="the delta link is stored before what was learnt",
        swaps=((read, "_store_round", _link_first),),
    ),
    Defect(
        name="noticesfirst",
        about="notices are forgotten before the pass",
        swaps=((passes, "_prepare", _notices_first),),
        masked="every turn within the floor reads; only while push is trusted does a lost notice wait, for minutes",
    ),
    Defect(name="nopoll", about="nothing is read without a ring", swaps=((evidence, "_is_over", _gives(value=False)),)),
    Defect(
        name="onerow",
        about="only the newest row is read",
        swaps=((read, "FIRST_PAGE", _put(1)), (read, "_goes_on", _flow(value=False))),
    ),
    Defect(
        name="equalid",
        about="a record of an equal id is the same under another type",
        swaps=((proofs, "_is_same_record", _flow(value=True)),),
    ),
    Defect(
        name="staleecho",
        about="an answer older than what is known is news",
        swaps=((read, "is_newer_event", _gives(value=True)),),
    ),
    # --- meaning
    Defect(name="notallday", about="midnight to midnight is no day", swaps=((mapping, "from_instants", _timed_only),)),
    Defect(
        name="summer",
        about="summer time is an hour off",
        swaps=(
            (existence, "activity_change", _shifted),
            (lead, "activity_change", _shifted),
        ),
    ),
    Defect(name="onlyowner", about="participants get no copy", swaps=((mapping, "wanted_mailboxes", _only_owner),)),
    Defect(name="series", about="series are carried", swaps=((mapping, "outlook_excluded", _gives(None)),)),
    Defect(
        name="nofirstmatch",
        about="what both sides have already is made again",
        swaps=((matching, "match", _matching_nothing),),
    ),
    Defect(
        name="norestore",
        about="a value that somebody wants back is not written",
        swaps=((passes, "restores", _flow(None)),),
    ),
    Defect(
        name="noholds",
        about="decisions on holds are not looked at",
        swaps=((passes, "load_holds", _flow(())),),
    ),
    Defect(
        name="seatback",
        about="a seat that comes back is not caught up",
        swaps=(
            (seats, "LinksInMailbox", lambda o: lambda firm, box=None: o(firm, box or MailboxId("nobody"))),
            (seats, "_store", _seat_unread),
        ),
    ),
    Defect(name="copiesfree", about="a copy's edits are not taken back", swaps=((copies, "_copy", _gives(None)),)),
    Defect(
        name="planless",
        about="an item whose planning breaks is forgotten",
        swaps=((reconcile, "align_copies", _gives(None)),),
    ),
)


BY_NAME = {one.name: one for one in DEFECTS}
