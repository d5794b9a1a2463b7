"""Declaring routes. The function's annotations are the declaration: what they say is decoded, checked and published.

    ROUTES = Routes("users")

    @ROUTES.get("/firms/{firm_id}/users/{user_id}", READ, Sentence("Uživatel", "A user"))
    def get_user(call: Call, user_id: int) -> Versioned[User]: ...

``body`` and ``query`` are shapes; other parameters are parts of the path, ``int`` or ``str``. What comes back is a
shape, ``Versioned`` (with an ETag), ``Made`` (201), ``Accepted`` (202) or None (204). A path with ``{firm_id}`` is
limited to that firm before the function runs; the function finds it as ``call.firm``.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import UnionType
from typing import Any, Final, Generic, TypeVar, get_args, get_origin, get_type_hints

from pydantic import BaseModel

from server.api.rest.access import ANYBODY, Access
from server.api.rest.shapes import NoQuery, Shape
from server.catalogue.sentences import Sentence

S = TypeVar("S", bound=BaseModel)
Handler = Callable[..., object]
H = TypeVar("H", bound=Handler)

_PLACE: Final = re.compile(r"{(\w+)}")
_CHANGES: Final = ("PUT", "PATCH", "DELETE")


@dataclass(frozen=True, slots=True)
class Versioned(Generic[S]):
    """200 with a strong ETag: ``version`` changes with every change of what can be edited."""

    body: S
    version: int | str


@dataclass(frozen=True, slots=True)
class Made(Generic[S]):
    """201; with ``version`` also an ETag."""

    body: S
    version: int | str | None = None


@dataclass(frozen=True, slots=True)
class Accepted(Generic[S]):
    """202: a job."""

    body: S


STATUS: Final[dict[type, int]] = {Versioned: 200, Made: 201, Accepted: 202}


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One method of one path, relative to the interface's base."""

    method: str
    path: str
    access: Access
    summary: Sentence
    tag: str
    handler: Handler
    problems: tuple[str, ...] = ()
    #: PUT, PATCH and DELETE of a thing that others edit too: 428 without If-Match.
    is_edit: bool = False
    query: type[Shape] = NoQuery
    body: type[Shape] | None = None
    #: Names of the path in order, with their types.
    places: dict[str, type] = field(default_factory=dict)
    answer: type[BaseModel] | None = None
    status: int = 200
    has_etag: bool = False

    @property
    def name(self) -> str:
        return self.handler.__name__

    @property
    def of_a_firm(self) -> bool:
        """Whether its path names a firm, hence is limited to it."""
        return "{firm_id}" in self.path


class Routes:
    """The routes of one group of resources, in the order in which they were declared."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.declared: list[Route] = []

    def get(self, path: str, access: Access, summary: Sentence, *problems: str) -> Callable[[H], H]:
        return self._declare("GET", path, access, summary, problems, edit=False)

    def post(self, path: str, access: Access, summary: Sentence, *problems: str) -> Callable[[H], H]:
        return self._declare("POST", path, access, summary, problems, edit=False)

    def put(self, path: str, access: Access, summary: Sentence, *problems: str, edit: bool = True) -> Callable[[H], H]:
        return self._declare("PUT", path, access, summary, problems, edit=edit)

    def patch(
        self, path: str, access: Access, summary: Sentence, *problems: str, edit: bool = True
    ) -> Callable[[H], H]:
        return self._declare("PATCH", path, access, summary, problems, edit=edit)

    def delete(
        self, path: str, access: Access, summary: Sentence, *problems: str, edit: bool = True
    ) -> Callable[[H], H]:
        return self._declare("DELETE", path, access, summary, problems, edit=edit)

    def _declare(
        self, method: str, path: str, access: Access, summary: Sentence, problems: Sequence[str], *, edit: bool
    ) -> Callable[[H], H]:
        def take(handler: H) -> H:
            members = _members_of(path, handler)
            self.declared.append(
                Route(
                    method=method,
                    path=path,
                    access=access,
                    summary=summary,
                    tag=self.tag,
                    handler=handler,
                    problems=tuple(problems),
                    is_edit=edit and method in _CHANGES,
                    **members,
                )
            )
            return handler

        return take


def _members_of(path: str, handler: Handler) -> dict[str, Any]:
    """What the annotations of ``handler`` declare. A mistake is an error when the module is imported."""
    hints = get_type_hints(handler)
    answer, found = hints.pop("return"), {}
    hints.pop("call")
    if (body := hints.pop("body", None)) is not None:
        found["body"] = body
    if (query := hints.pop("query", None)) is not None:
        found["query"] = query
    in_path = [name for name in _PLACE.findall(path) if name != "firm_id"]
    if sorted(in_path) != sorted(hints) or any(kind not in (int, str) for kind in hints.values()):
        raise TypeError(f"{handler.__name__}: the parameters do not fit {path}")
    places = {name: int if name == "firm_id" else hints[name] for name in _PLACE.findall(path)}
    return found | {"places": places} | _answer_of(answer)


def _answer_of(answer: Any) -> dict[str, Any]:
    if answer is None or answer is type(None):
        return {"answer": None, "status": 204}
    if isinstance(answer, UnionType):
        raise TypeError("a route has one answer")
    origin = get_origin(answer)
    if origin in STATUS:
        return {"answer": get_args(answer)[0], "status": STATUS[origin], "has_etag": origin is Versioned}
    return {"answer": answer}


def is_anonymous(route: Route) -> bool:
    return route.access is ANYBODY
