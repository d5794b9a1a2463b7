"""How long each change took from one side to the other, from both sides' histories."""

from collections import defaultdict
from datetime import datetime

from tests.process import titles
from tests.process.index import times_of
from tests.process.load import Half, Item, Load
from tests.process.site import Site


def lags(site: Site, load: Load, since: datetime, until: datetime) -> dict[int, list[float]]:
    """Seconds by firm of the edits and moves that people made in that time and that arrived.

    A change overtaken by a later one of the same kind arrives with it.
    """
    out: dict[int, list[float]] = defaultdict(list)
    with site.world.lock:
        for item in load.items:
            if item.private:
                continue
            for kind in ("title", "move"):
                made, arrived = _steps(load, item, kind)
                for number, at in made:
                    if not since <= at < until:
                        continue
                    came = next((then for reached, then in arrived if reached >= number), None)
                    if came is not None:
                        out[item.firm.id].append((came - at).total_seconds())
    return dict(out)


def _steps(load: Load, item: Item, kind: str) -> tuple[list[tuple[int, datetime]], list[tuple[int, datetime]]]:
    """(number, instant) of what people did, and of what reached the other side, each in order."""
    human, carried = [], []
    side = item.title_side if kind == "title" else item.time_side
    for half, is_human, number, at in _history(load, item, kind):
        if half is side and is_human:
            human.append((number, at))
        elif half is not side and not is_human:
            carried.append((number, at))
    return human, carried


def _history(load: Load, item: Item, kind: str) -> list[tuple[Half, bool, int, datetime]]:
    rows: list[tuple[Half, bool, int, datetime]] = []
    refs = set(load.index.ever_activities(item.number))
    for entry in item.firm.raynet.history if refs else ():
        if entry.after is None or entry.after.ref not in refs:
            continue
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
