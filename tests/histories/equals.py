"""Equal things of one person that two people made, or one made twice: they were not equal when they were first seen."""

from collections.abc import Hashable, Iterable
from datetime import datetime, timedelta
from itertools import combinations
from typing import TYPE_CHECKING

from tests.histories.shown import Moment, Place

if TYPE_CHECKING:
    from tests.histories.oracle import Oracle


def doubled(oracle: "Oracle", found: Iterable[tuple[Hashable, Place]]) -> list[int]:
    """How many stand there each time that several are equal, beside what people made equal themselves."""
    alike: dict[Hashable, list[Place]] = {}
    for key, place in found:
        alike.setdefault(key, []).append(place)
    return [len(places) for places in alike.values() if len(places) > 1 and not _by_people(oracle, places)]


def _by_people(oracle: "Oracle", places: list[Place]) -> bool:
    """Whether each goes back to a thing of its own that a person made, and these differed since they were looked at.

    Nothing then tells that somebody who makes two meetings equal, or brings one back, wants one of them gone.
    """
    origins = [_origin(oracle, place) for place in places]
    known = [one for one in origins if one is not None]
    if len(set(known)) < len(places):
        return False
    pairs = list(combinations(known, 2))
    return all(_of_others(oracle, one, other) or _differed(oracle, one, other) for one, other in pairs)


def _of_others(oracle: "Oracle", one: Place, other: Place) -> bool:
    """Whether nobody had both when they were first looked at: an equal one is looked for in one's own calendar."""
    since = _since(oracle, one, other)
    return _persons(oracle, one, since).isdisjoint(_persons(oracle, other, since))


def _persons(oracle: "Oracle", place: Place, at: datetime) -> set[int]:
    """Who had it then."""
    records = [one.after for one in oracle.house.raynet.history if one.at <= at and one.after is not None]
    record = next((one for one in reversed(records) if place == ("raynet", f"{one.kind}:{one.id}")), None)
    took_part = {one.person for one in record.participants} if record is not None else set()
    return took_part | {one.person for one in oracle.house.people if one.mailbox.id == place[0]}


def _origin(oracle: "Oracle", place: Place) -> Place | None:
    """What a person made of which this is, or was made; None where that is not one thing."""
    if _made_by_person(oracle, place):
        return place
    found = {
        other
        for group in oracle.groups
        if place in (places := oracle._places(group))
        for other in places
        if _made_by_person(oracle, other)
    }
    return found.pop() if len(found) == 1 else None


def _made_by_person(oracle: "Oracle", place: Place) -> bool:
    moments = oracle.moments.get(place)
    return bool(moments) and moments is not None and moments[0].by == "human"


def _differed(oracle: "Oracle", one: Place, other: Place) -> bool:
    """Whether there was an instant, since both calendars were looked at, at which only one stood, or another one."""
    since = _since(oracle, one, other)
    later = {moment.at for place in (one, other) for moment in oracle.moments[place] if moment.at > since}
    return any(_said(oracle.moments[one], at) != _said(oracle.moments[other], at) for at in {since, *later})


def _since(oracle: "Oracle", one: Place, other: Place) -> datetime:
    """From when on both stood there and their calendars were looked at."""
    return max(_first_look(oracle, one), _first_look(oracle, other), *(oracle.moments[x][0].at for x in (one, other)))


def _first_look(oracle: "Oracle", place: Place) -> datetime:
    looks = oracle.history.watch.looks.get(place[0], ())
    return oracle.history.timeline.start + timedelta(milliseconds=min(looks, default=0))


def _said(moments: list[Moment], at: datetime) -> tuple[object, object] | None:
    last = next((one for one in reversed(moments) if one.at <= at), None)
    return (last.after["title"], last.after["when"]) if last is not None and last.after is not None else None
