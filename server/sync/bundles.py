"""Carrying out many plans: side by side, and what several of them must read again before a write in one call.

Plans that send nothing are stored many to a commit: a first match of thousands of equal items has only such plans.

Raynet has no conditional write, so a record is read right before it is changed. Three records, which is how many calls
Raynet takes at once, are read in one list and written at once: the gap between reading and writing stays what it is.
"""

from collections.abc import Sequence

from server.domain.ids import ActivityType
from server.domain.plan import Plan
from server.domain.state import Group, IntentKind, Side
from server.errors import Remote
from server.flow import Done, Failed, Flow, Now, gather, want
from server.ports.raynet import ActivitiesById
from server.ports.store import Commit, Forget, Row
from server.sync.apply import carry_out
from server.sync.context import PassContext
from server.sync.planned import plan_rows, unwritten_losses
from server.sync.work import LinkWork

#: Links written side by side. The adapters keep each remote system's own limits.
PARALLEL = 8
#: Fact: 4 calls at once [doc], raynet-api §6; three is what we take.
BUNDLE = 3
#: Plans without a write to a commit: one of them that cannot be stored makes the others' commit be repeated singly.
SETTLED = 100

Planned = tuple[Group, Plan]
Outcome = Done[None] | Failed


def carry_out_all(ctx: PassContext, planned: Sequence[Planned]) -> Flow[list[tuple[Group, Outcome]]]:
    """Carry out every plan; one failure stops no other."""
    writing = [one for one in planned if one[1].writes]
    alike = [one for one in writing if _reads_again(one[1])]
    alike = alike if len(alike) > 1 else []
    bundled = {group.link.id for group, _ in alike}
    alone = [one for one in writing if one[0].link.id not in bundled]
    flows = [_one(ctx, group, plan) for group, plan in alone]
    quiet = [one for one in planned if not one[1].writes]
    flows += [_settle(ctx, quiet[start : start + SETTLED]) for start in range(0, len(quiet), SETTLED)]
    if alike:
        # One bundle after the other: more would wait for each other's calls and grow stale.
        bundles = _bundles(ctx, [alike[start : start + BUNDLE] for start in range(0, len(alike), BUNDLE)])
        # Where not all may have their turn in this pass, neither kind waits for the last of the other.
        flows.insert(0 if ctx.enough_at is not None else len(flows), bundles)
    outcomes: list[tuple[Group, Outcome]] = []
    for outcome in (yield from gather(flows, limit=PARALLEL)):
        if isinstance(outcome, Failed):
            raise outcome.error
        outcomes += outcome.value
    return outcomes


def _is_enough(ctx: PassContext) -> Flow[bool]:
    """Whether the next plan waits for the next pass, because something new may wait to be read by now."""
    if ctx.enough_at is None or (yield from want(Now())) < ctx.enough_at:
        return False
    ctx.left_some = True
    return True


def _one(ctx: PassContext, group: Group, plan: Plan) -> Flow[list[tuple[Group, Outcome]]]:
    if (yield from _is_enough(ctx)):
        return []
    (outcome,) = yield from gather([carry_out(ctx, group, plan)], limit=1)
    return [(group, outcome)]


_Settled = tuple[Group, tuple[Row, ...]]


def _settle(ctx: PassContext, planned: Sequence[Planned]) -> Flow[list[tuple[Group, Outcome]]]:
    """Store plans that send nothing in one commit; where that fails, each by itself, so that one stops no other."""
    outcomes: list[tuple[Group, Outcome]] = []
    settled: list[_Settled] = []
    for group, plan in planned:
        try:
            work = LinkWork(group, plan.link, plan.pairs, ctx.world())
            settled.append((group, (*plan_rows(ctx, group, plan), *unwritten_losses(ctx, work, plan))))
        except Exception as error:  # noqa: BLE001  # around an item: one that cannot be stored stops no other
            outcomes.append((group, Failed(error)))
    (stored,) = yield from gather([_store(ctx, settled)], limit=1)
    if isinstance(stored, Done):
        return outcomes + [(group, stored) for group, _ in settled]
    each = yield from gather([_store(ctx, [one]) for one in settled], limit=PARALLEL)
    return outcomes + [(group, one) for (group, _), one in zip(settled, each, strict=True)]


def _store(ctx: PassContext, settled: Sequence[_Settled]) -> Flow[None]:
    rows = tuple(row for _, some in settled for row in some)
    yield from want(Commit(ctx.firm, rows, Forget(attention=tuple(group.link.id for group, _ in settled))))


def _bundles(ctx: PassContext, bundles: Sequence[Sequence[Planned]]) -> Flow[list[tuple[Group, Outcome]]]:
    outcomes: list[tuple[Group, Outcome]] = []
    for bundle in bundles:
        if (yield from _is_enough(ctx)):
            break
        yield from _read_together(ctx, bundle)
        done = yield from gather([carry_out(ctx, group, plan) for group, plan in bundle], limit=BUNDLE)
        outcomes += [(group, one) for (group, _), one in zip(bundle, done, strict=True)]
    return outcomes


def _read_together(ctx: PassContext, bundle: Sequence[Planned]) -> Flow[None]:
    """Fresh rows for the writes that follow at once. Whatever is missing is read by itself."""
    ids = tuple(sorted({plan.writes[0].activity.id for _, plan in bundle if plan.writes[0].activity is not None}))
    if len(ids) < 2 or Side.RAYNET in ctx.blocked:
        return
    try:
        rows = yield from want(ActivitiesById(ctx.firm, ids))
    except Remote:
        return
    now = yield from want(Now())
    ctx.fresh |= {row.key: (row, now) for row in rows}


def _reads_again(plan: Plan) -> bool:
    """Whether the plan begins with a change of an activity that its list row shows whole.

    Fact: rows lack a task's deadline and the ids of participants [spec], raynet-api §8.2, §9.
    """
    if not plan.writes or plan.writes[0].kind is not IntentKind.UPDATE_ACTIVITY:
        return False
    change, key = plan.writes[0].activity_change, plan.writes[0].activity
    return key is not None and key.type is not ActivityType.TASK and change is not None and change.participants is None
