"""``/souhlas/navrat``: where Microsoft sends an administrator back after consent.

Anybody can open it with anything in the address. It says what became of the link and nothing else: no firm, no tenant,
nothing that came with the request. A link works once.
"""

from html import escape
from typing import Final

import falcon
import structlog

from server.admin.consent import RETURN_PATH, ConsentDesk, ReturnOutcome
from server.api.problems import App, language
from server.catalogue.consent import RETURNED
from server.errors import Refused

_LOG = structlog.get_logger("consent")
_POLICY: Final = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_STATUS: Final = {
    "consent_state_unknown": 404,
    "consent_state_used": 410,
    "consent_state_expired": 410,
    "consent_tenant_changed": 409,
    ReturnOutcome.ANOTHER_TENANT.value: 409,
}
_TRIED: Final = frozenset(RETURNED)


class ConsentReturn:
    """GET alone: what a mail scanner does with HEAD uses nothing up."""

    def __init__(self, desk: ConsentDesk) -> None:
        self._desk = desk

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Always a page. A parameter given twice counts as absent: nobody knows which one was meant."""
        query = {name: value for name, value in req.params.items() if isinstance(value, str)}
        try:
            told = self._desk.come_back(query).value
        except Refused as refused:
            if refused.code not in _TRIED:
                raise
            told = refused.code
        _LOG.info("consent_returned", outcome=told)
        resp.status = falcon.code_to_http_status(_STATUS.get(told, 200))
        tongue = language(req)
        resp.content_type = "text/html; charset=utf-8"
        resp.set_header("Content-Language", tongue)
        resp.set_header("Content-Security-Policy", _POLICY)
        resp.set_header("Vary", "Accept-Language")
        resp.text = page(told, tongue)


def page(told: str, tongue: str) -> str:
    """The page for an outcome, in Czech or English."""
    title, text = ((one.en if tongue == "en" else one.cs) for one in RETURNED[told])
    return (
        f'<!doctype html><html lang="{tongue}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="robots" content="noindex"><title>{escape(title)}</title>'
        '<link rel="stylesheet" href="/navody/guides.css"></head>'
        f"<body><main><h1>{escape(title)}</h1><p>{escape(text)}</p></main></body></html>"
    )


def add_consent_return(app: App, desk: ConsentDesk) -> None:
    """Mount the page."""
    app.add_route(RETURN_PATH, ConsentReturn(desk))
