"""The list machinery all endpoints share: operators, sorting, paging, full text (raynet-api §5)."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from simulator.raynet.dates import parse_day, parse_instant
from simulator.raynet.errors import RaynetError, bad_input, not_found, unexpected, unsupported_column
from simulator.raynet.switches import RaynetSwitches

Row = TypeVar("Row")
Test = Callable[[Any], bool]

OPERATORS = frozenset(
    {"EQ", "NE", "LT", "LE", "GT", "GE", "LIKE", "LIKE_NOCASE", "IN", "NOT_IN", "EQ_OR_NULL", "NE_OR_NULL", "CUSTOM"}
)
ORDER = frozenset({"GT", "GE", "LT", "LE"})
NUMBER = ORDER | {"EQ", "NE", "IN", "NOT_IN"}
TEXT = frozenset({"EQ", "NE", "LIKE", "LIKE_NOCASE", "IN", "NOT_IN", "EQ_OR_NULL", "NE_OR_NULL"})
REFERENCE = frozenset({"EQ", "NE", "IN", "NOT_IN", "EQ_OR_NULL", "NE_OR_NULL"})

_FILTER = re.compile(r"([^\[\]]+)(?:\[([A-Z_]+)\])?")
_TRUE, _FALSE = frozenset({"true", "on", "yes", "1"}), frozenset({"false", "off", "no", "0"})
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListContext:
    """What reading a query needs to know about the caller: zone, switches, whether a referenced id exists."""

    zone: ZoneInfo
    switches: RaynetSwitches
    exists: Callable[[str, int], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column(Generic[Row]):
    """A filterable attribute. ``type``: number, text, bool, instant, day, or the entity a reference points to."""

    type: str
    get: Callable[[Row], Any]
    operators: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint(Generic[Row]):
    """What one list endpoint knows. ``special`` filters take no operator and build their own test."""

    columns: Mapping[str, Column[Row]]
    sort: Mapping[str, Callable[[Row], Any]]
    text: Callable[[Row], str]
    special: Mapping[str, Callable[[str, ListContext], Callable[[Row], bool]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Row]):
    """The rows asked for, how many match altogether, and how to show them."""

    rows: Sequence[Row]
    total: int
    row_info_only: bool


def select_page(
    rows: Sequence[Row], query: Sequence[tuple[str, str]], endpoint: Endpoint[Row], context: ListContext
) -> Page[Row]:
    """Filters, sorts and cuts. RaynetError 400 for anything the endpoint does not know, 404 for unknown references."""
    tests: list[Callable[[Row], bool]] = []
    plain: dict[str, str] = {}
    for name, value in query:
        if name in {"offset", "limit", "sortColumn", "sortDirection", "view", "dateFormat"}:
            plain[name] = value
        else:
            tests.append(_test(name, value, endpoint, context))
    found = [row for row in rows if all(test(row) for test in tests)]
    ordered = _ordered(found, plain, endpoint)
    offset = _whole(plain.get("offset", "0"), "offset")
    limit = min(
        _whole(plain.get("limit", str(context.switches.default_limit)), "limit"), context.switches.maximum_limit
    )
    view = plain.get("view", "")
    if view not in {"", "rowInfo"}:
        raise bad_input("unknown view")
    return Page(rows=ordered[offset : offset + limit], total=len(found), row_info_only=view == "rowInfo")


def truth(text: object) -> bool:
    """Fact: booleans accept true/on/yes/1 and false/off/no/0 [spec], §3."""
    word = str(text).strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise bad_input("boolean expected")


def matches_fulltext(text: str, wanted: str) -> bool:
    """Whole words and prefixes, not arbitrary substrings [doc notes], §5."""
    words = _WORD.findall(text.casefold())
    return all(any(word.startswith(part) for word in words) for part in _WORD.findall(wanted.casefold()))


def _test(name: str, value: str, endpoint: Endpoint[Row], context: ListContext) -> Callable[[Row], bool]:
    match = _FILTER.fullmatch(name)
    if match is None:
        raise unsupported_column(name)
    bare, operator = match.group(1), match.group(2)
    if bare == "fulltext" and operator is None:
        return lambda row: matches_fulltext(endpoint.text(row), value)
    if bare in endpoint.special:
        if operator is not None:
            raise unsupported_column(name)
        return endpoint.special[bare](value, context)
    column = endpoint.columns.get(bare)
    if column is None:
        raise unsupported_column(bare)
    operator = operator or "EQ"
    if operator not in OPERATORS or operator not in column.operators:
        raise bad_input(f"unsupported operator {operator} for [{bare}]")
    test, get = _value_test(column, operator, value, context), column.get
    return lambda row: test(get(row))


def _value_test(column: Column[Any], operator: str, value: str, context: ListContext) -> Test:
    if operator in {"EQ", "NE"} and value == "":
        return (lambda v: v in (None, "")) if operator == "EQ" else (lambda v: v not in (None, ""))
    if operator in {"LIKE", "LIKE_NOCASE"}:
        return _like(value, no_case=operator == "LIKE_NOCASE")
    if operator in {"IN", "NOT_IN"}:
        parts = [part for part in value.split(",") if part.strip()]
        longest = context.switches.longest_id_list
        if longest is not None and len(parts) > longest:
            raise bad_input("too many values")
        wanted = {_value(column, part, context) for part in parts}
        return (lambda v: v in wanted) if operator == "IN" else (lambda v: v not in wanted)
    operand = _value(column, value, context)
    if column.type not in _PLAIN_TYPES and operator in {"EQ", "NE"} and not context.exists(column.type, operand):
        raise unknown_reference(column.type, context)
    return _comparison(operator, operand)


_PLAIN_TYPES = frozenset({"number", "text", "bool", "instant", "day"})


def _comparison(operator: str, operand: Any) -> Test:
    tests: dict[str, Test] = {
        "EQ": lambda v: v == operand,
        "NE": lambda v: v != operand,
        "EQ_OR_NULL": lambda v: v is None or v == operand,
        "NE_OR_NULL": lambda v: v is None or v != operand,
        "GT": lambda v: v is not None and v > operand,
        "GE": lambda v: v is not None and v >= operand,
        "LT": lambda v: v is not None and v < operand,
        "LE": lambda v: v is not None and v <= operand,
        "CUSTOM": lambda v: operand in v,
    }
    return tests[operator]


def unknown_reference(entity: str, context: ListContext) -> RaynetError:
    """Fact: an unknown reference id gives 404 on most filters, 500 on a few, not an empty list [seen], §5."""
    return not_found(entity) if context.switches.unknown_reference_status == 404 else unexpected("unknown reference")


def _value(column: Column[Any], text: str, context: ListContext) -> Any:
    if column.type == "text":
        return text
    if column.type == "bool":
        return truth(text)
    if column.type == "instant":
        return parse_instant(text, context.zone, z_accepted=context.switches.z_suffix_accepted)
    if column.type == "day":
        return parse_day(text).isoformat()
    return _whole(text, column.type, negative=True)


def _like(pattern: str, *, no_case: bool) -> Test:
    regex = re.compile(
        ".*".join(re.escape(part) for part in pattern.split("%")), re.DOTALL | (re.IGNORECASE if no_case else 0)
    )
    return lambda v: v is not None and regex.fullmatch(str(v)) is not None


def _ordered(rows: list[Row], plain: Mapping[str, str], endpoint: Endpoint[Row]) -> list[Row]:
    column, direction = plain.get("sortColumn", "id"), plain.get("sortDirection", "ASC")
    if column not in endpoint.sort and "sortColumn" in plain:
        raise bad_input("unknown sort column")
    if direction not in {"ASC", "DESC"}:
        raise bad_input("unknown sort direction")
    key = endpoint.sort.get(column)
    if key is None:
        return rows
    present = [row for row in rows if key(row) is not None]
    absent = [row for row in rows if key(row) is None]
    present.sort(key=key, reverse=direction == "DESC")
    return present + absent if direction == "ASC" else absent + present


def _whole(text: str, what: str, *, negative: bool = False) -> int:
    stripped = text.strip()
    digits = stripped.removeprefix("-") if negative else stripped
    if not digits.isascii() or not digits.isdigit() or len(digits) > 18:
        raise bad_input(f"whole number expected for {what}")
    return int(stripped)
