"""Writes that will not be: what is stored instead of them."""

from dataclasses import replace

from server.domain.reasons import Reason
from server.domain.state import Intent, IntentKind, IntentState, Trail
from server.errors import Remote
from server.ports.store import Row
from server.sync.claims import claimed_create, noting_draft, sent_deletion
from server.sync.context import PassContext
from server.sync.work import LinkWork


def dropped(intent: Intent) -> Intent:
    """The intent, closed without an effect."""
    return replace(intent, state=IntentState.DROPPED)


def parked_trail(ctx: PassContext, work: LinkWork, intent: Intent, reason: Reason, error: Remote) -> Trail:
    """Why an item is set aside after a refused write."""
    return Trail(
        firm_id=ctx.firm,
        link_id=work.link.id,
        pair_id=intent.pair_id,
        pass_id=ctx.pass_id,
        at=ctx.now,
        seen=(error.code, *((error.detail,) if error.detail else ())),
        reason=reason,
        outcome="parked",
    )


def abandoned(ctx: PassContext, work: LinkWork, intent: Intent) -> tuple[Row, ...]:
    """Give up a write of unknown outcome, so that a late arrival is known: a create's key stays claimed (hazard H3)."""
    draft = intent.payload.event_draft
    if intent.kind is IntentKind.DELETE_EVENT and intent.event is not None:
        sent = sent_deletion(ctx.firm, intent.event, ctx.now)
        ctx.tombstones[sent.key] = sent
        return (replace(intent, state=IntentState.DROPPED), sent)
    if intent.kind is not IntentKind.CREATE_EVENT or draft is None:
        return (replace(intent, state=IntentState.DROPPED),)
    stone = claimed_create(ctx.firm, work.mailbox_of(intent.pair_id), draft.transaction_id, ctx.now)
    stone = noting_draft(stone, ctx.tombstones.get(stone.key), draft)
    ctx.tombstones[stone.key] = stone
    return (replace(intent, state=IntentState.DROPPED), stone)
