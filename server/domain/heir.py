"""Who leads an activity that has another owner: their copy, once nothing of ours has to be put right before."""

from server.domain import mapping
from server.domain.activity import Activity
from server.domain.content import MERGED_FIELDS, Content, FieldName
from server.domain.draft import PlanDraft
from server.domain.event import Event
from server.domain.state import Origin, Pair, Role


def _is_to_be_put_right(draft: PlanDraft, lead: Pair, event: Event, raynet: Content) -> bool:
    """Whether a late copy of our write stands over what the lead's event says (hazard H4).

    The owner that it sets back with it is served once that is put right: no other event says what was agreed.
    """
    activity = draft.activity
    if activity is None or activity.locked or lead.base is None or lead.role is not Role.LEAD:
        return False
    if event.is_cancelled or event.is_draft or mapping.outlook_excluded(event) is not None:
        return False
    if draft.link.masked or mapping.is_masked(event, draft.world):
        return False
    shown = mapping.outlook_content(event, activity.key.type, masked=False)
    for name in MERGED_FIELDS:
        value, known = getattr(raynet, name.value), getattr(lead.base.raynet, name.value)
        if value in (None, getattr(shown, name.value)) or (name is FieldName.DESCRIPTION and value.truncated):
            continue
        if draft.raynet_base(name, value, known)[1]:
            return True
    return False


def hand_over(draft: PlanDraft, activity: Activity, raynet: Content) -> bool:
    """A new owner's copy takes the lead; an event that was made in Outlook, or invites people, keeps it.

    True = the lead stays until Raynet is put right, whoever owns the activity.
    """
    lead, seat = draft.lead(), draft.world.seat_of_person(activity.owner)
    if lead is None or (seat is not None and lead.mailbox == seat.mailbox):
        return False
    event = draft.event_of(lead)
    if event is not None and _is_to_be_put_right(draft, lead, event, raynet):
        return True
    if seat is None or lead.role is Role.FOLLOWER or lead.origin is Origin.OUTLOOK:
        return False
    if event is not None and (event.attendees or event.private):
        return False
    for heir in draft.open_pairs():
        if heir.mailbox == seat.mailbox and heir.role is Role.COPY and draft.event_of(heir) is not None:
            draft.put(lead, role=Role.COPY, state=lead.state, reason=lead.reason)
            draft.put(heir, role=Role.LEAD, state=heir.state, reason=heir.reason)
            break
    return False
