"""Where we are in what Raynet says of a firm: what the next reading is compared with."""

from dataclasses import dataclass
from datetime import datetime

from server.domain.ids import ActivityKey


@dataclass(frozen=True, slots=True, kw_only=True)
class RaynetCursor:
    """Place in a firm's changes, the instance's activity count (finds deletions), Raynet's clock at the reading."""

    watermark: datetime
    total: int | None = None
    read_at: datetime | None = None
    missing_since: datetime | None = None  # the total tells of a deletion that no webhook has named yet
    top: int | None = None  # the highest id that was there when the total was read: a higher one is not in it
    #: Then the total told of deletions among very many, or rules or a seat of more that is to be shown: the window is
    #: still to be read as a whole.
    walk_since: datetime | None = None
    #: In the total, though not older than the watermark as far as whole minutes tell: they are not new once more.
    counted: tuple[ActivityKey, ...] = ()
