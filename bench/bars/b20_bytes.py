"""B20: bytes of one change that comes alone, and what is listed when nothing happened.

The simulated systems send plain text. The product accepts gzip, so what a compressing server would send is
counted too.
"""

import gzip
import random
from typing import Any

from bench.calls import BETWEEN_SECONDS, MIX, settled
from bench.measured import Found, Run, Target
from simulator.faults import system_of
from simulator.wire import SimRequest, SimResponse
from simulator.world import World
from tests.support.turning import Turning, turning

TITLE = "B20: bytes"
ITEMS = 300
TARGETS = (
    Target(bar="B20", name="kB for one change, bodies gzipped", most=8, unit="kB"),
    Target(
        bar="B20",
        name="kB for one change, bodies plain",
        most=8,
        unit="kB",
        obstacle="A change in Raynet is read with the newest 100 rows of the instance, about 95 kB of plain "
        "JSON, because a "
        "ring often is the first of a burst. Fewer rows are fewer bytes but, whenever more had changed, a "
        "second call of "
        "the daily quota, which is the scarcer thing (25 rows were tried: 12 kB a change, one call more in "
        "each burst). "
        "The product accepts gzip, which packs these rows well.",
    ),
    Target(bar="B20", name="items listed in an idle hour", most=0),
)


class CountedWorld(World):
    """Counts what crosses the line: paths, headers and bodies, both ways, and the events in Graph's replies."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.plain = 0
        self.packed = 0
        self.events_listed = 0

    def handle(self, request: SimRequest) -> SimResponse:
        response = super().handle(request)
        if system_of(request.path) in ("raynet", "graph"):
            head = len(request.path) + sum(len(name) + len(value) + 2 for name, value in request.query)
            head += sum(len(name) + len(value) + 4 for name, value in request.headers.items()) + len(request.body)
            head += sum(len(name) + len(value) + 4 for name, value in response.headers.items())
            self.plain += head + len(response.body)
            self.packed += head + min(len(response.body), len(gzip.compress(response.body, 6)))
            if system_of(request.path) == "graph":
                self.events_listed += response.body.count(b'"iCalUId"')
        return response


def measure(run: Run) -> Found:
    items = 40 if run.quick else ITEMS
    with turning(run.fresh("bytes"), people=("jana",), world_class=CountedWorld) as made:
        people, world = settled(made, items=items), _world(made)
        # What was entered together is now older than the stretch that each reading overlaps.
        people.change("R~")
        made.run_for(130)
        idle = _idle(made)
        draw, changes, seconds = random.Random(1), 0, 0.0
        plain, packed = world.plain, world.packed
        for what in MIX * (1 if run.quick else 3):
            people.change(what)
            wait = draw.uniform(*BETWEEN_SECONDS)
            made.run_for(wait)
            changes, seconds = changes + 1, seconds + wait
        plain, packed = world.plain - plain, world.packed - packed
        listed = world.events_listed
        made.run_for(3600 if not run.quick else 600)
        listed = world.events_listed - listed
    return Found(
        values={
            "kB for one change, bodies gzipped": (packed - idle[1] * seconds) / changes / 1000,
            "kB for one change, bodies plain": (plain - idle[0] * seconds) / changes / 1000,
            "items listed in an idle hour": float(listed),
        },
        details={
            "changes": changes,
            "stored items": 2 * items,
            "bytes a second, idle": {"plain": round(idle[0]), "gzipped": round(idle[1])},
        },
    )


def _world(made: Turning) -> CountedWorld:
    world = made.rig.world
    assert isinstance(world, CountedWorld)
    return world


def _idle(made: Turning, seconds: int = 600) -> tuple[float, float]:
    """Bytes a second while nothing happens."""
    world = _world(made)
    plain, packed = world.plain, world.packed
    made.run_for(seconds)
    return (world.plain - plain) / seconds, (world.packed - packed) / seconds
