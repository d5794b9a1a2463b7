"""What somebody wrote in Raynet, was seen there, and went under a copy of a write of ours that came late (hazard H4).

A value that was agreed stands in Outlook too and is put right by the merge. What was seen but not agreed has no second
home: it waited for a calendar that could not be written, stood over a mask, or was held because Exchange would mail.
"""

from server.domain import keys, mapping
from server.domain.activity import Activity
from server.domain.content import MERGED_FIELDS, Content, FieldName
from server.domain.draft import PlanDraft, shown
from server.domain.mapping import World
from server.domain.merge import is_empty
from server.domain.plan import Loss
from server.domain.sent import COPIES_COME_WITHIN
from server.domain.state import Base, Group, IntentKind, Pair, Role, Side
from server.domain.when import Inverted


def may_hide_ours(old: Activity, new: Activity, login: str) -> bool:
    """Whether a save of ours may stand between two readings: cheap, before anything is loaded."""
    if not login or old.key.id != new.key.id:  # a type change keeps the id
        return False
    between = (
        new.version is not None and old.version is not None and new.version > old.version + (new.modified_by != login)
    )
    # A detail shows no version: who saved last is all that it tells, and whether our last save can have left this.
    is_untold = (old.version is None or new.version is None) and new.modified_by == login
    return between or (is_untold and (old.modified_by != login or _says(old) != _says(new)))


def _says(activity: Activity) -> tuple[object, ...]:
    times = activity.scheduled_from, activity.scheduled_till
    return activity.title, activity.description, activity.place, activity.priority, *times


def overwritten(group: Group, new: Activity, world: World) -> tuple[Loss, ...]:
    """Losers of a late copy between the stored reading and ``new``; empty where our saves are all accounted for."""
    old = group.activity
    lead = _led(group, world)
    base = _base(group, lead)
    if old is None or old.gone_at is not None or lead is None or base is None:
        return ()
    if not may_hide_ours(old.activity, new, world.login) or _is_counted(group, new):
        return ()
    was, now = _content(old.activity, base, world), _content(new, base, world)
    # A copy may stand under another's save as well: who typed that has not seen what the copy took away.
    by_others = new.modified_by != world.login
    losses = []
    for name in MERGED_FIELDS:
        before, after, agreed = (getattr(one, name.value) for one in (was, now, base.raynet))
        if before in (after, agreed) or is_empty(before):
            continue
        if after is None and name is FieldName.PLACE:
            continue  # its new type has no room for one
        if not _was_sent(group, name, after) and not (by_others and _may_have_come(group, name, world)):
            continue
        if isinstance(before, str) and keys.is_placeholder(before):
            continue
        # What stands over a mask for this moment may be the private text itself.
        kept = agreed if group.link.masked and name is not FieldName.WHEN else after
        losses.append(
            Loss(
                pair=lead.id,
                field=name,
                base=shown(agreed),
                kept=shown(kept),
                lost=shown(before),
                lost_side=Side.RAYNET,
            )
        )
    return tuple(losses)


def _led(group: Group, world: World) -> Pair | None:
    """The pair through which the activity was agreed, also where it was let go of since."""
    leads = [pair for pair in group.pairs if pair.role in (Role.LEAD, Role.FOLLOWER) and pair.base is not None]
    newest = sorted(leads, key=lambda pair: (pair.updated_at is not None, pair.updated_at, pair.id))
    return PlanDraft(group, world).lead() or (newest[-1] if newest else None)


def _is_counted(group: Group, new: Activity) -> bool:
    link = group.link
    return new.version is not None and link.version is not None and new.version <= link.version + link.own_saves


def _base(group: Group, lead: Pair | None) -> Base | None:
    """What was agreed; of an activity that is still being made, what it was made to say."""
    if lead is None or lead.base is not None:
        return lead.base if lead is not None else None
    made = (one.expects for one in group.intents if one.kind is IntentKind.CREATE_ACTIVITY and one.pair_id == lead.id)
    return next(made, None)


def _content(activity: Activity, base: Base, world: World) -> Content:
    when = mapping.raynet_when(activity, world, base)
    return mapping.raynet_content(activity, None if isinstance(when, Inverted) else when)


def _was_sent(group: Group, name: FieldName, value: object) -> bool:
    digest = keys.value_digest(value)
    return any(one.field is name and one.digest == digest for one in group.link.sent)


def _may_have_come(group: Group, name: FieldName, world: World) -> bool:
    return any(one.field is name and world.now - one.at < COPIES_COME_WITHIN for one in group.link.sent)
