"""X3: deciding about 10,000 pairs in memory, beside vdirsyncer's sync over its memory storages, in the same run.

Both are given everything that stands on both sides and what they remember, and say what is to be written. vdirsyncer
compares etags with its status and hashes where they differ; we compare each record with what was last observed and
reconcile the links whose records are news. ``every pair anew`` reconciles all 10,000 links whether they are
news or not.
"""

import asyncio
import gc
from collections.abc import Sequence
from dataclasses import replace

from bench.measured import Found, Run, Target, cpu_of_thread, median
from server.domain.ids import ActivityKey, ActivityType, EventId, LinkId
from server.domain.mapping import World
from server.domain.plan import Plan
from server.domain.reconcile import reconcile
from server.domain.state import Group, Origin, SeenActivity, SeenEvent
from server.sync.proofs import is_newer_event
from server.sync.read import is_news
from tests.support.builders import FIRM, NOW, activity, agreed, event, hour, link, pair, timed, world

TITLE = "X3: 10,000 pairs in memory"
TARGETS = (
    Target(bar="X3", name="vdirsyncer's time to ours, nothing changed", least=5, unit="times", kind="cpu"),
    Target(bar="X3", name="vdirsyncer's time to ours, 1 % changed", least=5, unit="times", kind="cpu"),
    Target(
        bar="X3",
        name="vdirsyncer's time to ours, every pair anew",
        least=5,
        unit="times",
        kind="cpu",
        obstacle="The stricter reading: reconciling all links though none is news, as only a change of rules or the "
        "nightly pass does. A field-level merge of normal forms is dearer than comparing an etag with a status.",
    ),
)


def measure(run: Run) -> Found:
    number, rounds = (1000, 3) if run.quick else (10_000, 5)
    around, groups, edited = world(), _groups(number), _groups(number, edited_every=100)
    ours: dict[str, list[float]] = {"unchanged": [], "changed": [], "anew": []}
    theirs: dict[str, list[float]] = {"unchanged": [], "changed": []}
    planned = len([plan for plan in _decided(groups, edited, around) if plan.writes])
    if planned != number // 100:
        raise RuntimeError(f"{planned} plans with writes")
    other = _Vdirsyncer(number)
    gc.collect()
    gc.freeze()
    for _ in range(rounds):
        ours["unchanged"].append(cpu_of_thread(lambda: _decided(groups, groups, around)))
        theirs["unchanged"].append(other.unchanged())
        ours["changed"].append(cpu_of_thread(lambda: _decided(groups, edited, around)))
        theirs["changed"].append(other.changed())
        ours["anew"].append(cpu_of_thread(lambda: [reconcile(group, around) for group in groups]))
    gc.unfreeze()
    ratios = {
        name: median(b / a for a, b in zip(ours[name], theirs[name], strict=True)) for name in ("unchanged", "changed")
    }
    return Found(
        values={
            "vdirsyncer's time to ours, nothing changed": ratios["unchanged"],
            "vdirsyncer's time to ours, 1 % changed": ratios["changed"],
            "vdirsyncer's time to ours, every pair anew": median(theirs["unchanged"]) / median(ours["anew"]),
        },
        details={
            "pairs": number,
            "our CPU ms": {name: round(1000 * median(values), 1) for name, values in ours.items()},
            "vdirsyncer's CPU ms": {name: round(1000 * median(values), 1) for name, values in theirs.items()},
        },
    )


def _groups(number: int, *, edited_every: int = 0) -> list[Group]:
    """Links in step; of every so many, one that somebody has renamed in Raynet since."""
    made = []
    for place in range(number):
        key, when = ActivityKey(ActivityType.MEETING, 5000 + place), timed(8 + place % 8, day=1 + place % 300)
        name = f"Porada {place}"
        one = activity(name, key=key, when=when, text=f"Program {place}")
        other = event(name, event_id=f"ev-{place}", when=when, text=f"Program {place}")
        base = agreed(one, other)
        if edited_every and place % edited_every == 0:
            one = replace(one, title=f"{name} jinak", version=6, modified_at=hour(1, day=0))
        this = link(id=LinkId(f"link-{place}"), activity=key, origin=Origin.RAYNET)
        this_pair = replace(pair(event_id=f"ev-{place}", pair_id=f"pair-{place}", base=base), link_id=this.id)
        made.append(
            Group(
                link=this,
                pairs=(replace(this_pair, event=EventId(f"ev-{place}")),),
                activity=SeenActivity(firm_id=FIRM, key=key, activity=one, seen_at=NOW),
                events=(SeenEvent(firm_id=FIRM, key=other.key, event=other, seen_at=NOW),),
                intents=(),
            )
        )
    return made


def _decided(stored: Sequence[Group], now: Sequence[Group], around: World) -> list[Plan]:
    """Each record of both sides beside what was last seen of it; what is news is reconciled."""
    plans = []
    for old, new in zip(stored, now, strict=True):
        assert new.activity is not None
        told = is_news(old.activity, new.activity.activity)
        told = any(is_newer_event(a, b.event) for a, b in zip(old.events, new.events, strict=True)) or told
        if told:
            plans.append(reconcile(new, around))
    return plans


class _Vdirsyncer:
    """Its own sync over two memory storages and a status in memory."""

    def __init__(self, number: int) -> None:
        from vdirsyncer.storage.memory import MemoryStorage  # type: ignore[import-untyped]
        from vdirsyncer.sync.status import SqliteStatus  # type: ignore[import-untyped]

        self._number = number
        self._turn = 0
        self._a, self._b = MemoryStorage(), MemoryStorage()
        self._status = SqliteStatus(":memory:")
        self._fill()

    def _fill(self) -> None:
        async def both() -> None:
            for place in range(self._number):
                await self._a.upload(self._item(place))
                await self._b.upload(self._item(place))

        asyncio.run(both())
        self._sync()

    def _item(self, place: int) -> object:
        from vdirsyncer.vobject import Item  # type: ignore[import-untyped]

        lines = (
            "BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", f"UID:{place}", f"SUMMARY:Porada {place}.{self._turn}",
            "DTSTART:20261124T090000Z", "DTEND:20261124T100000Z", f"DESCRIPTION:Program {place}", "END:VEVENT",
            "END:VCALENDAR",
        )  # fmt: skip
        return Item("\r\n".join(lines))

    def unchanged(self) -> float:
        return cpu_of_thread(self._sync)

    def changed(self) -> float:
        """One of a hundred items has another text on one side."""
        self._turn += 1

        async def edit() -> None:
            for place in range(0, self._number, 100):
                href = str(place)
                await self._a.update(href, self._item(place), self._a.items[href][0])

        asyncio.run(edit())
        return cpu_of_thread(self._sync)

    def _sync(self) -> None:
        from vdirsyncer.sync import sync  # type: ignore[import-untyped]

        asyncio.run(sync(self._a, self._b, self._status, conflict_resolution="a wins"))
