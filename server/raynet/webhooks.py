"""Raynet's push: which webhooks stand, making one, removing one. Fact: no update exists [spec], §18."""

from typing import Final
from urllib.parse import quote

from pydantic import ValidationError

from server.domain.ids import ENTITY_NAMES
from server.errors import Rejected, Unavailable
from server.ports.raynet import CreateWebhook, DeleteWebhook, ListWebhooks, WebhookSeen
from server.raynet.access import Access, understood
from server.raynet.client import Call
from server.raynet.codes import RaynetCode
from server.raynet.quota import Lane
from server.raynet.replies import BrokenReplyError, Reply, Subject, confirm, data_of
from server.raynet.wire import Json, WebhookShape

_PATH: Final = "webhook/"
_EVENTS: Final = ("record.created", "record.updated", "record.deleted")
#: What an older edition may answer to a member it does not know [seen, weak], §7.
_UNKNOWN_MEMBER: Final = frozenset({RaynetCode.BAD_REQUEST, RaynetCode.ILLEGAL_ARGUMENT, RaynetCode.CONVERSION})


def list_all(access: Access, _op: ListWebhooks) -> tuple[WebhookSeen, ...]:
    reply = access.send(Call(method="GET", path=_PATH, lane=Lane.SWEEP, subject=Subject.EXTRA))
    return understood(reply, lambda: tuple(_seen(row) for row in _rows(reply)))


def _rows(reply: Reply) -> list[Json]:
    data = data_of(reply)
    rows = data.get("webhooks") if isinstance(data, dict) else None
    if not isinstance(rows, list):
        raise BrokenReplyError("no_list")
    return rows


def _seen(row: Json) -> WebhookSeen:
    try:
        shape = WebhookShape.model_validate(row)
    except ValidationError:
        # The chain is cut: pydantic's own report quotes the row, secret token included.
        raise BrokenReplyError("odd_row") from None
    return WebhookSeen(id=shape.id, url=shape.url)


def create(access: Access, op: CreateWebhook) -> str:
    """For the six activity types; for all records where the instance does not know ``entityFilter`` [doc], §18.

    The second call is a different one, sent only after the first was refused in so many words.
    """
    body: dict[str, Json] = {"url": op.url, "events": list(_EVENTS), "secretToken": op.token}
    try:
        return _created(access, body | {"entityFilter": list(ENTITY_NAMES)})
    except Rejected as refused:
        if refused.code not in _UNKNOWN_MEMBER:
            raise
    return _created(access, body)


def _created(access: Access, body: dict[str, Json]) -> str:
    call = Call(method="PUT", path=_PATH, body=body, lane=Lane.POLL, subject=Subject.EXTRA)
    reply = access.send(call)
    data = understood(reply, lambda: data_of(reply), is_write=True)
    uuid = data.get("uuid") if isinstance(data, dict) else None
    if not isinstance(uuid, str) or not uuid:
        raise Unavailable(RaynetCode.BROKEN_REPLY, detail="no_id", unknown_outcome=True)
    return uuid


def delete(access: Access, op: DeleteWebhook) -> None:
    """Fact: the uuid is a string of hex digits though the document types it as a number, §18."""
    call = Call(method="DELETE", path=f"{_PATH}{quote(op.id, safe='')}/", lane=Lane.POLL)
    reply = access.send(call)
    understood(reply, lambda: confirm(reply, may_be_empty=True), is_write=True)
