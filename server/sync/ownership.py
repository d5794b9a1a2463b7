"""Whether an item that nobody linked was made by us: its own keys tell."""

from server.domain import keys
from server.domain.activity import Activity
from server.domain.event import Event
from server.errors import Gone, Remote
from server.flow import Flow, want
from server.ports.graph import GetEvent
from server.ports.raynet import GetActivity
from server.sync.context import PassContext


def made_activity(ctx: PassContext, activity: Activity) -> Flow[bool]:
    """Whether our own external id is on it; only records of our API user are asked for. Raises no Remote."""
    if activity.created_by is None or activity.created_by != ctx.sync.login or ctx.unsettled:
        return False
    try:
        detail = yield from want(GetActivity(ctx.firm, activity.key))
    except Remote:
        return False
    return any(keys.is_ext_id(one) for one in detail.ext_ids or ())


def is_being_made(ctx: PassContext, activity: Activity) -> Flow[bool]:
    """Whether it is the record of a create whose reply was lost: recovery gives it its link. Raises no Remote.

    Its placeholder's title tells no more once somebody has typed over it. One without any key may be ours as well.
    """
    awaited = {one for one in ctx.awaited if keys.is_ext_id(one)}
    if not awaited or activity.created_by is None or activity.created_by != ctx.sync.login:
        return False
    try:
        detail = yield from want(GetActivity(ctx.firm, activity.key))
    except Remote:
        return True
    return not detail.ext_ids or not awaited.isdisjoint(detail.ext_ids)


def made_event(ctx: PassContext, event: Event) -> Flow[bool]:
    """Whether our own property is on it; only events that an application made are asked for. Raises no Remote."""
    if event.transaction_id is None or ctx.unsettled:
        return False
    try:
        found = yield from want(GetEvent(ctx.firm, event.key))
    except Remote as error:
        # Who cannot look closer is careful: matching once more harms nobody.
        return not isinstance(error, Gone)
    return keys.activity_of_own_key(found.own_key, event.mailbox) is not None
