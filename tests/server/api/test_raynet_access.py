"""Access to Raynet through the API, over the simulated Raynet: what fails never takes the place of what works."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from falcon import testing

from server.api.app import ApiParts, create_app
from server.api.services import Site
from server.ports.raynet import Probe
from server.store.admin.sessions import Sessions
from server.store.tables.accounts import SignInMethod
from server.store.tables.people import AdministratorRole
from server.wiring import Clocks, WiredRemotes
from simulator.raynet.populate import add_api_key
from simulator.transport import SimAdapter
from tests.support.rig import API_LOGIN, Rig
from tests.support.rig import rig as made_rig


@dataclass(slots=True)
class Desk:
    """A firm's administrator over a working firm of the simulated world."""

    rig: Rig
    remotes: WiredRemotes
    client: testing.TestClient
    token: str

    def ask(self, method: str, path: str = "", *, version: str | None = None, **more: Any) -> testing.Result:
        headers = {"Authorization": f"Bearer {self.token}"} | ({"If-Match": version} if version else {})
        return self.client.simulate_request(
            method, f"/api/v1/firms/{self.rig.firm}/raynet{path}", headers=headers, **more
        )

    def key(self) -> str:
        return self.rig.engine.firms.raynet_connection(self.rig.firm).key

    def given(self, **more: Any) -> dict[str, Any]:
        shown = self.ask("GET").json
        return {name: shown[name] for name in ("url", "instance", "user")} | more


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with made_rig(tmp_path, people=()) as made:
        yield made


@pytest.fixture
def desk(rig: Rig) -> Iterator[Desk]:
    administrators = rig.administration.administrators
    boss = administrators.add("boss", AdministratorRole.FIRM_ADMIN, rig.firm, "kůň obědval ve stoje", actor="cli")
    token, _ = Sessions(rig.database, rig.clock).start_unscoped(boss.id, SignInMethod.PASSWORD)
    remotes = WiredRemotes(
        rig.engine.settings, rig.database, Clocks(now=rig.clock), transport=lambda: SimAdapter(rig.world)
    )
    parts = ApiParts(
        database=rig.database,
        now=rig.clock,
        site=Site(raynet_urls=rig.engine.settings.raynet_urls),
        remotes=remotes,
    )
    yield Desk(rig=rig, remotes=remotes, client=testing.TestClient(create_app(parts)), token=token)
    remotes.close()


def test_the_key_goes_in_and_never_comes_out(desk: Desk) -> None:
    shown = desk.ask("GET")
    assert shown.json["key_set"] is True
    assert desk.key() not in shown.text
    assert "key" not in shown.json


def test_a_wrong_key_never_takes_the_place_of_a_working_one(desk: Desk) -> None:
    before = desk.key()
    refused = desk.ask("PUT", version="*", json=desk.given(key="wrong-key"))
    assert (refused.status_code, refused.json["code"]) == (409, "raynet_refused")
    assert "wrong-key" not in refused.text
    assert desk.key() == before
    assert desk.remotes.raynet(Probe(desk.rig.firm)).login


def test_a_working_key_is_stored(desk: Desk) -> None:
    fresh = add_api_key(desk.rig.raynet, API_LOGIN, "a new key", secret="canary-fresh-key").secret
    version = desk.ask("GET").headers["etag"]
    stored = desk.ask("PUT", version=version, json=desk.given(key=fresh))
    assert stored.status_code == 200, stored.text
    assert stored.headers["etag"] != version
    assert desk.key() == fresh
    late = desk.ask("PUT", version=version, json=desk.given(key=fresh))
    assert (late.status_code, late.json["code"]) == (412, "outdated")


def test_a_trial_stores_nothing_and_says_what_is_wrong(desk: Desk) -> None:
    before = desk.key()
    assert desk.ask("POST", "/test", json={}).json["state"] == "ok"
    wrong = desk.ask("POST", "/test", json={"key": "wrong-key"}).json
    assert wrong["state"] == "refused"
    assert wrong["text"]["cs"]
    assert desk.key() == before


def test_the_stored_key_goes_to_no_other_instance_or_user(desk: Desk) -> None:
    for other in ({"instance": "somebody-else"}, {"user": "other@valce.example"}):
        for method, path in (("PUT", ""), ("POST", "/test")):
            refused = desk.ask(method, path, version="*", json=desk.given(**other))
            assert (refused.status_code, refused.json["code"]) == (422, "raynet_key_missing")


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/api/v2",
        "https://app.raynet.cz.evil.example/api/v2",
        "https://app.raynet.cz@evil.example/api/v2",
        "https://app.raynet.cz/api/v2#x",
        "https://app.raynet.cz/api/v2?x",
        "https://[::1/api",
        "file:///etc/passwd",
        "//evil.example",
    ],
)
def test_no_address_but_the_allowed_ones_is_ever_asked(desk: Desk, url: str) -> None:
    for method, path in (("PUT", ""), ("POST", "/test")):
        refused = desk.ask(method, path, version="*", json=desk.given(url=url, key="x"))
        assert (refused.status_code, refused.json["code"]) == (422, "raynet_url_not_allowed")
        assert "evil" not in refused.text
