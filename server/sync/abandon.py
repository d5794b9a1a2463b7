"""Writes that will not be: what is stored instead of them."""

from dataclasses import replace
from datetime import timedelta

from server.domain.reasons import Reason
from server.domain.state import Intent, IntentKind, IntentState, Side, Tombstone, Trail
from server.errors import Remote
from server.ports.store import Row
from server.sync.context import PassContext
from server.sync.work import LinkWork

#: So long may a create of unknown outcome still arrive.
TOMBSTONE_FOR = timedelta(hours=24)


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
    """Give up a create of unknown outcome: its key stays claimed, so that a late arrival is removed (hazard H3)."""
    draft = intent.payload.event_draft
    if intent.kind is not IntentKind.CREATE_EVENT or draft is None:
        return (replace(intent, state=IntentState.DROPPED),)
    stone = Tombstone(
        firm_id=ctx.firm,
        key=draft.transaction_id,
        side=Side.GRAPH,
        expires_at=ctx.now + TOMBSTONE_FOR,
        hint=work.mailbox_of(intent.pair_id),
    )
    return (replace(intent, state=IntentState.DROPPED), stone)
