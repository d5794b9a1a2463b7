"""A firm's first meeting and the nightly comparison take minutes. Others' changes must not wait so long.

So between two of its portions a long pass lets an ordinary one take place, under the same lease, and looks anew at what
that has changed. What was read is stored first: a row that waited in memory might tell of what is gone by then.
"""

from server.flow import Flow, Now, Stopping, want
from server.sync.context import PassContext


def takes_breath(ctx: PassContext) -> bool:
    """Whether somebody's changes could wait for the end of this pass.

    Not after the restoring of a backup: before everybody has met Raynet again nothing may be made anywhere.
    """
    options = ctx.options
    if ctx.ordinary is None or options.within or options.preview or options.trigger not in ("worker", "nightly"):
        return False
    return not ctx.strangers and any(row.matched for row in ctx.ready())


class PassStopped(Exception):
    """A long pass ends between two of its portions. What it has read is stored, the next one goes on with the rest."""


def heed_stop(ctx: PassContext) -> Flow[None]:
    """End here if the process is to end.

    A preview goes on: half a plan would be taken for the whole. So does a nightly comparison that counts as done.
    """
    goes_on = ctx.options.preview or (ctx.options.full and ctx.whole_window)
    if not goes_on and (yield from want(Stopping())):
        raise PassStopped


def breathe(ctx: PassContext) -> Flow[None]:
    """An ordinary pass, if the last one was long enough ago. Raises :class:`PassStopped`."""
    yield from heed_stop(ctx)
    if not takes_breath(ctx):
        return
    now = yield from want(Now())
    if now - (ctx.breathed_at or ctx.now) < ctx.options.portions.breath:
        return
    assert ctx.ordinary is not None
    yield from ctx.ordinary(ctx)
