"""Directory lists and details, users, code lists (raynet-api §15, §16, §12)."""

from dataclasses import replace

import pytest

from simulator.raynet.populate import (
    add_business_case,
    add_category,
    add_company,
    add_lead,
    add_offer,
    add_person,
    add_project,
    add_sales_order,
    add_security_level,
)
from tests.simulator.raynet_api import Office


def _furnished(*, checked: bool = True) -> Office:
    office = Office(checked=checked)
    add_company(office.instance, "Jan Dvořák", natural_person=True, email="info@dvorak.example", tags=("vip",))
    add_person(office.instance, "Novák", first_name="Adam", email="adam@jinde.example")
    project = add_project(office.instance, "Nová hala", company=office.client, owner=office.petr.person).id
    deal = add_business_case(
        office.instance, "Válce 2027", company=office.client, owner=office.jana.person, project=project
    ).id
    add_offer(office.instance, "Nabídka válců", company=office.client, business_case=deal)
    add_sales_order(office.instance, "Objednávka válců", company=office.client, business_case=deal)
    add_lead(office.instance, "Poptávka", company_name="Ocelárna", email="nakup@ocelarna.example")
    return office


@pytest.mark.parametrize(
    ("path", "query", "expected"),
    [
        ("/company/", {"name[LIKE_NOCASE]": "%hydra%"}, [1]),
        ("/company/", {"person": "true"}, [2]),
        ("/company/", {"primaryAddress-contactInfo.email": "info@dvorak.example"}, [2]),
        ("/company/", {"tags": "vip,jiny"}, [2]),
        ("/company/", {"id[IN]": "1,2"}, [1, 2]),
        ("/company/", {"owner": "JANA"}, [1]),
        ("/company/", {"rowInfo.rowAccess[NE_OR_NULL]": "INVALID"}, [1, 2]),
        ("/company/", {"fulltext": "sever"}, [1]),
        ("/person/", {"contactInfo.email": "eva@sever.example"}, [5]),
        ("/person/", {"lastName[LIKE]": "Nov%"}, [5, 6]),
        ("/person/", {"userAccount-id[NE]": ""}, [2, 3, 4]),
        ("/person/", {"userAccount-id[EQ]": ""}, [5, 6]),
        ("/person/", {"primaryRelationship-company-id": "1"}, [5]),
        ("/person/", {"primaryRelationship-company-name": "Hydraulika Sever"}, [5]),
        ("/person/", {"personRelationship[CUSTOM]": "1"}, [5]),
        ("/person/", {"id[IN]": "3,5", "sortColumn": "lastName"}, [3, 5]),
        ("/lead/", {"companyName[LIKE_NOCASE]": "%ocel%"}, [1]),
        ("/lead/", {"contactInfo.email": "nakup@ocelarna.example", "status": "B_ACTIVE"}, [1]),
        ("/businessCase/", {"company": "1", "code[LIKE]": "OP-26-%"}, [1]),
        ("/businessCase/", {"project": "1", "validFrom[GE]": "2026-11-23"}, [1]),
        ("/businessCase/", {"status": "E_WIN"}, []),
        ("/project/", {"name": "Nová hala", "owner": "PETR"}, [1]),
        ("/offer/", {"businessCase": "1"}, [1]),
        ("/salesOrder/", {"company": "1"}, [1]),
        ("/userAccount/", {"username[LIKE]": "jana%"}, [2]),
        ("/userAccount/", {"userRole": "FULL_THROTTLE", "sortColumn": "username"}, [2, 3]),
    ],
)
def test_lists_and_filters(path: str, query: dict[str, str], expected: list[int]) -> None:
    office = _furnished()
    people = {"PETR": str(office.petr.person), "JANA": str(office.jana.person)}
    answer = office.api.list(path, {name: people.get(value, value) for name, value in query.items()})
    assert answer.ids == expected


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/company/", {"sortColumn": "city"}),
        ("/businessCase/", {"tags": "x"}),
        ("/person/", {"company": "1"}),
        ("/userAccount/", {"sortColumn": "id"}),
        ("/lead/", {"rowInfo.rowAccess": "INVALID"}),
    ],
)
def test_foreign_filters_are_400(path: str, query: dict[str, str]) -> None:
    assert _furnished().api.list(path, query).status == 400


def test_an_owner_filter_takes_a_person_never_an_account() -> None:
    office = _furnished()
    assert office.jana.id != office.jana.person
    assert office.api.list("/company/", {"owner": office.jana.id}).ids != [1]


@pytest.mark.parametrize(
    "entity", ["company", "person", "lead", "businessCase", "project", "offer", "salesOrder", "userAccount"]
)
def test_every_entity_has_a_detail_and_404_for_strangers(entity: str) -> None:
    office = _furnished()
    number = 2 if entity == "person" else 1
    detail = office.api.get(f"/{entity}/{number}/")
    assert detail.data["id"] == number
    assert office.api.get(f"/{entity}/999/").status == 404


def test_person_rows_say_whether_the_account_is_active() -> None:
    rows = {row["id"]: row["activeUserAccount"] for row in _furnished().api.list("/person/", {}).data}
    assert rows == {2: True, 3: True, 4: True, 5: False, 6: False}


def test_ext_ids_of_directory_records() -> None:
    office = _furnished(checked=False)  # the document knows the look-up for activities only
    assert office.api.put("/company/1/extId/", {"extId": "erp:9"}).status == 200
    assert office.api.get("/company/ext/erp:9/").data["id"] == 1
    assert office.api.get("/company/1/").data["extIds"] == ["erp:9"]
    assert office.api.put("/company/2/extId/", {"extId": "erp:9"}).status == 500
    assert office.api.delete("/company/1/extId/erp:9").status == 200
    assert office.api.get("/company/ext/erp:9/").status == 404


def test_categories_can_be_added_changed_and_removed_unless_used() -> None:
    office = Office()
    number = office.api.put("/activityCategory/", {"code01": "Servis", "code02": "B780FF"}).data["id"]
    office.api.post(f"/activityCategory/{number}/", {"code02": "60AE00"})
    row = office.api.call("GET", "/activityCategory/").data[0]
    assert (row["id"], row["code01"], row["code02"]) == (number, "Servis", "60AE00")
    event = office.api.create("event", owner=office.jana.person, category=number)
    refused = office.api.delete(f"/activityCategory/{number}/")
    assert (refused.status, "stillReferenced" in refused.body["message"]) == (500, True)
    office.api.delete(f"/event/{event}/")
    assert office.api.delete(f"/activityCategory/{number}/").status == 200


def test_a_code_list_may_answer_the_bare_id() -> None:
    office = Office(checked=False)
    office.instance.switches.code_list_create_answers_bare_id = True
    assert office.api.put("/activityCategory/", {"code01": "Servis"}).data == 1


def test_security_levels_start_with_the_shared_one() -> None:
    office = Office()
    add_security_level(office.instance, "Vedení")
    add_category(office.instance, "x", "000000")
    rows = office.api.call("GET", "/securityLevel/").data
    assert [(row["id"], row["name"]) for row in rows] == [(1, "Sdílená"), (2, "Vedení")]


def test_button_tokens_work_once_within_a_minute() -> None:
    office = Office()
    token = office.instance.issue_button_token(office.jana.person)
    path = f"/security/checktoken/{token}/{office.jana.person}/"
    assert office.api.call("GET", path).status == 200
    assert office.api.call("GET", path).status == 403
    late = office.instance.issue_button_token(office.jana.person)
    office.clock.advance(seconds=61)
    assert office.api.call("GET", f"/security/checktoken/{late}/{office.jana.person}/").status == 403


def test_listing_users_may_need_an_administrator() -> None:
    office = Office()
    office.instance.switches.user_list_needs_admin = True
    assert office.api.list("/userAccount/", {}).status == 200
    office.instance.switches.forbidden_status = 403
    office.instance.put_user(replace(office.bot, role="CERTAIN_RESTRICTIONS"))
    assert office.api.list("/userAccount/", {}).status == 403
