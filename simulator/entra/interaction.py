"""What a person does in the browser: signing in for a desktop client and consenting for a whole tenant."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from simulator.entra.claims import client_info
from simulator.entra.directory import Registration, Tenant, User
from simulator.entra.errors import EntraError
from simulator.entra.pages import choice_page, error_page, self_posting_page
from simulator.entra.tokens import Grant
from simulator.wire import SimRequest, SimResponse

if TYPE_CHECKING:
    from simulator.entra.service import EntraService

_GENERIC = ("common", "organizations")
_CANCEL = "cancel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect:
    """Where the browser goes next: by GET to ``url``, or by POST of ``form`` to it when ``form`` is not None."""

    url: str
    form: dict[str, str] | None = None

    def parameters(self) -> dict[str, str]:
        """What the redirect carries, whichever way."""
        if self.form is not None:
            return dict(self.form)
        parts = urlsplit(self.url)
        return dict(parse_qsl(parts.query or parts.fragment, keep_blank_values=True))


class Interaction:
    """Pages and, for tests without a browser, the same decisions as Python calls."""

    def __init__(self, service: "EntraService") -> None:
        self._service = service

    def handle(self, tenant: str, rest: str, request: SimRequest) -> SimResponse | None:
        """Answer a page or one of its forms; None when the path is none of them."""
        fields = dict(request.query) if request.method == "GET" else _form(request)
        if rest in ("adminconsent", "v2.0/adminconsent"):
            self._service.counts["consent"] += 1
            return self._consent_page(tenant, fields, is_v2=rest.startswith("v2.0"))
        if rest == "oauth2/v2.0/authorize":
            self._service.counts["authorize"] += 1
            return self._sign_in_page(tenant, fields)
        if rest == "decision" and request.method == "POST":
            return self._decision(tenant, fields)
        return None

    # -- admin consent --------------------------------------------------------------------------------------------

    def decide_consent(self, url: str, who: User | None) -> Redirect:
        """Follow an admin-consent link as ``who`` and accept; None presses Cancel. Raises ``EntraError``."""
        parts = urlsplit(url)
        segments = [segment for segment in parts.path.split("/") if segment]
        tenant = segments[segments.index("entra") + 1]
        fields = dict(parse_qsl(parts.query, keep_blank_values=True))
        return self._consent(tenant, fields, who, is_v2="v2.0" in segments)

    def _consent_page(self, tenant: str, fields: dict[str, str], *, is_v2: bool) -> SimResponse:
        try:
            registration = self._consent_request(tenant, fields, is_v2=is_v2)
        except EntraError as failure:
            return _html(failure.status, error_page(failure.text))
        people = [
            u for t in self._tenants(tenant) for u in t.users.values() if u.account_enabled and u.user_type != "Guest"
        ]
        choices = [(u.id, f"Přijmout jako / Accept as {u.display_name}{' ★' if u.may_consent else ''}") for u in people]
        title = f"Souhlas správce / Admin consent: {registration.display_name}"
        kept = fields | {"decision": "consent-v2" if is_v2 else "consent-v1"}
        choices.append((_CANCEL, "Zrušit / Cancel"))
        return _html(200, choice_page(title, f"{self._service.authority(tenant)}/decision", kept, choices))

    def _consent_request(self, tenant: str, fields: dict[str, str], *, is_v2: bool) -> Registration:
        registration = self._service.registrations.get(fields.get("client_id", ""))
        if registration is None:
            raise EntraError(700016, client=fields.get("client_id", ""), tenant=tenant)
        if is_v2 and (tenant == "common" or not fields.get("scope")):
            raise EntraError(900144)
        if not registration.accepts_redirect(fields.get("redirect_uri", "")):
            raise EntraError(50011, client=registration.client_id)
        if tenant not in _GENERIC:
            self._service.tenant_for(tenant)
        return registration

    def _consent(self, tenant: str, fields: dict[str, str], who: User | None, *, is_v2: bool) -> Redirect:
        """Fact: both result forms, and ``admin_consent=True`` in v2's error form too [doc], graph-calendar §3."""
        registration = self._consent_request(tenant, fields, is_v2=is_v2)
        state = {"state": fields["state"]} if "state" in fields else {}
        redirect = fields["redirect_uri"]
        if who is not None and tenant not in _GENERIC and self._service.tenant_for(tenant).id != who.tenant_id:
            raise EntraError(50020, tenant=tenant)
        if who is None or not who.may_consent:
            failure = EntraError(65004 if who is None else 90094)
            error = {"error": "consent_required" if is_v2 else "permission_denied", "error_description": failure.text}
            return Redirect(url=_with_query(redirect, ({"admin_consent": "True"} if is_v2 else {}) | error | state))
        home = self._service.tenants[who.tenant_id]
        scopes = fields.get("scope", "").split()
        if not is_v2 or any(scope.endswith("/.default") for scope in scopes):
            self._service.consent(home, registration.client_id)
        else:
            self._service.consent(home, registration.client_id, self._granted(home, registration))
            home.service_principals[registration.client_id].delegated |= frozenset(scopes)
        result = {"tenant": home.id} | state | {"admin_consent": "True"}
        return Redirect(url=_with_query(redirect, result | ({"scope": fields["scope"]} if is_v2 else {})))

    @staticmethod
    def _granted(tenant: Tenant, registration: Registration) -> frozenset[str]:
        principal = tenant.service_principals.get(registration.client_id)
        return principal.granted if principal else frozenset()

    # -- sign-in --------------------------------------------------------------------------------------------------

    def sign_in(self, url: str, who: User | None) -> Redirect:
        """Follow an authorize link as ``who``; None presses Cancel. Raises ``EntraError`` where a page would stay."""
        parts = urlsplit(url)
        segments = [segment for segment in parts.path.split("/") if segment]
        tenant = segments[segments.index("entra") + 1]
        return self._authorize(tenant, dict(parse_qsl(parts.query, keep_blank_values=True)), who)

    def _sign_in_page(self, tenant: str, fields: dict[str, str]) -> SimResponse:
        try:
            registration = self._authorize_request(tenant, fields)
        except EntraError as failure:
            return _html(failure.status, error_page(failure.text))
        hint = fields.get("login_hint", "").lower()
        people = [u for t in self._tenants(tenant) for u in t.users.values() if u.account_enabled]
        people.sort(key=lambda u: u.user_principal_name.lower() != hint)
        choices = [(u.id, f"{u.display_name} ({u.user_principal_name})") for u in people]
        choices.append((_CANCEL, "Zrušit / Cancel"))
        title = f"Přihlásit se / Sign in: {registration.display_name}"
        kept = fields | {"decision": "sign-in"}
        return _html(200, choice_page(title, f"{self._service.authority(tenant)}/decision", kept, choices))

    def _authorize_request(self, tenant: str, fields: dict[str, str]) -> Registration:
        registration = self._service.registrations.get(fields.get("client_id", ""))
        if registration is None:
            raise EntraError(700016, client=fields.get("client_id", ""), tenant=tenant)
        if registration.home_tenant is not None and tenant in _GENERIC:
            raise EntraError(50194, client=registration.client_id)
        if not registration.accepts_redirect(fields.get("redirect_uri", "")):
            raise EntraError(50011, client=registration.client_id)
        if fields.get("response_type") != "code":
            raise EntraError(900144)
        if tenant not in _GENERIC:
            self._service.tenant_for(tenant)
        return registration

    def _authorize(self, tenant: str, fields: dict[str, str], who: User | None) -> Redirect:
        registration = self._authorize_request(tenant, fields)
        state = {"state": fields["state"]} if "state" in fields else {}
        if who is None:
            failure = EntraError(65004)
            return self._redirect(fields, {"error": "access_denied", "error_description": failure.text} | state)
        if tenant not in _GENERIC and self._service.tenant_for(tenant).id != who.tenant_id:
            raise EntraError(50020, tenant=tenant)
        if not who.account_enabled:
            raise EntraError(50057)
        scopes = tuple(fields.get("scope", "").split())
        try:
            self._service.tokens.resource_of(scopes, registration.client_id)
        except EntraError as failure:
            return self._redirect(fields, {"error": failure.error, "error_description": failure.text} | state)
        code = "1." + self._service.opaque(40)
        self._service.tokens.codes[code] = Grant(
            user=who,
            client_id=registration.client_id,
            scopes=scopes,
            expires=self._service.now() + timedelta(seconds=self._service.switches.authorization_code_seconds),
            redirect_uri=fields["redirect_uri"],
            challenge=fields.get("code_challenge"),
            nonce=fields.get("nonce"),
        )
        result = {"code": code} | state | {"session_state": self._service.new_id()}
        if fields.get("client_info") == "1":
            result["client_info"] = client_info(who)
        return self._redirect(fields, result)

    @staticmethod
    def _redirect(fields: dict[str, str], result: dict[str, str]) -> Redirect:
        mode = fields.get("response_mode", "query")
        if mode == "form_post":
            return Redirect(url=fields["redirect_uri"], form=result)
        if mode == "fragment":
            return Redirect(url=f"{fields['redirect_uri']}#{urlencode(result)}")
        return Redirect(url=_with_query(fields["redirect_uri"], result))

    # -- shared ---------------------------------------------------------------------------------------------------

    def _decision(self, tenant: str, fields: dict[str, str]) -> SimResponse:
        decision, choice = fields.pop("decision", ""), fields.pop("choice", _CANCEL)
        who = next((u for t in self._tenants(tenant) for u in t.users.values() if u.id == choice), None)
        if who is None and choice != _CANCEL:
            return _html(400, error_page("AADSTS50020"))
        try:
            if decision == "sign-in":
                redirect = self._authorize(tenant, fields, who)
            else:
                redirect = self._consent(tenant, fields, who, is_v2=decision == "consent-v2")
        except EntraError as failure:
            return _html(failure.status, error_page(failure.text))
        if redirect.form is not None:
            return _html(200, self_posting_page(redirect.url, redirect.form))
        return SimResponse(status=302, headers={"Location": redirect.url})

    def _tenants(self, name: str) -> list[Tenant]:
        return list(self._service.tenants.values()) if name in _GENERIC else [self._service.tenant_for(name)]


def _form(request: SimRequest) -> dict[str, str]:
    return dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))


def _with_query(url: str, parameters: dict[str, str]) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(parameters, quote_via=quote)}"


def _html(status: int, body: bytes) -> SimResponse:
    return SimResponse(status=status, headers={"Content-Type": "text/html; charset=utf-8"}, body=body)
