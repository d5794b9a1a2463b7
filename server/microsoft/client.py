"""HTTP towards Graph: the only place here that knows ``requests``.

One session per thread, one TLS context, nothing from the environment, no redirects, no retries (the engine owns them;
a refused token is renewed once, because a 401 was certainly not applied). Foreign exceptions are not chained: their
texts carry addresses (``$filter=mail eq …``) and their requests carry tokens.
"""

import json
import ssl
import threading
import time
import uuid
import weakref
from collections.abc import Callable, Mapping
from datetime import datetime
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

import certifi
import requests
import requests.adapters
from urllib3.exceptions import HTTPError as Urllib3Error
from urllib3.exceptions import NewConnectionError

from server.domain.ids import FirmId
from server.errors import Denied, Misconfigured, Remote, Scope, Throttled, Unavailable
from server.microsoft.codes import GraphCode
from server.microsoft.exchange import Call, Json, Reply, retry_at
from server.microsoft.failures import failure
from server.microsoft.governor import Governor
from server.microsoft.tokens import Tokens
from server.ports.gateway import anybody

#: Makes the adapter that carries the requests of one session; tests put a simulated system here.
Transport = Callable[[], requests.adapters.BaseAdapter]

_TIMEOUTS: Final = (5.0, 30.0)
_REPLY_CAP_BYTES: Final = 20 * 1024 * 1024
_REPLY_SECONDS: Final = 120.0
_CHUNK_BYTES: Final = 64 * 1024


def tls_context(ca_bundle: str | None) -> ssl.SSLContext:
    """The public roots plus those of ``ca_bundle`` (path of a PEM file). Misconfigured when it cannot be read."""
    context = ssl.create_default_context(cafile=certifi.where())
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_bundle is not None:
        try:
            context.load_verify_locations(cafile=ca_bundle)
        except (OSError, ssl.SSLError):
            raise Misconfigured("setting_file_unreadable", setting="ROS_CA_BUNDLE") from None
    return context


class TlsAdapter(requests.adapters.HTTPAdapter):
    """Connections over one ready TLS context. ``requests`` itself would load the roots again for each connection."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__(pool_connections=2, pool_maxsize=2, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._context, **kwargs)

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> Any:  # the stubs' own type is private
        host, _ = super().build_connection_pool_key_attributes(request, verify, cert)
        return host, {"ssl_context": self._context, "cert_reqs": "CERT_REQUIRED"}

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """The context verifies; nothing is left to load."""
        del conn, url, verify, cert


def new_session(transport: Transport) -> requests.Session:
    """A session that takes nothing from the environment: no proxy, no ``.netrc``, no CA bundle, no cookies kept."""
    session = requests.Session()
    session.trust_env = False
    session.max_redirects = 0
    session.mount("https://", transport())
    session.mount("http://", transport())
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
    session.headers.clear()
    session.headers.update({"User-Agent": "raynet-outlook-sync", "Accept-Encoding": "gzip, deflate"})
    return session


def graph_base(url: str) -> str:
    """``https://graph.microsoft.com`` and ``…/v1.0`` as the latter."""
    bare = url.rstrip("/")
    return bare if bare.endswith("/v1.0") else f"{bare}/v1.0"


class GraphClient:
    """Sends calls of a firm with the token of its tenant. Thread-safe."""

    def __init__(
        self,
        *,
        base_url: str,
        tokens: Tokens,
        tenant_of: Callable[[FirmId], str],
        governor: Governor,
        transport: Transport,
        clock: Callable[[], datetime],
        last_look: Callable[[FirmId], None] = anybody,
    ) -> None:
        """``last_look`` may still stop a write after it has waited for its place and its token, by raising."""
        self._last_look = last_look
        self._base_url = graph_base(base_url)
        self._base = urlsplit(self._base_url)
        self._tokens = tokens
        self._tenant_of = tenant_of
        self._governor = governor
        self._transport = transport
        self._clock = clock
        self._local = threading.local()
        self._sessions: weakref.WeakSet[requests.Session] = weakref.WeakSet()

    def close(self) -> None:
        """Close the connections of all threads."""
        for session in list(self._sessions):
            session.close()

    # --- links ----------------------------------------------------------------------------------------------------

    def is_own_link(self, link: str) -> bool:
        """Whether a link that Graph gave us leads to the configured Graph: scheme, host, port and path prefix."""
        if not link.isascii() or not link.isprintable() or "\\" in link:
            return False
        try:
            parts = urlsplit(link)
            same = _origin(parts) == _origin(self._base)
        except ValueError:
            return False
        plain = "@" not in parts.netloc and not parts.fragment and ".." not in parts.path.split("/")
        return same and plain and parts.path.startswith(self._base.path + "/")

    def relative(self, url: str) -> str:
        """A call's URL as a batch entry wants it: below the base, beginning with ``/``."""
        return (
            url
            if url.startswith("/")
            else urlsplit(url)._replace(scheme="", netloc="").geturl()[len(self._base.path) :]
        )

    # --- calls ----------------------------------------------------------------------------------------------------

    def send(self, firm: FirmId, call: Call) -> Reply:
        """The successful reply; raises :mod:`server.errors` for everything else."""
        reply, error = self.ask(firm, call)
        if error is not None:
            raise error
        return reply

    def ask(self, firm: FirmId, call: Call) -> tuple[Reply, Remote | None]:
        """The reply with what it means; raises only where there is none."""
        waiting = self._governor.check(firm, call)
        if waiting is not None:
            raise waiting
        mailboxes = () if call.mailbox is None else (call.mailbox,)
        with self._governor.places(firm, mailboxes):
            reply = self.exchange(firm, call, (call,))
        return reply, self.outcome(firm, call, reply)

    def outcome(self, firm: FirmId, call: Call, reply: Reply) -> Remote | None:
        """What a reply means; waits it demands are remembered for the call's lane."""
        now = self._clock()
        error = failure(reply, call, now)
        if isinstance(error, Throttled):
            self._governor.demand_wait(firm, call.lane, error.until)
        elif isinstance(error, Unavailable):
            until = retry_at(reply, now)
            if until is not None:
                self._governor.demand_wait(firm, call.lane, until)
        elif isinstance(error, Denied) and reply.status == 403 and call.mailbox is not None:
            return self._with_role(firm, error)
        return error or self._broken(call, reply)

    def exchange(self, firm: FirmId, call: Call, counted: tuple[Call, ...]) -> Reply:
        """One HTTP request, and one more with a fresh token after a 401. ``counted``: the calls it stands for."""
        tenant = self._tenant_of(firm)
        token = self._tokens.token(tenant)
        reply = self._sent(firm, call, counted, token)
        if reply.status != 401:
            return reply
        self._tokens.drop(tenant, token)
        return self._sent(firm, call, counted, self._tokens.token(tenant))

    def _sent(self, firm: FirmId, call: Call, counted: tuple[Call, ...], token: str) -> Reply:
        """The one HTTP request. A batch is sent by POST, but is a write only if it stands for one."""
        if any(one.is_write for one in counted):
            self._last_look(firm)
        self._governor.count(firm, counted)
        return self._http(call, token)

    def has_role(self, firm: FirmId, role: str) -> bool:
        """Whether the tenant's token in hand carries the role: an explanation of a 403, never a reason to stop."""
        return self._tokens.has_role(self._tenant_of(firm), role)

    def renew_token(self, firm: FirmId) -> None:
        """Forget the tenant's token; the next call asks for a new one."""
        self._tokens.drop(self._tenant_of(firm), None)

    def _with_role(self, firm: FirmId, error: Denied) -> Denied:
        """Fact: a tenant may grant by Exchange RBAC without any role in the token, so the mailbox is asked first and
        the missing role is only the explanation [inferred], §3."""
        if self.has_role(firm, "Calendars.ReadWrite"):
            return error
        return Denied(GraphCode.NO_ROLE.value, scope=error.scope, status=error.status, detail=error.detail)

    def _broken(self, call: Call, reply: Reply) -> Unavailable | None:
        if isinstance(reply.document, dict) or reply.status in (202, 204):
            return None
        return broken_reply(call, "no_json")

    # --- the wire -------------------------------------------------------------------------------------------------

    def _http(self, call: Call, token: str) -> Reply:
        headers = call.headers() | {
            "Authorization": f"Bearer {token}",
            "Accept": "application/json",
            "client-request-id": str(uuid.uuid4()),
            "return-client-request-id": "true",
        }
        url = call.url if call.url.startswith("https:") or call.url.startswith("http:") else self._base_url + call.url
        data = None if call.body is None else json.dumps(call.body, ensure_ascii=True).encode()
        try:
            with self._session().request(
                call.method, url, data=data, headers=headers, timeout=_TIMEOUTS, allow_redirects=False, stream=True
            ) as response:
                content = _read_capped(response)
                answered = {name.lower(): value for name, value in response.headers.items()}
                return Reply(status=response.status_code, headers=answered, document=parse_json(content))
        except (requests.RequestException, Urllib3Error, OSError) as problem:
            unknown = call.is_write and not _was_never_sent(problem)
            raise Unavailable(detail=type(problem).__name__, unknown_outcome=unknown) from None
        except _TooLargeError:
            raise broken_reply(call, TOO_LARGE) from None

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = new_session(self._transport)
            self._local.session = session
            self._sessions.add(session)
        return session


def fetch_document(session: requests.Session, url: str) -> Mapping[str, Json]:
    """A public JSON object, asked for without any token; the session is closed. Raises Unavailable."""
    try:
        with session, session.get(url, timeout=_TIMEOUTS, allow_redirects=False, stream=True) as response:
            document = parse_json(_read_capped(response)) if response.status_code == 200 else None
    except (requests.RequestException, Urllib3Error, OSError, _TooLargeError) as problem:
        raise Unavailable(scope=Scope.SERVER, detail=type(problem).__name__) from None
    if not isinstance(document, dict):
        raise Unavailable(GraphCode.BROKEN_REPLY.value, scope=Scope.SERVER, status=response.status_code)
    return document


#: ``detail`` of a reply over the cap: a batch is then asked in halves.
TOO_LARGE: Final = "reply_too_large"


class _TooLargeError(Exception):
    """The reply exceeds the cap of bytes or seconds."""


def broken_reply(call: Call, detail: str) -> Unavailable:
    """A success whose content is no valid answer: nothing was learnt, a write may have been applied."""
    scope = Scope.FIRM if call.mailbox is None else Scope.MAILBOX
    return Unavailable(GraphCode.BROKEN_REPLY.value, scope=scope, detail=detail, unknown_outcome=call.is_write)


def parse_json(content: bytes) -> Json:
    """The JSON value, None where there is none (empty, truncated, HTML, nested too deeply)."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _was_never_sent(problem: Exception) -> bool:
    """No connection came about, so a write was surely not applied."""
    reason = getattr(problem.args[0] if problem.args else None, "reason", None)
    return isinstance(problem, requests.ConnectTimeout) or isinstance(reason, NewConnectionError)


def _read_capped(response: requests.Response) -> bytes:
    deadline = time.monotonic() + _REPLY_SECONDS
    chunks: list[bytes] = []
    size = 0
    for chunk in response.iter_content(_CHUNK_BYTES):
        chunks.append(chunk)
        size += len(chunk)
        if size > _REPLY_CAP_BYTES or time.monotonic() > deadline:
            raise _TooLargeError
    return b"".join(chunks)


def _origin(parts: SplitResult) -> tuple[str, str | None, int]:
    standard: Mapping[str, int] = {"https": 443, "http": 80}
    return parts.scheme, parts.hostname, parts.port or standard.get(parts.scheme, 0)
