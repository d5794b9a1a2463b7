"""Two firms with a subscription and a webhook each, and requests as the two senders make them."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from falcon import testing
from sqlalchemy import delete, select

from server.api.app import ApiParts, create_app
from server.domain.ids import FirmId, MailboxId
from server.domain.state import Notice, Subscription, Webhook
from server.ports.store import Commit, Notices
from server.store.admin.firms import Firms, NewFirm
from server.store.database import Database, open_database
from server.store.gateway import StoreGateway
from server.store.locks import LeaseBook, Leases
from server.store.tables.runtime import notice
from tests.support.databases import KEYS, fresh_url

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TENANTS = ("6f1c9a7e-1111-4222-8333-1234567890ab", "6f1c9a7e-1111-4222-8333-1234567890ac")
STATE = "state-of-firm-{}"
TOKEN = "token-of-firm-{}"
PATH = "path-of-firm-{}-0123456789abcdef"


@dataclass(slots=True)
class House:
    """The firms' numbers are 0 and 1."""

    url: str
    database: Database
    firms: tuple[FirmId, ...]
    client: testing.TestClient

    def notices(self, number: int) -> tuple[Notice, ...]:
        return StoreGateway(self.database, LeaseBook()).perform(Notices(self.firms[number]))  # type: ignore[return-value]

    def count(self) -> int:
        return self.database.read_unscoped(lambda connection: len(connection.scalars(select(notice.c.seq)).all()))

    def notify(self, *entries: dict[str, Any], path: str = "/notify/graph") -> testing.Result:
        return self.client.simulate_post(path, body=json.dumps({"value": entries}))

    def ring(self, number: int, body: bytes | dict[str, Any], **headers: str) -> testing.Result:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        given = headers or {"X-RAYNETCRM-Token": TOKEN.format(number)}
        return self.client.simulate_post(f"/notify/raynet/{PATH.format(number)}", body=raw, headers=given)

    def counted(self) -> str:
        return self.client.simulate_get("/metrics", remote_addr="127.0.0.1").text


def entry(number: int = 0, event: str = "AAMk=", etag: str | None = 'W/"1"', **more: Any) -> dict[str, Any]:
    """A change notification of the firm's subscription."""
    resource = f"Users/mailbox-{number}/Events/{event}"
    data: dict[str, Any] = {"@odata.type": "#Microsoft.Graph.Event", "@odata.id": resource, "id": event}
    return {
        "id": "1f",
        "subscriptionId": f"subscription-{number}",
        "subscriptionExpirationDateTime": "2026-11-29T12:00:00Z",
        "clientState": STATE.format(number),
        "tenantId": TENANTS[number],
        "changeType": "updated",
        "resource": resource,
        "resourceData": data if etag is None else data | {"@odata.etag": etag},
    } | more


def lifecycle(event: str, number: int = 0) -> dict[str, Any]:
    return {name: value for name, value in entry(number).items() if "resource" not in name and name != "changeType"} | {
        "lifecycleEvent": event
    }


def ring(event: str = "a" * 32, entity: str = "Meeting", kind: str = "record.updated", **more: Any) -> dict[str, Any]:
    return {
        "eventId": event,
        "createdAt": "2026-11-22T13:00:00.000+01:00",
        "type": kind,
        "author": "user@firm.example",
        "source": {"name": "user", "description": "browser"},
        "data": {"entityName": entity, "entityId": 7, "extIds": None},
    } | more


def build(folder: Path) -> House:
    url = fresh_url("sqlite", folder)
    database = open_database(url, KEYS)
    firms = tuple(_firm(database, number) for number in range(2))
    client = testing.TestClient(create_app(ApiParts(database=database, now=lambda: NOW)))
    return House(url=url, database=database, firms=firms, client=client)


def _firm(database: Database, number: int) -> FirmId:
    new = NewFirm(
        name="Novák a syn",
        tenant_id=TENANTS[number],
        raynet_url="https://app.raynet.cz/api/v2",
        raynet_instance="novak",
        raynet_user="api@novak.example",
        raynet_key="canary-raynet-key",
        seats=3,
        valid_until=date(2030, 12, 31),
    )
    firm = Firms(database).add(new, actor="test").id
    database.write(firm, lambda scope: scope.change(delete(notice)))
    book = LeaseBook()
    lease = Leases(database, "test").claim(firm, 60)
    assert lease is not None
    book.put(lease)
    subscription = Subscription(
        firm_id=firm,
        mailbox=MailboxId(f"mailbox-{number}"),
        id=f"subscription-{number}",
        client_state=STATE.format(number),
        expires_at=NOW,
        created_at=NOW,
    )
    webhook = Webhook(firm_id=firm, token=TOKEN.format(number), path_secret=PATH.format(number))
    StoreGateway(database, book).perform(Commit(firm, (subscription, webhook)))
    Leases(database, "test").release(lease)
    return firm
