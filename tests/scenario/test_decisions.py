"""What people decide: undoing a pass, restoring what a conflict lost, and reading why anything is as it is."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from server.domain.ids import ActivityKey, PassId
from server.domain.state import PairState
from simulator.faults import Match, Rule, Status
from tests.support.rig import Rig

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
Firm = Callable[..., Rig]


def _paired(rig: Rig, **fields: object) -> tuple[str, object]:
    ref = (
        rig.people["jana"]
        .ui.create(
            "meeting", **{"title": "Porada", "start": rig.clock() + 2 * HOUR, "end": rig.clock() + 3 * HOUR, **fields}
        )
        .ref
    )
    rig.tick()
    rig.sync()
    return rig.people["jana"].outlook.find("Porada"), ref


def _last_pass(rig: Rig) -> PassId:
    """The newest pass that wrote something."""
    for one in rig.administration.passes.every(rig.firm):
        if {"created", "changed", "removed"} & {name for name, number in one.counts.items() if number}:
            return one.id
    raise AssertionError("no pass wrote anything")


def _undo(rig: Rig) -> None:
    rig.administration.passes.request_undo(_last_pass(rig), actor="test", firm=rig.firm)


# --- conflicts ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "in_raynet", "in_outlook", "kept", "lost"),
    [
        ("title", {"title": "R"}, {"subject": "O"}, "R", "O"),
        (
            "description",
            {"description": "<p>R</p>"},
            {"body": {"contentType": "html", "content": "<p>O</p>"}},
            "R",
            "O",
        ),
        ("place", {"meeting_place": "R"}, {"location": {"displayName": "O"}}, "R", "O"),
        ("priority", {"priority": "CRITICAL"}, {"importance": "low"}, "CRITICAL", "MINOR"),
    ],
)
def test_a_lost_value_is_journalled_exactly_and_restored_on_both_sides(
    firm: Firm, field: str, in_raynet: dict[str, str], in_outlook: dict[str, object], kept: str, lost: str
) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    event, ref = _paired(rig, description="<p>B</p>", meeting_place="B")
    with rig.carried(graph=1):
        jana.ui.edit(ref, **in_raynet)
        jana.outlook.edit(event, **in_outlook)
    (entry,) = rig.administration.conflicts.every(rig.firm)
    one = entry.conflict
    assert (one.field.value, one.kept, one.lost, one.lost_side.value) == (field, kept, lost, "graph")
    assert one.base == {"title": "Porada", "description": "B", "place": "B", "priority": "DEFAULT"}[field]
    assert (str(one.activity), entry.email) == (f"meeting:{ref.id}", jana.login)
    with rig.carried(raynet=1, graph=1):
        rig.administration.conflicts.request_restore(one.id, actor="test", firm=rig.firm)
    shown, state = rig.raynet.activity(ref), jana.outlook.state(event)
    values = {
        "title": (shown.title, state.subject),
        "description": (shown.description.replace("<p>", "").replace("</p>", ""), "O" if ">O<" in state.body else ""),
        "place": (shown.meeting_place, state.places[0].display_name if state.places else ""),
        "priority": (shown.priority, {"low": "MINOR"}.get(state.importance, state.importance)),
    }[field]
    assert values == (lost, lost)
    (entry,) = rig.administration.conflicts.every(rig.firm)
    assert entry.conflict.restored_at is not None


def test_a_lost_time_is_restored_on_both_sides(firm: Firm) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    event, ref = _paired(rig)
    wanted = rig.clock() + 9 * HOUR
    with rig.carried(graph=1):
        jana.ui.move(ref, rig.clock() + 5 * HOUR)
        jana.outlook.move_in_time(event, wanted, wanted + HOUR)
    (entry,) = rig.administration.conflicts.every(rig.firm)
    with rig.carried(raynet=1, graph=1):
        rig.administration.conflicts.request_restore(entry.conflict.id, actor="test", firm=rig.firm)
    assert rig.raynet.activity(ref).scheduled_from == wanted
    assert jana.outlook.state(event).start == wanted.replace(tzinfo=None)


def test_what_cannot_be_restored_now_is_not_written_by_half_in_each_pass(firm: Firm) -> None:
    """A calendar that refuses: Raynet is not saved anew with every pass, and the value is given in the end."""
    rig = firm("jana")
    jana = rig.people["jana"]
    event, ref = _paired(rig)
    with rig.carried(graph=1):
        jana.ui.edit(ref, title="R")
        jana.outlook.edit(event, subject="O")
    (entry,) = rig.administration.conflicts.every(rig.firm)
    refused = Match(system="graph", method="PATCH", path="events/")
    rig.world.faults.add(Rule(name="no", match=refused, action=Status(400)))
    rig.administration.conflicts.request_restore(entry.conflict.id, actor="test", firm=rig.firm)
    before = rig.writes()[0]
    for _ in range(20):
        rig.tick()
        rig.one_pass()
    assert rig.writes()[0] - before <= 2
    assert rig.world.faults.fired["no"] <= 2
    rig.world.faults.clear()
    rig.tick(26 * 3600)
    rig.sync()
    assert (rig.raynet.activity(ref).title, jana.outlook.state(event).subject) == ("O", "O")
    (entry,) = rig.administration.conflicts.every(rig.firm)
    assert entry.conflict.restored_at is not None


# --- undo ---------------------------------------------------------------------------------------------------------


def test_undoing_a_pass_takes_back_its_update_of_outlook(firm: Firm) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    event, ref = _paired(rig)
    with rig.carried(graph=1):
        jana.ui.edit(ref, title="Omylem")
    with rig.carried(graph=1):
        _undo(rig)
    assert jana.outlook.state(event).subject == "Porada"
    assert rig.raynet.activity(ref).title == "Omylem", "the user's own change is the user's"


def test_undoing_a_pass_takes_back_its_update_of_raynet(firm: Firm) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    event, ref = _paired(rig)
    with rig.carried(raynet=1):
        jana.outlook.edit(event, subject="Omylem")
    with rig.carried(raynet=1):
        _undo(rig)
    assert rig.raynet.activity(ref).title == "Porada"


def test_undoing_a_pass_takes_back_creations_on_both_sides_and_they_stay_away(firm: Firm) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    with rig.carried(raynet=2, graph=1):
        jana.ui.create("meeting", title="Z Raynetu", start=rig.clock() + HOUR)
        jana.outlook.create("Z Outlooku", rig.clock() + HOUR, rig.clock() + 2 * HOUR)
    with rig.carried(raynet=1, graph=1):
        _undo(rig)
    assert [one.title for one in rig.raynet.activities()] == ["Z Raynetu"]
    assert [one.subject for one in jana.outlook.events().values()] == ["Z Outlooku"]


def test_undoing_a_removal_makes_the_event_again(firm: Firm) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    _, ref = _paired(rig, description="<p>Text</p>")
    with rig.carried(graph=1):
        jana.ui.cancel(ref)
    with rig.carried(graph=1):
        _undo(rig)
    (event,) = jana.outlook.events().values()
    assert event.subject == "Porada"
    assert "Text" in event.body


def test_undoing_a_cancellation_reopens_the_activity(firm: Firm) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    event, ref = _paired(rig)
    with rig.carried(raynet=1):
        jana.outlook.delete(event)
    assert rig.raynet.activity(ref).status == "CANCELLED"
    _undo(rig)
    rig.tick()
    rig.sync()
    assert rig.raynet.activity(ref).status == "SCHEDULED"


# --- why ----------------------------------------------------------------------------------------------------------

#: What each state may give as the reason of its newest entry.
_SENSIBLE = {
    PairState.HELD: {"would_mail", "mass_deletion"},
    PairState.PARKED: {"locked", "inverted_times"},
    PairState.FROZEN: {"outside_window"},
}


def test_every_pair_of_a_mixed_world_says_why(firm: Firm) -> None:
    rig = firm("jana", "petr", "eva")
    jana, petr = rig.people["jana"], rig.people["petr"]
    rig.raynet.switches.inverted_interval = "accepted"
    at = rig.clock() + DAY
    refs = [
        jana.ui.create(
            "meeting", title=f"R{n}", start=at + n * HOUR, end=at + (n + 1) * HOUR, people=(petr.person,)
        ).ref
        for n in range(8)
    ]
    own = [jana.outlook.create(f"O{n}", at + n * HOUR, at + (n + 1) * HOUR) for n in range(5)]
    jana.outlook.create("Tajné", at, at + HOUR, sensitivity="private")
    jana.outlook.create("Daleko", at + 500 * DAY, at + 500 * DAY + HOUR)
    jana.outlook.draft("Rozepsané", at, at + HOUR)
    jana.outlook.create_series("Řada", at, at + HOUR, {"type": "weekly", "interval": 1, "daysOfWeek": ["monday"]})
    petr.outlook.receive_invitation("sef@jinde.example", "Cizí", at, at + HOUR)
    jana.ui.create("task", title="Jen termín", deadline=at)
    rig.tick()
    rig.sync()
    jana.ui.cancel(refs[0])
    jana.ui.delete(refs[1])
    jana.ui.edit(refs[2], scheduled_till=at - 2 * DAY)
    jana.ui.move(refs[3], at + 500 * DAY)
    jana.ui.remove_person(refs[4], petr.person)
    petr.outlook.delete(petr.outlook.find("R5"))
    jana.ui.lock(refs[6])
    jana.outlook.edit(jana.outlook.find("R6"), subject="R6 nově")
    jana.outlook.delete(own[0])
    jana.outlook.make_private(own[1])
    jana.outlook.invite(own[2], "klient@jinde.example")
    jana.outlook.edit(own[3], subject="O3 z Outlooku")
    jana.ui.edit(next(a.ref for a in rig.raynet.activities() if a.title == "O3"), title="O3 z Raynetu")
    rig.tick()
    rig.sync()
    jana.ui.edit(next(a.ref for a in rig.raynet.activities() if a.title == "O2"), title="O2 z Raynetu")
    rig.tick()
    rig.sync()
    states = set()
    overview = rig.administration.overview
    for pair in rig.pairs():
        states.add(pair.state)
        if pair.activity is not None:
            why = overview.why_activity(rig.firm, pair.activity)
        else:
            why = overview.why_event(rig.firm, pair.mailbox, pair.event)
        mine = [entry for entry in why.trail if entry.pair_id in (None, pair.pair)]
        assert mine, pair
        assert all(entry.reason.value and entry.outcome for entry in mine)
        assert [entry.at for entry in mine] == sorted(entry.at for entry in mine)
        if pair.state is not PairState.LIVE:
            assert pair.reason is not None, pair
            assert pair.reason.value in {entry.reason.value for entry in mine}, (pair.reason, mine)
        if pair.state in _SENSIBLE:
            assert pair.reason.value in _SENSIBLE[pair.state]
    assert states >= {PairState.LIVE, PairState.RELEASED, PairState.HELD, PairState.PARKED, PairState.FROZEN,
                      PairState.CLOSED}  # fmt: skip
    for entry in rig.pairs():
        assert "Tajné" not in repr(entry)
    deadline = next(a for a in rig.raynet.activities() if a.title == "Jen termín")
    why = overview.why_activity(rig.firm, ActivityKey.parse(f"task:{deadline.id}"))
    assert [entry.reason.value for entry in why.trail] == ["not_scheduled"]


def test_undoing_a_deletion_makes_the_activity_again(firm: Firm) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    event = jana.outlook.create("Kontrola skladu", rig.clock() + 5 * HOUR, rig.clock() + 6 * HOUR)
    rig.tick()
    rig.sync()
    jana.outlook.delete(event)
    rig.tick()
    rig.sync()
    assert rig.raynet.activities() == []
    _undo(rig)
    rig.tick()
    rig.sync()
    (again,) = rig.raynet.activities()
    assert (again.title, again.kind, again.status) == ("Kontrola skladu", "event", "SCHEDULED")
    with rig.expect_writes(raynet=0, graph=0):
        rig.sync()
