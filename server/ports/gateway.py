"""Who performs operations."""

from typing import Any, Protocol

from server.flow import Op


class Gateway(Protocol):
    """Performs the operations of one remote system; raises only :mod:`server.errors`."""

    def perform(self, op: Op[Any]) -> object: ...
