"""The end that all tests share: people stop, both sides come to rest, the histories are judged."""

from collections.abc import Collection

from tests.process.checker import Checker, Verdict
from tests.process.load import Load
from tests.process.outcome import Outcome
from tests.process.site import Site


def come_to_rest(site: Site, load: Load, out: Outcome, seconds: float, *, expected: Collection[str] = ()) -> Verdict:
    """Wait, judge, and write the common figures. ``expected``: errors in logs that the fault itself accounts for."""
    load.stop()
    checker = Checker(site, load)
    settled = checker.settle(seconds)
    verdict = checker.verdict()
    defects = {event: number for event, number in site.defects().items() if event not in expected}
    out.figures |= {
        "changes": load.done.total(),
        "settled_seconds": settled,
        "writes_checked": site.ledger.checked,
        "writes_unchecked": site.ledger.unchecked,
        "defects": defects,
    }
    out.judge(verdict)
    out.notes += checker.stories(verdict)
    out.mark("defects in logs", sum(defects.values()), most=0)
    return verdict
