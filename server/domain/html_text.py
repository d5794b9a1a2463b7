"""What a person reads in HTML: lines of text with list marks, emphasis and links.

``LineReader`` turns tokens into lines, ``plain_of`` writes lines as plain text.
Fact: Raynet glues the cells of a table together on save [seen], raynet-api §8.4; read as lines they stay apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from server.domain.html_tokens import BLOCK, END, START, TEXT, VOID, Token, attributes, decoded, tokens
from server.domain.text import clean, plain_form

_DEEPEST_LIST = 9
_LONGEST_LINK = 2000

# Spaces that HTML collapses, and line ends that it does not know.
_COLLAPSIBLE = re.compile("[ \t\n\r\f\x0b\x85\u2028\u2029]+")
_DROPPED = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\ufeff\u00ad\ud800-\udfff]")
_SAFE_LINK = re.compile(r"(?:https?://|mailto:|tel:)[^\x00-\x20\x7f]+", re.IGNORECASE)
_TELLING_ATTRIBUTE = re.compile("display|mso-|hidden", re.IGNORECASE)
_HIDDEN_STYLE = re.compile(r"display\s*+:\s*+none|mso-hide\s*+:\s*+all", re.IGNORECASE)
_WORD_ITEM = re.compile(r"mso-list\s*+:\s*+\S+\s++level([1-9])", re.IGNORECASE)
_WORD_MARKER = re.compile(r"mso-list\s*+:\s*+ignore", re.IGNORECASE)
_NUMBERED = re.compile(r"([0-9]{1,4})[.)]")
BULLET: Final = "-"
"""The mark of an item without a number."""
_CELL_GAP = " | "

_BOLD: Final = frozenset(("b", "strong"))
_ITALIC: Final = frozenset(("i", "em"))
_LISTS: Final = frozenset(("ul", "ol", "menu", "dir"))
_UNREAD: Final = frozenset("svg math object template select xml applet audio video canvas noscript".split())


class Run(NamedTuple):
    """A piece of a line in one style. ``text`` holds NBSP where the source does; ``href`` is safe or empty."""

    text: str
    is_bold: bool
    is_italic: bool
    href: str


@dataclass(slots=True)
class Line:
    """One line; ``marker`` is ``-``, ``3.`` or another mark of a list item, ``depth`` counts the lists around it."""

    runs: list[Run] = field(default_factory=list)
    marker: str = ""
    depth: int = 0

    @property
    def text(self) -> str:
        """The line's own text, without mark and indent."""
        return "".join(run.text for run in self.runs)

    @property
    def prefix(self) -> str:
        """Indent and mark as a plain text shows them."""
        if not self.marker:
            return "  " * self.depth
        return "  " * (self.depth - 1) + self.marker + " "


class LineReader:
    """Collects lines from tokens; feed all tokens, then ``finish``."""

    def __init__(self) -> None:
        self._lines: list[Line] = []
        self._runs: list[Run] = []
        self._bold = self._italic = self._pre = 0
        self._is_at_pre_start = False
        self._href = ""
        self._is_link_read = False
        self._lists: list[int] = []  # per open list the number of its next item, 0 for bullets
        self._marker = ""
        self._word_depth = 0
        self._word_marker: list[str] | None = None
        self._word_marker_spans = 0
        self._owes_cell_gap = False
        self._skipped = ""
        self._skipped_depth = 0

    def feed(self, html: str, token: Token) -> None:
        """Take the next token of ``html``."""
        kind, name = token.kind, token.name
        if self._skipped == "p" and kind is START and name in BLOCK:
            self._skipped = ""  # a paragraph needs no end tag
        if self._skipped:
            self._skip(token)
        elif kind is TEXT:
            self._text(decoded(html[token.start : token.end]))
        elif kind is START:
            self._start(name, html[token.start : token.end])
        elif kind is END:
            self._end(name)

    def end_line(self) -> None:
        """Start a new line if the current one shows anything; what a block does."""
        if not self._runs:
            return
        self._close_line()

    def finish(self) -> list[Line]:
        """All lines; the reader is of no use afterwards."""
        self._end_link()
        self.end_line()
        return self._lines

    def _close_line(self) -> None:
        runs, self._runs = self._runs, []
        if not runs and self._lines and not self._lines[-1].runs:
            return  # a second empty line in a row is not kept
        line = Line(runs=runs, marker=self._marker, depth=self._depth())
        self._owes_cell_gap = False
        if self._marker and not line.text.strip():
            return  # an item shows its mark at its first text
        self._marker = ""
        self._lines.append(line)

    def _depth(self) -> int:
        return min(self._word_depth or len(self._lists), _DEEPEST_LIST)

    def _break_line(self) -> None:
        """What ``<br>`` does: the line ends even if it is empty."""
        if self._runs or not self._marker:
            self._close_line()

    def _text(self, text: str) -> None:
        if self._word_marker is not None:
            self._word_marker.append(text)
            return
        if self._pre:
            self._preformatted(_DROPPED.sub("", text))
            return
        shown = text
        if not (text.isascii() and text.isprintable() and "  " not in text):
            shown = clean(_COLLAPSIBLE.sub(" ", _DROPPED.sub("", text)))
        if shown[:1] == " " and (self._ends_in_space() or self._owes_cell_gap):
            shown = shown[1:]
        if shown:
            self._add(shown)

    def _preformatted(self, text: str) -> None:
        lines = re.split("\r\n|[\n\r\f\x0b\x85\u2028\u2029]", text)
        if self._is_at_pre_start and not lines[0]:
            del lines[0]  # the line end right after <pre> is not shown
        self._is_at_pre_start = False
        for index, line in enumerate(lines):
            if index:
                self._break_line()
            if line:
                self._add(line.replace("\t", "    ").replace(" ", "\xa0"))

    def _ends_in_space(self) -> bool:
        """Whether a space that follows is not seen."""
        return not self._runs or self._runs[-1].text[-1] == " "

    def _add(self, text: str) -> None:
        if text.isspace():
            self._runs.append(plain_run(text))
            return
        self._is_link_read = True
        if self._owes_cell_gap:
            self._runs.append(plain_run(_CELL_GAP.lstrip() if self._ends_in_space() else _CELL_GAP))
            self._owes_cell_gap = False
        self._runs.append(Run(text, self._bold > 0, self._italic > 0, self._href))

    def _start(self, name: str, tag: str) -> None:
        style = ""
        if len(tag) > len(name) + 2 and _TELLING_ATTRIBUTE.search(tag):
            found = attributes(tag)
            style = found.get("style", "")
            if is_hidden(found) and name not in VOID:
                self._skipped, self._skipped_depth = name, 1
                return
        if name in BLOCK:
            self._start_block(name, style)
        elif name == "br":
            self._break_line()
        elif name == "a":
            self._start_link(tag)
        elif name in _BOLD:
            self._bold += 1
        elif name in _ITALIC:
            self._italic += 1
        elif name in ("td", "th"):
            self._owes_cell_gap = bool(self._runs)
        elif name == "span":
            self._start_span(style)
        elif name in _UNREAD:
            self._skipped, self._skipped_depth = name, 1

    def _start_block(self, name: str, style: str) -> None:
        self._word_marker = None
        self.end_line()
        if name in _LISTS:
            self._marker = ""
            self._lists.append(1 if name == "ol" else 0)
        elif name == "li":
            self._start_item()
        elif name == "p":
            self._start_word_item(style)
        elif name == "pre":
            self._pre += 1
            self._is_at_pre_start = True

    def _start_item(self) -> None:
        if not self._lists:
            self._marker = ""
            return
        number = self._lists[-1]
        self._marker = f"{number}." if number else BULLET
        if number:
            self._lists[-1] = number + 1

    def _start_word_item(self, style: str) -> None:
        """Word writes lists as paragraphs with their marks as text."""
        item = _WORD_ITEM.search(style)
        if item or self._word_depth:
            self._marker = BULLET if item else ""
        self._word_depth = int(item[1]) if item else 0

    def _start_span(self, style: str) -> None:
        if self._word_marker is not None:
            self._word_marker_spans += 1
        elif self._word_depth and _WORD_MARKER.search(style):
            self._word_marker, self._word_marker_spans = [], 1

    def _start_link(self, tag: str) -> None:
        self._end_link()
        self._href = safe_link(attributes(tag).get("href", ""))
        self._is_link_read = False

    def _end(self, name: str) -> None:
        if name in BLOCK:
            self._end_block(name)
        elif name == "a":
            self._end_link()
        elif name in _BOLD:
            self._bold = max(0, self._bold - 1)
        elif name in _ITALIC:
            self._italic = max(0, self._italic - 1)
        elif name == "span" and self._word_marker is not None:
            self._end_span(self._word_marker)
        elif name == "br":
            self._break_line()  # browsers read </br> as <br>

    def _end_block(self, name: str) -> None:
        if self._word_marker is not None:
            self._end_word_marker(self._word_marker)
        self.end_line()
        if name in _LISTS and self._lists:
            self._lists.pop()
            self._marker = ""
        elif name in ("li", "p"):
            self._marker = self._marker if name == "p" and not self._word_depth else ""
            self._word_depth = 0
        elif name == "pre":
            self._pre = max(0, self._pre - 1)

    def _end_span(self, marker: list[str]) -> None:
        self._word_marker_spans -= 1
        if not self._word_marker_spans:
            self._end_word_marker(marker)

    def _end_word_marker(self, marker: list[str]) -> None:
        self._word_marker = None
        shown = "".join(marker).strip()
        numbered = _NUMBERED.fullmatch(shown)
        if numbered:
            self._marker = f"{int(numbered[1])}."
        elif len(shown) in (2, 3) and shown[0].isalnum():
            self._marker = _DROPPED.sub("", shown)

    def _end_link(self) -> None:
        if self._href and not self._is_link_read:
            self._add(self._href)
        self._href = ""

    def _skip(self, token: Token) -> None:
        """Pass over a hidden element, up to its end tag."""
        if token.name != self._skipped or token.kind not in (START, END):
            return
        self._skipped_depth += 1 if token.kind is START else -1
        if not self._skipped_depth:
            self._skipped = ""


def read_lines(html: str) -> list[Line]:
    """The lines that a person reads in ``html``."""
    reader = LineReader()
    for token in tokens(html):
        reader.feed(html, token)
    return reader.finish()


def plain_of(lines: Iterable[Line]) -> str:
    """The lines as plain text, in ``plain_form``."""
    return plain_form("\n".join(line.prefix + line.text for line in lines))


def safe_link(href: str) -> str:
    """The link if it leads to the web, a mailbox or a telephone; empty for scripts, data, files and very long ones."""
    link = _DROPPED.sub("", href).strip()
    return link if len(link) <= _LONGEST_LINK and _SAFE_LINK.fullmatch(link) else ""


def is_hidden(found: dict[str, str]) -> bool:
    """Whether an element with these attributes is not shown."""
    return "hidden" in found or _HIDDEN_STYLE.search(found.get("style", "")) is not None


def plain_run(text: str) -> Run:
    """A piece of text without emphasis or link."""
    return Run(text, is_bold=False, is_italic=False, href="")
