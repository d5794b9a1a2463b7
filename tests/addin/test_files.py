"""What Outlook fetches: the headers decide whether the panel shows at all."""

from pathlib import Path
from typing import Any

import falcon
import pytest
from falcon import testing

from server.api.middleware.headers import SecurityHeaders
from server.api.panel.files import BUILT, add_panel
from server.api.panel.manifest_check import check_manifest


def client(folder: Path = BUILT, **changes: Any) -> testing.TestClient:
    app = falcon.App()
    app.add_middleware(SecurityHeaders())
    add_panel(app, **{"public_url": "https://sync.example", "client_id": None, "folder": folder} | changes)
    return testing.TestClient(app)


@pytest.fixture(scope="module")
def served() -> testing.TestClient:
    return client()


def asset(served: testing.TestClient, beginning: str) -> str:
    return next(path.name for path in (BUILT / "assets").iterdir() if path.name.startswith(beginning))


@pytest.mark.parametrize("page", ["", "/panel.html", "/notice.html", "/signed-in.html"])
def test_pages_may_be_framed_by_outlook_and_by_nobody_else(served: testing.TestClient, page: str) -> None:
    reply = served.simulate_get(f"/addin{page}")

    policy = reply.headers["content-security-policy"]
    ancestors = policy.partition("frame-ancestors ")[2].split(";")[0].split()
    assert {"https://outlook.office.com", "https://outlook.office365.com", "https://outlook.cloud.microsoft"} <= set(
        ancestors
    )
    assert "*" not in ancestors
    assert "https:" not in ancestors
    assert "x-frame-options" not in reply.headers, "it cannot name more than one site, so it must not be there"
    assert "'unsafe-inline'" not in policy
    assert "'unsafe-eval'" not in policy
    assert reply.headers["cache-control"] == "no-cache", "a new panel is there at the next opening"
    assert reply.headers["cross-origin-opener-policy"] == "unsafe-none", "the sign-in window must know its opener"


def test_assets_are_kept_for_good_and_sent_packed(served: testing.TestClient) -> None:
    path = f"/addin/assets/{asset(served, 'main.')}"

    plain = served.simulate_get(path)
    packed = served.simulate_get(path, headers={"Accept-Encoding": "gzip, br"})

    assert plain.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert plain.headers["content-type"].startswith("text/javascript")
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["vary"] == "Accept-Encoding"
    assert len(packed.content) < len(plain.content) / 2


def test_an_unchanged_file_is_not_sent_again(served: testing.TestClient) -> None:
    first = served.simulate_get("/addin/panel.html")

    again = served.simulate_get("/addin/panel.html", headers={"If-None-Match": first.headers["etag"]})

    assert (again.status_code, again.content) == (304, b"")


def test_icons_can_be_shown_by_outlooks_own_pages(served: testing.TestClient) -> None:
    reply = served.simulate_get("/addin/icons/icon-32.png")

    assert reply.headers["content-type"] == "image/png"
    assert reply.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "no-store" not in reply.headers["cache-control"]
    assert "no-cache" not in reply.headers["cache-control"]


def test_the_servers_own_manifest_is_in_order(served: testing.TestClient) -> None:
    reply = served.simulate_get("/manifest.xml")

    assert reply.headers["content-type"] == "text/xml; charset=utf-8"
    assert check_manifest(reply.text) == ()
    assert "https://sync.example/addin/panel.html" in reply.text


def test_a_server_without_https_has_no_manifest() -> None:
    assert client(public_url="http://127.0.0.1:8000").simulate_get("/manifest.xml").status_code == 404


@pytest.mark.parametrize("name", ["/addin/../server/settings.py", "/addin/%2e%2e/manifest.xml", "/addin/nothing.html"])
def test_nothing_but_built_files_is_served(served: testing.TestClient, name: str) -> None:
    assert served.simulate_get(name).status_code == 404


def test_a_panel_that_was_not_built_says_so(tmp_path: Path) -> None:
    empty = client(folder=tmp_path / "dist")

    assert empty.simulate_get("/addin").status_code == 503
    assert empty.simulate_get("/addin/panel.html").status_code == 503
