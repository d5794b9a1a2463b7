"""Subscriptions to be called for, and what of the calls was stored."""

import json
import subprocess
import sys
from typing import Any

from sqlalchemy import func, select

from server.domain.ids import MailboxId
from server.domain.state import Subscription
from server.ports.store import Commit
from server.store.gateway import StoreGateway
from server.store.locks import LeaseBook, Leases
from server.store.tables.runtime import notice
from tests.process.site import ROOT, Site


def subscribe(site: Site) -> list[dict[str, str]]:
    """A subscription for each mailbox, as stored after Graph has granted it; no worker may be at work."""
    out = []
    for firm in site.firms:
        book, leases = LeaseBook(), Leases(site.database, "subscriber")
        lease = leases.claim(firm.id, 60)
        assert lease is not None
        book.put(lease)
        rows = []
        for number, person in enumerate(firm.people):
            name, state = f"subscription-{firm.id}-{number}", f"state-{firm.id}-{number}"
            until = site.world.clock().replace(year=2099)
            rows.append(
                Subscription(
                    firm_id=firm.id,
                    mailbox=MailboxId(person.mailbox.id),
                    id=name,
                    client_state=state,
                    expires_at=until,
                    created_at=site.world.clock(),
                )
            )
            out.append({"id": name, "state": state, "mailbox": person.mailbox.id, "tenant": firm.tenant})
        StoreGateway(site.database, book).perform(Commit(firm.id, tuple(rows)))
        leases.release(lease)
    return out


def stored(site: Site) -> int:
    """How many changes that Graph has told of wait to be looked at."""
    statement = select(func.count()).where(notice.c.dedupe.startswith("graph:")).execution_options(ros_unscoped=True)
    return int(site.database.read_unscoped(lambda connection: connection.scalar(statement)) or 0)


class Clients:
    """Clients at work in a process of their own."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self._popen = subprocess.Popen(
            [sys.executable, "-m", "tests.process.clients"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._popen.stdin is not None
        self._popen.stdin.write(json.dumps(plan) + "\n")
        self._popen.stdin.flush()

    @property
    def running(self) -> bool:
        return self._popen.poll() is None

    def result(self, seconds: float) -> dict[str, Any]:
        output, _ = self._popen.communicate(timeout=seconds)
        found: dict[str, Any] = json.loads(output)
        return found
