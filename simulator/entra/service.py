"""``EntraService``: the simulated Entra ID as one request handler plus the Python side of its administration."""

import json
import random
import uuid
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from cryptography import x509

from simulator.entra.claims import Delegation, access_claims, id_claims
from simulator.entra.directory import ClientSecret, Registration, ServicePrincipal, Tenant, User, find_by_address
from simulator.entra.errors import EntraError, Trace, error_document
from simulator.entra.interaction import Interaction
from simulator.entra.pages import error_page
from simulator.entra.signing import SigningKey, decode_claims, signing_key
from simulator.entra.switches import EntraSwitches
from simulator.entra.tokens import TokenEndpoint
from simulator.wire import Clock, SimRequest, SimResponse

_GENERIC_TENANTS = ("common", "organizations")


class EntraService:
    """All simulated directories. ``base_url`` is the https address under which ``/entra/{tenant}`` is served."""

    def __init__(self, clock: Clock, base_url: str, *, seed: int = 0, graph_resource: str | None = None) -> None:
        self._clock = clock
        self.base_url = base_url.rstrip("/")
        self._path = urlsplit(self.base_url).path
        self.graph_resource = (graph_resource or f"{self.base_url}/graph").rstrip("/")
        self.random = random.Random(f"entra-{seed}")
        self.switches = EntraSwitches()
        self.tenants: dict[str, Tenant] = {}
        self.registrations: dict[str, Registration] = {}
        self.keys: list[SigningKey] = [signing_key(0)]
        self.tokens = TokenEndpoint(self)
        self.pages = Interaction(self)
        #: Requests answered, per kind: discovery, keys, token, consent, authorize.
        self.counts: Counter[str] = Counter()
        #: One entry per token request: (tenant as asked, client id, AADSTS code or 0).
        self.token_log: list[tuple[str, str, int]] = []
        self._issued: dict[str, dict[str, Any]] = {}
        self._down: tuple[int, datetime] | None = None

    # -- directory ------------------------------------------------------------------------------------------------

    def add_tenant(self, display_name: str, *domains: str, tenant_id: str | None = None) -> Tenant:
        """A new directory; the first domain is its default one."""
        tenant = Tenant(id=tenant_id or self.new_id(), display_name=display_name, domains=domains)
        self.tenants[tenant.id] = tenant
        return tenant

    def add_user(self, tenant: Tenant | str, user_principal_name: str, display_name: str, **details: Any) -> User:
        """A new account. ``details`` are further members of ``User``; ``mail`` is the user name unless given."""
        home = tenant if isinstance(tenant, Tenant) else self.tenants[tenant]
        mail = details.pop("mail", user_principal_name)
        proxies = details.pop("proxy_addresses", (f"SMTP:{mail}",) if mail else ())
        user = User(
            id=details.pop("id", None) or self.new_id(),
            tenant_id=home.id,
            user_principal_name=user_principal_name,
            display_name=display_name,
            mail=mail,
            proxy_addresses=tuple(proxies),
            created=self.now(),
            **details,
        )
        home.users[user.id] = user
        return user

    def register_app(self, display_name: str, *, client_id: str | None = None, **details: Any) -> Registration:
        """A new registration; ``secret`` stands for one that never expires, ``certificate_pem`` for one certificate."""
        registration = Registration(client_id=client_id or self.new_id(), display_name=display_name)
        secret, pem = details.pop("secret", None), details.pop("certificate_pem", None)
        for name, value in details.items():
            setattr(registration, name, value)
        if secret is not None:
            registration.secrets.append(ClientSecret(value=secret))
        if pem is not None:
            registration.certificates.append(x509.load_pem_x509_certificate(pem))
        self.registrations[registration.client_id] = registration
        return registration

    def consent(self, tenant: Tenant | str, client_id: str, roles: frozenset[str] | None = None) -> ServicePrincipal:
        """What an administrator's acceptance does: the service principal appears and the roles start to spread."""
        home = tenant if isinstance(tenant, Tenant) else self.tenants[tenant]
        registration = self.registrations[client_id]
        principal = home.service_principals.get(client_id)
        if principal is None:
            principal = ServicePrincipal(id=self.new_id(), client_id=client_id)
            home.service_principals[client_id] = principal
        self.set_roles(home, client_id, frozenset(registration.app_roles) if roles is None else roles)
        return principal

    def set_roles(self, tenant: Tenant | str, client_id: str, roles: frozenset[str]) -> None:
        """Grant exactly these roles from now on, after the spreading delay; issued tokens keep theirs."""
        home = tenant if isinstance(tenant, Tenant) else self.tenants[tenant]
        principal, now = home.service_principals[client_id], self.now()
        principal.previous = principal.roles_at(now)
        principal.granted = roles
        principal.effective = now + timedelta(seconds=self.switches.role_spread_seconds)

    def revoke(self, tenant: Tenant | str, client_id: str) -> None:
        """The administrator deletes the enterprise application: 700016 from now on."""
        home = tenant if isinstance(tenant, Tenant) else self.tenants[tenant]
        home.service_principals.pop(client_id, None)

    def break_down(self, code: int, seconds: float) -> None:
        """Answer every token request with this transient code (90033, 90055) for a while."""
        self._down = (code, self.now() + timedelta(seconds=seconds))

    def rotate_keys(self) -> None:
        """Sign with a new key; the old one stays published, as Microsoft does."""
        self.keys.append(signing_key(len(self.keys)))

    # -- lookups --------------------------------------------------------------------------------------------------

    def now(self) -> datetime:
        return self._clock().astimezone(UTC)

    def new_id(self) -> str:
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def opaque(self, length: int) -> str:
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        return "".join(self.random.choices(alphabet, k=length))

    def authority(self, tenant: str) -> str:
        return f"{self.base_url}/entra/{tenant}"

    def issuer(self, tenant_id: str) -> str:
        return f"{self.authority(tenant_id)}/v2.0"

    def tenant_for(self, name: str) -> Tenant:
        """By GUID or verified domain; raises 90002 or 900023."""
        lowered = name.lower()
        found = self.tenants.get(lowered)
        if found is None:
            found = next((t for t in self.tenants.values() if lowered in t.domains), None)
        if found is None:
            raise EntraError(90002 if _is_guid(name) or "." in name else 900023, tenant=name)
        return found

    def registration_in(self, tenant: Tenant, client_id: str) -> Registration:
        """The registration if it is present in the tenant; raises 700016."""
        registration = self.registrations.get(client_id)
        if registration is None or client_id not in tenant.service_principals:
            raise EntraError(700016, client=client_id, tenant=tenant.display_name)
        return registration

    def api_named(self, resource: str) -> Registration | None:
        """The registration that exposes this application id URI."""
        for registration in self.registrations.values():
            if resource in (f"api://{registration.client_id}", *registration.identifier_uris):
                return registration
        return None

    def user_by_address(self, address: str) -> User | None:
        return find_by_address(self.tenants.values(), address)

    # -- tokens ---------------------------------------------------------------------------------------------------

    def sign(self, claims: dict[str, Any]) -> str:
        """A signed token; remembered, so that checking it again in this process costs a dictionary look-up."""
        claims = claims | {"uti": self.opaque(22)}
        token = self.keys[-1].sign(claims)
        self._issued[token] = claims
        return token

    def check_token(self, token: str) -> dict[str, Any] | None:
        """Claims if this service signed exactly this token and it has not expired at the simulated time."""
        claims = self._issued.get(token)
        if claims is None or claims["exp"] <= self._clock().timestamp():
            return None
        return claims

    def user_token(self, user: User, client_id: str, audience: str, *scopes: str, seconds: int = 3600) -> str:
        """A delegated access token as nested or brokered sign-in would obtain it, without any page."""
        delegation = Delegation(user=user, client_id=client_id, audience=audience, scopes=scopes)
        stamp = int(self.now().timestamp())
        times = {"iat": stamp, "nbf": stamp, "exp": stamp + seconds}
        return self.sign(access_claims(delegation, self.issuer(user.tenant_id)) | times)

    def id_token(self, user: User, client_id: str, nonce: str | None = None) -> str:
        """An ID token for the client itself, without any page."""
        stamp = int(self.now().timestamp())
        times = {"iat": stamp, "nbf": stamp, "exp": stamp + 3600}
        return self.sign(id_claims(user, client_id, self.issuer(user.tenant_id), nonce) | times)

    @staticmethod
    def peek(token: str) -> dict[str, Any] | None:
        """Claims without any check, for tests and traces."""
        return decode_claims(token)

    # -- HTTP -----------------------------------------------------------------------------------------------------

    def handle(self, request: SimRequest) -> SimResponse:
        """Answer one request; unknown paths are 404."""
        path = request.path.removeprefix(self._path)
        parts = [part for part in path.split("/") if part]
        if len(parts) < 2 or parts[0] != "entra":
            return SimResponse(status=404)
        tenant, rest = parts[1], "/".join(parts[2:])
        try:
            return self._route(tenant, rest, request)
        except EntraError as failure:
            return self._json(failure.status, self._error(failure, request))

    def _route(self, tenant: str, rest: str, request: SimRequest) -> SimResponse:
        if rest == "v2.0/.well-known/openid-configuration":
            self.counts["discovery"] += 1
            return self._json(200, self._discovery(tenant))
        if rest == "discovery/v2.0/keys":
            self.counts["keys"] += 1
            issuer = f"{self.base_url}/entra/{{tenantid}}/v2.0" if tenant in _GENERIC_TENANTS else self.issuer(tenant)
            return self._json(200, {"keys": [key.public_jwk(issuer) for key in self.keys]})
        if rest == "oauth2/v2.0/token" and request.method == "POST":
            return self._token(tenant, request)
        if rest == "oauth2/v2.0/logout":
            return SimResponse(status=200)
        answer = self.pages.handle(tenant, rest, request)
        return answer or SimResponse(status=404, headers={"Content-Type": "text/html"}, body=error_page("404"))

    def _discovery(self, name: str) -> dict[str, Any]:
        if name in _GENERIC_TENANTS:
            own, issuer = name, f"{self.base_url}/entra/{{tenantid}}/v2.0"
        else:
            own = self.tenant_for(name).id
            issuer = self.issuer(own)
        base = self.authority(own)
        return {
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
            "jwks_uri": f"{base}/discovery/v2.0/keys",
            "response_modes_supported": ["query", "fragment", "form_post"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "issuer": issuer,
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "end_session_endpoint": f"{base}/oauth2/v2.0/logout",
            "claims_supported": [
                "sub",
                "iss",
                "aud",
                "exp",
                "iat",
                "nonce",
                "preferred_username",
                "name",
                "tid",
                "oid",
                "ver",
            ],
            "tenant_region_scope": "EU",
            "msgraph_host": "graph.microsoft.com",
        }

    def _token(self, tenant: str, request: SimRequest) -> SimResponse:
        self.counts["token"] += 1
        form = dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
        code = 0
        try:
            self._check_up(tenant)
            document = self.tokens.answer(tenant, form, request.client_ip)
            return self._json(200, document)
        except EntraError as failure:
            code = failure.code
            headers = {"Retry-After": "5"} if failure.status == 429 else {}
            return self._json(failure.status, self._error(failure, request), headers)
        finally:
            self.token_log.append((tenant, form.get("client_id", ""), code))

    def _check_up(self, tenant: str) -> None:
        if self._down is not None and self.now() < self._down[1]:
            raise EntraError(self._down[0])
        found = self.tenants.get(tenant)
        if found is not None and found.transient_error is not None:
            raise EntraError(found.transient_error)

    def _error(self, failure: EntraError, request: SimRequest) -> dict[str, object]:
        correlation = request.headers.get("client-request-id") or self.new_id()
        trace = Trace(trace_id=self.new_id(), correlation_id=correlation, at=self.now())
        return error_document(failure, trace, self.base_url)

    @staticmethod
    def _json(status: int, document: dict[str, Any], headers: dict[str, str] | None = None) -> SimResponse:
        base = {"Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store, no-cache"}
        return SimResponse(status=status, headers=base | (headers or {}), body=json.dumps(document).encode())


def _is_guid(name: str) -> bool:
    try:
        uuid.UUID(name)
    except ValueError:
        return False
    return True
