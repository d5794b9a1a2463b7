"""Lists as CSV for Czech Excel: UTF-8 with a byte order mark, semicolons, CRLF, and nothing that a cell would run."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, TypeVar

from console.models.columns import Column

R = TypeVar("R")
#: What a spreadsheet takes for the beginning of a formula. [doc: OWASP, CSV injection]
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe(text: str) -> str:
    """As text in every spreadsheet: an apostrophe in front of what could be a formula; plain numbers stay numbers."""
    if not text.lstrip(" ").startswith(_FORMULA):
        return text
    return text if _is_number(text) else f"'{text}"


def _is_number(text: str) -> bool:
    return text[:1] in "+-" and text[1:].replace(",", "", 1).replace(".", "", 1).isdigit()


def write(target: Path, columns: Sequence[Column[R]], rows: Iterable[R]) -> int:
    """All rows, or no file at all: a half-written one is never seen under the name. How many rows. Raises OSError."""
    unfinished = target.with_name(f".{target.name}.part")
    count = 0
    try:
        with unfinished.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
            writer.writerow([safe(column.title()) for column in columns])
            for row in rows:
                writer.writerow([safe((column.export or column.text)(row)) for column in columns])
                count += 1
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return count
