"""Rich text in the form in which equal means equal: what a person reads decides, mark-up never does.

Fact: Exchange rewrites every body and Raynet drops mark-up on save, so raw HTML must never be compared [seen],
graph-calendar §7, raynet-api §8.4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from server.domain.html_text import Line, plain_of, read_lines
from server.domain.html_tokens import bounded
from server.domain.html_writer import html_of, lines_of
from server.domain.text import DESCRIPTION_LIMIT, cut_text, plain_form


@dataclass(frozen=True, slots=True, kw_only=True)
class RichText:
    """A description. Build it with ``rich_from_html`` or ``rich_from_plain``.

    ``plain`` is the normal form and the only part that compares; ``html`` shows the same text in the elements that
    both systems keep (``p b i ul ol li a div``) and holds nothing that runs, loads or tracks. ``truncated`` says that
    the source was longer, so the value must not be carried over the longer one.
    """

    plain: str
    html: str = field(compare=False)
    truncated: bool = field(default=False, compare=False)


EMPTY: Final = RichText(plain="", html="")


def html_to_plain(html: str | None) -> str:
    """The text that a person reads in ``html``, in ``plain_form``.

    Items of lists become ``- item`` and ``1. item``, cells of a table row ``a | b``; links show their text, or their
    address if they have none. ``<p>a</p><p>b</p>``, ``<div>a</div><div>b</div>`` and ``a<br>b`` are the same.
    """
    return plain_of(read_lines(bounded(html)[0])) if html else ""


def plain_to_html(text: str) -> str:
    """A paragraph per line; ``html_to_plain`` gives ``plain_form(text)`` back. Empty for an empty text."""
    return html_of(lines_of(text))


def rich_from_html(html: str | None, limit: int | None = DESCRIPTION_LIMIT) -> RichText:
    """The description that ``html`` shows, cut at ``limit`` UTF-16 code units of plain text (``None``: never).

    A cut one keeps its text only, not its emphasis and links. One of absurdly many tags is read as far as it is worth.
    """
    if not html:
        return EMPTY
    shown, is_cut = bounded(html)
    text = rich_from_lines(read_lines(shown), limit)
    return replace(text, truncated=True) if is_cut else text


def rich_from_plain(text: str | None, limit: int | None = DESCRIPTION_LIMIT) -> RichText:
    """The description that consists of a plain text, cut at ``limit`` UTF-16 code units (``None``: never)."""
    return rich_from_lines(lines_of(text), limit) if text else EMPTY


def rich_from_lines(lines: Sequence[Line], limit: int | None = DESCRIPTION_LIMIT) -> RichText:
    """The description that consists of lines already read, cut as above."""
    plain = plain_of(lines)
    if limit is None:
        return RichText(plain=plain, html=html_of(lines))
    kept, is_cut = cut_text(plain, limit)
    if not is_cut:
        return RichText(plain=plain, html=html_of(lines))
    short = plain_form(kept)
    return RichText(plain=short, html=plain_to_html(short), truncated=True)
