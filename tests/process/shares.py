"""A short share of each test for CI: seconds, correctness only. Figures are taken by ``make process``."""

from pathlib import Path
from typing import Any

from tests.process.registry import TESTS


def share(name: str, folder: Path, **options: Any) -> None:
    """Run it and fail with what was missed; marks of time do not count here."""
    test = TESTS[name]
    outcome = test.module.run(test.options(**options), folder)
    assert not outcome.failed(), outcome.show()
