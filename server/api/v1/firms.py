"""Firms: what the operator adds and describes, what a firm's administrator may pause."""

from typing import Final

from server.api.rest.access import CENTRAL, CHANGE, READ
from server.api.rest.call import Call
from server.api.rest.lists import folded, page, wanted
from server.api.rest.routes import Made, Routes, Versioned
from server.api.rest.shapes import Page
from server.api.services import RaynetTrial
from server.api.v1.models import firms as shapes
from server.api.v1.trials import allowed_base, refuse_wrong_raynet
from server.catalogue.sentences import Sentence
from server.domain.ids import FirmId
from server.errors import Forbidden
from server.store.admin.firm_list import FirmEntry
from server.store.admin.firms import FirmChange, NewFirm
from server.store.listing import sliced

ROUTES: Final = Routes("firms")
#: A firm that is only being added has no number; nothing is kept under this one.
_NOT_YET: Final = FirmId(0)


def shown(call: Call, one: FirmEntry) -> shapes.Firm:
    """As it goes out; the operator's remarks only to the operator."""
    return shapes.Firm(
        id=one.id,
        name=one.name,
        note=(one.note or "") if call.who.firm_id is None else None,
        paused=one.paused,
        connected=one.is_connected,
        set_up=one.is_set_up,
        tenant_id=one.tenant_id or None,
        seats=one.seats,
        seats_used=one.seats_used,
        valid_until=one.valid_until,
        created_at=one.created_at,
    )


@ROUTES.get("/firms", READ, Sentence("Firmy, které smím vidět", "The firms I may see"))
def list_firms(call: Call, query: shapes.FirmQuery) -> Page[shapes.Firm]:
    asked, q, own = wanted(query), folded(query.q), call.who.firm_id
    firms = call.services.administration.firm_list
    visible = firms.every_unscoped() if own is None else (firms.get(own),)
    found = [one for one in visible if q in folded(one.name) and query.paused in (None, one.paused)]
    listed = sliced(found, asked, lambda one: _sort_value(one, asked.sort), lambda one: int(one.id))
    return page(listed, asked, lambda one: shown(call, one))


def _sort_value(one: FirmEntry, sort: str) -> str | int:
    values: dict[str, str | int] = {
        "name": folded(one.name),
        "id": one.id,
        "valid_until": one.valid_until.isoformat(),
    }
    return values[sort]


@ROUTES.post(
    "/firms",
    CENTRAL,
    Sentence("Přidat firmu", "Add a firm"),
    "raynet_url_not_allowed",
    "raynet_refused",
    "raynet_unreachable",
)
def add_firm(call: Call, body: shapes.NewFirm) -> Made[shapes.Firm]:
    raynet = body.raynet
    url = allowed_base(call, raynet.url) if raynet is not None else ""
    if raynet is not None:
        trial = RaynetTrial(url=url, instance=raynet.instance, user=raynet.user, key=raynet.key)
        refuse_wrong_raynet(call, _NOT_YET, trial)
    new = NewFirm(
        name=body.name,
        note=body.note,
        tenant_id=body.tenant_id or "",
        raynet_url=url,
        raynet_instance=raynet.instance if raynet is not None else "",
        raynet_user=raynet.user if raynet is not None else "",
        raynet_key=raynet.key if raynet is not None else "",
        seats=body.seats,
        valid_until=body.valid_until,
        is_connected=False,
    )
    made = call.services.administration.firms.add(new, actor=call.actor)
    found = call.services.administration.firm_list.get(made.id)
    return Made(shown(call, found), version=found.revision)


@ROUTES.get("/firms/{firm_id}", READ, Sentence("Firma", "A firm"))
def get_firm(call: Call) -> Versioned[shapes.Firm]:
    found = call.services.administration.firm_list.get(call.firm)
    return Versioned(shown(call, found), version=found.revision)


@ROUTES.patch("/firms/{firm_id}", CHANGE, Sentence("Změnit firmu", "Change a firm"), "firm_not_connected")
def patch_firm(call: Call, body: shapes.FirmPatch) -> Versioned[shapes.Firm]:
    given = body.given()
    if call.who.firm_id is not None and given.keys() - {"paused"}:
        raise Forbidden
    change = FirmChange(**given)
    call.services.administration.firms.change(call.firm, change, actor=call.actor, revision=call.revision)
    found = call.services.administration.firm_list.get(call.firm)
    return Versioned(shown(call, found), version=found.revision)
