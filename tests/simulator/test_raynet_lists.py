"""What lists show and take: keys, filters, sorting, paging (raynet-api §21 items 5 and 6)."""

import pytest

from simulator.raynet import RaynetSwitches
from simulator.raynet.populate import add_business_case, add_category, add_lead
from simulator.raynet.records import KINDS
from tests.simulator.raynet_api import Office


def _three(office: Office) -> list[int]:
    """An event of Jana, a meeting of Petr with the client, a task of Jana; one minute apart."""
    out = []
    for kind, owner, more in (
        ("event", office.jana.person, {"title": "Alfa"}),
        ("meeting", office.petr.person, {"title": "beta 50%", "company": office.client}),
        ("task", office.jana.person, {"title": "Gama", "deadline": "2026-12-01 10:00", "company": office.client}),
    ):
        out.append(office.api.create(kind, owner=owner, scheduledFrom="2026-11-24 10:00", **more))
        office.clock.advance(minutes=1)
    return out


def test_lists_have_no_owner_no_participant_ids_no_ext_ids_and_details_have_them() -> None:
    office = Office()
    number = office.api.create("meeting", owner=office.jana.person, extId="olsync:1")
    row = office.api.get("/meeting/").data[0]
    assert row.keys().isdisjoint({"owner", "extIds", "_entityName"})
    assert row["_version"] == 0
    assert row["participants"] == [
        {
            "owner": True,
            "role": "FROM",
            "name": "Jana Malá",
            "person": office.jana.person,
            "company": None,
            "lead": None,
        }
    ]
    detail = office.api.get(f"/meeting/{number}/").data
    assert detail["owner"] == {"id": office.jana.person, "fullName": "Jana Malá"}
    assert detail["extIds"] == ["olsync:1"]
    assert detail["participants"][0]["id"] > 0
    assert "_version" not in detail


def test_the_mixed_list_names_the_entity_and_has_all_six_types() -> None:
    office = Office()
    for kind in KINDS:
        office.api.create(kind, owner=office.jana.person, deadline="2026-12-01 10:00", company=office.client)
    rows = office.api.get("/activity/").data
    assert [row["_entityName"] for row in rows] == ["Task", "Meeting", "Event", "PhoneCall", "Email", "Letter"]
    assert [row["id"] for row in rows] == [1, 2, 3, 4, 5, 6]
    assert all(row["person"] is None for row in rows)
    assert {row["_entityName"] for row in rows if "meetingPlace" in row} == {"Meeting", "Event"}


def test_there_is_no_detail_in_the_mixed_list() -> None:
    office = Office()
    number = office.api.create("event", owner=office.jana.person)
    assert office.api.get(f"/activity/{number}/").status == 404
    assert office.api.get(f"/meeting/{number}/").status == 404


def test_keys_by_type() -> None:
    office = Office()
    for kind in KINDS:
        office.api.create(kind, owner=office.jana.person, deadline="2026-12-01 10:00", company=office.client)
    rows = {kind: office.api.get(f"/{kind}/").data[0] for kind in KINDS}
    assert {kind for kind in KINDS if "solution" in rows[kind]} == {"task", "meeting", "phoneCall"}
    assert {kind for kind in KINDS if "person" in rows[kind]} == {"task"}
    assert {kind for kind in KINDS if "meetingPlace" in rows[kind]} == {"meeting", "event"}
    assert rows["meeting"]["companyAddress"]["city"] == "Ostrava"
    details = {kind: office.api.get(f"/{kind}/{rows[kind]['id']}/").data for kind in KINDS}
    assert {kind for kind in KINDS if "deadline" in details[kind]} == {"task"}
    assert "email" in details["email"]["participants"][0]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"id": "2"}, [2]),
        ({"id[GT]": "1"}, [2, 3]),
        ({"id[GE]": "2", "id[LT]": "3"}, [2]),
        ({"id[NE]": "2"}, [1, 3]),
        ({"id[IN]": "1,3,77"}, [1, 3]),
        ({"title": "Alfa"}, [1]),
        ({"title[LIKE]": "%eta%"}, [2]),
        ({"title[LIKE]": "%ETA%"}, []),
        ({"title[LIKE_NOCASE]": "%ETA 50%"}, [2]),
        ({"title[NE]": "Alfa"}, [2, 3]),
        ({"status[EQ]": "SCHEDULED"}, [1, 2, 3]),
        ({"owner-id": "PETR"}, [2]),
        ({"owner-id[NE]": "PETR"}, [1, 3]),
        ({"personFilter": "JANA"}, [1, 3]),
        ({"companyContextFilter": "1"}, [2, 3]),
        ({"fulltext": "alf"}, [1]),
        ({"fulltext": "lfa"}, []),
        ({"scheduledFrom[GT]": "2026-11-24 09:59", "scheduledFrom[LE]": "2026-11-24 10:00"}, [1, 2, 3]),
        ({"scheduledFrom[LT]": "2026-11-24T10:00:00.000+01:00"}, []),
        ({"rowInfo.createdAt[GE]": "2026-11-23T09:01:00.123+01:00"}, [2, 3]),
        ({"rowInfo.lastModifiedAt[LT]": "2026-11-23 09:02"}, [1, 2]),
        ({"rowInfo.updatedAt[GE]": "2026-11-23 09:00"}, []),
        ({"completed[GE]": "2026-11-23 09:00"}, []),
    ],
)
def test_filters(query: dict[str, str], expected: list[int]) -> None:
    office = Office()
    _three(office)
    people = {"PETR": str(office.petr.person), "JANA": str(office.jana.person)}
    answer = office.api.list("/activity/", {name: people.get(value, value) for name, value in query.items()})
    assert answer.ids == expected
    assert answer.body["totalCount"] == len(expected)


def test_filters_by_category_deal_lead_and_tags() -> None:
    office = Office()
    category = add_category(office.instance, "Servis", "B780FF")
    deal = add_business_case(office.instance, "Lis", company=office.client).id
    lead = add_lead(office.instance, "Poptávka").id
    first = office.api.create("event", owner=office.jana.person, category=category, tags=["vip", "lis"])
    second = office.api.create("event", owner=office.jana.person, businessCase=deal)
    third = office.api.create("event", owner=office.jana.person, lead=lead)
    assert office.api.list("/event/", {"category-id": category}).ids == [first]
    assert office.api.list("/event/", {"businessCase": deal}).ids == [second]
    assert office.api.list("/event/", {"businessCase[NOT_IN]": deal}).ids == [first, third]
    assert office.api.list("/event/", {"leadContextFilter": lead}).ids == [third]
    assert office.api.list("/event/", {"tags": "nic,lis"}).ids == [first]
    assert office.api.get("/event/").data[0]["category"] == {"id": category, "value": "Servis"}


@pytest.mark.parametrize(
    "query",
    [
        {"nonsense": "1"},
        {"nonsense[GE]": "1"},
        {"rowInfo.lastModifiedAt": "2026-01-01 00:00"},
        {"sort": "id"},
        {"sortColumn": "priority"},
        {"sortDirection": "UP"},
        {"title[GE]": "a"},
        {"id[FOO]": "1"},
        {"id[GE]": "x"},
        {"limit": "x"},
        {"offset": "-1"},
        {"view": "other"},
        {"personFilter[EQ]": "2"},
        {"deadline[GE]": "2026-01-01 00:00"},
        {"rowInfo.createdAt[GE]": "2026-01-01T00:00:00+01:00"},
    ],
)
def test_whatever_the_endpoint_does_not_know_is_400(query: dict[str, str]) -> None:
    assert Office().api.list("/activity/", query).status == 400


def test_an_unknown_column_is_named() -> None:
    answer = Office().api.list("/activity/", {"nonsense[EQ]": "1"})
    assert "Unsupported filter column [nonsense]" in answer.body["message"]


@pytest.mark.parametrize(
    "query", [{"owner-id": "999"}, {"personFilter": "999"}, {"companyContextFilter": "999"}, {"businessCase": "999"}]
)
def test_an_unknown_reference_is_404_or_by_switch_500(query: dict[str, str]) -> None:
    office = Office()
    assert office.api.list("/activity/", query).status == 404
    office.instance.switches.unknown_reference_status = 500
    assert office.api.list("/activity/", query).status == 500


def test_batch_reads_by_id_are_a_switch_and_only_for_the_mixed_list() -> None:
    office = Office()
    assert office.api.list("/event/", {"id[IN]": "1"}).status == 400
    office.instance.switches.id_in_on_activities = False
    assert office.api.list("/activity/", {"id[IN]": "1"}).status == 400


def test_company_eq_on_activities_finds_nothing_or_is_refused() -> None:
    office = Office(checked=False)
    office.api.create("event", owner=office.jana.person, company=office.client)
    assert office.api.list("/activity/", {"company[EQ]": office.client}).ids == []
    office.instance.switches.company_filter_on_activities = "error"
    assert office.api.list("/activity/", {"company[EQ]": office.client}).status == 400


def test_tasks_filter_and_sort_by_deadline() -> None:
    office = Office()
    late = office.api.create("task", owner=office.jana.person, deadline="2026-12-02 10:00", company=office.client)
    soon = office.api.create("task", owner=office.jana.person, deadline="2026-12-01 10:00", company=office.client)
    assert office.api.list("/task/", {"deadline[GE]": "2026-12-02 00:00"}).ids == [late]
    assert office.api.list("/task/", {"sortColumn": "deadline"}).ids == [soon, late]


@pytest.mark.parametrize(
    ("column", "direction", "expected"),
    [
        ("id", "DESC", [3, 2, 1]),
        ("rowInfo.lastModifiedAt", "ASC", [2, 3, 1]),
        ("title", "ASC", [1, 3, 2]),
        ("owner", "ASC", [1, 3, 2]),
        ("rowInfo.updatedAt", "ASC", [1, 2, 3]),
    ],
)
def test_sorting(column: str, direction: str, expected: list[int]) -> None:
    office = Office()
    _three(office)
    office.api.post("/event/1/", {"priority": "MINOR"})
    answer = office.api.list("/activity/", {"sortColumn": column, "sortDirection": direction})
    assert answer.ids == expected


def test_pages_have_20_rows_by_default_and_1000_at_most_and_count_all() -> None:
    office = Office(checked=False)  # a thousand rows take seconds to check and are checked elsewhere
    ui = office.instance.ui(office.jana.username)
    for _ in range(1010):
        ui.create("event", title="x")
    page = office.api.get("/event/")
    assert (len(page.data), page.body["totalCount"]) == (20, 1010)
    assert len(office.api.list("/event/", {"limit": 5000}).data) == 1000
    assert office.api.list("/event/", {"limit": 3, "offset": 1008}).ids == [1009, 1010]


def test_row_info_view_has_state_only() -> None:
    office = Office()
    number = office.api.create("event", owner=office.jana.person)
    row = office.api.get("/activity/", view="rowInfo").data[0]
    assert row.keys() == {
        "id",
        "_version",
        *(f"rowInfo.{name}" for name in ("createdAt", "createdBy", "updatedAt", "updatedBy", "rowAccess", "rowState")),
    }
    assert (row["id"], row["rowInfo.createdBy"], row["rowInfo.updatedAt"]) == (number, "bot@acme.example", None)
    office.instance.switches.row_info_has_entity_name = True
    assert office.api.get("/activity/", view="rowInfo").data[0]["_entityName"] == "Event"


def test_longest_id_list_and_deadline_in_lists_are_switches() -> None:
    office = Office(RaynetSwitches(longest_id_list=2, deadline_in_lists=True, version_in_detail=True))
    number = office.api.create("task", owner=office.jana.person, deadline="2026-12-02 10:00", company=office.client)
    assert office.api.list("/activity/", {"id[IN]": "1,2,3"}).status == 400
    assert office.api.get("/task/").data[0]["deadline"] == "2026-12-02T10:00:00.000+01:00"
    assert office.api.get(f"/task/{number}/").data["_version"] == 0
