"""Who performs operations."""

from typing import Any, Protocol

from server.domain.ids import FirmId
from server.flow import Op


def anybody(_firm: FirmId) -> None:
    """The last look of a gateway whose writes nobody restricts."""


class Gateway(Protocol):
    """Performs the operations of one remote system; raises only :mod:`server.errors`."""

    def perform(self, op: Op[Any]) -> object: ...
