"""Requests' and answers' types: frozen, strict (``false`` is not 0), no unknown members, nothing echoed."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Generic, Self, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from server.catalogue.sentences import Sentence

T = TypeVar("T")

#: The largest number that both databases take as an id.
LARGEST_ID = 2**63 - 1
MOST_LISTED = 500


class Shape(BaseModel):
    """What goes in or out."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", hide_input_in_errors=True)


class Answer(Shape):
    """What goes out by the hundred: its members are ours and mypy has seen their types, so making one checks nothing.

    What routes answer is held to the published schema by the tests. Reading one from JSON checks it like any shape.
    """

    if not TYPE_CHECKING:

        def __init__(self, **members: object) -> None:
            put = object.__setattr__
            put(self, "__dict__", members)
            put(self, "__pydantic_fields_set__", members.keys())
            put(self, "__pydantic_extra__", None)
            put(self, "__pydantic_private__", None)

        # Fact: without it pydantic would read through this very constructor [tried].
        __init__.__pydantic_base_init__ = True

    @classmethod
    def __pydantic_init_subclass__(cls, **more: Any) -> None:
        if any(not one.is_required() for one in cls.model_fields.values()):
            raise TypeError(f"{cls.__name__}: every member of an answer is given")


class Patch(Shape):
    """A partial change: absent members stay as they are. Only members in ``nullable`` may be null."""

    nullable: ClassVar[frozenset[str]] = frozenset()

    @model_validator(mode="after")
    def _no_null(self) -> Self:
        for name in self.model_fields_set - self.nullable:
            if getattr(self, name) is None:
                raise ValueError(name)
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        schema = handler(core)
        resolved = handler.resolve_ref_schema(schema)
        for name, one in resolved.get("properties", {}).items():
            one.pop("default", None)
            kinds = [kind for kind in one.get("anyOf", []) if kind != {"type": "null"}]
            if name not in cls.nullable and len(kinds) == 1:
                one.pop("anyOf")
                one.update(kinds[0])
        return schema

    def given(self) -> dict[str, Any]:
        """The members that the caller sent."""
        return {name: getattr(self, name) for name in type(self).model_fields if name in self.model_fields_set}


class Words(Shape):
    """One thing said in both languages."""

    cs: str
    en: str

    @classmethod
    def of(cls, sentence: Sentence) -> Self:
        return cls(cs=sentence.cs, en=sentence.en)


class Page(Shape, Generic[T]):
    """A part of a list. ``next`` is handed back as ``cursor`` for the following part; null: this was the last."""

    items: tuple[T, ...]
    next: str | None
    total: int


class ListQuery(Shape):
    """What every list understands. Lists add ``sort`` and their filters by the names of members."""

    limit: Annotated[int, Field(ge=1, le=MOST_LISTED)] = 100
    cursor: Annotated[str, StringConstraints(min_length=1, max_length=1_000)] | None = None


class SearchQuery(ListQuery):
    """A list that can be searched, whatever the case and the accents."""

    q: Annotated[str, StringConstraints(max_length=200)] = ""


class NoQuery(Shape):
    """Nothing may stand behind the question mark."""


def _with_z(at: datetime) -> str:
    """Half of the time that ``isoformat`` takes."""
    one = at if at.tzinfo is UTC else at.astimezone(UTC)
    clock = (one.year, one.month, one.day, one.hour, one.minute, one.second, one.microsecond // 1000)
    return "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ" % clock  # noqa: UP031  # three times as fast as an f-string


#: RFC 3339 in UTC with Z, to the millisecond.
Instant = Annotated[
    datetime,
    PlainSerializer(_with_z, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
#: One line that people read: something visible, no control characters.
LINE_PATTERN = r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$"
Line = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=LINE_PATTERN)]
#: Several lines, or nothing.
Note = Annotated[str, StringConstraints(max_length=4_000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$")]
#: A secret on its way in; never part of an answer.
SecretIn = Annotated[str, StringConstraints(min_length=1, max_length=1_024, pattern=r"^[^\x00-\x1f\x7f]+$")]
Email = Annotated[
    str, StringConstraints(min_length=3, max_length=320, pattern=r"^[^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+$")
]
Guid = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")]
RowId = Annotated[int, Field(ge=1, le=LARGEST_ID)]
Count = Annotated[int, Field(ge=0)]
