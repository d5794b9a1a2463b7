"""Values that people of both sides typed by themselves, equal by chance: neither was told of the other's.

What one of them typed last stands in both then. An edit of the other side that is older, and was read later, takes its
place without a conflict that the merge could see: both stood as agreed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from server.domain.content import FieldName
from server.domain.merge import Moments, Way


@dataclass(frozen=True, slots=True, kw_only=True)
class Coincidence:
    """A field that both sides changed to the same value, and when each was last saved then (UTC)."""

    field: FieldName
    raynet_at: datetime | None
    outlook_at: datetime | None


def coincided(known: Iterable[Coincidence], name: FieldName, moments: Moments) -> tuple[Coincidence, ...]:
    """``known`` with this one: of each field only the last tells anything."""
    kept = (one for one in known if one.field is not name)
    return (*kept, Coincidence(field=name, raynet_at=moments.raynet, outlook_at=moments.outlook))


def is_overtaken(known: Iterable[Coincidence], name: FieldName, way: Way, moments: Moments) -> bool:
    """Whether the edit about to be carried is older than what somebody typed on the side that it goes to."""
    for one in known:
        if one.field is name and way is not Way.NOTHING:
            to_outlook = way is Way.TO_OUTLOOK
            typed, edited = (one.outlook_at, moments.raynet) if to_outlook else (one.raynet_at, moments.outlook)
            return typed is not None and edited is not None and edited < typed
    return False
