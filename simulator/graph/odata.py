"""OData query options: ``$filter`` as far as the documented forms go, ``$orderby``, ``$select`` and ``$expand``."""

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from simulator.graph.errors import GraphError
from simulator.graph.write import property_id

#: Gives the value of a member path; None when there is none.
Resolve = Callable[[str], Any]
Predicate = Callable[[Resolve], bool]

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<stamp>\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d)?)?)|(?P<number>-?\d+)"
    r"|(?P<name>@?[A-Za-z_][\w.]*(?:/[A-Za-z_][\w.]*)*)|(?P<mark>[():,]))"
)
_FUNCTIONS = ("startswith", "endswith", "contains")
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda a, b: bool(a == b),
    "ne": lambda a, b: bool(a != b),
    "gt": lambda a, b: bool(a > b),
    "ge": lambda a, b: bool(a >= b),
    "lt": lambda a, b: bool(a < b),
    "le": lambda a, b: bool(a <= b),
}


class PropertyName(str):
    """An extended property's id: compared in its normal form, case-sensitive in the name."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A parsed ``$filter``: whether an element matches, and what it looks at, in order."""

    matches: Predicate
    paths: tuple[str, ...]
    functions: frozenset[str]


@functools.lru_cache(maxsize=1024)
def parse_filter(text: str) -> Filter:
    """Parse a filter; raises 400 ``ErrorInvalidUrlQuery``."""
    parser = _Parser(text)
    predicate = parser.expression()
    if parser.peek() is not None:
        raise _bad(text)
    return Filter(matches=predicate, paths=tuple(parser.paths), functions=frozenset(parser.functions))


def _bad(text: str) -> GraphError:
    return GraphError(400, "ErrorInvalidUrlQuery", f"Invalid filter clause: {len(text)} characters.")


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = self._scan(text)
        self._at = 0
        self.paths: list[str] = []
        self.functions: set[str] = set()

    @staticmethod
    def _scan(text: str) -> list[tuple[str, str]]:
        found, position, stripped = [], 0, text.rstrip()
        while position < len(stripped):
            match = _TOKEN.match(stripped, position)
            if match is None or match.lastgroup is None:
                raise _bad(text)
            found.append((match.lastgroup, match[match.lastgroup]))
            position = match.end()
        return found

    def peek(self) -> tuple[str, str] | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _take(self, mark: str | None = None) -> tuple[str, str]:
        token = self.peek()
        if token is None or (mark is not None and token[1] != mark):
            raise _bad(self._text)
        self._at += 1
        return token

    def _takes(self, word: str) -> bool:
        token = self.peek()
        if token is not None and token[1].lower() == word and token[0] in ("name", "mark"):
            self._at += 1
            return True
        return False

    def expression(self) -> Predicate:
        parts = [self._conjunction()]
        while self._takes("or"):
            parts.append(self._conjunction())
        return parts[0] if len(parts) == 1 else lambda resolve: any(part(resolve) for part in parts)

    def _conjunction(self) -> Predicate:
        parts = [self._negation()]
        while self._takes("and"):
            parts.append(self._negation())
        return parts[0] if len(parts) == 1 else lambda resolve: all(part(resolve) for part in parts)

    def _negation(self) -> Predicate:
        if self._takes("not"):
            inner = self._negation()
            return lambda resolve: not inner(resolve)
        if self._takes("("):
            inner = self.expression()
            self._take(")")
            return inner
        return self._clause()

    def _clause(self) -> Predicate:
        kind, name = self._take()
        if kind != "name":
            raise _bad(self._text)
        if name.lower() in _FUNCTIONS and self._takes("("):
            return self._function(name.lower())
        if name.lower().endswith("/any") and self._takes("("):
            return self._any(name.rpartition("/")[0])
        if self._takes("in"):
            return self._membership(name)
        self.paths.append(name)
        operator = self._take()[1].lower()
        compare = _COMPARISONS.get(operator)
        if compare is None:
            raise _bad(self._text)
        value = self._literal()
        return lambda resolve: _compare(resolve(name), value, operator, compare)

    def _function(self, function: str) -> Predicate:
        self.functions.add(function)
        name = self._take()[1]
        self.paths.append(name)
        self._take(",")
        wanted = str(self._literal()).lower()
        self._take(")")
        if function == "contains":
            return lambda resolve: wanted in str(resolve(name) or "").lower()
        if function == "startswith":
            return lambda resolve: str(resolve(name) or "").lower().startswith(wanted)
        return lambda resolve: str(resolve(name) or "").lower().endswith(wanted)

    def _any(self, path: str) -> Predicate:
        self.paths.append(path)
        variable = self._take()[1]
        self._take(":")
        outer, self.paths = self.paths, []
        inner = self.expression()
        self.paths = outer
        self._take(")")

        def matches(resolve: Resolve) -> bool:
            elements = resolve(path) or ()
            return any(inner(functools.partial(_member, element, variable)) for element in elements)

        return matches

    def _membership(self, name: str) -> Predicate:
        self.paths.append(name)
        self._take("(")
        wanted = [self._literal()]
        while self._takes(","):
            wanted.append(self._literal())
        self._take(")")
        equal = _COMPARISONS["eq"]
        return lambda resolve: any(_compare(resolve(name), value, "eq", equal) for value in wanted)

    def _literal(self) -> Any:
        kind, text = self._take()
        if kind == "text":
            return text[1:-1].replace("''", "'")
        if kind == "number":
            return int(text)
        if kind == "stamp":
            return instant(text)
        if kind == "name" and text.lower() in ("true", "false"):
            return text.lower() == "true"
        if kind == "name" and text.lower() == "null":
            return None
        raise _bad(self._text)


def _member(element: Any, variable: str, name: str) -> Any:
    if name == variable:
        return element
    key = name.removeprefix(f"{variable}/")
    return element.get(key) if isinstance(element, dict) else None


def _compare(value: Any, wanted: Any, operator: str, compare: Callable[[Any, Any], bool]) -> bool:
    """Text is compared without case, times as instants, null only for equality."""
    if value is None or wanted is None:
        return compare(value, wanted) if operator in ("eq", "ne") else False
    if isinstance(value, PropertyName):
        return compare(property_id(value), property_id(str(wanted)))
    if isinstance(value, datetime) and isinstance(wanted, str):
        wanted = instant(wanted)
    if isinstance(value, bool) != isinstance(wanted, bool):
        raise GraphError(400, "ErrorInvalidUrlQuery", "A binary operator with incompatible types was detected.")
    if isinstance(value, str) and isinstance(wanted, str):
        value, wanted = value.lower(), wanted.lower()
    try:
        return compare(value, wanted)
    except TypeError:
        raise GraphError(
            400, "ErrorInvalidUrlQuery", "A binary operator with incompatible types was detected."
        ) from None


def instant(text: str) -> datetime:
    """A naive UTC instant from an ISO text; an own offset counts, none means UTC. Raises 400."""
    trimmed = re.sub(r"(\.\d{6})\d+", r"\1", text.strip().replace(" ", "+"))
    try:
        moment = datetime.fromisoformat(trimmed)
    except ValueError:
        raise GraphError(400, "ErrorInvalidParameter", "The date and time could not be parsed.") from None
    return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)


def order_of(text: str) -> tuple[tuple[str, bool], ...]:
    """``$orderby`` as (path, descending) pairs."""
    found = []
    for part in text.split(","):
        words = part.split()
        if not words or len(words) > 2 or (len(words) == 2 and words[1].lower() not in ("asc", "desc")):
            raise GraphError(400, "ErrorInvalidUrlQuery", "The $orderby clause is invalid.")
        found.append((words[0], len(words) == 2 and words[1].lower() == "desc"))
    return tuple(found)


def check_order(order: tuple[tuple[str, bool], ...], criteria: Filter | None) -> None:
    """Ordered properties must lead the filter. Fact: else 400 ``InefficientFilter`` [seen], graph-calendar §6."""
    if criteria is None or not order:
        return
    names = list(dict.fromkeys(criteria.paths))
    if names[: len(order)] != [path for path, _ in order]:
        raise GraphError(400, "InefficientFilter", "The restriction or sort order is too complex for this operation.")


_EXPAND = re.compile(
    r"singleValueExtendedProperties\s*\(\s*\$filter\s*=\s*(?P<filter>.+)\)\s*$", re.IGNORECASE | re.DOTALL
)
_EXPAND_IDS = re.compile(r"id\s+eq\s+'((?:[^']|'')*)'", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expand:
    """What ``$expand`` asks for: extended property ids, extensions, exceptions of a series."""

    properties: frozenset[str] | None = None
    extensions: bool = False
    exceptions: bool = False


@functools.lru_cache(maxsize=512)
def parse_expand(text: str) -> Expand:
    """``singleValueExtendedProperties`` needs a filter on ids. Raises 400."""
    properties: frozenset[str] | None = None
    extensions = exceptions = False
    for part in _top_level(text):
        name = part.split("(")[0].strip().lower()
        if name == "singlevalueextendedproperties":
            match = _EXPAND.match(part)
            wanted = _EXPAND_IDS.findall(match["filter"]) if match else []
            if not wanted:
                raise GraphError(400, "ErrorInvalidParameter", "The expand clause needs a $filter on the property id.")
            properties = frozenset(property_id(entry.replace("''", "'")) for entry in wanted)
        elif name == "extensions":
            extensions = True
        elif name == "exceptionoccurrences":
            exceptions = True
        elif name not in ("attachments", "calendar", "instances"):
            raise GraphError(400, "BadRequest", "Parsing OData Select and Expand failed.")
    return Expand(properties=properties, extensions=extensions, exceptions=exceptions)


def _top_level(text: str) -> list[str]:
    """Split on commas outside of parentheses and quotes."""
    parts, depth, quoted, current = [], 0, False, ""
    for char in text:
        if char == "'":
            quoted = not quoted
        elif not quoted:
            depth += {"(": 1, ")": -1}.get(char, 0)
        if char == "," and depth == 0 and not quoted:
            parts.append(current)
            current = ""
        else:
            current += char
    return [part.strip() for part in [*parts, current] if part.strip()]
