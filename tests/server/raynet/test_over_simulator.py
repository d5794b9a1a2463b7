"""The activity operations over the simulated Raynet, every exchange checked against the vendor's document."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from server.domain.activity import ActivityChange, ActivityDraft, ActivityStatus, ParticipantWrite, Priority
from server.domain.ids import ActivityKey, ActivityType, PersonId
from server.errors import Denied, Gone, Rejected, Scope, Throttled, Unavailable
from server.flow import Op
from server.ports.raynet import (
    ActivitiesById,
    ActivityPage,
    AddExtId,
    CreateActivity,
    DeleteActivity,
    FindActivity,
    FindByExtId,
    FindByTitle,
    GetActivity,
    NewestActivities,
    Probe,
    UpdateActivity,
    WindowActivities,
)
from server.raynet.connection import RaynetConnection
from server.raynet.gateway import RaynetGateway
from simulator.clock import ManualClock
from simulator.faults import Action, CutJson, CutPage, DropReply, DropRequest, HtmlPage, Malformed, Status
from simulator.raynet import RaynetSwitches
from simulator.raynet.populate import add_api_key, add_company, add_user
from simulator.raynet.records import Activity
from simulator.transport import SimAdapter
from simulator.world import World
from tests.server.raynet.simulated import API_LOGIN, FIRM, START, Seconds, Simulated, simulated
from tests.support.contracts import contracts_folder

HOUR = timedelta(hours=1)


def key_of(activity: Activity) -> ActivityKey:
    return ActivityKey(ActivityType(activity.kind), activity.id)


def meeting(sim: Simulated, title: str = "Porada", start: datetime = START, **fields: object) -> Activity:
    return sim.ui.create("meeting", start=start, end=start + HOUR, title=title, **fields)  # type: ignore[arg-type]


def draft(sim: Simulated, **fields: object) -> ActivityDraft:
    return ActivityDraft(title="…", owner=PersonId(sim.owner), ext_id="olsync:abc", **fields)  # type: ignore[arg-type]


# --- reading --------------------------------------------------------------------------------------------------------


def test_a_detail_tells_everything() -> None:
    sim = simulated()
    made = meeting(sim, description="<p>Ahoj</p>", meeting_place="Brno", priority="CRITICAL")
    seen = sim.perform(GetActivity(FIRM, key_of(made)))
    assert (seen.title, seen.place, seen.priority, seen.status) == (
        "Porada", "Brno", Priority.CRITICAL, ActivityStatus.SCHEDULED,
    )  # fmt: skip
    assert (seen.scheduled_from, seen.scheduled_till) == (START, START + HOUR)
    assert seen.description.plain == "Ahoj"
    assert seen.owner == sim.owner
    assert [one.id for one in seen.participants] == [one.id for one in made.participants]
    assert seen.detailed
    assert seen.ext_ids == ()
    assert (seen.personal, seen.has_client) == (True, False)
    assert seen.modified_at == START


def test_a_list_row_tells_the_owner_but_no_participant_ids_and_no_ext_ids() -> None:
    sim = simulated()
    company = add_company(sim.instance, "Acme")
    meeting(sim, company=company.id)
    (seen,) = sim.perform(NewestActivities(FIRM, 0, 10)).activities
    assert seen.owner == sim.owner
    assert {one.id for one in seen.participants} == {None}
    assert seen.ext_ids is None
    assert seen.has_client
    assert not seen.detailed
    assert seen.version == 0


def test_every_call_is_checked_against_the_published_document() -> None:
    sim = simulated()
    meeting(sim)
    sim.perform(NewestActivities(FIRM, 0, 10))
    assert sim.checked.checked == (1 if contracts_folder() else 0)


def test_the_newest_come_first_and_a_full_page_says_that_there_may_be_more() -> None:
    sim = simulated()
    first, second, third = (meeting(sim, str(number)) for number in range(3))
    sim.clock.advance(minutes=5)
    sim.ui.edit(first.ref, title="again")
    page = sim.perform(NewestActivities(FIRM, 0, 2))
    assert page.activities[0].title == "again"
    assert (page.total, page.more) == (3, True)
    rest = sim.perform(NewestActivities(FIRM, 2, 2))
    assert (len(rest.activities), rest.more) == (1, False)
    assert {one.key for one in (*page.activities, *rest.activities)} == {key_of(one) for one in (first, second, third)}


def test_the_window_holds_what_begins_in_it_what_reaches_into_it_and_what_has_no_end() -> None:
    sim = simulated()
    inside = meeting(sim, "inside", START + HOUR)
    endless = sim.ui.create("event", start=START + HOUR, title="endless")
    sim.instance._activities[endless.ref] = replace(endless, scheduled_till=None)
    long = sim.ui.create("event", start=START - timedelta(days=200), end=START + HOUR, title="leave")
    meeting(sim, "over", START - 2 * HOUR)
    sim.ui.create("event", start=START - HOUR, end=START, title="ends as the window begins")
    meeting(sim, "later", START + timedelta(days=2))
    page = sim.perform(WindowActivities(FIRM, START, START + timedelta(days=1)))
    assert [one.title for one in page.activities] == [inside.title, "endless", long.title]
    assert (page.total, page.more) == (3, False)


def test_the_window_pages_by_id_without_losing_or_repeating() -> None:
    sim = simulated(switches=RaynetSwitches(separate_id_spaces=True))
    sim.checked.check = lambda _request, _response: True  # two thousand rows would be checked for seconds
    for number in range(1500):
        kind = ("meeting", "event", "letter")[number % 3]
        early = number % 10 == 0
        start = START - timedelta(days=3) if early else START + HOUR
        sim.ui.create(kind, start=start, end=START + 3 * HOUR, title=str(number))
    seen, calls = whole_window(sim)
    assert len(seen) == len(set(seen)) == 1500
    assert calls <= 4


def whole_window(sim: Simulated) -> tuple[list[ActivityKey], int]:
    """Every activity of the window, and the calls it took."""
    seen: list[ActivityKey] = []
    after, reaching, more, before = 0, True, True, len(sim.asked())
    while more:
        page = sim.perform(WindowActivities(FIRM, START, START + timedelta(days=1), after, reaching))
        seen += [one.key for one in page.activities]
        after, reaching, more = page.activities[-1].key.id, page.reaching, page.more
    return seen, len(sim.asked()) - before


def test_what_reaches_into_the_window_is_not_lost_where_it_comes_after_the_first_page() -> None:
    sim = simulated()
    sim.checked.check = lambda _request, _response: True
    for number in range(2100):
        sim.ui.create("event", start=START + HOUR, end=START + 2 * HOUR, title=str(number))
        if number in (3, 1500, 2050):
            sim.ui.create("event", start=START - HOUR, end=START + HOUR, title=f"reaches {number}")

    seen, calls = whole_window(sim)

    assert len(seen) == len(set(seen)) == 2103
    assert calls == 6


def test_many_ids_are_read_in_batches_of_a_hundred() -> None:
    sim = simulated()
    made = [meeting(sim, str(number)) for number in range(150)]
    found = sim.perform(ActivitiesById(FIRM, (*(one.id for one in made), 999_999)))
    assert {one.key for one in found} == {key_of(one) for one in made}
    assert len(sim.asked()) == 2


def test_where_the_instance_knows_no_list_of_ids_they_are_read_one_by_one_and_that_is_remembered() -> None:
    sim = simulated(switches=RaynetSwitches(id_in_on_activities=False))
    made = [meeting(sim, str(number)) for number in range(3)]
    ids = tuple(one.id for one in made)
    assert len(sim.perform(ActivitiesById(FIRM, ids))) == 3
    before = len(sim.asked())
    assert len(sim.perform(ActivitiesById(FIRM, ids))) == 3
    assert len(sim.asked()) - before == 3


def test_where_long_lists_of_ids_are_refused_shorter_ones_are_asked_for() -> None:
    sim = simulated(switches=RaynetSwitches(longest_id_list=30))
    made = [meeting(sim, str(number)) for number in range(60)]
    assert len(sim.perform(ActivitiesById(FIRM, tuple(one.id for one in made)))) == 60
    assert len(sim.asked()) == 1 + 3


def test_a_record_that_is_not_there_is_gone_and_the_mixed_list_agrees() -> None:
    sim = simulated()
    made = meeting(sim)
    sim.ui.delete(made.ref)
    with pytest.raises(Gone):
        sim.perform(GetActivity(FIRM, key_of(made)))
    assert sim.perform(FindActivity(FIRM, made.id)) is None


def test_a_record_whose_type_changed_is_found_under_its_new_type() -> None:
    sim = simulated()
    made = meeting(sim)
    sim.ui.change_type(made.ref, "task")
    with pytest.raises(Gone):
        sim.perform(GetActivity(FIRM, key_of(made)))
    assert sim.perform(FindActivity(FIRM, made.id)).key == ActivityKey(ActivityType.TASK, made.id)


def test_the_same_id_under_two_types_is_no_answer() -> None:
    sim = simulated(switches=RaynetSwitches(separate_id_spaces=True))
    made = meeting(sim)
    sim.ui.create("event", start=START, title="other")
    with pytest.raises(Rejected) as caught:
        sim.perform(FindActivity(FIRM, made.id))
    assert caught.value.code == "raynet_ambiguous_id"


def test_a_hidden_record_is_gone_or_denied_as_the_instance_says() -> None:
    for status, expected in ((404, Gone), (500, Denied)):
        sim = simulated(switches=RaynetSwitches(invisible_status=status))  # type: ignore[arg-type]
        made = meeting(sim)
        sim.ui.hide(made.ref, API_LOGIN)
        with pytest.raises(expected) as caught:
            sim.perform(GetActivity(FIRM, key_of(made)))
        assert caught.value.scope is Scope.ITEM


@pytest.mark.parametrize("action", [CutJson(), HtmlPage(), Malformed(), CutPage(1), Status(503), DropRequest()])
@pytest.mark.parametrize("op", [NewestActivities(FIRM, 0, 10), WindowActivities(FIRM, START, START + HOUR)])
def test_a_list_that_did_not_come_whole_is_unavailable_never_shorter(action: Action, op: object) -> None:
    sim = simulated()
    meeting(sim)
    meeting(sim)
    sim.fault(action, times=10)
    with pytest.raises(Unavailable) as caught:
        sim.perform(op)
    assert not caught.value.unknown_outcome


@pytest.mark.parametrize("action", [CutJson(), HtmlPage(), HtmlPage(status=404), Malformed(), Status(500)])
def test_a_foreign_answer_is_no_proof_that_a_record_is_gone(action: Action) -> None:
    sim = simulated()
    made = meeting(sim)
    sim.fault(action)
    with pytest.raises(Unavailable):
        sim.perform(GetActivity(FIRM, key_of(made)))


@pytest.mark.parametrize("action", [CutJson(), HtmlPage(), HtmlPage(status=404), Malformed(), CutPage(0), Status(404)])
def test_a_foreign_answer_is_no_proof_that_an_id_is_unknown(action: Action) -> None:
    sim = simulated()
    made = meeting(sim)
    sim.fault(action)
    with pytest.raises((Unavailable, Rejected)):
        sim.perform(FindActivity(FIRM, made.id))


# --- writing --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(ActivityType))
def test_each_type_is_created_filled_found_and_deleted(kind: ActivityType) -> None:
    sim = simulated()
    sim.perform(Probe(FIRM))
    deadline = START + HOUR if kind is ActivityType.TASK else None
    personal = True if kind is ActivityType.TASK else None
    key = sim.perform(CreateActivity(FIRM, kind, draft(sim, deadline=deadline, personal=personal)))
    change = ActivityChange(
        title="Skutečný název",
        scheduled_from=START,
        scheduled_till=START + HOUR,
        description_html="<p>text</p>",
        place="Praha",
        priority=Priority.MINOR,
        status=ActivityStatus.SCHEDULED,
        personal=True,
    )
    sim.perform(UpdateActivity(FIRM, key, change))
    seen = sim.perform(FindByExtId(FIRM, kind, "olsync:abc"))
    assert seen.key == key
    assert (seen.title, seen.scheduled_from, seen.scheduled_till) == ("Skutečný název", START, START + HOUR)
    assert (seen.description.plain, seen.priority, seen.personal) == ("text", Priority.MINOR, True)
    assert seen.place == ("Praha" if kind in (ActivityType.MEETING, ActivityType.EVENT) else None)
    assert seen.ext_ids == ("olsync:abc",)
    sim.perform(DeleteActivity(FIRM, key))
    with pytest.raises(Gone):
        sim.perform(DeleteActivity(FIRM, key))
    assert sim.perform(FindByExtId(FIRM, kind, "olsync:abc")) is None


def test_instants_are_written_with_the_offset_of_the_api_user() -> None:
    sim = simulated(zone="Europe/Prague")
    made = meeting(sim)
    sim.perform(UpdateActivity(FIRM, key_of(made), ActivityChange(scheduled_from=START, scheduled_till=START + HOUR)))
    assert json.loads(sim.transport.asked[-1].body) == {
        "scheduledFrom": "2026-03-02T10:00:00.000+01:00",
        "scheduledTill": "2026-03-02T11:00:00.000+01:00",
    }


@pytest.mark.parametrize("replacing", [False, True])
def test_participants_are_kept_added_and_removed_whether_the_list_adds_or_replaces(replacing: bool) -> None:
    sim = simulated(switches=RaynetSwitches(participants_replace=replacing))
    others = [sim.instance.user(API_LOGIN).person]
    made = sim.ui.create("event", start=START, title="x", people=others)
    owner, leaving = made.participants
    write = (
        ParticipantWrite(id=owner.id, person=PersonId(sim.owner), owner=True, role="FROM"),
        ParticipantWrite(id=leaving.id, remove=True),
        ParticipantWrite(person=PersonId(sim.owner), company=None),
    )
    sim.perform(UpdateActivity(FIRM, key_of(made), ActivityChange(participants=write)))
    after = sim.ui.see(made.ref)
    assert [(one.person, one.owner) for one in after.participants] == [(sim.owner, True), (sim.owner, False)]


def test_an_update_of_nothing_sends_nothing() -> None:
    sim = simulated()
    call = sim.ui.create("phoneCall", start=START, title="x")
    sim.perform(UpdateActivity(FIRM, key_of(call), ActivityChange(place="Praha")))
    assert sim.asked() == []


@pytest.mark.parametrize("switch", [True, False])
def test_a_create_whose_reply_is_lost_may_have_happened(switch: bool) -> None:
    sim = simulated()
    sim.fault(DropReply(reset=switch), method="PUT")
    with pytest.raises(Unavailable) as caught:
        sim.perform(CreateActivity(FIRM, ActivityType.MEETING, draft(sim)))
    assert caught.value.unknown_outcome
    assert sim.perform(FindByExtId(FIRM, ActivityType.MEETING, "olsync:abc")) is not None
    assert sum("PUT" in asked for asked in sim.asked()) == 1


@pytest.mark.parametrize("action", [HtmlPage(), CutJson(), Status(502), Status(500)])
def test_a_write_that_was_not_confirmed_may_have_happened(action: Action) -> None:
    sim = simulated()
    made = meeting(sim)
    sim.fault(action, times=9)
    with pytest.raises(Unavailable) as caught:
        sim.perform(UpdateActivity(FIRM, key_of(made), ActivityChange(title="y")))
    assert caught.value.unknown_outcome
    assert len(sim.asked()) == 1


@pytest.mark.parametrize("bare", [True, False])
def test_both_shapes_of_a_create_reply_are_understood(bare: bool) -> None:
    sim = simulated(switches=RaynetSwitches(create_answers_bare_id=bare))
    sim.checked.check = lambda _request, _response: True  # the bare form is not in the document
    key = sim.perform(CreateActivity(FIRM, ActivityType.EVENT, draft(sim)))
    assert sim.perform(GetActivity(FIRM, key)).key == key


@pytest.mark.parametrize("status", [403, 500])
def test_a_locked_record_is_parked(status: int) -> None:
    sim = simulated(switches=RaynetSwitches(locked_status=status))  # type: ignore[arg-type]
    made = meeting(sim)
    sim.ui.lock(made.ref)
    assert sim.perform(GetActivity(FIRM, key_of(made))).locked
    with pytest.raises(Rejected) as caught:
        sim.perform(UpdateActivity(FIRM, key_of(made), ActivityChange(title="y")))
    assert caught.value.code in ("raynet_locked", "raynet_forbidden")
    assert caught.value.scope is Scope.ITEM


def test_adding_an_ext_id_twice_is_adding_it() -> None:
    sim = simulated(switches=RaynetSwitches(inline_ext_id="ignored"))
    key = sim.perform(CreateActivity(FIRM, ActivityType.EVENT, draft(sim)))
    assert sim.perform(GetActivity(FIRM, key)).ext_ids == ()
    for _ in range(2):
        sim.perform(AddExtId(FIRM, key, "olsync:abc"))
    assert sim.perform(GetActivity(FIRM, key)).ext_ids == ("olsync:abc",)


def test_a_second_create_with_the_same_ext_id_is_told_apart() -> None:
    sim = simulated()
    sim.perform(CreateActivity(FIRM, ActivityType.EVENT, draft(sim)))
    with pytest.raises(Rejected) as caught:
        sim.perform(CreateActivity(FIRM, ActivityType.EVENT, draft(sim)))
    assert caught.value.code == "raynet_duplicate_key"


def test_placeholders_are_found_by_their_exact_title_since_an_instant() -> None:
    sim = simulated()
    old = meeting(sim, "ros 1f")
    sim.clock.advance(hours=1)
    made = meeting(sim, "ros 1f")
    meeting(sim, "ROS 1F")
    meeting(sim, "ros 1f2")
    found = sim.perform(FindByTitle(FIRM, "ros 1f", sim.clock.now))
    assert [one.key for one in found] == [key_of(made)]
    found = sim.perform(FindByTitle(FIRM, "ros 1f", START))
    assert {one.key for one in found} == {key_of(old), key_of(made)}


# --- budget ---------------------------------------------------------------------------------------------------------


def until_stopped(sim: Simulated, op: Op[object]) -> tuple[int, Throttled]:
    for number in range(1000):
        try:
            sim.perform(op)
        except Throttled as stopped:
            return number, stopped
    raise AssertionError("never stopped")


def test_the_budget_is_never_overdrawn_and_users_come_last_to_a_stop() -> None:
    sim = simulated(switches=RaynetSwitches(daily_quota=100))
    made = meeting(sim)
    polls, stopped = until_stopped(sim, NewestActivities(FIRM, 0, 10))
    assert 90 <= polls < 100
    assert stopped.scope is Scope.FIRM
    assert sim.clock.now < stopped.until < datetime(2026, 3, 3, tzinfo=UTC)
    reads, stopped = until_stopped(sim, GetActivity(FIRM, key_of(made)))
    assert polls + reads == 100
    assert stopped.until == datetime(2026, 3, 3, tzinfo=UTC)
    assert len(sim.asked()) == 100
    sim.clock.advance(hours=15)
    assert sim.perform(NewestActivities(FIRM, 0, 10)).total == 1


def test_calls_are_counted_by_reads_and_writes_until_the_counts_are_taken() -> None:
    sim = simulated()
    made = meeting(sim)
    sim.perform(GetActivity(FIRM, key_of(made)))
    sim.perform(UpdateActivity(FIRM, key_of(made), ActivityChange(title="y")))
    counts = sim.gateway.reset_counters(FIRM)
    assert (counts.reads, counts.writes) == (1, 1)
    assert sim.gateway.counters(FIRM).reads == 0
    gauge = sim.gateway.gauge(FIRM)
    assert (gauge.limit, gauge.remaining, gauge.in_flight) == (24_000, 23_998, 0)
    assert gauge.reset == datetime(2026, 3, 3, tzinfo=UTC)


# --- as the demonstration and the histories mount it ------------------------------------------------------------------


def test_the_gateway_runs_over_the_whole_simulated_world() -> None:
    clock = ManualClock(START)
    world = World(clock)
    instance = world.raynet.add_instance("acme")
    add_user(instance, API_LOGIN, "Sync", "Technical")
    key = add_api_key(instance, API_LOGIN, "ROS")
    instance.ui(API_LOGIN).create("event", start=START, title="x")
    connection = RaynetConnection(firm=FIRM, base_url=world.raynet_url, instance="acme", user=API_LOGIN, key=key.secret)
    gateway = RaynetGateway(
        lambda _firm: connection,
        clock=clock,
        monotonic=Seconds(clock),
        allowed_bases=(world.raynet_url.rstrip("/"),),
        transport=SimAdapter(world),
    )
    page = gateway.perform(NewestActivities(FIRM, 0, 10))
    assert isinstance(page, ActivityPage)
    assert page.total == 1
