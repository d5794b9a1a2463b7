"""Whether a record that is read again right before a write still is what the plan was made from."""

from server.domain.activity import Activity
from server.domain.content import MERGED_FIELDS, Content
from server.domain.event import Event
from server.domain.mapping import raynet_content


def same_event(one: Event, other: Event) -> bool:
    """Equal in everything a plan depends on."""

    def shown(event: Event) -> tuple[object, ...]:
        common = (event.subject, event.body, event.when, event.location, event.importance, event.private)
        people = (event.attendees, event.is_cancelled, event.response, event.categories, event.is_draft)
        return (*common, *people, event.type)

    return shown(one) == shown(other)


def same_activity(one: Activity, other: Activity) -> bool:
    """Equal in everything a plan depends on."""

    def shown(activity: Activity) -> tuple[object, ...]:
        common: Content = raynet_content(activity, None)
        times = (activity.scheduled_from, activity.scheduled_till, activity.status, activity.personal)
        standing = (activity.persons, activity.locked, activity.recurring, activity.invalidated)
        return (*(getattr(common, name.value) for name in MERGED_FIELDS), *times, *standing)

    return shown(one) == shown(other)
