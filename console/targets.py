"""Places in the console that a number or an item leads to."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """``page`` is a tab of the section, ``filters`` preset its list, ``item`` is the identity of a row to open.

    ``filters`` may carry ``sort`` (the server's name of an order) and ``firm_name`` beside ``firm_id``.
    """

    section: str
    page: str = ""
    firm_id: int | None = None
    filters: Mapping[str, str] = field(default_factory=dict)
    item: str = ""
