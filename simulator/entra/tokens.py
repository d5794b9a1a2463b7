"""The token endpoint: who may have which token, and what it says."""

import hashlib
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from simulator.entra.claims import Delegation, Lifetime, access_claims, app_claims, client_info, id_claims
from simulator.entra.directory import GRAPH_APP_ID, Registration, Tenant, User
from simulator.entra.errors import EntraError
from simulator.entra.signing import AssertionProblem, b64url, check_assertion

if TYPE_CHECKING:
    from simulator.entra.service import EntraService

_GRAPH = "https://graph.microsoft.com"
_OIDC_SCOPES = frozenset({"openid", "profile", "offline_access", "email"})
_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(slots=True, kw_only=True)
class Grant:
    """An authorization code or refresh token: what it stands for. Codes are redeemed once."""

    user: User
    client_id: str
    scopes: tuple[str, ...]
    expires: datetime
    redirect_uri: str = ""
    challenge: str | None = None
    nonce: str | None = None
    redeemed: bool = False


class TokenEndpoint:
    """Grants of the token endpoint over one ``EntraService``'s directory."""

    def __init__(self, service: "EntraService") -> None:
        self._service = service
        self._recent: dict[tuple[str, ...], deque[datetime]] = {}
        self.codes: dict[str, Grant] = {}
        self.refresh_tokens: dict[str, Grant] = {}

    def answer(self, tenant_name: str, form: dict[str, str], client_ip: str) -> dict[str, Any]:
        """The success document; raises ``EntraError`` for every refusal."""
        grant_type = form.get("grant_type")
        if grant_type == "client_credentials":
            return self._client_credentials(tenant_name, form, client_ip)
        if grant_type == "authorization_code":
            return self._delegated(form, self._take_code(tenant_name, form))
        if grant_type == "refresh_token":
            return self._delegated(form, self._take_refresh_token(tenant_name, form))
        raise EntraError(70003 if grant_type else 900144)

    def _client_credentials(self, tenant_name: str, form: dict[str, str], client_ip: str) -> dict[str, Any]:
        service = self._service
        if tenant_name in ("common", "organizations", "consumers"):
            raise EntraError(90002, tenant=tenant_name)
        tenant = service.tenant_for(tenant_name)
        client_id = form.get("client_id", "")
        self._check_loop(tenant.id, client_id, form.get("scope", ""))
        registration = service.registration_in(tenant, client_id)
        by_certificate = self._authenticate(registration, tenant, form)
        principal = tenant.service_principals[client_id]
        if not principal.enabled:
            raise EntraError(7000112, client=client_id)
        allowed = tenant.allowed_addresses
        if tenant.blocks_workloads or (allowed is not None and client_ip not in allowed):
            raise EntraError(53003)
        audience = self._graph_audience(tenant, form.get("scope", ""))
        roles = principal.roles_at(service.now())
        claims = app_claims(tenant, registration, roles, audience=audience, by_certificate=by_certificate)
        return self._app_answer(claims)

    def _app_answer(self, claims: dict[str, Any]) -> dict[str, Any]:
        lifetime = self._lifetime()
        token = self._service.sign(claims | lifetime.claims())
        seconds = lifetime.seconds - 1
        document: dict[str, Any] = {
            "token_type": "Bearer",
            "expires_in": seconds,
            "ext_expires_in": seconds,
            "access_token": token,
        }
        refresh_in = self._service.switches.refresh_in_seconds
        if refresh_in is not None:
            document["refresh_in"] = refresh_in
        return document

    def _graph_audience(self, tenant: Tenant, scope: str) -> str:
        if not scope.endswith("/.default") or " " in scope.strip():
            raise EntraError(70011)
        resource = scope.removesuffix("/.default")
        if resource not in (_GRAPH, GRAPH_APP_ID, self._service.graph_resource) or not tenant.has_graph:
            raise EntraError(500011, tenant=tenant.id)
        return self._service.switches.graph_audience

    def _check_loop(self, *key: str) -> None:
        limit = self._service.switches.loop_limit
        if limit is None:
            return
        now = self._service.now()
        recent = self._recent.setdefault(key, deque())
        while recent and now - recent[0] > timedelta(minutes=5):
            recent.popleft()
        recent.append(now)
        if len(recent) > limit:
            raise EntraError(50196)

    def _authenticate(self, registration: Registration, tenant: Tenant, form: dict[str, str]) -> bool:
        """Whether a certificate (not a secret) proved the client; raises when nothing does."""
        assertion, secret = form.get("client_assertion"), form.get("client_secret")
        if registration.is_public and (assertion or secret):
            raise EntraError(700025, client=registration.client_id)
        if assertion and form.get("client_assertion_type") == _ASSERTION_TYPE:
            base = f"{self._service.authority(tenant.id)}"
            audiences = {f"{self._service.authority(name)}/oauth2/v2.0/token" for name in (tenant.id, *tenant.domains)}
            audiences |= {base, f"{base}/v2.0"}
            outcome = check_assertion(assertion, registration.certificates, audiences, self._service.now())
            if isinstance(outcome, AssertionProblem):
                raise EntraError(outcome.code, client=registration.client_id)
            if outcome.get("iss") != registration.client_id or outcome.get("sub") != registration.client_id:
                raise EntraError(700027, client=registration.client_id)
            return True
        if not secret:
            raise EntraError(7000218)
        known = [s for s in registration.secrets if s.value == secret]
        if not known:
            raise EntraError(7000215)
        now = self._service.now()
        if all(s.expires is not None and s.expires <= now for s in known):
            raise EntraError(7000222, client=registration.client_id)
        return False

    def _take_code(self, tenant_name: str, form: dict[str, str]) -> Grant:
        grant = self.codes.get(form.get("code", ""))
        if grant is None or grant.client_id != form.get("client_id"):
            raise EntraError(9002313)
        if grant.redeemed:
            raise EntraError(54005)
        if grant.expires <= self._service.now():
            raise EntraError(70008)
        if grant.redirect_uri != form.get("redirect_uri"):
            raise EntraError(50011, client=grant.client_id)
        if grant.challenge is not None:
            digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
            if b64url(digest) != grant.challenge:
                raise EntraError(50148)
        self._check_person(tenant_name, grant.user)
        self._check_confidential(grant, form)
        grant.redeemed = True
        return grant

    def _take_refresh_token(self, tenant_name: str, form: dict[str, str]) -> Grant:
        grant = self.refresh_tokens.get(form.get("refresh_token", ""))
        if grant is None or grant.client_id != form.get("client_id"):
            raise EntraError(9002313)
        if grant.redeemed or grant.expires <= self._service.now():
            raise EntraError(70008)
        self._check_person(tenant_name, grant.user)
        self._check_confidential(grant, form)
        return grant

    def _check_person(self, tenant_name: str, user: User) -> None:
        home = self._service.tenants[user.tenant_id]
        if tenant_name not in ("common", "organizations") and self._service.tenant_for(tenant_name) is not home:
            raise EntraError(50020, tenant=tenant_name)
        if not user.account_enabled:
            raise EntraError(50057)
        if home.blocks_users:
            raise EntraError(53003)

    def _check_confidential(self, grant: Grant, form: dict[str, str]) -> None:
        registration = self._service.registrations[grant.client_id]
        if form.get("client_secret") or form.get("client_assertion"):
            self._authenticate(registration, self._service.tenants[grant.user.tenant_id], form)

    def _delegated(self, form: dict[str, str], grant: Grant) -> dict[str, Any]:
        service = self._service
        wanted = tuple(form.get("scope", "").split()) or grant.scopes
        audience, scopes = self.resource_of(wanted, grant.client_id)
        delegation = Delegation(user=grant.user, client_id=grant.client_id, audience=audience, scopes=scopes)
        lifetime = self._lifetime()
        issuer = service.issuer(grant.user.tenant_id)
        document: dict[str, Any] = {
            "token_type": "Bearer",
            "scope": " ".join(wanted),
            "expires_in": lifetime.seconds - 1,
            "ext_expires_in": lifetime.seconds - 1,
            "access_token": service.sign(access_claims(delegation, issuer) | lifetime.claims()),
        }
        granted = set(wanted) | set(grant.scopes)
        if "openid" in granted:
            document["id_token"] = service.sign(
                id_claims(grant.user, grant.client_id, issuer, grant.nonce) | lifetime.claims()
            )
        if "offline_access" in granted:
            document["refresh_token"] = self._new_refresh_token(grant)
        if form.get("client_info") == "1":
            document["client_info"] = client_info(grant.user)
        return document

    def _new_refresh_token(self, grant: Grant) -> str:
        token = "0." + self._service.opaque(48)
        expires = self._service.now() + timedelta(seconds=self._service.switches.refresh_token_seconds)
        self.refresh_tokens[token] = Grant(
            user=grant.user, client_id=grant.client_id, scopes=grant.scopes, expires=expires, nonce=None
        )
        return token

    def resource_of(self, scopes: tuple[str, ...], client_id: str) -> tuple[str, tuple[str, ...]]:
        """Audience and bare scope names of one resource; OIDC scopes alone mean Graph's profile."""
        resources: dict[str, list[str]] = {}
        for scope in scopes:
            if scope in _OIDC_SCOPES:
                continue
            resource, _, name = scope.rpartition("/")
            resources.setdefault(resource or _GRAPH, []).append(name)
        if len(resources) > 1:
            raise EntraError(70011)
        if not resources:
            return _GRAPH, tuple(s for s in scopes if s in _OIDC_SCOPES)
        ((resource, names),) = resources.items()
        if resource in (_GRAPH, GRAPH_APP_ID, self._service.graph_resource):
            return _GRAPH, tuple(names)
        api = self._service.api_named(resource) or self._service.registrations.get(resource)
        if api is None:
            raise EntraError(500011)
        if names == [".default"]:
            return api.client_id, api.exposed_scopes
        if any(name not in api.exposed_scopes for name in names):
            raise EntraError(70011)
        return api.client_id, tuple(names)

    def _lifetime(self) -> Lifetime:
        switches = self._service.switches
        seconds = self._service.random.randint(switches.token_lifetime_min_seconds, switches.token_lifetime_max_seconds)
        return Lifetime(issued=self._service.now(), seconds=seconds)
