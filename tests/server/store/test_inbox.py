"""Wake-ups arrive once, wake the worker, and are traced to their firm."""

import threading
import time

import pytest
from sqlalchemy import event, text

from server.domain.state import Firm, Subscription, Webhook
from server.errors import Unavailable
from server.ports.store import Forget, Notices
from server.store.admin.firms import Firms
from server.store.database import Database
from server.store.inbox import Doorbell, Inbox
from tests.server.store import build
from tests.server.store.build import ANNA, NOW
from tests.server.store.conftest import TENANT, Ask, Keep, new_firm
from tests.support.databases import superuser


def test_a_delivery_is_stored_once_for_each_firm(database: Database, firm: Firm, ask: Ask) -> None:
    other = Firms(database).add(new_firm(), actor="cli")
    inbox = Inbox(database)
    assert inbox.add([build.notice(firm.id, "b"), build.notice(firm.id, "a"), build.notice(other.id, "a")]) == 3
    assert inbox.add([build.notice(firm.id, "a"), build.notice(firm.id, "c"), build.notice(firm.id, "c")]) == 1
    assert inbox.add([]) == 0
    assert {one.dedupe for one in ask(Notices(firm.id))} == {"a", "b", "c"}


def test_a_handled_notice_may_come_again(database: Database, firm: Firm, keep: Keep) -> None:
    inbox = Inbox(database)
    inbox.add([build.notice(firm.id, "a")])
    keep(forget=Forget(notices=("a",)))
    assert inbox.add([build.notice(firm.id, "a")]) == 1


def test_the_doorbell_rings_for_the_firms_of_new_notices(database: Database, firm: Firm) -> None:
    bell, inbox = Doorbell(database), Inbox(database)
    try:
        assert bell.wait(0.05) == frozenset()
        threading.Timer(0.2, lambda: inbox.add([build.notice(firm.id, "a")])).start()
        began = time.monotonic()
        assert bell.wait(10) == {firm.id}
        assert time.monotonic() - began < 9, "the wait ended by itself"
        assert bell.wait(0.05) == frozenset()
        inbox.add([build.notice(firm.id, "a")])  # known already
        assert bell.wait(0.3) == frozenset()
    finally:
        bell.close()


def test_the_doorbell_rings_when_an_administrator_changed_something(database: Database, firm: Firm) -> None:
    bell = Doorbell(database)
    try:
        bell.wait(0.01)
        Firms(database).set_rules(firm.id, {"authority": "outlook"}, actor="cli")
        assert bell.wait(5) == {firm.id}
    finally:
        bell.close()


def test_a_subscription_and_a_webhook_are_found_by_what_the_caller_sends(
    database: Database, firm: Firm, keep: Keep
) -> None:
    push = Subscription(
        firm_id=firm.id, mailbox=ANNA, id=f"sub-{firm.id}", client_state="state", expires_at=NOW, created_at=NOW
    )
    keep(push, Webhook(firm_id=firm.id, token="token", path_secret=f"path-{firm.id}"))
    inbox = Inbox(database)
    found = inbox.find_subscriptions([push.id, "unknown", push.id])
    assert set(found) == {push.id}
    known = found[push.id]
    assert (known.firm, known.tenant_id, known.mailbox, known.client_state) == (firm.id, TENANT, ANNA, "state")
    hook = inbox.find_webhook(f"path-{firm.id}")
    assert hook is not None
    assert (hook.firm, hook.token) == (firm.id, "token")
    assert inbox.find_subscriptions([]) == {}
    assert inbox.find_webhook("path") is None
    keep(forget=Forget(webhooks=True, subscriptions=(push.id,)))
    assert inbox.find_webhook(f"path-{firm.id}") is None
    assert inbox.find_subscriptions([push.id]) == {}


def test_thousands_of_made_up_subscriptions_cost_one_statement(database: Database) -> None:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        assert Inbox(database).find_subscriptions([f"made-up-{number}" for number in range(2_000)]) == {}
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    assert len([one for one in statements if "subscription" in one]) == 1


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_lost_bell_says_so_and_listens_again(database: Database, firm: Firm) -> None:

    bell = Doorbell(database)
    bell.wait(0.01)
    with superuser(database.engine.url.render_as_string(hide_password=False)).connect() as connection:
        listening = text("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query LIKE 'LISTEN %'")
        assert connection.execute(listening).scalar_one() == 1
    with pytest.raises(Unavailable):
        bell.wait(5)
    try:
        assert bell.wait(0.01) == frozenset()
        Inbox(database).add([build.notice(firm.id, "after")])
        assert bell.wait(5) == {firm.id}
    finally:
        bell.close()
