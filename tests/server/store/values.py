"""Hypothesis strategies for our frozen values, made from their annotations."""

import types
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import Any, NewType, TypeVar, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from server.domain.ids import MailboxId
from server.domain.when import AllDay, Timed

V = TypeVar("V")

#: The edge cleans what cannot be stored: NUL and lone surrogates.
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
instants = st.datetimes(datetime(1990, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
days = st.dates(date(1990, 1, 1), date(2099, 1, 1))
_SPECIAL: dict[Any, st.SearchStrategy[Any]] = {
    str: texts,
    int: st.integers(0, 2**31 - 1),
    float: st.floats(0, 10_000, allow_nan=False),
    bool: st.booleans(),
    datetime: instants,
    date: days,
    type(None): st.none(),
    # A directory id (a GUID): a key of an event is written as mailbox:event, so it holds no colon.
    MailboxId: texts.map(lambda text: text.replace(":", "-")),
    Timed: st.builds(
        lambda start, seconds: Timed(start=start, end=start + timedelta(seconds=seconds)),
        instants,
        st.integers(0, 10**6),
    ),
    AllDay: st.builds(
        lambda first, count: AllDay(first=first, end=first + timedelta(days=count)), days, st.integers(1, 40)
    ),
}


def values(kind: type[V], **given: Any) -> st.SearchStrategy[V]:
    """Any value of ``kind``; members in ``given`` have that very value (or come from that strategy)."""
    hints = get_type_hints(kind)
    members = {
        one.name: _as_strategy(given[one.name]) if one.name in given else _of(hints[one.name])
        for one in fields(kind)  # type: ignore[arg-type]  # a dataclass
    }
    return st.builds(kind, **members)


def _as_strategy(given: Any) -> st.SearchStrategy[Any]:
    return given if isinstance(given, st.SearchStrategy) else st.just(given)


def _of(hint: Any) -> st.SearchStrategy[Any]:
    if hint in _SPECIAL:
        return _SPECIAL[hint]
    if isinstance(hint, NewType):
        return _of(hint.__supertype__)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(hint)
    if is_dataclass(hint):
        return values(hint)  # type: ignore[arg-type]  # a class
    makers: dict[Any, Callable[..., st.SearchStrategy[Any]]] = {
        Union: lambda *kinds: st.one_of([_of(kind) for kind in kinds]),
        types.UnionType: lambda *kinds: st.one_of([_of(kind) for kind in kinds]),
        tuple: lambda kind, _dots: st.lists(_of(kind), max_size=3).map(tuple),
        dict: lambda key, value: st.dictionaries(_of(key), _of(value), max_size=3),
    }
    return makers[get_origin(hint)](*get_args(hint))
