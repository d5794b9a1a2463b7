"""What waits for a person: holds to be confirmed or rejected, conflicts to be restored."""

from typing import Final

from server.api.rest.access import CHANGE, READ
from server.api.rest.call import Call
from server.api.rest.lists import page, wanted
from server.api.rest.routes import Routes
from server.api.rest.shapes import Page
from server.api.v1.models import decisions as shapes
from server.api.v1.words import words
from server.catalogue.sentences import Sentence
from server.domain.state import Decision
from server.store.admin.item_list import ConflictFilter
from server.store.admin.journal import ConflictEntry, HoldEntry

ROUTES: Final = Routes("decisions")
_HOLD: Final = "/firms/{firm_id}/holds/{hold_id}"
_DECIDED: Final = ("already_decided", "hold_closed")


def _hold(entry: HoldEntry) -> shapes.Hold:
    one = entry.hold
    return shapes.Hold(
        id=one.id,
        mailbox=one.mailbox,
        email=entry.email,
        count=one.count,
        of=one.of,
        reason=one.reason,
        text=words(f"reason_{one.reason.value}"),
        at=one.at,
        decision=one.decision,
        decided_at=one.decided_at,
        closed_at=one.closed_at,
    )


@ROUTES.get("/firms/{firm_id}/holds", READ, Sentence("Zadržená mazání", "Deletions on hold"))
def list_holds(call: Call, query: shapes.HoldQuery) -> Page[shapes.Hold]:
    asked = wanted(query)
    return page(call.services.administration.item_list.holds(call.firm, asked, query.state), asked, _hold)


@ROUTES.get(_HOLD, READ, Sentence("Zadržené mazání", "A deletion on hold"))
def get_hold(call: Call, hold_id: str) -> shapes.HoldDetail:
    entry, kept = call.services.administration.item_list.hold(call.firm, hold_id)
    pairs = tuple(
        shapes.HeldPair(pair=one.id, activity=str(one.activity) if one.activity is not None else None, event=one.event)
        for one in kept
    )
    return shapes.HoldDetail(**dict(_hold(entry)), pairs=pairs)


@ROUTES.post(f"{_HOLD}/confirm", CHANGE, Sentence("Smazat zadržené", "Delete what is held"), *_DECIDED)
def confirm_hold(call: Call, hold_id: str) -> shapes.Hold:
    return _decided(call, hold_id, Decision.CONFIRM)


@ROUTES.post(f"{_HOLD}/reject", CHANGE, Sentence("Ponechat zadržené", "Keep what is held"), *_DECIDED)
def reject_hold(call: Call, hold_id: str) -> shapes.Hold:
    return _decided(call, hold_id, Decision.REJECT)


def _decided(call: Call, hold_id: str, decision: Decision) -> shapes.Hold:
    administration = call.services.administration
    administration.holds.decide(hold_id, decision, actor=call.actor, firm=call.firm)
    return _hold(administration.item_list.hold(call.firm, hold_id)[0])


@ROUTES.get("/firms/{firm_id}/conflicts", READ, Sentence("Konflikty", "Conflicts"))
def list_conflicts(call: Call, query: shapes.ConflictQuery) -> Page[shapes.Conflict]:
    asked = wanted(query)
    only = ConflictFilter(q=query.q.strip(), state=query.state, field=query.field)
    return page(call.services.administration.item_list.conflicts(call.firm, asked, only), asked, _conflict)


@ROUTES.post(
    "/firms/{firm_id}/conflicts/{conflict_id}/restore", CHANGE,
    Sentence("Vrátit ztracenou hodnotu", "Restore the lost value"), "already_restored",
)  # fmt: skip
def restore_conflict(call: Call, conflict_id: str) -> shapes.Conflict:
    administration = call.services.administration
    administration.conflicts.request_restore(conflict_id, actor=call.actor, firm=call.firm)
    return _conflict(administration.item_list.conflict(call.firm, conflict_id))


def _conflict(entry: ConflictEntry) -> shapes.Conflict:
    one = entry.conflict
    return shapes.Conflict(
        id=one.id,
        activity=str(one.activity) if one.activity is not None else None,
        mailbox=one.mailbox,
        email=entry.email,
        field=one.field,
        base=one.base,
        kept=one.kept,
        lost=one.lost,
        lost_side=one.lost_side,
        at=one.at,
        restore_requested_at=one.restore_requested_at,
        restored_at=one.restored_at,
    )
