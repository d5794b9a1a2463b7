"""An operator's whole story through ``ros`` alone, over HTTPS against the simulated world."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from server.cli.main import run
from simulator.clock import RunningClock
from simulator.raynet.ui import RaynetUi
from simulator.seed import SmallFirm, small_firm
from simulator.serve import SimServer
from simulator.world import World

pytestmark = pytest.mark.slow
HOUR = timedelta(hours=1)


@dataclass(slots=True)
class Desk:
    """An operator's shell: ``ros`` with an environment, its output read back."""

    world: World
    firm: SmallFirm
    environ: dict[str, str]
    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch
    number: int = 0
    said: list[str] = field(default_factory=list)

    def ros(self, *arguments: str, stdin: str = "", code: int = 0) -> str:
        self.monkeypatch.setattr("sys.stdin", StringIO(stdin))
        self.capsys.readouterr()
        outcome = run(arguments, self.environ)
        shown = self.capsys.readouterr()
        self.said.append(shown.err)
        assert outcome == code, shown.err
        return shown.out

    def json(self, *arguments: str, stdin: str = "", code: int = 0) -> Any:
        return json.loads(self.ros(*arguments, "--json", stdin=stdin, code=code))

    def sync(self, *options: str, code: int = 0) -> Any:
        return self.json("sync", "--firm", str(self.number), *options, code=code)

    def quiet(self) -> Any:
        return self.sync("--until-quiet")

    def ui(self, user: int) -> RaynetUi:
        return self.world.raynet.instance(self.firm.instance).ui(self.firm.users[user].login)

    def outlook(self, user: int) -> Any:
        return self.world.graph.mailbox(self.firm.users[user].mailbox).user


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    made: dict[str, SmallFirm] = {}

    def world_for(url: str) -> World:
        world = World(RunningClock(), seed=3, base_url=url)
        made["firm"] = small_firm(world)
        return world

    with SimServer(world_for, tmp_path / "sim") as server:
        firm = made["firm"]
        environ = {
            "ROS_DATA_DIR": str(tmp_path / "data"),
            "ROS_GRAPH_URL": server.world.graph_url,
            "ROS_AUTHORITY_URL": server.world.authority_url,
            "ROS_RAYNET_URLS": server.world.raynet_url,
            "ROS_CA_BUNDLE": str(server.certificates.ca),
            "ROS_CLIENT_ID": firm.client_id,
            "ROS_CLIENT_SECRET": firm.client_secret,
            "ROS_LANG": "cs",
        }
        desk = Desk(server.world, firm, environ, capsys, monkeypatch)
        desk.ros("migrate")
        desk.number = _add_firm(desk)["id"]
        for user in firm.users:
            desk.json("user", "add", "--firm", str(desk.number), "--email", user.mailbox)
        yield desk


def _add_firm(desk: Desk, *more: str, code: int = 0) -> Any:
    firm = desk.firm
    given = {
        "--name": firm.name,
        "--tenant-id": firm.tenant_id,
        "--raynet-url": desk.world.raynet_url,
        "--raynet-instance": firm.instance,
        "--raynet-user": firm.api_login,
        "--seats": "5",
        "--valid-until": "2099-12-31",
    }
    arguments = [part for pair in given.items() for part in pair]
    key = firm.api_key + "\n"
    return desk.json("firm", "add", *arguments, "--raynet-key-stdin", *more, stdin=key, code=code)


def test_preview_equals_the_run_and_the_second_run_does_nothing(desk: Desk) -> None:
    names = ("matched", "created", "changed", "removed", "ambiguous", "held", "conflicts", "mails")
    plan = desk.sync("--preview")
    assert plan["writes"] == {"raynet": 0, "graph": 0}
    assert len(plan["steps"]) == plan["created"] + plan["changed"] + plan["removed"]
    assert plan["steps"] == desk.sync("--preview")["steps"]
    assert plan["created"] > 30
    done = desk.quiet()
    assert {name: plan[name] for name in names} == {name: done[name] for name in names}
    assert done["errors"] == []
    again = desk.quiet()
    assert again["writes"] == {"raynet": 0, "graph": 0}
    assert again["created"] == again["changed"] == 0
    assert not [mail for mail in desk.world.graph.mails if mail.by.kind == "app"]


def test_a_change_each_way_is_paired_and_explained(desk: Desk) -> None:
    desk.quiet()
    start = datetime.now(UTC).replace(microsecond=0) + 48 * HOUR
    activity = desk.ui(0).create("meeting", title="Výběrové řízení", start=start, end=start + HOUR)
    event = desk.outlook(1).create("Kontrola výkresů", start, start + HOUR)
    done = desk.quiet()
    assert (done["created"], done["writes"]) == (2, {"raynet": 2, "graph": 1})
    pairs = {one["activity"]: one for one in desk.json("pairs", "--firm", str(desk.number))["pairs"]}
    mine = pairs[f"meeting:{activity.id}"]
    assert (mine["state"], mine["mailbox"]) == ("live", desk.firm.users[0].mailbox)
    why = desk.json("why", "--firm", str(desk.number), "--activity", f"meeting:{activity.id}")
    assert why["state"] == "live"
    assert [entry["rule"] for entry in why["trail"]] == ["created_from_raynet"]
    mailbox = desk.firm.users[1].mailbox
    other = desk.json("why", "--firm", str(desk.number), "--event", f"{mailbox}:{event}")
    assert other["trail"][0]["rule"] == "created_from_outlook"
    assert "Kontrola" not in json.dumps(other, ensure_ascii=False)


def test_a_lost_value_is_restored_on_both_sides(desk: Desk) -> None:
    desk.quiet()
    start = datetime.now(UTC).replace(microsecond=0) + 48 * HOUR
    activity = desk.ui(0).create("meeting", title="Porada", start=start, end=start + HOUR)
    desk.quiet()
    event = desk.outlook(0).find("Porada")
    desk.ui(0).edit(activity.ref, title="Porada z Raynetu")
    desk.outlook(0).edit(event, subject="Porada z Outlooku")
    assert desk.quiet()["conflicts"] == 1
    (conflict,) = [one for one in desk.json("conflicts", "list")["conflicts"] if one["field"] == "title"]
    assert (conflict["base"], conflict["kept"], conflict["lost"], conflict["lost_side"]) == (
        "Porada",
        "Porada z Raynetu",
        "Porada z Outlooku",
        "graph",
    )
    assert desk.json("conflicts", "restore", conflict["id"])["restored"] is True
    assert desk.outlook(0).state(event).subject == "Porada z Outlooku"
    assert desk.ui(0).see(activity.ref).title == "Porada z Outlooku"
    assert desk.quiet()["writes"] == {"raynet": 0, "graph": 0}


def test_a_mass_deletion_waits_and_the_decision_is_carried_out(desk: Desk) -> None:
    start = datetime.now(UTC).replace(microsecond=0) + 24 * HOUR
    ids = [desk.outlook(4).create(f"Termín {n}", start + n * HOUR, start + (n + 1) * HOUR) for n in range(40)]
    desk.quiet()
    before = len(desk.world.raynet.instance(desk.firm.instance).activities())
    for event in ids[:4]:
        desk.outlook(4).delete(event)
    assert desk.quiet()["removed"] == 4
    for event in ids[4:30]:
        desk.outlook(4).delete(event)
    held = desk.quiet()
    assert (held["removed"], held["held"]) == (0, 26)
    (hold,) = desk.json("holds", "list")["holds"]
    assert hold["count"] == 26
    assert hold["of"] >= 36
    assert desk.quiet()["removed"] == 0
    desk.json("holds", "confirm", hold["id"])
    assert len(desk.world.raynet.instance(desk.firm.instance).activities()) == before - 30
    assert desk.json("holds", "list")["holds"] == []


def test_a_pass_is_undone(desk: Desk) -> None:
    desk.quiet()
    start = datetime.now(UTC).replace(microsecond=0) + 48 * HOUR
    desk.ui(2).create("event", title="Omylem", start=start, end=start + HOUR)
    done = desk.quiet()
    assert done["created"] == 1
    undone = desk.json("undo", done["pass"])
    assert undone["undone"] is True
    assert "Omylem" not in {one.subject for one in desk.outlook(2).events().values()}
    assert desk.quiet()["writes"] == {"raynet": 0, "graph": 0}


def test_errors_are_said_in_czech_with_exit_code_one_and_wrong_use_is_two(desk: Desk) -> None:
    desk.ros("user", "add", "--firm", str(desk.number), "--email", "sesty@valcovka.example", code=1)
    assert "míst" in desk.said[-1]
    desk.ros("sync", "--firm", "999", code=1)
    desk.ros("sync", code=2)
    desk.ros("firm", "set", str(desk.number), "authority=nobody", code=1)
    desk.ros("firm", "pause", str(desk.number))
    desk.ros("sync", "--firm", str(desk.number), code=1)
    desk.ros("firm", "resume", str(desk.number))
    before = desk.json("firm", "show", str(desk.number))
    desk.ros("firm", "set", str(desk.number), "authority=outlook", "seats=many", code=1)
    assert desk.json("firm", "show", str(desk.number)) == before, "half of a refused change was made"
    assert desk.json("firm", "set", str(desk.number), "authority=outlook")["rules"]["authority"] == "outlook"


def test_a_revoked_key_opens_the_breaker_and_a_new_one_closes_it(desk: Desk) -> None:
    desk.quiet()
    ui = desk.world.raynet.instance(desk.firm.instance).ui(desk.firm.users[0].login)
    fresh = ui.replace_key(desk.firm.api_key_name)
    first = desk.sync(code=1)
    assert [error["item"] for error in first["errors"]] == ["raynet"]
    again = desk.sync("--until-quiet")
    assert again["reads"]["raynet"] == 0
    (firm,) = desk.json("status")["firms"]
    assert firm["raynet"]["breaker"] is not None
    desk.ros("firm", "connect", str(desk.number), "--raynet-key-stdin", stdin="wrong\n", code=1)
    assert "Raynet odmítl" in desk.said[-1]
    probes = desk.json("firm", "connect", str(desk.number), "--raynet-key-stdin", stdin=fresh + "\n")["probes"]
    assert probes == {"raynet": "ok", "microsoft": "ok"}
    assert desk.quiet()["errors"] == []


def test_status_tells_quotas_consent_and_expiries(desk: Desk) -> None:
    last_day = (datetime.now(UTC) + timedelta(days=40)).date().isoformat()
    desk.environ["ROS_CLIENT_SECRET_EXPIRES"] = last_day
    found = desk.json("status")
    assert (found["credential"]["kind"], found["credential"]["days_left"] in (40, 41)) == ("secret", True)
    firm = found["firms"][0]
    assert firm["quotas"] == {"raynet": None, "graph": None}
    assert (firm["consent"]["state"], firm["consent"]["steps"]) == ("unknown", [])
    assert {"subscriptions", "webhook", "queue", "lag_seconds", "licence", "raynet", "graph"} <= firm.keys()
    assert "souhlas" in desk.ros("status")
    assert "dní do konce platnosti 40" in desk.said[-1] or "dní do konce platnosti 41" in desk.said[-1]


def test_no_secret_and_no_title_is_ever_shown(desk: Desk) -> None:
    desk.quiet()
    desk.ros("status")
    desk.ros("firm", "show", str(desk.number))
    everything = "".join(desk.said)
    for secret in (desk.firm.api_key, desk.firm.client_secret, "Zubař", "Porada obchodu"):
        assert secret not in everything
