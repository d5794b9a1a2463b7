"""From decided fields to what one write sends: only the members that change, in the shape of the side it goes to."""

from collections.abc import Sequence

from server.domain import mapping
from server.domain.activity import ActivityChange, Priority
from server.domain.content import Content, FieldName
from server.domain.event import Event, EventChange, EventTimes
from server.domain.mapping import World
from server.domain.when import to_instants
from server.domain.zones import iana_zone, windows_zone


def zone_label(world: World) -> str:
    """The label under which new events are made: the firm's zone by its Windows name."""
    return windows_zone(world.zone.key) or "UTC"


def event_change(
    event: Event, wanted: Content, fields: Sequence[FieldName], categories: tuple[str, ...] | None, world: World
) -> EventChange:
    """Only the changed members; the event's own zone label is kept where it can be understood."""
    label = event.zone_label if event.zone_label and iana_zone(event.zone_label) else zone_label(world)
    times = EventTimes(when=wanted.when, zone_label=label) if wanted.when is not None else None
    importance = mapping.importance_of(wanted.priority or Priority.DEFAULT)
    return EventChange(
        subject=wanted.title if FieldName.TITLE in fields else None,
        times=times if FieldName.WHEN in fields else None,
        description=wanted.description if FieldName.DESCRIPTION in fields else None,
        location=wanted.place if FieldName.PLACE in fields else None,
        importance=importance if FieldName.PRIORITY in fields else None,
        categories=categories,
    )


def activity_change(wanted: Content, fields: Sequence[FieldName], world: World) -> ActivityChange:
    """Only the changed members; whole days become midnights of the firm's zone."""
    start = till = None
    if FieldName.WHEN in fields and wanted.when is not None:
        start, till = to_instants(wanted.when, world.zone)
    description = wanted.description.html if wanted.description is not None else ""
    return ActivityChange(
        title=wanted.title if FieldName.TITLE in fields else None,
        scheduled_from=start,
        scheduled_till=till,
        description_html=description if FieldName.DESCRIPTION in fields else None,
        place=wanted.place if FieldName.PLACE in fields else None,
        priority=wanted.priority if FieldName.PRIORITY in fields else None,
    )
