"""Participants by signed ids or by replacement; one owner always; external ids (raynet-api §21 items 9 and 14)."""

from typing import Any

import pytest

from simulator.raynet import RaynetSwitches, Ref
from tests.simulator.raynet_api import Office

Row = tuple[int | None, bool, str | None]


def _rows(office: Office, kind: str, number: int) -> list[Row]:
    activity = office.instance.activity(Ref(kind, number))
    assert activity is not None
    return [(p.person or p.company or p.lead, p.owner, p.role) for p in activity.participants]


def _ids(office: Office, kind: str, number: int) -> list[int]:
    return [p["id"] for p in office.api.get(f"/{kind}/{number}/").data["participants"]]


def _meeting(office: Office) -> tuple[int, list[int]]:
    """Jana owns it, Petr and the contact take part."""
    number = office.api.create("meeting", owner=office.jana.person)
    items = [{"person": office.petr.person}, {"person": office.contact, "company": office.client}]
    office.api.post(f"/meeting/{number}/", {"participants": items})
    return number, _ids(office, "meeting", number)


def test_items_without_id_add_positive_ids_change_negative_ids_remove() -> None:
    office = Office()
    number, (owner, petr, contact) = _meeting(office)
    sent: list[dict[str, Any]] = [{"id": -petr}, {"company": office.client}, {"id": contact, "role": "TO"}]
    assert office.api.post(f"/meeting/{number}/", {"participants": sent}).status == 200
    assert _rows(office, "meeting", number) == [
        (office.jana.person, True, "FROM"),
        (office.contact, False, "TO"),
        (office.client, False, None),
    ]
    assert _ids(office, "meeting", number)[:2] == [owner, contact]


def test_unmentioned_participants_stay_or_by_switch_vanish() -> None:
    office = Office()
    number, (_, petr, _contact) = _meeting(office)
    office.api.post(f"/meeting/{number}/", {"participants": [{"id": petr}]})
    assert len(_rows(office, "meeting", number)) == 3
    office.instance.switches.participants_replace = True
    office.api.post(f"/meeting/{number}/", {"participants": [{"id": petr}]})
    assert _rows(office, "meeting", number) == [(office.jana.person, True, "FROM"), (office.petr.person, False, None)]


@pytest.mark.parametrize("replacing", [False, True])
def test_the_full_signed_list_means_the_same_under_both_readings(replacing: bool) -> None:
    office = Office(RaynetSwitches(participants_replace=replacing))
    number, (owner, petr, contact) = _meeting(office)
    full = [{"id": owner, "owner": True}, {"id": -petr}, {"id": contact}, {"person": office.bot.person}]
    office.api.post(f"/meeting/{number}/", {"participants": full})
    assert [row[0] for row in _rows(office, "meeting", number)] == [
        office.jana.person,
        office.contact,
        office.bot.person,
    ]


def test_the_owner_is_changed_by_re_pointing_the_owner_row() -> None:
    office = Office()
    number, (owner, *_rest) = _meeting(office)
    sent = [{"id": owner, "owner": True, "role": "FROM", "person": office.bot.person}]
    office.api.post(f"/meeting/{number}/", {"participants": sent})
    assert office.api.get(f"/meeting/{number}/").data["owner"]["id"] == office.bot.person
    assert [row[1] for row in _rows(office, "meeting", number)] == [True, False, False]


def test_the_owner_can_neither_be_removed_nor_doubled() -> None:
    office = Office()
    number, (owner, petr, _contact) = _meeting(office)
    office.api.post(f"/meeting/{number}/", {"participants": [{"id": -owner}]})
    assert sum(row[1] for row in _rows(office, "meeting", number)) == 1
    office.api.post(f"/meeting/{number}/", {"participants": [{"id": petr, "owner": True}]})
    owners = [row for row in _rows(office, "meeting", number) if row[1]]
    assert owners == [(office.petr.person, True, "FROM")]


def test_a_task_has_exactly_one_resolver_and_changes_it_through_participants() -> None:
    office = Office()
    number = office.api.create(
        "task",
        owner=office.jana.person,
        resolver=office.petr.person,
        company=office.client,
        deadline="2026-12-01 10:00",
    )
    assert _rows(office, "task", number) == [(office.jana.person, True, "FROM"), (office.petr.person, False, "TO")]
    office.api.post(f"/task/{number}/", {"participants": [{"person": office.bot.person, "role": "TO"}]})
    assert _rows(office, "task", number) == [(office.jana.person, True, "FROM"), (office.bot.person, False, "TO")]


def test_the_resolver_is_the_owner_unless_named_and_in_updates_a_switch() -> None:
    office = Office()
    number = office.api.create("task", owner=office.jana.person, company=office.client, deadline="2026-12-01 10:00")
    assert _rows(office, "task", number)[1] == (office.jana.person, False, "TO")
    office.api.post(f"/task/{number}/", {"resolver": office.petr.person})
    assert _rows(office, "task", number)[1] == (office.jana.person, False, "TO")
    office.instance.switches.resolver_in_update = "honoured"
    office.api.post(f"/task/{number}/", {"resolver": office.petr.person})
    assert _rows(office, "task", number)[1] == (office.petr.person, False, "TO")


@pytest.mark.parametrize(
    "items",
    [
        [{"email": "kdo@jinde.example"}],
        [{"name": "Kdosi"}],
        [{"id": 999}],
        [{"id": -999}],
        [{"person": 999}],
        [{"person": "eva"}],
        [{"person": 2, "lead": 1}],
        [{"id": 0}],
        [{"id": True}],
        [{"role": "BOSS", "person": 2}],
        [{"role": ["TO"], "person": 2}],
        ["x"],
        {"person": 2},
    ],
)
def test_free_names_strangers_and_nonsense_are_refused_and_change_nothing(items: Any) -> None:
    office = Office()
    number, _ = _meeting(office)
    before = office.instance.activity(Ref("meeting", number))
    assert office.api.post(f"/meeting/{number}/", {"title": "y", "participants": items}).status in {400, 500}
    assert office.instance.activity(Ref("meeting", number)) == before


# -- external ids ----------------------------------------------------------------------------------------------------


def test_ext_ids_are_added_found_and_removed() -> None:
    office = Office()
    number = office.api.create("event", owner=office.jana.person)
    assert office.api.get("/event/ext/olsync:1/").status == 404
    assert office.api.put(f"/event/{number}/extId/", {"extId": "olsync:1"}).status == 200
    assert office.api.get("/event/ext/olsync:1/").data["id"] == number
    assert office.api.get("/event/ext/olsync%3A1/").data["id"] == number
    assert office.api.get("/meeting/ext/olsync:1/").status == 404
    assert office.api.get(f"/event/{number}/").data["extIds"] == ["olsync:1"]
    assert office.api.delete(f"/event/{number}/extId/olsync:1").status == 200
    assert office.api.get(f"/event/{number}/").data["extIds"] is None
    assert office.api.delete(f"/event/{number}/extId/olsync:1").status == 404


def test_a_record_has_ten_ext_ids_at_most() -> None:
    office = Office()
    number = office.api.create("event", owner=office.jana.person)
    statuses = [office.api.put(f"/event/{number}/extId/", {"extId": f"a:{n}"}).status for n in range(11)]
    assert statuses == [200] * 10 + [500]


@pytest.mark.parametrize(
    ("switch", "status", "kept"), [("honoured", 201, ("a:1",)), ("ignored", 201, ()), ("error", 500, None)]
)
def test_inline_ext_ids_follow_the_switch(switch: str, status: int, kept: tuple[str, ...] | None) -> None:
    office = Office()
    setattr(office.instance.switches, "inline_ext_id", switch)  # noqa: B010  # parametrised over the literals
    body = {"title": "x", "priority": "DEFAULT", "owner": office.jana.person, "extId": "a:1"}
    assert office.api.put("/event/", body).status == status
    event = office.instance.activity(Ref("event", 1))
    assert (event.ext_ids if event else None) == kept


def test_a_second_use_of_an_ext_id_is_a_duplicate_key_and_creates_nothing() -> None:
    office = Office()
    first = office.api.create("event", owner=office.jana.person, extId="a:1")
    body = {"title": "x", "priority": "DEFAULT", "owner": office.jana.person, "extId": "a:1"}
    answer = office.api.put("/event/", body)
    assert (answer.status, "exception.duplicateKey" in answer.body["message"]) == (500, True)
    assert [a.id for a in office.instance.activities()] == [first]
    assert office.api.put("/meeting/", body).status == 201


def test_without_uniqueness_the_look_up_gives_the_oldest() -> None:
    office = Office(RaynetSwitches(ext_id_unique=False))
    first = office.api.create("event", owner=office.jana.person, extId="a:1")
    office.api.create("event", owner=office.jana.person, extId="a:1")
    assert office.api.get("/event/ext/a:1/").data["id"] == first


@pytest.mark.parametrize(("bumps", "version"), [(False, 0), (True, 1)])
def test_whether_ext_ids_count_as_a_change_is_a_switch(bumps: bool, version: int) -> None:
    office = Office(RaynetSwitches(ext_id_bumps=bumps))
    number = office.api.create("event", owner=office.jana.person)
    office.clock.advance(minutes=5)
    office.api.put(f"/event/{number}/extId/", {"extId": "a:1"})
    event = office.instance.activity(Ref("event", number))
    assert event is not None
    assert (event.version, event.last_modified_at > event.created_at) == (version, bumps)
