"""Code without I/O: a flow is a generator that yields what it wants and is resumed with the outcome.

``yield from want(op)`` gives the operation's typed result or raises the :mod:`server.errors` exception the driver
threw in. One driver runs flows with threads, ``requests`` and SQLAlchemy, another in simulated time; a crash is a
generator that is never resumed, so every point between two effects can be a crash point.
"""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Op(Generic[T_co]):
    """Something a flow wants from outside. Subclasses are frozen dataclasses; ``T`` is the type of the outcome."""

    __slots__ = ()


Flow = Generator[Op[Any], object, T]


def want(op: Op[T]) -> Flow[T]:
    """Yield ``op``; return its outcome."""
    return (yield op)  # type: ignore[return-value]  # not `cast`: this is called for every operation


@dataclass(frozen=True, slots=True)
class Now(Op[datetime]):
    """The present instant (aware UTC)."""


@dataclass(frozen=True, slots=True)
class NewId(Op[str]):
    """A fresh unguessable identifier: 32 lower-case hex digits."""


@dataclass(frozen=True, slots=True)
class Sleep(Op[None]):
    """Wait; a driver may end the wait early only by closing the flow."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Stopping(Op[bool]):
    """Whether the process was asked to stop: a flow that can, ends between two items."""


@dataclass(frozen=True, slots=True)
class Done(Generic[T_co]):
    """A gathered flow's result."""

    value: T_co


@dataclass(frozen=True, slots=True)
class Failed:
    """A gathered flow's error (an exception of :mod:`server.errors` or a defect)."""

    error: Exception


@dataclass(frozen=True, slots=True)
class Gather(Op[tuple[Done[Any] | Failed, ...]]):
    """Run flows side by side, at most ``limit`` at once; outcomes in the order given. One failure stops no other."""

    flows: "tuple[Flow[Any], ...]"
    limit: int = 3


def gather(flows: Sequence[Flow[T]], limit: int = 3) -> "Flow[tuple[Done[T] | Failed, ...]]":
    """Typed form of :class:`Gather`; a single flow or ``limit`` 1 still isolates errors."""
    return (yield from want(Gather(tuple(flows), limit)))


@dataclass(frozen=True, slots=True)
class Note(Op[None]):
    """One structured log line: a static snake_case event and ids, counts, codes."""

    event: str
    fields: tuple[tuple[str, str | int | float | bool | None], ...] = ()
    level: str = "info"


@dataclass(frozen=True, slots=True)
class Planned(Op[None]):
    """So many remote writes will be tried now: for whoever shows progress."""

    writes: int


#: What a driver must do with each yielded operation.
Perform = Callable[[Op[Any]], object]
