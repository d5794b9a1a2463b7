"""``POST /notify/graph``: Microsoft says that an event changed."""

import hashlib
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

import falcon

from server.api.metrics import Metrics
from server.api.notify.bodies import GraphNotice, GraphNotices, read_shape
from server.api.notify.handshake import answered_handshake
from server.api.notify.senders import genuine
from server.domain.ids import EventId
from server.domain.state import Notice, NoticeKind
from server.store.inbox import Inbox, KnownSubscription

_HINTS: Final = frozenset({"created", "updated", "deleted"})


class GraphDoorbell:
    """Answers 202 once the notices are stored. Fact: over 10 s counts as slow [doc], graph-calendar §16."""

    body_limit = 1024 * 1024

    def __init__(self, inbox: Inbox, metrics: Metrics, now: Callable[[], datetime]) -> None:
        self._inbox = inbox
        self._metrics = metrics
        self._now = now

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        if answered_handshake(req, resp):
            return
        entries = read_shape(req, GraphNotices).value
        now = self._now()

        def believed(known: Mapping[str, KnownSubscription]) -> list[Notice]:
            return [_notice(entry, of, now) for entry, of in genuine(known, self._metrics, entries)]

        stored, new = self._inbox.take({entry.subscription for entry in entries}, believed)
        self._metrics.notification("graph", "accepted", new)
        self._metrics.notification("graph", "repeated", stored - new)
        resp.status = falcon.HTTP_202


def _notice(entry: GraphNotice, of: KnownSubscription, now: datetime) -> Notice:
    return Notice(
        firm_id=of.firm,
        dedupe=_dedupe(entry),
        kind=NoticeKind.MAILBOX,
        received_at=now,
        mailbox=of.mailbox,
        hint=entry.change_type if entry.change_type in _HINTS else "",
        subscription_id=entry.subscription,
        event=EventId(entry.data.id) if entry.data.id else None,
        etag=entry.data.etag or None,
    )


def _dedupe(entry: GraphNotice) -> str:
    """One key per version of a record. Without a version two changes could not be told apart: no notice is dropped."""
    version = entry.data.etag or entry.id or secrets.token_hex(16)
    parts = (entry.resource or entry.data.id, version, entry.change_type)
    digest = hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
    return f"graph:{entry.subscription}:{digest[:32]}"
