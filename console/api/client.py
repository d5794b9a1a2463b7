"""One HTTP client for the admin API: typed answers in, typed problems out. Blocking; used from job threads only."""

import ssl
import threading
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Generic, TypeVar
from urllib.parse import urlsplit

import requests
from pydantic import BaseModel, ValidationError
from requests.adapters import HTTPAdapter

from console.api import problems, tls
from console.version import VERSION

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)
Query = Mapping[str, str | int | bool | None]

_CONNECT_SECONDS: Final = 6.0
#: Longer than any deadline of the server behind which it answers 503 by itself.
_READ_SECONDS: Final = 30.0
_SAFE: Final = frozenset({"GET"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where the server is, and an own file of trusted roots. ``url`` has no slash at its end."""

    url: str
    own_roots: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Generic[T]):
    """A value with the ETag it was read under (None where the resource has none)."""

    value: T
    etag: str | None = None


class _Trusting(HTTPAdapter):
    """Verifies with our roots instead of the ones that requests or the environment would choose."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__(pool_maxsize=2)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._context, **kwargs)

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        return super().proxy_manager_for(*args, ssl_context=self._context, **kwargs)


class Client:
    """Calls of one server. Each thread has its own connections; the token is shared."""

    def __init__(self, address: Address, *, read_seconds: float = _READ_SECONDS) -> None:
        self.address = address
        self.token: str | None = None
        #: Called on the thread of the call, after each one: did the server answer at all?
        self.on_reach: list[Any] = []
        self._language = "cs"
        self._read_seconds = read_seconds
        self._context = tls.trusted_context(address.own_roots) if address.url.startswith("https:") else None
        self._own = threading.local()

    def speak(self, language: str) -> None:
        """The language of texts that come from the server."""
        self._language = language

    # --- calls --------------------------------------------------------------------------------------------------------

    def get(self, path: str, shape: type[M], query: Query | None = None) -> Answer[M]:
        """Reads. Raises an ApiProblem."""
        return self._decoded(self._call("GET", path, query=query), shape)

    def post(self, path: str, shape: type[M], body: BaseModel | None = None, query: Query | None = None) -> Answer[M]:
        """Asks for something to be made or done. Raises an ApiProblem."""
        return self._decoded(self._call("POST", path, body=body, query=query), shape)

    def put(self, path: str, shape: type[M], body: BaseModel, etag: str | None) -> Answer[M]:
        """Writes what was read under ``etag``. Raises an ApiProblem, Stale where somebody was faster."""
        return self._decoded(self._call("PUT", path, body=body, etag=etag), shape)

    def patch(self, path: str, shape: type[M], body: BaseModel, etag: str | None) -> Answer[M]:
        """Writes the members that are set in ``body``. Raises an ApiProblem."""
        return self._decoded(self._call("PATCH", path, body=body, etag=etag), shape)

    def delete(self, path: str, etag: str | None = None) -> None:
        """Raises an ApiProblem."""
        self._call("DELETE", path, etag=etag)

    def command(self, path: str, body: BaseModel | None = None) -> None:
        """A POST whose answer has no content that matters. Raises an ApiProblem."""
        self._call("POST", path, body=body)

    def close(self) -> None:
        """Connections of this thread; those of others end with their threads."""
        session = getattr(self._own, "session", None)
        if session is not None:
            session.close()

    # --- how ----------------------------------------------------------------------------------------------------------

    def _call(
        self,
        method: str,
        path: str,
        *,
        body: BaseModel | None = None,
        query: Query | None = None,
        etag: str | None = None,
    ) -> requests.Response:
        headers = {"Accept-Language": self._language}
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token}"
        if etag is not None:
            headers["If-Match"] = etag
        data = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            data = body.model_dump_json(exclude_unset=True).encode()
        try:
            reply = self._session().request(
                method,
                f"{self.address.url}{path}",
                params=_plain(query),
                data=data,
                headers=headers,
                timeout=(_CONNECT_SECONDS, self._read_seconds),
                allow_redirects=False,
            )
        except requests.RequestException as error:
            problem = _unreached(error, method)
            self._tell(reached=False)
            raise problem from error
        self._tell(reached=True)
        if reply.status_code >= 300:
            raise _refusal(reply)
        return reply

    def _tell(self, *, reached: bool) -> None:
        for listener in self.on_reach:
            listener(reached)

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._own, "session", None)
        if session is None:
            session = requests.Session()
            # Otherwise REQUESTS_CA_BUNDLE and .netrc of the machine would override what was chosen here.
            session.trust_env = False
            host = urlsplit(self.address.url).hostname or ""
            if not urllib.request.proxy_bypass(host):
                session.proxies = urllib.request.getproxies()
            session.headers["User-Agent"] = f"ros-console/{VERSION}"
            session.headers["Accept"] = "application/json"
            if self._context is not None:
                session.mount("https://", _Trusting(self._context))
            self._own.session = session
        return session

    @staticmethod
    def _decoded(reply: requests.Response, shape: type[M]) -> Answer[M]:
        try:
            value = shape.model_validate_json(reply.content or b"{}")
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            raise problems.WrongVersion(f"{shape.__name__}.{where}: {first['type']}") from None
        return Answer(value=value, etag=reply.headers.get("ETag"))


def _plain(query: Query | None) -> dict[str, str]:
    """Members without a value are left out; booleans as JSON writes them."""
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in (query or {}).items()
        if value is not None and value != ""
    }


def _unreached(error: requests.RequestException, method: str) -> problems.ApiProblem:
    cause: BaseException | None = error
    for _ in range(12):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return problems.Untrusted(tls.problem_of(cause), cause.verify_message)
        cause = _reason(cause)
        if cause is None:
            break
    before_sending = isinstance(error, requests.exceptions.ConnectTimeout) or "refused" in str(error).lower()
    kind = "timeout" if isinstance(error, requests.Timeout) else "no_connection"
    return problems.Offline(kind, is_unknown=method not in _SAFE and not before_sending)


def _reason(error: BaseException | None) -> BaseException | None:
    """What stands behind an exception; urllib3 hides it in ``reason`` or in the arguments."""
    inner = getattr(error, "reason", None)
    if isinstance(inner, BaseException):
        return inner
    arguments: tuple[object, ...] = getattr(error, "args", ())
    return next((part for part in arguments if isinstance(part, BaseException)), getattr(error, "__cause__", None))


def _refusal(reply: requests.Response) -> problems.ApiProblem:
    try:
        body = reply.json()
    except ValueError:
        body = None
    if not isinstance(body, dict) or "code" not in body:
        if reply.status_code in (502, 503, 504):
            return problems.Offline(f"gateway_{reply.status_code}")
        return problems.WrongVersion(f"HTTP {reply.status_code}")
    known = ("status", "code", "title_cs", "title_en", "request_id", "type", "title")
    title = str(body.get("title", ""))
    told = problems.Told(
        status=reply.status_code,
        code=str(body["code"]),
        title_cs=str(body.get("title_cs", title)),
        title_en=str(body.get("title_en", title)),
        request_id=str(body.get("request_id") or reply.headers.get("X-Request-Id", "")),
        data={name: value for name, value in body.items() if name not in known},
    )
    return problems.refusal(told)
