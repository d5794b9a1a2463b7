"""The rows that belong to a plan before anything of it is sent: link, pairs, trail, and what a conflict destroys."""

from dataclasses import replace

from server.domain.content import FieldName
from server.domain.plan import Loss, Plan, Step, Write
from server.domain.reasons import Reason
from server.domain.state import Conflict, Group, PairState, Trail
from server.ports.store import Row
from server.sync.claims import left_by_its_user
from server.sync.context import PassContext
from server.sync.journal import journalled
from server.sync.panel_outcome import left_out
from server.sync.work import LinkWork


def plan_rows(ctx: PassContext, group: Group, plan: Plan) -> tuple[Row, ...]:
    """What changed in the link and its pairs, and the trail of why."""
    old = {pair.id: pair for pair in group.pairs}
    rows: list[Row] = [plan.link] if plan.link != group.link or not group.pairs else []
    rows += [replace(pair, updated_at=ctx.now) for pair in plan.pairs if old.get(pair.id) != pair]
    ended = [one for one in plan.pairs if one.state is PairState.CLOSED and one.id in old]
    rows += [
        stone
        for pair in ended
        if old[pair.id].state is not PairState.CLOSED
        for stone in left_by_its_user(pair, ctx.now)
    ]
    rows += [_trail(ctx, plan, step) for step in plan.steps]
    rows += left_out(ctx.world(), group, plan)
    ctx.counts.matched += sum(1 for step in plan.steps if step.reason is Reason.MATCHED)
    return tuple(rows)


def _trail(ctx: PassContext, plan: Plan, step: Step) -> Trail:
    return Trail(
        firm_id=ctx.firm,
        link_id=plan.link.id,
        pair_id=step.pair,
        pass_id=ctx.pass_id,
        at=ctx.now,
        seen=step.seen,
        reason=step.reason,
        outcome=step.outcome,
        writes=step.writes,
    )


def conflict_rows(ctx: PassContext, work: LinkWork, plan: Plan, write: Write) -> tuple[Conflict, ...]:
    """The losers of this write, stored before they are destroyed (hazard H1)."""
    losses = [
        loss
        for loss in plan.losses
        if loss.pair == write.pair and (loss.field in write.fields or loss.field is FieldName.EXISTENCE)
        if loss.lost_side is write.side or loss.field is FieldName.EXISTENCE
    ]
    return _entries(ctx, work, losses)


def unwritten_losses(ctx: PassContext, work: LinkWork, plan: Plan) -> tuple[Conflict, ...]:
    """What was lost in pairs that are not written themselves: a deleted event is made again as another pair's."""
    written = {write.pair for write in plan.writes}
    return _entries(ctx, work, [loss for loss in plan.losses if loss.pair not in written])


def unsent_removals(ctx: PassContext, work: LinkWork, plan: Plan) -> tuple[Conflict, ...]:
    """Removals that lost, of a plan whose writes wait: its link has let go of the record, the next plan sees none."""
    written = {write.pair for write in plan.writes}
    removals = [one for one in plan.losses if one.field is FieldName.EXISTENCE and one.pair in written]
    return _entries(ctx, work, removals)


def _entries(ctx: PassContext, work: LinkWork, losses: list[Loss]) -> tuple[Conflict, ...]:
    ctx.counts.conflicts += len(losses)
    # An activity that is made again has no record yet: the entry names the one that went.
    activity = work.link.activity or (work.activity.key if work.activity is not None else None)
    return tuple(journalled(ctx, work.link.id, activity, work.mailbox_of(loss.pair), loss) for loss in losses)
