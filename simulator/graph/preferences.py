"""The ``Prefer`` header of one request and what the answer admits to have applied."""

import functools
import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from simulator.graph.zones import zone

_PART = re.compile(r'([A-Za-z.\-]+)\s*=\s*("?)([^",]*)\2')
_UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """How one request wants its answer. Fact: each holds for one request only [doc], graph-calendar §6."""

    immutable_ids: bool = False
    zone_name: str = "UTC"
    rules: ZoneInfo = _UTC
    text_bodies: bool = False
    page_size: int | None = None
    applied: str = ""


@functools.lru_cache(maxsize=512)
def preferences(header: str, *, all_iana: bool = False) -> Preferences:
    """Parse a ``Prefer`` header; unknown preferences are ignored, an unknown zone is the hard 400."""
    immutable, name, rules, text, size, applied = False, "UTC", _UTC, False, None, []
    for key, _, value in _PART.findall(header):
        lowered = key.lower()
        if lowered == "idtype" and value.lower() == "immutableid":
            immutable = True
        elif lowered == "outlook.timezone":
            name, rules = value, zone(value, all_iana=all_iana)
        elif lowered == "outlook.body-content-type" and value.lower() in ("text", "html"):
            text = value.lower() == "text"
        elif lowered == "odata.maxpagesize" and value.isdigit() and int(value) > 0:
            size = int(value)
        else:
            continue
        applied.append(f'{key}="{value}"' if lowered != "odata.maxpagesize" else f"{key}={value}")
    return Preferences(
        immutable_ids=immutable,
        zone_name=name,
        rules=rules,
        text_bodies=text,
        page_size=size,
        applied=", ".join(applied),
    )
