"""Who takes part: the licence, the seats, where each seat's calendar is and who it is in Raynet."""

from dataclasses import replace
from datetime import timedelta

from server.domain.cursor import RaynetCursor
from server.domain.ids import MailboxId, PersonId
from server.domain.licence import licence_status
from server.domain.state import Attention, FirmSync, MailboxState, MailboxSync, Seat, Side
from server.errors import Denied, Remote, Scope
from server.flow import Flow, want
from server.ports.graph import FindUser
from server.ports.raynet import Probe, RaynetUser, RaynetUsers
from server.ports.store import Commit, LinksInMailbox
from server.sync.context import RULES, SEAT, PassContext, concerns_side, due, may_ask, side_trouble, side_well

#: How soon a seat that does not work is looked at again, and a working one checked.
RECHECK_TROUBLED = timedelta(minutes=10)
RECHECK_WELL = timedelta(hours=24)


def is_licensed(ctx: PassContext) -> bool:
    """Whether the licence, or the grace after it, runs today in the firm's zone."""
    firm = ctx.state.firm
    return licence_status(firm.valid_until, firm.grace_days, ctx.now.astimezone(ctx.zone).date()).is_running


def ensure_firm(ctx: PassContext) -> Flow[None]:
    """Know the API user, notice a changed licence or rules: both re-plan every pair."""
    for side in (Side.RAYNET, Side.GRAPH):
        if not may_ask(ctx, side):
            ctx.blocked.add(side)
    if Side.RAYNET not in ctx.blocked and (ctx.sync.zone is None or ctx.sync.login is None or ctx.options.full):
        yield from _probe(ctx)
    licensed, rules = is_licensed(ctx), ctx.state.firm.rules
    if (licensed, rules) != (ctx.sync.licensed, ctx.sync.planned_rules):
        # The window may have grown.
        sync = replace(ctx.sync, licensed=licensed, planned_rules=rules, cursor=_to_be_walked(ctx))
        yield from _replan(ctx, sync, None)


def _probe(ctx: PassContext) -> Flow[None]:
    try:
        identity = yield from want(Probe(ctx.firm))
    except Remote as error:
        yield from side_trouble(ctx, Side.RAYNET, error)
        return
    yield from side_well(ctx, Side.RAYNET)
    sync = replace(ctx.sync, login=identity.login, zone=identity.zone or ctx.sync.zone)
    if sync != ctx.sync:
        ctx.put_sync(sync)
        yield from want(Commit(ctx.firm, (sync,)))


def _to_be_walked(ctx: PassContext) -> RaynetCursor | None:
    """The place in Raynet's changes, from which its whole window is to be read anew; without one it is in any case."""
    return replace(ctx.sync.cursor, walk_since=ctx.now) if ctx.sync.cursor is not None else None


def _replan(ctx: PassContext, sync: FirmSync, mailbox: MailboxId | None) -> Flow[None]:
    links = yield from want(LinksInMailbox(ctx.firm, mailbox))
    ctx.put_sync(sync)
    yield from want(Commit(ctx.firm, (sync, *(due(ctx, link, RULES) for link in links))))


def ensure_seats(ctx: PassContext) -> Flow[None]:
    """Bring every seat's runtime row up to date; a change of state re-plans the pairs of its calendar."""
    rows = {one.seat_id: one for one in ctx.state.mailboxes}
    directory: _Directory = {}
    for seat in ctx.state.seats:
        row = rows.pop(seat.id, None)
        if not seat.enabled or not ctx.sync.licensed:
            if row is not None and row.state is not MailboxState.RELEASED:
                yield from _store(ctx, row, replace(row, state=MailboxState.RELEASED, checked_at=ctx.now))
            continue
        if row is not None and not _must_check(ctx, seat, row):
            continue
        if ctx.blocked & {Side.RAYNET, Side.GRAPH}:
            continue
        yield from _resolve(ctx, seat, row, directory)
    for row in rows.values():
        if row.state is not MailboxState.RELEASED:
            yield from _store(ctx, row, replace(row, state=MailboxState.RELEASED, checked_at=ctx.now))


def _must_check(ctx: PassContext, seat: Seat, row: MailboxSync) -> bool:
    if row.email != seat.email or (seat.person_id is not None and row.person != seat.person_id):
        return True
    if row.state is MailboxState.RELEASED or row.checked_at is None or ctx.options.full:
        return True
    age = ctx.now - row.checked_at
    return age >= (RECHECK_WELL if row.state is MailboxState.READY else RECHECK_TROUBLED)


#: Raynet's users as read in this pass, plainly and in detail.
_Directory = dict[bool, tuple[RaynetUser, ...]]


def _users(ctx: PassContext, directory: _Directory, *, detailed: bool) -> Flow[tuple[RaynetUser, ...]]:
    if detailed not in directory:
        directory[detailed] = yield from want(RaynetUsers(ctx.firm, detailed))
    return directory[detailed]


def _resolve(ctx: PassContext, seat: Seat, row: MailboxSync | None, directory: _Directory) -> Flow[None]:
    new = row or MailboxSync(firm_id=ctx.firm, seat_id=seat.id, email=seat.email, state=MailboxState.UNKNOWN_USER)
    if new.email != seat.email:
        new = MailboxSync(firm_id=ctx.firm, seat_id=seat.id, email=seat.email, state=MailboxState.UNKNOWN_USER)
    try:
        user = yield from want(FindUser(ctx.firm, seat.email))
    except Remote as error:
        if concerns_side(error):
            yield from side_trouble(ctx, Side.GRAPH, error)
            return
        ctx.error(f"seat:{seat.id}", error)
        return
    if user is None:
        yield from _store(ctx, row, replace(new, state=MailboxState.UNKNOWN_USER, checked_at=ctx.now))
        return
    if new.mailbox not in (None, user.mailbox):
        new = replace(new, delta_link=None, matched=False, window_from=None, window_till=None)
    addresses = tuple(sorted({seat.email.lower(), *user.addresses}))
    first_time = row is None or row.mailbox is None or ctx.options.full
    try:
        person = seat.person_id or (yield from _person(ctx, addresses, directory, first_time=first_time))
    except Remote as error:
        yield from side_trouble(ctx, Side.RAYNET, error)
        return
    taken = any(one.mailbox == user.mailbox and one.seat_id != seat.id for one in ctx.ready())
    state = MailboxState.NO_PERSON if person is None or taken else MailboxState.READY
    new = replace(
        new, mailbox=user.mailbox, addresses=addresses, person=person, state=state, checked_at=ctx.now, failures=0
    )
    yield from _store(ctx, row, replace(new, wait_until=None))


def _person(
    ctx: PassContext, addresses: tuple[str, ...], directory: _Directory, *, first_time: bool
) -> Flow[PersonId | None]:
    """The single active Raynet user with one of the addresses; none or several need an administrator.

    Alternative addresses cost a call per user, so they are asked for on the first time and once a night only.
    """
    for detailed in (False, True) if first_time else (False,):
        users = yield from _users(ctx, directory, detailed=detailed)
        found = {user.person for user in users if user.active and set(user.emails) & set(addresses)}
        if len(found) == 1:
            return found.pop()
    return None


def _store(ctx: PassContext, old: MailboxSync | None, new: MailboxSync) -> Flow[None]:
    ctx.put_mailbox(new)
    rows: list[MailboxSync | Attention | FirmSync] = [new]
    if new.mailbox is not None and (old is None or old.state is not new.state or old.person != new.person):
        back = new.matched and new.state is MailboxState.READY
        held_up = old is not None and not old.matched and old.state is MailboxState.READY
        links = yield from want(LinksInMailbox(ctx.firm, None if back else new.mailbox))
        rows += [due(ctx, link, SEAT) for link in links]
        if back or held_up:
            # What was made for this person meanwhile was nobody's, what waited for its first match waits for nothing.
            ctx.put_sync(replace(ctx.sync, cursor=_to_be_walked(ctx)))
            rows.append(ctx.sync)
    yield from want(Commit(ctx.firm, tuple(rows)))


def mailbox_trouble(ctx: PassContext, mailbox: MailboxId, error: Remote) -> Flow[None]:
    """One calendar does not answer as it should; the others go on."""
    row = ctx.mailbox(mailbox)
    ctx.error(f"mailbox:{mailbox}", error)
    if row is None:
        return
    if isinstance(error, Denied):
        no_mailbox = error.code in ("graph_no_mailbox", "graph_unknown_user")
        state = MailboxState.NO_MAILBOX if no_mailbox else MailboxState.NO_ACCESS
        # Both sides stay untouched: the pairs wait, released only when the seat itself goes.
        row = replace(row, state=state, checked_at=ctx.now)
    else:
        failures = row.failures + 1
        until = getattr(error, "until", None) or ctx.now + timedelta(seconds=min(300, 5 * 2 ** min(failures - 1, 10)))
        row = replace(row, failures=failures, wait_until=until)
    ctx.put_mailbox(row)
    yield from want(Commit(ctx.firm, (row,)))


def mailbox_scope(error: Remote) -> bool:
    return error.scope is Scope.MAILBOX
