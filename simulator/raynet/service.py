"""The API in front of all instances: credentials, block of bad logins, limits (raynet-api §2, §3, §6, §7)."""

import base64
import binascii
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from simulator.raynet.activity_api import ActivityApi
from simulator.raynet.dates import zone_of
from simulator.raynet.directory_api import DirectoryApi
from simulator.raynet.errors import RaynetError, bad_input, limit_reached, unauthorised
from simulator.raynet.instance import RaynetInstance
from simulator.raynet.records import Actor, ApiKey
from simulator.raynet.routes import Answer, Call, dispatch, path_kind, split_path
from simulator.raynet.switches import RaynetSwitches
from simulator.raynet.views import Viewer
from simulator.raynet.webhooks import DuePush
from simulator.wire import Clock, PushSender, SimRequest, SimResponse, json_bytes

#: Fact: more than 20 requests with bad credentials block the IP address for 60 minutes [spec], §2.
BAD_LOGIN_LIMIT = 20
BLOCK = timedelta(minutes=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Caller:
    instance: RaynetInstance
    key: ApiKey


class RaynetService:
    """All simulated Raynet instances behind one API. Not thread-safe: the owner of the world serialises access.

    ``blocked_status`` is what a blocked address hears; whether it is 401 or 403 is open (§22 #6).
    """

    def __init__(self, clock: Clock, *, seed: int = 0, blocked_status: int = 401) -> None:
        self.clock = clock
        self.blocked_status = blocked_status
        self._seed = seed
        self._instances: dict[str, RaynetInstance] = {}
        self._bad_logins: dict[str, list[datetime]] = {}
        self._blocked_until: dict[str, datetime] = {}
        self._in_flight: Counter[str] = Counter()
        #: Requests with bad credentials by address, ever; and requests that met the block.
        self.bad_logins: Counter[str] = Counter()
        self.blocked_calls = 0

    # -- instances -------------------------------------------------------------------------------------------------

    def add_instance(self, name: str, *, switches: RaynetSwitches | None = None) -> RaynetInstance:
        if name in self._instances:
            raise ValueError("instance exists")
        instance = RaynetInstance(name, self.clock, seed=self._seed, switches=switches)
        self._instances[name] = instance
        return instance

    def instance(self, name: str) -> RaynetInstance:
        return self._instances[name]

    def instances(self) -> list[RaynetInstance]:
        return list(self._instances.values())

    # -- requests --------------------------------------------------------------------------------------------------

    def handle(self, request: SimRequest) -> SimResponse:
        """One whole exchange. Any path with ``/api/v2/`` in it is the API; everything else is the web application."""
        _, found, rest = request.path.partition("/api/v2")
        if not found:
            return _web_page()
        now = self.clock()
        if self._is_blocked(request.client_ip, now):
            self.blocked_calls += 1
            return self._refused(self._named_instance(request), unauthorised(), now, status=self.blocked_status)
        caller = self._authenticate(request)
        if caller is None:
            self._count_bad_login(request.client_ip, now)
            return self._refused(self._named_instance(request), unauthorised(), now)
        parts = split_path(rest)
        response = self._limited(caller, request, parts, now)
        caller.instance.calls.count(request.method, path_kind(parts), caller.key.name, response.status)
        return response

    def begin(self, request: SimRequest) -> SimResponse | None:
        """Takes a place among the parallel requests: None when there is one, else the 429 to answer with.

        Whoever lets requests overlap in time calls ``begin``, ``handle`` and, when the reply is out, ``end``.
        """
        instance = self._named_instance(request)
        if instance is None:
            return None
        scope = self._scope(instance, request)
        if self._in_flight[scope] < instance.switches.concurrency_limit:
            self._in_flight[scope] += 1
            return None
        now = self.clock()
        if instance.switches.concurrency_429_uses_quota:
            instance.quota.spend(now)
        instance.calls.by_status[429] += 1
        return _response(instance, limit_reached("Too many concurrent requests."), now)

    def end(self, request: SimRequest) -> None:
        """Gives back the place a successful ``begin`` took."""
        instance = self._named_instance(request)
        if instance is not None:
            self._in_flight[self._scope(instance, request)] -= 1

    def in_flight(self) -> int:
        return self._in_flight.total()

    # -- webhooks --------------------------------------------------------------------------------------------------

    def due_pushes(self, now: datetime) -> list[DuePush]:
        """Deliveries that may go out now, at most one per webhook; each has to be given to ``settle`` afterwards."""
        return [due for instance in self._instances.values() for due in instance.webhooks.due(now)]

    def settle(self, due: DuePush, answer: SimResponse | None) -> None:
        self._instances[due.instance].webhooks.settle(due, answer, self.clock())

    def pump(self, sender: PushSender) -> int:
        """Delivers what is due now, one after the other; gives the number of attempts."""
        due = self.due_pushes(self.clock())
        for one in due:
            self.settle(one, sender.send(one.push))
        return len(due)

    def next_push_at(self) -> datetime | None:
        moments = (instance.webhooks.next_due() for instance in self._instances.values())
        return min((moment for moment in moments if moment is not None), default=None)

    # -- inside ----------------------------------------------------------------------------------------------------

    def _limited(self, caller: _Caller, request: SimRequest, parts: tuple[str, ...], now: datetime) -> SimResponse:
        instance = caller.instance
        if not instance.quota.spend(now):
            return _response(instance, limit_reached("Daily limit of the instance is used up."), now)
        try:
            return _response(instance, self._answer(caller, request, parts), now)
        except RaynetError as error:
            return _response(instance, error, now)

    def _answer(self, caller: _Caller, request: SimRequest, parts: tuple[str, ...]) -> Answer:
        instance = caller.instance
        user = instance.user(caller.key.login)
        formats = [value for name, value in request.query if name == "dateFormat"]
        if formats and formats[-1] != "ISO8601":
            raise bad_input("unknown dateFormat")
        viewer = Viewer(zone=zone_of(user.timezone), iso=bool(formats), names=instance, switches=instance.switches)
        actor = Actor(login=user.username, source="api", description=caller.key.name)
        return dispatch(
            Call(
                method=request.method.upper(),
                parts=parts,
                query=request.query,
                body=request.body,
                activities=ActivityApi(instance=instance, user=user, actor=actor, viewer=viewer),
                directory=DirectoryApi(instance=instance, user=user, viewer=viewer),
                switches=instance.switches,
            )
        )

    def _authenticate(self, request: SimRequest) -> _Caller | None:
        """Basic with login and key plus the instance header, or a bearer token that carries the instance, §2."""
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        instance = self._named_instance(request)
        if scheme.lower() == "bearer":
            return self._bearer(value.strip(), instance)
        login, secret = _basic(value) if scheme.lower() == "basic" else (None, None)
        if instance is None or login is None or secret is None:
            return None
        for key in instance.api_keys():
            if key.secret == secret and key.login == login and self._works(instance, key):
                return _Caller(instance=instance, key=key)
        return None

    def _bearer(self, token: str, named: RaynetInstance | None) -> _Caller | None:
        for instance in self._instances.values() if named is None else (named,):
            for key in instance.api_keys():
                if key.bearer is not None and key.bearer == token and self._works(instance, key):
                    return _Caller(instance=instance, key=key)
        return None

    @staticmethod
    def _works(instance: RaynetInstance, key: ApiKey) -> bool:
        try:
            return not key.revoked and instance.user(key.login).active
        except KeyError:
            return False

    def _named_instance(self, request: SimRequest) -> RaynetInstance | None:
        name = request.headers.get("x-instance-name")
        if name is not None:
            return self._instances.get(name)
        number = request.headers.get("x-instance-id")
        return next((i for i in self._instances.values() if number is not None and i.instance_id == number), None)

    def _is_blocked(self, address: str, now: datetime) -> bool:
        until = self._blocked_until.get(address)
        return until is not None and now < until

    def _count_bad_login(self, address: str, now: datetime) -> None:
        self.bad_logins[address] += 1
        recent = [at for at in self._bad_logins.get(address, ()) if now - at < BLOCK] + [now]
        self._bad_logins[address] = recent
        if len(recent) > BAD_LOGIN_LIMIT:
            self._blocked_until[address] = now + BLOCK
            self._bad_logins[address] = []

    def _refused(
        self, instance: RaynetInstance | None, error: RaynetError, now: datetime, *, status: int | None = None
    ) -> SimResponse:
        switches = instance.switches if instance is not None else RaynetSwitches()
        headers: dict[str, str] = {}
        if instance is not None and switches.ratelimit_headers_on_401:
            headers = instance.quota.headers(now)
        status = status or error.status
        if switches.unauthorised_body == "html":
            page = f"<html><body><h1>HTTP Status {status}</h1></body></html>".encode()
            return SimResponse(status=status, headers={**headers, "Content-Type": "text/html;charset=utf-8"}, body=page)
        body = b"" if switches.unauthorised_body == "empty" else _json({**error.body(), "status": status})
        return SimResponse(status=status, headers={**headers, "Content-Type": "application/json"}, body=body)

    def _scope(self, instance: RaynetInstance, request: SimRequest) -> str:
        scope = instance.switches.concurrency_scope
        if scope == "ip":
            return request.client_ip
        return instance.name if scope == "instance" else f"{instance.name} {request.headers.get('authorization', '')}"


def _response(instance: RaynetInstance, outcome: Answer | RaynetError, now: datetime) -> SimResponse:
    """Fact: every reply carries the three ``X-Ratelimit-*`` headers [spec], §6; that it is dated is HTTP's own rule."""
    body = outcome.body() if isinstance(outcome, RaynetError) else outcome.body
    dated = {"Date": format_datetime(now.astimezone(UTC), usegmt=True)}
    headers = {**instance.quota.headers(now), **dated, "Content-Type": "application/json;charset=UTF-8"}
    return SimResponse(status=outcome.status, headers=headers, body=b"" if body is None else _json(body))


def _json(body: object) -> bytes:
    return json_bytes(body, separators=(",", ":"))


def _basic(value: str) -> tuple[str | None, str | None]:
    try:
        login, colon, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None, None
    return (login, secret) if colon else (None, None)


def _web_page() -> SimResponse:
    """The web application behind a deep link, just enough for a person to see where the link leads."""
    head = "<!doctype html><html lang='cs'><head><meta charset='utf-8'><title>Raynet CRM (simulace)</title></head>"
    page = f"{head}<body><h1>Raynet CRM (simulace)</h1></body></html>"
    return SimResponse(status=200, headers={"Content-Type": "text/html;charset=utf-8"}, body=page.encode())
