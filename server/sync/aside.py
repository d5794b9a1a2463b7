"""One item with a defect of ours is set aside: said once a try, retried in a while, and no other item stops."""

from collections.abc import Sequence
from dataclasses import replace

from server.domain.ids import LinkId
from server.domain.state import Group
from server.errors import Outdated, Unavailable
from server.flow import Flow, Note, want
from server.ports.store import Commit, LoadGroups
from server.sync.context import LONGEST_WAIT, ItemError, PassContext, due


def set_aside(ctx: PassContext, link: LinkId, error: Exception) -> Flow[None]:
    """Go on with the others. A lost lease is no defect of the item: it comes out again."""
    if isinstance(error, Outdated):
        raise error
    ctx.errors.append(ItemError(item=f"link:{link}", code="defect", detail=type(error).__name__))
    yield from want(Note("item_defect", (("link", link), ("kind", type(error).__name__)), "error"))
    later = replace(due(ctx, link, "defect"), due_at=ctx.now + LONGEST_WAIT, attempts=1)
    yield from want(Commit(ctx.firm, (later,)))


def load_apart(ctx: PassContext, links: Sequence[LinkId]) -> Flow[tuple[tuple[Group, ...], frozenset[LinkId]]]:
    """The groups of ``links``, and which of them cannot be read: those are set aside, each alone.

    A row that no release of ours could have written (a damaged disk, a hand in the database) stops no other link.
    """
    try:
        return (yield from want(LoadGroups(ctx.firm, tuple(links)))), frozenset()
    except (Outdated, Unavailable):
        raise
    except Exception as error:  # noqa: BLE001  # around an item: looked for by halves
        if len(links) == 1:
            yield from set_aside(ctx, links[0], error)
            return (), frozenset(links)
    half = len(links) // 2
    one, broken_one = yield from load_apart(ctx, links[:half])
    other, broken_other = yield from load_apart(ctx, links[half:])
    return (*one, *other), broken_one | broken_other
