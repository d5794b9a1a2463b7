"""Small worlds: one firm, one item or two, a few deeds close together, and the first writes struck on purpose.

What large histories meet by chance once in a thousand, these meet within a hundred at a tenth of the price. The hunt
for planted defects plays them too; they are scripts from the start, so a failure needs little shrinking.
"""

import random

from tests.histories import workload
from tests.histories.script import Accident, Deed, FirmPlan, Mishap, Script
from tests.histories.wire import FAULTS, READS_ONLY, WRITES_ONLY

_WRITES = (
    "CreateEvent",
    "UpdateEvent",
    "DeleteEvent",
    "CreateActivity",
    "UpdateActivity",
    "DeleteActivity",
    "AddExtId",
)
_READS = ("ReadDeltas", "NewestActivities", "GetActivity", "GetEvent", "FindEvents", "FindByExtId", "FindByTitle")
_CALM_MS = 60_000


def small(seed: int) -> Script:
    """The small history of a seed."""
    rng = random.Random(f"{seed}:small")
    rules = {name: rng.choice(values) for name, values in rng.sample(workload.RULES, rng.choice((0, 0, 1)))}
    firm = FirmPlan(people=2, rules=rules, switches=workload.readings(rng, workload.RAYNET_READINGS, 0.1))
    slots = rng.choice((1, 1, 1, 2, 3))
    deeds, at = list[Deed](), rng.choice((0, 100, 5_000))
    for slot in range(slots):
        deeds.append(workload.creation(rng, 0, rng.randrange(2), slot, at, slot))
        at += rng.choice((50, 1_000))
    for number in range(slots, slots + rng.choice((1, 2, 3, 4))):
        at = min(at + rng.choice((100, 400, 1_500, 6_000, 16_000, 31_000)), _CALM_MS - 1)
        if rng.random() < 0.12:
            deed = workload.office(rng, 0, rng.randrange(2), at, _CALM_MS)
            back = workload.undone(deed, rng, _CALM_MS)
            deeds += [back] if back is not None else []
        else:
            deed = workload.change(rng, 0, rng.randrange(2), rng.randrange(slots), at, number, 2)
        deeds.append(deed)
    return Script(
        start=rng.choice(workload.STARTS),
        schedule=rng.getrandbits(32),
        firms=(firm,),
        workers=rng.choice((1, 1, 2)),
        poll_seconds=5.0,
        push=rng.choice((0.0, 1.0)),
        switches=workload.readings(rng, workload.GRAPH_READINGS, 0.1),
        deeds=tuple(sorted(deeds, key=lambda one: one.at_ms)),
        mishaps=tuple(_mishap(rng) for _ in range(rng.choice((0, 0, 1, 1, 2)))),
        accidents=tuple(_accident(rng) for _ in range(rng.choice((0, 0, 0, 1)))),
        calm_ms=_CALM_MS,
    )


def _mishap(rng: random.Random) -> Mishap:
    """A fault at one of the first writes, or of the first looks after one."""
    is_write = rng.random() < 0.8
    fault = rng.choice(sorted(set(FAULTS) - (READS_ONLY if is_write else WRITES_ONLY)))
    later = rng.choice((200, 2_000, 12_000, 40_000)) if FAULTS[fault].later_ms is not None else None
    op, number = rng.choice(_WRITES if is_write else _READS), rng.choice((1, 1, 1, 2, 3))
    return Mishap(firm=0, op=op, number=number, fault=fault, skip=rng.choice((0, 0, 1)), later_ms=later)


def _accident(rng: random.Random) -> Accident:
    at, what = rng.randrange(40_000), rng.choice(("kill", "pause", "pause"))
    lasts = rng.choice((500, 3_000)) if what == "kill" else rng.choice((4_000, 12_000, 20_000))
    return Accident(worker=0, what=what, at_ms=at, lasts_ms=lasts)
