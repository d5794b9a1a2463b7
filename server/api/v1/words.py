"""Codes and reasons as people read them in the console."""

import re
from collections.abc import Mapping
from typing import Any, Final

from server.api.rest.shapes import Words
from server.api.v1.models.firms import BreakerState
from server.catalogue.explained import sentence
from server.domain.reasons import Reason
from server.domain.state import Breaker, Side

#: The catalogue's sentences may end in the command that helps; the console has a button in its place.
_COMMAND: Final = re.compile(r":\s*ros [a-z][a-z ,:]*$")
_NO_DATA: Final[Mapping[str, Any]] = {}


def words(code: str, data: Mapping[str, Any] = _NO_DATA) -> Words:
    """The sentence of a code."""
    found = sentence(code, data)
    return Words(cs=_COMMAND.sub(".", found.cs), en=_COMMAND.sub(".", found.en))


def words_of(reason: Reason | None) -> Words | None:
    """The sentence of a reason."""
    return words(f"reason_{reason.value}") if reason is not None else None


def breaker_of(side: Side, found: Breaker | None) -> BreakerState | None:
    """An open breaker as it is shown."""
    if found is None:
        return None
    return BreakerState(
        side=side.value, code=found.code, text=words(found.code), since=found.since, retry_at=found.retry_at
    )
