"""Calendars that are new meet Raynet: a few at a time, with ordinary passes in between for those that have met it."""

from collections.abc import Sequence

from server.domain.ids import SeatId
from server.domain.state import MailboxState, MailboxSync, Side
from server.flow import Flow
from server.sync.breath import breathe, takes_breath
from server.sync.calendars import read_calendars
from server.sync.context import PassContext
from server.sync.matching import Shelf, fill_shelf, match_calendar
from server.sync.proofs import is_to_walk
from server.sync.read import read_window


def meet(ctx: PassContext) -> Flow[None]:
    """Match every calendar that can be read whole, once Raynet's window was read whole too."""
    tried: set[SeatId] = set()
    shelf: Shelf | None = None
    while portion := _portion(ctx, tried):
        yield from breathe(ctx)
        tried |= set(portion)
        ctx.read_whole -= {row.mailbox for row in _still_new(ctx, portion) if row.mailbox is not None}
        yield from read_calendars(ctx, _still_new(ctx, portion))
        if not any(row.mailbox in ctx.read_whole for row in _still_new(ctx, portion)):
            continue
        if not ctx.whole_window or is_to_walk(ctx):
            yield from read_window(ctx)
            if not ctx.whole_window:
                return
        if shelf is None:
            shelf = yield from fill_shelf(ctx)
        for seat in portion:
            yield from breathe(ctx)
            for row in _still_new(ctx, (seat,)):
                if row.mailbox in ctx.read_whole:
                    yield from match_calendar(ctx, row, shelf)


def _portion(ctx: PassContext, tried: set[SeatId]) -> tuple[SeatId, ...]:
    """Those to be read next."""
    if ctx.options.within or Side.GRAPH in ctx.blocked or (ctx.state.firm.paused and not ctx.options.preview):
        return ()
    new = sorted(row.seat_id for row in ctx.newcomers() if row.seat_id not in tried)
    portions = ctx.options.portions
    return tuple(new[: portions.calendars if takes_breath(ctx) else portions.calendars_alone])


def _still_new(ctx: PassContext, seats: Sequence[SeatId]) -> list[MailboxSync]:
    """Their rows as they stand now."""
    rows = (ctx.of_seat(seat) for seat in seats)
    return [row for row in rows if row is not None and row.state is MailboxState.READY and not row.matched]
