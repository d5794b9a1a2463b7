"""A linear scanner for HTML as mail programs write it: every byte of the source belongs to exactly one token.

It cuts like a browser does, but never builds a tree, never recurses and never looks at a character more than a few
times, whatever the mark-up: broken, nested a hundred thousand times, or three megabytes of ``<``.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Iterator
from enum import IntEnum
from itertools import islice
from typing import Final, NamedTuple


class Kind(IntEnum):
    """What a token is; ``OPAQUE`` is a whole element whose content is not mark-up, such as ``<style>…</style>``."""

    TEXT = 0
    START = 1
    END = 2
    COMMENT = 3
    OPAQUE = 4


# Looked up for every token; through the class that costs as much as the rest of the work.
TEXT: Final = Kind.TEXT
START: Final = Kind.START
END: Final = Kind.END
COMMENT: Final = Kind.COMMENT
OPAQUE: Final = Kind.OPAQUE


class Token(NamedTuple):
    """``html[start:end]`` is the token; ``name`` is the lower-case tag name, empty for text and comments."""

    kind: Kind
    name: str
    start: int
    end: int


VOID: Final = frozenset(
    "area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr".split()
)
"""Elements that have no content and no end tag."""

BLOCK: Final = frozenset(
    "address article aside blockquote body caption center dd details dir div dl dt fieldset figcaption figure footer "
    "form h1 h2 h3 h4 h5 h6 header hr html legend li main menu nav ol p pre section summary table tbody tfoot thead "
    "tr ul".split()
)
"""Elements that start and end a line."""

_OPAQUE: Final = frozenset("script style title textarea xmp iframe noembed noframes".split())
_OPENING = re.compile(r"<(?:(/?)([a-zA-Z][^\s/>]*+)|(!--)|[!?/])")
# After the tag's name: up to the first ">" outside a quoted value. A quote that never ends is an ordinary character.
# Possessive throughout, so a miss costs one look at the rest, and it can miss only once per document.
_REST_OF_TAG = re.compile(r"""(?:[^>"'=]++|=\s*+(?:"[^"]*+"|'[^']*+')?+|["'])*+>""")
_COMMENT_END = re.compile("--!?>")
_OPAQUE_END: Final = {name: re.compile(rf"</{name}(?=[\s/>])[^>]*+>?+", re.IGNORECASE) for name in _OPAQUE}
_ATTRIBUTE = re.compile(r"""([^\s/>"'=][^\s/>=]*+)(?:\s*+=\s*+("[^"]*+"|'[^']*+'|[^\s>]*+))?""")
# Python refuses to read numbers of more than 4300 digits; no character has more than seven.
_HUGE_REFERENCE = re.compile(r"&#(?:0*+[1-9][0-9]{7,}+|[xX]0*+[1-9a-fA-F][0-9a-fA-F]{6,}+|0{8,}+[0-9]*+);?")


MOST_TAGS: Final = 50_000
"""A body with more is read as far as these go. Linear time is no help where a person sends the longest body there is,
3 MB of tags, again and again; the largest newsletters have some thousands."""
_TAG = re.compile("<")


def bounded(html: str) -> tuple[str, bool]:
    """The beginning of ``html`` that is worth reading, and whether anything was left out."""
    if html.count("<") <= MOST_TAGS:
        return html, False
    last = next(islice(_TAG.finditer(html), MOST_TAGS, None))
    return html[: last.start()], True


def tokens(html: str) -> Iterator[Token]:
    """All tokens in order, without a gap. A tag or comment that never ends reaches to the end of the document."""
    position, end = 0, len(html)
    text_start = 0
    while opening := _OPENING.search(html, position):
        start = opening.start()
        if text_start < start:
            yield Token(TEXT, "", text_start, start)
        token = _markup(html, opening)
        yield token
        position = text_start = token.end
    if text_start < end:
        yield Token(TEXT, "", text_start, end)


def decoded(text: str) -> str:
    """The characters that a piece of source text stands for. Total, unlike ``html.unescape``."""
    if "&" not in text:
        return text
    return entities.unescape(_HUGE_REFERENCE.sub("\ufffd", text))


def attributes(tag: str) -> dict[str, str]:
    """The attributes of a start tag's source, names in lower case, values decoded; of doubles the first counts."""
    found: dict[str, str] = {}
    name = _OPENING.match(tag)
    for match in _ATTRIBUTE.finditer(tag, name.end() if name else 0):
        value = match[2] or ""
        if value[:1] in ("'", '"') and value[-1:] == value[:1] and len(value) > 1:
            value = value[1:-1]
        found.setdefault(match[1].lower(), decoded(value))
    return found


def _markup(html: str, opening: re.Match[str]) -> Token:
    """The token that starts at ``opening``."""
    start = opening.start()
    if opening[3]:
        closing = _COMMENT_END.search(html, start + 2)
        return Token(COMMENT, "", start, closing.end() if closing else len(html))
    if not opening[2]:
        bogus_end = html.find(">", start)
        return Token(COMMENT, "", start, bogus_end + 1 or len(html))
    rest = _REST_OF_TAG.match(html, opening.end())
    if rest is None:
        return Token(COMMENT, "", start, len(html))
    name = opening[2].lower()
    if opening[1]:
        return Token(END, name, start, rest.end())
    if name not in _OPAQUE:
        return Token(START, name, start, rest.end())
    closing = _OPAQUE_END[name].search(html, rest.end())
    return Token(OPAQUE, name, start, closing.end() if closing else len(html))
