"""The first sync: what stands on both sides is paired without a write; the preview shows exactly what the run does."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from server.domain.rules import PrivateEvents
from server.flow import Op
from server.ports.store import Commit
from server.sync import read
from tests.support.rig import Crash, Rig, StepDriver

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
Firm = Callable[..., Rig]


def _both(rig: Rig, title: str, hours: int, kind: str = "meeting", name: str = "jana") -> None:
    """The same appointment, entered by hand on both sides."""
    person, start = rig.people[name], rig.clock() + hours * HOUR
    person.ui.create(kind, title=title, start=start, end=start + HOUR)
    person.outlook.create(title, start, start + HOUR)


def test_equal_items_are_paired_without_a_write(firm: Firm) -> None:
    rig = firm("jana", "petr", synced=False)
    for number, kind in enumerate(("task", "event", "meeting", "phoneCall", "letter", "email")):
        _both(rig, f"Položka {number}", number + 1, kind)
    _both(rig, "Stejná", 10)
    _both(rig, "Stejná", 12)
    day = (rig.clock() + 3 * DAY).date()
    rig.people["jana"].outlook.create("Celý den", day, day + DAY)
    start = (rig.clock() + 3 * DAY).replace(hour=23, minute=0, second=0, microsecond=0) - DAY
    rig.people["jana"].ui.create("event", title="Celý den", start=start, end=start + DAY)
    result = rig.sync()
    assert rig.writes() == (0, 0)
    assert result.counts.matched == 9
    assert result.counts.ambiguous == 0
    assert {one.state.value for one in rig.pairs()} == {"live"}
    assert len(rig.pairs()) == 9
    with rig.carried(raynet=1):
        jana = rig.people["jana"]
        jana.outlook.edit(jana.outlook.find("Položka 2"), subject="Položka dvě")
    assert "Položka dvě" in {one.title for one in rig.raynet.activities()}


def test_equal_text_decides_between_equal_items_and_a_different_number_is_ambiguous(firm: Firm) -> None:
    rig = firm("jana", synced=False)
    jana, start = rig.people["jana"], rig.clock() + HOUR
    for text in ("první", "druhá"):
        jana.ui.create("meeting", title="Dvojice", start=start, end=start + HOUR, description=f"<p>{text}</p>")
    for text in ("druhá", "první"):
        body = {"contentType": "html", "content": f"<p>{text}</p>"}
        jana.outlook.create("Dvojice", start, start + HOUR, body=body)
    for _ in range(2):
        jana.ui.create("meeting", title="Nejasná", start=start, end=start + HOUR)
    jana.outlook.create("Nejasná", start, start + HOUR)
    result = rig.sync()
    assert rig.writes() == (0, 0)
    assert result.counts.ambiguous == 3
    assert result.counts.matched == 2
    assert len(rig.raynet.activities()) == 4
    assert len(jana.outlook.events()) == 3
    assert sum(1 for one in rig.pairs() if one.reason is not None and one.reason.value == "ambiguous") == 3
    with rig.carried():
        pass


def test_what_stands_on_one_side_only_is_created_once(firm: Firm) -> None:
    rig = firm("jana", "petr", synced=False)
    jana, petr = rig.people["jana"], rig.people["petr"]
    _both(rig, "Obojí", 1)
    jana.ui.create("meeting", title="Jen Raynet", start=rig.clock() + 3 * HOUR, people=(petr.person,))
    jana.outlook.create("Jen Outlook", rig.clock() + 5 * HOUR, rig.clock() + 6 * HOUR)
    result = rig.sync()
    assert rig.writes() == (2, 2)
    assert (result.counts.matched, result.counts.created) == (1, 3)


def test_texts_on_one_side_fill_the_other_and_different_ones_are_journalled(firm: Firm) -> None:
    rig = firm("jana", synced=False)
    jana, start = rig.people["jana"], rig.clock() + HOUR
    body = {"contentType": "html", "content": "<p>Z Outlooku</p>"}
    for title, text in (("Prázdná", None), ("Jiná", "<p>Z Raynetu</p>")):
        jana.ui.create("meeting", title=title, start=start, end=start + HOUR, description=text)
        jana.outlook.create(title, start, start + HOUR, body=body)
    rig.sync()
    texts = {one.title: one.description or "" for one in rig.raynet.activities()}
    assert "Z Outlooku" in texts["Prázdná"]
    assert "Z Raynetu" in texts["Jiná"]
    assert "Z Raynetu" in jana.outlook.state(jana.outlook.find("Jiná")).body
    (entry,) = rig.administration.conflicts.every(rig.firm)
    assert (entry.conflict.field.value, entry.conflict.lost, entry.conflict.kept) == (
        "description", "Z Outlooku", "Z Raynetu",
    )  # fmt: skip


def test_a_meeting_of_two_seats_known_on_both_sides_is_one_link(firm: Firm) -> None:
    rig = firm("jana", "petr", synced=False)
    jana, petr, start = rig.people["jana"], rig.people["petr"], rig.clock() + HOUR
    meeting = jana.outlook.create("Společná", start, start + HOUR)
    jana.outlook.invite(meeting, petr.login)
    jana.ui.create("meeting", title="Společná", start=start, end=start + HOUR, people=(petr.person,))
    rig.sync()
    assert rig.writes() == (0, 0)
    assert len({one.link for one in rig.pairs()}) == 1
    assert len(rig.raynet.activities()) == 1


def _mixed(rig: Rig) -> None:
    jana, petr, start = rig.people["jana"], rig.people["petr"], rig.clock() + DAY
    _both(rig, "Obojí", 3)
    for number in range(4):
        at = start + number * HOUR
        jana.ui.create("meeting", title=f"R{number}", start=at, end=at + HOUR, people=(petr.person,))
        petr.outlook.create(f"O{number}", at, at + HOUR)
    jana.outlook.create("Tajné", start, start + HOUR, sensitivity="private")
    weekly = {"type": "weekly", "interval": 1, "daysOfWeek": ["monday"]}
    jana.outlook.create_series("Řada", start, start + HOUR, weekly)


def test_the_preview_writes_nothing_and_equals_the_run(firm: Firm) -> None:
    rig = firm("jana", "petr", synced=False)
    _mixed(rig)
    before = (len(rig.raynet.history), {n: len(p.outlook.events()) for n, p in rig.people.items()})
    shown = rig.preview()
    assert rig.writes() == (0, 0)
    assert before == (len(rig.raynet.history), {n: len(p.outlook.events()) for n, p in rig.people.items()})
    assert rig.pairs() == (), "the preview left nothing in the store either"
    planned = sorted((write.kind.value, write.side.value) for write in shown.writes)
    run = rig.sync()
    wrote = run.counts.created + run.counts.changed + run.counts.removed
    assert len(planned) == wrote == 4 * 2 + 4 + 1
    assert planned.count(("create_event", "graph")) == 8
    assert planned.count(("create_activity", "raynet")) == 5
    matched = sum(1 for plan in shown.plans for step in plan.steps if step.outcome == "matched")
    assert matched == run.counts.matched == 1
    assert rig.preview().writes == (), "after the run the preview is empty"


def test_a_preview_of_changed_rules_and_edits_shows_their_writes_only(firm: Firm) -> None:
    rig = firm("jana", "petr")
    _mixed(rig)
    rig.tick()
    rig.sync()
    rig.people["jana"].ui.edit(next(a.ref for a in rig.raynet.activities() if a.title == "R1"), title="R1 nově")
    rig.rules(private_events=PrivateEvents.FULL.value)
    rig.tick()
    shown = [(write.kind.value, tuple(name.value for name in write.fields)) for write in rig.preview().writes]
    assert shown.count(("update_event", ("title",))) == 2
    assert len(shown) == 3
    with rig.carried(raynet=1, graph=2):
        pass


class _DiesAfterCommits(StepDriver):
    """Dies right after so many commits."""

    left = 0

    def _perform(self, op: Op[Any]) -> object:
        outcome = super()._perform(op)
        self.left -= isinstance(op, Commit)
        if not self.left:
            raise Crash
        return outcome


@pytest.mark.parametrize("after", [None, *range(1, 14)])
def test_a_large_first_meeting_is_stored_in_portions_and_goes_on_after_each(
    firm: Firm, monkeypatch: pytest.MonkeyPatch, after: int | None
) -> None:
    """Nothing is forgotten, matched by half or made twice, whichever of its commits was the process's last."""
    monkeypatch.setattr(read, "AT_ONCE", 2)
    rig = firm("jana", "petr", "eva", synced=False)
    for number, name in enumerate(("jana", "petr", "eva", "jana", "petr")):
        _both(rig, f"Oboje {number}", 2 * number + 1, name=name)
    start = rig.clock() + 30 * HOUR
    rig.people["jana"].ui.create("meeting", title="Jen v Raynetu", start=start, end=start + HOUR)
    rig.people["eva"].outlook.create("Jen v Outlooku", start, start + HOUR)
    if after is not None:
        dying = _DiesAfterCommits(rig.engine, rig.clock, seed=after)
        dying.left, rig.driver = after, dying
        with pytest.raises(Crash):
            rig.one_pass()
        rig.restart(20.0)
    rig.sync()
    both = [f"Oboje {number}" for number in range(5)]
    assert sorted(one.title for one in rig.raynet.activities()) == ["Jen v Outlooku", "Jen v Raynetu", *both]
    shown = {name: sorted(one.subject for one in who.outlook.events().values()) for name, who in rig.people.items()}
    assert shown == {
        "jana": ["Jen v Raynetu", "Oboje 0", "Oboje 3"],
        "petr": ["Oboje 1", "Oboje 4"],
        "eva": ["Jen v Outlooku", "Oboje 2"],
    }
    assert len(rig.pairs()) == 7
    assert rig.one_pass().quiet
