"""A firm's health, and the overview of all firms."""

from datetime import UTC, datetime, time, timedelta
from typing import Final, Literal

from server.api.rest.access import CENTRAL, READ
from server.api.rest.call import Call
from server.api.rest.lists import folded, page, wanted
from server.api.rest.routes import Routes
from server.api.rest.shapes import Page
from server.api.v1.models import firms as shapes
from server.api.v1.words import breaker_of
from server.catalogue.sentences import Sentence
from server.domain.licence import LicenceState
from server.domain.state import MailboxState, PairState, Side
from server.store.admin.health import FirmHealth
from server.store.listing import sliced

ROUTES: Final = Routes("health")
State = Literal["ok", "warning", "failed", "paused", "not_set_up"]
#: Of calendars that nothing can be carried to until somebody acts.
_BROKEN: Final = (MailboxState.UNKNOWN_USER, MailboxState.NO_MAILBOX, MailboxState.NO_ACCESS, MailboxState.NO_PERSON)
#: What waits for longer is not carried within seconds, whatever the reason: no worker, a side that keeps us waiting.
_STUCK_AFTER: Final = timedelta(minutes=5)
#: The worst first when sorted downwards.
_WEIGHT: Final[dict[State, int]] = {"ok": 0, "paused": 1, "not_set_up": 2, "warning": 3, "failed": 4}


@ROUTES.get("/firms/{firm_id}/health", READ, Sentence("Zdraví firmy", "A firm's health"))
def get_health(call: Call) -> shapes.Health:
    return shown(call, call.services.administration.health.get(call.firm))


@ROUTES.get("/overview", CENTRAL, Sentence("Přehled všech firem", "The overview of all firms"))
def get_overview(call: Call, query: shapes.OverviewQuery) -> Page[shapes.Health]:
    asked, q, now = wanted(query), folded(query.q), call.services.now()
    found = [
        one
        for one in call.services.administration.health.every_unscoped()
        if q in folded(one.firm.name) and query.state in (None, state_of(one, now))
    ]
    listed = sliced(found, asked, lambda one: _sort_value(one, asked.sort, now), lambda one: int(one.firm.id))
    return page(listed, asked, lambda one: shown(call, one))


def _sort_value(one: FirmHealth, sort: str, now: datetime) -> str | int | float:
    lag = one.carried.percentile(0.95) if one.carried is not None else None
    values: dict[str, str | int | float] = {
        "name": folded(one.firm.name),
        "state": _WEIGHT[state_of(one, now)],
        "lag": -1.0 if lag is None else float(lag),
        "queue": one.waiting.count,
        "holds": one.holds,
        "conflicts": one.conflicts,
        "errors": one.pairs.get(PairState.PARKED, 0),
        "valid_until": one.firm.valid_until.isoformat(),
    }
    return values[sort]


def state_of(one: FirmHealth, now: datetime) -> State:
    """``failed``: nothing is carried until somebody acts. ``not_set_up``: nobody has started it yet."""
    if not one.firm.is_set_up:
        return "not_set_up"
    if one.firm.paused:
        return "paused"
    if one.raynet_breaker or one.graph_breaker or one.licence.state is LicenceState.EXPIRED:
        return "failed"
    is_broken = any(one.mailboxes.get(state, 0) for state in _BROKEN)
    since = one.waiting.since
    is_stuck = since is not None and now - since > _STUCK_AFTER
    is_waiting = one.holds or one.pairs.get(PairState.PARKED, 0) or is_broken or is_stuck
    return "warning" if is_waiting or one.licence.state is not LicenceState.ACTIVE else "ok"


def shown(call: Call, one: FirmHealth) -> shapes.Health:
    """As it goes out."""
    waiting = one.waiting
    breakers = (breaker_of(Side.RAYNET, one.raynet_breaker), breaker_of(Side.GRAPH, one.graph_breaker))
    return shapes.Health(
        firm_id=one.firm.id,
        name=one.firm.name,
        state=state_of(one, call.services.now()),
        paused=one.firm.paused,
        lag=_lag(one),
        pairs=shapes.PairCounts(**{state.value: count for state, count in one.pairs.items()}),
        mailboxes=shapes.MailboxCounts(**{state.value: count for state, count in one.mailboxes.items()}),
        queue=waiting.count,
        queue_since=waiting.since,
        holds=one.holds,
        conflicts=one.conflicts,
        errors=one.pairs.get(PairState.PARKED, 0),
        seats=one.firm.seats,
        seats_used=one.firm.seats_used,
        licence_state=one.licence.state,
        expiries=_expiries(call, one),
        last_pass=shapes.LastPass(
            id=one.last_pass.id, started_at=one.last_pass.started_at, ended_at=one.last_pass.ended_at
        )
        if one.last_pass is not None
        else None,
        last_read_at=one.last_pass_at,
        breakers=tuple(found for found in breakers if found is not None),
        worked_on=one.is_worked_on,
    )


def _lag(one: FirmHealth) -> shapes.Lag:
    if one.carried is None:
        return shapes.Lag(p50=None, p95=None, max=None)
    carried = one.carried
    return shapes.Lag(p50=carried.percentile(0.5), p95=carried.percentile(0.95), max=carried.most_seconds)


def _expiries(call: Call, one: FirmHealth) -> tuple[shapes.Expiry, ...]:
    now = call.services.now()
    last_day = datetime.combine(one.firm.valid_until, time.max, UTC)
    licence = shapes.Expiry(kind="licence", at=last_day, days_left=one.licence.days_left)
    ends = one.subscriptions_end_at
    if ends is None:
        return (licence,)
    return (licence, shapes.Expiry(kind="subscription", at=ends, days_left=(ends - now).days))
