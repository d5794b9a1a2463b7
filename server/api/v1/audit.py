"""The audit log: a firm's own, and for the operator that of the whole server."""

from typing import Final

from server.api.rest.access import CENTRAL, READ
from server.api.rest.call import Call
from server.api.rest.lists import folded, page, wanted
from server.api.rest.routes import Routes
from server.api.rest.shapes import Page
from server.api.v1.models.administrators import AuditEntry, AuditQuery
from server.catalogue.sentences import Sentence
from server.domain.ids import FirmId
from server.store.admin.audit_log import AuditFilter
from server.store.admin.overview import AuditEntry as Entry

ROUTES: Final = Routes("audit")
_NEWEST_FIRST: Final = "-id"
_ADMINISTRATOR: Final = "admin:"


@ROUTES.get("/audit", CENTRAL, Sentence("Protokol serveru", "The server's audit log"))
def list_audit(call: Call, query: AuditQuery) -> Page[AuditEntry]:
    return _listed(call, query, None)


@ROUTES.get("/firms/{firm_id}/audit", READ, Sentence("Protokol firmy", "A firm's audit log"))
def list_firm_audit(call: Call, query: AuditQuery) -> Page[AuditEntry]:
    return _listed(call, query, call.firm)


def _listed(call: Call, query: AuditQuery, firm: FirmId | None) -> Page[AuditEntry]:
    asked = wanted(query, _NEWEST_FIRST)
    only = AuditFilter(
        q=folded(query.q),
        actor=query.actor,
        action=query.action,
        of_firm=FirmId(query.firm_id) if query.firm_id is not None else None,
        since=query.since,
        until=query.until,
    )
    found = call.services.administration.audit_log.page(asked, only, firm)
    logins = _logins(call, found.items, firm)
    return page(found, asked, lambda one: _shown(one, logins))


def _logins(call: Call, entries: tuple[Entry, ...], firm: FirmId | None) -> dict[str, str]:
    """Whoever reads a firm's log learns the logins of the firm only."""
    numbers = {one.actor.removeprefix(_ADMINISTRATOR) for one in entries if one.actor.startswith(_ADMINISTRATOR)}
    reader = call.who.firm_id if firm is not None else None
    found = call.services.administration.administrators.logins({int(one) for one in numbers if one.isdigit()}, reader)
    return {f"{_ADMINISTRATOR}{number}": login for number, login in found.items()}


def _shown(one: Entry, logins: dict[str, str]) -> AuditEntry:
    return AuditEntry(
        id=one.id,
        firm_id=one.firm_id,
        at=one.at,
        actor=one.actor,
        actor_login=logins.get(one.actor),
        action=one.action,
        object=one.object,
        detail=dict(one.detail),
    )
