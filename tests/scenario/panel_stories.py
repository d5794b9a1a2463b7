"""Forms filled in, saved, delivered, repeated, delayed and lost in every order, with crashes and a second worker.

Several stories run at once in one world, as people work. What must hold at the end is in :func:`judge`.
"""

import json
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import update

from server.errors import Outdated
from server.microsoft.translate import PANEL_PROPERTY
from server.store.locks import LEASE_SECONDS
from server.store.tables.runtime import lease as lease_table
from server.sync.context import PassOptions
from server.sync.passes import run_pass
from simulator.graph.errors import GraphError
from simulator.raynet.populate import add_category
from tests.support.panel import Form, PanelHost, panel_host
from tests.support.rig import Crash, Rig, StepDriver, _engine, make_rig

PEOPLE = ("jana", "petr", "eva", "karel")
TYPES = ("meeting", "phoneCall", "task", "letter", "event")
TURNS = 14


@dataclass(slots=True)
class Story:
    """One form. ``accepted``: what the server confirmed, by revision."""

    name: str
    person: str
    form: Form
    plan: list[str]
    accepted: dict[int, dict[str, Any]] = field(default_factory=dict)
    answers: list[dict[str, Any]] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    plain: list[str] = field(default_factory=list)
    given_up: bool = False
    deleted: bool = False
    noted: bool = False

    @property
    def subject(self) -> str:
        return f"Událost {self.name}"


class Stage:
    """The world of one seed."""

    def __init__(self, folder: Path, seed: int, stories: int) -> None:
        self.random = random.Random(seed)
        self.rig: Rig = make_rig(folder, people=PEOPLE, seed=seed)
        self.rig.sync()
        self.category = add_category(self.rig.raynet, "Důležité", "EB6CD1")
        self.host: PanelHost = panel_host(self.rig)
        for person in PEOPLE:
            self.host.panel(person)
        self.crashes = 0
        self.stories = [self._story(number) for number in range(stories)]

    def _story(self, number: int) -> Story:
        person = PEOPLE[number % len(PEOPLE)]
        form = self.host.panel(person, consent=False).form()
        form.start += timedelta(hours=2 * number)
        form.end = form.start + timedelta(hours=1)
        form.client = self.random.choice(("owa", "new", "classic", "mac"))
        story = Story(name=f"{number:03d}", person=person, form=form, plan=[])
        form.subject = story.subject
        story.plan = self._plan()
        return story

    def _plan(self) -> list[str]:
        """What happens in this story; its order is drawn, its deliveries may come late and twice."""
        draw = self.random
        plan = ["choose"]
        plan += ["save"] if draw.random() < 0.85 else []
        plan += [
            one for one in ("choose", "choose", "again", "again", "beat", "beacon", "id", "late") if draw.random() < 0.4
        ]
        plan += [one for one in ("close", "plain") if draw.random() < 0.2]
        plan += [one for one in ("copy", "give_up", "delete") if draw.random() < 0.08]
        draw.shuffle(plan)
        return plan

    # --- what people and networks do ---

    def act(self, story: Story, what: str) -> None:
        actions: dict[str, Callable[[Story], None]] = {
            "choose": self._choose,
            "save": self._save,
            "again": self._again,
            "late": self._again,
            "beat": self._beat,
            "beacon": self._beacon,
            "close": self._close,
            "plain": self._plain,
            "id": self._id,
            "copy": self._copy,
            "give_up": self._give_up,
            "delete": self._delete,
        }
        actions[what](story)

    def _choose(self, story: Story) -> None:
        story.form.choices = {"type": self.random.choice(TYPES)}
        if self.random.random() < 0.5:
            story.form.choices["category"] = self.category
        if self.random.random() < 0.05:
            story.form.choices["linked"] = False
        body = story.form.delivery()
        story.bodies.append(body)
        if self.random.random() < 0.75:
            self._deliver(story, body)

    def _again(self, story: Story) -> None:
        if story.bodies:
            self._deliver(story, self.random.choice(story.bodies))

    def _deliver(self, story: Story, body: dict[str, Any]) -> None:
        result = story.form.deliver(body)
        if result.status_code == 200:
            story.answers.append(result.json)
            if result.json["accepted"]:
                story.accepted[body["rev"]] = body["choices"]
        else:
            assert result.status_code == 409, result.text

    def _save(self, story: Story) -> None:
        """Once. Some clients note the draft on the event."""
        if story.events:
            return
        members: dict[str, Any] = {}
        # The panel writes its note only after the server has taken the draft.
        if story.bodies and self.random.random() < 0.3 and story.accepted:
            note = json.dumps({"draftId": story.form.draft_id})
            members = {"singleValueExtendedProperties": [{"id": PANEL_PROPERTY, "value": note}]}
            story.noted = True
        outlook = story.form.panel.person.outlook
        story.events.append(outlook.create(story.subject, story.form.start, story.form.end, **members))

    def _id(self, story: Story) -> None:
        """The form learns its id and tells it."""
        if story.events and story.bodies:
            story.form.event = story.events[0]
            body = story.form.delivery()
            story.bodies.append(body)
            self._deliver(story, body)

    def _beacon(self, story: Story) -> None:
        if story.bodies and story.accepted:
            story.form.rev += 1
            story.form.beacon(rev=story.form.rev)
            state = story.form.panel.call("GET", f"/drafts/{story.form.draft_id}")
            if state.status_code == 200 and state.json["rev"] == story.form.rev:
                story.accepted[story.form.rev] = story.form.choices

    def _beat(self, story: Story) -> None:
        """A sign of life: what was said last, once more."""
        if story.bodies:
            self._deliver(story, story.bodies[-1])

    def _close(self, story: Story) -> None:
        """The panel goes away with nothing new to say; the form may be saved later, or never."""
        if story.bodies and story.accepted:
            story.form.beacon(rev=story.form.rev)

    def _plain(self, story: Story) -> None:
        """Another event of the same person, made without any panel while this form is open or after it."""
        start = story.form.start + timedelta(days=30)
        story.plain.append(f"{story.subject} bez panelu")
        story.form.panel.person.outlook.create(story.plain[-1], start, start + timedelta(hours=1))

    def _copy(self, story: Story) -> None:
        """*Duplikovat událost*: hidden properties may come along."""
        if story.events and not story.deleted:
            note = json.dumps({"draftId": story.form.draft_id})
            members = {"singleValueExtendedProperties": [{"id": PANEL_PROPERTY, "value": note}]} if story.noted else {}
            outlook = story.form.panel.person.outlook
            start = story.form.start + timedelta(days=20)
            subject = f"{story.subject} kopie"
            outlook.create(subject, start, start + timedelta(hours=1), **members)

    def _give_up(self, story: Story) -> None:
        answer = story.form.panel.call("DELETE", f"/drafts/{story.form.draft_id}")
        story.given_up = story.given_up or answer.status_code == 200

    def _delete(self, story: Story) -> None:
        if story.events and not story.deleted:
            story.deleted = True
            try:
                story.form.panel.person.outlook.delete(story.events[0])
            except GraphError:
                return

    # --- what the worker does ---

    def work(self) -> None:
        """One pass, which may be killed anywhere, or overtaken by another worker."""
        self.rig.tick(self.random.choice((1.0, 5.0, 15.0)))
        fate = self.random.random()
        if fate < 0.25:
            self._killed()
        elif fate < 0.35:
            self._overtaken()
        else:
            self.rig.one_pass()

    def _killed(self) -> None:
        driver = self.rig.driver
        driver.crash_after = driver.count + self.random.randint(1, 60)
        try:
            self.rig.one_pass()
        except Crash:
            self.crashes += 1
        driver.crash_after = None
        self._restarted(5.0)

    def _overtaken(self) -> None:
        """A worker stops in the middle; its lease runs out, another one does the work, then the first goes on."""
        rig = self.rig
        lease = rig.engine.leases.claim(rig.firm, 3600.0)
        assert lease is not None
        rig.engine.book.put(lease)
        flow = run_pass(rig.firm, PassOptions())
        driver = rig.driver
        step: Any = lambda: next(flow)  # noqa: E731  # what to do next with the flow
        try:
            for _ in range(self.random.randint(1, 60)):
                step = driver._resumed(flow, step())
        except StopIteration:
            rig.engine.book.drop(rig.firm)
            rig.engine.leases.release(lease)
            return
        old_engine, old_driver = rig.engine, driver
        # The database's clock is the machine's: the lease is let run out by hand.
        rig.database.write_unscoped(lambda connection: connection.execute(update(lease_table).values(expires_ms=0)))
        rig.clock.advance(seconds=LEASE_SECONDS * 2)
        rig.engine, rig.driver = self._other_worker()
        rig.one_pass()
        try:
            for _ in range(10_000):
                step = old_driver._resumed(flow, step())
        except (StopIteration, Outdated):
            pass
        old_engine.book.drop(rig.firm)
        old_engine.close()

    def _other_worker(self) -> tuple[Any, Any]:
        rig = self.rig
        rig.seed += 1
        engine = _engine(rig.world, rig.clock, rig.database, rig.folder)
        return engine, StepDriver(engine, rig.clock, seed=rig.seed)

    def _restarted(self, seconds: float) -> None:
        self.rig.restart(seconds)
        self.host = panel_host(self.rig)
        for story in self.stories:
            story.form.panel.host = self.host

    def play(self) -> None:
        """All stories at once, a few steps of them between two passes."""
        for _ in range(TURNS):
            busy = [one for one in self.stories if one.plan]
            for story in self.random.sample(busy, len(busy) // 2):
                self.act(story, story.plan.pop(0))
            self.work()
        for story in self.stories:
            while story.plan:
                self.act(story, story.plan.pop(0))
                if self.random.random() < 0.2:
                    self.work()
        self.rig.tick()
        for _ in range(4):
            self.rig.one_pass()
            self.rig.tick(20)
        self.rig.sync()

    def close(self) -> None:
        self.rig.engine.close()
        self.rig.database.close()


# --- what must hold ---------------------------------------------------------------------------------------------------


def judge(stage: Stage) -> Counter[str]:
    """Raises for a broken promise; counts how stories ended."""
    by_title: dict[str, list[Any]] = {}
    for activity in stage.rig.raynet.activities():
        by_title.setdefault(activity.title, []).append(activity)
    ends: Counter[str] = Counter()
    for story in stage.stories:
        found = by_title.get(story.subject, [])
        assert len(found) <= 1, f"{story.name}: {len(found)} activities of one event"
        if not story.events:
            assert not found, f"{story.name}: an activity of an event that was never saved"
            ends["unsaved"] += 1
            continue
        if story.deleted or story.given_up:
            ends["taken back"] += 1
            continue
        ends[_kept(story, found[0] if found else None)] += 1
    assert not [title for title in by_title if "probíhá zápis" in title], "a placeholder was left"
    for story in stage.stories:
        copies = by_title.get(f"{story.subject} kopie", [])
        assert len(copies) <= 1, f"{story.name}: the copy shares or repeats an activity"
        for title in story.plain:
            kinds = [one.kind for one in by_title.get(title, [])]
            assert kinds == ["event"], f"{story.name}: an event made without the panel became {kinds}"
    return ends


def _kept(story: Story, activity: Any) -> str:
    """How the confirmed choices ended; an assertion where one was lost without a word."""
    if not story.accepted:
        assert activity is not None, f"{story.name}: a saved event without an activity"
        return "default"
    state = story.form.get()
    newest = story.accepted[max(story.accepted)]
    assert state["step"] == "applied", f"{story.name}: {state['step']} though saved ({state})"
    told = {name for answer in [*story.answers, state] for name in answer["refused"]}
    linked = newest.get("linked", True)
    if activity is None:
        assert not linked or "linked" in told, f"{story.name}: kept out of Raynet though linked"
        return "kept out"
    if not linked and "linked" not in told:
        # It was made before they said so: it stays in Raynet, let go.
        assert (state["status"], state["reason"]["code"]) == ("not_linked", "unlinked_by_user"), story.name
        return "let go"
    assert state["status"] == "linked", f"{story.name}: {state['status']}"
    if activity.kind != newest["type"]:
        assert "type" in told, f"{story.name}: the type was lost without a word"
    else:
        assert "type" not in state["refused"] or len(story.accepted) > 1
    if "category" in newest:
        assert activity.category == newest["category"], f"{story.name}: the category was lost"
    return "as chosen" if activity.kind == newest["type"] else "type told"
