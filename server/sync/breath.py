"""A firm's first meeting and the nightly comparison take minutes. Others' changes must not wait so long.

So between two of its portions a long pass lets an ordinary one take place, under the same lease, and looks anew at what
that has changed. What was read is stored first: a row that waited in memory might tell of what is gone by then.
"""

from server.flow import Flow, Now, want
from server.sync.context import PassContext


def takes_breath(ctx: PassContext) -> bool:
    """Whether somebody's changes could wait for the end of this pass.

    Not after the restoring of a backup: before everybody has met Raynet again nothing may be made anywhere.
    """
    options = ctx.options
    if ctx.ordinary is None or options.within or options.preview or options.trigger not in ("worker", "nightly"):
        return False
    return not ctx.strangers and any(row.matched for row in ctx.ready())


def breathe(ctx: PassContext) -> Flow[None]:
    """An ordinary pass, if the last one was long enough ago."""
    if not takes_breath(ctx):
        return
    now = yield from want(Now())
    if now - (ctx.breathed_at or ctx.now) < ctx.options.portions.breath:
        return
    assert ctx.ordinary is not None
    yield from ctx.ordinary(ctx)
