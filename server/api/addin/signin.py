"""Anonymous routes: what the panel must know first, and signing in through Office's dialog (code and PKCE, by us).

The dialog opens ``/auth/start`` with the digest of a verifier that only the panel knows. Entra comes back to
``/auth/callback``; the page it ends on hands a one-time code to the panel, which swaps it, with its verifier, for an
opaque token. No cookies: neither engine nor partition of the dialog matters (outlook-addin §6).
"""

import base64
import hashlib
import hmac
import re
import secrets
from typing import Final
from urllib.parse import urlencode

import falcon

from server.api.addin.bounds import Rate
from server.api.addin.parts import TOKEN_PREFIX, Desk
from server.api.addin.serving import BASE, answered, token_of
from server.api.addin.sign_in_models import CarrierPolicy, ClientKind, Config, Exchange, PanelToken
from server.api.problems import App
from server.api.rest.serving import address_of, decoded
from server.errors import Denied, Invalid, NotSignedIn, RosError
from server.store.tables.panel import TicketKind

_STARTS: Final = Rate(30, 60.0)
_EXCHANGES: Final = Rate(30, 60.0)
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_STATE: Final = re.compile(r"[A-Za-z0-9_-]{20,100}")
_LONGEST_CODE: Final = 4_096
_DONE: Final = "/addin/signed-in.html"

#: One row per client. Fact: what each one does with hidden data, outlook-addin §0, §4, §5 [seen][doc].
CARRIERS: Final = (
    CarrierPolicy(
        client=ClientKind.OWA,
        custom_properties="saved",
        session_data=True,
        poll_seconds=2.5,
        debounce_ms=500,
        beat_seconds=15.0,
        draft_beat_seconds=5.0,
        beacon=True,
    ),
    CarrierPolicy(
        client=ClientKind.NEW,
        custom_properties="never",
        session_data=True,
        poll_seconds=2.5,
        debounce_ms=500,
        beat_seconds=15.0,
        draft_beat_seconds=5.0,
        beacon=True,
    ),
    CarrierPolicy(
        client=ClientKind.CLASSIC,
        custom_properties="always",
        session_data=True,
        poll_seconds=2.5,
        debounce_ms=500,
        beat_seconds=15.0,
        draft_beat_seconds=5.0,
        beacon=True,
    ),
    CarrierPolicy(
        client=ClientKind.MAC,
        custom_properties="saved",
        session_data=True,
        poll_seconds=3.0,
        debounce_ms=500,
        beat_seconds=15.0,
        draft_beat_seconds=5.0,
        beacon=True,
    ),
    CarrierPolicy(
        client=ClientKind.OTHER,
        custom_properties="never",
        session_data=False,
        poll_seconds=3.0,
        debounce_ms=500,
        beat_seconds=15.0,
        draft_beat_seconds=5.0,
        beacon=True,
    ),
)


class ConfigPage:
    """``/config``."""

    def __init__(self, desk: Desk) -> None:
        ways = ("nested", "office_sso", *(("dialog",) if desk.sign_in.redeem is not None else ()))
        self._config = Config(
            product="Raynet ⇄ Outlook",
            version=desk.site.version,
            client_id=desk.client_id,
            authority=f"{desk.site.authority_url}/organizations",
            scope=desk.scope,
            sign_in=ways,
            carriers=CARRIERS,
        )

    def on_get(self, _req: falcon.Request, resp: falcon.Response) -> None:
        answered(resp, self._config)


class AuthStart:
    """``/auth/start``: the dialog's first page, on our own host as Office demands."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        desk = self._desk
        if desk.sign_in.redeem is None:
            raise falcon.HTTPNotFound
        desk.limiter.check("auth", address_of(req), _STARTS)
        challenge = req.get_param("challenge") or ""
        if not _CHALLENGE.fullmatch(challenge):
            raise Invalid(field="challenge")
        verifier = secrets.token_urlsafe(48)
        content = {"challenge": challenge, "verifier": verifier}
        state, _ = desk.tickets.issue(TicketKind.SIGN_IN, content)
        wish = {
            "client_id": desk.client_id,
            "response_type": "code",
            "response_mode": "query",
            "redirect_uri": desk.redirect_uri,
            "scope": desk.scope,
            "state": state,
            "code_challenge": _digest(verifier),
            "code_challenge_method": "S256",
            "prompt": "select_account",
            "ui_locales": "en" if req.get_param("lang") == "en" else "cs",
        }
        resp.status = falcon.HTTP_302
        resp.location = f"{desk.site.authority_url}/organizations/oauth2/v2.0/authorize?{urlencode(wish)}"


class AuthCallback:
    """``/auth/callback``: Entra's answer; whatever it is, the dialog ends on our page with a code or an error."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        resp.status = falcon.HTTP_302
        try:
            outcome = {"code": self._code(req)}
        except RosError as error:
            outcome = {"error": error.code}
        resp.location = f"{_DONE}#{urlencode(outcome)}"

    def _code(self, req: falcon.Request) -> str:
        desk, state = self._desk, req.get_param("state") or ""
        content = desk.tickets.use(TicketKind.SIGN_IN, state) if _STATE.fullmatch(state) else None
        if content is None or desk.sign_in.redeem is None:
            raise NotSignedIn("sign_in_expired")
        code = req.get_param("code") or ""
        if not code or len(code) > _LONGEST_CODE:
            raise NotSignedIn("sign_in_cancelled")
        try:
            token = desk.sign_in.redeem(
                code, verifier=content["verifier"], redirect_uri=desk.redirect_uri, scope=desk.scope
            )
        except Denied:
            raise NotSignedIn("token_refused") from None
        caller = desk.sign_in.identify(token)
        who = {"tid": caller.tid, "oid": caller.oid, "name": caller.name, "challenge": content["challenge"]}
        issued, _ = desk.tickets.issue(TicketKind.CODE, who)
        return issued


class AuthExchange:
    """``/auth/exchange``: the one-time code, and proof of being the panel that began, for a bearer token."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        desk = self._desk
        desk.limiter.check("exchange", address_of(req), _EXCHANGES)
        body = decoded(Exchange, req)
        who = desk.tickets.use(TicketKind.CODE, body.code)
        if who is None or not hmac.compare_digest(_digest(body.verifier), who["challenge"]):
            raise NotSignedIn("sign_in_expired")
        token, expires_at = desk.tickets.issue(TicketKind.TOKEN, {name: who[name] for name in ("tid", "oid", "name")})
        answered(resp, PanelToken(token=TOKEN_PREFIX + token, expires_at=expires_at))


class AuthToken:
    """``/auth/token``: signing out."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def on_delete(self, req: falcon.Request, resp: falcon.Response) -> None:
        token = token_of(req)
        if token.startswith(TOKEN_PREFIX):
            self._desk.tickets.forget(TicketKind.TOKEN, token.removeprefix(TOKEN_PREFIX))
        resp.status = falcon.HTTP_204


def _digest(verifier: str) -> str:
    """PKCE's S256."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def add_sign_in(app: App, desk: Desk) -> None:
    """The anonymous routes."""
    app.add_route(f"{BASE}/config", ConfigPage(desk))
    app.add_route(f"{BASE}/auth/start", AuthStart(desk))
    app.add_route(f"{BASE}/auth/callback", AuthCallback(desk))
    app.add_route(f"{BASE}/auth/exchange", AuthExchange(desk))
    app.add_route(f"{BASE}/auth/token", AuthToken(desk))
