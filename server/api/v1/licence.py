"""A firm's licence: what it is, what it was, and changing it."""

from typing import Final

from server.api.rest.access import CENTRAL, READ
from server.api.rest.call import Call
from server.api.rest.lists import page, wanted
from server.api.rest.routes import Routes, Versioned
from server.api.rest.shapes import Page, Words
from server.api.v1.logins import logins_of
from server.api.v1.models import licence as shapes
from server.catalogue.oversight import LICENCE_STATES
from server.catalogue.sentences import Sentence
from server.errors import Invalid
from server.store.admin import firms
from server.store.listing import Listed

ROUTES: Final = Routes("licence")
_PATH: Final = "/firms/{firm_id}/licence"


def _shown(call: Call) -> Versioned[shapes.Licence]:
    found = call.services.administration.licences.get(call.firm)
    firm, status = found.firm, found.status
    text = LICENCE_STATES[status.state.value]
    data = {"days": abs(status.days_left), "runs_until": status.runs_until.isoformat()}
    answer = shapes.Licence(
        seats=firm.seats,
        seats_used=found.seats_used,
        valid_until=firm.valid_until,
        grace_days=firm.grace_days,
        state=status.state,
        days_left=status.days_left,
        runs_until=status.runs_until,
        text=Words(cs=text.cs.format(**data), en=text.en.format(**data)),
    )
    return Versioned(answer, version=firm.revision)


@ROUTES.get(_PATH, READ, Sentence("Licence firmy", "A firm's licence"))
def get_licence(call: Call) -> Versioned[shapes.Licence]:
    return _shown(call)


@ROUTES.put(_PATH, CENTRAL, Sentence("Změnit licenci", "Change the licence"), "seats_in_use")
def put_licence(call: Call, body: shapes.LicencePut) -> Versioned[shapes.Licence]:
    change = firms.LicenceChange(seats=body.seats, valid_until=body.valid_until, grace_days=body.grace_days)
    call.services.administration.firms.set_licence(call.firm, change, actor=call.actor, revision=call.revision)
    return _shown(call)


@ROUTES.get(f"{_PATH}/history", READ, Sentence("Minulost licence", "The licence's past"))
def list_licence_history(call: Call, query: shapes.LicenceHistoryQuery) -> Page[shapes.LicenceChange]:
    asked = wanted(query, "-id")
    before = asked.after[1] if asked.after is not None else None
    if isinstance(before, str):
        raise Invalid(field="cursor")
    licences = call.services.administration.licences
    entries, total = licences.history(call.firm, before=before, limit=asked.limit + 1)
    shown = entries[: asked.limit]
    more = (shown[-1].id, shown[-1].id) if len(entries) > asked.limit else None
    logins = logins_of(call, {one.actor for one in shown})
    return page(
        Listed(items=shown, next=more, total=total),
        asked,
        lambda one: shapes.LicenceChange(
            id=one.id,
            at=one.at,
            actor=one.actor,
            actor_login=logins.get(one.actor),
            seats=one.seats,
            valid_until=one.valid_until,
            grace_days=one.grace_days,
        ),
    )
