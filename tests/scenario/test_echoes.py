"""What comes back of our own writes costs no reading, and nothing that a person does is taken for it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from server.ports.store import FirmState, LoadFirm
from server.store.admin.firms import ConnectionChange
from server.sync.context import PassOptions
from server.sync.passes import run_pass
from simulator.raynet.populate import add_api_key
from simulator.raynet.records import Actor, Ref
from simulator.raynet.ui import RaynetUi
from tests.support.rig import API_LOGIN, Person
from tests.support.turning import Calls, Turning, prove_push, turning
from tests.support.watched import WatchedWorld

#: Long before any reading that the floor demands while push is proven.
SOON_SECONDS = 9.0
QUIET_SECONDS = 45.0


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Turning]:
    """A firm whose push is proven and whose last changes are read to the end."""
    with turning(tmp_path, people=("jana",), world_class=WatchedWorld) as one:
        prove_push(one)
        one.run_for(150)
        past_the_floor(one)
        yield one


@pytest.fixture
def jana(made: Turning) -> Person:
    return made.rig.people["jana"]


def past_the_floor(made: Turning) -> None:
    """Right after a reading that was due anyway, so that none comes soon."""
    assert made.due_at is not None
    made.run_for((made.due_at - made.rig.clock()).total_seconds() + 0.1)


def spent(made: Turning, first: int) -> Calls:
    return sum((one.caused for one in made.turns[first:]), Calls())


def meeting(made: Turning, title: str) -> Ref:
    return made.rig.people["jana"].ui.create("meeting", start=hour(made, 50), title=title).ref


def hour(made: Turning, number: int) -> datetime:
    return made.rig.clock() + timedelta(hours=number)


def state(made: Turning) -> FirmState:
    return made.rig.engine.driver.perform(LoadFirm(made.rig.firm))  # type: ignore[return-value]


def own_source(made: Turning) -> str | None:
    return state(made).sync.own_source


def with_our_key(made: Turning, name: str = "Outlook sync") -> RaynetUi:
    """Another program that uses our API user."""
    return RaynetUi(made.rig.raynet, Actor(login=API_LOGIN, source="api", description=name))


# --- what it costs ----------------------------------------------------------------------------------------------------


def test_an_edit_in_raynet_costs_one_list_and_one_write(made: Turning, jana: Person) -> None:
    ref = meeting(made, "Porada")
    made.run_for(QUIET_SECONDS)
    first = len(made.turns)

    jana.ui.edit(ref, title="Porada 2")
    made.run_for(QUIET_SECONDS)

    assert jana.outlook.find("Porada 2")
    assert spent(made, first) == Calls(raynet_reads=1, graph_writes=1, graph_http=1)


def test_an_edit_in_outlook_costs_one_round_one_look_and_one_write(made: Turning, jana: Person) -> None:
    event = jana.outlook.create("Zubař", hour(made, 5), hour(made, 6))
    made.run_for(QUIET_SECONDS)
    past_the_floor(made)
    first = len(made.turns)

    jana.outlook.edit(event, subject="Zubařka")
    made.run_for(QUIET_SECONDS)

    assert {one.title for one in jana.ui.calendar(hour(made, 0), hour(made, 9))} == {"Zubařka"}
    assert spent(made, first) == Calls(raynet_reads=1, raynet_writes=1, graph_reads=1, graph_http=1)


def test_deletions_ask_for_the_deleted_only(made: Turning, jana: Person) -> None:
    ref = meeting(made, "Zrušená")
    event = jana.outlook.create("Odpadá", hour(made, 5), hour(made, 6))
    made.run_for(QUIET_SECONDS)
    past_the_floor(made)
    first = len(made.turns)

    jana.ui.delete(ref)
    made.run_for(20)
    assert spent(made, first) == Calls(raynet_reads=2, graph_writes=1, graph_http=1)

    first = len(made.turns)
    jana.outlook.delete(event)
    made.run_for(20)
    assert spent(made, first) == Calls(raynet_reads=1, raynet_writes=1, graph_reads=1, graph_http=1)

    # The total was kept up: the next reading of the floor looks for nothing among the pairs.
    cursor = state(made).sync.cursor
    assert cursor is not None
    assert cursor.total == len(made.rig.raynet.activities())


def test_a_change_that_polling_found_first_is_not_read_again_when_it_rings(made: Turning, jana: Person) -> None:
    ref = meeting(made, "Porada")
    made.run_for(QUIET_SECONDS)
    made.rig.raynet.switches.webhook_delay_seconds = 15.0
    jana.ui.edit(ref, title="Porada 2")
    made.run_for(10)
    made.rig.driver.run(run_pass(made.rig.firm, PassOptions()))
    assert jana.outlook.find("Porada 2")
    first = len(made.turns)

    made.run_for(QUIET_SECONDS)

    assert any(one.rang for one in made.turns[first:])
    assert spent(made, first).reads == 0


# --- what must not be taken for it ------------------------------------------------------------------------------------


def test_an_edit_in_raynet_right_after_our_own_write_arrives(made: Turning, jana: Person) -> None:
    event = jana.outlook.create("Zubař", hour(made, 5), hour(made, 6))
    made.run_for(QUIET_SECONDS)
    past_the_floor(made)
    jana.outlook.edit(event, subject="Zubařka")
    made.run_for(4.3)
    (written,) = jana.ui.calendar(hour(made, 0), hour(made, 9))
    assert written.title == "Zubařka"

    jana.ui.edit(written.ref, title="Ortodontistka")
    made.run_for(SOON_SECONDS)

    assert jana.outlook.find("Ortodontistka")


def test_an_edit_in_outlook_right_after_our_own_write_arrives(made: Turning, jana: Person) -> None:
    ref = meeting(made, "Porada")
    made.run_for(QUIET_SECONDS)
    jana.ui.edit(ref, title="Porada 2")
    made.run_for(0.3)
    event = jana.outlook.find("Porada 2")

    jana.outlook.edit(event, subject="Porada 3")
    made.run_for(SOON_SECONDS)

    assert jana.ui.see(ref).title == "Porada 3"


@pytest.mark.parametrize("before_ours_is_told", [True, False])
def test_whoever_shares_our_key_is_heard_beside_us(made: Turning, jana: Person, *, before_ours_is_told: bool) -> None:
    event = jana.outlook.create("Zubař", hour(made, 5), hour(made, 6))
    made.run_for(QUIET_SECONDS)
    past_the_floor(made)
    assert own_source(made) is not None
    jana.outlook.edit(event, subject="Zubařka")
    made.run_for(4.1 if before_ours_is_told else 6.0)
    (written,) = jana.ui.calendar(hour(made, 0), hour(made, 9))
    assert written.title == "Zubařka"

    with_our_key(made).edit(written.ref, title="Jiný program")
    made.run_for(SOON_SECONDS)

    assert jana.outlook.find("Jiný program")


def test_whoever_shares_our_key_is_heard_where_we_wrote_nothing(made: Turning, jana: Person) -> None:
    ref = meeting(made, "Porada")
    made.run_for(QUIET_SECONDS)
    assert own_source(made) is not None

    with_our_key(made).edit(ref, title="Jiný program")
    made.run_for(SOON_SECONDS)

    assert jana.outlook.find("Jiný program")


def test_another_key_of_our_user_is_nobody_we_learn_from(tmp_path: Path) -> None:
    with turning(tmp_path, people=("jana",)) as made:
        jana = made.rig.people["jana"]
        add_api_key(made.rig.raynet, API_LOGIN, "Jiný program", secret="0" * 16)
        other = with_our_key(made, "Jiný program")
        theirs = other.create("meeting", start=hour(made, 4), title="Cizí", owner=jana.person)
        made.run_for(QUIET_SECONDS)
        assert jana.outlook.find("Cizí")
        other.edit(theirs.ref, title="Cizí 2")
        made.run_for(QUIET_SECONDS)
        assert own_source(made) is None

        jana.outlook.create("Naše", hour(made, 7), hour(made, 8))
        made.run_for(QUIET_SECONDS)
        learnt = own_source(made)
        assert learnt is not None

        other.edit(theirs.ref, title="Cizí 3")
        made.run_for(SOON_SECONDS)
        assert jana.outlook.find("Cizí 3")
        assert own_source(made) == learnt


def test_a_renamed_key_is_learnt_anew(made: Turning, jana: Person) -> None:
    before = own_source(made)
    made.rig.raynet.ui(API_LOGIN).revoke_key("Outlook sync")
    key = add_api_key(made.rig.raynet, API_LOGIN, "Nový klíč", secret="1" * 16)
    made.rig.engine.firms.connect(made.rig.firm, ConnectionChange(raynet_key=key.secret), actor="test")
    made.run_for(20)
    past_the_floor(made)

    for number in range(2):
        first = len(made.turns)
        jana.outlook.create(f"Po změně {number}", hour(made, 7 + number), hour(made, 8 + number))
        made.run_for(QUIET_SECONDS)

    assert own_source(made) not in (None, before)
    assert spent(made, first) == Calls(raynet_writes=2, graph_reads=1, graph_http=1)


def test_a_deletion_whose_webhook_is_lost_is_found_all_the_same(made: Turning, jana: Person) -> None:
    ref = meeting(made, "Zrušená")
    made.run_for(QUIET_SECONDS)
    made.rig.raynet.switches.webhook_loss = 1.0
    jana.ui.delete(ref)

    made.run_for(150)

    assert all(one.subject != "Zrušená" for one in jana.outlook.events().values())


def test_a_deletion_that_is_only_claimed_removes_nothing(made: Turning, jana: Person) -> None:
    ref = meeting(made, "Porada")
    jana.outlook.create("Zubař", hour(made, 5), hour(made, 6))
    made.run_for(QUIET_SECONDS)
    activities = len(jana.ui.calendar(hour(made, -99), hour(made, 99)))
    events = len(jana.outlook.events())

    for number, push in enumerate(list(made.app.sent)):
        body = push.body.replace(b'"eventId": "', b'"eventId": "%d' % number)
        for true in (b"created", b"updated"):
            body = body.replace(b"record." + true, b"record.deleted").replace(b'"' + true + b'"', b'"deleted"')
        made.app.deliver(replace(push, body=body))
    made.run_for(150)

    assert len(jana.ui.calendar(hour(made, -99), hour(made, 99))) == activities
    assert len(jana.outlook.events()) == events
    assert jana.ui.see(ref).title == "Porada"
