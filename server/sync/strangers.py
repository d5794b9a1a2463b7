"""What we made ourselves and do not know: our database is older than the world, as after the restoring of a backup.

Taken for people's new items, such records would be made once more on the other side. So the calendars they stand in
meet Raynet once more as for the first time: all is read, and what belongs together is paired without a write.
"""

from server.flow import Flow, Note, want
from server.sync.context import PassContext


def note_strangers(ctx: PassContext) -> Flow[None]:
    """Tell the log how many calendars had to meet Raynet once more."""
    if ctx.strangers:
        yield from want(Note("backup_restored", (("count", len(ctx.strangers)),), "warning"))


def is_met(ctx: PassContext) -> bool:
    """Whether everybody is matched again: before, nothing may be made anywhere."""
    return not ctx.strangers or all(row.matched for row in ctx.ready() if row.mailbox in ctx.strangers)
