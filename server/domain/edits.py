"""What each side says of a pair now, and what its user changed there since both were agreed."""

from server.domain import mapping
from server.domain.activity import Activity
from server.domain.content import MERGED_FIELDS, Content, FieldName
from server.domain.draft import PlanDraft, changed_fields
from server.domain.event import Event
from server.domain.merge import is_empty
from server.domain.state import Pair, Role
from server.domain.when import Inverted


def raynet_view(draft: PlanDraft, pair: Pair, activity: Activity) -> Content:
    when = mapping.raynet_when(activity, draft.world, pair.base)
    return mapping.raynet_content(activity, None if isinstance(when, Inverted) else when)


def outlook_view(draft: PlanDraft, event: Event) -> Content:
    kind = draft.link.activity.type if draft.link.activity is not None else mapping.NEW_TYPE
    return mapping.outlook_content(event, kind, masked=mapping.is_masked(event, draft.world))


def _is_private(draft: PlanDraft, pair: Pair, event: Event) -> bool:
    """Whether the event's texts are, or were, private. A copy shows the mask itself, and what its own user typed."""
    return mapping.is_masked(event, draft.world) or (draft.link.masked and pair.role is not Role.COPY)


def outlook_edits(draft: PlanDraft, pair: Pair, event: Event) -> tuple[FieldName, ...]:
    """Fields the user changed in the event. A text that is or was private is no edit one could name."""
    if pair.base is None:
        return ()
    names = (FieldName.WHEN,) if _is_private(draft, pair, event) else MERGED_FIELDS
    shown = outlook_view(draft, event)
    # A type change in Raynet takes a field out of what is carried: nobody edited that here.
    carried = tuple(name for name in names if getattr(shown, name.value) is not None)
    return changed_fields(pair.base.outlook, shown, carried)


def never_agreed(draft: PlanDraft, pair: Pair, event: Event) -> tuple[FieldName, ...]:
    """What an event that goes before it was ever compared says otherwise than its activity."""
    private = _is_private(draft, pair, event)
    raynet = raynet_view(draft, pair, draft.activity) if draft.activity is not None else Content()
    shown = outlook_view(draft, event)
    differs = changed_fields(raynet, shown, (FieldName.WHEN,) if private else MERGED_FIELDS)
    return tuple(name for name in differs if not is_empty(getattr(shown, name.value)))


def edited_in_outlook(draft: PlanDraft, pair: Pair, event: Event) -> bool:
    """Making an event private, or no longer so, is an edit too, though its text is not to be named."""
    turned = pair.base is not None and mapping.is_masked(event, draft.world) != draft.link.masked
    return turned or bool(outlook_edits(draft, pair, event))


def edited_in_raynet(draft: PlanDraft, pair: Pair, content: Content) -> bool:
    if pair.base is None or pair.role is Role.FOLLOWER:
        return False
    last = draft.last_event_of(pair)
    private = draft.link.masked or (last is not None and mapping.is_masked(last, draft.world))
    for name in (FieldName.WHEN,) if private else MERGED_FIELDS:
        value = getattr(content, name.value)
        known, _ = draft.raynet_base(name, value, getattr(pair.base.raynet, name.value))
        if known is not None and value is not None and value != known:
            return True
    return False
