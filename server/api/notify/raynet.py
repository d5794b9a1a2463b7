"""``POST /notify/raynet/{path_secret}``: Raynet says that a record changed."""

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Final

import falcon
import structlog

from server.api.metrics import Metrics
from server.api.notify.bodies import RaynetEvent, read_shape
from server.api.notify.senders import same_secret
from server.domain.ids import ENTITY_NAMES, ActivityKey
from server.domain.state import Notice, NoticeKind
from server.store.inbox import Inbox, KnownWebhook

_LOG = structlog.get_logger("api")
TOKEN_HEADER: Final = "X-RAYNETCRM-Token"  # noqa: S105  # a header's name
_HINTS: Final = {"record.created": "created", "record.updated": "updated", "record.deleted": "deleted"}
_NOBODYS: Final = secrets.token_hex(32)


class RaynetDoorbell:
    """Any 2xx is success to Raynet. Fact: failed deliveries are repeated until accepted [spec], raynet-api §18."""

    body_limit = 64 * 1024

    def __init__(self, inbox: Inbox, metrics: Metrics, now: Callable[[], datetime]) -> None:
        self._inbox = inbox
        self._metrics = metrics
        self._now = now

    def on_post(self, req: falcon.Request, resp: falcon.Response, path_secret: str) -> None:
        webhook = self._sender(req, path_secret)
        event = read_shape(req, RaynetEvent)
        kind = ENTITY_NAMES.get(event.data.entity)
        resp.status = falcon.HTTP_204
        if kind is None or event.type not in _HINTS:
            self._metrics.notification("raynet", "ignored")
            return
        notice = Notice(
            firm_id=webhook.firm,
            dedupe=f"raynet:{event.id}",
            kind=NoticeKind.ACTIVITY,
            received_at=self._now(),
            activity=ActivityKey(kind, event.data.id),
            hint=_HINTS[event.type],
            source=event.source_digest,
            changed_at=event.changed_at,
        )
        self._metrics.notification("raynet", "accepted" if self._inbox.add([notice]) else "repeated")

    def _sender(self, req: falcon.Request, path_secret: str) -> KnownWebhook:
        """A wrong path and a wrong token look the same from outside: there is no such address."""
        found = self._inbox.find_webhook(path_secret) if len(path_secret) <= 200 else None
        matches = same_secret(req.get_header(TOKEN_HEADER) or "", found.token if found is not None else _NOBODYS)
        if found is None or not matches:
            self._metrics.notification("raynet", "unknown" if found is None else "wrong_secret")
            if found is not None:
                _LOG.info("webhook_refused", firm=found.firm, count=len(req.headers))
            raise falcon.HTTPNotFound
        return found
