"""How long a new event of somebody's waits for the panel of another form, in the worker's own turns.

What a form can know in which Outlook, and why these figures: docs/decisions/waiting-for-the-panel.md.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from server.api.addin.signin import CARRIERS
from server.microsoft.translate import PANEL_PROPERTY
from tests.support.panel import Form, Panel, PanelHost, panel_host
from tests.support.turning import Turning, prove_push, turning

#: Every change arrives within this.
PROMISE_SECONDS = 15.0
BEAT_SECONDS = CARRIERS[0].draft_beat_seconds
#: Somebody with each kind of Outlook.
CLIENTS = {"jana": "owa", "petr": "new", "eva": "classic", "karel": "mac", "ota": "other"}


@contextmanager
def office(folder: Path, *, push: bool, people: tuple[str, ...] = ("jana",)) -> Iterator[tuple[Turning, PanelHost]]:
    with turning(folder, push=push, people=people) as made:
        if push:
            prove_push(made)
        made.run_for(20)
        yield made, panel_host(made.rig)


@pytest.fixture(params=[False, True], ids=["polling", "push"])
def at_work(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[tuple[Turning, Panel]]:
    with office(tmp_path, push=request.param) as (made, host):
        yield made, host.panel("jana")


def begun(made: Turning, panel: Panel, client: str, subject: str = "Rozepsaná schůzka") -> Form:
    """A form in which something was chosen, and a panel that has been open beside it for a while."""
    form = panel.form(subject, client=client)
    form.choose(type="meeting")
    form.send(form.delivery())
    keep_open(made, form, 20)
    return form


def keep_open(made: Turning, form: Form, seconds: float) -> None:
    """The panel beats; nothing changes."""
    for _ in range(int(seconds // BEAT_SECONDS)):
        made.run_for(BEAT_SECONDS)
        form.send(form.again())


def plain(form: Form, title: str = "Oběd") -> dict[str, Any]:
    """An event of the same user made without the panel, nothing of it as in the form."""
    start = form.start + timedelta(days=1)
    return {"subject": title, "start": start, "end": start + timedelta(minutes=30)}


def seconds_until(made: Turning, title: str, form: Form | None = None, *, most: float = 90) -> float:
    """Until an activity of this title stands in Raynet; meanwhile the panel of ``form`` beats."""
    began, beaten = made.rig.clock(), made.rig.clock()
    while not (found := [one for one in made.rig.raynet.activities() if one.title == title]):
        passed = (made.rig.clock() - began).total_seconds()
        assert passed < most, f"not after {passed} s"
        made.run_for(0.5)
        if form is not None and (made.rig.clock() - beaten).total_seconds() >= BEAT_SECONDS:
            form.send(form.again())
            beaten = made.rig.clock()
    assert len(found) == 1
    return (made.rig.clock() - began).total_seconds()


def of_title(made: Turning, title: str) -> Any:
    found = [one for one in made.rig.raynet.activities() if one.title == title]
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize("push", [False, True], ids=["polling", "push"])
@pytest.mark.parametrize("said", [True, False], ids=["says it closes", "vanishes"])
def test_a_plain_event_after_an_abandoned_form_keeps_the_promise(
    tmp_path: Path, record_property: Any, said: bool, push: bool
) -> None:
    """In every kind of Outlook; made as fast as anybody can after giving up the other form, and a little later."""
    longest = 0.0
    with office(tmp_path, push=push, people=tuple(CLIENTS)) as (made, host):
        for (person, client), after in zip(CLIENTS.items(), (2.0, 5.5, 9.0, 11.5, 14.0), strict=True):
            form = begun(made, host.panel(person), client, f"Rozepsaná v {client}")
            if said:
                assert form.beacon(rev=form.rev) == 204
            made.run_for(after)
            event = plain(form, f"Oběd po {client}")
            form.panel.person.outlook.create(**event)
            longest = max(longest, seconds_until(made, event["subject"]))
            assert (of_title(made, event["subject"]).kind, form.get()["step"]) == ("event", "open")
    how = f"{'push' if push else 'polling'}, {'said' if said else 'unsaid'}"
    record_property(f"a plain event after an abandoned form ({how}), seconds (at most 15)", longest)
    assert longest <= PROMISE_SECONDS


def test_a_plain_event_beside_an_open_form_keeps_the_promise(
    at_work: tuple[Turning, Panel], record_property: Any
) -> None:
    """Made on the phone, say; the form is saved later and gets its choice."""
    made, panel = at_work
    longest = 0.0
    for client in ("owa", "classic"):
        form = begun(made, panel, client, f"Rozepsaná v {client}")
        event = plain(form, f"Oběd vedle {client}")
        panel.person.outlook.create(**event)
        longest = max(longest, seconds_until(made, event["subject"], form))
        form.save()
        assert seconds_until(made, form.subject) <= PROMISE_SECONDS
        assert (of_title(made, event["subject"]).kind, of_title(made, form.subject).kind) == ("event", "meeting")
        made.run_for(60)
    record_property("a plain event beside an open form, seconds (at most 15)", longest)
    assert longest <= PROMISE_SECONDS


@pytest.mark.parametrize(("client", "most"), [("owa", PROMISE_SECONDS), ("classic", 60.0)])
def test_an_event_that_half_fits_an_abandoned_form_waits_where_outlook_uploads_late(
    at_work: tuple[Turning, Panel], record_property: Any, client: str, most: float
) -> None:
    """Nobody can tell it from the form's own event, renamed in the last second: it gets the choice."""
    made, panel = at_work
    form = begun(made, panel, client)
    form.beacon(rev=form.rev)
    made.run_for(3)
    panel.person.outlook.create("Přejmenovaná", form.start, form.end)
    seconds = seconds_until(made, "Přejmenovaná")
    record_property(f"an event in the slot of an abandoned form, {client}, seconds (at most {most:.0f})", seconds)
    assert seconds <= most
    assert of_title(made, "Přejmenovaná").kind == "meeting"


@pytest.mark.parametrize("client", ["owa", "classic"])
def test_who_saves_long_after_the_last_keystroke_gets_the_choice_once(
    at_work: tuple[Turning, Panel], client: str
) -> None:
    made, panel = at_work
    form = begun(made, panel, client)
    keep_open(made, form, 35)
    form.save()
    if client == "owa":
        form.beacon(rev=form.rev)
    assert seconds_until(made, form.subject) <= PROMISE_SECONDS
    made.run_for(120)
    assert of_title(made, form.subject).kind == "meeting"
    assert form.get()["step"] == "applied"


def test_who_renames_and_moves_in_the_last_second_gets_the_choice_with_the_last_word(
    at_work: tuple[Turning, Panel],
) -> None:
    """The event is read before the panel's word of it arrives: nothing is made without it."""
    made, panel = at_work
    form = begun(made, panel, "owa")
    form.subject, form.start, form.end = "Jinak a jindy", form.end, form.end + timedelta(hours=1)
    form.save()
    made.turn()
    assert not [one for one in made.rig.raynet.activities() if one.title == form.subject]
    made.run_for(1)
    form.beacon()
    assert seconds_until(made, form.subject) <= PROMISE_SECONDS
    assert of_title(made, form.subject).kind == "meeting"


def test_who_closes_the_pane_and_saves_later_loses_nothing(at_work: tuple[Turning, Panel]) -> None:
    made, panel = at_work
    form, renamed = begun(made, panel, "owa", "Beze změny"), begun(made, panel, "owa", "Ke změně")
    renamed.start, renamed.end = form.end, form.end + timedelta(hours=1)
    renamed.send(renamed.delivery())
    for one in (form, renamed):
        one.beacon(rev=one.rev)
    made.run_for(90)
    form.save()
    renamed.subject = "Po změně"
    renamed.save()
    for one in (form, renamed):
        seconds_until(made, one.subject)
        assert of_title(made, one.subject).kind == "meeting"
        assert one.get()["step"] == "applied"


def test_a_draft_that_travels_in_the_event_is_bound_whatever_else_was_changed(at_work: tuple[Turning, Panel]) -> None:
    """Classic Outlook keeps hidden properties in the form and writes them with the event."""
    made, panel = at_work
    form = begun(made, panel, "classic")
    note = [{"id": PANEL_PROPERTY, "value": f'{{"draftId": "{form.draft_id}"}}'}]
    form.subject, form.start, form.end = "Vše jinak", form.end, form.end + timedelta(hours=2)
    form.save(singleValueExtendedProperties=note)
    made.run_for(40)
    assert (of_title(made, "Vše jinak").kind, form.get()["step"]) == ("meeting", "applied")
