"""First meeting of a calendar with Raynet: what already exists on both sides is paired without a write."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from server.domain import keys, mapping
from server.domain.activity import Activity
from server.domain.event import Event
from server.domain.ids import ActivityKey, EventKey, MailboxId
from server.domain.mapping import World
from server.domain.when import Inverted, When, as_read

_Meeting = tuple[str, When]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """``pairs`` belong together. Ambiguous items have several equal partners: neither paired nor created."""

    pairs: tuple[tuple[Activity, Event], ...]
    ambiguous_activities: frozenset[ActivityKey]
    ambiguous_events: frozenset[EventKey]


def _planned(activity: Activity, mailbox: MailboxId, world: World) -> When | None:
    when = mapping.raynet_when(activity, world, None)
    if mapping.raynet_absent(activity, when) or mapping.raynet_excluded(activity, when, world):
        return None
    if when is None or isinstance(when, Inverted) or mailbox not in mapping.wanted_mailboxes(activity, world):
        return None
    return when


def match(activities: Sequence[Activity], events: Sequence[Event], mailbox: MailboxId, world: World) -> Matching:
    """Pair by our own key first, then by equal title and time; equal groups of equal size pair in order.

    A private event whose own text equals an activity is an open question: paired, Raynet's people would lose their
    text to the mask; made anew, its user would have it twice.
    """
    pairs: list[tuple[Activity, Event]] = []
    by_key = {activity.key: activity for activity in activities}
    free_events: list[Event] = []
    for event in sorted(events, key=lambda one: one.id):
        owned = keys.activity_of_own_key(event.own_key, mailbox)
        if owned in by_key:
            pairs.append((by_key.pop(owned), event))
        else:
            free_events.append(event)
    shown, hidden = _by_meeting(free_events, world)
    left: dict[_Meeting, list[Activity]] = defaultdict(list)
    for activity in sorted(by_key.values(), key=lambda one: one.key):
        when = _planned(activity, mailbox, world)
        if when is not None:
            content = mapping.raynet_content(activity, when)
            left[(content.title or "", when)].append(activity)
    odd_activities: set[ActivityKey] = set()
    odd_events: set[EventKey] = set()
    for meeting, group in left.items():
        partners = shown.get(meeting, [])
        if len(group) == len(partners):
            pairs.extend(_by_text(group, partners))
        elif partners:
            odd_activities.update(one.key for one in group)
            odd_events.update(one.key for one in partners)
    paired = {event.key for _, event in pairs}
    for meeting, group in left.items():
        private = [one.key for one in hidden.get(meeting, ()) if one.key not in paired]
        if private and not shown.get(meeting):
            odd_activities.update(one.key for one in group)
            odd_events.update(private)
    return Matching(
        pairs=tuple(pairs), ambiguous_activities=frozenset(odd_activities), ambiguous_events=frozenset(odd_events)
    )


def _by_meeting(
    events: Sequence[Event], world: World
) -> tuple[dict[_Meeting, list[Event]], dict[_Meeting, list[Event]]]:
    """Events by the title and time that Raynet may see, and private ones by their own."""
    shown: dict[_Meeting, list[Event]] = defaultdict(list)
    hidden: dict[_Meeting, list[Event]] = defaultdict(list)
    for event in events:
        if mapping.outlook_excluded(event) or event.is_cancelled or event.is_draft:
            continue
        masked = mapping.is_masked(event, world)
        own = mapping.outlook_content(event, mapping.NEW_TYPE, masked=False)
        seen = mapping.outlook_content(event, mapping.NEW_TYPE, masked=masked)
        if own.when is None or seen.when is None:
            continue
        if masked:
            hidden[(own.title or "", as_read(own.when, world.zone))].append(event)
        if not mapping.is_skipped(event, world):
            shown[(seen.title or "", as_read(seen.when, world.zone))].append(event)
    return shown, hidden


def _by_text(activities: list[Activity], events: list[Event]) -> list[tuple[Activity, Event]]:
    """Equal title and time, equal number: those with equal text belong together, the rest in order."""
    rest = list(events)
    pairs: list[tuple[Activity, Event]] = []
    later: list[Activity] = []
    for activity in activities:
        twin = next((event for event in rest if event.body == activity.description), None)
        if twin is None:
            later.append(activity)
        else:
            rest.remove(twin)
            pairs.append((activity, twin))
    return pairs + list(zip(later, rest, strict=True))
