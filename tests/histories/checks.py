"""What must hold: at every remote write (:class:`Watch`), and once nothing is left to do (:func:`final_problems`).

The letters are those of the catalogue of invariants: I1 isolation, I2 privacy, I4 no write without a lease, I5 none to
series and seatless calendars, I6 the brake, I8 nothing lost, I9 nothing double, I10 no resurrection, I11 rest, I12 the
private flag, I13 nothing open, I14 bounded calls; and every item's trail explains its state.
"""

import hashlib
from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from server.domain.activity import ActivityStatus
from server.domain.ids import MailboxId
from server.domain.reasons import Reason
from server.domain.state import Decision, Intent, IntentKind, IntentState, MailboxSync, Notice, PairState
from server.flow import Op
from server.ports.graph import CreateEvent, DeleteEvent, DeltaRound, GetEvent, ReadDeltas, UpdateEvent
from server.ports.raynet import NewestActivities, WindowActivities
from server.ports.store import Commit
from server.sync.driver import REMOTE_WRITES
from simulator.graph import ids
from tests.histories import causes, duties
from tests.histories.driver import Timeline, Worker
from tests.histories.house import House, Village
from tests.histories.oracle import Oracle
from tests.histories.script import Deed
from tests.histories.store import DictStore

if TYPE_CHECKING:
    from tests.histories.play import History

_WRITES = frozenset(REMOTE_WRITES)
_LOOKS = frozenset((ReadDeltas, GetEvent, CreateEvent, UpdateEvent, DeleteEvent))
_ITEM_WRITES = frozenset(one for one in REMOTE_WRITES if one.__name__.endswith(("Event", "Activity", "ExtId")))


class Watch:
    """Looks at every write when it is sent and when it arrives."""

    def __init__(self, village: Village, store: DictStore, timeline: Timeline) -> None:
        self._village = village
        self._store = store
        self._timeline = timeline
        self.problems: list[str] = []
        self.writes = 0
        self.all_writes = 0
        self.deeds: Counter[str] = Counter()
        self.late_writes = False
        #: When each calendar, and each Raynet (""), was last read.
        self.read_at: dict[tuple[int, str], int] = {}
        #: Every moment in which something of a calendar may have been seen.
        self.looks: defaultdict[str, list[int]] = defaultdict(list)
        #: Rounds that showed something, with their link: taken in once that is stored, else only looked at.
        self._shown: dict[tuple[int, str], tuple[int, str]] = {}
        self._notices: list[Notice] = []
        self._last: list[str] = []
        self._trace = 0

    def calendar_read_at(self, row: MailboxSync) -> int:
        """When that calendar was last read; -1 if never."""
        place = (row.firm_id, row.mailbox or "")
        at, link = self._shown.get(place, (-1, ""))
        return max(self.read_at.get(place, -1), at if row.delta_link == link else -1)

    def is_write(self, op: Op[Any]) -> bool:
        return type(op) in _WRITES

    def sending(self, worker: Worker, op: Op[Any]) -> None:
        """I4: whoever sends a write holds the firm's lease, by the database's own clock."""
        if type(op) not in _WRITES:
            return
        lease = worker.leases.get(op.firm)  # type: ignore[attr-defined]  # every write has it
        row = self._store.leases[op.firm]  # type: ignore[attr-defined]  # as above
        if lease is None or not self._store.is_held(lease) or row.expires_ms <= self._timeline.now:
            self.problems.append(f"I4 {type(op).__name__} without a lease")

    def performed(self, op: Op[Any], value: Any, error: Exception | None) -> None:
        kind = type(op)
        if kind in _LOOKS:
            self._look(op)
        if kind not in _WRITES:
            self._read(op, value, error)
            return
        self.all_writes += 1
        if kind not in _ITEM_WRITES:
            return
        self.writes += 1
        self._last.append(kind.__name__)
        self._trace = hash((self._trace, self._timeline.now, error is None)) & 0xFFFFFFFFFFFF
        if kind in (CreateEvent, UpdateEvent, DeleteEvent):
            self._graph_write(op, error)

    def _look(self, op: Any) -> None:
        kind = type(op)
        if kind is ReadDeltas:
            for one in op.wanted:
                self.looks[one.mailbox].append(self._timeline.now)
        else:
            self.looks[op.mailbox if kind is CreateEvent else op.key.mailbox].append(self._timeline.now)

    def _read(self, op: Any, value: Any, error: Exception | None) -> None:
        if error is not None:
            return
        kind = type(op)
        if kind is ReadDeltas:
            for mailbox, answer in value.items():
                if isinstance(answer, DeltaRound) and (answer.events or answer.removed):
                    self._shown[op.firm, mailbox] = (self._timeline.now, answer.link)
                else:
                    self.read_at[op.firm, mailbox] = self._timeline.now
        elif kind is NewestActivities or kind is WindowActivities:
            self.read_at[op.firm, ""] = self._timeline.now

    def _graph_write(self, op: Any, error: Exception | None) -> None:
        mailbox = op.mailbox if isinstance(op, CreateEvent) else op.key.mailbox
        house = self._village.of_mailbox.get(mailbox)
        if house is None or house.id != op.firm:
            self.problems.append("I1 a write into another firm's calendar")
            return
        if isinstance(op, UpdateEvent) and error is None:
            parsed = ids.decode(op.key.id)
            item = next(p.mailbox.items[parsed.number] for p in house.people if p.mailbox.id == mailbox)
            if item.content.state.recurrence is not None:
                self.problems.append("I5 a write to a series")
            if item.content.state.attendees and not item.content.state.is_organizer:
                self.problems.append("I5 a write to an attendee's copy")

    def late(self) -> None:
        self.late_writes = True

    def deed(self, deed: Deed) -> None:
        self.deeds[deed.what] += 1

    def committed(self, op: Commit) -> None:
        """Nothing yet."""

    def noticed(self, notice: Notice) -> None:
        self._notices.append(notice)

    def replay(self) -> None:
        """All announcements once more, as new deliveries."""
        seen: dict[tuple[Any, ...], Notice] = {}
        for one in self._notices:
            seen[one.firm_id, one.kind, one.mailbox, one.activity, one.hint] = one
        number = len(self._last)
        again = [replace(one, dedupe=f"again:{number}:{place}:{one.dedupe}") for place, one in enumerate(seen.values())]
        self._store.add_notices(again)

    def last_writes(self, number: int) -> str:
        return ",".join(self._last[-number:])

    def digest(self) -> int:
        """Of everything that was done to both sides."""
        made = hashlib.blake2b(digest_size=6)
        for house in self._village.houses:
            for one in house.raynet.activities():
                made.update(repr((one.kind, one.id, one.title, one.version, one.status, one.personal)).encode())
            for person in house.people:
                for item in person.mailbox.items.values():
                    state = item.content.state
                    made.update(repr((item.number, state.subject, state.version, item.content.folder)).encode())
            rows = self._store.firms[house.id]
            made.update(repr((len(rows.trails), len(rows.intents), sorted(rows.conflicts))).encode())
        return int.from_bytes(made.digest()) ^ self._trace


# --- at quiescence --------------------------------------------------------------------------------------------------


def final_problems(history: "History", excused: Counter[str]) -> list[str]:
    """Everything that is wrong with both sides and our own rows."""
    out: list[str] = []
    for house in history.village.houses:
        oracle = Oracle(history, house)
        out += oracle.check()
        out += _own_rules(history, house, oracle)
        out += duties.neglected(history, house, oracle)
        out += causes.uncaused(history, oracle)
        if oracle.excused:
            excused["H9"] += oracle.excused
    return out + duties.mailed(history) + _isolation(history)


def _own_rules(history: "History", house: House, oracle: Oracle) -> list[str]:
    rows = history.store.firms[house.id]
    out = []
    explained = {one.link_id for one in rows.trails}
    for group in oracle.groups:
        if group.link.id not in explained:
            out.append(f"link {group.link.activity} without a trail")
        for pair in group.pairs:
            if pair.state not in (PairState.LIVE,) and pair.reason is None:
                out.append(f"pair {pair.state.value} without a reason")
            if pair.state is PairState.LIVE and pair.event is None and pair.mailbox and pair.role.value == "lead":
                out.append("live lead without an event")
    out += _brake(rows, history.script.firms[house.number].rules)
    return out


def _brake(rows: Any, rules: Any) -> list[str]:
    """I6: no pass removes more from a calendar than the guard allows, unless an administrator confirmed it."""
    confirmed = {p for hold in rows.holds.values() if hold.decision is Decision.CONFIRM for p in hold.pairs}
    count, share = int(rules.get("guard_count", 5)), int(rules.get("guard_share", 20))
    removed: dict[tuple[str, MailboxId], set[str]] = defaultdict(set)
    total: Counter[MailboxId] = Counter()
    for pair in rows.pairs.values():
        total[pair.mailbox] += 1
    for intent in rows.intents.values():
        if intent.state is not IntentState.DONE or intent.pair_id in confirmed or intent.reason is Reason.UNDONE:
            continue
        if intent.kind in (IntentKind.DELETE_EVENT, IntentKind.DELETE_ACTIVITY) or _cancels(intent):
            removed[intent.pass_id, rows.pairs[intent.pair_id].mailbox].add(intent.pair_id)
    return [
        f"I6 {len(pairs)} of {total[mailbox]} removed at once"
        for (_, mailbox), pairs in removed.items()
        if len(pairs) >= count and len(pairs) * 100 >= share * total[mailbox]
    ]


def _cancels(intent: Intent) -> bool:
    change = intent.payload.activity_change
    return change is not None and change.status is ActivityStatus.CANCELLED


def _isolation(history: "History") -> list[str]:
    """I1: nothing that was typed in one firm is anywhere in another."""
    out = []
    houses = history.village.houses
    for house in houses:
        marks = [f"F{other.number} " for other in houses if other is not house]
        if not marks:
            continue
        texts = [entry.after.title for entry in house.raynet.history if entry.after is not None]
        for person in house.people:
            texts += [one.after.state.subject for item in person.mailbox.items.values() for one in item.history]
        if any(mark in text for mark in marks for text in texts):
            out.append(f"I1 a text of another firm in firm {house.number}")
    return out
