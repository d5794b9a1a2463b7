"""A firm as a pass sees it, and what is cached for it."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final

from sqlalchemy import Select, bindparam, select

from server.domain.ids import FirmId
from server.domain.state import Firm, FirmSync, PersonHit, PushSample, Seat, Subscription, Webhook
from server.errors import NotFound
from server.ports.store import FirmState, LoadFirm, PersonHits, PushSamples, Subscriptions, Webhooks
from server.store import shapes
from server.store.scope import FirmScope, Prepared, chunks
from server.store.tables import people, runtime

FIRM_MEMBERS: Final = tuple(one.name for one in fields(Firm))
SEAT_MEMBERS: Final = tuple(one.name for one in fields(Seat))


def select_firms() -> Select[*tuple[Any, ...]]:
    """Rows that :func:`firm_of` reads. The Raynet key is not among the columns."""
    return select(*(people.firm.c[name] for name in FIRM_MEMBERS))


def firm_of(row: Any) -> Firm:
    return Firm(**dict(zip(FIRM_MEMBERS, row, strict=True)))


def select_seats() -> Select[*tuple[Any, ...]]:
    """Rows that :func:`seat_of` reads, by e-mail."""
    return select(*(people.seat.c[name] for name in SEAT_MEMBERS)).order_by(people.seat.c.email)


def seat_of(row: Any) -> Seat:
    return Seat(**dict(zip(SEAT_MEMBERS, row, strict=True)))


_FIRM: Final = Prepared(select_firms())
_SEATS: Final = Prepared(select_seats())
_SYNC: Final = Prepared(select(*shapes.FIRM_SYNC.columns()))
_MAILBOXES: Final = Prepared(select(*shapes.MAILBOX_SYNC.columns()).order_by(runtime.mailbox_sync.c.seat_id))
_PERSON_HITS: Final = Prepared(
    select(*shapes.PERSON_HIT.columns()).where(runtime.person_hit.c.digest.in_(bindparam("digests", expanding=True)))
)
_SAMPLES: Final = Prepared(
    select(*shapes.PUSH_SAMPLE.columns())
    .where(runtime.push_sample.c.side == bindparam("side"), runtime.push_sample.c.at >= bindparam("since"))
    .order_by(runtime.push_sample.c.at, runtime.push_sample.c.id)
)


def get_firm(scope: FirmScope) -> Firm:
    """The scope's firm. Raises :class:`NotFound`."""
    row = scope.first(_FIRM)
    if row is None:
        raise NotFound(firm=scope.firm)
    return firm_of(row)


def load_firm(scope: FirmScope, op: LoadFirm) -> FirmState:
    firm = get_firm(scope)
    syncs = scope.values(shapes.FIRM_SYNC, _SYNC)
    return FirmState(
        firm=firm,
        sync=syncs[0] if syncs else FirmSync(firm_id=FirmId(scope.firm)),
        seats=tuple(seat_of(row) for row in scope.rows(_SEATS)),
        mailboxes=scope.values(shapes.MAILBOX_SYNC, _MAILBOXES),
    )


def person_hits(scope: FirmScope, op: PersonHits) -> Mapping[str, PersonHit]:
    found: dict[str, PersonHit] = {}
    for digests in chunks(op.digests):
        found |= {hit.digest: hit for hit in scope.values(shapes.PERSON_HIT, _PERSON_HITS, digests=digests)}
    return found


def subscriptions(scope: FirmScope, op: Subscriptions) -> tuple[Subscription, ...]:
    statement = select(*shapes.SUBSCRIPTION.columns()).order_by(runtime.subscription.c.id)
    return scope.values(shapes.SUBSCRIPTION, statement)


def webhooks(scope: FirmScope, op: Webhooks) -> tuple[Webhook, ...]:
    return scope.values(shapes.WEBHOOK, select(*shapes.WEBHOOK.columns()))


def push_samples(scope: FirmScope, op: PushSamples) -> tuple[PushSample, ...]:
    return scope.values(shapes.PUSH_SAMPLE, _SAMPLES, side=op.side, since=op.since)
