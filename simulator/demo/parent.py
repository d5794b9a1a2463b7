"""Talks with the program that started us: one JSON document a line, its end of the pipe closing means the end.

We say ``{"ready": …}`` once, ``{"ask": n, "what": …}`` and ``{"done": …}``; it says ``{"go": true}`` when the product
runs and ``{"answer": n, "value": …}``.
"""

import itertools
import json
import queue
import threading
from collections.abc import Callable
from typing import Any, TextIO

_PATIENCE_SECONDS = 20.0


class Parent:
    """Thread-safe. ``ended`` is called once when the other side is gone."""

    def __init__(self, read: TextIO, write: TextIO, ended: Callable[[], None]) -> None:
        self._read = read
        self._write = write
        self._ended = ended
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._waiting: dict[int, queue.SimpleQueue[Any]] = {}
        #: Set once the product runs and has compared both sides for the first time.
        self.running = threading.Event()
        threading.Thread(target=self._listen, name="parent", daemon=True).start()

    def say(self, document: dict[str, Any]) -> None:
        with self._lock:
            self._write.write(json.dumps(document, ensure_ascii=False) + "\n")
            self._write.flush()

    def ask(self, what: str, **parameters: Any) -> Any:
        """The answer, or None when none comes."""
        number, box = next(self._numbers), queue.SimpleQueue[Any]()
        self._waiting[number] = box
        try:
            self.say({"ask": number, "what": what, **parameters})
            return box.get(timeout=_PATIENCE_SECONDS)
        except (queue.Empty, OSError, ValueError):
            return None
        finally:
            self._waiting.pop(number, None)

    def _listen(self) -> None:
        for line in self._read:
            document = json.loads(line)
            if document.get("go"):
                self.running.set()
            box = self._waiting.get(document.get("answer", 0))
            if box is not None:
                box.put(document.get("value"))
        self._ended()
