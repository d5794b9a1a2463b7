"""What came of it, told from both remote sides' histories: every accepted write with its time, author and key."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from simulator.graph.mailbox import Item as CalendarItem
from simulator.graph.state import EventState
from simulator.raynet.records import Activity
from tests.process import titles
from tests.process.index import living_activity, times_of
from tests.process.load import Half, Item, Load
from tests.process.site import SimFirm, Site

MASK = "Soukromá událost"
#: However much is still written: after so many times its patience the checker judges what there is.
_LONGEST = 10


@dataclass(slots=True)
class Verdict:
    """All of the first group must be nothing."""

    lost: list[str] = field(default_factory=list)
    duplicates: list[str] = field(default_factory=list)
    resurrected: list[str] = field(default_factory=list)
    echoes: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)
    trespasses: list[str] = field(default_factory=list)
    mails: int = 0
    #: Writes that changed nothing, and creates that were undone again: no harm, but no good either.
    empty_writes: int = 0
    extra_creates: int = 0
    writes: Counter[str] = field(default_factory=Counter)

    def wrong(self) -> dict[str, int]:
        """What must be nothing and is not."""
        named = {
            "lost": len(self.lost),
            "duplicates": len(self.duplicates),
            "resurrected": len(self.resurrected),
            "echoes": len(self.echoes),
            "stale_writes": len(self.stale),
            "leaks": len(self.leaks),
            "trespasses": len(self.trespasses),
            "mails": self.mails,
        }
        return {name: number for name, number in named.items() if number}

    def examples(self) -> list[str]:
        """A few of each kind."""
        lists = (
            self.lost, self.duplicates, self.resurrected, self.echoes, self.stale, self.leaks, self.trespasses
        )  # fmt: skip
        return [one for rows in lists for one in rows[:5]]


class Checker:
    """Of one load over one site."""

    def __init__(self, site: Site, load: Load) -> None:
        self.site = site
        self.load = load

    def unsettled(self, most: int = 1) -> list[str]:
        """The first differences between what people left and what both sides show."""
        out: list[str] = []
        with self.site.world.lock:
            for item in self.load.items:
                out += self._differences(item)
                if len(out) >= most:
                    break
        return out

    def settle(self, seconds: float, *, quiet_seconds: float = 3.0) -> float:
        """Wait until both sides show what people left and nothing is written any more; how long the first took.

        Given up after so many seconds in which nothing was written any more: a machine that is busy otherwise takes
        longer over a backlog, and late is not lost. Does not raise: what is not right by then is in the verdict.
        """
        began = last = time.monotonic()
        agreed: float | None = None
        while time.monotonic() - last < seconds and time.monotonic() - began < _LONGEST * seconds:
            recent = self.site.ledger.since(last)
            last = max([last, *(one.began for one in recent if one.is_write)])
            if self.unsettled():
                agreed = None
            else:
                agreed = agreed or time.monotonic()
                if time.monotonic() - max(agreed, last) >= quiet_seconds:
                    return agreed - began
            time.sleep(0.2)
        return time.monotonic() - began

    def verdict(self) -> Verdict:
        """At rest, all processes done or quiet."""
        out = Verdict(mails=self.site.mails(), trespasses=list(self.site.ledger.trespasses))
        with self.site.world.lock:
            for item in self.load.items:
                self._judge(item, out)
            for firm in self.site.firms:
                self._judge_raynet(firm, out)
                self._judge_outlook(firm, out)
        return out

    def stories(self, verdict: Verdict, most: int = 3) -> list[str]:
        """What was done to the items that came out wrong, as both histories tell it."""
        wrong = [*verdict.lost, *verdict.duplicates, *verdict.resurrected, *verdict.echoes, *verdict.stale]
        numbers = dict.fromkeys(int(one[1:].split(":")[0].split()[0]) for one in wrong if one.startswith("Z"))
        with self.site.world.lock:
            return [line for number in list(numbers)[:most] for line in self._story(self.load.items[number - 1])]

    def _story(self, item: Item) -> list[str]:
        rows = [(item_at, f"Z{item.number} {told}") for item_at, told in self._told(item)]
        return [f"{at:%H:%M:%S.%f} {told}" for at, told in sorted(rows)]

    def _told(self, item: Item) -> Iterator[tuple[datetime, str]]:
        refs = set(self.load.index.ever_activities(item.number))
        for entry in item.firm.raynet.history:
            one = entry.after or entry.before
            if one is not None and one.ref in refs:
                shown = "gone" if entry.after is None else f"{one.title} {one.scheduled_from} {one.status}"
                yield entry.at, f"raynet {entry.actor.source} {entry.action} {one.kind}:{one.id} {shown}"
        for event in self.load.index.ever_events(item.number):
            for revision in event.history:
                state = revision.after.state
                shown = f"{state.subject} {state.start:%H:%M}" if revision.after.alive else "gone"
                yield revision.at, f"outlook {revision.by.kind} {revision.kind} #{event.number} {shown}"

    # --- what there is ---

    def _differences(self, item: Item) -> list[str]:
        activities, events = self._found(item)
        name = f"Z{item.number}"
        if item.deleted:
            return [f"{name} still there"] if activities or events else []
        if len(activities) != 1 or len(events) != 1:
            return [f"{name} stands {len(activities)} times in Raynet, {len(events)} in Outlook"]
        right = activities[0].scheduled_from == item.when[0] if item.private else item.shown_by(activities[0])
        return [] if right and item.shown_in(events[0]) else [f"{name} differs"]

    def _found(self, item: Item) -> tuple[list[Activity], list[CalendarItem]]:
        events = self.load.index.events(item.person, item.number)
        if not item.private:
            return self.load.index.activities(item.firm, item.number), events
        masked = [
            one
            for one in item.firm.raynet.activities()
            if one.title == MASK and living_activity(one) and one.scheduled_from == item.when[0]
        ]
        return masked, events

    def _judge(self, item: Item, out: Verdict) -> None:
        activities, events = self._found(item)
        name = f"Z{item.number}"
        if item.deleted:
            if activities or events:
                out.resurrected.append(f"{name}: {len(activities)} activities, {len(events)} events after its deletion")
            return
        if len(activities) > 1 or len(events) > 1:
            out.duplicates.append(f"{name}: {len(activities)} activities, {len(events)} events")
        elif self._differences(item):
            out.lost.append(f"{name}: {self._differences(item)[0]}, edit {item.edits}, move {item.moves}")

    # --- what was done ---

    def _judge_raynet(self, firm: SimFirm, out: Verdict) -> None:
        made = 0
        for entry in firm.raynet.history:
            after, before = entry.after, entry.before
            if after is not None and titles.is_secret(after.title + (after.description or "")):
                out.leaks.append(f"{after.kind}:{after.id} showed a private title")
            if entry.actor.source != "api":
                continue
            out.writes["raynet"] += 1
            made += entry.action == "created"
            if before is None or after is None:
                continue
            out.empty_writes += _same_activity(before, after)
            old, new = titles.number_of(before.title), titles.number_of(after.title)
            item = self._item(new or old)
            if item is None or old is None:
                continue
            self._edited(out, item, Half.RAYNET, old, new or old)
            if before.scheduled_from and before.scheduled_till and after.scheduled_from and after.scheduled_till:
                moves = (
                    titles.moves_of(before.scheduled_from, before.scheduled_till),
                    titles.moves_of(after.scheduled_from, after.scheduled_till),
                )
                self._moved(out, item, Half.RAYNET, moves)
        from_outlook = sum(1 for one in self.load.items if one.firm is firm and one.origin is Half.OUTLOOK)
        out.extra_creates += max(0, made - from_outlook)
        for one in firm.raynet.activities():
            if living_activity(one) and titles.number_of(one.title) is None and one.title != MASK:
                out.duplicates.append(f"{one.kind}:{one.id} belongs to nothing")
        masks = sum(1 for one in firm.raynet.activities() if one.title == MASK and living_activity(one))
        wanted = sum(1 for one in self.load.items if one.private and one.firm is firm)
        if masks > wanted:
            out.duplicates.append(f"{masks} masked activities for {wanted} private events")

    def _judge_outlook(self, firm: SimFirm, out: Verdict) -> None:
        made: Counter[int] = Counter()
        for before, after in self._app_saves(firm):
            out.writes["graph"] += 1
            new = titles.number_of(after.subject) if after is not None else None
            old = titles.number_of(before.subject) if before is not None else None
            if before is None and new is not None:
                made[new[0]] += 1
            item = self._item(new or old)
            if before is None or after is None or item is None or old is None:
                continue
            out.empty_writes += _same_event(before, after)
            self._edited(out, item, Half.OUTLOOK, old, new or old)
            moves = titles.moves_of(*times_of(before)), titles.moves_of(*times_of(after))
            self._moved(out, item, Half.OUTLOOK, moves)
        out.extra_creates += sum(number - 1 for number in made.values() if number > 1)

    def _app_saves(self, firm: SimFirm) -> Iterator[tuple[EventState | None, EventState | None]]:
        for person in firm.people:
            for event in person.mailbox.items.values():
                for revision in event.history:
                    if revision.by.kind == "app":
                        before = revision.before.state if revision.before is not None else None
                        yield before, revision.after.state if revision.after.alive else None

    def _item(self, found: tuple[int, int] | None) -> Item | None:
        return self.load.items[found[0] - 1] if found is not None and found[0] <= len(self.load.items) else None

    @staticmethod
    def _edited(out: Verdict, item: Item, side: Half, old: tuple[int, int], new: tuple[int, int]) -> None:
        if old == new:
            return
        if new[1] < old[1] or new[0] != old[0]:
            out.stale.append(f"Z{item.number} title {old[1]} -> {new[1]} in {side.value}")
        elif item.title_side is side:
            out.echoes.append(f"Z{item.number} title {old[1]} -> {new[1]} came back to {side.value}")

    @staticmethod
    def _moved(out: Verdict, item: Item, side: Half, moves: tuple[int, int]) -> None:
        old, new = moves
        if old == new:
            return
        if new < old:
            out.stale.append(f"Z{item.number} move {old} -> {new} in {side.value}")
        elif item.title_side is not side:
            out.echoes.append(f"Z{item.number} move {old} -> {new} came back to {side.value}")


def _same_activity(a: Activity, b: Activity) -> bool:
    names = ("title", "scheduled_from", "scheduled_till", "status", "description", "personal", "priority", "ext_ids")
    return all(getattr(a, name) == getattr(b, name) for name in names)


def _same_event(a: EventState, b: EventState) -> bool:
    names = ("subject", "start", "end", "body", "importance", "sensitivity", "categories", "extended", "show_as")
    return all(getattr(a, name) == getattr(b, name) for name in names)
