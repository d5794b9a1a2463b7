"""One HTTP call to Raynet: sends it at most once, reads the whole reply within bounds, tells what it means.

``requests`` lives here. Sessions hold no cookies, follow no redirects, read no environment and never repeat; each
thread has its own, all share one TLS context. Nothing of an address, a body or a vendor's text leaves in an exception.
"""

import base64
import json
import ssl
import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlencode

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.exceptions import HTTPError, NewConnectionError

from server.domain.ids import FirmId
from server.errors import Denied, Remote, Scope, Throttled, Unavailable
from server.ports.gateway import anybody
from server.raynet.codes import RaynetCode
from server.raynet.connection import RaynetConnection
from server.raynet.quota import Governor, Lane, Outcome, Permit, quota_from
from server.raynet.replies import Reply, Subject, error_of, is_login_refusal, reply_of
from server.raynet.wire import Json

USER_AGENT: Final = "raynet-outlook-sync"
CONNECT_SECONDS: Final = 5.0
#: Longest silence between two parts of a reply, and longest reply from first to last byte.
READ_SECONDS: Final = 25.0
WHOLE_SECONDS: Final = 60.0
MOST_BYTES: Final = 20 * 1024 * 1024
_CHUNK_BYTES: Final = 64 * 1024

#: What carries the requests.
Transport = BaseAdapter
Method = Literal["GET", "PUT", "POST", "DELETE"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request. ``path`` is relative to the base and already quoted; ``query`` values are not."""

    method: Method
    path: str
    query: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: Mapping[str, Json] | None = field(default=None, repr=False)
    lane: Lane = Lane.USER
    subject: Subject = Subject.RECORD

    @property
    def is_write(self) -> bool:
        return self.method != "GET"


class _SharedTls(HTTPAdapter):
    """requests' adapter on one ready TLS context, instead of loading all roots for each connection."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__(pool_connections=8, pool_maxsize=2, max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any) -> None:  # noqa: FBT001, FBT002 - the library's signature
        super().init_poolmanager(connections, maxsize, block=block, ssl_context=self._context, **pool_kwargs)

    def cert_verify(self, conn: Any, *_: object) -> None:
        """The context has its roots; the library would load its own for each connection."""
        conn.cert_reqs = "CERT_REQUIRED"


def tls_context(ca_bundle: Path | None) -> ssl.SSLContext:
    """TLS 1.2 or newer, verified against the public roots and those of ``ca_bundle``."""
    context = ssl.create_default_context(cafile=DEFAULT_CA_BUNDLE_PATH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_bundle is not None:
        context.load_verify_locations(cafile=ca_bundle)
    return context


class RaynetClient:
    """Sends calls through the governor. Thread-safe."""

    def __init__(
        self,
        *,
        governor: Governor,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
        allowed_bases: Collection[str],
        ca_bundle: Path | None = None,
        transport: BaseAdapter | None = None,
        last_look: Callable[[FirmId], None] = anybody,
    ) -> None:
        """``transport``: what carries the requests instead of the network, for the simulated Raynet in process.

        ``last_look`` may still stop a write after it has waited for its slot, by raising.
        """
        self._last_look = last_look
        self._governor = governor
        self._clock = clock
        self._monotonic = monotonic
        self._allowed_bases = frozenset(base.rstrip("/") for base in allowed_bases)
        self._carrier: Callable[[], Transport] = (
            partial(_SharedTls, tls_context(ca_bundle)) if transport is None else partial(_itself, transport)
        )
        self._local = threading.local()

    def send(self, connection: RaynetConnection, call: Call) -> Reply:
        """The reply to a call that Raynet accepted. Raises only :mod:`server.errors`; sends at most once."""
        if connection.base_url.rstrip("/") not in self._allowed_bases:
            raise Denied(RaynetCode.URL_REFUSED, scope=Scope.FIRM)
        with self._governor.slot(connection, call.lane, is_write=call.is_write) as permit:
            if call.is_write:
                self._last_look(connection.firm)
            reply = self._exchange(connection, call)
            error = self._judged(connection, call, reply, permit)
        if error is not None:
            raise error
        return reply

    def _judged(self, connection: RaynetConnection, call: Call, reply: Reply, permit: Permit) -> Remote | None:
        """What the reply means; the permit learns what it says about budget and credentials."""
        now = self._clock()
        permit.quota = quota_from(reply.headers, now)
        if is_login_refusal(reply, call.subject, is_write=call.is_write):
            permit.outcome = Outcome.REFUSED
            return Denied(RaynetCode.CREDENTIALS, scope=Scope.FIRM, status=reply.status)
        if reply.status == 429:
            permit.throttled = True
            if permit.quota is not None and permit.quota.remaining == 0:
                return Throttled(until=permit.quota.reset, scope=Scope.FIRM, detail="budget")
            wait = max(self._governor.next_short_wait(connection), _asked_wait(reply))
            return Throttled(until=now + wait, scope=Scope.FIRM, detail="parallel")
        if reply.is_json or (reply.is_empty and 200 <= reply.status < 300):
            # Raynet itself answered, which it does in JSON.
            permit.outcome = Outcome.PROVEN
        return error_of(reply, call.subject, is_write=call.is_write)

    def _exchange(self, connection: RaynetConnection, call: Call) -> Reply:
        """Send, and read the reply to its end. Unavailable tells whether a write may have arrived."""
        data = None if call.body is None else json.dumps(call.body, allow_nan=False).encode()
        url = f"{connection.base_url.rstrip('/')}/{call.path}" + (f"?{urlencode(call.query)}" if call.query else "")
        try:
            with self._session().request(
                call.method,
                url,
                data=data,
                headers=_headers(connection, has_body=data is not None),
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,
                stream=True,
            ) as response:
                headers = {name.lower(): value for name, value in response.headers.items()}
                return reply_of(response.status_code, headers, self._body(response))
        except _TooMuchError:
            failure, arrived = "too_long", True
        except (OSError, HTTPError) as error:
            # Every error of the library is an OSError or urllib3's own.
            failure, arrived = type(error).__name__, not _never_left(error)
        # Raised outside, so that no chain carries the library's message: it quotes the address and its query.
        raise Unavailable(RaynetCode.UNREACHABLE, detail=failure, unknown_outcome=call.is_write and arrived)

    def _body(self, response: requests.Response) -> bytes:
        """The whole body, unpacked; a longer or slower one than any of Raynet's is given up."""
        deadline = self._monotonic() + WHOLE_SECONDS
        body = bytearray()
        for chunk in response.iter_content(_CHUNK_BYTES):
            body += chunk
            if len(body) > MOST_BYTES or self._monotonic() > deadline:
                raise _TooMuchError
        return bytes(body)

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = requests.Session()
            session.trust_env = False
            # One session serves many firms: a cookie of one must never reach another.
            session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
            for scheme in ("http://", "https://"):
                session.mount(scheme, self._carrier())
        return session


def _itself(transport: Transport) -> Transport:
    return transport


class _TooMuchError(Exception):
    """The reply is longer or slower than we are willing to read."""


def _asked_wait(reply: Reply) -> timedelta:
    """``Retry-After`` in seconds, at most an hour. Fact: none is documented, §6; whoever sends one is obeyed."""
    text = reply.headers.get("retry-after", "")
    return (
        timedelta(seconds=min(int(text), 3600)) if text.isascii() and text.isdigit() and len(text) < 9 else timedelta()
    )


def _headers(connection: RaynetConnection, *, has_body: bool) -> dict[str, str]:
    """Fact: Basic with login and key, and the instance by name [spec], §2. UTF-8, which the library's own is not."""
    login = base64.b64encode(f"{connection.user}:{connection.key}".encode()).decode("ascii")
    headers = {
        "Authorization": f"Basic {login}",
        "X-Instance-Name": connection.instance,
        "Accept": "application/json",
        "User-Agent": USER_AGENT,
    }
    return headers | ({"Content-Type": "application/json"} if has_body else {})


def _never_left(error: BaseException) -> bool:
    """Whether the request surely did not reach Raynet: no connection, or no trust in it."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    reason = getattr(error.args[0], "reason", None) if error.args else None
    if isinstance(reason, NewConnectionError):
        return True
    # urllib3 wraps what the handshake raised.
    return any(isinstance(part, ssl.SSLCertVerificationError) for part in getattr(reason, "args", ()))
