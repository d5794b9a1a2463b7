"""The page's small server: static files, the state of both calendars, a visitor's changes. Loopback only."""

import hashlib
import json
import threading
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from simulator.control_actions import ControlError
from simulator.demo.actions import Actions
from simulator.demo.items import Calendars, Item, differences, wall
from simulator.demo.outlook import OutlookForm
from simulator.demo.watch import Watch
from simulator.graph.errors import GraphError
from simulator.raynet.errors import RaynetError
from simulator.seed import SmallFirm

_FILES: Final = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/demo.css": ("demo.css", "text/css; charset=utf-8"),
    "/main.js": ("main.js", "text/javascript; charset=utf-8"),
    "/form.js": ("form.js", "text/javascript; charset=utf-8"),
    "/calendar.js": ("calendar.js", "text/javascript; charset=utf-8"),
    "/panel.js": ("panel.js", "text/javascript; charset=utf-8"),
    "/reasons.js": ("reasons.js", "text/javascript; charset=utf-8"),
    "/texts.js": ("texts.js", "text/javascript; charset=utf-8"),
    "/icon.svg": ("icon.svg", "image/svg+xml"),
}
_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
    " connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_BODY_LIMIT: Final = 64 * 1024
_DAYS: Final = 7


class Page:
    """Serves from threads of its own between ``start`` and ``stop``."""

    def __init__(
        self, calendars: Calendars, watch: Watch, firm: SmallFirm, outlook: OutlookForm, port: int = 0
    ) -> None:
        self.calendars = calendars
        self.watch = watch
        self.firm = firm
        self.outlook = outlook
        self.actions = Actions(calendars, watch)
        self._server = _Server(("127.0.0.1", port), self)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="page", daemon=True)

    def start(self) -> "Page":
        self._thread.start()
        return self

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5.0)

    # --- what the page asks ---

    def state(self, number: int, day: date) -> dict[str, Any]:
        """Everything that one screen shows."""
        user = self.firm.users[number]
        raynet = self.calendars.raynet(user, day, _DAYS)
        outlook = self.calendars.outlook(user, day, _DAYS)
        calls = self.calendars.calls()
        return {
            "now": wall(self.calendars.world.clock()).isoformat(timespec="minutes"),
            "running": self.watch.parent.running.is_set(),
            "users": [{"name": one.name, "mailbox": one.mailbox} for one in self.firm.users],
            "raynet": [self._row(item, user.directory_id) for item in raynet],
            "outlook": [self._row(item, user.directory_id) for item in outlook],
            "changes": self.watch.recent(),
            "calls": {"raynet": calls[0], "graph": calls[1]},
            "mails": self.calendars.mails(),
        }

    def _row(self, item: Item, mailbox: str) -> dict[str, Any]:
        partner = self.watch.partner(item.side, item.key, mailbox)
        own, other = self.watch.both(item.side, item.key, partner, mailbox)
        both = (own, other) if item.side == "raynet" else (other, own)
        state = next(
            (p.state for p in self.watch.pairs if item.key in (p.activity, p.event) and p.mailbox == mailbox), ""
        )
        return {
            **asdict(item),
            "start": item.start.isoformat(timespec="minutes"),
            "end": item.end.isoformat(timespec="minutes"),
            "lives": item.lives,
            "partner": partner,
            "pair": state,
            "agrees": partner is not None and not differences(*both),
        }

    def why(self, number: int, side: str, key: str) -> Any:
        """The product's own trail of the item; None when it knows nothing of it."""
        return self.watch.parent.ask("why", side=side, key=key, mailbox=self.firm.users[number].directory_id)

    def form(self, number: int, key: str) -> dict[str, Any]:
        """What Outlook's form of an event (none: a new one) tells the panel beside it."""
        return self.outlook.form_of(self.firm.users[number], key)

    def act(self, body: Mapping[str, Any]) -> Any:
        user = self.firm.users[int(body["user"])]
        return self.actions.do(user, str(body["side"]), str(body["what"]), body).shown()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], page: Page) -> None:
        self.page = page
        super().__init__(address, _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "Demo"
    sys_version = ""
    server: _Server

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # stdlib's name
        """Nothing: the terminal belongs to the demonstration."""

    def do_GET(self) -> None:  # stdlib's name
        url = urlsplit(self.path)
        if not self._is_local():
            self._json(403, {"error": "loopback only"})
        elif url.path in _FILES:
            name, kind = _FILES[url.path]
            self._send(200, files("simulator.demo").joinpath("static", name).read_bytes(), kind)
        elif OutlookForm.serves(url.path) and url.path != "/outlook/form":
            self._relay(b"")
        else:
            query = {name: values[0] for name, values in parse_qs(url.query).items()}
            self._answer(lambda: self._read(url.path, query))

    do_HEAD = do_GET  # noqa: N815  # stdlib's name

    def do_POST(self) -> None:  # stdlib's name
        """A foreign page cannot send JSON here without asking first, which nobody answers."""
        length = self.headers.get("Content-Length") or ""
        is_panel = OutlookForm.serves(self.path)
        is_json = "application/json" in (self.headers.get("Content-Type") or "")
        if not self._is_local() or not (is_json or is_panel):
            self.close_connection = True
            self._json(403, {"error": "refused"})
            return
        if not length.isdigit() or int(length) > _BODY_LIMIT or not (is_panel or self.path == "/api/act"):
            self.close_connection = True
            self._json(413 if is_panel or self.path == "/api/act" else 404, {"error": "refused"})
            return
        raw = self.rfile.read(int(length))
        if is_panel:
            self._relay(raw)
        else:
            self._answer(lambda: self.server.page.act(json.loads(raw)))

    do_PUT = do_DELETE = do_POST  # noqa: N815  # stdlib's names

    def _relay(self, body: bytes) -> None:
        """The panel's own pages and requests."""
        reply = self.server.page.outlook.relay(self.command, self.path, dict(self.headers.items()), body)
        try:
            self.send_response(reply.status)
            for name, value in reply.headers:
                self.send_header(name, value)
            if reply.status not in (204, 304):
                self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            if self.command != "HEAD" and reply.status not in (204, 304):
                self.wfile.write(reply.body)
        except OSError:
            self.close_connection = True

    def _read(self, path: str, query: Mapping[str, str]) -> Any:
        page = self.server.page
        if path == "/api/state":
            return page.state(int(query["user"]), date.fromisoformat(query["day"]))
        if path == "/api/why":
            return page.why(int(query["user"]), query["side"], query["key"])
        if path == "/outlook/form":
            return page.form(int(query["user"]), query.get("key", ""))
        raise ControlError(404, "no such thing")

    def _answer(self, work: Any) -> None:
        try:
            self._json(200, work())
        except ControlError as error:
            self._json(error.status, {"error": error.text})
        except (RaynetError, GraphError) as error:
            self._json(409, {"error": f"refused by the simulated system: {error.status}"})
        except (KeyError, ValueError, TypeError, IndexError, AttributeError, StopIteration):
            self._json(400, {"error": "wrong name or value"})

    def _is_local(self) -> bool:
        """Another host name that leads to this machine is a foreign page's trick."""
        host = (self.headers.get("Host") or "").rsplit(":", 1)[0]
        origin = self.headers.get("Origin")
        return host in ("127.0.0.1", "localhost") and origin in (None, f"http://{self.headers.get('Host')}")

    def _json(self, status: int, document: Any) -> None:
        body = json.dumps(document, ensure_ascii=False, default=str).encode()
        tag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
        if status == 200 and self.headers.get("If-None-Match") == tag:
            self._send(304, b"", "application/json", tag)
            return
        self._send(status, body, "application/json; charset=utf-8", tag)

    def _send(self, status: int, body: bytes, kind: str, tag: str | None = None) -> None:
        try:
            self.send_response(status)
            for name, value in _HEADERS.items():
                self.send_header(name, value)
            self.send_header("Content-Type", kind)
            if tag is not None:
                self.send_header("ETag", tag)
            if status != 304:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD" and status != 304:
                self.wfile.write(body)
        except OSError:
            self.close_connection = True
