"""What is known and belongs to no link: held up by a calendar that has not met Raynet, and then never did.

Its seat went, or the process died between two calendars of a first meeting. No reading tells of it as of something new.
"""

from server.domain import mapping
from server.domain.state import Origin
from server.flow import Flow, want
from server.ports.store import Commit, LinksOf, Row, UnlinkedActivities
from server.sync.context import PassContext
from server.sync.observe import is_left_over, new_link


def link_held_up(ctx: PassContext) -> Flow[None]:
    """Once Raynet's window was read whole: link what nobody holds up any more."""
    unlinked = yield from want(UnlinkedActivities(ctx.firm))
    world = ctx.world()
    free = [
        one.key
        for one in unlinked
        if not one.hidden and not is_left_over(ctx, one.activity)
        if (wanted := mapping.wanted_mailboxes(one.activity, world)) and ctx.may_link(wanted)
    ]
    links = (yield from want(LinksOf(ctx.firm, activities=tuple(free)))) if free else {}
    rows: list[Row] = []
    for key in free:
        if key not in links:
            rows += yield from new_link(ctx, Origin.RAYNET, activity=key)
    if rows:
        yield from want(Commit(ctx.firm, tuple(rows)))
