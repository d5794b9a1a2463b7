"""Three-way merge of one field: what each side last showed, what it shows now, who wins when both moved."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Generic, TypeVar

from server.domain.rules import Authority

T = TypeVar("T")


class Way(Enum):
    NOTHING = auto()
    TO_OUTLOOK = auto()
    TO_RAYNET = auto()


@dataclass(frozen=True, slots=True)
class Merged:
    """``way`` of the write; ``conflict`` when both sides had moved apart, so the other value goes to the journal."""

    way: Way
    conflict: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """When each side was last changed; None counts as oldest."""

    raynet: datetime | None
    outlook: datetime | None

    @property
    def outlook_is_newer(self) -> bool:
        if self.outlook is None:
            return False
        return self.raynet is None or self.outlook > self.raynet


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides(Generic[T]):
    """Base and present of both sides. ``base_*`` None with ``met`` false = they were never agreed on."""

    raynet: T
    outlook: T
    base_raynet: T | None = None
    base_outlook: T | None = None
    met: bool = True


def is_empty(value: object) -> bool:
    """Nothing that could be lost: no text, no value."""
    return value is None or value == "" or getattr(value, "plain", None) == ""


def merge_field(sides: Sides[T], authority: Authority, moments: Moments) -> Merged:
    """Decide one field.

    Never agreed: equal → nothing; an empty side takes the other's value without a conflict; else a conflict.
    Agreed: the side that moved is carried; both moved to the same → nothing; both moved apart → a conflict.
    """
    if sides.raynet == sides.outlook:
        return Merged(Way.NOTHING)
    if not sides.met:
        if is_empty(sides.raynet):
            return Merged(Way.TO_RAYNET)
        if is_empty(sides.outlook):
            return Merged(Way.TO_OUTLOOK)
    else:
        raynet_moved = sides.raynet != sides.base_raynet
        outlook_moved = sides.outlook != sides.base_outlook
        if not raynet_moved and not outlook_moved:
            return Merged(Way.NOTHING)
        if not outlook_moved:
            return Merged(Way.TO_OUTLOOK)
        if not raynet_moved:
            return Merged(Way.TO_RAYNET)
    return Merged(_winner(authority, moments), conflict=True)


def _winner(authority: Authority, moments: Moments) -> Way:
    """The way of the write when both sides moved apart: towards the loser."""
    if authority is Authority.OUTLOOK:
        return Way.TO_RAYNET
    if authority is Authority.NEWEST and moments.outlook_is_newer:
        return Way.TO_RAYNET
    return Way.TO_OUTLOOK
