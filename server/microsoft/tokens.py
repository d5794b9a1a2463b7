"""Application tokens of the tenants: the only home of ``msal``.

A token is kept by *our* clock, so that simulated time works; msal's own cache is emptied before each request. An
application object is thrown away after any error: msal replays a 400 for 60 seconds [tested], §5, which would hide an
administrator's repair. Nothing of msal's texts goes into our errors, only the AADSTS number.
"""

import base64
import binascii
import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import msal  # type: ignore[import-untyped, unused-ignore]
from msal.exceptions import MsalError  # type: ignore[import-untyped, unused-ignore]

from server.errors import Denied, Misconfigured, Remote, Scope, Throttled, Unavailable
from server.microsoft.codes import GraphCode
from server.microsoft.exchange import Reply, default_retry_at, retry_at

#: Where people of any tenant sign in; a customer's application token is never asked for there.
_PEOPLE: Final = "organizations"
_SCOPES: Final = ["https://graph.microsoft.com/.default"]
_TIMEOUTS: Final = (5.0, 30.0)
#: A token is not used in its last five minutes. Fact: msal's own margin [tested], §5.
_MARGIN = timedelta(minutes=5)
#: Fact: 50196 = too many identical requests [doc], §2; any transient answer of the authority gets this rest.
_REST = timedelta(seconds=5)
_MICROSOFT_HOSTS: Final = frozenset({"login.microsoftonline.com", "login.microsoft.com", "sts.windows.net"})
_TENANT = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_AADSTS = re.compile(r"AADSTS(\d{4,8})")

_TRANSIENT: Final = frozenset({90055, 90024, 90033, 90090, 50196})
#: Fact: meanings of the numbers [doc][seen], §2.
_DENIED: Final[Mapping[int, tuple[GraphCode, Scope]]] = {
    700016: (GraphCode.NOT_CONSENTED, Scope.FIRM),
    65001: (GraphCode.NOT_CONSENTED, Scope.FIRM),
    90002: (GraphCode.UNKNOWN_TENANT, Scope.FIRM),
    900023: (GraphCode.UNKNOWN_TENANT, Scope.FIRM),
    7000112: (GraphCode.APP_DISABLED, Scope.FIRM),
    53003: (GraphCode.CONDITIONAL_ACCESS, Scope.FIRM),
    530032: (GraphCode.CONDITIONAL_ACCESS, Scope.FIRM),
    500011: (GraphCode.NO_SERVICE, Scope.FIRM),
    650052: (GraphCode.NO_SERVICE, Scope.FIRM),
    650057: (GraphCode.NO_SERVICE, Scope.FIRM),
    7000215: (GraphCode.SECRET_WRONG, Scope.SERVER),
    7000222: (GraphCode.SECRET_EXPIRED, Scope.SERVER),
    700027: (GraphCode.CERTIFICATE_REFUSED, Scope.SERVER),
    700024: (GraphCode.CERTIFICATE_REFUSED, Scope.SERVER),
    7000218: (GraphCode.REGISTRATION_WRONG, Scope.SERVER),
    700025: (GraphCode.REGISTRATION_WRONG, Scope.SERVER),
    70011: (GraphCode.REGISTRATION_WRONG, Scope.SERVER),
    700022: (GraphCode.REGISTRATION_WRONG, Scope.SERVER),
    28002: (GraphCode.REGISTRATION_WRONG, Scope.SERVER),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AppRegistration:
    """The one multi-tenant registration: a secret, or one PEM text with the private key and its certificate."""

    client_id: str
    secret: str | None = field(default=None, repr=False)
    certificate_pem: str | None = field(default=None, repr=False)

    def credential(self) -> Any:
        """What msal takes. Misconfigured when neither or half is given."""
        if self.certificate_pem is not None:
            if "PRIVATE KEY-----" not in self.certificate_pem or "BEGIN CERTIFICATE-----" not in self.certificate_pem:
                raise Misconfigured("setting_certificate_incomplete", setting="ROS_CLIENT_CERTIFICATE")
            return {"private_key": self.certificate_pem, "public_certificate": self.certificate_pem}
        if not self.secret:
            raise Misconfigured("setting_missing", setting="ROS_CLIENT_SECRET")
        return self.secret


@dataclass(slots=True)
class _Tenant:
    """State of one tenant; ``lock`` makes one request at a time for it."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    app: Any = field(default=None, repr=False)
    http: "_MsalHttp | None" = None
    token: str | None = field(default=None, repr=False)
    refresh_at: datetime | None = None
    expires_at: datetime | None = None
    #: A transient refusal that is repeated until its rest is over.
    trouble: Remote | None = None
    rest_until: datetime | None = None


class Tokens:
    """Tokens per tenant, obtained lazily. Thread-safe."""

    def __init__(
        self,
        app: AppRegistration,
        *,
        authority_url: str,
        new_session: Callable[[], Any],
        clock: Callable[[], datetime],
    ) -> None:
        """``new_session`` makes sessions of ``requests``.

        Misconfigured when the authority is not https (msal demands it) or the credentials are incomplete.
        """
        if urlsplit(authority_url).scheme != "https":
            raise Misconfigured("setting_not_https", setting="ROS_AUTHORITY_URL")
        self._client_id = app.client_id
        self._credential = app.credential()
        self._authority_url = authority_url.rstrip("/")
        self._is_microsoft = (urlsplit(authority_url).hostname or "") in _MICROSOFT_HOSTS
        self._new_session = new_session
        self._clock = clock
        self._lock = threading.Lock()
        self._tenants: dict[str, _Tenant] = {}

    def token(self, tenant_id: str) -> str:
        """A token that is good for five more minutes.

        Denied with the AADSTS number as ``detail``, Throttled or Unavailable where the authority is in trouble; while a
        token that was early to be renewed still holds, such trouble is not shown.
        """
        tenant = self._tenant(tenant_id)
        with tenant.lock:
            now = self._clock()
            if tenant.token is not None and tenant.refresh_at is not None and now < tenant.refresh_at:
                return tenant.token
            try:
                return self._acquire(tenant_id, tenant, now)
            except (Unavailable, Throttled):
                if tenant.token is not None and tenant.expires_at is not None and now < tenant.expires_at:
                    return tenant.token
                raise

    def drop(self, tenant_id: str, refused: str | None) -> None:
        """Forget a token that Graph refused; None forgets whichever it is. A newer one than ``refused`` stays."""
        tenant = self._tenant(tenant_id)
        with tenant.lock:
            if refused is None or tenant.token == refused:
                tenant.token = None

    def forget(self, tenant_id: str) -> None:
        """Start clean: the connection changed or the administrator has just consented."""
        with self._lock:
            tenant = self._tenants.pop(tenant_id, None)
        if tenant is not None and tenant.http is not None:
            tenant.http.close()

    def roles(self, tenant_id: str) -> frozenset[str]:
        """The application roles in the present token; empty when it has none or cannot be read.

        Fact: tokens are opaque to clients, this is a diagnostic [doc], §2.
        """
        return _roles(self.token(tenant_id))

    def has_role(self, tenant_id: str, role: str) -> bool:
        """Whether the token in hand carries the role. Never asks the authority; without a token the answer is yes."""
        token = self._tenant(tenant_id).token
        return token is None or role in _roles(token)

    def redeem(self, code: str, *, verifier: str, redirect_uri: str, scope: str) -> str:
        """A person's access token for ``scope`` in exchange for the code of their sign-in.

        Only that scope is asked for, so no ID token comes, which msal would check by the machine's own clock. Denied
        for a code that is used, old or not ours, Unavailable where the authority is in trouble.
        """
        asked = _Tenant()
        try:
            answer = self._redeemed(asked, code, redirect_uri, scope, verifier)
            token = answer.get("access_token")
            if not isinstance(token, str):
                raise self._refusal(answer, asked, self._clock())
            return token
        finally:
            self._discard(asked)

    def _redeemed(self, asked: _Tenant, code: str, redirect_uri: str, scope: str, verifier: str) -> Mapping[str, Any]:
        try:
            self._open(_PEOPLE, asked)
            # The state was compared by whoever kept it: here it only satisfies msal.
            flow = {"state": "kept", "redirect_uri": redirect_uri, "scope": [scope], "code_verifier": verifier}
            answer: Mapping[str, Any] = asked.app.client.obtain_token_by_auth_code_flow(
                flow, {"state": "kept", "code": code}
            )
        except (OSError, ValueError, KeyError, TypeError, RuntimeError, MsalError) as problem:
            raise self._failure(problem, asked.http) from None
        return answer

    def close(self) -> None:
        with self._lock:
            tenants = list(self._tenants.values())
        for tenant in tenants:
            if tenant.http is not None:
                tenant.http.close()

    # --- asking the authority ---------------------------------------------------------------------------------------

    def _tenant(self, tenant_id: str) -> _Tenant:
        if not _TENANT.fullmatch(tenant_id) or ".." in tenant_id:
            raise Denied(GraphCode.UNKNOWN_TENANT.value, scope=Scope.FIRM, detail="malformed")
        with self._lock:
            return self._tenants.setdefault(tenant_id, _Tenant())

    def _acquire(self, tenant_id: str, tenant: _Tenant, now: datetime) -> str:
        if tenant.trouble is not None and tenant.rest_until is not None and now < tenant.rest_until:
            raise tenant.trouble.with_traceback(None)
        try:
            answer = self._ask(tenant_id, tenant)
            token, seconds = answer.get("access_token"), answer.get("expires_in")
            if not isinstance(token, str) or not isinstance(seconds, int):
                raise self._refusal(answer, tenant, now)
        except Remote as error:
            self._discard(tenant)
            if isinstance(error, Unavailable | Throttled):
                tenant.trouble = error
                tenant.rest_until = error.until if isinstance(error, Throttled) else now + _REST
            raise
        life = timedelta(seconds=seconds)
        early = tenant.http.refresh_in if tenant.http is not None else None
        tenant.trouble = None
        tenant.token = token
        tenant.expires_at = now + life
        tenant.refresh_at = now + max(life - _MARGIN, life / 2)
        if early is not None:
            tenant.refresh_at = min(tenant.refresh_at, now + timedelta(seconds=early))
        return token

    def _ask(self, tenant_id: str, tenant: _Tenant) -> Mapping[str, Any]:
        """msal's answer, refusals included. Raises Unavailable, or Denied where the tenant itself is unknown."""
        try:
            if tenant.app is None:
                self._open(tenant_id, tenant)
            tenant.app.remove_tokens_for_client()
            answer: Mapping[str, Any] = tenant.app.acquire_token_for_client(scopes=_SCOPES)
        except (OSError, ValueError, KeyError, TypeError, RuntimeError, MsalError) as problem:
            raise self._failure(problem, tenant.http) from None
        if tenant.http is not None:
            # The next request comes in an hour: a connection kept for each of a thousand tenants would serve nobody.
            tenant.http.close()
        return answer

    def _open(self, tenant_id: str, tenant: _Tenant) -> None:
        tenant.http = _MsalHttp(self._new_session())
        tenant.app = msal.ConfidentialClientApplication(
            self._client_id,
            client_credential=self._credential,
            authority=f"{self._authority_url}/{tenant_id}",
            instance_discovery=None if self._is_microsoft else False,
            http_client=tenant.http,
        )

    def _failure(self, problem: Exception, http: "_MsalHttp | None") -> Remote:
        """Discovery or the network failed, or msal cannot use our certificate, which it reads only now."""
        status = None if http is None else http.status
        if http is not None and http.number is not None and status is not None and 400 <= status < 500:
            return _denial(http.number, status)
        is_ours = isinstance(problem, ValueError | TypeError) and status in (None, 200)
        if is_ours and isinstance(self._credential, dict):
            return Denied(GraphCode.CERTIFICATE_REFUSED.value, scope=Scope.SERVER, detail="unreadable")
        return Unavailable(scope=Scope.FIRM, status=status, detail=type(problem).__name__)

    def _refusal(self, answer: Mapping[str, Any], tenant: _Tenant, now: datetime) -> Remote:
        http = tenant.http
        status = http.status if http is not None else None
        numbers = answer.get("error_codes")
        first = numbers[0] if isinstance(numbers, list) and numbers else None
        number = first if isinstance(first, int) else _number(str(answer.get("error_description", "")))
        detail = None if number is None else f"AADSTS{number}"
        if http is not None and http.reply is not None and (status == 429 or retry_at(http.reply, now)):
            until = retry_at(http.reply, now) or default_retry_at(now)
            return Throttled(until=until, scope=Scope.FIRM, status=status, detail=detail)
        error = answer.get("error")
        is_trouble = status is None or status >= 500 or error in ("temporarily_unavailable", "server_error", None)
        if number in _TRANSIENT or is_trouble:
            return Unavailable(scope=Scope.FIRM, status=status, detail=detail)
        if number is None and error == "invalid_client":
            return Denied(GraphCode.SECRET_WRONG.value, scope=Scope.SERVER, status=status, detail="invalid_client")
        return _denial(number, status)

    def _discard(self, tenant: _Tenant) -> None:
        if tenant.http is not None:
            tenant.http.close()
        tenant.app = tenant.http = None


class _BrokenReplyError(OSError):
    """An answer that is no JSON. msal would log its text, which may be half a token."""


class _MsalHttp:
    """The HTTP client that msal asks for; remembers status and headers of the last answer."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self.reply: Reply | None = None
        #: The AADSTS number of a refusal: msal hides that of the discovery.
        self.number: int | None = None
        #: Seconds after which Entra ID asks for a renewal; msal keeps that to itself.
        self.refresh_in: int | None = None

    @property
    def status(self) -> int | None:
        return None if self.reply is None else self.reply.status

    def get(self, url: str, **kwargs: Any) -> Any:
        return self._seen(self._session.request("GET", url, **self._options(kwargs)))

    def post(self, url: str, **kwargs: Any) -> Any:
        return self._seen(self._session.request("POST", url, **self._options(kwargs)))

    def close(self) -> None:
        self._session.close()

    def _options(self, kwargs: dict[str, Any]) -> dict[str, Any]:
        return kwargs | {"timeout": _TIMEOUTS, "allow_redirects": False}

    def _seen(self, response: Any) -> Any:
        headers = {str(name).lower(): str(value) for name, value in response.headers.items()}
        self.reply = Reply(status=int(response.status_code), headers=headers)
        self.number = _number(response.text) if self.reply.status >= 400 else None
        if self.reply.status < 500:
            document = _json_object(response.text)
            early = document.get("refresh_in")
            self.refresh_in = early if isinstance(early, int) else None
        return response


def _json_object(text: str) -> Mapping[str, Any]:
    """The answer; raises where it is none, before msal logs it."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise _BrokenReplyError from None
    if not isinstance(document, dict):
        raise _BrokenReplyError
    return document


def _denial(number: int | None, status: int | None) -> Remote:
    if number in _TRANSIENT:
        return Unavailable(scope=Scope.FIRM, status=status, detail=f"AADSTS{number}")
    code, scope = _DENIED.get(number or 0, (GraphCode.TOKEN_REFUSED, Scope.FIRM))
    return Denied(code.value, scope=scope, status=status, detail=None if number is None else f"AADSTS{number}")


def _number(text: str) -> int | None:
    found = _AADSTS.search(text)
    return None if found is None else int(found[1])


def _roles(token: str) -> frozenset[str]:
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        roles = claims.get("roles", [])
    except (IndexError, ValueError, binascii.Error, AttributeError):
        return frozenset()
    return frozenset(role for role in roles if isinstance(role, str)) if isinstance(roles, list) else frozenset()
