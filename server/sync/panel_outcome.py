"""What confirmed and refused writes mean for the panel's drafts and changes: rows of the same commit."""

from dataclasses import replace

from server.domain.ids import EventKey
from server.domain.mapping import World
from server.domain.panel import ChangeState, Choices, DraftState
from server.domain.plan import Plan
from server.domain.reasons import Reason
from server.domain.state import Group, Intent, IntentKind
from server.ports.store import Row


def confirmed(world: World, intent: Intent) -> tuple[Row, ...]:
    """The draft whose activity now exists, or the change that now stands in Raynet."""
    draft = world.panel.get(intent.event) if intent.event is not None else None
    if intent.kind is IntentKind.CREATE_ACTIVITY and draft is not None:
        return (replace(draft, state=DraftState.APPLIED),)
    change = world.panel_changes.get(intent.payload.panel_change or "")
    return (replace(change, state=ChangeState.DONE, done_at=world.now),) if change is not None else ()


def rejected(world: World, intent: Intent) -> tuple[Row, ...] | None:
    """Raynet will never take it so: the wish is refused and says it, the item goes on. None: no wish of a user.

    A new activity is tried once more with its type alone (a record it concerns may be gone), then as the default.
    """
    if intent.payload.panel_change is not None:
        change = world.panel_changes.get(intent.payload.panel_change)
        if change is None:
            return ()
        return (replace(change, state=ChangeState.REFUSED, reason=Reason.REJECTED_BY_RAYNET, done_at=world.now),)
    draft = world.panel.get(intent.event) if intent.event is not None else None
    if intent.kind is not IntentKind.CREATE_ACTIVITY or draft is None or draft.bound is None:
        return None
    simpler = Choices(type=draft.bound.type) if draft.bound != Choices(type=draft.bound.type) else Choices()
    if simpler == draft.bound:
        return None
    return (replace(draft, bound=simpler, reason=Reason.REJECTED_BY_RAYNET),)


def left_out(world: World, group: Group, plan: Plan) -> tuple[Row, ...]:
    """Drafts that keep their event out of Raynet: carried out as soon as the pair is let go."""
    before = {pair.id: pair.reason for pair in group.pairs}
    rows: list[Row] = []
    for pair in plan.pairs:
        if pair.event is None or pair.reason is not Reason.UNLINKED_BY_USER or before.get(pair.id) is pair.reason:
            continue
        draft = world.panel.get(EventKey(pair.mailbox, pair.event))
        if draft is not None:
            rows.append(replace(draft, state=DraftState.APPLIED))
    return tuple(rows)
