"""Names of time zones: IANA names, Windows names (Outlook) and Raynet's enums, compared by Windows name.

Fact: Europe/Prague goes out as Central Europe Standard Time and comes back as Europe/Budapest [spec CLDR],
graph-calendar §8; so labels are never compared as text.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from tzlocal.windows_tz import tz_win, win_tz

# CLDR leaves these out, although people and systems use them.
_WINDOWS_BY_IANA: Final = {iana: windows for iana, windows in tz_win.items() if iana} | {"GMT": "UTC"}
_UTC_LABELS: Final = {"utc", "z", "tzone://microsoft/utc", "coordinated universal time"}
_NOT_A_LETTER = re.compile(r"[^A-Z0-9+]+")


def _enum_name(iana: str) -> str:
    """The name in Raynet's manner. Fact: ``EUROPE_PRAGUE`` for Europe/Prague [spec], raynet-api §4."""
    return _NOT_A_LETTER.sub("_", iana.upper())


_IANA_BY_LABEL: Final = (
    {_enum_name(iana).casefold(): iana for iana in sorted(_WINDOWS_BY_IANA)}
    | {iana.casefold(): iana for iana in _WINDOWS_BY_IANA}
    | {windows.casefold(): iana for windows, iana in win_tz.items()}
    | dict.fromkeys(_UTC_LABELS, "UTC")
)


def windows_zone(iana: str) -> str | None:
    """The Windows name that Graph takes for an IANA zone, ``None`` if there is none."""
    known = _IANA_BY_LABEL.get(iana.casefold())
    return None if known is None else _WINDOWS_BY_IANA[known]


@lru_cache(maxsize=1024)
def iana_zone(label: str | None) -> ZoneInfo | None:
    """The zone behind a label of either system; ``None`` if nobody can know it.

    Takes IANA names, Windows names, Raynet's enums and Microsoft's marks for UTC, in any case. Graph's
    ``tzone://Microsoft/Custom`` is a zone that lives only inside the event: ``None``.
    """
    iana = _IANA_BY_LABEL.get((label or "").strip().casefold())
    return None if iana is None else ZoneInfo(iana)


def same_zone(first: str | None, second: str | None) -> bool:
    """Whether two labels mean the same zone to Outlook; unknown labels only if they are the same text."""
    if first is None or second is None:
        return first is second
    known = windows_zone(first.strip()), windows_zone(second.strip())
    if None in known:
        return known == (None, None) and first.strip() == second.strip()
    return known[0] == known[1]


def wall_clock(instant: datetime, zone: ZoneInfo) -> tuple[datetime, bool]:
    """What clocks in ``zone`` show at an aware ``instant``, naive, and whether that names this instant alone.

    It does not in the hour that autumn repeats: a writer then has to send UTC. Raises ``ValueError`` if naive.
    """
    if instant.utcoffset() is None:
        raise ValueError("naive instant")
    local = instant.astimezone(zone)
    is_unambiguous = local.replace(fold=0).utcoffset() == local.replace(fold=1).utcoffset()
    return local.replace(tzinfo=None, fold=0), is_unambiguous
