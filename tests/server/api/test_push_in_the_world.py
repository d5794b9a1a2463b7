"""End points between the simulated outside and real passes, in simulated time: doorbells, care of subscriptions."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from falcon import testing

from server.api.app import ApiParts, create_app
from server.domain.state import NoticeKind, Subscription
from server.ports.store import Notices, Subscriptions
from server.sync.maintain import is_urgent, maintain
from simulator.wire import Push, SimResponse
from tests.support.rig import START, Rig, rig

URL = "https://ros.example"


class IntoTheApp:
    """Delivers what the simulated systems send to the application in this process."""

    def __init__(self, made: Rig) -> None:
        self._client = testing.TestClient(create_app(ApiParts(database=made.database, now=made.clock)))
        self.statuses: list[int] = []

    def send(self, push: Push) -> SimResponse | None:
        url = urlsplit(push.url)
        reply = self._client.simulate_post(url.path, query_string=url.query, headers=dict(push.headers), body=push.body)
        self.statuses.append(reply.status_code)
        return SimResponse(status=reply.status_code, headers=dict(reply.headers), body=reply.content)


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, people=("jana",)) as one:
        one.world.use_sender(IntoTheApp(one))
        one.sync()
        care(one)
        yield one


def care(made: Rig) -> tuple[str, ...]:
    lease = made.engine.leases.claim(made.firm, 3600.0)
    assert lease is not None
    made.engine.book.put(lease)
    try:
        return made.driver.run(maintain(made.firm, URL))
    finally:
        made.engine.book.drop(made.firm)
        made.engine.leases.release(lease)


def subscriptions(made: Rig) -> tuple[Subscription, ...]:
    found: tuple[Subscription, ...] = made.driver.engine.driver.perform(Subscriptions(made.firm))  # type: ignore[assignment]
    return found


def ring(made: Rig) -> None:
    made.clock.advance(seconds=10)
    made.world.pump(IntoTheApp(made))


def tell(made: Rig, event: str) -> None:
    """Graph says something about the only subscription, and the application hears it."""
    known = made.world.graph.subscriptions.of_mailbox(made.people["jana"].mailbox.id)
    made.world.graph.notifications.lifecycle(known[0], event)
    ring(made)


def test_both_systems_ring_and_the_next_pass_finds_what_changed(made: Rig) -> None:
    jana = made.people["jana"]
    made.sync()
    jana.ui.create("meeting", start=START.replace(hour=14), title="Porada")
    jana.outlook.create("Zubař", START.replace(hour=16), START.replace(hour=17))
    ring(made)

    notices = made.engine.driver.perform(Notices(made.firm))
    assert {one.kind for one in notices} == {NoticeKind.ACTIVITY, NoticeKind.MAILBOX}  # type: ignore[attr-defined]
    result = made.sync()
    assert result.counts.created == 2


@pytest.mark.parametrize("event", ["reauthorizationRequired", "subscriptionRemoved"])
def test_a_subscription_that_needs_care_gets_it_when_it_is_told(made: Rig, event: str) -> None:
    (before,) = subscriptions(made)
    made.sync()
    assert not made.driver.run(is_urgent(made.firm))

    tell(made, event)
    assert made.driver.run(is_urgent(made.firm))
    assert care(made) == ()

    (after,) = subscriptions(made)
    assert after.expires_at > before.expires_at
    assert after.needs == ""
    assert (after.id == before.id) is (event == "reauthorizationRequired")
    assert not made.driver.run(is_urgent(made.firm))
    assert len(made.world.graph.subscriptions.of_mailbox(made.people["jana"].mailbox.id)) == 1


def test_a_need_that_could_not_be_met_stays(made: Rig) -> None:
    made.sync()
    tell(made, "subscriptionRemoved")
    made.world.graph.switches.validation_limit_seconds = 0.0
    made.world.graph.subscriptions.sender = None

    assert care(made) != ()
    assert subscriptions(made) == ()
    made.world.use_sender(IntoTheApp(made))
    assert care(made) == ()
    assert len(subscriptions(made)) == 1


def test_a_missed_one_only_makes_the_next_pass_look(made: Rig) -> None:
    (before,) = subscriptions(made)
    made.sync()
    tell(made, "missed")

    assert care(made) == ()
    assert subscriptions(made) == (before,)
    kinds = {one.kind for one in made.engine.driver.perform(Notices(made.firm))}  # type: ignore[attr-defined]
    assert kinds == {NoticeKind.MAILBOX}
