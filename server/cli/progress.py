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


@contextmanager
def progress(
    what: str, total: int | None = None, *, stream: TextIO | None = None, patience_seconds: float = PATIENCE_SECONDS
) -> Iterator[Advance]:
    """A bar for ``what`` with ``total`` steps (None: unknown, a spinner). Yields the function that advances it.

    The function may be called from any thread. Nothing at all is written off a terminal or before the patience is over.
    """
    target = stream or sys.stderr
    if not target.isatty():
        yield lambda _count: None
        return
    columns = [SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn()]
    bar = Progress(*columns, TimeRemainingColumn(), console=Console(file=target), transient=True)
    task = bar.add_task(what, total=total)
    starter = threading.Timer(patience_seconds, bar.start)
    starter.daemon = True
    starter.start()
    try:
        yield lambda count: bar.advance(task, count)
    finally:
        starter.cancel()
        starter.join()
        bar.stop()
