"""One item with a defect of ours is set aside: said once a try, retried in a while, and no other item stops."""

from dataclasses import replace

from server.domain.ids import LinkId
from server.errors import Outdated
from server.flow import Flow, Note, want
from server.ports.store import Commit
from server.sync.context import LONGEST_WAIT, ItemError, PassContext, due


def set_aside(ctx: PassContext, link: LinkId, error: Exception) -> Flow[None]:
    """Go on with the others. A lost lease is no defect of the item: it comes out again."""
    if isinstance(error, Outdated):
        raise error
    ctx.errors.append(ItemError(item=f"link:{link}", code="defect", detail=type(error).__name__))
    yield from want(Note("item_defect", (("link", link), ("kind", type(error).__name__)), "error"))
    later = replace(due(ctx, link, "defect"), due_at=ctx.now + LONGEST_WAIT, attempts=1)
    yield from want(Commit(ctx.firm, (later,)))
