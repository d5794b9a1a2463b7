"""A firm's right: seats and how long."""

from typing import Annotated

from pydantic import Field

from server.api.rest.shapes import Count, Instant, ListQuery, Shape, Words
from server.api.v1.models.firms import Day, SeatCount
from server.domain.licence import MOST_GRACE_DAYS, LicenceState

GraceDays = Annotated[int, Field(ge=0, le=MOST_GRACE_DAYS)]


class Licence(Shape):
    seats: Count
    seats_used: Count
    #: The last day, in the firm's zone.
    valid_until: Day
    grace_days: Count
    state: LicenceState
    #: Until the end of ``valid_until``; negative afterwards.
    days_left: int
    #: Last day on which anything is carried, the grace included.
    runs_until: Day
    text: Words


class LicencePut(Shape):
    seats: SeatCount
    valid_until: Day
    grace_days: GraceDays = 14


class LicenceChange(Shape):
    """One state that the licence had."""

    id: int
    at: Instant
    actor: str
    #: Login of the administrator, where the account is still there and visible to the reader.
    actor_login: str | None
    seats: Count
    valid_until: Day
    grace_days: Count


class LicenceHistoryQuery(ListQuery):
    """Newest first."""
