"""Plays one history to its quiescence and says what was wrong with it."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Any

from server.domain.ids import FirmId
from server.domain.state import Notice, PairState
from server.errors import Remote, Scope, Unavailable
from server.flow import Op
from server.ports.store import Commit
from server.sync.seats import RECHECK_TROUBLED
from simulator.graph.mailbox import Item, Mailbox, MailboxState, Save
from simulator.raynet.records import Actor
from tests.histories import people
from tests.histories.checks import Watch, final_problems
from tests.histories.driver import Driver, Timeline, Worker
from tests.histories.house import House, Village, graph_notice, let_go, raynet_notice, start_of
from tests.histories.scene import Scene
from tests.histories.script import Accident, Deed, Mishap, Script
from tests.histories.store import DictStore
from tests.histories.waits import TROUBLED, VERDICT, what_waits
from tests.histories.wire import FAULTS, READS_ONLY, WRITES_ONLY, Strike, Wire
from tests.histories.workload import Weather

#: After the calm: how long until nothing is left to do, in simulated time.
LONGEST_SETTLING_MS = 3 * 3_600_000


@dataclass(slots=True)
class Outcome:
    """What came of a history. ``script`` holds the mishaps that really happened."""

    script: Script
    problems: list[str] = field(default_factory=list)
    trace: int = 0
    calls: int = 0
    writes: int = 0
    deeds: int = 0
    turns: int = 0
    steps: int = 0
    #: Of these, until nothing was left to do: what follows only shows that it is so.
    steps_to_rest: int = 0
    settled_ms: int = 0
    struck: Counter[tuple[str, str]] = field(default_factory=Counter)
    called: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    excused: Counter[str] = field(default_factory=Counter)


class History:
    """One life of a village. :meth:`run` is called once."""

    def __init__(self, script: Script, weather: Weather | None = None, patience_ms: int = LONGEST_SETTLING_MS) -> None:
        self.script = script
        self._patience_ms = patience_ms
        self.weather = weather
        self.timeline = Timeline(start_of(script))
        self.store = DictStore(lambda: self.timeline.now)
        self.wire = Wire(self._late)
        self.village = Village(script, self.timeline.clock, self.wire)
        self.driver = Driver(self.timeline, self.store, script.schedule, script.poll_seconds, script.portions)
        self.scene = Scene(village=self.village, store=self.store, start=self.timeline.start, now=self.timeline.clock)
        self.watch = Watch(self.village, self.store, self.timeline)
        self.outcome = Outcome(script=script)
        self.calm = False
        self._drawn = random.Random(f"{weather.seed}:weather") if weather is not None else None
        self._push = random.Random(f"{script.schedule}:push")
        self._planned = {(one.firm, one.op, one.number): one for one in script.mishaps}
        self._mishaps: list[Mishap] = []
        self._ops: Counter[tuple[int, str]] = Counter()
        self._waiting: dict[int, Deed] = {}
        self.late_effects = 0
        self.last_late_ms = 0
        self.last_save_ms = 0
        self._pushed = 0
        self._set_up()

    def _set_up(self) -> None:
        for house, plan in zip(self.village.houses, self.script.firms, strict=True):
            self.store.add_firm(self.village.firm(house, plan))
            for seat in house.seats.values():
                self.store.put_seat(seat)
            house.graph_side.next_id = lambda: f"{self._push.getrandbits(64):016x}"
            house.raynet.raise_event = self._raynet_rings(house)  # type: ignore[method-assign]  # the model's own hook is its queue
        self.village.world.graph.exchange.on_saved = self._graph_rings
        self.driver.remote = self._remote
        self.driver.sent = self.watch.sending
        self.driver.refused = self._refused
        self.driver.committed = self._committed
        for number in range(self.script.workers):
            self.driver.add_worker(number)
        for place, deed in enumerate(self.script.deeds):
            self._waiting[place] = deed
            if deed.at_ms <= 0:
                self._do(place)
            else:
                self.timeline.at(deed.at_ms, self._do, place)
        for accident in self.script.accidents:
            if accident.step:
                self.driver.kill_at[accident.step] = accident.lasts_ms
            elif accident.what == "skew":
                self._befall(accident)
            else:
                self.timeline.at(accident.at_ms, self._befall, accident)
        self.driver.look_ahead()

    # --- running ---

    def run(self, look: Callable[["History"], None] | None = None) -> Outcome:
        """Play it. ``look`` is called at quiescence."""
        out = self.outcome
        try:
            self.timeline.run(self.script.calm_ms)
            self._become_calm()
            self._settle()
            if self._set_aside() and not out.problems:
                # What was refused for good, or parked, gets its next chance in the nightly comparison.
                self._nightly()
                self._settle()
            out.steps_to_rest = self.driver.steps
            if not out.problems:
                out.problems += final_problems(self, out.excused)
                out.problems += self._rests()
        finally:
            self._sum_up()
        if look is not None:
            look(self)
        return out

    def _become_calm(self) -> None:
        """Faults and accidents end; who was away comes back; what was taken away is given back."""
        self.calm = True
        self.wire.strike = None
        for worker in self.driver.workers:
            worker.paused_until = min(worker.paused_until, self.timeline.now)
            worker.skew = timedelta()
        for chance in ("random_conflict_probability", "overlap_conflict_probability", "delta_repeat_probability"):
            setattr(self.village.world.graph.switches, chance, 0.0)
        for house in self.village.houses:
            if self.store.firms[house.id].firm.paused:
                people.do(self.scene, Deed(at_ms=0, firm=house.number, who=0, what="a.pause", args={"on": True}))
            for name in ("key", "consent"):
                side = house.raynet_side if name == "key" else house.graph_side
                if side.revoked:
                    people.do(self.scene, Deed(at_ms=0, firm=house.number, who=0, what=f"a.{name}", args={"on": True}))
            for person in house.people:
                person.mailbox.state = MailboxState.READY
        self.driver.look_ahead()

    def _settle(self) -> None:
        """Until nothing is left to do. Waits in which nothing can happen are skipped."""
        began, quiet = self.timeline.now, 0
        while quiet < 2:
            if self.timeline.now > began + self._patience_ms:
                self.outcome.problems.append(f"no rest: {what_waits(self)}")
                return
            before = self.watch.writes
            self._one_round()
            quiet = quiet + 1 if self.watch.writes == before and not what_waits(self) else 0
            if not quiet:
                self.outcome.settled_ms = self.timeline.now - began
            if self.outcome.problems or self.driver.defects:
                break
        self.outcome.problems += self.driver.defects + self.watch.problems

    def _one_round(self) -> None:
        """Each firm is visited once more; a firm that waits for a known moment is visited then."""
        turns = {firm: row.claimed_ms for firm, row in self.store.leases.items()}
        # Where no calendar is asked, Exchange's own later work is nobody's call to do.
        self.village.world.graph.exchange.run_due()
        goal = self.timeline.now + int(self.script.poll_seconds * 1000) + 1_000
        self.timeline.run(goal)
        for firm, claimed in turns.items():
            row, guard = self.store.leases[firm], self.timeline.now + 120_000
            if self.store.firms[firm].firm.paused:
                continue
            while (row.claimed_ms == claimed or row.owner is not None) and self.timeline.now < guard:
                if not self.timeline.step(guard):
                    break
        self._skip_waiting()

    def _skip_waiting(self) -> None:
        """Everything that waits does so until a known moment: go there at once."""
        now = self.timeline.clock()
        moments = []
        for rows in self.store.firms.values():
            if rows.notices or rows.firm.paused:
                return
            moments += [one.due_at for one in rows.attention.values()]
            if rows.open_intents:
                moments.append(now + timedelta(seconds=60))
            moments += [
                one.checked_at + RECHECK_TROUBLED
                for one in rows.mailboxes.values()
                if one.state in TROUBLED and one.checked_at is not None
            ]
            for until in (rows.sync.raynet_wait_until, rows.sync.graph_wait_until):
                moments += [until] if until is not None and until > now else []
            moments += [one.wait_until for one in rows.mailboxes.values() if one.wait_until and one.wait_until > now]
        soon = [one for one in moments if one - now < VERDICT]
        if not soon or self.late_effects:
            return
        wait = (min(soon) - now).total_seconds()
        if wait < self.script.poll_seconds:
            return
        self.timeline.now += int(wait * 1000)
        for row in self.store.leases.values():
            row.due_ms = min(row.due_ms, self.timeline.now)
        self.driver.look_ahead()

    def _set_aside(self) -> bool:
        """Whether something is left that only a later retry or the nightly comparison mends.

        Without push, a Graph that does not report what leaves the window tells of it nowhere else.
        """
        if not self.script.switches.get("delta_reports_outside", True):
            return True
        return any(
            one.state is PairState.PARKED or one.failures
            for rows in self.store.firms.values()
            for one in rows.pairs.values()
        )

    def _nightly(self) -> None:
        for house in self.village.houses:
            rows = self.store.firms[house.id]
            rows.sync = replace(rows.sync, last_full_at=self.timeline.clock() - timedelta(hours=30))
            self.store.leases[house.id].due_ms = self.timeline.now
        self.driver.look_ahead()

    def _rests(self) -> list[str]:
        """Two further full cycles write nothing, though every announcement comes once more."""
        before = self.watch.writes
        for _ in range(2):
            self.watch.replay()
            self._nightly()
            self._one_round()
        later = self.watch.writes
        problems = list(self.driver.defects)
        if before != later:
            problems.append(f"not at rest: {later - before} writes more: {self.watch.last_writes(later - before)}")
        return problems + self.watch.problems

    def _sum_up(self) -> None:
        out = self.outcome
        out.trace = hash((self.driver.trace, self.watch.digest())) & 0xFFFFFFFFFFFF
        out.script = replace(self.script, mishaps=tuple(self._mishaps))
        out.calls = sum(h.raynet_side.calls + h.graph_side.calls for h in self.village.houses)
        out.writes, out.turns, out.steps = self.watch.writes, self.driver.turns, self.driver.steps
        out.struck, out.called = self.wire.struck, self.wire.calls
        for rows in self.store.firms.values():
            out.reasons.update(one.reason.value for one in rows.trails)

    # --- people ---

    def _do(self, place: int) -> None:
        deed = self._waiting.pop(place, None)
        if deed is not None:
            self.village.world.graph.exchange.run_due()
            if people.do(self.scene, deed):
                self.outcome.deeds += 1
                self.watch.deed(deed)
            self.driver.look_ahead()

    def _befall(self, accident: Accident) -> None:
        alive = [one for one in self.driver.workers if one.alive]
        if not alive or self.calm:
            return
        worker = alive[accident.worker % len(alive)]
        match accident.what:
            case "kill":
                self.driver.kill(worker, accident.lasts_ms)
            case "pause":
                self.driver.pause(worker, accident.lasts_ms)
            case "skew":
                worker.skew = timedelta(milliseconds=accident.lasts_ms)

    # --- calls ---

    def _remote(self, worker: Worker, op: Op[Any]) -> tuple[int, Any, Exception | None]:
        firm: FirmId = op.firm  # type: ignore[attr-defined]  # every remote operation has it
        house = self.village.by_firm[firm]
        is_raynet = type(op).__module__.endswith("raynet")
        side = house.raynet_side if is_raynet else house.graph_side
        strike, gap = self._strike(house, op)
        self.wire.begin(strike, gap)
        try:
            value, error = side.perform(op), None
        except Remote as refused:
            value, error = None, refused
        except Exception as defect:  # noqa: BLE001  # an adapter's defect is a problem of the history
            self.driver.defects.append(f"{type(op).__name__}: {type(defect).__name__} {defect}")
            value, error = None, Unavailable(scope=Scope.FIRM)
        self.watch.performed(op, value, error)
        return self.wire.took_ms, value, error

    def _strike(self, house: House, op: Op[Any]) -> tuple[Strike | None, Callable[[], None] | None]:
        """The fault of this operation: planned by the script, or drawn by the weather."""
        if self.calm:
            return None, None
        name = type(op).__name__
        place = house.number, name
        number = self._ops[place] = self._ops[place] + 1
        planned = self._planned.get((*place, number)) if self._planned else None
        if planned is None and self._drawn is not None:
            planned = self._draw(house.number, name, number, is_write=self.watch.is_write(op))
        if planned is None:
            return None, None
        self._mishaps.append(planned)
        if planned.fault == "gap":
            return None, lambda: self._pull_forward(house.number)
        fault = FAULTS[planned.fault]
        fault = replace(
            fault,
            later_ms=planned.later_ms if planned.later_ms is not None else fault.later_ms,
            retry_after=planned.retry_after if planned.retry_after is not None else fault.retry_after,
        )
        return Strike(fault=fault, skip=planned.skip), None

    def _draw(self, firm: int, name: str, number: int, *, is_write: bool) -> Mishap | None:
        weather, rng = self.weather, self._drawn
        assert weather is not None
        assert rng is not None
        rate = weather.write_rate if is_write else weather.read_rate
        roll = rng.random()
        if roll >= rate:
            return (
                Mishap(firm=firm, op=name, number=number, fault="gap")
                if is_write and rng.random() < weather.gap_rate
                else None
            )
        fitting = [one for one in weather.faults if one not in (READS_ONLY if is_write else WRITES_ONLY)]
        if not fitting:
            return None
        fault = FAULTS[rng.choice(fitting)]
        later = rng.choice((200, 2_000, 12_000, 40_000, 90_000)) if fault.later_ms is not None else None
        wait = rng.choice((1, 5, 30, 600)) if fault.retry_after is not None else None
        skip = rng.choice((0, 0, 1)) if is_write else 0
        return Mishap(firm=firm, op=name, number=number, fault=fault.name, skip=skip, later_ms=later, retry_after=wait)

    def _pull_forward(self, firm: int) -> None:
        """A deed of the next seconds happens right here, between two calls of one operation."""
        for place, deed in self._waiting.items():
            if deed.firm == firm and deed.at_ms - self.timeline.now < 6_000:
                self._do(place)
                return

    def _late(self, ms: int, work: Callable[[], None]) -> None:
        self.late_effects += 1

        def arrive(_none: Any) -> None:
            self.late_effects -= 1
            self.last_late_ms = self.timeline.now
            self.village.world.graph.exchange.run_due()
            self.watch.late()
            for house in self.village.houses:
                house.raynet_side.late_arrivals.append(self.timeline.clock())
            work()

        self.timeline.at(self.timeline.now + ms, arrive)

    def _refused(self, op: Commit) -> Exception | None:
        """A commit that the database takes back: a deadlock, a full disk, a connection that was lost before."""
        if self.calm or not self._planned:
            return None
        house = self.village.by_firm[op.firm]
        planned = self._planned.get((house.number, "Commit", self._ops[house.number, "Commit"] + 1))
        if planned is None or planned.fault != "commit_failed":
            return None
        self._ops[house.number, "Commit"] += 1
        self._mishaps.append(planned)
        self.wire.struck["commit_failed", "store.commit"] += 1
        return Unavailable(scope=Scope.SERVER, detail="store")

    def _committed(self, _worker: Worker, op: Commit) -> Exception | None:
        """A commit whose outcome its worker never hears."""
        self.watch.committed(op)
        if self.calm:
            return None
        house = self.village.by_firm[op.firm]
        place = house.number, "Commit"
        number = self._ops[place] = self._ops[place] + 1
        planned = self._planned.get((*place, number)) if self._planned else None
        rate = self.weather.commit_rate if self.weather is not None else 0.0
        if planned is None and self._drawn is not None and rate and self._drawn.random() < rate:
            planned = Mishap(firm=house.number, op="Commit", number=number, fault="commit_lost")
        if planned is None:
            return None
        self._mishaps.append(planned)
        self.wire.struck["commit_lost", "store.commit"] += 1
        return Unavailable(scope=Scope.SERVER, detail="store", unknown_outcome=True)

    # --- push ---

    def _raynet_rings(self, house: House) -> Callable[..., None]:
        def ring(kind: str, entity: str, entity_id: int, _ext_ids: object, actor: Actor) -> None:
            if not house.raynet_side.webhooks or not self._announced():
                return
            self._pushed += 1
            number, at = self._pushed, self.timeline.clock()
            self._deliver(
                lambda: raynet_notice(house, number, kind, entity, entity_id, actor, at, self.timeline.clock())
            )

        return ring

    def _graph_rings(self, mailbox: Mailbox, item: Item, save: Save) -> None:
        house = self.village.of_mailbox[mailbox.id]
        if save.by.kind != "app":
            self.last_save_ms = self.timeline.now
        for subscription, watched in house.graph_side.subscriptions.items():
            if watched == mailbox.id and self._announced():
                self._pushed += 1
                notice = graph_notice(house, subscription, mailbox, item, save, self.timeline.clock(), self._pushed)
                self._deliver(partial(self._received, notice))

    def _received(self, notice: Notice) -> Notice:
        return replace(notice, received_at=self.timeline.clock())

    def _announced(self) -> bool:
        return self.calm or (self.script.push > 0 and self._push.random() < self.script.push)

    def _deliver(self, notice: Callable[[], Any]) -> None:
        most = 3_000 if self.calm else self.script.push_delay_ms
        copies = 2 if self._push.random() < 0.1 else 1
        for _ in range(copies):
            self.timeline.at(self.timeline.now + self._push.randrange(200, most), self._ring, notice)

    def _ring(self, notice: Callable[[], Any]) -> None:
        made = notice()
        if made is not None and self.store.add_notices([made]):
            self.watch.noticed(made)
            self.driver.look_ahead()


def play(script: Script, weather: Weather | None = None, patience_ms: int = LONGEST_SETTLING_MS) -> Outcome:
    """The outcome of one history. ``patience_ms``: how long it may take until nothing is left to do."""
    lived = History(script, weather, patience_ms)
    try:
        return lived.run()
    finally:
        let_go(lived.village, (lived, lived.timeline, lived.driver, lived.watch, lived.store, lived.wire))
