"""Raynet's window, a page at a time: a firm's may hold hundreds of thousands of activities, of which little is kept."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from server.domain.activity import Activity
from server.domain.ids import ActivityKey
from server.flow import Flow, want
from server.ports.raynet import WindowActivities
from server.sync.breath import breathe, heed_stop
from server.sync.context import PassContext


class Made(NamedTuple):
    """Who made a record and when: with its id the same where it got another type."""

    created_at: datetime | None
    created_by: str | None


def made(rows: Iterable[Activity]) -> dict[ActivityKey, Made]:
    """What is kept of rows that are stored."""
    return {one.key: Made(one.created_at, one.created_by) for one in rows}


def listed(ctx: PassContext) -> tuple[datetime, datetime]:
    """What Raynet's list is asked for: the rules' window, and somewhat more on both sides."""
    start, end = ctx.window
    return start - timedelta(days=2), end + timedelta(days=2)


def each_page(
    ctx: PassContext, take: Callable[[Sequence[Activity]], Flow[None]], *, breathes: bool = False
) -> Flow[None]:
    """Every planned activity of the window as the rules draw it when this begins."""
    since, until = listed(ctx)
    after, reaching = 0, True
    while True:
        yield from breathe(ctx) if breathes else heed_stop(ctx)
        page = yield from want(WindowActivities(ctx.firm, since, until, after, reaching))
        yield from take(page.activities)
        highest = max((one.key.id for one in page.activities), default=after)
        if not page.more or highest <= after:
            return
        after, reaching = highest, page.reaching
