"""What needs somebody: alerts of a firm, and for the operator those of all firms and of the server."""

from typing import Final

from server.api.rest.access import CENTRAL, CHANGE, READ
from server.api.rest.call import Call
from server.api.rest.lists import page, wanted
from server.api.rest.routes import Routes
from server.api.rest.shapes import Page, Words
from server.api.v1.models import alerts as shapes
from server.catalogue.oversight import alert_advice
from server.catalogue.sentences import Sentence
from server.domain.alerts import Severity
from server.store.admin.alerts import Alert
from server.store.listing import sliced

ROUTES: Final = Routes("alerts")
_WEIGHT: Final = {Severity.INFO: 0, Severity.WARNING: 1, Severity.ERROR: 2}


def _shown(call: Call, one: Alert, names: dict[int, str]) -> shapes.Alert:
    text, remedy = alert_advice(one.code, one.data)
    return shapes.Alert(
        id=one.id,
        firm_id=one.firm_id,
        firm_name=names.get(one.firm_id) if one.firm_id is not None else None,
        code=one.code,
        severity=one.severity,
        since=one.since,
        text=Words.of(text),
        remedy=Words.of(remedy),
        section=one.section,
        acknowledged_at=one.acknowledged_at,
        acknowledged_by=one.acknowledged_by if one.acknowledged_at is not None else None,
        resolved_at=one.resolved_at,
    )


def _listed(
    call: Call, query: shapes.AlertQuery, found: tuple[Alert, ...], names: dict[int, str]
) -> Page[shapes.Alert]:
    asked = wanted(query)
    kept = [one for one in found if query.state in ("all", _state(one)) and query.severity in (None, one.severity)]
    part = sliced(
        kept,
        asked,
        lambda one: _WEIGHT[one.severity] if asked.sort == "severity" else one.since.timestamp(),
        lambda one: one.id,
    )
    return page(part, asked, lambda one: _shown(call, one, names))


def _state(one: Alert) -> str:
    if one.resolved_at is not None:
        return "resolved"
    return "acknowledged" if one.acknowledged_at is not None else "open"


@ROUTES.get("/alerts", CENTRAL, Sentence("Upozornění všech firem a serveru", "Alerts of all firms and of the server"))
def list_alerts(call: Call, query: shapes.AlertQuery) -> Page[shapes.Alert]:
    call.services.alerts.look_lately()
    administration = call.services.administration
    found = administration.alerts.every_unscoped(resolved=query.state in ("resolved", "all"))
    names = {int(one.id): one.name for one in administration.firms.every_unscoped()}
    return _listed(call, query, found, names)


@ROUTES.get("/firms/{firm_id}/alerts", READ, Sentence("Upozornění firmy", "A firm's alerts"))
def list_firm_alerts(call: Call, query: shapes.AlertQuery) -> Page[shapes.Alert]:
    call.services.alerts.look_lately(call.firm)
    administration = call.services.administration
    found = administration.alerts.every(call.firm, resolved=query.state in ("resolved", "all"))
    return _listed(call, query, found, {int(call.firm): administration.firms.get(call.firm).name})


@ROUTES.post(
    "/firms/{firm_id}/alerts/{alert_id}/acknowledge",
    CHANGE,
    Sentence("Vzít upozornění na vědomí", "Acknowledge an alert"),
)
def acknowledge_alert(call: Call, alert_id: int) -> shapes.Alert:
    administration = call.services.administration
    found = administration.alerts.acknowledge(call.firm, alert_id, actor=call.actor)
    return _shown(call, found, {int(call.firm): administration.firms.get(call.firm).name})


@ROUTES.post(
    "/alerts/{server_alert_id}/acknowledge",
    CENTRAL,
    Sentence("Vzít upozornění serveru na vědomí", "Acknowledge an alert of the server"),
)
def acknowledge_server_alert(call: Call, server_alert_id: int) -> shapes.Alert:
    found = call.services.administration.alerts.acknowledge_unscoped(server_alert_id, actor=call.actor)
    return _shown(call, found, {})
