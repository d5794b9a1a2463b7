"""The tests by name."""

from dataclasses import dataclass
from typing import Any, Final

from tests.process import (
    p01_kill,
    p02_pause,
    p03_workers,
    p04_database,
    p05_slow,
    p06_storm,
    p07_renewal,
    p08_flood,
    p09_first,
    p10_soak,
    p11_restore,
    p12_upgrade,
    p13_clock,
)


@dataclass(frozen=True, slots=True)
class Test:
    """``module.run(options, folder)`` gives an outcome."""

    module: Any

    @property
    def options(self) -> Any:
        return self.module.Options


TESTS: Final = {
    "P1": Test(p01_kill),
    "P2": Test(p02_pause),
    "P3": Test(p03_workers),
    "P4": Test(p04_database),
    "P5": Test(p05_slow),
    "P6": Test(p06_storm),
    "P7": Test(p07_renewal),
    "P8": Test(p08_flood),
    "P9": Test(p09_first),
    "P10": Test(p10_soak),
    "P11": Test(p11_restore),
    "P12": Test(p12_upgrade),
    "P13": Test(p13_clock),
}
