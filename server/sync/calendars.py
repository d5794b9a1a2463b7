"""Reading Outlook's calendars by delta, twenty to a request, and knowing which were surely read.

Observations, the link they came with and the wake-ups of the links they touch are committed together.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from server.domain.ids import EventId, EventKey, MailboxId
from server.domain.state import MailboxSync, PushSample, Side
from server.errors import Remote, TokenLost
from server.flow import Failed, Flow, gather, want
from server.ports.graph import DeltaRound, DeltaWanted, ReadCalendar, ReadDeltas
from server.ports.store import Commit, KnownEvents, LoadSeen, UnpairedEvents
from server.sync.breath import breathe, takes_breath
from server.sync.context import PassContext, concerns_side, side_trouble, side_well
from server.sync.evidence import of_events, reads_all_mailboxes, reads_mailbox
from server.sync.left import as_they_are, left_unseen
from server.sync.observe import event_rows
from server.sync.proofs import is_newer_event, observed_event, prove_event
from server.sync.seats import mailbox_trouble
from server.sync.unshown import note_shown

#: Mailboxes to one `$batch`. Fact: at most 20 [doc], graph-calendar §15.
BATCH = 20
#: A delta window reaches further than the rules' window, so that it needs re-basing only rarely.
MARGIN = timedelta(days=30)


def read_met(ctx: PassContext) -> Flow[None]:
    """The calendars that have met Raynet, as far as they are to be read now."""
    everything = reads_all_mailboxes(ctx)
    rows = [row for row in ctx.ready() if row.matched and _reads(ctx, row, everything=everything)]
    if ctx.options.full and takes_breath(ctx):
        seats = [row.seat_id for row in rows]
        for start in range(0, len(seats), ctx.options.portions.calendars):
            yield from breathe(ctx)
            some = set(seats[start : start + ctx.options.portions.calendars])
            yield from read_calendars(ctx, [row for row in ctx.ready() if row.matched and row.seat_id in some])
    else:
        yield from read_calendars(ctx, rows)
    if everything and Side.GRAPH not in ctx.blocked:
        ctx.put_sync(replace(ctx.sync, graph_read_at=ctx.now))


def read_calendars(ctx: PassContext, rows: Sequence[MailboxSync]) -> Flow[None]:
    """These calendars; trouble with one is noted in its row, trouble with all of Graph blocks that side."""
    window = ctx.window
    wanted = [_wanted(ctx, row, window) for row in rows]
    if not wanted or Side.GRAPH in ctx.blocked:
        return
    chunks = [tuple(wanted[i : i + BATCH]) for i in range(0, len(wanted), BATCH)]
    outcomes = yield from gather([_read_chunk(ctx, chunk) for chunk in chunks], limit=3)
    for outcome in outcomes:
        if isinstance(outcome, Failed):
            if not isinstance(outcome.error, Remote):
                raise outcome.error
            if Side.GRAPH not in ctx.blocked:
                yield from side_trouble(ctx, Side.GRAPH, outcome.error)
    if Side.GRAPH not in ctx.blocked:
        yield from side_well(ctx, Side.GRAPH)


def _reads(ctx: PassContext, row: MailboxSync, *, everything: bool) -> bool:
    if row.wait_until is not None and row.wait_until > ctx.now:
        return False
    return everything or reads_mailbox(ctx, row)


def _wanted(ctx: PassContext, row: MailboxSync, window: tuple[datetime, datetime]) -> DeltaWanted:
    """Go on from the link, or start a round over a window that reaches further than the rules demand."""
    assert row.mailbox is not None
    start, end = window
    covered = row.window_from is not None and row.window_till is not None
    covered = covered and row.window_from <= start and row.window_till >= end  # type: ignore[operator]
    if row.delta_link is not None and covered and not ctx.options.full and row.matched:
        assert row.window_from is not None and row.window_till is not None
        return DeltaWanted(mailbox=row.mailbox, link=row.delta_link, start=row.window_from, end=row.window_till)
    start, end = start - timedelta(days=2), end + MARGIN
    return DeltaWanted(mailbox=row.mailbox, link=None, start=start, end=end)


def _read_chunk(ctx: PassContext, chunk: tuple[DeltaWanted, ...]) -> Flow[None]:
    answers = yield from want(ReadDeltas(ctx.firm, chunk))
    lost = tuple([replace(one, link=None) for one in chunk if isinstance(answers.get(one.mailbox), TokenLost)])
    if lost:
        answers = {**answers, **(yield from want(ReadDeltas(ctx.firm, lost)))}
    quiet = [(one, told) for one in chunk if (told := _quiet(answers.get(one.mailbox))) is not None]
    yield from _store_quiet_rounds(ctx, quiet)
    if len(quiet) == len(chunk):
        return
    for one in chunk:
        answer = answers.get(one.mailbox)
        if _quiet(answer) is not None:
            continue
        if isinstance(answer, TokenLost):
            answer = yield from _calendar(ctx, one)
        if isinstance(answer, Remote):
            if concerns_side(answer):
                raise answer
            yield from mailbox_trouble(ctx, one.mailbox, answer)
        elif answer is not None:
            try:
                yield from _store_round(ctx, one, answer)
            except Remote as error:
                if concerns_side(error):
                    raise
                yield from mailbox_trouble(ctx, one.mailbox, error)


def _quiet(answer: DeltaRound | Remote | None) -> DeltaRound | None:
    """A round that goes on from a link and tells nothing."""
    if not isinstance(answer, DeltaRound) or answer.full or answer.events or answer.removed or answer.odd:
        return None
    return answer


def _store_quiet_rounds(ctx: PassContext, rounds: Sequence[tuple[DeltaWanted, DeltaRound]]) -> Flow[None]:
    """The links of all calendars in which nothing happened, in one commit: there is nothing to learn beside them."""
    rows: list[MailboxSync] = []
    told = {row.mailbox: row for row in ctx.ready()}
    for wanted, answer in rounds:
        row = told[wanted.mailbox]
        ctx.read_whole.add(wanted.mailbox)
        # A link that stayed, and nobody who waits to see when it was read: nothing to store.
        if answer.link != wanted.link or Side.GRAPH in ctx.proven or row.failures or row.wait_until is not None:
            rows.append(_as_read(ctx, row, wanted, answer))
    if rows:
        ctx.put_mailboxes(rows)
        yield from want(Commit(ctx.firm, tuple(rows)))


def _as_read(ctx: PassContext, row: MailboxSync, wanted: DeltaWanted, answer: DeltaRound) -> MailboxSync:
    return replace(
        row,
        delta_link=answer.link or None,
        window_from=wanted.start,
        window_till=wanted.end,
        last_read_at=ctx.now,
        failures=0,
        wait_until=None,
    )


def _calendar(ctx: PassContext, wanted: DeltaWanted) -> Flow[DeltaRound | Remote]:
    """Delta rounds of this mailbox do not end: read the window plainly, without a link to go on from."""
    try:
        events = yield from want(ReadCalendar(ctx.firm, wanted.mailbox, wanted.start, wanted.end))
    except Remote as error:
        return error
    return DeltaRound(events=events, removed=(), link="", full=True)


def _store_round(ctx: PassContext, wanted: DeltaWanted, answer: DeltaRound) -> Flow[None]:
    mailbox = wanted.mailbox
    row = ctx.mailbox(mailbox)
    assert row is not None
    keys = tuple(EventKey(mailbox, one.id) for one in answer.events)
    keys += tuple(EventKey(mailbox, EventId(one)) for one in answer.removed)
    note_shown(ctx, (*keys, *(EventKey(mailbox, EventId(one)) for one in answer.odd)))
    _, stored = yield from want(LoadSeen(ctx.firm, events=keys))
    known = {one.key: one for one in stored}
    missing = [one.key for one in stored if one.key.id in answer.removed and one.gone_at is None]
    if answer.full:
        missing += yield from _unseen(ctx, mailbox, answer, matched=row.matched)
    newer = [one for one in answer.events if is_newer_event(known.get(one.key), one)]
    events = yield from as_they_are(ctx, wanted, newer, known)
    seen = [observed_event(ctx, known.get(one.key), one) for one in events]
    for key in missing:
        proved = yield from prove_event(ctx, key, known.get(key))
        seen += [proved] if proved is not None else []
    rows = (*(yield from event_rows(ctx, seen, known, row)), *left_unseen(ctx, wanted, answer, known))
    samples: list[PushSample] = []
    if not answer.full:
        row, samples = of_events(ctx, row, events)
    row = replace(_as_read(ctx, row, wanted, answer), matched=ctx.is_matched(mailbox))
    ctx.put_mailbox(row)
    ctx.read_whole.add(mailbox)
    if rows or samples or answer.link != wanted.link or Side.GRAPH in ctx.proven:
        yield from want(Commit(ctx.firm, (row, *rows, *samples)))


def _unseen(ctx: PassContext, mailbox: MailboxId, answer: DeltaRound, *, matched: bool) -> Flow[list[EventKey]]:
    """Known events that a full round did not show: candidates for a proof, nothing more."""
    shown = {one.id for one in answer.events} | {EventId(one) for one in answer.odd}
    stored = yield from want(KnownEvents(ctx.firm, mailbox))
    if not matched:
        # What only waits for the first match is in no pair yet, and must not be matched when it is gone.
        waiting = yield from want(UnpairedEvents(ctx.firm, mailbox))
        stored = (*stored, *(one.key for one in waiting))
    return [key for key in stored if key.id not in shown]
