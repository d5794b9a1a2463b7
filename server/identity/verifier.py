"""Entra ID access tokens of version 2: what must hold before a token says who somebody is.

Fact: the checks of outlook-addin §6 [doc for aud/iss/scp/oid/tid; the rest inferred from the platform's usual rules].
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import jwt
import structlog

from server.errors import Forbidden, NotSignedIn
from server.identity.caller import Caller
from server.identity.keys import SigningKeys

#: Tenant of personal Microsoft accounts. Fact: outlook-addin §6 [doc].
PERSONAL_TENANT: Final = "9188040d-6c67-4c5b-b112-36a304b66dad"
#: Office applications that ask for a token in the user's name (older single sign-on). Fact: outlook-addin §6 [doc].
OFFICE_CLIENTS: Final = frozenset(
    {
        "ea5a67f6-b6f3-4338-b240-c655ddc3cc8e",
        "d3590ed6-52b3-4102-aeff-aad2292ab01c",
        "93d53678-613d-4013-afc1-62e9e444a0a5",
        "bc59ab01-8403-45c6-8796-ac3ef710b3e3",
    }
)
#: Clocks may differ by this much. Fact: at most five minutes [inferred], outlook-addin §6.
LEEWAY: Final = timedelta(minutes=5)
_LOG = structlog.get_logger("identity")
SCOPE: Final = "access_as_user"
#: A longer text is no token of Entra's.
_LONGEST: Final = 16_384
_GUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
#: Header members by which a token would name its own key.
_FOREIGN_KEYS: Final = frozenset({"jku", "jwk", "x5u", "x5c", "crit", "b64", "zip", "enc"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a good token says. ``authority_url``: the host of issuers, as in the setting, without a slash at the end."""

    audience: str
    authority_url: str
    clients: frozenset[str]
    scope: str = SCOPE


class TokenVerifier:
    """Checks tokens; thread-safe, one for the process.

    ``is_customer`` tells whether a tenant may sign in here at all: the real gate of a registration for all tenants.
    """

    def __init__(
        self,
        keys: SigningKeys,
        expected: Expected,
        *,
        now: Callable[[], datetime],
        is_customer: Callable[[str], bool],
    ) -> None:
        self._keys = keys
        self._expected = expected
        self._now = now
        self._is_customer = is_customer

    def verify(self, token: str) -> Caller:
        """The caller of a good token.

        Raises NotSignedIn ``token_expired`` (ask for a new one) or ``token_refused`` (whatever else is wrong with it),
        Forbidden ``account_unsupported`` (personal, guest) or ``firm_unknown`` (a good token of a tenant that is no
        customer); Unavailable while keys cannot be had.
        """
        claims = self._signed(token)
        self._check_kind(claims)
        tid, oid = self._check_tenant(claims)
        self._check_purpose(claims)
        expires_at = self._check_times(claims)
        if not self._is_customer(tid):
            raise Forbidden("firm_unknown")
        return Caller(
            tid=tid,
            oid=oid,
            client=str(claims["azp"]),
            scopes=frozenset(str(claims["scp"]).split()),
            expires_at=expires_at,
            name=_text(claims, "preferred_username")[:200],
        )

    def _signed(self, token: str) -> Mapping[str, Any]:
        """The claims, once the signature is Microsoft's."""
        if len(token) > _LONGEST:
            raise refused("size")
        try:
            header = jwt.get_unverified_header(token)
        except (jwt.PyJWTError, ValueError):
            raise refused("malformed") from None
        kid = header.get("kid")
        if header.get("alg") != "RS256" or not isinstance(kid, str) or _FOREIGN_KEYS & set(header):
            raise refused("header")
        key = self._keys.key(kid)
        if key is None:
            raise refused("key")
        try:
            # Times are checked below, by our clock.
            claims: Mapping[str, Any] = jwt.decode(
                token,
                key.public_key,
                algorithms=["RS256"],
                options={"verify_aud": False, "verify_exp": False, "verify_nbf": False, "verify_iat": False},
            )
        except (jwt.PyJWTError, ValueError):
            raise refused("signature") from None
        if key.issuer is not None and key.issuer != f"{self._authority()}/{_text(claims, 'tid')}/v2.0":
            raise refused("key_issuer")
        return claims

    def _authority(self) -> str:
        return self._expected.authority_url.rstrip("/")

    def _check_kind(self, claims: Mapping[str, Any]) -> None:
        """An access token of a person: not an application's own, not an ID token (those have no scopes)."""
        if claims.get("ver") != "2.0":
            raise refused("version")
        if claims.get("idtyp", "user") != "user":
            raise refused("application")
        if not _text(claims, "scp"):
            raise refused("no_scope")
        if "nonce" in claims or "c_hash" in claims or "at_hash" in claims:
            raise refused("id_token")

    def _check_tenant(self, claims: Mapping[str, Any]) -> tuple[str, str]:
        tid, oid = _text(claims, "tid"), _text(claims, "oid")
        if tid == PERSONAL_TENANT:
            raise Forbidden("account_unsupported")
        if not _GUID.fullmatch(tid) or not _GUID.fullmatch(oid):
            raise refused("ids")
        if claims.get("iss") != f"{self._authority()}/{tid}/v2.0":
            raise refused("issuer")
        if _is_guest(claims, tid, self._authority()):
            raise Forbidden("account_unsupported")
        return tid, oid

    def _check_purpose(self, claims: Mapping[str, Any]) -> None:
        if claims.get("aud") != self._expected.audience:
            raise refused("audience")
        if self._expected.scope not in _text(claims, "scp").split():
            raise refused("scope")
        if _text(claims, "azp") not in self._expected.clients:
            raise refused("client")

    def _check_times(self, claims: Mapping[str, Any]) -> datetime:
        expires, begins, issued = (_instant(claims, name) for name in ("exp", "nbf", "iat"))
        now = self._now()
        if begins - LEEWAY > now or issued - LEEWAY > now:
            raise refused("not_yet")
        if expires + LEEWAY <= now:
            raise NotSignedIn("token_expired")
        return expires


def refused(detail: str) -> NotSignedIn:
    """A token that is not good. Why is for the log: the caller is told no more than that."""
    _LOG.info("token_refused", detail=detail)
    return NotSignedIn("token_refused")


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return value if isinstance(value, str) else ""


def _instant(claims: Mapping[str, Any], name: str) -> datetime:
    """Seconds since 1970; a boolean, a text or a year that does not exist is no instant."""
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refused("times")
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        raise refused("times") from None


def _is_guest(claims: Mapping[str, Any], tid: str, authority: str) -> bool:
    """Whether the person's home is another tenant.

    Fact: ``acct`` 1 is a guest; ``idp`` names the home where that is not the issuer [doc of claims, inferred use].
    """
    home = claims.get("idp")
    own = (None, "", f"https://sts.windows.net/{tid}/", f"{authority}/{tid}/v2.0")
    return claims.get("acct") in (1, "1") or home not in own
