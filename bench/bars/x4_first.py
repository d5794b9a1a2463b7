"""X4: the first match of a firm whose people entered everything twice: no write, hardly a page more than there is."""

import math
from collections import Counter
from datetime import timedelta
from typing import Any

from bench.measured import Found, Run, Target, own_cpu
from simulator.faults import system_of
from simulator.wire import SimRequest, SimResponse
from simulator.world import World
from tests.support.rig import Rig, rig

TITLE = "X4: first match of 50 users × 500 equal events"
#: Rows of one page. Fact: Raynet's most [doc]; Graph's is what we ask for.
RAYNET_PAGE, GRAPH_PAGE = 1000, 100
TARGETS = (
    Target(bar="X4", name="writes", most=0),
    Target(bar="X4", name="pages read, to those that exist", most=1.1, unit="times"),
    Target(bar="X4", name="items left without a partner", most=0),
)


class PagedWorld(World):
    """Counts pages: lists of activities, and each page of a delta round, also inside of a batch."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.pages: Counter[str] = Counter()

    def handle(self, request: SimRequest) -> SimResponse:
        response = super().handle(request)
        system = system_of(request.path)
        if system == "raynet" and request.method == "GET" and request.path.rstrip("/").endswith("/activity"):
            self.pages["raynet"] += 1
        elif system == "graph":
            self.pages["graph"] += response.body.count(b"calendarView/delta?")
        return response


def measure(run: Run) -> Found:
    users, events = (10, 500) if run.quick else (50, 500)
    with rig(run.fresh("first"), people=tuple(f"p{n}" for n in range(users)), world_class=PagedWorld) as made:
        _enter_twice(made, events)
        run.say("everything is entered twice")
        began = own_cpu()
        result = made.one_pass()
        spent = own_cpu() - began
        world = made.world
        assert isinstance(world, PagedWorld)
        pages = dict(world.pages)
        run.say(f"pages: {pages}")
        exist = math.ceil(users * events / RAYNET_PAGE) + users * math.ceil(events / GRAPH_PAGE)
        for _ in range(2):
            made.tick()
            made.one_pass()
        writes = sum(made.writes())
    return Found(
        values={
            "writes": float(writes),
            "pages read, to those that exist": sum(pages.values()) / exist,
            "items left without a partner": float(users * events - result.counts.matched),
        },
        details={
            "pages": pages,
            "pages that exist": exist,
            "CPU ms to a pair, simulated systems included": round(1000 * spent / (users * events), 2),
        },
    )


def _enter_twice(made: Rig, events: int) -> None:
    """Each person's year: the same appointments by hand on both sides."""
    first = made.clock().replace(minute=0, second=0, microsecond=0) + timedelta(days=1)
    for name, person in made.people.items():
        for number in range(events):
            start = first + timedelta(minutes=30 * (number % 16), days=number // 16 * 7)
            title = f"{name} {number}"
            person.ui.create("meeting", title=title, start=start, end=start + timedelta(minutes=30))
            person.outlook.create(title, start, start + timedelta(minutes=30))
