"""All modules of bars, in the order of their numbers."""

from importlib import import_module
from types import ModuleType

NAMES = (
    "b01_calls",
    "b04_idle",
    "b06_raynet",
    "b07_quota",
    "b08_engine",
    "b10_latency",
    "b13_scale",
    "b15_workers",
    "b17_ack",
    "b18_reading",
    "b19_commits",
    "b20_bytes",
    "x2_pairs",
    "x3_reconcile",
    "x4_first",
)


def modules(wanted: frozenset[str] = frozenset()) -> list[ModuleType]:
    """Those that measure one of the wanted bars (``B1``, ``X2``); all without any. LookupError for an unknown bar."""
    found = [import_module(f"bench.bars.{name}") for name in NAMES]
    bars = {target.bar for one in found for target in one.TARGETS}
    if unknown := wanted - bars:
        raise LookupError(f"no such bar: {', '.join(sorted(unknown))}; there are {', '.join(sorted(bars, key=_order))}")
    return [one for one in found if not wanted or wanted & {target.bar for target in one.TARGETS}]


def _order(bar: str) -> tuple[str, int]:
    return bar[0], int(bar[1:])
