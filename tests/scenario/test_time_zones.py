"""Time: daylight saving, whole days in other zones, labels nobody knows, a changed zone of the API user."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from simulator.graph.mailbox import Save
from simulator.graph.state import SERVER
from tests.support.rig import API_LOGIN, Rig

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
Firm = Callable[..., Rig]
#: The two changes of 2026 in Prague: forward on 29 March at 01:00 UTC, back on 25 October at 01:00 UTC.
FORWARD = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
BACK = datetime(2026, 10, 25, 1, 0, tzinfo=UTC)


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None)


@pytest.mark.parametrize("change", [FORWARD, BACK], ids=["forward", "back"])
def test_events_around_a_clock_change_keep_their_instants_both_ways(firm: Firm, change: datetime) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    starts = [change + step * HOUR / 2 for step in range(-5, 6)]
    with rig.carried(graph=len(starts)):
        refs = [jana.ui.create("meeting", title=f"R{n}", start=at, end=at + HOUR).ref for n, at in enumerate(starts)]
    for number, at in enumerate(starts):
        state = jana.outlook.state(jana.outlook.find(f"R{number}"))
        assert (state.start, state.end) == (_utc(at), _utc(at + HOUR))
    with rig.carried(raynet=1):
        event = jana.outlook.find("R5")
        jana.outlook.edit(
            event,
            start={"dateTime": f"{change + 3 * HOUR:%Y-%m-%dT%H:%M:%S}", "timeZone": "UTC"},
            end={"dateTime": f"{change + 4 * HOUR:%Y-%m-%dT%H:%M:%S}", "timeZone": "UTC"},
        )
    assert rig.raynet.activity(refs[5]).scheduled_from == change + 3 * HOUR
    rig.clock.advance(seconds=(change - rig.clock()).total_seconds() + 86_400)
    rig.tick()
    before = rig.writes()
    rig.sync(full=True)
    assert rig.writes() == before, "the change of clocks itself writes nothing"


@pytest.mark.parametrize("day", [FORWARD.date(), BACK.date()], ids=["forward", "back"])
def test_whole_days_of_a_clock_change_are_whole_days(firm: Firm, day: date) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    with rig.carried(raynet=2):
        event = jana.outlook.create("Den změny", day - DAY, day + 2 * DAY)
    (made,) = rig.raynet.activities()
    length = made.scheduled_till - made.scheduled_from
    assert length == 3 * DAY + (HOUR if day == BACK.date() else -HOUR)
    with rig.carried(graph=1):
        jana.ui.edit(made.ref, title="Jiný název")
    state = jana.outlook.state(event)
    assert state.is_all_day
    assert (state.start.date(), state.end.date()) == (day - DAY, day + 2 * DAY)


@pytest.mark.parametrize("zone", ["Central Europe Standard Time", "Tokyo Standard Time", "Pacific Standard Time"])
def test_whole_days_are_dates_in_every_mailbox_zone(firm: Firm, zone: str) -> None:
    rig = firm("jana", synced=False)
    jana = rig.people["jana"]
    jana.mailbox.time_zone = zone
    rig.sync()
    day = date(2026, 5, 4)
    with rig.carried(raynet=2):
        event = jana.outlook.create("Veletrh", day, day + 2 * DAY)
        jana.outlook.edit(
            event,
            isAllDay=True,
            start={"dateTime": "2026-05-04T00:00:00", "timeZone": zone},
            end={"dateTime": "2026-05-06T00:00:00", "timeZone": zone},
        )
    (made,) = rig.raynet.activities()
    assert made.scheduled_from == datetime(2026, 5, 3, 22, tzinfo=UTC)
    assert made.scheduled_till == datetime(2026, 5, 5, 22, tzinfo=UTC)
    with rig.carried(graph=1):
        jana.ui.move(made.ref, made.scheduled_from + DAY)
    state = jana.outlook.state(event)
    assert state.is_all_day
    assert (state.start.isoformat(), state.end.isoformat()) == ("2026-05-05T00:00:00", "2026-05-07T00:00:00")
    with rig.carried(graph=1):
        jana.ui.create("event", title="Z Raynetu", start=made.scheduled_from, end=made.scheduled_till)
    state = jana.outlook.state(jana.outlook.find("Z Raynetu"))
    assert state.is_all_day
    assert state.start.isoformat() == "2026-05-04T00:00:00"


@pytest.mark.parametrize("label", ["tzone://Microsoft/Custom", "Nesmyslný čas", ""])
def test_a_zone_label_nobody_knows_shifts_nothing(firm: Firm, label: str) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    start = rig.clock() + DAY
    event = jana.outlook.create("Starý zápis", start, start + HOUR)
    item, _ = jana.mailbox.item(event)
    state = replace(item.content.state, start_zone=label, end_zone=label)
    jana.mailbox.save(item, replace(item.content, state=state), Save(by=SERVER, kind="legacy"))
    with rig.carried(raynet=2):
        pass
    (made,) = rig.raynet.activities()
    assert made.scheduled_from == start
    with rig.carried(graph=1):
        jana.ui.edit(made.ref, title="Nový název")
    assert jana.outlook.state(event).start == _utc(start)
    with rig.carried(graph=1):
        jana.ui.move(made.ref, start + 2 * HOUR)
    assert jana.outlook.state(event).start == _utc(start + 2 * HOUR)


def test_a_kept_zone_label_survives_changes_that_do_not_touch_the_time(firm: Firm) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    with rig.carried(raynet=2):
        event = jana.outlook.create("Tokio", rig.clock() + HOUR, rig.clock() + 2 * HOUR)
        item, _ = jana.mailbox.item(event)
        label = "Tokyo Standard Time"
        state = replace(item.content.state, start_zone=label, end_zone=label)
        jana.mailbox.save(item, replace(item.content, state=state), Save(by=SERVER, kind="legacy"))
    (made,) = rig.raynet.activities()
    with rig.carried(graph=1):
        jana.ui.edit(made.ref, title="Tokijská")
    assert jana.outlook.state(event).start_zone == label
    with rig.carried(graph=1):
        jana.ui.move(made.ref, rig.clock() + 9 * HOUR)
    assert jana.outlook.state(event).start_zone == label


def test_a_changed_zone_of_the_api_user_shifts_nothing_and_writes_nothing(firm: Firm) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    day = date(2026, 4, 7)
    with rig.carried(raynet=2, graph=1):
        event = jana.outlook.create("Celý den", day, day + DAY)
        ref = jana.ui.create("meeting", title="Schůzka", start=rig.clock() + DAY).ref
    whole = next(one for one in rig.raynet.activities() if one.kind == "event")
    jana.ui.set_time_zone(API_LOGIN, "AMERICA_NEW_YORK")
    rig.tick()
    before = rig.writes()
    rig.sync(full=True)
    rig.tick()
    rig.sync(full=True)
    assert rig.writes() == before
    with rig.carried(graph=2):
        jana.ui.edit(whole.ref, title="Celý den jinak")
        jana.ui.edit(ref, title="Schůzka jinak")
    state = jana.outlook.state(event)
    assert state.is_all_day
    assert state.start.date() == day


# --- odd times ----------------------------------------------------------------------------------------------------


def test_zero_length_and_missing_end_are_moments(firm: Firm) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    start = rig.clock() + DAY
    with rig.carried(graph=2):
        jana.ui.create("meeting", title="Okamžik", start=start, end=start)
        open_end = jana.ui.create("meeting", title="Bez konce", start=start)
        jana.ui.edit(open_end.ref, scheduled_till=None)
    for title in ("Okamžik", "Bez konce"):
        state = jana.outlook.state(jana.outlook.find(title))
        assert state.start == state.end == _utc(start)
    with rig.carried(raynet=2):
        jana.outlook.create("Okamžik v Outlooku", start, start)
    made = next(one for one in rig.raynet.activities() if one.title == "Okamžik v Outlooku")
    assert made.scheduled_from == made.scheduled_till == start


def test_an_end_before_the_start_is_parked_with_its_reason_and_touches_nothing(firm: Firm) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    rig.raynet.switches.inverted_interval = "accepted"
    start = rig.clock() + DAY
    with rig.carried(graph=1):
        ref = jana.ui.create("meeting", title="Porada", start=start, end=start + HOUR).ref
    with rig.carried():
        jana.ui.edit(ref, scheduled_till=start - HOUR)
    assert {(one.state.value, one.reason.value) for one in rig.pairs()} == {("parked", "inverted_times")}
    assert jana.outlook.state(jana.outlook.find("Porada")).end == _utc(start + HOUR)
    with rig.carried(graph=1):
        jana.ui.edit(ref, scheduled_till=start + 2 * HOUR)
    assert jana.outlook.state(jana.outlook.find("Porada")).end == _utc(start + 2 * HOUR)


def test_seconds_and_fractions_neither_churn_nor_get_lost(firm: Firm) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    start = (rig.clock() + DAY).replace(second=37, microsecond=123_000)
    with rig.carried(graph=1, raynet=2):
        ref = jana.ui.create("meeting", title="Přesně", start=start, end=start + HOUR).ref
        jana.outlook.create("Také přesně", start, start + HOUR)
    with rig.carried(graph=1):
        jana.ui.edit(ref, title="Přesně jinak")
    assert jana.outlook.state(jana.outlook.find("Přesně jinak")).start.second == 37
    assert rig.raynet.activity(ref).scheduled_from == start, (
        "an unchanged time is not written back without its fraction"
    )


def test_a_day_written_until_one_minute_to_midnight_is_a_whole_day(firm: Firm) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    first = datetime(2026, 4, 7, 22, tzinfo=UTC)  # midnight in Prague
    with rig.carried(graph=1):
        ref = jana.ui.create("event", title="Celý", start=first, end=first + DAY - timedelta(minutes=1)).ref
    state = jana.outlook.state(jana.outlook.find("Celý"))
    assert state.is_all_day
    assert (state.end - state.start) == DAY
    with rig.carried(graph=1):
        jana.ui.edit(ref, title="Pořád celý")
    assert rig.raynet.activity(ref).scheduled_till == first + DAY - timedelta(minutes=1)
