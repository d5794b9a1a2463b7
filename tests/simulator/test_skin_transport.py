"""The world mounted into a requests.Session, and the world's routing."""

import threading
from datetime import timedelta
from urllib.parse import quote

import pytest
import requests

from simulator.clock import ManualClock
from simulator.faults import CutPage, Delay, DropReply, DropRequest, Match, Rule
from simulator.seed import SmallFirm, small_firm
from simulator.transport import SimAdapter, mount
from simulator.wire import SimRequest
from simulator.world import World
from tests.simulator.raynet_api import NOW
from tests.support.contracts import check_graph_exchange, check_raynet_exchange


def _world(seed: int = 1) -> tuple[World, SmallFirm]:
    world = World(ManualClock(NOW), seed=seed)
    return world, small_firm(world)


def _session(world: World, firm: SmallFirm) -> requests.Session:
    session = requests.Session()
    mount(session, world)
    session.auth = (firm.api_login, firm.api_key)
    session.headers["X-Instance-Name"] = firm.instance
    return session


def _token(world: World, firm: SmallFirm, session: requests.Session) -> str:
    form = {
        "grant_type": "client_credentials",
        "client_id": firm.client_id,
        "client_secret": firm.client_secret,
        "scope": "https://graph.microsoft.com/.default",
    }
    reply = session.post(f"{world.authority_url}/{firm.tenant_id}/oauth2/v2.0/token", data=form, auth=("", ""))
    token: str = reply.json()["access_token"]
    return token


def _graph_session(world: World, firm: SmallFirm) -> requests.Session:
    session = requests.Session()
    mount(session, world)
    token = _token(world, firm, session)
    session.headers["Authorization"] = f"Bearer {token}"
    return session


def test_raynet_answers_through_requests_with_headers_and_json() -> None:
    world, firm = _world()
    reply = _session(world, firm).get(f"{world.raynet_url}activity/", params={"limit": "1000", "dateFormat": "ISO8601"})
    assert (reply.status_code, reply.json()["totalCount"]) == (200, firm.activities)
    assert reply.headers["x-ratelimit-remaining"] == "23999"
    assert reply.encoding == "UTF-8"


def test_graph_and_entra_answer_through_requests_and_ids_survive_quoting() -> None:
    world, firm = _world()
    session = _graph_session(world, firm)
    base = f"{world.graph_url}/users/{firm.users[0].mailbox}"
    events = session.get(f"{base}/events", params={"$top": 50}).json()["value"]
    assert len(events) == 5
    found = session.get(f"{base}/events/{quote(events[0]['id'], safe='')}")
    assert found.json()["subject"] == events[0]["subject"]


def test_unknown_folders_are_404() -> None:
    world, firm = _world()
    assert _session(world, firm).get(f"{world.base_url}/elsewhere/").status_code == 404


def test_losses_become_the_errors_of_requests() -> None:
    world, firm = _world()
    session = _session(world, firm)
    world.faults.add(Rule(name="f", match=Match(), action=DropRequest(), times=1))
    with pytest.raises(requests.ConnectionError):
        session.get(f"{world.raynet_url}security/info")
    world.faults.add(Rule(name="f", match=Match(), action=DropReply(), times=1))
    with pytest.raises(requests.ReadTimeout):
        session.get(f"{world.raynet_url}security/info", timeout=(3, 10))
    world.faults.add(Rule(name="f", match=Match(), action=DropReply(reset=True), times=1))
    with pytest.raises(requests.ConnectionError):
        session.get(f"{world.raynet_url}security/info")
    assert session.get(f"{world.raynet_url}security/info").status_code == 200
    assert world.raynet.instance(firm.instance).calls.reads == 3


def test_a_reply_slower_than_the_time_out_is_lost_though_applied() -> None:
    world, firm = _world()
    slept: list[float] = []
    session = _session(world, firm)
    session.mount(world.base_url, SimAdapter(world, sleep=slept.append))
    world.faults.add(Rule(name="slow", match=Match(), action=Delay(20.0)))
    with pytest.raises(requests.ReadTimeout):
        session.get(f"{world.raynet_url}security/info", timeout=5)
    assert session.get(f"{world.raynet_url}security/info", timeout=(5, 30)).status_code == 200
    assert slept == [5.0, 20.0]
    assert world.raynet.instance(firm.instance).calls.reads == 2


def test_a_slow_fifth_call_meets_the_concurrency_limit() -> None:
    world, firm = _world()
    statuses: list[int] = []
    gate = threading.Barrier(5, timeout=10)

    def pass_gate(_: float) -> None:
        gate.wait()

    def slow() -> None:
        session = _session(world, firm)
        session.mount(world.base_url, SimAdapter(world, sleep=pass_gate))
        statuses.append(session.get(f"{world.raynet_url}security/info").status_code)

    world.faults.add(Rule(name="slow", match=Match(path="info"), action=Delay(1.0)))
    threads = [threading.Thread(target=slow) for _ in range(4)]
    for thread in threads:
        thread.start()
    while gate.n_waiting < 4:
        threading.Event().wait(0.005)
    assert _session(world, firm).get(f"{world.raynet_url}company/").status_code == 429
    gate.wait()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 4
    assert world.raynet.in_flight() == 0


def test_the_client_address_is_the_adapters() -> None:
    world, firm = _world()
    session = _session(world, firm)
    session.auth = (firm.api_login, "spatny")
    session.get(f"{world.raynet_url}company/")
    assert world.raynet.bad_logins == {"192.0.2.10": 1}


def test_entries_of_a_batch_meet_faults_one_by_one() -> None:
    world, firm = _world()
    session = _graph_session(world, firm)
    world.faults.add(Rule(name="cut", match=Match(path=firm.users[1].mailbox), action=CutPage(0)))
    urls = [f"/users/{user.mailbox}/events" for user in firm.users[:2]]
    body = {"requests": [{"id": str(n), "method": "GET", "url": url} for n, url in enumerate(urls)]}
    answers = session.post(f"{world.graph_url}/$batch", json=body).json()["responses"]
    counts = {one["id"]: len(one["body"]["value"]) for one in answers}
    assert (counts["0"] > 0, counts["1"]) == (True, 0)
    assert world.faults.fired["cut"] == 1


def test_everything_served_to_the_small_firm_fits_the_vendors_documents() -> None:
    world, firm = _world()
    session, graph = _session(world, firm), _graph_session(world, firm)
    headers = {"authorization": str(graph.headers["Authorization"])}
    for user in firm.users:
        request = SimRequest(
            method="GET", host="sim.localhost", path=f"/graph/v1.0/users/{user.mailbox}/events", headers=headers
        )
        check_graph_exchange(request, world.handle(request))
    prepared = session.prepare_request(requests.Request("GET", f"{world.raynet_url}activity/"))
    mixed = SimRequest(
        method="GET",
        host="sim.localhost",
        path="/raynet/api/v2/activity/",
        query=(("limit", "1000"),),
        headers={name.lower(): str(value) for name, value in prepared.headers.items()},
    )
    check_raynet_exchange(mixed, world.handle(mixed))
    assert world.raynet.instance(firm.instance).calls.by_status == {200: 1}


def test_the_small_firm_is_the_same_for_the_same_seed_and_another_for_another() -> None:
    (first, _), (second, firm), (third, _) = _world(), _world(), _world(2)
    assert firm == small_firm(World(ManualClock(NOW), seed=1))
    instances = [world.raynet.instance("valcovka") for world in (first, second, third)]
    assert instances[0].activities() == instances[1].activities()
    assert instances[0].activities() != instances[2].activities()


def test_the_small_firm_has_all_types_and_states_and_both_sides_around_now() -> None:
    world, firm = _world()
    activities = world.raynet.instance(firm.instance).activities()
    assert (len(firm.users), firm.activities, firm.events) == (5, 40, 25)
    assert {a.kind for a in activities} == {"task", "meeting", "event", "phoneCall", "email", "letter"}
    assert {a.status for a in activities} == {"NEW", "SCHEDULED", "COMPLETED"}
    starts = [a.scheduled_from for a in activities if a.scheduled_from]
    assert min(starts) > NOW - timedelta(days=12)
    assert max(starts) < NOW + timedelta(days=23)
    assert {len(world.graph.mailbox(user.mailbox).user.events()) for user in firm.users} <= set(range(3, 10))
    assert world.graph.mails == ()
