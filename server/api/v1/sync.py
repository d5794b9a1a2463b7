"""The sync as administrators see it: its state, passes and taking them back, pairs, trails, trouble, push."""

from datetime import timedelta
from typing import Any, Final, Literal

from server.api.rest.access import CHANGE, READ
from server.api.rest.call import Call
from server.api.rest.lists import page, wanted
from server.api.rest.routes import Routes
from server.api.rest.shapes import Page, Words
from server.api.v1.items import entry_of, pair_of, pair_of_trail, pass_of
from server.api.v1.models import sync as shapes
from server.api.v1.words import breaker_of, words, words_of
from server.catalogue.sentences import Sentence
from server.catalogue.states import SYNC
from server.domain.ids import ActivityKey, EventId, LinkId, PassId
from server.domain.state import FirmSync, Side
from server.errors import Invalid
from server.store.admin.firm_list import FirmEntry
from server.store.admin.health import FirmHealth
from server.store.admin.item_list import PairFilter, PairRow
from server.store.admin.overview import Why
from server.store.admin.run_list import SubscriptionEntry
from server.store.listing import Listed, Wanted

ROUTES: Final = Routes("sync")
_LAST_PASSES: Final = 10
#: A subscription that ends sooner is renewed in the next maintenance; one that is over is made anew.
_ENDS_SOON: Final = timedelta(hours=12)


@ROUTES.get("/firms/{firm_id}/sync", READ, Sentence("Stav synchronizace", "State of the sync"))
def get_sync(call: Call) -> shapes.SyncState:
    administration = call.services.administration
    health, sync = administration.health.get(call.firm), administration.run_list.firm_sync(call.firm)
    newest = administration.run_list.passes(call.firm, Wanted(sort="started_at", descending=True, limit=_LAST_PASSES))
    state = _state(call, health, sync)
    return shapes.SyncState(
        state=state,
        text=Words.of(SYNC[state]),
        queue=health.waiting.count,
        queue_since=health.waiting.since,
        open_writes=administration.run_list.open_writes(call.firm),
        last_passes=tuple(pass_of(one) for one in newest.items),
        last_full_at=sync.last_full_at,
        sides=_sides(health.firm, sync),
        quotas=_quotas(call),
    )


State = Literal["idle", "queued", "waiting", "working", "paused", "not_set_up", "unlicensed", "refused"]


def _state(call: Call, health: FirmHealth, sync: FirmSync) -> State:
    if not health.firm.is_set_up:
        return "not_set_up"
    if health.firm.paused:
        return "paused"
    if not health.licence.is_running:
        return "unlicensed"
    if health.raynet_breaker or health.graph_breaker:
        return "refused"
    now = call.services.now()
    if any(until is not None and until > now for until in (sync.raynet_wait_until, sync.graph_wait_until)):
        return "waiting"
    if health.is_worked_on:
        return "working"
    return "queued" if health.waiting.count else "idle"


def _sides(firm: FirmEntry, sync: FirmSync) -> tuple[shapes.SideState, ...]:
    def current(breaker: Any) -> Any:
        return breaker if breaker and breaker.connection_revision >= firm.connection_revision else None

    return (
        shapes.SideState(
            side=Side.RAYNET,
            waits_until=sync.raynet_wait_until,
            failures=sync.raynet_failures,
            breaker=breaker_of(Side.RAYNET, current(sync.raynet_breaker)),
            last_read_at=sync.last_read_at,
        ),
        shapes.SideState(
            side=Side.GRAPH,
            waits_until=sync.graph_wait_until,
            failures=sync.graph_failures,
            breaker=breaker_of(Side.GRAPH, current(sync.graph_breaker)),
            last_read_at=sync.graph_read_at,
        ),
    )


def _quotas(call: Call) -> tuple[shapes.Quota, ...]:
    """What workers have written down of both sides' budgets."""
    found = {one.side: one for one in call.services.administration.quotas.every(call.firm)}
    return tuple(
        shapes.Quota(
            side=side,
            calls_today=one.calls_today if (one := found.get(side)) is not None else None,
            limit=one.limit if one is not None else None,
            left=one.left if one is not None else None,
            resets_at=one.resets_at if one is not None else None,
            as_of=one.as_of if one is not None else None,
        )
        for side in Side
    )


@ROUTES.get("/firms/{firm_id}/quotas", READ, Sentence("Kvóty obou stran", "Quotas of both sides"))
def get_quotas(call: Call) -> shapes.Quotas:
    administration = call.services.administration
    sides = _sides(administration.firm_list.get(call.firm), administration.run_list.firm_sync(call.firm))
    return shapes.Quotas(items=_quotas(call), sides=sides)


# --- passes ----------------------------------------------------------------------------------------------------------


@ROUTES.get("/firms/{firm_id}/passes", READ, Sentence("Průchody", "Passes"))
def list_passes(call: Call, query: shapes.PassQuery) -> Page[shapes.Pass]:
    asked = wanted(query)
    return page(call.services.administration.run_list.passes(call.firm, asked), asked, pass_of)


@ROUTES.get("/firms/{firm_id}/passes/{pass_id}", READ, Sentence("Průchod a jeho zápisy", "A pass and its writes"))
def get_pass(call: Call, pass_id: str) -> shapes.PassDetail:
    found, writes, total = call.services.administration.run_list.writes(call.firm, PassId(pass_id))
    shown = tuple(
        shapes.PassWrite(
            id=one.id,
            at=one.at,
            kind=one.kind,
            state=one.state,
            activity=one.activity,
            mailbox=one.mailbox,
            event=one.event,
            fields=one.fields,
            reason=one.reason,
            undone=one.undone,
        )
        for one in writes
    )
    return shapes.PassDetail(**dict(pass_of(found)), writes=shown, writes_total=total)


@ROUTES.post(
    "/firms/{firm_id}/passes/{pass_id}/undo", CHANGE, Sentence("Vzít průchod zpět", "Take a pass back"),
    "already_undone", "pass_running",
)  # fmt: skip
def undo_pass(call: Call, pass_id: str) -> shapes.Pass:
    passes = call.services.administration.passes
    return pass_of(passes.request_undo(PassId(pass_id), actor=call.actor, firm=call.firm))


# --- pairs -----------------------------------------------------------------------------------------------------------


@ROUTES.get("/firms/{firm_id}/pairs", READ, Sentence("Páry", "Pairs"))
def list_pairs(call: Call, query: shapes.PairQuery) -> Page[shapes.Pair]:
    asked, administration = wanted(query), call.services.administration
    mailbox = administration.user_list.mailbox_of(call.firm, query.user) if query.user is not None else None
    if query.user is not None and mailbox is None:
        # Nobody's calendar has no pairs; another firm's user is nobody here.
        nothing: Listed[PairRow] = Listed(items=(), next=None, total=0)
        return page(nothing, asked, pair_of)
    only = PairFilter(q=query.q.strip(), state=query.state, mailbox=mailbox, type=query.type)
    return page(administration.item_list.pairs(call.firm, asked, only), asked, pair_of)


@ROUTES.get("/firms/{firm_id}/pairs/{pair_id}", READ, Sentence("Pár a jeho příběh", "A pair and its trail"))
def get_pair(call: Call, pair_id: str) -> shapes.PairDetail:
    administration = call.services.administration
    found = administration.item_list.pair(call.firm, pair_id)
    trail = administration.overview.trail_of(call.firm, LinkId(found.link))
    return shapes.PairDetail(**dict(pair_of(found)), trail=tuple(entry_of(one) for one in trail))


@ROUTES.get("/firms/{firm_id}/trail", READ, Sentence("Proč je položka, jak je", "Why an item is as it is"))
def get_trail(call: Call, query: shapes.TrailQuery) -> shapes.Trail:
    overview = call.services.administration.overview
    if query.activity is not None and query.event is None and query.mailbox is None:
        return _trail(overview.why_activity(call.firm, _activity(query.activity)))
    if query.event is not None and query.mailbox is not None and query.activity is None:
        return _trail(overview.why_event(call.firm, query.mailbox, EventId(query.event)))
    raise Invalid(field="activity")


def _activity(text: str) -> ActivityKey:
    try:
        return ActivityKey.parse(text)
    except ValueError:
        raise Invalid(field="activity") from None


def _trail(why: Why) -> shapes.Trail:
    return shapes.Trail(
        item=why.item,
        state=why.state,
        reason=why.reason,
        text=words_of(why.reason),
        pairs=tuple(pair_of_trail(one) for one in why.pairs),
        trail=tuple(entry_of(one) for one in why.trail),
    )


@ROUTES.get("/firms/{firm_id}/errors", READ, Sentence("Odložené položky", "Items set aside"))
def list_errors(call: Call, query: shapes.FailureQuery) -> Page[shapes.Failure]:
    asked = wanted(query)
    return page(call.services.administration.item_list.failures(call.firm, asked), asked, _failure)


def _failure(one: PairRow) -> shapes.Failure:
    code = one.why or (one.reason.value if one.reason is not None else "defect")
    return shapes.Failure(
        pair=one.id,
        activity=str(one.activity) if one.activity is not None else None,
        mailbox=one.mailbox,
        email=one.email,
        event=one.event,
        reason=one.reason,
        text=words_of(one.reason) or words(code),
        code=code,
        failures=one.failures,
        since=one.updated_at,
        next_try_at=one.due_at,
    )


# --- push ------------------------------------------------------------------------------------------------------------


@ROUTES.get("/firms/{firm_id}/subscriptions", READ, Sentence("Odběry změn v Outlooku", "Subscriptions in Outlook"))
def list_subscriptions(call: Call, query: shapes.SubscriptionQuery) -> Page[shapes.Subscription]:
    asked, now = wanted(query), call.services.now()

    def shown(entry: SubscriptionEntry) -> shapes.Subscription:
        one = entry.subscription
        left = one.expires_at - now
        state: Literal["ok", "ending", "expired"] = "ok" if left > _ENDS_SOON else "ending"
        return shapes.Subscription(
            id=one.id,
            mailbox=one.mailbox,
            email=entry.email,
            created_at=one.created_at,
            expires_at=one.expires_at,
            state="expired" if left <= timedelta(0) else state,
            needs=one.needs,
        )

    return page(call.services.administration.run_list.subscriptions(call.firm, asked), asked, shown)


@ROUTES.get("/firms/{firm_id}/webhooks", READ, Sentence("Webhooky Raynetu", "Raynet's webhooks"))
def list_webhooks(call: Call) -> shapes.Webhooks:
    one = call.services.administration.run_list.webhook(call.firm)
    if one is None:
        missing = shapes.Webhook(id=None, state="missing", checked_at=None, code=None, text=None)
        return shapes.Webhooks(items=(missing,))
    code = one.failed_code
    state: Literal["ok", "failed", "missing"] = "missing" if one.id is None else "ok"
    shown = shapes.Webhook(
        id=one.id,
        state="failed" if code is not None else state,
        checked_at=one.checked_at,
        code=code,
        text=words(code) if code is not None else None,
    )
    return shapes.Webhooks(items=(shown,))
