"""Raynet's shapes into our records and back."""

import copy
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.activity import ActivityChange, ActivityDraft, ActivityStatus, ParticipantWrite, Priority
from server.domain.ids import ActivityKey, ActivityType, PersonId
from server.raynet.translate import (
    UnreadableError,
    change_body,
    draft_body,
    read_activity,
    read_instant,
    written_instant,
)
from simulator.raynet.dates import parse_instant

PRAGUE = ZoneInfo("Europe/Prague")

#: Keys and order as in recorded traffic, values made up. Fact: raynet-api §8.2 [seen].
RECORDED: dict[str, Any] = json.loads("""
{"_entityName":"Meeting","id":2,"title":"Demo","personal":true,"status":"SCHEDULED","priority":"DEFAULT","category":null,
 "activity":null,"company":null,"person":null,"lead":null,"project":null,"businessCase":null,"offer":null,
 "salesOrder":null,"scheduledFrom":"2026-02-08T15:00:00.000+01:00","scheduledTill":"2026-02-08T15:30:00.000+01:00",
 "completed":null,"description":"<p>x</p>","solution":null,"tags":[],
 "rowInfo.createdAt":"2026-02-05T09:33:13.833+01:00","rowInfo.createdBy":"a@example.com","rowInfo.updatedAt":null,
 "rowInfo.updatedBy":null,"rowInfo.rowAccess":null,"rowInfo.rowState":null,"securityLevel":{"id":1,"name":"Sdílená"},
 "_version":7,"customFields":{},
 "participants":[{"owner":true,"role":"FROM","name":"A B","person":2,"company":null,"lead":null}],
 "recurrence":null,"meetingPlace":null,
 "companyAddress":{"city":null,"country":null,"province":null,"street":null,"zipCode":null}}
""")


def row(**changes: Any) -> dict[str, Any]:
    return copy.deepcopy(RECORDED) | changes


def without(*names: str) -> dict[str, Any]:
    return {name: value for name, value in row().items() if name not in names}


def test_a_recorded_row_is_understood() -> None:
    seen = read_activity(row())
    assert seen.key == ActivityKey(ActivityType.MEETING, 2)
    assert seen.scheduled_from == datetime(2026, 2, 8, 14, 0, tzinfo=UTC)
    assert seen.modified_at == seen.created_at == datetime(2026, 2, 5, 8, 33, 13, 833_000, tzinfo=UTC)
    assert seen.modified_by == seen.created_by == "a@example.com"
    assert (seen.owner, seen.version, seen.place, seen.ext_ids) == (2, 7, "", None)
    assert (seen.has_client, seen.recurring, seen.locked, seen.invalidated) == (False, False, False, False)


def test_the_last_change_is_the_update_once_there_is_one() -> None:
    seen = read_activity(
        row(**{"rowInfo.updatedAt": "2026-02-06T00:00:00.001+01:00", "rowInfo.updatedBy": "b@example.com"})
    )
    assert (seen.modified_at, seen.modified_by) == (datetime(2026, 2, 5, 23, 0, 0, 1000, tzinfo=UTC), "b@example.com")


def test_members_nobody_knows_are_passed_over() -> None:
    assert read_activity(row(newMember={"deep": [1]}, **{"rowInfo.new": 5})) == read_activity(row())


def test_an_unknown_status_is_told_and_an_unknown_priority_is_the_middle_one() -> None:
    seen = read_activity(row(status="POSTPONED", priority="HIGH"))
    assert (seen.status, seen.priority) == (ActivityStatus.UNKNOWN, Priority.DEFAULT)


@pytest.mark.parametrize(
    "links",
    [
        {"company": {"id": 3, "name": "x"}}, {"company": 3}, {"lead": {"id": 1}}, {"businessCase": {"id": 1}},
        {"project": {"id": 1}}, {"offer": {"id": 1}}, {"salesOrder": {"id": 1}},
        {"participants": [*RECORDED["participants"], {"lead": 4}]},
        {"participants": [*RECORDED["participants"], {"company": 4}]},
        {"_entityName": "Task", "person": {"id": 9, "fullName": "x"}},
    ],
)  # fmt: skip
def test_what_makes_a_client(links: dict[str, Any]) -> None:
    assert read_activity(row(**links)).has_client


@pytest.mark.parametrize(
    "links",
    [{}, {"activity": {"id": 1, "title": "x"}}, {"participants": [{"owner": True, "person": 2, "company": 5}]},
     {"person": {"id": 9}}],
)  # fmt: skip
def test_what_makes_no_client(links: dict[str, Any]) -> None:
    assert not read_activity(row(**links)).has_client


@pytest.mark.parametrize(
    ("name", "place"), [("Meeting", "Brno"), ("Event", "Brno"), ("Task", None), ("PhoneCall", None)]
)
def test_only_meetings_and_events_have_a_place(name: str, place: str | None) -> None:
    assert read_activity(row(_entityName=name, meetingPlace="Brno")).place == place


def test_marks_of_a_row() -> None:
    seen = read_activity(
        row(**{"rowInfo.rowState": "LOCK", "rowInfo.rowAccess": "INVALID"}, recurrence={"id": 1, "interval": "WEEKLY"})
    )
    assert (seen.locked, seen.invalidated, seen.recurring) == (True, True, True)


def test_a_detail_names_the_owner_beside_the_participants() -> None:
    detail = without("_entityName", "_version") | {"owner": {"id": 2, "fullName": "A B"}, "extIds": None}
    detail["participants"] = [{"id": 11, "owner": False, "person": 5}, {"id": 12, "person": 2, "role": "FROM"}]
    seen = read_activity(detail, kind=ActivityType.EVENT)
    assert (seen.owner, seen.ext_ids, seen.version, seen.detailed) == (2, (), None, True)
    assert [one.id for one in seen.participants if one.owner] == [12]
    detail["participants"] = []
    assert read_activity(detail, kind=ActivityType.EVENT).owner == 2
    del detail["participants"]
    assert read_activity(detail, kind=ActivityType.EVENT).persons == {PersonId(2)}


def test_text_that_cannot_be_stored_is_cleaned_at_the_edge() -> None:
    seen = read_activity(row(title="a\x00b\ud800", meetingPlace="x\x07", description="<p>a\x00</p>"))
    assert (seen.title, seen.place, seen.description.plain) == ("ab", "x", "a")


@pytest.mark.parametrize(
    ("odd", "what"),
    [
        (row(id="x"), "id"), (row(id=0), "id"), (row(id=True), "id"), (row(title=None), "title"),
        (row(title=5), "title"), (row(offer={"code": "no id"}), "offer"),
        (row(status=None), "status"), (row(status=3), "status"), (row(_entityName="Call"), "_entityName"),
        (without("_entityName"), "_entityName"), (without("participants"), "participants"),
        (row(participants=None), "participants"), (row(participants={}), "participants"),
        (row(participants=[{"person": "x"}]), "participants"), (row(personal="maybe"), "personal"),
        (row(scheduledFrom="yesterday"), "instant"), (row(scheduledFrom=5), "scheduledFrom"),
        (row(scheduledFrom="2026-02-08 15:00"), "zone"),
        (row(scheduledTill="2026-02-30T00:00:00.000+01:00"), "instant"),
        (row(**{"rowInfo.updatedAt": "?"}), "instant"), (row(description=["x"]), "description"),
        (row(lead="x"), "lead"), (row(recurrence="weekly"), "recurrence"),
        ([], "row"), (None, "row"), ("row", "row"),
    ],
)  # fmt: skip
def test_an_odd_row_says_what_is_odd_and_nothing_of_its_content(odd: Any, what: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        read_activity(odd)
    assert caught.value.args[0] == what
    assert caught.value.args[1] in (None, 0, 2)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda x: st.lists(x, max_size=3)
       | st.dictionaries(st.sampled_from(sorted(RECORDED)), x, max_size=4), max_leaves=8),
       st.sampled_from(sorted(RECORDED)))  # fmt: skip
def test_any_value_anywhere_is_read_or_called_odd(value: Any, name: str) -> None:
    try:
        seen = read_activity(row(**{name: value}), zone=PRAGUE)
    except UnreadableError:
        return
    assert seen.key.id == (int(value) if name == "id" else 2)


# --- instants ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "zone", "instant"),
    [
        ("2026-02-08T15:00:00.000+01:00", None, datetime(2026, 2, 8, 14, 0, tzinfo=UTC)),
        ("2026-02-08T14:00:00.000Z", None, datetime(2026, 2, 8, 14, 0, tzinfo=UTC)),
        ("2026-07-08 15:00", PRAGUE, datetime(2026, 7, 8, 13, 0, tzinfo=UTC)),
        ("2026-07-08", PRAGUE, datetime(2026, 7, 7, 22, 0, tzinfo=UTC)),
        ("", None, None),
        (None, None, None),
    ],
)
def test_an_instant_is_read_in_either_form(text: str | None, zone: ZoneInfo | None, instant: datetime | None) -> None:
    assert read_instant(text, zone) == instant


@given(
    st.integers(631_152_000_000, 2_840_140_800_000).map(lambda ms: datetime.fromtimestamp(ms / 1000, UTC)),
    st.sampled_from([None, PRAGUE, ZoneInfo("America/New_York"), ZoneInfo("Asia/Kolkata"), UTC]),
)
def test_a_written_instant_is_accepted_and_means_the_same(instant: datetime, zone: ZoneInfo | None) -> None:
    text = written_instant(instant, zone)
    back = parse_instant(text, ZoneInfo("Pacific/Auckland"), z_accepted=False)
    assert timedelta() <= instant - back < timedelta(milliseconds=1)
    assert read_instant(text, None) == back


# --- writing ----------------------------------------------------------------------------------------------------------


def test_a_create_carries_what_is_required_and_nothing_else() -> None:
    draft = ActivityDraft(
        title="…", owner=PersonId(2), ext_id="olsync:x", personal=True, deadline=datetime(2026, 1, 1, tzinfo=UTC)
    )
    assert draft_body(ActivityType.MEETING, draft, None) == {
        "title": "…", "priority": "DEFAULT", "owner": 2, "extId": "olsync:x",
    }  # fmt: skip
    assert draft_body(ActivityType.TASK, draft, None) == {
        "title": "…", "priority": "DEFAULT", "owner": 2, "extId": "olsync:x", "personal": True,
        "deadline": "2026-01-01T00:00:00.000+00:00",
    }  # fmt: skip


def test_an_empty_ext_id_is_not_sent() -> None:
    draft = ActivityDraft(title="…", owner=PersonId(2), ext_id="")
    assert "extId" not in draft_body(ActivityType.EVENT, draft, None)


def test_a_task_without_a_deadline_is_a_defect_of_the_caller() -> None:
    with pytest.raises(ValueError, match="deadline"):
        draft_body(ActivityType.TASK, ActivityDraft(title="…", owner=PersonId(2), ext_id="x"), None)


def test_an_update_carries_only_what_changes_and_never_null() -> None:
    assert change_body(ActivityType.EVENT, ActivityChange(), None) == {}
    change = ActivityChange(title="", description_html="", place="", personal=False, status=ActivityStatus.CANCELLED)
    assert change_body(ActivityType.EVENT, change, None) == {
        "title": "", "description": "", "meetingPlace": "", "personal": False, "status": "CANCELLED",
    }  # fmt: skip
    assert "meetingPlace" not in change_body(ActivityType.TASK, change, None)


def test_an_unknown_status_is_never_written() -> None:
    with pytest.raises(ValueError, match="status"):
        change_body(ActivityType.EVENT, ActivityChange(status=ActivityStatus.UNKNOWN), None)


def test_participants_are_written_with_signed_ids() -> None:
    items = (
        ParticipantWrite(id=119, owner=True, role="FROM", person=PersonId(8), company=2),
        ParticipantWrite(id=120, role="CC", lead=3),
        ParticipantWrite(person=PersonId(4)),
        ParticipantWrite(id=123, person=PersonId(5), remove=True),
    )
    assert change_body(ActivityType.EVENT, ActivityChange(participants=items), None)["participants"] == [
        {"id": 119, "owner": True, "role": "FROM", "person": 8, "company": 2},
        {"id": 120, "owner": False, "lead": 3},
        {"person": 4},
        {"id": -123},
    ]
    with pytest.raises(ValueError, match="without an id"):
        change_body(ActivityType.EVENT, ActivityChange(participants=(ParticipantWrite(remove=True),)), None)
