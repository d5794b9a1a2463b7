"""A firm's rules."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from server.api.rest.shapes import Patch, Shape, Words
from server.domain.ids import ActivityType
from server.domain.rules import AttendedEvents, Authority, Mirror, OutlookDelete, PrivateEvents, SelfRegistration

RuleValue = str | int | bool | tuple[str, ...]


class Choice(Shape):
    value: str
    text: Words


class Rule(Shape):
    name: str
    kind: Literal["choice", "choices", "switch", "number"]
    value: RuleValue
    default: RuleValue
    #: For choices.
    allowed: tuple[Choice, ...] | None
    #: For numbers.
    least: int | None
    most: int | None
    unit: Words | None
    title: Words
    #: What the rule decides, and what a change of it does.
    text: Words


class Rules(Shape):
    items: tuple[Rule, ...]


class RulesPut(Patch):
    """Rules that are absent stay as they are. A change releases or re-plans pairs, it deletes nothing."""

    nullable: ClassVar[frozenset[str]] = frozenset()
    authority: Authority | None = None
    mirror: Mirror | None = None
    private_events: PrivateEvents | None = None
    outlook_delete: OutlookDelete | None = None
    attended_events: AttendedEvents | None = None
    types: Annotated[tuple[ActivityType, ...], Field(min_length=1, max_length=6)] | None = None
    invitations: bool | None = None
    categories: bool | None = None
    deadline_block_minutes: Annotated[int, Field(ge=0, le=1440)] | None = None
    window_back_days: Annotated[int, Field(ge=1, le=730)] | None = None
    window_ahead_days: Annotated[int, Field(ge=1, le=1000)] | None = None
    guard_count: Annotated[int, Field(ge=1, le=100_000)] | None = None
    guard_share: Annotated[int, Field(ge=1, le=100)] | None = None
    self_registration: SelfRegistration | None = None
