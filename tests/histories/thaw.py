"""Values made faster while histories are played by the thousand: a quarter of their time goes into frozen values.

A frozen dataclass sets each member through ``object.__setattr__`` and refuses every other write. Here its constructor
is made anew without the detour, and ``replace`` copies member by member. Types and meaning stay the same; that nothing
writes to a frozen value is the type checker's matter, and everything outside of :func:`thawed` is as it was. A test
plays histories both ways and compares their traces.

Pure functions of texts and instants (:data:`_REMEMBERED`) keep their answers: the same few titles, bodies and moments
are read in thousands of histories. None of them calls what a planted defect takes the place of.
"""

import dataclasses
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache, partial
from types import ModuleType
from typing import Any

_OURS = ("server.", "simulator.", "tests.histories.")
_MISSING = object()
#: Module -> functions whose answer follows from their arguments alone.
_REMEMBERED = {
    "server.domain.body_splice": ("outlook_plain", "has_foreign"),
    "server.domain.html": ("rich_from_html",),
    "server.domain.keys": ("_digest",),
    "server.domain.text": ("clean", "title_form", "plain_form"),
    "server.microsoft.moments": ("parse_instant",),
    "simulator.raynet.dates": ("show_instant", "to_milliseconds"),
}
_depth = 0


@contextmanager
def thawed() -> Iterator[None]:
    """Fast values within; can be nested."""
    global _depth  # classes are the process's: so is how deep they are thawed
    undo = _thaw() if not _depth else []
    _depth += 1
    try:
        yield
    finally:
        _depth -= 1
        for take_back in reversed(undo):
            take_back()


def _thaw() -> list[Callable[[], None]]:
    undo: list[Callable[[], None]] = []
    modules = [one for name, one in sorted(sys.modules.items()) if name.startswith(_OURS) and name != __name__]
    copiers: dict[type, Callable[[Any, dict[str, Any]], Any]] = {}
    for cls in _values(modules):
        init, copier = _constructor(cls), _copier(cls)
        if init is None or copier is None:
            continue
        copiers[cls] = copier
        kept = {name: cls.__dict__[name] for name in ("__init__", "__setattr__", "__delattr__")}
        undo.append(partial(_put_back, cls, kept))
        type.__delattr__(cls, "__setattr__")
        type.__delattr__(cls, "__delattr__")
        type.__setattr__(cls, "__init__", init)
    replace = _replacer(copiers)
    for module in modules:
        if getattr(module, "replace", None) is dataclasses.replace:
            module.replace = replace  # type: ignore[attr-defined]  # it has it: just asked
            undo.append(partial(setattr, module, "replace", dataclasses.replace))
    return undo + _remember(modules)


def _remember(modules: list[ModuleType]) -> list[Callable[[], None]]:
    """Functions that keep their answers, wherever they are known by their own name."""
    undo: list[Callable[[], None]] = []
    for home, names in _REMEMBERED.items():
        for name in names:
            plain = getattr(sys.modules.get(home), name, None)
            if plain is None:
                continue
            # A number and a truth are equal, but not the same text.
            quick = lru_cache(maxsize=4096, typed=True)(plain)
            for module in modules:
                if getattr(module, name, None) is plain:
                    setattr(module, name, quick)
                    undo.append(partial(setattr, module, name, plain))
    return undo


def _put_back(cls: type, kept: dict[str, Any]) -> None:
    for name, one in kept.items():
        type.__setattr__(cls, name, one)


def _values(modules: list[ModuleType]) -> list[type]:
    """The frozen, slotted dataclasses that these modules define."""
    found = []
    for module in modules:
        for one in list(vars(module).values()):
            if not isinstance(one, type) or one.__module__ != module.__name__ or not dataclasses.is_dataclass(one):
                continue
            params = one.__dataclass_params__  # type: ignore[attr-defined]  # every dataclass has it
            own = one.__dict__
            if params.frozen and params.init and "__slots__" in own and {"__init__", "__setattr__"} <= own.keys():
                found.append(one)
    return found


def _constructor(cls: Any) -> Any:
    """``__init__`` as the dataclass has it, setting members plainly; None for what is not made by rows of members."""
    members = cls.__dataclass_fields__.values()
    if any(one._field_type is not dataclasses._FIELD for one in members):  # type: ignore[attr-defined]  # InitVar, ClassVar
        return None
    known: dict[str, Any] = {"_MISSING": _MISSING}
    plain, named, body = ["self"], list[str](), list[str]()
    for one in members:
        value = one.name
        if one.default_factory is not dataclasses.MISSING:
            known[f"_make_{one.name}"] = one.default_factory
            made = f"_make_{one.name}()"
            value = f"{made} if {one.name} is _MISSING else {one.name}" if one.init else made
            default = "=_MISSING"
        elif one.default is not dataclasses.MISSING:
            known[f"_default_{one.name}"] = one.default
            default = f"=_default_{one.name}"
        else:
            default = ""
        if one.init:
            (named if one.kw_only else plain).append(one.name + default)
        elif one.default_factory is dataclasses.MISSING:
            continue
        body.append(f" self.{one.name} = {value}")
    if hasattr(cls, "__post_init__"):
        body.append(" self.__post_init__()")
    arguments = ", ".join([*plain, *(["*", *named] if named else [])])
    return _made(f"def {cls.__name__}({arguments}):\n" + ("\n".join(body) or " pass"), cls.__name__, known)


def _copier(cls: Any) -> Any:
    """A changed copy of a value, member by member; None where a member is not given to the constructor."""
    members = dataclasses.fields(cls)
    if not all(one.init for one in members):
        return None
    rows = [f" new.{one.name} = old.{one.name}" for one in members]
    rows += [" for name in changes:", "  setattr(new, name, changes[name])"]
    rows += [" new.__post_init__()"] if hasattr(cls, "__post_init__") else []
    text = "def copy(old, changes):\n new = make(cls)\n" + "\n".join([*rows, " return new"])
    return _made(text, "copy", {"make": object.__new__, "cls": cls})


def _made(text: str, name: str, known: dict[str, Any]) -> Any:
    exec(compile(text, f"<thawed {name}>", "exec"), known)  # noqa: S102  # the text is made of names of our own members
    return known[name]


def _replacer(copiers: dict[type, Callable[[Any, dict[str, Any]], Any]]) -> Callable[..., Any]:
    plain = dataclasses.replace

    def replace(old: Any, /, **changes: Any) -> Any:
        copier = copiers.get(type(old))
        return copier(old, changes) if copier is not None else plain(old, **changes)

    return replace
