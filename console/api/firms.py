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
    if alert.firm_id is None:
        client.command(f"{_BASE}/alerts/{alert.id}/acknowledge")
    else:
        client.command(f"{_BASE}/firms/{alert.firm_id}/alerts/{alert.id}/acknowledge")


# --- a firm's connections, licence and rules --------------------------------------------------------------------------


def raynet(client: Client, firm_id: int) -> Answer[wire.Raynet]:
    return client.get(f"{_BASE}/firms/{firm_id}/raynet", wire.Raynet)


def put_raynet(client: Client, firm_id: int, body: wire.RaynetPut, etag: str | None) -> Answer[wire.Raynet]:
    """Raynet is asked first; what it refuses replaces nothing."""
    return client.put(f"{_BASE}/firms/{firm_id}/raynet", wire.Raynet, body, etag)


def try_raynet(client: Client, firm_id: int, body: wire.RaynetTest) -> wire.RaynetTested:
    return client.post(f"{_BASE}/firms/{firm_id}/raynet/test", wire.RaynetTested, body).value


def microsoft(client: Client, firm_id: int) -> Answer[wire.Microsoft]:
    return client.get(f"{_BASE}/firms/{firm_id}/microsoft", wire.Microsoft)


def put_microsoft(client: Client, firm_id: int, body: wire.MicrosoftPut, etag: str | None) -> Answer[wire.Microsoft]:
    return client.put(f"{_BASE}/firms/{firm_id}/microsoft", wire.Microsoft, body, etag)


def consent(client: Client, firm_id: int) -> wire.Consent:
    return client.get(f"{_BASE}/firms/{firm_id}/consent", wire.Consent).value


def check_consent(client: Client, firm_id: int) -> wire.Consent:
    """Climbs the ladder again, now."""
    return client.post(f"{_BASE}/firms/{firm_id}/consent/check", wire.Consent).value


def consent_link(client: Client, firm_id: int) -> wire.ConsentLink:
    """For an administrator of the tenant, good once."""
    return client.post(f"{_BASE}/firms/{firm_id}/consent/link", wire.ConsentLink).value


def licence(client: Client, firm_id: int) -> Answer[wire.Licence]:
    return client.get(f"{_BASE}/firms/{firm_id}/licence", wire.Licence)


def put_licence(client: Client, firm_id: int, body: wire.LicencePut, etag: str | None) -> Answer[wire.Licence]:
    """The operator's people only."""
    return client.put(f"{_BASE}/firms/{firm_id}/licence", wire.Licence, body, etag)


def licence_history(client: Client, firm_id: int, query: Query) -> Page[wire.LicenceChange]:
    return client.get(f"{_BASE}/firms/{firm_id}/licence/history", Page[wire.LicenceChange], query).value


def rules(client: Client, firm_id: int) -> Answer[wire.Rules]:
    return client.get(f"{_BASE}/firms/{firm_id}/rules", wire.Rules)


def put_rules(client: Client, firm_id: int, body: wire.RulesPut, etag: str | None) -> Answer[wire.Rules]:
    return client.put(f"{_BASE}/firms/{firm_id}/rules", wire.Rules, body, etag)
