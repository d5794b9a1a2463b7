"""The conflict journal: what lost, as one stores it before it is destroyed."""

from dataclasses import replace

from server.domain import keys
from server.domain.activity import Activity
from server.domain.ids import ActivityKey, LinkId, MailboxId
from server.domain.overwritten import may_hide_ours, overwritten
from server.domain.plan import Loss
from server.domain.state import Conflict, Group, SeenActivity
from server.flow import Flow, want
from server.ports.raynet import ActivitiesById
from server.ports.store import LoadGroups
from server.sync.context import PassContext

#: Another's save, and a copy of ours before it.
_SAVED_BETWEEN = 2


def journalled(
    ctx: PassContext, link: LinkId, activity: ActivityKey | None, mailbox: MailboxId, loss: Loss
) -> Conflict:
    """The entry of one loss; the same loss has the same id, so that it is stored once."""
    side, record = loss.lost_side.value, str(activity or "")
    return Conflict(
        id=keys.conflict_id(loss.pair, loss.field.value, loss.kept, loss.lost, side=side, activity=record),
        firm_id=ctx.firm,
        link_id=link,
        pair_id=loss.pair,
        activity=activity,
        mailbox=mailbox,
        field=loss.field,
        base=loss.base,
        kept=loss.kept,
        lost=loss.lost,
        lost_side=loss.lost_side,
        at=ctx.now,
    )


def losses_between(
    ctx: PassContext, known: SeenActivity | None, link: LinkId | None, new: Activity
) -> Flow[tuple[Conflict, ...]]:
    """Entries for what a late copy of a write of ours took away between the stored reading and this one."""
    if known is None or link is None or not may_hide_ours(known.activity, new, ctx.sync.login or ""):
        return ()
    groups = yield from want(LoadGroups(ctx.firm, (link,)))
    return tuple(one for group in groups for one in losses_of(ctx, group, new))


def losses_of(ctx: PassContext, group: Group, new: Activity) -> tuple[Conflict, ...]:
    """As :func:`losses_between`, of a link in hand."""
    mailboxes = {pair.id: pair.mailbox for pair in group.pairs}
    losses = overwritten(group, new, ctx.world())
    ctx.counts.conflicts += len(losses)
    return tuple(journalled(ctx, group.link.id, new.key, mailboxes[one.pair], one) for one in losses)


def losses_in(ctx: PassContext, group: Group, detail: Activity) -> Flow[tuple[Conflict, ...]]:
    """As :func:`losses_of`, in a detail. Under another's save in it a copy may stand: the row of a list tells."""
    seen = group.activity.activity if group.activity is not None else None
    by_another = detail.modified_by not in (None, ctx.sync.login)
    if by_another and detail.version is None and seen is not None and seen.version is not None:
        if not overwritten(group, replace(detail, version=seen.version + _SAVED_BETWEEN), ctx.world()):
            return ()
        rows = yield from want(ActivitiesById(ctx.firm, (detail.key.id,)))
        detail = replace(detail, version=next((row.version for row in rows if row.key == detail.key), None))
    return losses_of(ctx, group, detail)
