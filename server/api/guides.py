"""The guides at ``/navody/``: Markdown of ``guides/``, rendered once when the server starts, in Czech and English.

They are texts of ours and hold no answer of anybody; still every value put in is escaped, and raw HTML is off.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Final

import falcon
from markdown_it import MarkdownIt

from server.api.problems import App, language

LANGUAGES: Final = ("cs", "en")
#: Beside the packages in a checkout, inside the package in an installed wheel.
_PLACES: Final = (Path(__file__).parents[2] / "guides", Path(__file__).parents[1] / "guides")
_POLICY: Final = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"
#: Guides change with a release only; an hour keeps readers quick and a new release soon seen.
_CACHE: Final = "public, max-age=3600"
_PICTURE: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,60}\.png")


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """One rendered guide. ``name`` is its address, the same in both languages."""

    name: str
    title: str
    html: str


class Guides:
    """All guides, by language and name."""

    def __init__(self, folder: Path, values: Mapping[str, str]) -> None:
        renderer = MarkdownIt("commonmark", {"html": False}).enable("table")
        self._folder = folder
        self._guides: dict[tuple[str, str], Guide] = {}
        for tongue in LANGUAGES:
            for path in sorted((folder / tongue).glob("*.md")):
                text = _filled(path.read_text(encoding="utf-8"), values)
                title = text.splitlines()[0].removeprefix("# ")
                self._guides[tongue, path.stem] = Guide(name=path.stem, title=title, html=renderer.render(text))

    def find(self, tongue: str, name: str) -> Guide | None:
        """The guide, or ``None`` for a name that is none."""
        return self._guides.get((tongue, name))

    def every(self, tongue: str) -> tuple[Guide, ...]:
        """All guides of a language, by title."""
        return tuple(sorted((one for (of, _), one in self._guides.items() if of == tongue), key=lambda one: one.title))

    def style(self) -> bytes:
        """The one style sheet."""
        return (self._folder / "guides.css").read_bytes()

    def picture(self, name: str) -> bytes | None:
        """A picture of the guides; only plain names of files in their folder."""
        path = self._folder / "pictures" / name
        return path.read_bytes() if _PICTURE.fullmatch(name) and path.is_file() else None


def guides_folder() -> Path:
    """Where the guides lie in this installation."""
    return next((place for place in _PLACES if place.is_dir()), _PLACES[0])


def add_guides(app: App, *, public_url: str, client_id: str | None) -> None:
    """Route ``/navody``, its pages, style and pictures."""
    values = {"public_url": public_url.rstrip("/"), "client_id": client_id or "—"}
    page = GuidePage(Guides(guides_folder(), values))
    app.add_route("/navody", page, suffix="index")
    app.add_route("/navody/guides.css", page, suffix="style")
    app.add_route("/navody/obrazky/{picture}", page, suffix="picture")
    app.add_route("/navody/{name}", page)


class GuidePage:
    """The pages. ``?lang=cs|en`` wins over ``Accept-Language``."""

    def __init__(self, guides: Guides) -> None:
        self._guides = guides

    def on_get_index(self, req: falcon.Request, resp: falcon.Response) -> None:
        tongue = _tongue(req)
        title = {"cs": "Návody", "en": "Guides"}[tongue]
        entries = "".join(
            f'<li><a href="/navody/{one.name}?lang={tongue}">{escape(one.title)}</a></li>'
            for one in self._guides.every(tongue)
        )
        _answer(resp, tongue, "", title, f'<h1>{title}</h1><ul class="index">{entries}</ul>')

    def on_get(self, req: falcon.Request, resp: falcon.Response, name: str) -> None:
        tongue = _tongue(req)
        guide = self._guides.find(tongue, name)
        if guide is None:
            raise falcon.HTTPNotFound
        _answer(resp, tongue, f"/{guide.name}", guide.title, guide.html)

    def on_get_style(self, req: falcon.Request, resp: falcon.Response) -> None:
        resp.content_type, resp.data = "text/css; charset=utf-8", self._guides.style()
        resp.set_header("Cache-Control", _CACHE)

    def on_get_picture(self, req: falcon.Request, resp: falcon.Response, picture: str) -> None:
        data = self._guides.picture(picture)
        if data is None:
            raise falcon.HTTPNotFound
        resp.content_type, resp.data = "image/png", data
        resp.set_header("Cache-Control", _CACHE)


def _filled(text: str, values: Mapping[str, str]) -> str:
    """``{{name}}`` becomes the value; an unknown name is a defect of the guide and stops the start."""
    return re.sub(r"\{\{(\w+)\}\}", lambda found: values[found[1]], text)


def _tongue(req: falcon.Request) -> str:
    asked = req.get_param("lang")
    return asked if asked in LANGUAGES else language(req)


def _answer(resp: falcon.Response, tongue: str, path: str, title: str, body: str) -> None:
    other = "en" if tongue == "cs" else "cs"
    home, switch = {"cs": ("Návody", "English"), "en": ("Guides", "Česky")}[tongue]
    resp.content_type = "text/html; charset=utf-8"
    resp.set_header("Content-Security-Policy", _POLICY)
    resp.set_header("Content-Language", tongue)
    resp.set_header("Vary", "Accept-Language")
    resp.set_header("Cache-Control", _CACHE)
    resp.text = (
        f'<!doctype html><html lang="{tongue}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)} · Raynet ⇄ Outlook</title><link rel="stylesheet" href="/navody/guides.css"></head>'
        f'<body><header><a href="/navody?lang={tongue}">{home}</a>'
        f'<a href="/navody{path}?lang={other}" hreflang="{other}" lang="{other}">{switch}</a></header>'
        f"<main>{body}</main></body></html>"
    )
