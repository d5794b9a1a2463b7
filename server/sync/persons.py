"""Who of an event's attendees is a person in Raynet: asked once a day per address, kept as a digest."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from server.domain.keys import value_digest
from server.domain.mapping import World, is_masked
from server.domain.state import Group, PairState, PersonHit, Side
from server.errors import Remote
from server.flow import Flow, want
from server.ports.raynet import PersonsByEmail
from server.ports.store import Commit, PersonHits
from server.sync.context import PassContext, concerns_side, due, side_trouble

ASK_AGAIN = timedelta(hours=24)
#: A look-up that is refused, not for want of Raynet, is repeated so much later.
LATER = timedelta(minutes=10)
#: Raynet cannot be asked at all; a new key ends that sooner than any wait. Planning costs no call meanwhile.
SOON = timedelta(seconds=30)
#: Fact: an event has at most 500 attendees [doc], graph-calendar §18.
MOST = 500


def learn_persons(ctx: PassContext, groups: Sequence[Group]) -> Flow[None]:
    """Fill ``ctx.persons`` for the attendees of these links; None = looked up without a single hit.

    Fact: the look-up answers all persons with that address [doc], raynet-api §15.
    """
    world = ctx.world()
    wanted = {
        group.link.id: {one for one in _addresses(group, world) if world.seat_of_address(one) is None}
        for group in groups
    }
    unknown = {address for some in wanted.values() for address in some if address not in ctx.asked}
    if not unknown:
        return
    yield from _ask(ctx, unknown)
    ctx.unasked |= {link for link, some in wanted.items() if not some <= ctx.asked}


def ask_again(ctx: PassContext) -> Flow[None]:
    """Links that were planned without knowing their people are planned again once Raynet can be asked."""
    if not ctx.unasked:
        return
    soon = ctx.now + (SOON if Side.RAYNET in ctx.blocked else LATER)
    again = [replace(due(ctx, link, "persons"), due_at=soon) for link in sorted(ctx.unasked)]
    yield from want(Commit(ctx.firm, tuple(again)))


def _ask(ctx: PassContext, unknown: set[str]) -> Flow[None]:
    by_digest = {value_digest(address): address for address in sorted(unknown)}
    hits = yield from want(PersonHits(ctx.firm, tuple(by_digest)))
    for digest, hit in hits.items():
        if ctx.now - hit.at < ASK_AGAIN and digest in by_digest:
            address = by_digest.pop(digest)
            ctx.asked.add(address)
            ctx.persons[address] = hit.person
    if not by_digest or Side.RAYNET in ctx.blocked:
        return
    try:
        found = yield from want(PersonsByEmail(ctx.firm, tuple(by_digest.values())))
    except Remote as error:
        if concerns_side(error):
            yield from side_trouble(ctx, Side.RAYNET, error)
        else:
            ctx.error("persons", error)
        return
    rows = []
    for digest, address in by_digest.items():
        persons = found.get(address, ())
        person = persons[0] if len(persons) == 1 else None
        ctx.asked.add(address)
        ctx.persons[address] = person
        rows.append(PersonHit(firm_id=ctx.firm, digest=digest, person=person, at=ctx.now))
    yield from want(Commit(ctx.firm, tuple(rows)))


def _addresses(group: Group, world: World) -> list[str]:
    """Attendees of events that lead their meeting, or may once planned; those of private ones are nobody's business."""
    leads = {(pair.mailbox, pair.event) for pair in group.pairs if pair.state is not PairState.CLOSED}
    out: list[str] = []
    for seen in group.events:
        event = seen.event
        if (seen.key.mailbox, seen.key.id) in leads and seen.gone_at is None and not is_masked(event, world):
            out += event.attendees[:MOST]
    return out
