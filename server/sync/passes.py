"""One pass over one firm: recover, read, match, plan everything due, guard, apply; until nothing is due."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from server.domain.guard import mass_removals, removals_of
from server.domain.ids import ActivityKey, EventId, EventKey, FirmId, MailboxId, PairId, PassId
from server.domain.plan import Plan, Step, Write
from server.domain.push import EVIDENCE_FOR
from server.domain.reasons import Reason
from server.domain.reconcile import reconcile
from server.domain.state import Group, Hold, IntentKind, Notice, NoticeKind, PairState, Pass, Side
from server.errors import Remote
from server.flow import Failed, Flow, NewId, Now, Planned, Stopping, want
from server.ports.store import (
    Commit,
    DueLinks,
    DueRemovals,
    Forget,
    LinksInMailbox,
    PairCounts,
    Row,
    StartPass,
)
from server.sync.aside import load_apart, set_aside
from server.sync.breath import PassStopped, breathe
from server.sync.bundles import carry_out_all
from server.sync.context import (
    FULL,
    PassContext,
    PassOptions,
    PassResult,
    concerns_side,
    due,
    may_ask,
    side_trouble,
)
from server.sync.decisions import load_holds, restores, undos
from server.sync.echoes import sort_notices
from server.sync.evidence import next_reading_in, weigh
from server.sync.meeting import meet
from server.sync.observe import ORPHAN, ORPHAN_AGE, ORPHAN_CLAIM
from server.sync.orphans import clear_orphans
from server.sync.panel import bind_drafts, changes, late_drafts, load_panel
from server.sync.persons import ask_again, learn_persons
from server.sync.proofs import prove_activity
from server.sync.read import AT_ONCE, read_all
from server.sync.recover import awaited, recover
from server.sync.seats import ensure_firm, ensure_seats
from server.sync.strangers import is_met, note_strangers
from server.sync.unlinked import link_held_up
from server.sync.unshown import note_unshown

CHUNK = 250
#: Rounds of planning in one pass: the first writes, the second sees what follows from them.
ROUNDS = 4
#: With more plans that write, a pass ends before all are carried out: about this long after they were made, or so many
#: times what making them took, but :data:`LEAST` before something must be read again. Shorter within a longer pass.
MANY = 24
TURN = timedelta(seconds=5)
SHORT_TURN = timedelta(seconds=1)
PLANNING = 2
LEAST = timedelta(seconds=1)


def run_pass(firm: FirmId, options: PassOptions) -> Flow[PassResult]:
    """Run one pass. Raises NotFound for an unknown firm and Outdated when the lease is lost."""
    now = yield from want(Now())
    start = yield from want(StartPass(firm, now, now - EVIDENCE_FOR))
    state = start.state
    ctx = PassContext(
        state=state,
        start=start,
        pass_id=PassId((yield from want(NewId()))),
        now=now,
        began=now,
        options=options,
        whole_before=state.sync.last_full_at,
        matched_before=frozenset([row.seat_id for row in state.mailboxes if row.matched]),
        ordinary=_ordinary,
    )
    if state.firm.paused and not options.preview:
        return PassResult(pass_id=ctx.pass_id, counts=ctx.counts, errors=())
    try:
        yield from _look(ctx)
    except PassStopped:
        # Its notices stay, and whatever it would have planned is still due.
        return PassResult(pass_id=ctx.pass_id, counts=ctx.counts, errors=tuple(ctx.errors))
    if ctx.within:
        # What is known of people's rings and private events is as old as the first reading: the next pass plans.
        return (yield from _finish(ctx, ()))
    plans = (yield from _plan_and_apply(ctx)) if is_met(ctx) else ()
    if not options.preview:
        yield from clear_orphans(ctx)
        yield from ask_again(ctx)
    return (yield from _finish(ctx, plans))


def _look(ctx: PassContext) -> Flow[None]:
    """Read what is to be read and link what that shows: many minutes where a firm is new."""
    yield from _prepare(ctx)
    yield from read_all(ctx)
    yield from meet(ctx)
    yield from note_strangers(ctx)
    if ctx.whole_window and is_met(ctx):
        yield from link_held_up(ctx)
    if Side.GRAPH not in ctx.blocked:
        yield from note_unshown(ctx)
    if ctx.options.full:
        yield from _look_at_all(ctx)


def _look_at_all(ctx: PassContext) -> Flow[None]:
    """Every link is due, open or bare."""
    links = yield from want(LinksInMailbox(ctx.firm))
    for start in range(0, len(links), AT_ONCE):
        yield from breathe(ctx)
        yield from want(Commit(ctx.firm, tuple(due(ctx, link, FULL) for link in links[start : start + AT_ONCE])))


def _ordinary(ctx: PassContext) -> Flow[None]:
    """An ordinary pass between two portions of this long one, which goes on with what stands then."""
    now = yield from want(Now())
    # The next one comes as late after this as this after the last: what would be due by then is read already.
    floor, apart = ctx.options.floor_seconds, (now - (ctx.breath_began or ctx.began)).total_seconds()
    floor = max(floor / 2, floor - max(0.0, apart))
    ctx.breath_began = now
    options = replace(ctx.options, trigger="worker", full=False, within=True, floor_seconds=floor)
    ctx.within.append((yield from run_pass(ctx.firm, options)))
    ctx.now = ctx.breathed_at = yield from want(Now())
    start = yield from want(StartPass(ctx.firm, ctx.now, ctx.now - EVIDENCE_FOR))
    ctx.state, ctx.start, ctx.panel = start.state, start, start.panel
    # The pass in between has looked after those there were; what rang since waits for the next.
    ctx.notices = ()
    ctx.orphans, ctx.orphan_events = [], []
    yield from _heed_tombstones(ctx)
    ctx.awaited = awaited(start.intents)
    ctx.blocked = {side for side in Side if not may_ask(ctx, side)}
    ctx.fresh.clear()


def _prepare(ctx: PassContext) -> Flow[None]:
    """Everything that must be known before reading; what a crash left open is settled first."""
    ctx.notices, ctx.panel = ctx.start.notices, ctx.start.panel
    yield from _heed_tombstones(ctx)
    yield from ensure_firm(ctx)
    yield from ensure_seats(ctx)
    if not ctx.options.preview:
        yield from recover(ctx)
    yield from sort_notices(ctx)
    yield from weigh(ctx)


def _heed_tombstones(ctx: PassContext) -> Flow[None]:
    """Those that hold are kept in mind, with the left-overs that they tell of; those that have expired go."""
    stones = ctx.start.tombstones
    ctx.tombstones = {stone.key: stone for stone in stones if stone.expires_at > ctx.now}
    for stone in ctx.tombstones.values():
        if not stone.key.startswith(ORPHAN):
            continue
        if stone.side is Side.GRAPH:
            ctx.orphan_events.append(EventKey(MailboxId(stone.hint), EventId(stone.kind)))
        elif ctx.now - (stone.expires_at - ORPHAN_CLAIM) > ORPHAN_AGE:
            ctx.orphans.append(ActivityKey.parse(stone.hint))
    expired = tuple(stone.key for stone in stones if stone.expires_at <= ctx.now)
    if expired:
        yield from want(Commit(ctx.firm, (), Forget(tombstones=expired)))


def _plan_and_apply(ctx: PassContext) -> Flow[tuple[Plan, ...]]:
    """Rounds of planning what is due; the plans of the first round are what a preview shows."""
    if not ctx.options.preview:
        yield from restores(ctx)
        yield from undos(ctx)
    for turn in range(ROUNDS):
        yield from _prove_suspects(ctx)
        if not ctx.options.preview:
            yield from _panel(ctx)
        holds = yield from load_holds(ctx)
        planned = yield from _plan_due(ctx)
        if not planned:
            return ()
        planned = yield from _guarded(ctx, planned, holds)
        if ctx.options.preview:
            return tuple(plan for _, plan in planned)
        before = ctx.wrote
        yield from _limit(ctx, planned)
        yield from _apply(ctx, planned)
        now = yield from want(Now())
        over = ctx.wrote == before and turn > 0 and not ctx.more_due
        if over or ctx.left_some or _must_read(ctx, now) or (yield from want(Stopping())):
            break
        ctx.now = now
    return ()


def _must_read(ctx: PassContext, now: datetime) -> bool:
    """Whether a round that left others to the next took so long that what has changed meanwhile goes before these."""
    reading = next_reading_in(ctx, now) if ctx.more_due else None
    return reading is not None and timedelta(seconds=reading) <= LEAST


def _panel(ctx: PassContext) -> Flow[None]:
    """What users chose, before anything is planned without it."""
    yield from load_panel(ctx)
    try:
        yield from late_drafts(ctx)
        yield from changes(ctx)
    except Remote as error:
        if not concerns_side(error):
            raise
        yield from side_trouble(ctx, Side.GRAPH, error)


def _prove_suspects(ctx: PassContext) -> Flow[None]:
    """Writes found these activities missing: absence is proven before anything follows from it."""
    for key in sorted(ctx.suspects):
        if Side.RAYNET in ctx.blocked:
            return
        try:
            yield from prove_activity(ctx, key)
        except Remote as error:
            yield from side_trouble(ctx, Side.RAYNET, error)
            return
    ctx.suspects.clear()


def _plan_due(ctx: PassContext) -> Flow[list[tuple[Group, Plan]]]:
    """Reconcile every due link; a link with an open intent waits until it is settled."""
    portions = ctx.options.portions
    most = portions.links_within if ctx.options.within else portions.links
    dues = yield from want(DueLinks(ctx.firm, ctx.now, most))
    ctx.more_due = len(dues) >= most
    if ctx.more_due:
        urgent = yield from want(DueLinks(ctx.firm, ctx.now, portions.urgent, urgent=True))
        dues = tuple({one.link_id: one for one in (*urgent, *dues)}.values())
    planned: list[tuple[Group, Plan]] = []
    if not dues:
        return planned
    for start in range(0, len(dues), CHUNK):
        wanted = tuple(one.link_id for one in dues[start : start + CHUNK])
        groups, broken = yield from load_apart(ctx, wanted)
        yield from learn_persons(ctx, groups)
        drafted = yield from bind_drafts(ctx, groups)
        world = ctx.world()
        for one in groups:
            group = drafted.get(one.link.id, one)
            if group is None or group.intents:
                continue
            try:
                planned.append((group, reconcile(group, world)))
            except Exception as error:  # noqa: BLE001  # around an item: one that cannot be planned stops no other
                yield from set_aside(ctx, group.link.id, error)
        missing = tuple(set(wanted) - {group.link.id for group in groups} - broken)
        if missing:
            yield from want(Commit(ctx.firm, (), Forget(attention=missing)))
    if len(planned) > MANY:
        # What has just changed goes before what is still left of many: see :func:`_limit`.
        at = {one.link_id: (not one.why, one.due_at) for one in dues}
        planned.sort(key=lambda one: at[one[0].link.id], reverse=True)
    return planned


def _guarded(
    ctx: PassContext, planned: list[tuple[Group, Plan]], holds: tuple[Hold, ...]
) -> Flow[list[tuple[Group, Plan]]]:
    """Removals that reach the guard, or wait in an open hold, are taken out of their plans."""
    waiting = {pair for hold in holds if hold.decision is None for pair in hold.pairs}
    # Counting walks over all pairs of the firm: only where something is to be removed.
    removes = any(write.removal for _, plan in planned for write in plan.writes)
    counts = (yield from want(PairCounts(ctx.firm))) if removes else {}
    rules = ctx.state.firm.rules
    settled = ctx.confirmed | waiting
    removed = removals_of([plan for _, plan in planned], settled)
    due: dict[MailboxId, frozenset[PairId]] = {}
    if removed and ctx.more_due:
        # One round sees a part of each calendar, in which a loss of all of it may look small.
        found = yield from want(DueRemovals(ctx.firm, ctx.now))
        due = {mailbox: pairs - settled for mailbox, pairs in found.items()}
    masses = mass_removals(removed, counts, ctx.removed, rules, due)
    rows: list[Row] = []
    stopped: set[PairId] = set(waiting)
    for mass in masses:
        stopped |= set(mass.pairs)
        ctx.counts.held += len(removed[mass.mailbox])
        hold = Hold(
            id=(yield from want(NewId())),
            firm_id=ctx.firm,
            mailbox=mass.mailbox,
            pairs=mass.pairs,
            count=len(mass.pairs),
            of=mass.of,
            reason=Reason.MASS_DELETION,
            at=ctx.now,
        )
        rows.append(hold)
    for mailbox, pairs in removed.items():
        ctx.removed[mailbox] |= set(pairs) - stopped
    if rows and not ctx.options.preview:
        yield from want(Commit(ctx.firm, tuple(rows)))
    return [(group, _held(plan, stopped)) for group, plan in planned]


def _held(plan: Plan, stopped: set[PairId]) -> Plan:
    """The plan without the removals of these pairs; they are held instead."""
    caught = {write.pair for write in plan.writes if write.removal and write.pair in stopped}
    if not caught:
        return plan
    pairs = tuple(
        replace(pair, state=PairState.HELD, reason=Reason.MASS_DELETION) if pair.id in caught else pair
        for pair in plan.pairs
    )
    steps = tuple(step for step in plan.steps if step.pair not in caught)
    steps += tuple(Step(pair=pair, reason=Reason.MASS_DELETION, outcome="held") for pair in sorted(caught))
    writes = tuple(write for write in plan.writes if write.pair not in caught)
    return replace(plan, pairs=pairs, steps=steps, writes=writes)


def _limit(ctx: PassContext, planned: Sequence[tuple[Group, Plan]]) -> Flow[None]:
    """Where very many plans write, begin none after a while: the next pass reads first what has come meanwhile.

    Somebody's five hundred new appointments take a minute; a colleague's one change must not wait so long.
    """
    ctx.enough_at = None
    if ctx.options.trigger != "worker" or sum(bool(plan.writes) for _, plan in planned) <= MANY:
        return
    now = yield from want(Now())
    seconds = max(SHORT_TURN if ctx.options.within else TURN, PLANNING * (now - ctx.now))
    reading = next_reading_in(ctx, now)
    if reading is not None:
        seconds = max(LEAST, min(seconds, timedelta(seconds=reading) - LEAST))
    ctx.enough_at = now + seconds


def _apply(ctx: PassContext, planned: Sequence[tuple[Group, Plan]]) -> Flow[None]:
    """Carry plans out side by side; one item's defect is logged, set aside and stops no other."""
    yield from want(Planned(sum(_calls(write) for _, plan in planned for write in plan.writes)))
    for group, outcome in (yield from carry_out_all(ctx, planned)):
        if not isinstance(outcome, Failed):
            continue
        error = outcome.error
        if isinstance(error, Remote) and concerns_side(error):
            continue
        yield from set_aside(ctx, group.link.id, error)


def _calls(write: Write) -> int:
    """Remote writes that one planned write takes: a new activity is a placeholder and its reveal."""
    return 2 if write.kind is IntentKind.CREATE_ACTIVITY else 1


def _finish(ctx: PassContext, plans: tuple[Plan, ...]) -> Flow[PassResult]:
    """The notices go last: a crash before this means doing it again, harmlessly."""
    ended = yield from want(Now())
    rows: tuple[Row, ...] = ()
    counts = ctx.counts.told()
    if counts or ctx.errors or ctx.notices or ctx.options.full:
        rows = (
            Pass(
                id=ctx.pass_id,
                firm_id=ctx.firm,
                started_at=ctx.began,
                ended_at=ended,
                trigger=ctx.options.trigger,
                counts={**counts, "errors": len(ctx.errors)},
            ),
        )
    forget = tuple(n.dedupe for n in ctx.notices if _heeded(ctx, n)) if ctx.notices else ()
    if not ctx.options.preview:
        ctx.put_sync(replace(ctx.sync, last_pass_at=ended))
        yield from want(Commit(ctx.firm, (*rows, ctx.sync), Forget(notices=forget)))
    next_due = yield from _next_due(ctx)
    for one in ctx.within:
        ctx.counts.add(one.counts)
    return PassResult(
        pass_id=ctx.pass_id,
        counts=ctx.counts,
        errors=tuple(ctx.errors),
        writes=tuple(write for plan in plans for write in plan.writes) if plans else (),
        plans=plans,
        quiet=ctx.wrote == 0 and not ctx.unsettled and all(one.quiet for one in ctx.within),
        read_again_in_seconds=next_reading_in(ctx, ended),
        due_at=next_due,
        carried=(*(carried for one in ctx.within for carried in one.carried), *ctx.carried),
    )


def _heeded(ctx: PassContext, notice: Notice) -> bool:
    """Whether what the notice points at was looked at, or is known; else it waits for the next pass."""
    if notice.dedupe in ctx.known:
        return True
    if notice.dedupe in ctx.unshown:
        return False
    if notice.kind is NoticeKind.LIFECYCLE:
        return False  # housekeeping takes it
    if notice.activity is not None:
        return Side.RAYNET not in ctx.blocked
    if notice.mailbox is not None and any(row.mailbox == notice.mailbox for row in ctx.ready()):
        return notice.mailbox in ctx.read_whole
    return True


def _next_due(ctx: PassContext) -> Flow[datetime | None]:
    later = yield from want(DueLinks(ctx.firm, ctx.now + timedelta(hours=1), 1))
    return later[0].due_at if later else None
