"""Firms and their health. Blocking calls for job threads."""

from console.api.client import Answer, Client, Query
from console.api.wire import firms as wire
from console.api.wire.shapes import Page

_BASE = "/api/v1"


def listed(client: Client, query: Query) -> Page[wire.Firm]:
    """The operator's people only."""
    return client.get(f"{_BASE}/firms", Page[wire.Firm], query).value


def made(client: Client, body: wire.NewFirm) -> wire.Firm:
    return client.post(f"{_BASE}/firms", wire.Firm, body).value


def read(client: Client, firm_id: int) -> Answer[wire.Firm]:
    return client.get(f"{_BASE}/firms/{firm_id}", wire.Firm)


def changed(client: Client, firm_id: int, body: wire.FirmPatch, etag: str | None) -> Answer[wire.Firm]:
    return client.patch(f"{_BASE}/firms/{firm_id}", wire.Firm, body, etag)


def health(client: Client, firm_id: int) -> wire.Health:
    return client.get(f"{_BASE}/firms/{firm_id}/health", wire.Health).value


def overview(client: Client, query: Query) -> Page[wire.Health]:
    """All firms' health; the operator's people only."""
    return client.get(f"{_BASE}/overview", Page[wire.Health], query).value


def series(client: Client, firm_id: int, metric: str, since: str) -> wire.Series:
    """``metric`` is ``lag`` or ``volume``; ``since`` an instant of RFC 3339."""
    return client.get(f"{_BASE}/firms/{firm_id}/series", wire.Series, {"metric": metric, "from": since}).value


def alerts(client: Client, firm_id: int | None, query: Query) -> Page[wire.Alert]:
    """Of one firm, or of everything one may see."""
    path = f"{_BASE}/alerts" if firm_id is None else f"{_BASE}/firms/{firm_id}/alerts"
    return client.get(path, Page[wire.Alert], query).value


def acknowledge(client: Client, alert: wire.Alert) -> None:
    client.command(f"{_BASE}/firms/{alert.firm_id}/alerts/{alert.id}/acknowledge")
