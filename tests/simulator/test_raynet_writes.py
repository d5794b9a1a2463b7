"""Creating, updating, deleting, locking (raynet-api §21 items 7, 8, 10, 11, 12, 13)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from simulator.raynet import Activity, RaynetSwitches, Ref
from simulator.raynet.errors import RaynetError
from simulator.raynet.populate import add_lead, add_security_level
from simulator.raynet.records import KINDS
from simulator.raynet.sanitise import sanitised
from tests.simulator.raynet_api import NOW, Office

SPAN = {"scheduledFrom": "2026-11-24 10:00", "scheduledTill": "2026-11-24 11:00"}


def _body(office: Office, **fields: Any) -> dict[str, Any]:
    return {"title": "x", "priority": "DEFAULT", "owner": office.jana.person, **fields}


def _stored(office: Office, kind: str, number: int) -> Activity:
    activity = office.instance.activity(Ref(kind, number))
    assert activity is not None
    return activity


# -- creating ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("missing", ["title", "priority", "owner", "deadline"])
def test_required_fields(kind: str, missing: str) -> None:
    office = Office()
    body = _body(office, deadline="2026-12-01 10:00", company=office.client)
    del body[missing]
    refused = missing != "deadline" or kind == "task"
    assert office.api.put(f"/{kind}/", body).status == (400 if refused else 201)
    assert len(office.instance.activities()) == (0 if refused else 1)


def test_a_task_needs_company_person_lead_or_personal() -> None:
    office = Office()
    lead = add_lead(office.instance, "Poptávka").id
    body = _body(office, deadline="2026-12-01 10:00")
    assert office.api.put("/task/", body).status == 500
    for link in ({"company": office.client}, {"person": office.contact}, {"lead": lead}, {"personal": True}):
        assert office.api.put("/task/", {**body, **link}).status == 201
    assert _stored(office, "task", 4).personal


@pytest.mark.parametrize("wrong", [{"priority": "HIGH"}, {"status": "DONE"}, {"priority": ["DEFAULT"]}])
def test_an_unknown_enum_value_is_500(wrong: dict[str, Any]) -> None:
    office = Office()
    assert office.api.put("/event/", _body(office, **wrong)).status == 500


def test_an_unknown_field_is_500_or_by_switch_ignored() -> None:
    office = Office()
    assert office.api.put("/event/", _body(office, nonsense=1)).status == 500
    office.instance.switches.unknown_field = "ignored"
    assert office.api.put("/event/", _body(office, nonsense=1)).status == 201


def test_a_stale_reference_is_a_conversion_error() -> None:
    office = Office()
    for field in ("owner", "company", "person", "category", "businessCase", "activity", "securityLevel"):
        answer = office.api.put("/event/", {**_body(office), field: 999})
        assert (answer.status, answer.body["type"]) == (500, "ConversionFailedException"), field


def test_the_owner_must_be_a_user() -> None:
    office = Office()
    answer = office.api.put("/event/", {**_body(office), "owner": office.contact})
    assert (answer.status, answer.body["type"]) == (500, "TranslatedApplicationException")


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"null", b'"x"'])
def test_malformed_bodies_are_400(raw: bytes) -> None:
    office = Office()
    assert office.api.put("/event/", raw).status == 400
    number = office.api.create("event", owner=office.jana.person)
    assert office.api.post(f"/event/{number}/", raw).status == 400


def test_place_privacy_participants_and_custom_fields_are_ignored_on_create() -> None:
    office = Office()
    more = {"meetingPlace": "Brno", "personal": True, "participants": [{"person": office.petr.person}]}
    number = office.api.create("event", owner=office.jana.person, customFields={"a": 1}, **more)
    event = _stored(office, "event", number)
    assert (event.meeting_place, event.personal, len(event.participants), event.custom_fields) == (None, False, 1, "{}")


def test_place_privacy_participants_and_custom_fields_are_honoured_by_switch() -> None:
    office = Office(
        RaynetSwitches(
            personal_on_create="honoured",
            meeting_place_on_create=True,
            participants_on_create=True,
            custom_fields_on_create=True,
        )
    )
    more = {"meetingPlace": "Brno", "personal": True, "participants": [{"person": office.petr.person}]}
    number = office.api.create("event", owner=office.jana.person, customFields={"a": 1}, **more)
    event = _stored(office, "event", number)
    assert (event.meeting_place, event.personal, event.custom_fields) == ("Brno", True, '{"a": 1}')
    assert [p.person for p in event.participants] == [office.jana.person, office.petr.person]


def test_privacy_on_create_switches() -> None:
    office = Office(RaynetSwitches(personal_on_create="ignored"))
    assert office.api.put("/task/", _body(office, deadline="2026-12-01 10:00", personal=True)).status == 500
    office.instance.switches.personal_when_unlinked = True
    unlinked = office.api.create("event", owner=office.jana.person)
    linked = office.api.create("event", owner=office.jana.person, company=office.client)
    assert (_stored(office, "event", unlinked).personal, _stored(office, "event", linked).personal) == (True, False)


def test_a_person_sent_on_create_becomes_a_participant_except_on_tasks() -> None:
    office = Office()
    event = _stored(office, "event", office.api.create("event", owner=office.jana.person, person=office.contact))
    assert (event.person, [p.person for p in event.participants]) == (None, [office.jana.person, office.contact])
    number = office.api.create("task", owner=office.jana.person, person=office.contact, deadline="2026-12-01 10:00")
    assert _stored(office, "task", number).person == office.contact


def test_mandatory_fields_of_the_customer_are_enforced_by_switch() -> None:
    office = Office(RaynetSwitches(mandatory_fields=("category",)))
    assert office.api.put("/event/", _body(office)).status == 500


# -- status and completion -----------------------------------------------------------------------------------------


def test_status_follows_the_schedule_on_create() -> None:
    office = Office()
    assert _stored(office, "event", office.api.create("event", owner=office.jana.person)).status == "NEW"
    assert _stored(office, "event", office.api.create("event", owner=office.jana.person, **SPAN)).status == "SCHEDULED"


def test_status_on_create_is_a_switch() -> None:
    office = Office()
    number = office.api.create("phoneCall", owner=office.jana.person, status="COMPLETED", **SPAN)
    assert _stored(office, "phoneCall", number).completed == datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
    office.instance.switches.status_on_create = False
    number = office.api.create("phoneCall", owner=office.jana.person, status="COMPLETED", **SPAN)
    assert _stored(office, "phoneCall", number).status == "SCHEDULED"


def test_completed_alone_on_create_is_a_switch() -> None:
    office = Office()
    sent = {"completed": "2026-11-20 10:00"}
    number = office.api.create("event", owner=office.jana.person, **SPAN, **sent)
    assert (_stored(office, "event", number).status, _stored(office, "event", number).completed) == ("SCHEDULED", None)
    office.instance.switches.completed_on_create_completes = True
    done = _stored(office, "event", office.api.create("event", owner=office.jana.person, **SPAN, **sent))
    assert (done.status, done.completed) == ("COMPLETED", datetime(2026, 11, 20, 9, 0, tzinfo=UTC))


@pytest.mark.parametrize("status", ["COMPLETED", "CANCELLED"])
def test_final_statuses_stamp_completed_with_the_end_or_now_and_others_clear_it(status: str) -> None:
    office = Office()
    planned = office.api.create("event", owner=office.jana.person, **SPAN)
    unplanned = office.api.create("event", owner=office.jana.person)
    for number in (planned, unplanned):
        office.api.post(f"/event/{number}/", {"status": status})
    assert _stored(office, "event", planned).completed == datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
    assert _stored(office, "event", unplanned).completed == NOW.replace(microsecond=123_000)
    office.api.post(f"/event/{planned}/", {"status": "SCHEDULED"})
    assert _stored(office, "event", planned).completed is None


def test_a_sent_completed_is_lost_beside_the_status_unless_switched() -> None:
    office = Office()
    number = office.api.create("event", owner=office.jana.person, **SPAN)
    both = {"status": "COMPLETED", "completed": "2026-11-20 10:00"}
    office.api.post(f"/event/{number}/", both)
    assert _stored(office, "event", number).completed == datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
    office.api.post(f"/event/{number}/", {"completed": "2026-11-20 10:00"})
    assert _stored(office, "event", number).completed == datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    office.instance.switches.sent_completed_wins = True
    office.api.post(f"/event/{number}/", {**both, "completed": "2026-11-21 10:00"})
    assert _stored(office, "event", number).completed == datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def test_completed_without_a_final_status_has_no_effect() -> None:
    office = Office()
    number = office.api.create("event", owner=office.jana.person, **SPAN)
    office.api.post(f"/event/{number}/", {"completed": "2026-11-20 10:00"})
    assert _stored(office, "event", number).completed is None


def test_new_unschedules_and_a_schedule_plans() -> None:
    office = Office()
    number = office.api.create("event", owner=office.jana.person, **SPAN)
    office.api.post(f"/event/{number}/", {"status": "NEW"})
    event = _stored(office, "event", number)
    assert (event.status, event.scheduled_from, event.scheduled_till) == ("NEW", None, None)
    office.api.post(f"/event/{number}/", SPAN)
    assert _stored(office, "event", number).status == "SCHEDULED"


def test_new_may_keep_the_schedule_by_switch() -> None:
    office = Office(RaynetSwitches(new_clears_schedule=False))
    number = office.api.create("event", owner=office.jana.person, **SPAN)
    office.api.post(f"/event/{number}/", {"status": "NEW"})
    assert _stored(office, "event", number).scheduled_from is not None


def test_an_end_before_the_start_is_refused_unless_switched() -> None:
    office = Office()
    wrong = {"scheduledFrom": "2026-11-24 11:00", "scheduledTill": "2026-11-24 10:00"}
    assert office.api.put("/event/", _body(office, **wrong)).status == 500
    office.instance.switches.inverted_interval = "accepted"
    assert office.api.put("/event/", _body(office, **wrong)).status == 201


# -- updating --------------------------------------------------------------------------------------------------------


def test_updates_are_partial() -> None:
    office = Office()
    number = office.api.create("meeting", owner=office.jana.person, description="<p>a</p>", company=office.client)
    before = _stored(office, "meeting", number)
    office.api.post(f"/meeting/{number}/", {"meetingPlace": "Brno"})
    after = _stored(office, "meeting", number)
    changed = {n for n in Activity.__dataclass_fields__ if getattr(before, n) != getattr(after, n)}
    assert changed == {"meeting_place", "version", "updated_at", "updated_by"}


@pytest.mark.parametrize(
    ("switch", "status", "company"), [("clears", 200, None), ("ignored", 200, 1), ("error", 500, 1)]
)
def test_null_in_an_update_follows_the_switch(switch: str, status: int, company: int | None) -> None:
    office = Office(checked=False)
    setattr(office.instance.switches, "null_in_update", switch)  # noqa: B010  # parametrised over the literals
    number = office.api.create("event", owner=office.jana.person, company=office.client, **SPAN)
    assert office.api.post(f"/event/{number}/", {"company": None}).status == status
    assert _stored(office, "event", number).company == company


def test_required_fields_cannot_be_cleared() -> None:
    office = Office()
    number = office.api.create("event", owner=office.jana.person)
    for body in ({"title": None}, {"title": "  "}, {"priority": None}, {"status": None}):
        assert office.api.post(f"/event/{number}/", body).status == 400


def test_owner_in_an_update_is_403_or_by_switch_ignored() -> None:
    office = Office()
    number = office.api.create("event", owner=office.jana.person)
    assert office.api.post(f"/event/{number}/", {"title": "y", "owner": office.petr.person}).status == 403
    assert _stored(office, "event", number).title == "Porada"
    office.instance.switches.owner_in_update = "ignored"
    assert office.api.post(f"/event/{number}/", {"title": "y", "owner": office.petr.person}).status == 200
    assert (_stored(office, "event", number).title, _stored(office, "event", number).owner) == ("y", office.jana.person)


def test_every_save_bumps_the_version_and_the_sent_one_is_ignored() -> None:
    office = Office()
    number = office.api.create("event", owner=office.jana.person)
    office.clock.advance(seconds=5)
    office.api.post(f"/event/{number}/", {"title": "y", "_version": 99})
    row = office.api.get("/event/").data[0]
    assert (row["_version"], row["rowInfo.updatedBy"]) == (1, "bot@acme.example")
    assert row["rowInfo.updatedAt"] == "2026-11-23T09:00:05.123+01:00"


def test_a_save_without_change_bumps_too_unless_switched() -> None:
    office = Office()
    number = office.api.create("event", owner=office.jana.person)
    office.api.post(f"/event/{number}/", {"title": "Porada"})
    assert _stored(office, "event", number).version == 1
    office.instance.switches.unchanged_save_bumps = False
    office.api.post(f"/event/{number}/", {"title": "Porada"})
    assert _stored(office, "event", number).version == 1


def test_fields_of_other_types_have_no_effect() -> None:
    office = Office()
    number = office.api.create("letter", owner=office.jana.person, deadline="2026-12-01 10:00", solution="x")
    office.api.post(f"/letter/{number}/", {"meetingPlace": "Brno"})
    letter = _stored(office, "letter", number)
    assert (letter.deadline, letter.solution, letter.meeting_place) == (None, None, None)


def test_tags_are_replaced_added_and_removed() -> None:
    office = Office()
    number = office.api.create("event", owner=office.jana.person, tags=["a", "b"])
    assert office.api.put(f"/event/{number}/tag/", {"tag": "c,a"}).status == 201
    assert _stored(office, "event", number).tags == ("a", "b", "c")
    assert office.api.delete(f"/event/{number}/tag/", {"tag": "a"}).status == 200
    assert _stored(office, "event", number).tags == ("b", "c")
    office.api.post(f"/event/{number}/", {"tags": "x, y"})
    assert _stored(office, "event", number).tags == ("x", "y")


def test_title_and_text_limits_are_switches() -> None:
    office = Office(RaynetSwitches(title_limit=5, text_limit=10))
    assert office.api.put("/event/", _body(office, title="123456")).status == 500
    assert office.api.put("/event/", _body(office, description="x" * 11)).status == 500
    assert office.api.put("/event/", _body(office, title="12345", description="x" * 10)).status == 201


# -- texts -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("html", "stored"),
    [
        ("plain & simple", "plain & simple"),
        ("<p>a<br>b</p>", "<p>a<br>b</p>"),
        ("<p>x</p><table><tr><td>a</td><td>b</td></tr></table>", "<p>x</p>ab"),
        ("<pre>a\n b</pre>", "a\n b"),
        ('<div style="color:red" onclick="x()">a</div>', '<div style="color:red">a</div>'),
        ("<script>alert(1)</script><b>a</b>", "<b>a</b>"),
        ("a &lt;b&gt; &amp; c&#39;s <i>x</i>", "a &lt;b&gt; &amp; c&#39;s <i>x</i>"),
    ],
)
def test_the_sanitiser_drops_tables_and_pre(html: str, stored: str) -> None:
    office = Office()
    number = office.api.create("event", owner=office.jana.person, description=html)
    assert office.api.get(f"/event/{number}/").data["description"] == stored
    assert sanitised(stored) == stored


# -- locks, deletion, rights -------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [403, 500])
def test_a_locked_record_refuses_every_write_until_unlocked(status: int) -> None:
    office = Office()
    setattr(office.instance.switches, "locked_status", status)  # noqa: B010  # parametrised over the literals
    number = office.api.create("phoneCall", owner=office.jana.person)
    assert office.api.post(f"/phonecall/{number}/lock").status == 200
    assert office.api.get("/phoneCall/").data[0]["rowInfo.rowState"] == "LOCK"
    before = _stored(office, "phoneCall", number)
    assert office.api.post(f"/phoneCall/{number}/", {"title": "y"}).status == status
    assert office.api.delete(f"/phoneCall/{number}/").status == status
    assert office.api.put(f"/phoneCall/{number}/tag/", {"tag": "a"}).status == status
    assert office.api.put(f"/phoneCall/{number}/extId/", {"extId": "a:1"}).status == status
    assert _stored(office, "phoneCall", number) == before
    with pytest.raises(RaynetError):
        office.instance.ui(office.jana.username).edit(Ref("phoneCall", number), title="y")
    assert office.api.post(f"/phoneCall/{number}/unlock").status == 200
    assert office.api.post(f"/phoneCall/{number}/", {"title": "y"}).status == 200


def test_a_deleted_record_is_gone_everywhere() -> None:
    office = Office()
    number = office.api.create("event", owner=office.jana.person, extId="olsync:1")
    office.api.delete(f"/event/{number}/")
    assert office.api.get("/activity/").ids == []
    assert office.api.get(f"/event/{number}/").status == 404
    assert office.api.get("/event/ext/olsync:1/").status == 404
    assert office.api.post(f"/event/{number}/", {"title": "y"}).status == 404
    assert office.api.delete(f"/event/{number}/").status == 404
    assert office.api.create("event", owner=office.jana.person) == number + 1


def test_a_referenced_record_cannot_be_deleted() -> None:
    office = Office()
    parent = office.api.create("event", owner=office.jana.person)
    child = office.api.create("event", owner=office.jana.person, activity=parent)
    answer = office.api.delete(f"/event/{parent}/")
    assert (answer.status, "exception.stillReferenced" in answer.body["message"]) == (500, True)
    office.api.delete(f"/event/{child}/")
    assert office.api.delete(f"/event/{parent}/").status == 200


def test_hidden_records_are_absent_and_404_or_by_switch_500() -> None:
    office = Office()
    number = office.api.create("event", owner=office.jana.person, extId="olsync:1")
    ui = office.instance.ui(office.jana.username)
    ui.hide(Ref("event", number), office.bot.username)
    assert office.api.list("/activity/", {}).body["totalCount"] == 0
    assert office.api.get(f"/event/{number}/").status == 404
    assert office.api.get("/event/ext/olsync:1/").status == 404
    assert office.api.post(f"/event/{number}/", {"title": "y"}).status == 404
    office.instance.switches.invisible_status = 500
    assert office.api.get(f"/event/{number}/").status == 500
    ui.show(Ref("event", number), office.bot.username)
    assert office.api.get(f"/event/{number}/").status == 200


def test_security_levels_hide_from_non_members_and_administrators_see_all() -> None:
    office = Office()
    level = add_security_level(office.instance, "Vedení")
    number = office.api.create("event", owner=office.jana.person, securityLevel=level)
    event = _stored(office, "event", number)
    assert office.instance.readers(event) == {"bot@acme.example"}
    assert office.api.get(f"/event/{number}/").data["securityLevel"] == {"id": level, "name": "Vedení"}
    with pytest.raises(RaynetError):
        office.instance.ui(office.jana.username).see(event.ref)


def test_separate_id_spaces_by_switch() -> None:
    office = Office(RaynetSwitches(separate_id_spaces=True))
    first = office.api.create("event", owner=office.jana.person)
    second = office.api.create("meeting", owner=office.jana.person)
    assert (first, second) == (1, 1)
    assert [row["_entityName"] for row in office.api.list("/activity/", {"id": "1"}).data] == ["Event", "Meeting"]
