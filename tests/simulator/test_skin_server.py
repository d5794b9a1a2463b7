"""The HTTPS server for real: own authority, keep-alive, parallel calls, faults on the wire, pushes, the control API."""

import json
import ssl
import stat
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import requests
from click.testing import CliRunner

from simulator.__main__ import main as simulator_command
from simulator.clock import RunningClock
from simulator.control import ControlApi
from simulator.faults import CutJson, Delay, DropReply, DropRequest, Match, Rule
from simulator.seed import SmallFirm, small_firm
from simulator.serve import SimServer
from simulator.wire import SimRequest, json_bytes
from simulator.world import World


class Running:
    """A served small firm; ``session`` trusts its authority."""

    def __init__(self, folder: Path) -> None:
        self.firms: list[SmallFirm] = []
        self.server = SimServer(self._world, folder)
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = str(self.server.certificates.ca)

    def _world(self, url: str) -> World:
        world = World(RunningClock(), seed=4, base_url=url)
        self.firms.append(small_firm(world))
        return world

    @property
    def firm(self) -> SmallFirm:
        return self.firms[-1]

    def raynet(self, path: str, method: str = "GET", **more: Any) -> requests.Response:
        return self.session.request(
            method,
            f"{self.server.url}/raynet/api/v2{path}",
            auth=(self.firm.api_login, self.firm.api_key),
            headers={"X-Instance-Name": self.firm.instance},
            timeout=more.pop("timeout", 10),
            **more,
        )

    def sim(self, path: str, body: Any = None, method: str | None = None) -> requests.Response:
        verb = method or ("GET" if body is None else "POST")
        return self.session.request(verb, f"{self.server.url}/sim/{path}", json=body, timeout=10)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    served = Running(tmp_path)
    with served.server:
        yield served
    served.session.close()


# -- TLS and HTTP ------------------------------------------------------------------------------------------------------


def test_it_is_trusted_with_its_own_authority_only(running: Running) -> None:
    assert running.raynet("/security/info").json()["username"] == running.firm.api_login
    with requests.Session() as stranger:
        stranger.trust_env = False
        with pytest.raises(requests.exceptions.SSLError):
            stranger.get(running.server.url, timeout=5)


def test_certificates_cover_the_address_and_the_key_is_private(running: Running) -> None:
    port = running.server.url.rsplit(":", 1)[1]
    for host in ("localhost", "127.0.0.1"):
        assert running.session.get(f"https://{host}:{port}/nowhere", timeout=5).status_code == 404
    assert stat.S_IMODE(running.server.certificates.key.stat().st_mode) == 0o600


def test_a_second_simulator_on_the_port_takes_nothing_from_the_first(running: Running, tmp_path: Path) -> None:
    port = int(running.server.url.rpartition(":")[2])
    outcome = CliRunner().invoke(simulator_command, ["--port", str(port), "--ca-dir", str(tmp_path)])
    assert (outcome.exit_code, f"on port {port}" in outcome.output) == (1, True)
    assert running.raynet("/company/").status_code == 200


def test_half_a_surrogate_pair_is_sent_as_it_came(running: Running) -> None:
    mailbox = running.firm.users[0].mailbox
    hours = {"start": "2026-03-02T09:00:00Z", "end": "2026-03-02T10:00:00Z"}
    created = running.sim(f"outlook/{mailbox}/create", {"subject": "x \ud83d y"} | hours)
    assert created.status_code == 200
    query = "from=2026-03-02T00:00:00Z&till=2026-03-03T00:00:00Z"
    events = running.sim(f"events?mailbox={mailbox}&{query}")
    assert [one["subject"] for one in events.json()] == ["x \ud83d y"]
    assert json.loads(json_bytes({"subject": "x \ud83d y"})) == {"subject": "x \ud83d y"}


def test_nothing_older_than_tls_1_2_is_offered(running: Running) -> None:
    context = running.server.certificates.server_context()
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2


def test_connections_are_kept_alive(running: Running) -> None:
    adapter: Any = running.session.get_adapter(running.server.url)
    for _ in range(5):
        running.raynet("/security/info")
    pools = adapter.poolmanager.pools
    assert [(pools[key].num_connections, pools[key].num_requests) for key in pools.keys()] == [(1, 5)]  # noqa: SIM118


def test_graph_links_lead_back_to_the_server(running: Running) -> None:
    firm, url = running.firm, running.server.url
    form = {
        "grant_type": "client_credentials",
        "client_id": firm.client_id,
        "client_secret": firm.client_secret,
        "scope": "https://graph.microsoft.com/.default",
    }
    token = running.session.post(f"{url}/entra/{firm.tenant_id}/oauth2/v2.0/token", data=form, timeout=5).json()
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    address = f"{url}/graph/v1.0/users/{firm.users[0].mailbox}/events?$top=2"
    seen = []
    while address:
        page = running.session.get(address, headers=headers, timeout=5).json()
        seen += [event["id"] for event in page["value"]]
        address = page.get("@odata.nextLink", "")
        assert address.startswith(f"{url}/graph/v1.0/") or not address
    stored = running.server.world.graph.mailbox(firm.users[0].mailbox).user.events()
    assert len(set(seen)) == len(seen) == len(stored)
    assert len(stored) > 4


def test_chunked_bodies_are_read(running: Running) -> None:
    body = json.dumps({"title": "x", "priority": "DEFAULT", "owner": running.firm.users[0].person}).encode()
    reply = running.raynet("/event/", "PUT", data=iter([body[:10], body[10:]]))
    assert reply.status_code == 201


def test_the_fifth_slow_call_is_429_and_afterwards_all_is_free(running: Running) -> None:
    running.server.world.faults.add(Rule(name="slow", match=Match(path="info"), action=Delay(0.6)))
    with ThreadPoolExecutor(5) as pool:
        calls = [pool.submit(running.raynet, "/security/info") for _ in range(5)]
        statuses = sorted(call.result().status_code for call in calls)
    assert statuses == [200, 200, 200, 200, 429]
    assert running.server.world.raynet.in_flight() == 0


def test_faults_on_the_wire(running: Running) -> None:
    faults = running.server.world.faults
    instance = running.server.world.raynet.instance(running.firm.instance)
    faults.add(Rule(name="f", match=Match(), action=DropRequest(), times=1))
    with pytest.raises(requests.ConnectionError):
        running.raynet("/security/info")
    assert instance.calls.reads == 0
    faults.add(Rule(name="f", match=Match(), action=DropReply(), times=1))
    with pytest.raises(requests.ReadTimeout):
        running.raynet("/security/info", timeout=0.3)
    assert instance.calls.reads == 1
    faults.add(Rule(name="f", match=Match(), action=CutJson(), times=1))
    with pytest.raises(requests.exceptions.JSONDecodeError):
        running.raynet("/security/info").json()
    assert running.raynet("/security/info").status_code == 200


def test_a_silent_call_gives_its_place_back_when_the_client_leaves(running: Running) -> None:
    running.server.world.faults.add(Rule(name="f", match=Match(path="info"), action=Delay(60.0), times=1))
    with pytest.raises(requests.ReadTimeout):
        running.raynet("/security/info", timeout=0.2)
    deadline = time.monotonic() + 5
    while running.server.world.raynet.in_flight() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert running.server.world.raynet.in_flight() == 0


def test_stopping_ends_waiting_calls_quickly(tmp_path: Path) -> None:
    served = Running(tmp_path)
    served.server.start()
    served.server.world.faults.add(Rule(name="f", match=Match(path="info"), action=Delay(60.0)))
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(served.raynet, "/security/info")
        while not served.server.world.raynet.in_flight():
            time.sleep(0.01)
        begun = time.monotonic()
        served.server.stop()
        assert time.monotonic() - begun < 20, "it waited for the delayed call"
        assert call.result(timeout=5).status_code == 200
    served.session.close()
    assert not [t for t in threading.enumerate() if t.name in {"sim-http", "sim-pushes"}]


# -- pushes ------------------------------------------------------------------------------------------------------------


class _Hooks(BaseHTTPRequestHandler):
    got: list[tuple[str | None, dict[str, Any]]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.got.append((self.headers.get("x-raynetcrm-token"), json.loads(body)))
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # stdlib's name
        """Silent."""


def test_webhooks_are_delivered_by_the_server_itself(running: Running) -> None:
    got: list[tuple[str | None, dict[str, Any]]] = []
    handler = type("Hooks", (_Hooks,), {"got": got})
    receiver = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=receiver.serve_forever, args=(0.02,))
    thread.start()
    try:
        url = f"http://127.0.0.1:{receiver.server_address[1]}/notify"
        running.raynet("/webhook/", "PUT", json={"url": url, "events": ["record.created"], "secretToken": "t"})
        firm = running.firm
        made = running.sim(
            f"raynet/{firm.instance}/{firm.users[0].login}/create", {"kind": "event", "fields": {"title": "x"}}
        )
        deadline = time.monotonic() + 5
        while not got and time.monotonic() < deadline:
            time.sleep(0.02)
    finally:
        receiver.shutdown()
        thread.join()
        receiver.server_close()
    assert [(token, body["data"]["entityId"]) for token, body in got] == [("t", made.json()["id"])]


# -- control -----------------------------------------------------------------------------------------------------------


def test_overview_names_everybody_and_shows_no_key(running: Running) -> None:
    reply = running.sim("")
    overview = reply.json()
    assert overview["instances"][0]["name"] == running.firm.instance
    assert [m["address"] for m in overview["tenants"][0]["mailboxes"]] == [u.mailbox for u in running.firm.users]
    assert running.firm.api_key not in reply.text
    assert running.firm.client_secret not in reply.text


def _range(running: Running) -> str:
    now = running.server.world.clock()
    start, end = (now - timedelta(days=30)).isoformat(), (now + timedelta(days=60)).isoformat()
    return f"from={quote(start)}&till={quote(end)}"


def test_people_act_on_both_sides(running: Running) -> None:
    firm, user = running.firm, running.firm.users[0]
    ui = f"raynet/{firm.instance}/{user.login}"
    start = (running.server.world.clock() + timedelta(days=40)).replace(microsecond=0).isoformat()
    made = running.sim(f"{ui}/create", {"kind": "meeting", "start": start, "fields": {"title": "Nová"}}).json()
    ref = {"kind": "meeting", "id": made["id"]}
    running.sim(f"{ui}/edit", {"ref": ref, "fields": {"title": "Jiná", "tags": ["a"]}})
    running.sim(f"{ui}/add_person", {"ref": ref, "person": firm.users[1].person})
    listed = running.sim(f"activities?instance={firm.instance}&login={user.login}&{_range(running)}").json()
    mine = next(row for row in listed if row["id"] == made["id"])
    assert (mine["title"], mine["tags"], mine["version"], len(mine["participants"])) == ("Jiná", ["a"], 2, 2)
    running.sim(f"{ui}/delete", {"ref": ref})
    history = running.sim(f"history?instance={firm.instance}").json()
    assert [entry["action"] for entry in history[-4:]] == ["created", "updated", "participants", "deleted"]

    calendar = f"outlook/{user.mailbox}"
    end = (running.server.world.clock() + timedelta(days=41)).replace(microsecond=0).isoformat()
    event = running.sim(
        f"{calendar}/create", {"subject": "Oběd", "start": start, "end": end, "sensitivity": "private"}
    ).json()["id"]
    running.sim(f"{calendar}/edit", {"id": event, "subject": "Večeře"})
    rows = running.sim(f"events?mailbox={user.mailbox}&{_range(running)}").json()
    found = next(row for row in rows if row["id"] == event)
    assert (found["subject"], found["sensitivity"]) == ("Večeře", "private")
    assert running.sim(f"{calendar}/delete", {"id": event}).status_code == 200
    assert running.sim("mails").json() == []


def test_faults_and_switches_can_be_set_and_cleared(running: Running) -> None:
    rule = {
        "name": "down",
        "match": {"system": "raynet", "path": "info"},
        "action": {"kind": "Status", "status": 503, "retry_after": 3},
        "times": 1,
    }
    assert running.sim("faults", rule).json()["faults"] == [{"name": "down", "kind": "Status", "fired": 0}]
    assert [running.raynet("/security/info").status_code for _ in range(2)] == [503, 200]
    assert running.sim("counters").json()["faults"] == {"down": 1}
    assert running.sim("faults", method="DELETE").status_code == 400
    assert running.sim("faults/down", {}, method="DELETE").json()["faults"] == []

    path = f"switches/raynet/{running.firm.instance}"
    changed = running.sim(path, {"owner_in_update": "ignored", "daily_quota": 100}, method="PATCH").json()
    assert (changed["owner_in_update"], changed["daily_quota"]) == ("ignored", 100)
    assert running.raynet("/security/info").headers["X-Ratelimit-Limit"] == "100"
    assert running.sim(path, {"owner_in_update": "maybe"}, method="PATCH").status_code == 400
    assert running.sim(path, {"nonsense": 1}, method="PATCH").status_code == 404
    assert running.sim("switches/graph").json()["default_page_size"] == 10


def test_time_moves_and_reset_starts_afresh(running: Running) -> None:
    before = running.server.world.clock()
    running.sim("clock", {"advance_seconds": 3600})
    assert running.server.world.clock() - before > timedelta(minutes=59)
    firm = running.firm
    running.sim(f"raynet/{firm.instance}/{firm.users[0].login}/create", {"kind": "event", "fields": {"title": "x"}})
    assert running.sim("").json()["instances"][0]["activities"] == 41
    assert running.sim("reset", {}).json() == {"reset": True}
    assert running.sim("").json()["instances"][0]["activities"] == 40


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("nowhere", {}, 404),
        ("nowhere", None, 404),
        ("raynet/nobody/x/create", {}, 400),
        ("outlook/nobody@x.example/create", {}, 400),
        ("faults", {"name": "x", "action": {"kind": "Explode"}}, 400),
        ("faults", {"name": "x", "action": {"kind": "Status", "status": 500, "more": 1}}, 400),
        ("clock", {"advance_seconds": -1}, 400),
        ("clock", None, 405),
        ("mails", {}, 405),
    ],
)
def test_wrong_use_is_refused(running: Running, path: str, body: Any, status: int) -> None:
    assert running.sim(path, body).status_code == status


def test_refusals_of_the_systems_are_told_as_conflicts(running: Running) -> None:
    firm = running.firm
    ui = f"raynet/{firm.instance}/{firm.users[0].login}"
    missing = {"ref": {"kind": "meeting", "id": 99_999}}
    assert running.sim(f"{ui}/delete", missing).status_code == 409
    assert running.sim(f"{ui}/dance", missing).status_code == 404


@pytest.mark.parametrize(
    ("host", "client_ip", "status"),
    [("localhost", "127.0.0.1", 200), ("localhost", "192.0.2.7", 403), ("evil.example", "127.0.0.1", 403)],
)
def test_the_control_api_answers_loopback_only(running: Running, host: str, client_ip: str, status: int) -> None:
    request = SimRequest(method="GET", host=host, path="/sim/", client_ip=client_ip)
    assert ControlApi(running.server).handle(request).status == status


def test_writes_need_a_json_content_type(running: Running) -> None:
    reply = running.session.post(f"{running.server.url}/sim/reset", data="{}", timeout=5)
    assert reply.status_code == 400
