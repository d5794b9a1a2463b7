"""Writes lines as the small HTML that both systems keep.

Reading it again gives the same lines of plain text, which is what makes an echo recognisable.
Fact: Raynet keeps ``p br b i ul ol li a div`` [seen], raynet-api §8.4.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Callable, Iterable

from server.domain.html_text import BULLET, Line, Run, plain_run
from server.domain.text import plain_form


def lines_of(text: str) -> list[Line]:
    """The lines of a plain text, its spaces protected from collapsing."""
    return [Line(runs=[plain_run(_kept_spaces(line))]) for line in plain_form(text).split("\n")]


def html_of(lines: Iterable[Line], needs_class: Callable[[Line], bool] = lambda _: False, css_class: str = "") -> str:
    """The lines in Raynet's subset of HTML; lines that ``needs_class`` names carry ``css_class``."""
    writer = _Writer()
    for line in lines:
        writer.add(line, f' class="{css_class}"' if needs_class(line) else "")
    return writer.finish()


class _Writer:
    """Writes lines as paragraphs and nested lists, always balanced."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._open: list[tuple[str, int]] = []  # per open list its tag and the number of its next item
        self._owes_blank = False

    def add(self, line: Line, attribute: str) -> None:
        text = line.text
        if not (line.prefix + text).strip():
            self._owes_blank = bool(self._parts)
            return
        if self._owes_blank:
            self._close_lists(0)
            self._parts.append("<p>&nbsp;</p>")
            self._owes_blank = False
        if line.marker and self._enter_item(line):
            self._parts.append(f"<li{attribute}>{_inline(line.runs)}")
        elif line.depth and not line.marker and len(self._open) >= line.depth:
            self._close_lists(line.depth)
            self._parts.append(f"<div{attribute}>{_inline(line.runs)}</div>")
        else:
            self._close_lists(0)
            prefix = plain_run(_kept_spaces(line.prefix))
            self._parts.append(f"<p{attribute}>{_inline([prefix, *line.runs])}</p>")

    def finish(self) -> str:
        self._close_lists(0)
        return "".join(self._parts)

    def _enter_item(self, line: Line) -> bool:
        """Open what the item needs; false if a list cannot show its mark."""
        number = 0 if line.marker == BULLET else _number(line.marker)
        if number is None or not 0 < line.depth <= len(self._open) + 1:
            return False
        wanted = ("ol", number) if number else ("ul", 0)
        self._close_lists(line.depth)
        if len(self._open) == line.depth:
            if self._open[-1] == wanted:
                self._parts.append("</li>")
                self._open[-1] = (wanted[0], number + 1 if number else 0)
                return True
            self._close_lists(line.depth - 1)
        if number > 1:
            return False
        self._parts.append(f"<{wanted[0]}>")
        self._open.append((wanted[0], number + 1 if number else 0))
        return True

    def _close_lists(self, depth: int) -> None:
        while len(self._open) > depth:
            self._parts.append(f"</li></{self._open.pop()[0]}>")


def _number(marker: str) -> int | None:
    return int(marker[:-1]) if marker.endswith(".") and marker[:-1].isdecimal() else None


def _inline(runs: Iterable[Run]) -> str:
    parts: list[str] = []
    for run in runs:
        piece = entities.escape(run.text, quote=False).replace("\xa0", "&nbsp;")
        if run.is_italic:
            piece = f"<i>{piece}</i>"
        if run.is_bold:
            piece = f"<b>{piece}</b>"
        if run.href:
            piece = f'<a href="{entities.escape(run.href)}">{piece}</a>'
        parts.append(piece)
    return "".join(parts)


def _kept_spaces(line: str) -> str:
    """The line with NBSP where HTML would swallow a space."""
    return re.sub("^ +| +(?= )", lambda spaces: "\xa0" * len(spaces.group()), line)
