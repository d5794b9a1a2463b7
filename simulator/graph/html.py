"""What Exchange does to bodies: wraps texts, rewrites HTML, reads HTML as text.

Fact: stored as HTML with html/head/body wrapper, meta tag, CR LF, sanitised [doc sample, seen], graph-calendar §7.
"""

import functools
import re
from html import escape
from html.parser import HTMLParser

_META = '<meta http-equiv="Content-Type" content="text/html; charset=utf-8">'
_DROPPED = frozenset({"script", "iframe", "object", "embed", "form", "input", "button", "select", "textarea", "applet"})
_VOID = frozenset({"br", "hr", "img", "meta", "link", "col", "area", "base", "wbr"})
_BLOCKS = frozenset(
    {"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "table", "ul", "ol", "blockquote"}
)
_TEXT_HEAD = (
    f"{_META}<!-- converted from text --><style><!-- .EmailQuote {{ margin-left: 1pt; padding-left: 4pt; "
    "border-left: #800000 2px solid; } --></style>"
)


def wrap_text(text: str) -> str:
    """The HTML that a plain text body becomes."""
    lines = escape(text.replace("\r\n", "\n"), quote=False).split("\n")
    content = "<br>\r\n".join(lines)
    return (
        f"<html><head>\r\n{_TEXT_HEAD}</head>\r\n<body>\r\n"
        f'<font size="2"><span style="font-size:11pt;"><div class="PlainText">{content}</div></span></font>\r\n'
        "</body>\r\n</html>\r\n"
    )


@functools.lru_cache(maxsize=4096)
def rewrite(html: str) -> str:
    """The stored form of HTML somebody sent; rewriting its own output changes nothing."""
    if not html:
        return ""
    parser = _Rewriter()
    parser.feed(html)
    parser.close()
    head = "".join(parser.head).strip()
    body = "".join(parser.body).strip("\r\n")
    attributes = f" {parser.body_attributes}" if parser.body_attributes else ""
    return f"<html><head>\r\n{_META}{head}</head>\r\n<body{attributes}>\r\n{body}\r\n</body>\r\n</html>\r\n"


@functools.lru_cache(maxsize=4096)
def as_text(html: str) -> str:
    """The body as Exchange hands it out under ``outlook.body-content-type="text"``."""
    parser = _TextReader()
    parser.feed(html)
    parser.close()
    text = "".join(parser.parts)
    text = re.sub(r"[ \t]+\n", "\n", text)
    text = re.sub(r"\n{3,}", "\n\n", text).strip("\n ")
    return text.replace("\n", "\r\n")


def preview(html: str) -> str:
    """About 255 characters of plain text."""
    return as_text(html)[:255]


def _attribute_text(attributes: list[tuple[str, str | None]]) -> str:
    kept = []
    for name, value in attributes:
        if name.startswith("on") or (value or "").strip().lower().startswith("javascript:"):
            continue
        kept.append(f'{name}="{escape(value or "")}"')
    return " ".join(kept)


class _Rewriter(HTMLParser):
    """Sorts the input into head and body, drops active content, normalises quotes and line ends."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.head: list[str] = []
        self.body: list[str] = []
        self.body_attributes = ""
        self._in_head = False
        self._dropping = 0
        self._open: list[str] = []

    def _put(self, text: str) -> None:
        if not self._dropping:
            (self.head if self._in_head else self.body).append(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _DROPPED:
            self._dropping += tag not in ("input", "embed")
            return
        if tag == "html":
            return
        if tag == "head":
            self._in_head = True
            return
        if tag == "body":
            self._in_head = False
            self.body_attributes = _attribute_text(attrs)
            return
        if tag == "meta" and any(name == "http-equiv" for name, _ in attrs):
            return
        text = _attribute_text(attrs)
        self._put(f"<{tag} {text}>" if text else f"<{tag}>")
        if tag not in _VOID and not self._dropping:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID and tag not in _DROPPED:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _DROPPED:
            self._dropping = max(0, self._dropping - 1)
            return
        if tag == "head":
            self._in_head = False
        if tag in ("html", "head", "body") or tag not in self._open:
            return
        while self._open:
            last = self._open.pop()
            self._put(f"</{last}>")
            if last == tag:
                return

    def handle_data(self, data: str) -> None:
        if self.cdata_elem is not None or not self._at_edge(data):
            self._put(data.replace("\r\n", "\n").replace("\n", "\r\n"))

    def _at_edge(self, data: str) -> bool:
        """White space outside of head and body content carries nothing."""
        return not data.strip() and not self._open and not (self.body and self.body[-1].strip())

    def handle_entityref(self, name: str) -> None:
        self._put(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._put(f"&#{name};")

    def handle_comment(self, data: str) -> None:
        self._put(f"<!--{data}-->")

    def close(self) -> None:
        super().close()
        while self._open:
            self._put(f"</{self._open.pop()}>")


class _TextReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._skipping = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("style", "script", "title"):
            self._skipping += 1
        elif (tag in _BLOCKS and self.parts and not self.parts[-1].endswith("\n")) or tag == "br":
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("style", "script", "title"):
            self._skipping = max(0, self._skipping - 1)
        elif tag in ("p", "div", "tr", "table") and self.parts and not self.parts[-1].endswith("\n"):
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if self._skipping:
            return
        text = re.sub(r"[\r\n\t ]+", " ", data)
        if text == " " and (not self.parts or self.parts[-1].endswith("\n")):
            return
        if self.parts and self.parts[-1].endswith("\n"):
            text = text.lstrip(" ")
        if text:
            self.parts.append(text)
