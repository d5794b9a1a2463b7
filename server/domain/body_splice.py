"""Reading and rewriting the part of an Outlook body that is ours, with every foreign byte left where it is.

Laws: ``outlook_plain(splice(h, t)).plain == t.plain``; foreign stretches keep their bytes and order; a body that
already shows ``t`` comes back as it is, so it is never written.
"""

from __future__ import annotations

from dataclasses import replace

from server.domain.body_map import CONTAINER, OWN_CLASS, STRUCTURE, BodyMap, Node, looks_like_meeting, map_body
from server.domain.html import EMPTY, RichText, rich_from_lines
from server.domain.html_text import Line, LineReader, plain_of, read_lines
from server.domain.html_tokens import COMMENT, OPAQUE, START, TEXT, bounded, decoded
from server.domain.html_writer import html_of, lines_of
from server.domain.text import DESCRIPTION_LIMIT, plain_form

_HEAD_ONLY = frozenset(("meta", "link", "base"))


def outlook_plain(html: str | None, limit: int | None = DESCRIPTION_LIMIT) -> RichText:
    """The description that a person reads in an Outlook body, foreign parts left out; cut like ``rich_from_html``."""
    if not html:
        return EMPTY
    shown, is_cut = bounded(html)
    text = _read(map_body(shown), limit)
    return replace(text, truncated=True) if is_cut else text


def has_foreign(html: str | None) -> bool:
    """Whether the body holds anything that a rewrite has to keep: a join block, tables, pictures, a signature."""
    if not html:
        return False
    shown, is_cut = bounded(html)
    return is_cut or bool(map_body(shown).stretches)


def splice(html: str | None, new: RichText) -> str:
    """The body with its readable text replaced by ``new`` and everything foreign, head and wrapper kept.

    The new text stands where the old began. Returns ``html`` itself if it already shows ``new``. Write new bodies
    with it as well (``html=None``): it marks lines that would be taken for a join block when they come back. A body
    that is too rich to be read whole stays as it is: what it shows counts as truncated, which no plan writes over.
    """
    if not html:
        return _body_html(new)
    if bounded(html)[1]:
        # Nobody has read it whole, so nobody knows what a rewrite would destroy.
        return html
    body = map_body(html)
    if _read(body, DESCRIPTION_LIMIT).plain == new.plain:
        return html
    text = _body_html(new)
    spliced = _Cut(body).splice(text)
    if outlook_plain(spliced, None).plain == new.plain:
        return spliced
    # Broken mark-up whose foreign parts lean on the elements around them: take out nothing but the text.
    return _Cut(body).splice_cautiously(text)


def _read(body: BodyMap, limit: int | None) -> RichText:
    """What is readable outside the foreign stretches."""
    reader = LineReader()
    stretches = iter([*body.stretches, None])
    stretch = next(stretches)
    for token in body.tokens:
        while stretch and token.start >= stretch.end:
            stretch = next(stretches)
        if not stretch or token.start < stretch.start:
            reader.feed(body.html, token)
        elif stretch.is_block:
            reader.end_line()
    return rich_from_lines(reader.finish(), limit)


def _body_html(new: RichText) -> str:
    """``new`` as it goes into a body: lines that look like a join block are marked as ours."""
    lines = read_lines(new.html)
    if plain_of(lines) != new.plain:
        lines = lines_of(new.plain)
    return html_of(lines, _looks_like_meeting, OWN_CLASS)


def _looks_like_meeting(line: Line) -> bool:
    return looks_like_meeting(line.text) or any(looks_like_meeting(run.href) for run in line.runs)


class _Cut:
    """Decides which bytes of a body stay, and where new text goes in."""

    def __init__(self, body: BodyMap) -> None:
        self._body = body
        self._nodes = body.nodes
        self._carriers = self._around_foreign()
        self._wrappers = self._page_wrappers()

    def splice(self, text: str) -> str:
        """Keep foreign stretches, the elements around them, the page's frame and all that is invisible."""
        kept = [(stretch.start, stretch.end) for stretch in self._body.stretches]
        for index, node in enumerate(self._nodes):
            if self._body.is_foreign(node.start):
                continue
            if node.kind is not START:
                if self._is_invisible(node):
                    kept.append((node.start, node.open_end))
            elif index in self._carriers or index in self._wrappers or node.name in STRUCTURE | _HEAD_ONLY:
                kept.extend(_tags(node))
        html = self._body.html
        return _joined([(start, html[start:end]) for start, end in kept], self._beginning(), text)

    def splice_cautiously(self, text: str) -> str:
        """Keep all tags, so that every foreign part is understood as before; the text goes to the very beginning.

        Links stay without their address, for an empty one would show it.
        """
        html = self._body.html
        kept = [(stretch.start, html[stretch.start : stretch.end]) for stretch in self._body.stretches]
        for node in self._nodes:
            if self._body.is_foreign(node.start) or node.kind is TEXT:
                continue
            is_link = node.kind is START and node.name == "a"
            kept.append((node.start, "<a>" if is_link else html[node.start : node.open_end]))
            if node.close_start >= 0:
                kept.append((node.close_start, html[node.close_start : node.end]))
        return _joined(kept, self._page_start(), text)

    def _around_foreign(self) -> set[int]:
        """The elements that hold foreign stretches."""
        around: set[int] = set()
        for stretch in self._body.stretches:
            index = stretch.parent
            while index >= 0 and index not in around:
                around.add(index)
                index = self._nodes[index].parent
        return around

    def _page_wrappers(self) -> set[int]:
        """Blocks that hold the whole page, one in the other, such as Word's ``<div class=WordSection1>``."""
        only: dict[int, int] = {}
        for index, node in enumerate(self._nodes):
            if not self._is_invisible(node) and node.name not in _HEAD_ONLY:
                only[node.parent] = -1 if node.parent in only else index
        wrappers: set[int] = set()
        index = self._page()
        while (index := only.get(index, -1)) >= 0 and self._is_wrapper(self._nodes[index]):
            wrappers.add(index)
        return wrappers

    def _is_wrapper(self, node: Node) -> bool:
        return node.kind is START and node.name in CONTAINER - STRUCTURE and not self._body.is_foreign(node.start)

    def _is_invisible(self, node: Node) -> bool:
        """Comments, styles and the like, and the white space between the parts of the page's frame."""
        if node.kind in (COMMENT, OPAQUE):
            return True
        if node.kind is not TEXT or (node.parent >= 0 and self._nodes[node.parent].name not in STRUCTURE):
            return False
        return not self._body.html[node.start : node.open_end].strip(" \t\r\n")

    def _page(self) -> int:
        """The body element where it belongs, -1 if the source has none."""
        for index, node in enumerate(self._nodes):
            if node.name == "body" and node.kind is START and not self._body.is_foreign(node.start):
                is_on_top = node.parent < 0 or self._nodes[node.parent].name == "html"
                return index if is_on_top else -1
        return -1

    def _beginning(self) -> int:
        """Where the readable text begins; without one, before the first foreign stretch."""
        for index, node in enumerate(self._nodes):
            if node.kind is TEXT and self._is_readable(node):
                return self._outside(index, node.start)
        if self._body.stretches:
            first = self._body.stretches[0]
            return self._outside_of(first.parent, first.start)
        if self._wrappers:
            return max(self._nodes[index].open_end for index in self._wrappers)
        return self._page_start()

    def _is_readable(self, node: Node) -> bool:
        if self._body.is_foreign(node.start):
            return False
        return plain_form(decoded(self._body.html[node.start : node.open_end])) != ""

    def _outside(self, index: int, offset: int) -> int:
        """The offset moved out of paragraphs, lists and inline elements that stay."""
        return self._outside_of(self._nodes[index].parent, offset)

    def _outside_of(self, parent: int, offset: int) -> int:
        while parent >= 0:
            node = self._nodes[parent]
            if parent in self._carriers and node.name not in CONTAINER:
                offset = node.start
            parent = node.parent
        return offset

    def _page_start(self) -> int:
        """Right after ``<body>``, or after whatever belongs to the head."""
        page = self._page()
        if page >= 0:
            return self._nodes[page].open_end
        start = 0
        for node in self._nodes:
            if node.start < start:
                continue
            if self._body.is_foreign(node.start):
                break
            belongs_to_head = node.kind in (COMMENT, OPAQUE) or node.name in _HEAD_ONLY
            if node.name == "html":
                start = node.open_end
            elif node.name == "head":
                start = node.open_end if node.close_start < 0 else node.end
            elif self._is_invisible(node) and not belongs_to_head:
                continue
            elif belongs_to_head and node.end < len(self._body.html):
                start = node.end
            else:
                break
        return start


def _joined(kept: list[tuple[int, str]], offset: int, text: str) -> str:
    """The pieces in the order of their offsets, ``text`` before the first one at or after ``offset``."""
    kept.sort()
    before = [piece for start, piece in kept if start < offset]
    after = [piece for start, piece in kept if start >= offset]
    return "".join([*before, text, *after])


def _tags(node: Node) -> list[tuple[int, int]]:
    """Where the start tag stands and, if it has one, the end tag."""
    if node.close_start < 0:
        return [(node.start, node.open_end)]
    return [(node.start, node.open_end), (node.close_start, node.end)]
