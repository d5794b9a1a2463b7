"""The claims of each kind of token, as documented or seen."""

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from simulator.entra.directory import GRAPH_APP_ID, Registration, Tenant, User


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifetime:
    """When a token was issued and for how many seconds it holds."""

    issued: datetime
    seconds: int

    def claims(self) -> dict[str, int]:
        stamp = int(self.issued.timestamp())
        return {"iat": stamp, "nbf": stamp, "exp": stamp + self.seconds}


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegation:
    """A person's consent in action: which client acts for whom, towards which audience, with which scopes."""

    user: User
    client_id: str
    audience: str
    scopes: tuple[str, ...]


def app_claims(
    tenant: Tenant, registration: Registration, roles: frozenset[str], *, audience: str, by_certificate: bool
) -> dict[str, Any]:
    """A v1 app-only token for Graph; no ``roles`` when none is granted. Fact: [seen], [doc], graph-calendar §2."""
    principal = tenant.service_principals[registration.client_id]
    claims: dict[str, Any] = {
        "aud": audience,
        "iss": f"https://sts.windows.net/{tenant.id}/",
        "tid": tenant.id,
        "appid": registration.client_id,
        "app_displayname": registration.display_name,
        "appidacr": "2" if by_certificate else "1",
        "idp": f"https://sts.windows.net/{tenant.id}/",
        "idtyp": "app",
        "oid": principal.id,
        "sub": principal.id,
        "ver": "1.0",
    }
    if roles:
        claims["roles"] = sorted(roles)
    return claims


def access_claims(delegation: Delegation, issuer: str) -> dict[str, Any]:
    """A delegated access token: v2 for an own API, v1 for Graph."""
    user = delegation.user
    common: dict[str, Any] = {
        "aud": delegation.audience,
        "tid": user.tenant_id,
        "oid": user.id,
        "sub": subject(user.id, delegation.audience),
        "scp": " ".join(delegation.scopes),
        "name": user.display_name,
    }
    if delegation.audience in (GRAPH_APP_ID, "https://graph.microsoft.com"):
        sts = f"https://sts.windows.net/{user.tenant_id}/"
        return common | {
            "iss": sts,
            "appid": delegation.client_id,
            "appidacr": "0",
            "upn": user.user_principal_name,
            "idtyp": "user",
            "ver": "1.0",
        }
    return common | {
        "iss": issuer,
        "azp": delegation.client_id,
        "azpacr": "0",
        "preferred_username": user.user_principal_name,
        "ver": "2.0",
    }


def id_claims(user: User, client_id: str, issuer: str, nonce: str | None) -> dict[str, Any]:
    """A v2 ID token for the client itself."""
    claims: dict[str, Any] = {
        "aud": client_id,
        "iss": issuer,
        "tid": user.tenant_id,
        "oid": user.id,
        "sub": subject(user.id, client_id),
        "name": user.display_name,
        "preferred_username": user.user_principal_name,
        "ver": "2.0",
    }
    if user.mail:
        claims["email"] = user.mail
    if nonce:
        claims["nonce"] = nonce
    return claims


def subject(user_id: str, audience: str) -> str:
    """Pairwise subject: differs per application, steady per person."""
    digest = hashlib.sha256(f"{user_id}:{audience}".encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def client_info(user: User) -> str:
    """What msal keys its accounts on."""
    document = json.dumps({"uid": user.id, "utid": user.tenant_id}, separators=(",", ":"))
    return base64.urlsafe_b64encode(document.encode()).decode().rstrip("=")
