"""What somebody did to a record while it was being made: journalled, because the create takes its place or yields."""

from server.domain.activity import Activity, Priority
from server.domain.content import MERGED_FIELDS, Content, FieldName
from server.domain.draft import shown
from server.domain.event import Event
from server.domain.ids import ActivityKey
from server.domain.mapping import PRIVATE_TITLE, raynet_content, raynet_when
from server.domain.merge import is_empty
from server.domain.plan import Loss
from server.domain.state import Conflict, Intent, Side
from server.domain.when import Inverted
from server.sync.context import PassContext
from server.sync.journal import journalled
from server.sync.work import LinkWork


def typed_into(ctx: PassContext, work: LinkWork, intent: Intent, found: Activity) -> tuple[Conflict, ...]:
    """What somebody wrote into the placeholder, for the journal: the update that fills it takes its place."""
    draft, expects = intent.payload.activity_draft, intent.expects
    assert draft is not None
    content, kept = _content(ctx, found), expects.raynet if expects is not None else Content()
    ours = (Priority.DEFAULT, draft.title)
    return _conflicts(ctx, work, intent, found.key, (kept, content, Side.RAYNET), ours)


def typed_over(ctx: PassContext, work: LinkWork, intent: Intent, found: Activity) -> tuple[Conflict, ...]:
    """What Outlook says, for the journal, where somebody gave the record another title.

    Whether they saw what the event says, or only the placeholder, cannot be told any more: theirs stays.
    """
    change, expects = intent.payload.activity_change, intent.expects
    if change is None or expects is None or found.title == change.title:
        return ()
    return _conflicts(ctx, work, intent, found.key, (_content(ctx, found), expects.outlook, Side.GRAPH))


def said_by_twin(ctx: PassContext, work: LinkWork, intent: Intent, event: Event) -> tuple[Conflict, ...]:
    """What an older twin says otherwise than its create asks, for the journal: its user may have typed it since."""
    fields, expects = work.older_fields(intent, event), intent.expects
    if not fields or expects is None:
        return ()
    made = intent.activity or work.link.activity
    return _conflicts(ctx, work, intent, made, (expects.raynet, work.shown_by(event), Side.GRAPH)) if made else ()


def _content(ctx: PassContext, found: Activity) -> Content:
    when = raynet_when(found, ctx.world(), None)
    return raynet_content(found, None if isinstance(when, Inverted) else when)


def _conflicts(
    ctx: PassContext,
    work: LinkWork,
    intent: Intent,
    key: ActivityKey,
    values: tuple[Content, Content, Side],
    ours: tuple[object, ...] = (Priority.DEFAULT, PRIVATE_TITLE),
) -> tuple[Conflict, ...]:
    """Journal entries for what the second content says otherwise than the first; ``ours`` is no loss."""
    rows = []
    for field in MERGED_FIELDS:
        kept, lost = (getattr(one, field.value) for one in values[:2])
        if not is_empty(lost) and lost not in (kept, *ours):
            loss = Loss(
                pair=intent.pair_id, field=field, base="", kept=shown(kept), lost=shown(lost), lost_side=values[2]
            )
            rows.append(_conflict(ctx, work, key, loss))
    return tuple(rows)


def removed(ctx: PassContext, work: LinkWork, intent: Intent) -> Conflict:
    """The removal of a half-made record loses to its event, as the journal says of every edit that beats a deletion."""
    lost = Loss(
        pair=intent.pair_id, field=FieldName.EXISTENCE, base="", kept="kept", lost="deleted", lost_side=Side.RAYNET
    )
    return _conflict(ctx, work, intent.activity or work.link.activity, lost)


def _conflict(ctx: PassContext, work: LinkWork, key: ActivityKey | None, loss: Loss) -> Conflict:
    return journalled(ctx, work.link.id, key, work.mailbox_of(loss.pair), loss)
