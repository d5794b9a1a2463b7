"""Serves the built panel under ``/addin/`` and the manifest at ``/manifest.xml``; anonymous, nothing personal in it.

The pages stand in a frame of Outlook on another site, which decides every header here (outlook-addin §7).
"""

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import falcon

from server.api.panel.manifest import UNKNOWN_CLIENT, ManifestOf, manifest
from server.api.problems import App

#: Where ``make panel`` puts it, beside the packages of a checkout.
BUILT: Final = Path(__file__).resolve().parents[3] / "addin" / "dist"
#: Pages of Outlook that may frame the panel. Fact: nobody publishes a list, outlook-addin §7 [seen]; a host that is
#: missing here shows a blank panel. Our own origin frames it in the demonstration.
_FRAMES: Final = (
    "'self'",
    "https://outlook.office.com",
    "https://outlook.office365.com",
    "https://outlook.cloud.microsoft",
    "https://*.cloud.microsoft",
    "https://outlook.live.com",
)
#: Fact: office.js and what it loads, outlook-addin §7 [tried].
_SCRIPTS: Final = "'self' https://appsforoffice.microsoft.com https://ajax.aspnetcdn.com"
_POLICY: Final = (
    f"default-src 'none'; script-src {_SCRIPTS}; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    f" base-uri 'none'; form-action 'none'; frame-ancestors {' '.join(_FRAMES)}"
)
_PAGE_HEADERS: Final = (
    ("Cache-Control", "no-cache"),
    ("Content-Security-Policy", _POLICY),
    # The sign-in window must still know who opened it.
    ("Cross-Origin-Opener-Policy", "unsafe-none"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)
#: Names of assets carry their content's hash.
_ASSET_HEADERS: Final = (
    ("Cache-Control", "public, max-age=31536000, immutable"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)
#: Outlook's own pages show them. Fact: no no-store or no-cache, else a generic icon is shown, outlook-addin §2.11.
_ICON_HEADERS: Final = (
    ("Cache-Control", "public, max-age=604800"),
    ("Cross-Origin-Resource-Policy", "cross-origin"),
)
#: Our own table: what the machine's registry says of these is not the same everywhere.
_TEXTS: Final = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".xml": "text/xml"}
_OTHERS: Final = {".png": "image/png"}
_START: Final = "panel.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    content: bytes
    packed: bytes | None
    kind: str
    etag: str
    headers: tuple[tuple[str, str], ...]


def _file(name: str, content: bytes) -> _File:
    suffix = Path(name).suffix
    text = _TEXTS.get(suffix)
    headers = _PAGE_HEADERS if suffix == ".html" else _ASSET_HEADERS if name.startswith("assets/") else _ICON_HEADERS
    return _File(
        content=content,
        packed=gzip.compress(content, 9, mtime=0) if text is not None else None,
        kind=f"{text}; charset=utf-8" if text is not None else _OTHERS.get(suffix, "application/octet-stream"),
        etag=hashlib.sha256(content).hexdigest()[:24],
        headers=headers,
    )


def _built(folder: Path) -> dict[str, _File]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []
    names = [(path.relative_to(folder).as_posix(), path) for path in paths]
    return {name: _file(name, path.read_bytes()) for name, path in names}


class PanelFile:
    """One file, in memory: a renewed build needs a new process, as any other code of ours."""

    def __init__(self, file: _File) -> None:
        self._file = file

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        _send(req, resp, self._file)

    on_head = on_get


class NotBuilt:
    """503 where the pages would be, so that nobody looks for the fault elsewhere."""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        raise falcon.HTTPServiceUnavailable

    on_head = on_get


class ManifestFile:
    """The manifest of this very server. An origin that Outlook would refuse (http) has none."""

    def __init__(self, of: ManifestOf) -> None:
        self._of = of

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        try:
            text = manifest(self._of)
        except ValueError:
            raise falcon.HTTPNotFound from None
        _send(req, resp, _file("manifest.xml", text.encode()))
        resp.set_header("Cache-Control", "no-cache")


def _send(req: falcon.Request, resp: falcon.Response, file: _File) -> None:
    for header, value in file.headers:
        resp.set_header(header, value)
    resp.etag = file.etag
    if file.packed is not None:
        resp.set_header("Vary", "Accept-Encoding")
    if any(tag in (file.etag, "*") for tag in req.if_none_match or ()):
        resp.status = falcon.HTTP_304
        return
    resp.content_type = file.kind
    if file.packed is not None and "gzip" in (req.get_header("Accept-Encoding") or ""):
        resp.set_header("Content-Encoding", "gzip")
        resp.data = file.packed
    else:
        resp.data = file.content


def add_panel(app: App, *, public_url: str, client_id: str | None, folder: Path = BUILT) -> None:
    """``/addin``, every built file under it, and ``/manifest.xml``."""
    files = _built(folder)
    for name, file in files.items():
        app.add_route(f"/addin/{name}", PanelFile(file))
    start = files.get(_START)
    if start is None:
        app.add_route(f"/addin/{_START}", NotBuilt())
    app.add_route("/addin", PanelFile(start) if start is not None else NotBuilt())
    app.add_route(
        "/manifest.xml", ManifestFile(ManifestOf(public_url=public_url, client_id=client_id or UNKNOWN_CLIENT))
    )
