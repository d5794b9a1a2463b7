"""Which bytes of an Outlook body belong to whom: readable text that both sides share, and everything foreign.

Foreign is what a rewrite would destroy: the join block of an online meeting, tables, pictures, hidden parts, forms,
signatures. A *stretch* is a range of the source that holds one such thing, whole elements only, found without a tree
of objects per level and in one pass, so depth and size cost nothing but their length.

Fact: the join block lives in the body, and a body written without it disables the meeting [doc, seen],
graph-calendar §10. Its mark-up is nowhere documented; the marks below are from bodies of several generations [seen],
and a body whose join link is not kept disproves them.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from server.domain.html_text import is_hidden
from server.domain.html_tokens import BLOCK, END, OPAQUE, START, TEXT, VOID, Kind, Token, attributes, decoded, tokens

OWN_CLASS: Final = "raynet-text"
"""Marks lines of ours that look like a join block, so that they are not taken for one when they come back."""

STRUCTURE: Final = frozenset(("html", "head", "body"))
CONTAINER: Final = frozenset("html body div center section article main".split())
_FOREIGN: Final = frozenset(
    "table img svg math object embed video audio canvas applet form fieldset input select button hr map picture "
    "template marquee details frameset xml noscript".split()
)
_FOREIGN_OPAQUE: Final = frozenset("iframe textarea xmp noembed noframes".split())

_TELLING_ATTRIBUTE = re.compile(r"display|hidden|mso-hide|me-email|meet_invite|signature|\bcid:|raynet-text", re.I)
_MEETING_MARK = re.compile(r"(?:^|[\s_])(?:me-email|meet_invite)", re.I)
_SIGNATURE = re.compile(r"(?:x_)*(?:ms-outlook-mobile-)?signature", re.I)
_MEETING_HINT = re.compile(r"teams|skype|lync|me-email|meet_invite", re.I)
_JOIN_LINK = re.compile(
    r"teams(?:\.|%2e)(?:microsoft|live|cloud)[^\s\"'<>]{0,40}?(?:/|%2f)(?:l(?:/|%2f)meetup-join|meet)(?:/|%2f)"
    r"|(?:meet|join)(?:\.|%2e)(?:lync|skype)(?:\.|%2e)com(?:/|%2f)",
    re.I,
)
_MEETING_NAME = re.compile(r"(?:microsoft|schůzka|meeting)\s[^\n]{0,60}?teams|skype", re.I)
_SEPARATOR = re.compile(r"_{10,}|\.{20,}|-{30,}|—{10,}")
_MOST_STRETCHES = 50


class Stretch(NamedTuple):
    """``html[start:end]`` is foreign and stands inside node ``parent``; ``is_block`` if it ends the line before it."""

    start: int
    end: int
    parent: int
    is_block: bool


@dataclass(slots=True)
class Node:
    """A token with what it encloses.

    ``end`` is after the end tag, ``last`` the last node inside, ``parent`` is -1 on top.
    """

    kind: Kind
    name: str
    start: int
    open_end: int
    parent: int
    is_own: bool
    end: int = 0
    close_start: int = -1
    last: int = 0


@dataclass(slots=True)
class BodyMap:
    """The source, its tokens and nodes in order, and the foreign stretches: sorted, apart from each other."""

    html: str
    tokens: list[Token] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    stretches: list[Stretch] = field(default_factory=list)

    def is_foreign(self, offset: int) -> bool:
        """Whether the byte at ``offset`` stands in a foreign stretch."""
        index = bisect_right(self.stretches, offset, key=lambda stretch: stretch.start) - 1
        return index >= 0 and offset < self.stretches[index].end

    def ancestors(self, index: int) -> Iterator[int]:
        """The nodes around a node, innermost first."""
        while (index := self.nodes[index].parent) >= 0:
            yield index


def map_body(html: str) -> BodyMap:
    """The map of an Outlook body. Never fails; time is linear in the length of ``html``."""
    return _Mapper(html).run()


def looks_like_meeting(text: str) -> bool:
    """Whether a line with this text or link would be taken for part of a join block."""
    return _JOIN_LINK.search(text) is not None or _SEPARATOR.fullmatch(text.strip()) is not None


class _MarkKind:
    SEPARATOR: Final = 0
    NAME: Final = 1
    JOIN: Final = 2


class _Mark(NamedTuple):
    """A line (its first and last node) that tells something about a join block."""

    kind: int
    first: int
    last: int


class _Mapper:
    """One pass over the tokens, keeping the open elements; tables hide what is open around them, as in a browser."""

    def __init__(self, html: str) -> None:
        self._map = BodyMap(html)
        self._nodes = self._map.nodes
        self._stack: list[int] = []
        self._scopes: list[dict[str, int]] = [{}]
        self._links: list[tuple[int, int]] = []  # open links: node and place on the stack
        self._foreign: dict[int, bool] = {}  # root node of a foreign element -> whether it is a block
        self._foreign_depth = -1  # length of the stack below the open foreign element
        self._marks: list[_Mark] = []
        self._has_meeting = _MEETING_HINT.search(html) is not None
        self._line: list[int] = []
        self._line_text: list[str] = []

    def run(self) -> BodyMap:
        html = self._map.html
        for token in tokens(html):
            self._map.tokens.append(token)
            if token.kind is START:
                self._start(token)
            elif token.kind is END:
                self._end(token)
            else:
                self._leaf(token)
        self._end_line()
        while self._stack:
            self._pop(len(html))
        self._map.stretches = _apart(self._foreign_elements() + self._meeting_stretches())
        return self._map

    # --- elements ---

    def _start(self, token: Token) -> None:
        name = token.name
        if name in BLOCK:
            self._end_line()
            if self._scopes[-1].get("p"):
                self._close("p", token.start, token.start)
        index = self._add(token)
        if name == "br":
            self._end_line()
        tag = self._map.html[token.start : token.end]
        if self._has_meeting and name == "a":
            self._read_link(index, tag)
        self._judge(index, tag)
        if name in VOID:
            return
        if self._foreign_depth < 0 and index in self._foreign:
            self._foreign_depth = len(self._stack)
        self._stack.append(index)
        scope = self._scopes[-1]
        scope[name] = scope.get(name, 0) + 1
        if name == "a":
            self._links.append((index, len(self._stack) - 1))
        elif name == "table":
            self._scopes.append({})

    def _end(self, token: Token) -> None:
        name = token.name
        if name in BLOCK or name == "br":
            self._end_line()
        if name == "table" and len(self._scopes) > 1:
            self._scopes.pop()
            self._close(name, token.start, token.end)
        elif self._scopes[-1].get(name):
            self._close(name, token.start, token.end)
        else:
            self._add(token)

    def _leaf(self, token: Token) -> None:
        index = self._add(token)
        if token.kind is OPAQUE and token.name in _FOREIGN_OPAQUE:
            self._mark_foreign(index, is_block=False)
        elif token.kind is TEXT and self._has_meeting and not self._nodes[index].is_own:
            self._line.append(index)
            self._line_text.append(self._map.html[token.start : token.end])

    def _add(self, token: Token) -> int:
        parent = self._stack[-1] if self._stack else -1
        index = len(self._nodes)
        is_own = parent >= 0 and self._nodes[parent].is_own
        node = Node(token.kind, token.name, token.start, token.end, parent, is_own, end=token.end, last=index)
        self._nodes.append(node)
        return index

    def _close(self, name: str, close_start: int, close_end: int) -> None:
        """Close the innermost open ``name`` with everything inside it."""
        while True:
            is_it = self._nodes[self._stack[-1]].name == name
            index = self._pop(close_end if is_it else close_start)
            if is_it:
                break
        if close_end > close_start:
            self._nodes[index].close_start = close_start

    def _pop(self, end: int) -> int:
        index = self._stack.pop()
        node = self._nodes[index]
        node.end = end
        node.last = len(self._nodes) - 1
        scope = self._scopes[-1]
        if scope.get(node.name):
            scope[node.name] -= 1
        if self._links and self._links[-1][0] == index:
            self._links.pop()
        if self._foreign_depth == len(self._stack):
            self._foreign_depth = -1
        return index

    # --- foreign elements ---

    def _judge(self, index: int, tag: str) -> None:
        node = self._nodes[index]
        if node.name in STRUCTURE or node.name == "br":
            return
        if node.name in _FOREIGN:
            self._mark_foreign(index, is_block=node.name in ("table", "form", "fieldset", "hr", "details"))
        elif _TELLING_ATTRIBUTE.search(tag):
            self._judge_attributes(index, attributes(tag))

    def _judge_attributes(self, index: int, found: dict[str, str]) -> None:
        node = self._nodes[index]
        names = found.get("class", ""), found.get("id", "")
        is_block = node.name in BLOCK
        if OWN_CLASS in names[0]:
            node.is_own = True
        if any(_MEETING_MARK.search(name) for name in names):
            self._marks.append(_Mark(_MarkKind.JOIN, index, index))
            self._mark_foreign(index, is_block=is_block)
        elif is_hidden(found) or _SIGNATURE.fullmatch(names[1]) or found.get("href", "").lower().startswith("cid:"):
            self._mark_foreign(index, is_block=is_block)

    def _mark_foreign(self, index: int, *, is_block: bool) -> None:
        """The element is foreign, and so is a link around it: without it the link would be empty."""
        if self._foreign_depth >= 0:
            return
        if self._links:
            link, self._foreign_depth = self._links[-1]
            self._foreign[link] = is_block
        else:
            self._foreign[index] = is_block

    def _foreign_elements(self) -> list[Stretch]:
        nodes = self._nodes
        return [
            Stretch(nodes[index].start, nodes[index].end, nodes[index].parent, is_block)
            for index, is_block in self._foreign.items()
        ]

    # --- join blocks ---

    def _read_link(self, index: int, tag: str) -> None:
        if not self._nodes[index].is_own and _JOIN_LINK.search(decoded(tag)):
            self._marks.append(_Mark(_MarkKind.JOIN, index, index))

    def _end_line(self) -> None:
        """Look at the line that ends here."""
        if not self._line:
            return
        line, text = self._line, decoded("".join(self._line_text)).strip()
        self._line, self._line_text = [], []
        has_link = bool(self._marks) and self._marks[-1].first >= line[0]
        if _SEPARATOR.fullmatch(text) and not has_link:
            self._marks.append(_Mark(_MarkKind.SEPARATOR, line[0], line[-1]))
        elif has_link or _JOIN_LINK.search(text):
            self._marks.append(_Mark(_MarkKind.JOIN, line[0], line[-1]))
        elif _MEETING_NAME.search(text):
            self._marks.append(_Mark(_MarkKind.NAME, line[0], line[-1]))

    def _meeting_stretches(self) -> list[Stretch]:
        """Every join link, and all from separator to separator around a meeting; without the second to the end."""
        found: list[tuple[int, int]] = []
        lone: list[tuple[int, int]] = []  # links since the last separator
        opened: _Mark | None = None
        inside = -1
        for mark in sorted(self._marks, key=lambda mark: mark.first):
            if mark.kind is _MarkKind.SEPARATOR:
                is_closing = opened is not None and inside >= 0
                found += [(opened.first, mark.last)] if opened and is_closing else lone
                opened = None if is_closing else mark
                lone, inside = [], -1
                continue
            inside = max(inside, mark.kind)
            if mark.kind is _MarkKind.JOIN:
                lone.append((mark.first, mark.last))
        if opened and lone:
            found.append((opened.first, self._last_beside(opened.first)))
        found += lone
        if len(found) > _MOST_STRETCHES:
            found = [(found[0][0], found[-1][1])]
        return [self._stretch(first, last) for first, last in found]

    def _last_beside(self, index: int) -> int:
        """The last node of the body that the node stands in, or of all."""
        page = next((around for around in self._map.ancestors(index) if self._nodes[around].name == "body"), -1)
        return self._nodes[page].last if page >= 0 else len(self._nodes) - 1

    def _stretch(self, first: int, last: int) -> Stretch:
        """The smallest row of whole siblings that holds both nodes, grown to whole lines."""
        around = [first, *self._map.ancestors(first)]
        others = [last, *self._map.ancestors(last)]
        while len(around) > 1 and len(others) > 1 and around[-2] == others[-2] and around[-1] == others[-1]:
            around.pop()
            others.pop()
        if around[-1] == others[-1] and len(around) > 1 and len(others) > 1:
            around.pop()
            others.pop()
        left, right = self._whole_line(around[-1], others[-1])
        return Stretch(self._nodes[left].start, self._nodes[right].end, self._nodes[left].parent, is_block=True)

    def _whole_line(self, left: int, right: int) -> tuple[int, int]:
        """Leave inline elements that hold nothing else, and take the line breaks beside."""
        nodes = self._nodes
        while left == right and (parent := nodes[left].parent) >= 0 and nodes[parent].name not in BLOCK | STRUCTURE:
            left = right = parent
        if left > 0 and nodes[left - 1].name == "br" and nodes[left - 1].parent == nodes[left].parent:
            left -= 1
        following = nodes[right].last + 1
        if following < len(nodes) and nodes[following].name == "br" and nodes[following].parent == nodes[right].parent:
            right = following
        return left, right


def _apart(stretches: list[Stretch]) -> list[Stretch]:
    """The stretches in order, without those inside others. Rows of whole siblings cannot cross."""
    apart: list[Stretch] = []
    for stretch in sorted(stretches, key=lambda stretch: (stretch.start, -stretch.end)):
        if apart and stretch.start < apart[-1].end:
            if stretch.end > apart[-1].end:
                apart[-1] = apart[-1]._replace(end=stretch.end)
        else:
            apart.append(stretch)
    return apart
