"""A column as a value: how a row is shown, sorted, coloured and exported in it."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from console.i18n import Text
from console.theme import Tone

R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column(Generic[R]):
    """``text`` is what is seen, copied, exported and read aloud."""

    key: str
    title: Text
    text: Callable[[R], str]
    #: The server's name of the order, for lists that the server sorts.
    sort: str | None = None
    #: The value that orders a list which is held whole; the text where it is absent.
    order: Callable[[R], Any] | None = None
    #: Shown as a badge in this tone; None in a row: plain text.
    tone: Callable[[R], Tone | None] | None = None
    #: More about the cell, under the pointer.
    hint: Callable[[R], str] | None = None
    #: An icon in front of the text.
    icon: Callable[[R], str | None] | None = None
    width: int = 150
    is_numeric: bool = False
    is_hidden: bool = False
    #: For files: a number without its unit, an instant in ISO form; the text where it is absent.
    export: Callable[[R], str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One value of a filter; an empty value means all."""

    value: str
    title: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter(Generic[R]):
    """A drop-down above a list. ``key`` is the query member; ``accepts`` decides in lists that are held whole."""

    key: str
    title: Text
    choices: Sequence[Choice]
    accepts: Callable[[R, str], bool] | None = None


def folded(text: str) -> str:
    """Without case and accents, as the server searches."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def natural(value: Any) -> tuple[int, Any]:
    """Nothing comes last; texts as people order them."""
    if value is None:
        return (1, "")
    return (0, folded(value)) if isinstance(value, str) else (0, value)
