"""A firm's rules: names, values and defaults exactly as the command line, the API and the console show them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum

from server.domain.ids import ActivityType


class Authority(StrEnum):
    RAYNET = "raynet"
    OUTLOOK = "outlook"
    NEWEST = "newest"


class Mirror(StrEnum):
    PARTICIPANTS = "participants"
    OWNER = "owner"


class PrivateEvents(StrEnum):
    TIME_ONLY = "time_only"
    SKIP = "skip"
    FULL = "full"


class OutlookDelete(StrEnum):
    SMART = "smart"
    CANCEL = "cancel"
    DELETE = "delete"
    IGNORE = "ignore"


class AttendedEvents(StrEnum):
    ACCEPTED = "accepted"
    ALL = "all"
    NONE = "none"


class SelfRegistration(StrEnum):
    APPROVAL = "approval"
    SEAT_IF_FREE = "seat_if_free"


ALL_TYPES = tuple(ActivityType)


class InvalidRule(ValueError):
    """``args`` = (rule name, what is allowed)."""


class UnknownRule(InvalidRule):
    """No rule has this name; what is allowed are the names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    authority: Authority = Authority.RAYNET
    mirror: Mirror = Mirror.PARTICIPANTS
    private_events: PrivateEvents = PrivateEvents.TIME_ONLY
    outlook_delete: OutlookDelete = OutlookDelete.SMART
    attended_events: AttendedEvents = AttendedEvents.ACCEPTED
    types: tuple[ActivityType, ...] = ALL_TYPES
    invitations: bool = False
    categories: bool = True
    deadline_block_minutes: int = 0
    window_back_days: int = 30
    window_ahead_days: int = 365
    guard_count: int = 5
    guard_share: int = 20
    self_registration: SelfRegistration = SelfRegistration.APPROVAL


_NUMBERS = {
    "deadline_block_minutes": (0, 1440),
    "window_back_days": (1, 730),
    "window_ahead_days": (1, 1000),
    "guard_count": (1, 100_000),
    "guard_share": (1, 100),
}
#: Nine digits are far beyond every limit and never too many for ``int``.
_INTEGER = re.compile(r"-?[0-9]{1,9}")
_CHOICES: dict[str, type[StrEnum]] = {
    "authority": Authority,
    "mirror": Mirror,
    "private_events": PrivateEvents,
    "outlook_delete": OutlookDelete,
    "attended_events": AttendedEvents,
    "self_registration": SelfRegistration,
}
_SWITCHES = {"on": True, "true": True, "yes": True, "1": True, "off": False, "false": False, "no": False, "0": False}
RULE_NAMES = tuple(one.name for one in fields(Rules))


def _parsed(name: str, text: str) -> object:
    if name in _CHOICES:
        allowed = [one.value for one in _CHOICES[name]]
        if text not in allowed:
            raise InvalidRule(name, " | ".join(allowed))
        return _CHOICES[name](text)
    if name in _NUMBERS:
        low, high = _NUMBERS[name]
        if not _INTEGER.fullmatch(text) or not low <= int(text) <= high:
            raise InvalidRule(name, f"{low} … {high}")
        return int(text)
    if name == "types":
        kinds = {kind.value.lower(): kind for kind in ActivityType}
        names = [part.strip().lower() for part in text.split(",") if part.strip()]
        if not names or any(part not in kinds for part in names):
            raise InvalidRule(name, ",".join(kind.value for kind in ActivityType))
        return tuple(kind for kind in ActivityType if kind.value.lower() in names)
    if name in ("invitations", "categories"):
        if text.lower() not in _SWITCHES:
            raise InvalidRule(name, "on | off")
        return _SWITCHES[text.lower()]
    raise UnknownRule(name, ", ".join(RULE_NAMES))


def with_rules(rules: Rules, changes: Mapping[str, str]) -> Rules:
    """``rules`` with each textual change applied; :class:`InvalidRule` names the first that cannot be."""
    return replace(rules, **{name: _parsed(name, text) for name, text in changes.items()})  # type: ignore[arg-type]  # values are checked per name


def limits_of(name: str) -> tuple[int | None, int | None]:
    """Least and most of a rule that is a number; (None, None) for any other."""
    return _NUMBERS.get(name, (None, None))


def as_text(rules: Rules) -> dict[str, str]:
    """Each rule as the text that :func:`with_rules` reads back."""
    out: dict[str, str] = {}
    for name in RULE_NAMES:
        value = getattr(rules, name)
        if isinstance(value, bool):
            out[name] = "on" if value else "off"
        elif isinstance(value, tuple):
            out[name] = ",".join(kind.value for kind in value)
        else:
            out[name] = str(value)
    return out
