"""Column types: how domain values stand in the database.

States, times and keys are plain columns; what people wrote is :class:`Sealed`. Both databases give the same back.
"""

import functools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, TypeVar
from weakref import WeakKeyDictionary

from pydantic import TypeAdapter
from sqlalchemy import BigInteger, Dialect, Integer, LargeBinary, Text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.types import TypeDecorator, TypeEngine

from server.domain.ids import ActivityKey, EventId, EventKey, MailboxId
from server.store.crypto import KeyRing

E = TypeVar("E", bound=StrEnum)
#: What turns a value into the driver's, and back: made once for a column and an engine, run for each value.
Write = Callable[[Any], Any]
Read = Callable[[Any], Any]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)

#: A number that identifies something. SQLite counts up by itself only in an INTEGER.
Id: Final = BigInteger().with_variant(Integer(), "sqlite")

#: A column type is asked with nothing but the engine's dialect: there the key ring of that engine is found.
_key_rings: "WeakKeyDictionary[Dialect, KeyRing]" = WeakKeyDictionary()


def use_key_ring(dialect: Dialect, ring: KeyRing) -> None:
    """Let the sealed columns of the engine that owns ``dialect`` use ``ring``."""
    _key_rings[dialect] = ring


def key_ring_of(dialect: Dialect) -> KeyRing:
    """The ring given to :func:`use_key_ring`."""
    return _key_rings[dialect]


@functools.cache
def _adapter(shape: Any) -> TypeAdapter[Any]:
    return TypeAdapter(shape)


class Instant(TypeDecorator[datetime]):
    """An aware instant, exact to the microsecond; always UTC when read. Naive ones are refused with ``ValueError``."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(TIMESTAMP(timezone=True))
        return dialect.type_descriptor(BigInteger())

    def bind_processor(self, dialect: Dialect) -> Write:
        return _aware if dialect.name == "postgresql" else _microseconds

    def result_processor(self, dialect: Dialect, _coltype: object) -> Read:
        return _utc if dialect.name == "postgresql" else _instant


def _aware(value: datetime | None) -> datetime | None:
    if value is not None and value.tzinfo is None:
        raise ValueError("naive instant")
    return value


def _microseconds(value: datetime | None) -> int | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("naive instant")
    return (value - _EPOCH) // _MICROSECOND


def _utc(value: datetime | None) -> datetime | None:
    return None if value is None else value.astimezone(UTC)


def _instant(value: int | None) -> datetime | None:
    return None if value is None else _EPOCH + timedelta(microseconds=value)


class Code(TypeDecorator[E]):
    """A member of a closed set, by its value."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: type[E]) -> None:
        super().__init__()
        self.kind = kind

    def bind_processor(self, dialect: Dialect) -> Write:
        kind = self.kind

        def write(value: E | str | None) -> str | None:
            return None if value is None else kind(value).value

        return write

    def result_processor(self, dialect: Dialect, _coltype: object) -> Read:
        kind, members = self.kind, {one.value: one for one in self.kind}

        def read(value: str | None) -> E | None:
            return None if value is None else members.get(value) or kind(value)

        return read


class ActivityKeyText(TypeDecorator[ActivityKey]):
    """``meeting:5001``."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: ActivityKey | None, dialect: Dialect) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> ActivityKey | None:
        return None if value is None else ActivityKey.parse(value)


class EventKeyText(TypeDecorator[EventKey]):
    """``mailbox:event``; a mailbox id holds no colon."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: EventKey | None, dialect: Dialect) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> EventKey | None:
        if value is None:
            return None
        mailbox, _, event = value.partition(":")
        return EventKey(MailboxId(mailbox), EventId(event))


class _Shaped(TypeDecorator[Any]):
    """A value of a declared shape as JSON."""

    impl: TypeEngine[Any] | type[TypeEngine[Any]] = Text
    cache_ok = True

    def __init__(self, shape: Any) -> None:
        super().__init__()
        self.shape = shape

    @functools.cached_property
    def _json(self) -> TypeAdapter[Any]:
        return _adapter(self.shape)


class Json(_Shaped):
    """A small value of ours as JSON in clear: codes, numbers, names of fields. Never what people wrote."""

    impl = Text
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Write:
        dump = self._json.dump_json
        return lambda value: None if value is None else dump(value).decode()

    def result_processor(self, dialect: Dialect, _coltype: object) -> Read:
        validate = self._json.validate_json
        return lambda value: None if value is None else validate(value)


class Sealed(_Shaped):
    """A value as JSON under AES-GCM. ``place`` is ``table.column`` and is authenticated with the value."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, shape: Any, place: str) -> None:
        super().__init__(shape)
        self.place = place

    def bind_processor(self, dialect: Dialect) -> Write:
        dump, place = self._json.dump_json, self.place

        def write(value: Any) -> bytes | None:
            return None if value is None else key_ring_of(dialect).seal(dump(value), place)

        return write

    def result_processor(self, dialect: Dialect, _coltype: object) -> Read:
        validate, place = self._json.validate_json, self.place

        def read(value: Any) -> Any:
            return None if value is None else validate(key_ring_of(dialect).unseal(bytes(value), place))

        return read
