"""Mutants of what limits callers: each takes one filter away, and the tests must notice.

A function is compiled again from its own source with one text replaced, and put back afterwards.
"""

import inspect
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Final

from sqlalchemy import true

from server.api.rest import access, serving
from server.api.v1 import audit, decisions, firms
from server.store import guard, scope
from server.store.admin import administrators, item_list, journal, reach, run_list, seats, sessions, user_list
from server.store.tables.meta import firm_criterion


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """``old`` becomes ``new`` in the source of ``owner``'s ``name``."""

    owner: Any
    name: str
    old: str
    new: str

    @property
    def label(self) -> str:
        return f"{self.owner.__name__.rpartition('.')[2]}.{self.name}: {self.old[:60]}"


_ACCOUNTS: Final = administrators.Administrators
_WITHIN: Final = "self._database, firm, work"
_ANYWHERE: Final = "self._database, None, work"

CODE: Final = (
    Mutant(owner=access, name="reachable", old="who.firm_id != firm", new="False"),
    Mutant(owner=access, name="refuse_role", old="who.role not in access.roles", new="False"),
    Mutant(owner=access, name="refuse_role", old="who.must_change_password and", new="False and"),
    Mutant(owner=serving, name="_firm", old="firm = reachable(who, number)", new="firm = number"),
    Mutant(owner=serving, name="_firm", old="refuse_unknown(firm)", new="__class__"),
    Mutant(owner=serving, name="_signed_in", old="refuse_role(route.access, who)", new="pass"),
    Mutant(owner=serving, name="_condition", old='raise Refused("if_match_missing")', new="return None"),
    Mutant(owner=reach, name="read_within_unscoped", old="if firm is not None", new="if False"),
    Mutant(owner=reach, name="write_within_unscoped", old="if firm is not None", new="if False"),
    Mutant(owner=sessions.Sessions, name="resolve_unscoped", old="row.expires_at <= at or", new="False or"),
    Mutant(owner=sessions.Sessions, name="resolve_unscoped", old="row.seen_at + IDLE <= at", new="False"),
    Mutant(owner=sessions, name="_select_signed_in", old="who.enabled, ", new=""),
    Mutant(owner=sessions.Sessions, name="every_unscoped", old="own.administrator_id == administrator_id, ", new=""),
    Mutant(
        owner=sessions.Sessions, name="end_unscoped", old=", own.administrator_id == administrator_id)", new=", True)"
    ),
    Mutant(owner=firms, name="list_firms", old="if own is None", new="if True"),
    Mutant(owner=firms, name="shown", old="if call.who.firm_id is None", new="if True"),
    Mutant(owner=firms, name="patch_firm", old='given.keys() - {"paused"}', new="False"),
    Mutant(owner=_ACCOUNTS, name="get", old="self._database, firm, lambda", new="self._database, None, lambda"),
    Mutant(owner=_ACCOUNTS, name="page", old=_WITHIN, new=_ANYWHERE),
    Mutant(owner=_ACCOUNTS, name="remove", old=_WITHIN, new=_ANYWHERE),
    Mutant(owner=_ACCOUNTS, name="_changed", old=_WITHIN, new=_ANYWHERE),
    Mutant(owner=audit, name="list_firm_audit", old="query, call.firm", new="query, None"),
    Mutant(owner=audit, name="_logins", old="call.who.firm_id if firm is not None else None", new="None"),
    Mutant(owner=decisions, name="_decided", old=", firm=call.firm", new=""),
    Mutant(owner=decisions, name="restore_conflict", old=", firm=call.firm", new=""),
    Mutant(owner=journal, name="_found", old="shape.table.c.id == number", new="shape.table.c.id.is_not(None)"),
    Mutant(owner=seats, name="_get", old="seat_table.c.id == seat", new="seat_table.c.id > 0"),
)  # fmt: skip

#: Tables of firms that the API reads: the filter of each is taken away in turn, everywhere.
TABLES: Final = (
    "firm", "seat", "mailbox_sync", "link", "pair", "intent", "trail", "conflict", "hold", "pass", "firm_sync",
    "notice", "attention", "subscription", "webhook", "administrator", "audit", "side_gauge",
)  # fmt: skip
#: Their rows are sorted by firm before anything is shown: without its filter only time is lost.
SORTED_BY_FIRM: Final = frozenset({"notice"})
_HOLDERS: Final = (scope, user_list, item_list, run_list)


@contextmanager
def mutated(mutant: Mutant) -> Iterator[None]:
    """While it lasts, the mutant is in the place of the original."""
    original = inspect.getattr_static(mutant.owner, mutant.name)
    source = textwrap.dedent(inspect.getsource(original))
    assert source.count(mutant.old) >= 1, f"the text to mutate is gone: {mutant.label}"
    kept = [line for line in source.replace(mutant.old, mutant.new, 1).splitlines() if not line.startswith("@")]
    start = next(index for index, line in enumerate(kept) if line.startswith("def "))
    module: dict[str, Any] = _module_of(mutant.owner).__dict__
    made: dict[str, Any] = {}
    exec(compile("\n".join(kept[start:]), mutant.label, "exec"), module, made)  # noqa: S102  # our own source
    # Whoever has the function already, a route or another module, runs the mutant as well;
    # what the function has made once and kept is forgotten.
    function, forget = inspect.unwrap(original), getattr(original, "cache_clear", lambda: None)
    code = function.__code__
    function.__code__ = made[mutant.name].__code__
    forget()
    try:
        yield
    finally:
        function.__code__ = code
        forget()


def _module_of(owner: Any) -> ModuleType:
    return owner if isinstance(owner, ModuleType) else inspect.getmodule(owner)  # type: ignore[return-value]


@contextmanager
def without_guard() -> Iterator[None]:
    """The barrier that reads the SQL is away as well: what is noticed now is noticed in the answers."""
    original = guard.unlimited_table
    guard.unlimited_table = lambda _statement: None  # type: ignore[assignment]  # the same call
    try:
        yield
    finally:
        guard.unlimited_table = original


@contextmanager
def without_filter(tables: frozenset[str]) -> Iterator[None]:
    """No statement limits these tables to a firm."""

    def lax(table: Any, *firm: Any) -> Any:
        name = getattr(getattr(table, "element", table), "name", "")
        return true() if name in tables else firm_criterion(table, *firm)

    for module in _HOLDERS:
        setattr(module, "firm_criterion", lax)  # noqa: B010  # mypy knows the original's type
    _forget_statements()
    try:
        yield
    finally:
        for module in _HOLDERS:
            setattr(module, "firm_criterion", firm_criterion)  # noqa: B010
        _forget_statements()


def _forget_statements() -> None:
    """What these modules have made once is made anew, with the filter or without it."""
    for module in _HOLDERS:
        for one in list(vars(module).values()):
            getattr(one, "cache_clear", lambda: None)()
