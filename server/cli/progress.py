"""Progress on stderr, on a terminal only, for whatever takes over two seconds: counts and the time left."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

#: What is quicker than this needs no bar.
PATIENCE_SECONDS = 2.0

#: Called with how many are done since the last call.
Advance = Callable[[int], None]


class Bar:
    """Calling it advances it; :meth:`expect` raises its total by what has come to be known. From any thread."""

    def __init__(self, advance: Advance, expect: Advance) -> None:
        self._advance = advance
        self._expect = expect

    def __call__(self, count: int) -> None:
        self._advance(count)

    def expect(self, more: int) -> None:
        self._expect(more)


def _silent(_count: int) -> None:
    """Nobody watches."""


@contextmanager
def progress(
    what: str, total: int | None = None, *, stream: TextIO | None = None, patience_seconds: float = PATIENCE_SECONDS
) -> Iterator[Bar]:
    """A bar for ``what`` with ``total`` steps (None: not known yet, a spinner).

    Nothing at all is written off a terminal or before the patience is over.
    """
    target = stream or sys.stderr
    if not target.isatty():
        yield Bar(_silent, _silent)
        return
    columns = [SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn()]
    bar = Progress(*columns, TimeRemainingColumn(), console=Console(file=target), transient=True)
    task = bar.add_task(what, total=total)
    starter = threading.Timer(patience_seconds, bar.start)
    starter.daemon = True
    starter.start()

    def expect(more: int) -> None:
        bar.update(task, total=(bar.tasks[0].total or 0) + more)

    try:
        yield Bar(lambda count: bar.advance(task, count), expect)
    finally:
        starter.cancel()
        starter.join()
        bar.stop()
