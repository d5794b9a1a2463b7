"""Subscriptions: creation with its handshake, limits of life, renewal, lifecycle. Facts: graph-calendar §16."""

import json
import random
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from simulator.graph.errors import GraphError, bad_request
from simulator.graph.mailbox import Mailbox
from simulator.graph.odata import Filter, instant, parse_filter
from simulator.graph.render import stamp
from simulator.graph.state import Json
from simulator.graph.switches import GraphSwitches
from simulator.wire import Push, PushSender

_RESOURCE = re.compile(
    r"^/?users/(?P<user>[^/?]+)/(?:events|calendar/events|calendars/(?P<calendar>[^/?]+)/events)(?:\?(?P<query>.*))?$",
    re.IGNORECASE,
)
_CHANGE_TYPES = frozenset({"created", "updated", "deleted"})


@dataclass(slots=True, kw_only=True)
class Subscription:
    """One subscription of an app on one mailbox."""

    id: str
    app_id: str
    tenant_id: str
    mailbox: Mailbox
    resource: str
    change_types: frozenset[str]
    change_type_text: str
    notification_url: str
    lifecycle_url: str | None
    client_state: str | None
    expires: datetime
    immutable_ids: bool
    tls_version: str | None = None
    calendar: str | None = None
    criteria: Filter | None = None
    #: Set by ``reauthorizationRequired``; delivery pauses once it has passed without an answer.
    reauthorize_by: datetime | None = None
    reauthorization_asked: bool = False

    def paused(self, now: datetime) -> bool:
        return self.reauthorize_by is not None and now >= self.reauthorize_by

    def json(self) -> Json:
        return {
            "id": self.id,
            "resource": self.resource,
            "applicationId": self.app_id,
            "changeType": self.change_type_text,
            "clientState": self.client_state,
            "notificationUrl": self.notification_url,
            "notificationQueryOptions": None,
            "lifecycleNotificationUrl": self.lifecycle_url,
            "expirationDateTime": stamp(self.expires.astimezone(UTC).replace(tzinfo=None)),
            "creatorId": self.app_id,
            "includeResourceData": None,
            "latestSupportedTlsVersion": self.tls_version or "v1_2",
            "encryptionCertificate": None,
            "encryptionCertificateId": None,
            "notificationUrlAppId": None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks: the app in one tenant, and whether the request wants immutable ids."""

    app_id: str
    tenant_id: str
    immutable_ids: bool = False
    roles: frozenset[str] = frozenset()


class Subscriptions:
    """All subscriptions of a service. ``find_mailbox`` gives a tenant's mailbox or raises the documented refusal."""

    def __init__(
        self,
        switches: GraphSwitches,
        rng: random.Random,
        now: Callable[[], datetime],
        find_mailbox: Callable[[Caller, str], Mailbox],
    ) -> None:
        self._switches = switches
        self._random = rng
        self._now = now
        self._find_mailbox = find_mailbox
        self.sender: PushSender | None = None
        self._active: dict[str, Subscription] = {}
        self._by_mailbox: dict[str, list[Subscription]] = {}

    # -- looking --------------------------------------------------------------------------------------------------

    def all(self) -> list[Subscription]:
        """Those that have not expired."""
        self._expire()
        return list(self._active.values())

    def of_mailbox(self, mailbox_id: str) -> Iterable[Subscription]:
        now = self._now()
        return [s for s in self._by_mailbox.get(mailbox_id, ()) if s.expires > now]

    def of_caller(self, caller: Caller) -> list[Subscription]:
        return [s for s in self.all() if (s.app_id, s.tenant_id) == (caller.app_id, caller.tenant_id)]

    def find(self, subscription_id: str, caller: Caller | None = None) -> Subscription:
        """Raises 404 for an unknown, foreign or expired one."""
        self._expire()
        found = self._active.get(subscription_id)
        if found is None or (
            caller is not None and (found.app_id, found.tenant_id) != (caller.app_id, caller.tenant_id)
        ):
            raise GraphError(404, "ResourceNotFound", "The object was not found.")
        return found

    def _expire(self) -> None:
        now = self._now()
        for subscription in [s for s in self._active.values() if s.expires <= now]:
            self.drop(subscription)

    def drop(self, subscription: Subscription) -> None:
        """Forget it without any notice."""
        self._active.pop(subscription.id, None)
        remaining = [s for s in self._by_mailbox.get(subscription.mailbox.id, ()) if s is not subscription]
        self._by_mailbox[subscription.mailbox.id] = remaining

    # -- changing -------------------------------------------------------------------------------------------------

    def create(self, body: Json, caller: Caller) -> Subscription:
        """POST: validates members, mailbox, duplicates and both endpoints; raises 400, 403, 404 and 409."""
        match = _RESOURCE.match(str(body.get("resource") or ""))
        if match is None:
            raise bad_request("The resource of the subscription is invalid or not supported.", "InvalidRequest")
        types = frozenset(part.strip().lower() for part in str(body.get("changeType") or "").split(",") if part.strip())
        if not types or not types <= _CHANGE_TYPES:
            raise bad_request("The changeType of the subscription is invalid.", "InvalidRequest")
        state = body.get("clientState")
        if state is not None and (not isinstance(state, str) or len(state) > 128):
            raise bad_request("The clientState must be a string of at most 128 characters.", "InvalidRequest")
        mailbox = self._find_mailbox(caller, match["user"])
        url, lifecycle = _https(body.get("notificationUrl")), body.get("lifecycleNotificationUrl")
        subscription = Subscription(
            id=self._new_id(),
            app_id=caller.app_id,
            tenant_id=caller.tenant_id,
            mailbox=mailbox,
            resource=str(body["resource"]),
            change_types=types,
            change_type_text=str(body["changeType"]),
            notification_url=url,
            lifecycle_url=_https(lifecycle) if lifecycle else None,
            client_state=state,
            expires=self._expiry(body.get("expirationDateTime")),
            immutable_ids=caller.immutable_ids,
            tls_version=body.get("latestSupportedTlsVersion"),
            calendar=match["calendar"],
            criteria=_criteria(match["query"]),
        )
        self._check_crowd(subscription)
        for address in (subscription.notification_url, subscription.lifecycle_url):
            if address is not None:
                self._validate(address)
        self._active[subscription.id] = subscription
        self._by_mailbox.setdefault(mailbox.id, []).append(subscription)
        return subscription

    def renew(self, subscription: Subscription, body: Json) -> None:
        """PATCH: expiration and notification URL only; a new expiration also reauthorises. Raises 400."""
        allowed = {"expirationDateTime", "notificationUrl"}
        if {name for name in body if "@odata" not in name} - allowed:
            raise bad_request("Only expirationDateTime and notificationUrl can be changed.", "InvalidRequest")
        if "notificationUrl" in body:
            url = _https(body["notificationUrl"])
            self._validate(url)
            subscription.notification_url = url
        if "expirationDateTime" in body:
            subscription.expires = self._expiry(body["expirationDateTime"])
            self.reauthorize(subscription)

    @staticmethod
    def reauthorize(subscription: Subscription) -> None:
        subscription.reauthorize_by = None
        subscription.reauthorization_asked = False

    def _check_crowd(self, new: Subscription) -> None:
        present = list(self.of_mailbox(new.mailbox.id))
        if len(present) >= self._switches.subscriptions_per_mailbox:
            raise GraphError(
                403, "ExtensionError", "Operation: Create; Exception: subscription limit of the mailbox reached."
            )
        same = [
            s for s in present if (s.app_id, s.resource, s.change_types) == (new.app_id, new.resource, new.change_types)
        ]
        if same and not self._switches.duplicate_subscriptions_accepted:
            raise GraphError(409, "Conflict", "Subscription resource already exists.")

    def _expiry(self, text: Any) -> datetime:
        """Over the maximum is refused, under the minimum is raised. Fact: 10,080 and 45 minutes [doc]."""
        if not isinstance(text, str):
            raise bad_request("The expirationDateTime of the subscription is missing.", "InvalidRequest")
        wanted, now = instant(text).replace(tzinfo=UTC), self._now()
        if wanted <= now:
            raise bad_request("Subscription expiration must be in the future.", "InvalidRequest")
        if wanted > now + timedelta(minutes=self._switches.subscription_max_minutes, seconds=1):
            raise bad_request("Subscription expiration can only be 10080 minutes in the future.", "InvalidRequest")
        return max(wanted, now + timedelta(minutes=self._switches.subscription_min_minutes))

    def _validate(self, url: str) -> None:
        """The handshake: the endpoint must echo the decoded token as plain text in time."""
        reason = "Testing client application reachability for subscription"
        token = f"Validation: {reason} Request-Id: {self._new_id()} &+%C5%A1"
        separator = "&" if "?" in url else "?"
        push = Push(
            url=f"{url}{separator}validationToken={quote(token, safe='')}",
            headers={"Content-Type": "text/plain; charset=utf-8"},
            body=b"",
            timeout_seconds=self._switches.validation_limit_seconds,
        )
        answer = self.sender.send(push) if self.sender is not None else None
        kind = "" if answer is None else _header(answer.headers, "content-type")
        if answer is None or answer.status != 200 or answer.body != token.encode() or not kind.startswith("text/plain"):
            raise bad_request(
                "Subscription validation request failed. Notification endpoint must respond with 200 OK.",
                "ValidationError",
            )

    def _new_id(self) -> str:
        bits = f"{self._random.getrandbits(128):032x}"
        return f"{bits[:8]}-{bits[8:12]}-4{bits[13:16]}-8{bits[17:20]}-{bits[20:]}"


def _header(headers: Any, name: str) -> str:
    return next((str(value).lower() for key, value in headers.items() if key.lower() == name), "")


def _https(url: Any) -> str:
    if not isinstance(url, str) or urlsplit(url).scheme != "https":
        raise bad_request("The notification URL must be a valid https URL.", "InvalidRequest")
    return url


def _criteria(query: str | None) -> Filter | None:
    if not query or not query.startswith("$filter="):
        return None
    return parse_filter(query.removeprefix("$filter="))


def lifecycle_body(subscription: Subscription, event: str) -> bytes:
    """One lifecycle notification. Fact: members [doc], graph-calendar §16."""
    entry = {
        "subscriptionId": subscription.id,
        "subscriptionExpirationDateTime": subscription.json()["expirationDateTime"],
        "tenantId": subscription.tenant_id,
        "clientState": subscription.client_state,
        "lifecycleEvent": event,
        "resource": subscription.resource,
    }
    return json.dumps({"value": [entry]}).encode()
