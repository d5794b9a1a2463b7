"""Raynet's webhook queues: pacing, retries, removal after seven days (raynet-api §18). Driven by whoever owns time."""

import json
import random
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from simulator.raynet.dates import show_instant, zone_of
from simulator.raynet.records import Actor, JsonObject
from simulator.raynet.switches import RaynetSwitches
from simulator.wire import Push, SimResponse

ALERT_AFTER = timedelta(days=1)
REMOVE_AFTER = timedelta(days=7)
EVENTS = frozenset({"record.created", "record.updated", "record.deleted"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """One registration. ``entity_filter`` None = all entities."""

    uuid: str
    url: str
    secret: str | None
    events: frozenset[str]
    entity_filter: frozenset[str] | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """One event waiting for one webhook."""

    event_id: str
    body: bytes
    due_at: datetime
    order: float
    attempts: int = 0


@dataclass(slots=True, kw_only=True)
class _Line:
    """One webhook and what waits for it."""

    webhook: Webhook
    waiting: list[Queued] = field(default_factory=list)
    free_at: datetime | None = None
    failing_since: datetime | None = None
    alerted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DuePush:
    """A delivery that may go out now; give it back with its outcome to ``settle``."""

    instance: str
    webhook: str
    queued: Queued
    push: Push


class WebhookQueue:
    """The webhooks of one instance."""

    def __init__(self, instance: str, switches: RaynetSwitches, generator: random.Random) -> None:
        self._instance = instance
        self._switches = switches
        self._random = generator
        self._lines: dict[str, _Line] = {}
        self._number = 0
        self.technical_contacts: list[str] = []
        #: (when, what, webhook): mails to the technical contact and removals.
        self.alerts: list[tuple[datetime, str, str]] = []
        self.delivered = 0
        self.lost = 0

    @property
    def webhooks(self) -> tuple[Webhook, ...]:
        return tuple(line.webhook for line in self._lines.values())

    @property
    def waiting(self) -> int:
        return sum(len(line.waiting) for line in self._lines.values())

    def register(
        self, url: str, secret: str | None, events: frozenset[str], entities: frozenset[str] | None, now: datetime
    ) -> Webhook:
        uuid = f"{self._random.getrandbits(128):032x}"
        webhook = Webhook(uuid=uuid, url=url, secret=secret, events=events, entity_filter=entities, created_at=now)
        self._lines[uuid] = _Line(webhook=webhook)
        return webhook

    def remove(self, uuid: str) -> bool:
        return self._lines.pop(uuid, None) is not None

    def raise_event(
        self, kind: str, entity: str, entity_id: int, ext_ids: tuple[str, ...] | None, actor: Actor, now: datetime
    ) -> None:
        """Queues the event for every webhook that wants it; loss, duplicates and reordering as the switches say."""
        event_id = f"{self._random.getrandbits(128):032x}"
        body: JsonObject = {
            "eventId": event_id,
            "createdAt": show_instant(now, zone_of("EUROPE_PRAGUE"), iso=True),
            "type": kind,
            "author": actor.login,
            "source": {"name": actor.source, "description": actor.description},
            "data": {"entityName": entity, "entityId": entity_id, "extIds": list(ext_ids) if ext_ids else None},
        }
        raw = json.dumps(body, ensure_ascii=False).encode()
        for line in self._lines.values():
            wanted = line.webhook.entity_filter
            if kind in line.webhook.events and (wanted is None or entity in wanted):
                self._queue(line, event_id, raw, now)

    def _queue(self, line: _Line, event_id: str, raw: bytes, now: datetime) -> None:
        switches = self._switches
        if switches.webhook_loss and self._random.random() < switches.webhook_loss:
            self.lost += 1
            return
        copies = 1 + (switches.webhook_duplicates > 0 and self._random.random() < switches.webhook_duplicates)
        for _ in range(copies):
            self._number += 1
            order = float(self._number)
            if switches.webhook_reorder and self._random.random() < switches.webhook_reorder:
                order += self._random.uniform(-5.0, 5.0)
            due = now + timedelta(seconds=switches.webhook_delay_seconds)
            line.waiting.append(Queued(event_id=event_id, body=raw, due_at=due, order=order))

    def due(self, now: datetime) -> list[DuePush]:
        """At most one delivery per webhook: pacing is per URL. What is given out leaves the queue until settled."""
        self._retire(now)
        out: list[DuePush] = []
        for line in self._lines.values():
            ready = [queued for queued in line.waiting if queued.due_at <= now]
            if not ready or (line.free_at is not None and now < line.free_at):
                continue
            queued = min(ready, key=lambda q: q.order)
            line.waiting.remove(queued)
            line.free_at = now + timedelta(seconds=self._spacing(len(line.waiting)))
            headers = {"Content-Type": "application/json"}
            if line.webhook.secret is not None:
                headers["X-RAYNETCRM-Token"] = line.webhook.secret
            push = Push(
                url=line.webhook.url,
                headers=headers,
                body=queued.body,
                timeout_seconds=self._switches.webhook_answer_seconds,
            )
            out.append(DuePush(instance=self._instance, webhook=line.webhook.uuid, queued=queued, push=push))
        return out

    def settle(self, due: DuePush, answer: SimResponse | None, now: datetime) -> None:
        """Any 2xx is success; anything else goes back into the queue and is repeated until accepted."""
        line = self._lines.get(due.webhook)
        if line is None:
            return
        if answer is not None and 200 <= answer.status < 300:
            self.delivered += 1
            line.failing_since, line.alerted = None, False
            return
        line.failing_since = line.failing_since or now
        attempts = due.queued.attempts + 1
        wait = min(
            self._switches.webhook_retry_seconds * 2 ** (attempts - 1), self._switches.webhook_retry_maximum_seconds
        )
        line.waiting.append(replace(due.queued, due_at=now + timedelta(seconds=wait), attempts=attempts))

    def next_due(self) -> datetime | None:
        """When something may go out next, or None; lets a driver jump in time."""
        moments = [
            max(min(queued.due_at for queued in line.waiting), line.free_at or min(q.due_at for q in line.waiting))
            for line in self._lines.values()
            if line.waiting
        ]
        return min(moments, default=None)

    def _spacing(self, still_waiting: int) -> float:
        """Fact: 1/s (older) [spec]; 0.5 s over 100 waiting to 5 s at an empty queue (newer) [doc]; linear: inferred."""
        if self._switches.webhook_pacing == "none":
            return 0.0
        if self._switches.webhook_pacing == "older":
            return 1.0
        return 0.5 if still_waiting > 100 else 5.0 - 4.5 * still_waiting / 100

    def _retire(self, now: datetime) -> None:
        for uuid, line in list(self._lines.items()):
            if line.failing_since is None:
                continue
            if now - line.failing_since >= REMOVE_AFTER:
                self.alerts.append((now, "removed", uuid))
                del self._lines[uuid]
            elif now - line.failing_since >= ALERT_AFTER and not line.alerted:
                line.alerted = True
                self.alerts.append((now, "failing", uuid))
