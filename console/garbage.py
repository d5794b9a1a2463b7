"""Python's cyclic garbage is collected on the GUI thread only.

Left to itself the collector runs on whichever thread happens to allocate; a job thread would then destroy widgets, and
Qt ends the process for that. So the automatic collector is off while the program runs and a timer does its work: young
garbage often and cheaply, the old generation rarely. What exists after the start is left out for good.
"""

import gc
from typing import Final

from PySide6.QtCore import QObject, QTimer

_EVERY_MS: Final = 500


class Janitor(QObject):
    """One per program; made on the GUI thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._was_enabled = gc.isenabled()
        self._thresholds = gc.get_threshold()
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self.sweep)
        self._timer.start()

    def settle(self) -> None:
        """After the start: modules, classes and catalogues will never be garbage and need not be looked at again."""
        gc.collect()
        gc.freeze()

    def sweep(self) -> int:
        """As the automatic one would, at its thresholds; how many objects went."""
        young, middle, old = gc.get_count()
        if old > self._thresholds[2]:
            return gc.collect(2)
        if middle > self._thresholds[1]:
            return gc.collect(1)
        return gc.collect(0) if young > self._thresholds[0] else 0

    def stop(self) -> None:
        """Before the process goes on without a window: the automatic one works again."""
        self._timer.stop()
        gc.collect()
        gc.unfreeze()
        if self._was_enabled:
            gc.enable()
