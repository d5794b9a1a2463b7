"""What an administrator must hear of, with what to do about it."""

from typing import Literal

from server.api.rest.shapes import Instant, ListQuery, Shape, Words
from server.domain.alerts import Section, Severity


class Alert(Shape):
    id: int
    #: Null: a matter of the whole server.
    firm_id: int | None
    firm_name: str | None
    code: str
    severity: Severity
    since: Instant
    text: Words
    #: What to do.
    remedy: Words
    #: Where in the console.
    section: Section
    acknowledged_at: Instant | None
    acknowledged_by: str | None
    resolved_at: Instant | None


class AlertQuery(ListQuery):
    sort: Literal["since", "-since", "severity", "-severity"] = "-severity"
    state: Literal["open", "acknowledged", "resolved", "all"] = "open"
    severity: Severity | None = None
