"""The tests by name."""

from dataclasses import dataclass
from typing import Any, Final

from tests.process import p01_kill, p02_pause, p03_workers, p04_database


@dataclass(frozen=True, slots=True)
class Test:
    """``module.run(options, folder)`` gives an outcome."""

    module: Any

    @property
    def options(self) -> Any:
        return self.module.Options


TESTS: Final = {"P1": Test(p01_kill), "P2": Test(p02_pause), "P3": Test(p03_workers), "P4": Test(p04_database)}
