"""What is known and belongs to no link: held up by a calendar that has not met Raynet, and then never did.

Its seat went, or the process died between two calendars of a first meeting. No reading tells of it as of something new.
"""

from collections.abc import Callable, Sequence

from server.domain import mapping
from server.domain.state import Origin, SeenActivity
from server.flow import Flow, want
from server.ports.store import Commit, LinksOf, Row, UnlinkedActivities
from server.sync.breath import breathe
from server.sync.context import PassContext
from server.sync.observe import is_left_over, new_link


def link_held_up(ctx: PassContext) -> Flow[None]:
    """Once Raynet's window was read whole: link what nobody holds up any more."""
    yield from each_unlinked(ctx, lambda some: _link(ctx, some))


def each_unlinked(
    ctx: PassContext, look: Callable[[Sequence[SeenActivity]], Flow[None]], *, breathes: bool = True
) -> Flow[None]:
    """Look at all of them, a portion at a time: before a large firm's first meeting they are hundreds of thousands."""
    after, most = None, ctx.options.portions.unlinked
    while True:
        some = yield from want(UnlinkedActivities(ctx.firm, after, most))
        yield from look(some)
        if len(some) < most:
            return
        after = some[-1].key
        if breathes:
            yield from breathe(ctx)


def _link(ctx: PassContext, unlinked: Sequence[SeenActivity]) -> Flow[None]:
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
