"""A private text that stands in Raynet after all: a late copy of a write of ours brought it back over its mask."""

from server.domain import keys, mapping
from server.domain.activity import Activity
from server.domain.content import FieldName
from server.domain.event import Event
from server.domain.mapping import World
from server.domain.merge import is_empty
from server.domain.state import Base, Link

#: What of an event tells more than when it is.
TEXTS = frozenset({FieldName.TITLE, FieldName.DESCRIPTION, FieldName.PLACE})


def exposed_texts(
    activity: Activity, event: Event, world: World, link: Link, base: Base | None
) -> tuple[FieldName, ...]:
    """Fields in which Raynet shows what is private: the event's own text, or one we sent while it was open.

    Who saved the record last does not matter: a colleague may have saved it after the late copy. What people typed
    over the mask is theirs and no such text; so is a value of theirs that was agreed on when it was restored.
    """
    if not mapping.is_masked(event, world):
        return ()
    shown = mapping.raynet_content(activity, None)
    mask = mapping.outlook_content(event, activity.key.type, masked=True)
    private = mapping.outlook_content(event, activity.key.type, masked=False)
    sent = {(one.field, one.digest) for one in link.sent}
    found = []
    for name in sorted(TEXTS):
        value = getattr(shown, name.value)
        if is_empty(value) or value == getattr(mask, name.value):
            continue
        agreed = base is not None and value == getattr(base.raynet, name.value)
        was_sent = (name, keys.value_digest(value)) in sent and not agreed
        if was_sent or value == getattr(private, name.value):
            found.append(name)
    return tuple(found)
