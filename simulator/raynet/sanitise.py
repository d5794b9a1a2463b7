"""Raynet's HTML sanitiser: ``table`` and ``pre`` are removed on save, cell text is glued together [seen], §8.4."""

from html import escape
from html.parser import HTMLParser

_UNWRAPPED = frozenset(
    {"table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption", "colgroup", "col", "pre", "html", "body", "head"}
)
_DROPPED = frozenset({"script", "style", "iframe", "object", "embed", "form", "title", "meta", "link"})
_VOID = frozenset({"br", "hr", "img", "col", "meta", "link", "embed", "input"})


def sanitised(html: str) -> str:
    """The text as Raynet stores it. Idempotent; plain text passes unchanged."""
    if "<" not in html:
        return html
    cleaner = _Cleaner()
    cleaner.feed(html)
    cleaner.close()
    return "".join(cleaner.pieces)


class _Cleaner(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.pieces: list[str] = []
        self._dropping = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _DROPPED:
            self._dropping += tag not in _VOID
        elif not self._dropping and tag not in _UNWRAPPED:
            kept = (f' {name}="{escape(value or "")}"' for name, value in attrs if not name.startswith("on"))
            self.pieces.append(f"<{tag}{''.join(kept)}>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _DROPPED:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in _DROPPED:
            self._dropping = max(0, self._dropping - 1)
        elif not self._dropping and tag not in _UNWRAPPED and tag not in _VOID:
            self.pieces.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self._keep(data)

    def handle_entityref(self, name: str) -> None:
        self._keep(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._keep(f"&#{name};")

    def _keep(self, text: str) -> None:
        if not self._dropping:
            self.pieces.append(text)
