"""Normal forms of plain text: the shapes in which two texts that look equal are equal.

Every function is total (any string or ``None``), pure and idempotent, and takes time linear in its input.
Lengths are UTF-16 code units, because Outlook and Raynet both count them.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

TITLE_LIMIT: Final = 255
"""Longest title, in UTF-16 code units. Fact: 255 for subjects and locations [doc], graph-calendar §18."""

DESCRIPTION_LIMIT: Final = 8000
"""Longest description, in UTF-16 code units. Fact: unknown to the vendor's documents, 8 000 is the safe figure
[inferred], raynet-api §22; a Raynet that keeps a longer description unshortened disproves it."""

# NUL, C0 and C1 controls and lone surrogates cannot be stored everywhere and show nothing. Tab and newline stay;
# vertical tab (Word's manual line break), form feed, carriage return and NEL are line ends.
_UNSTORABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Zero-width space, byte order mark and soft hyphen come and go with editors and are not seen.
_UNSEEN = re.compile("[\u200b\ufeff\u00ad]")
_TAB_AS_SPACES = "    "

_LONGEST_MARK_RUN = 30
# Combining marks are no word characters and stand in no block of symbols or emoji: only such a run can hold too many.
_SUSPICIOUS_RUN = re.compile(
    rf"[^\x00-\u02ff\u2000-\u20cf\u2190-\u2cee\U0001f000-\U0010ffff\w\s]{{{_LONGEST_MARK_RUN + 1},}}"
)

_JOINER = "\u200d"


def clean(text: str | None) -> str:
    """The text without what cannot be stored: no NUL, no lone surrogates, no controls but tab and LF; NFC."""
    if not text:
        return ""
    stored = _UNSTORABLE.sub("", _LINE_END.sub("\n", text))
    if stored.isascii():
        return stored
    # Python orders a run of n combining marks in n² steps; runs nobody can read are shortened before and,
    # because composition may lengthen them again, after it.
    return _short_mark_runs(unicodedata.normalize("NFC", _short_mark_runs(stored)))


def title_form(text: str | None) -> str:
    """One trimmed line of at most ``TITLE_LIMIT`` UTF-16 code units; runs of white space are one space."""
    line = " ".join(clean(_UNSEEN.sub("", text or "")).split())
    return cut_text(line, TITLE_LIMIT)[0].rstrip()


def place_form(text: str | None) -> str:
    """The normal form of a place: one line, as long as a title. Fact: 255 [doc], graph-calendar §18."""
    return title_form(text)


def plain_form(text: str | None) -> str:
    """The normal form of a text of several lines.

    NFC, plain spaces for NBSP and tabs, nothing at line ends, at most one blank line in a row, trimmed.
    """
    cleaned = clean(_UNSEEN.sub("", text or "")).replace("\t", _TAB_AS_SPACES).replace("\xa0", " ")
    lines: list[str] = []
    for line in cleaned.split("\n"):
        shown = line.rstrip()
        if shown or (lines and lines[-1]):
            lines.append(shown)
    return "\n".join(lines).strip()


def cut_text(text: str, limit: int) -> tuple[str, bool]:
    """The longest beginning of ``text`` within ``limit`` UTF-16 code units, and whether anything was lost.

    Never splits a surrogate pair, a combining sequence or a joined emoji, unless one such cluster alone is
    longer than the limit; then it is cut between code points.
    """
    end = _fitting_length(text, limit)
    if end == len(text):
        return text, False
    for boundary in range(end, 0, -1):
        if _is_boundary(text, boundary):
            return text[:boundary], True
    return text[:end], True


def utf16_length(text: str) -> int:
    """The length in UTF-16 code units, as Outlook, Raynet and JavaScript count."""
    return len(text) + sum(character > "\uffff" for character in text)


def _fitting_length(text: str, limit: int) -> int:
    """How many code points from the beginning fit into ``limit`` UTF-16 code units."""
    if 2 * len(text) <= limit:
        return len(text)
    units = 0
    for index, character in enumerate(text):
        units += 2 if character > "\uffff" else 1
        if units > limit:
            return index
    return len(text)


def _is_boundary(text: str, index: int) -> bool:
    """Whether a reader sees two separate characters on the two sides of ``index`` (0 < index < length)."""
    before, after = text[index - 1], text[index]
    if _extends(after) or before == _JOINER:
        return False
    if _is_regional_indicator(before) and _is_regional_indicator(after):
        return _indicators_before(text, index) % 2 == 0
    return True


def _extends(character: str) -> bool:
    """Whether the character belongs to the one before it: marks, joiners, emoji modifiers and tags."""
    return (
        character in ("\u200c", _JOINER)
        or "\U0001f3fb" <= character <= "\U0001f3ff"
        or "\U000e0020" <= character <= "\U000e007f"
        or unicodedata.category(character).startswith("M")
    )


def _is_regional_indicator(character: str) -> bool:
    """Whether the character is half of a flag."""
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _indicators_before(text: str, index: int) -> int:
    """The number of flag halves that stand directly before ``index``."""
    count = 0
    while count < index and _is_regional_indicator(text[index - count - 1]):
        count += 1
    return count


def _short_mark_runs(text: str) -> str:
    """The text with no more than ``_LONGEST_MARK_RUN`` combining marks in a row."""
    return _SUSPICIOUS_RUN.sub(lambda run: _shortened(run.group()), text)


def _shortened(run: str) -> str:
    kept: list[str] = []
    marks = 0
    for character in run:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= _LONGEST_MARK_RUN:
            kept.append(character)
    return "".join(kept)
