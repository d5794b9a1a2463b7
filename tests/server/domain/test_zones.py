"""Zone names of three systems."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tzlocal.windows_tz import win_tz

from server.domain.zones import iana_zone, same_zone, wall_clock, windows_zone

LAWS = settings(max_examples=200, deadline=None, derandomize=True, database=None)
PRAGUE = ZoneInfo("Europe/Prague")


@pytest.mark.parametrize(
    ("iana", "windows"),
    [
        ("Europe/Prague", "Central Europe Standard Time"),
        ("Europe/Bratislava", "Central Europe Standard Time"),
        ("Europe/Warsaw", "Central European Standard Time"),
        ("Europe/Berlin", "W. Europe Standard Time"),
        ("Europe/Kyiv", "FLE Standard Time"),
        ("Europe/Kiev", "FLE Standard Time"),
        ("UTC", "UTC"),
        ("GMT", "UTC"),
        ("Mars/Olympus", None),
        ("", None),
    ],
)
def test_graph_is_told_windows_names(iana: str, windows: str | None) -> None:
    assert windows_zone(iana) == windows


@pytest.mark.parametrize(
    ("label", "key"),
    [
        ("Europe/Prague", "Europe/Prague"),
        ("europe/prague", "Europe/Prague"),
        ("EUROPE_PRAGUE", "Europe/Prague"),
        ("AMERICA_PORT_AU_PRINCE", "America/Port-au-Prince"),
        ("Central Europe Standard Time", "Europe/Budapest"),
        (" UTC ", "UTC"),
        ("tzone://Microsoft/Utc", "UTC"),
        ("tzone://Microsoft/Custom", None),
        ("Customized Time Zone", None),
        ("../../etc/passwd", None),
        ("Europe", None),
        ("a\x00b\ud800", None),
        ("", None),
        (None, None),
    ],
)
def test_labels_of_all_systems_are_understood(label: str | None, key: str | None) -> None:
    zone = iana_zone(label)
    assert (zone and zone.key) == key


@pytest.mark.parametrize("windows", sorted(win_tz))
def test_every_windows_name_comes_back(windows: str) -> None:
    zone = iana_zone(windows)
    assert zone is not None
    assert windows_zone(zone.key) == windows


@pytest.mark.parametrize(
    ("first", "second", "is_same"),
    [
        ("Europe/Prague", "Europe/Budapest", True),
        ("EUROPE_PRAGUE", "Central Europe Standard Time", True),
        ("Europe/Prague", "Europe/Warsaw", False),
        ("UTC", "tzone://Microsoft/Utc", True),
        ("tzone://Microsoft/Custom", "tzone://Microsoft/Custom", True),
        ("tzone://Microsoft/Custom", "Europe/Prague", False),
        ("Europe/Prague", "Mars/Olympus", False),
        ("Mars/Olympus", "Mars/Phobos", False),
        (None, None, True),
        (None, "UTC", False),
        ("UTC", None, False),
    ],
)
def test_zones_are_compared_by_what_they_mean(first: str | None, second: str | None, is_same: bool) -> None:
    assert same_zone(first, second) is is_same


@pytest.mark.parametrize(
    ("instant", "shown", "is_unambiguous"),
    [
        ("2026-11-23T09:00", "2026-11-23T10:00", True),
        ("2026-03-29T00:59", "2026-03-29T01:59", True),
        ("2026-03-29T01:00", "2026-03-29T03:00", True),
        ("2026-10-24T23:59", "2026-10-25T01:59", True),
        ("2026-10-25T00:30", "2026-10-25T02:30", False),
        ("2026-10-25T01:30", "2026-10-25T02:30", False),
        ("2026-10-25T02:00", "2026-10-25T03:00", True),
    ],
)
def test_clocks_name_every_instant_once_but_for_the_repeated_hour(
    instant: str, shown: str, is_unambiguous: bool
) -> None:
    moment = datetime.fromisoformat(instant).replace(tzinfo=UTC)
    assert wall_clock(moment, PRAGUE) == (datetime.fromisoformat(shown), is_unambiguous)


def test_a_naive_instant_has_no_wall_clock() -> None:
    with pytest.raises(ValueError, match="naive"):
        wall_clock(datetime(2026, 1, 1), PRAGUE)  # noqa: DTZ001 - what is tested


instants = st.datetimes(
    datetime(1970, 1, 1),  # noqa: DTZ001 - bounds are naive
    datetime(2100, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@LAWS
@given(instants)
def test_an_unambiguous_wall_clock_leads_back(instant: datetime) -> None:
    shown, is_unambiguous = wall_clock(instant, PRAGUE)
    assert shown.tzinfo is None
    if is_unambiguous:
        assert shown.replace(tzinfo=PRAGUE).astimezone(UTC) == instant


@LAWS
@given(st.text(max_size=40))
def test_no_label_fails(label: str) -> None:
    assert same_zone(label, label)
    assert iana_zone(label) is None or windows_zone(label.strip()) is not None
