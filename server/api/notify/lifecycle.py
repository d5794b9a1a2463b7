"""``POST /notify/graph/lifecycle``: Microsoft says that a subscription needs care or lost something."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Final

import falcon

from server.api.metrics import Metrics
from server.api.notify.bodies import GraphNotice, GraphNotices, read_shape
from server.api.notify.handshake import answered_handshake
from server.api.notify.senders import genuine
from server.domain.state import Notice, NoticeKind
from server.store.inbox import Inbox, KnownSubscription

EVENTS: Final = frozenset({"reauthorizationRequired", "subscriptionRemoved", "missed"})
#: A repeated delivery within this time is the same; a later event of the same name is another one.
_SAME_SECONDS: Final = 10


class LifecycleDoorbell:
    """Each event is stored for housekeeping, and its mailbox is looked at: something may have gone unannounced."""

    body_limit = 1024 * 1024

    def __init__(self, inbox: Inbox, metrics: Metrics, now: Callable[[], datetime]) -> None:
        self._inbox = inbox
        self._metrics = metrics
        self._now = now

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        if answered_handshake(req, resp):
            return
        now = self._now()
        entries = read_shape(req, GraphNotices).value

        def believed(subscriptions: Mapping[str, KnownSubscription]) -> list[Notice]:
            notices: list[Notice] = []
            for entry, of in genuine(subscriptions, self._metrics, entries):
                known = entry.lifecycle_event in EVENTS
                self._metrics.notification("graph_lifecycle", "accepted" if known else "ignored")
                notices += _notices(entry, of, now) if known else ()
            return notices

        self._inbox.take({entry.subscription for entry in entries}, believed)
        resp.status = falcon.HTTP_202


def _notices(entry: GraphNotice, of: KnownSubscription, now: datetime) -> Iterator[Notice]:
    moment = int(now.timestamp()) // _SAME_SECONDS
    for kind in (NoticeKind.LIFECYCLE, NoticeKind.MAILBOX):
        yield Notice(
            firm_id=of.firm,
            dedupe=f"lifecycle:{kind.value}:{entry.subscription}:{entry.lifecycle_event}:{moment}",
            kind=kind,
            received_at=now,
            mailbox=of.mailbox,
            hint=entry.lifecycle_event,
            subscription_id=entry.subscription,
        )
