"""How long each change took from one side to the other, from both sides' histories."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime

from simulator.raynet.records import HistoryEntry, Ref
from tests.process import titles
from tests.process.index import times_of
from tests.process.load import Half, Item, Load
from tests.process.site import SimFirm, Site


def lags(
    site: Site,
    load: Load,
    since: datetime,
    until: datetime,
    counts: Callable[[Item, datetime], bool] = lambda _item, _at: True,
) -> dict[int, list[float]]:
    """Seconds by firm of the edits and moves that people made in that time, of those that count, and that arrived.

    A change overtaken by a later one of the same kind arrives with it.
    """
    out: dict[int, list[float]] = defaultdict(list)
    with site.world.lock:
        saves = {firm.id: _by_record(firm) for firm in site.firms}
        for item in load.items:
            if item.private:
                continue
            for kind in ("title", "move"):
                made, arrived = _steps(load, item, kind, saves[item.firm.id])
                for number, at in made:
                    if not since <= at < until or not counts(item, at):
                        continue
                    came = next((then for reached, then in arrived if reached >= number), None)
                    if came is not None:
                        out[item.firm.id].append((came - at).total_seconds())
    return dict(out)


def _by_record(firm: SimFirm) -> dict[Ref, list[HistoryEntry]]:
    """What stood in each record: one look through the history serves all items."""
    out: dict[Ref, list[HistoryEntry]] = defaultdict(list)
    for entry in firm.raynet.history:
        if entry.after is not None:
            out[entry.after.ref].append(entry)
    return out


def _steps(
    load: Load, item: Item, kind: str, saves: Mapping[Ref, list[HistoryEntry]]
) -> tuple[list[tuple[int, datetime]], list[tuple[int, datetime]]]:
    """(number, instant) of what people did, and of what reached the other side, each in order."""
    human, carried = [], []
    side = item.title_side if kind == "title" else item.time_side
    for half, is_human, number, at in _history(load, item, kind, saves):
        if half is side and is_human:
            human.append((number, at))
        elif half is not side and not is_human:
            carried.append((number, at))
    return human, carried


def _history(
    load: Load, item: Item, kind: str, saves: Mapping[Ref, list[HistoryEntry]]
) -> list[tuple[Half, bool, int, datetime]]:
    rows: list[tuple[Half, bool, int, datetime]] = []
    mine = (entry for ref in set(load.index.ever_activities(item.number)) for entry in saves.get(ref, ()))
    for entry in sorted(mine, key=lambda one: one.number):
        assert entry.after is not None
        found = titles.number_of(entry.after.title)
        start, end = entry.after.scheduled_from, entry.after.scheduled_till
        if found is None or start is None or end is None:
            continue
        number = found[1] if kind == "title" else titles.moves_of(start, end)
        rows.append((Half.RAYNET, entry.actor.source == "user", number, entry.at))
    for event in load.index.ever_events(item.number):
        for revision in event.history:
            found = titles.number_of(revision.after.state.subject)
            if found is not None:
                number = found[1] if kind == "title" else titles.moves_of(*times_of(revision.after.state))
                rows.append((Half.OUTLOOK, revision.by.kind == "human", number, revision.at))
    return rows
