"""What an item's title and times tell about it: its number, its last edit, its last move."""

import re
from datetime import datetime, timedelta
from typing import Final

_TITLE: Final = re.compile(r"^Z(\d+) v(\d+)$")
_SECRET: Final = "Tajné "
_BASE_MINUTES: Final = 30


def title(number: int, edit: int, *, private: bool = False) -> str:
    """The title of an item after so many edits."""
    return f"{_SECRET if private else ''}Z{number} v{edit}"


def number_of(text: str) -> tuple[int, int] | None:
    """(item, edit) of a title of ours."""
    found = _TITLE.match(text.removeprefix(_SECRET))
    return None if found is None else (int(found[1]), int(found[2]))


def is_secret(text: str) -> bool:
    """Whether nobody may read this in Raynet."""
    return _SECRET.strip() in text


def when(start: datetime, moves: int) -> tuple[datetime, datetime]:
    """Start and end after so many moves: the start goes to and fro, the length tells the number."""
    first = start + timedelta(minutes=moves % 5)
    return first, first + timedelta(minutes=_BASE_MINUTES + moves)


def moves_of(start: datetime, end: datetime) -> int:
    """The number of the move that set these times."""
    return int((end - start).total_seconds() // 60) - _BASE_MINUTES
