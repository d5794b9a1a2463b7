"""Delivery of change notifications: paced, lost, doubled, reordered, retried and punished as the switches say.

Facts: graph-calendar §16 [doc, seen]. Deterministic: the only randomness is the seeded generator.
"""

import heapq
import itertools
import json
import random
import threading
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from simulator.graph import ids
from simulator.graph.mailbox import Item, Mailbox, Save
from simulator.graph.query import resolver
from simulator.graph.render import etag, whole
from simulator.graph.state import Json
from simulator.graph.subscriptions import Subscription, Subscriptions, lifecycle_body
from simulator.graph.switches import GraphSwitches
from simulator.wire import Push, PushSender, SimResponse

_STATE_WINDOW = timedelta(minutes=10)
_FIRST_RETRY_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One notification waiting for its time: the ``entry`` of a change, or the name of a ``lifecycle`` event."""

    due: datetime
    created: datetime
    url: str
    subscription: Subscription
    entry: Json | None = None
    lifecycle: str | None = None
    attempt: int = 0


@dataclass(slots=True, kw_only=True)
class Endpoint:
    """A host's record of the last ten minutes; shared by all tenants that notify it. Fact: [doc]."""

    replies: deque[tuple[datetime, bool]] = field(default_factory=deque)
    dropping_until: datetime | None = None

    def slow_share(self, now: datetime) -> float:
        while self.replies and now - self.replies[0][0] > _STATE_WINDOW:
            self.replies.popleft()
        return sum(1 for _, slow in self.replies if slow) / len(self.replies) if len(self.replies) >= 10 else 0.0


class Notifications:
    """Queues what saves cause and hands it over when ``pump`` is called."""

    def __init__(
        self, switches: GraphSwitches, rng: random.Random, now: Callable[[], datetime], subscriptions: Subscriptions
    ) -> None:
        self._switches = switches
        self._random = rng
        self._now = now
        self._subscriptions = subscriptions
        self._queue: list[tuple[datetime, int, Delivery]] = []
        self._numbers = itertools.count()
        #: Held while the queue changes and never while a push is on its way.
        self.lock = threading.RLock()
        self.endpoints: dict[str, Endpoint] = {}
        #: created, lost, doubled, delivered, refused, retried, dropped, expired.
        self.counts: Counter[str] = Counter()

    # -- queueing -------------------------------------------------------------------------------------------------

    def saved(self, mailbox: Mailbox, item: Item, save: Save) -> None:
        """Announce one save to every subscription that wants it."""
        with self.lock:
            for subscription in self._subscriptions.of_mailbox(mailbox.id):
                if self._wants(subscription, item, save):
                    self._announce(subscription, item, save.change_type)

    def _wants(self, subscription: Subscription, item: Item, save: Save) -> bool:
        if save.change_type not in subscription.change_types:
            return False
        if subscription.calendar is not None and item.content.calendar != subscription.calendar:
            return False
        return subscription.criteria is None or subscription.criteria.matches(resolver(whole(item)))

    def _announce(self, subscription: Subscription, item: Item, change_type: str) -> None:
        switches, draw = self._switches, self._random.random
        self.counts["created"] += 1
        if switches.notify_loss_probability and draw() < switches.notify_loss_probability:
            self.counts["lost"] += 1
            return
        if change_type == "updated" and draw() < switches.notify_update_as_created_probability:
            change_type = "created"
        copies = 1
        if switches.notify_duplicate_probability and draw() < switches.notify_duplicate_probability:
            self.counts["doubled"] += 1
            copies = 2
        entry = self._entry(subscription, item, change_type)
        for _ in range(copies):
            delay = self._random.uniform(switches.notify_delay_min_seconds, switches.notify_delay_max_seconds)
            self._push(subscription, subscription.notification_url, delay, entry=entry)

    def _entry(self, subscription: Subscription, item: Item, change_type: str) -> Json:
        """Fact: a changed occurrence is announced under the series master's id [seen: docs 5520]."""
        mailbox = subscription.mailbox
        generation = None if subscription.immutable_ids else item.generation
        event_id = ids.encode(mailbox.id, item.number, generation)
        resource = f"Users/{mailbox.id}/Events/{event_id}"
        return {
            "id": f"{self._random.getrandbits(128):032x}",
            "subscriptionId": subscription.id,
            "subscriptionExpirationDateTime": subscription.json()["expirationDateTime"],
            "clientState": subscription.client_state,
            "tenantId": subscription.tenant_id,
            "changeType": change_type,
            "resource": resource,
            "resourceData": {
                "@odata.type": "#Microsoft.Graph.Event",
                "@odata.id": resource,
                "@odata.etag": etag(mailbox.id, item.content.state.version),
                "id": event_id,
            },
        }

    def lifecycle(self, subscription: Subscription, event: str) -> None:
        """Send ``reauthorizationRequired``, ``subscriptionRemoved`` (which removes it) or ``missed``."""
        if event == "reauthorizationRequired":
            grace = timedelta(seconds=self._switches.reauthorize_grace_seconds)
            subscription.reauthorize_by = self._now() + grace
            subscription.reauthorization_asked = True
        elif event == "subscriptionRemoved":
            self._subscriptions.drop(subscription)
        if subscription.lifecycle_url is not None:
            self._push(subscription, subscription.lifecycle_url, 0.0, lifecycle=event)

    def _push(
        self,
        subscription: Subscription,
        url: str,
        delay: float,
        *,
        entry: Json | None = None,
        lifecycle: str | None = None,
    ) -> None:
        now = self._now()
        due = now + timedelta(seconds=delay)
        self._enqueue(
            Delivery(due=due, created=now, url=url, subscription=subscription, entry=entry, lifecycle=lifecycle)
        )

    def _enqueue(self, delivery: Delivery) -> None:
        heapq.heappush(self._queue, (delivery.due, next(self._numbers), delivery))

    # -- delivering -----------------------------------------------------------------------------------------------

    def next_due(self) -> datetime | None:
        """When ``pump`` has something to do next; None when nothing waits."""
        return self._queue[0][0] if self._queue else None

    def due_pushes(self, now: datetime | None = None) -> list[tuple[Push, list[Delivery]]]:
        """Take what is due: one POST per URL and up to the switched number of notifications, in order of their time."""
        now = self._now() if now is None else now
        self._ask_for_reauthorization(now)
        groups: dict[str, list[Delivery]] = {}
        posts: list[tuple[Push, list[Delivery]]] = []
        while self._queue and self._queue[0][0] <= now:
            delivery = heapq.heappop(self._queue)[2]
            if delivery.lifecycle is not None:
                posts.append(
                    (self._post(delivery.url, lifecycle_body(delivery.subscription, delivery.lifecycle)), [delivery])
                )
            elif self._may_go(delivery, now):
                group = groups.setdefault(delivery.url, [])
                group.append(delivery)
        size = self._switches.notifications_per_post
        for url, group in groups.items():
            for start in range(0, len(group), size):
                part = group[start : start + size]
                body = json.dumps({"value": [delivery.entry for delivery in part]}).encode()
                posts.append((self._post(url, body), part))
        return posts

    def _may_go(self, delivery: Delivery, now: datetime) -> bool:
        """Drops what is paused, expired or meets a dropping endpoint; postpones what meets a slow one."""
        subscription = delivery.subscription
        if subscription.expires <= now or subscription.paused(now):
            self.counts["expired"] += 1
            return False
        endpoint = self._endpoint(delivery.url)
        if endpoint.dropping_until is not None and now < endpoint.dropping_until:
            self.counts["dropped"] += 1
            return False
        is_slow = endpoint.slow_share(now) > self._switches.slow_share
        ready = delivery.created + timedelta(seconds=self._switches.slow_delay_seconds)
        if is_slow and delivery.attempt == 0 and ready > now:
            self._enqueue(_again(delivery, ready, delivery.attempt))
            return False
        return True

    def _post(self, url: str, body: bytes) -> Push:
        headers = {"Content-Type": "application/json; charset=utf-8"}
        return Push(url=url, headers=headers, body=body, timeout_seconds=self._switches.reply_limit_seconds)

    def pump(self, sender: PushSender) -> int:
        """Deliver everything that is due and digest the replies; returns the number of POSTs."""
        with self.lock:
            posts = self.due_pushes()
        for push, deliveries in posts:
            begun = self._now()
            answer = sender.send(push)
            elapsed = (self._now() - begun).total_seconds()
            with self.lock:
                self._digest(push, deliveries, answer, elapsed)
        return len(posts)

    def _digest(self, push: Push, deliveries: list[Delivery], answer: SimResponse | None, elapsed: float) -> None:
        is_slow = answer is None or elapsed > self._switches.slow_after_seconds
        self._record(push.url, slow=is_slow)
        if answer is not None and 200 <= answer.status < 300 and elapsed <= self._switches.reply_limit_seconds:
            self.counts["delivered"] += len(deliveries)
        else:
            self.counts["refused"] += len(deliveries)
            self._retry(deliveries)

    def _record(self, url: str, *, slow: bool) -> None:
        endpoint, now = self._endpoint(url), self._now()
        endpoint.replies.append((now, slow))
        if endpoint.slow_share(now) > self._switches.drop_share:
            endpoint.dropping_until = now + _STATE_WINDOW

    def _retry(self, deliveries: list[Delivery]) -> None:
        """Exponential back-off up to four hours, then dropped. Fact: [doc]."""
        now, limit = self._now(), timedelta(hours=self._switches.retry_hours)
        for delivery in deliveries:
            due = now + timedelta(seconds=_FIRST_RETRY_SECONDS * 2**delivery.attempt)
            if due - delivery.created > limit:
                self.counts["dropped"] += 1
                continue
            self.counts["retried"] += 1
            self._enqueue(_again(delivery, due, delivery.attempt + 1))

    def _ask_for_reauthorization(self, now: datetime) -> None:
        before = self._switches.reauthorize_before_seconds
        if before is None:
            return
        for subscription in self._subscriptions.all():
            if not subscription.reauthorization_asked and subscription.expires - now <= timedelta(seconds=before):
                self.lifecycle(subscription, "reauthorizationRequired")

    def _endpoint(self, url: str) -> Endpoint:
        return self.endpoints.setdefault(urlsplit(url).netloc, Endpoint())


def _again(delivery: Delivery, due: datetime, attempt: int) -> Delivery:
    return Delivery(
        due=due,
        created=delivery.created,
        url=delivery.url,
        subscription=delivery.subscription,
        entry=delivery.entry,
        lifecycle=delivery.lifecycle,
        attempt=attempt,
    )
