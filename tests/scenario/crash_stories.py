"""One story for each kind of write the product does, for the tests that let it crash in the middle."""

from tests.support.crashes import HOUR, Memo, Step, Story
from tests.support.gaps import person
from tests.support.oracle import MASK, activity_shown, text_of
from tests.support.rig import Rig

SECRET = "Chemoterapie v nemocnici"


def events_of(rig: Rig, name: str) -> list[str]:
    return sorted(one.subject for one in rig.people[name].outlook.events().values() if not one.is_cancelled)


def titles(rig: Rig) -> list[str]:
    return sorted(one.title for one in rig.raynet.activities() if activity_shown(one) is not None)


# --- what stands before -------------------------------------------------------------------------------------------


def a_raynet_meeting(rig: Rig, memo: Memo) -> None:
    """Jana's meeting with Petr, made in Raynet, standing in both calendars."""
    jana, petr = rig.people["jana"], rig.people["petr"]
    made = jana.ui.create(
        "meeting",
        title="Porada výroby",
        start=memo.start,
        end=memo.start + HOUR,
        people=(petr.person,),
        description="<p>Probrat termíny</p>",
        meeting_place="Zasedačka",
    )
    memo.refs["it"] = made.ref
    rig.tick()
    rig.sync()
    memo.events["it"] = jana.outlook.find("Porada výroby")
    memo.events["copy"] = petr.outlook.find("Porada výroby")


def an_outlook_event(rig: Rig, memo: Memo) -> None:
    """Jana's event, made in Outlook, standing in Raynet."""
    memo.events["it"] = rig.people["jana"].outlook.create(
        "Soustředění",
        memo.start,
        memo.start + HOUR,
        body={"contentType": "html", "content": "<p>Klid na práci</p>"},
        location={"displayName": "Doma"},
    )
    rig.tick()
    rig.sync()
    memo.refs["it"] = next(one.ref for one in rig.raynet.activities() if one.title == "Soustředění")


def a_conflict(rig: Rig, memo: Memo) -> None:
    """Both sides changed the title; Raynet's won."""
    a_raynet_meeting(rig, memo)
    rig.people["jana"].outlook.edit(memo.events["it"], subject="Název z Outlooku")
    rig.people["jana"].ui.edit(memo.refs["it"], title="Název z Raynetu")
    rig.tick()
    rig.sync()


def five_events(rig: Rig, memo: Memo) -> None:
    for number in range(5):
        rig.people["jana"].outlook.create(
            f"Událost {number}", memo.start + number * HOUR, memo.start + (number + 1) * HOUR
        )
    rig.tick()
    rig.sync()


def a_hold(rig: Rig, memo: Memo) -> None:
    """Jana deleted all five: that waits for an administrator."""
    five_events(rig, memo)
    jana = rig.people["jana"].outlook
    for event in list(jana.events()):
        jana.delete(event)
    rig.tick()
    rig.sync()
    assert len(rig.administration.holds.every(rig.firm)) == 1


# --- what people do -----------------------------------------------------------------------------------------------


def create_in_raynet(rig: Rig, memo: Memo) -> None:
    jana, petr = rig.people["jana"], rig.people["petr"]
    memo.refs["it"] = jana.ui.create(
        "meeting",
        title="Nová schůzka",
        start=memo.start,
        end=memo.start + HOUR,
        people=(petr.person,),
        description="<p>Nový popis</p>",
        meeting_place="Hala",
        priority="CRITICAL",
    ).ref


def change_in_raynet(rig: Rig, memo: Memo) -> None:
    person(rig, memo).ui.edit(
        memo.refs["it"],
        title="Porada změněná",
        scheduled_from=memo.start + 3 * HOUR,
        scheduled_till=memo.start + 5 * HOUR,
        description="<p>Jiný popis</p>",
        meeting_place="Jinde",
        priority="MINOR",
    )


def complete_in_raynet(rig: Rig, memo: Memo) -> None:
    person(rig, memo).ui.complete(memo.refs["it"])


def delete_in_raynet(rig: Rig, memo: Memo) -> None:
    person(rig, memo).ui.delete(memo.refs["it"])


def cancel_in_raynet(rig: Rig, memo: Memo) -> None:
    person(rig, memo).ui.cancel(memo.refs["it"])


def unschedule_in_raynet(rig: Rig, memo: Memo) -> None:
    person(rig, memo).ui.unschedule(memo.refs["it"])


def create_in_outlook(rig: Rig, memo: Memo) -> None:
    memo.events["it"] = rig.people["jana"].outlook.create(
        "Nová událost",
        memo.start,
        memo.start + HOUR,
        body={"contentType": "html", "content": "<p>Nové poznámky</p>"},
        location={"displayName": "Ostrava"},
        importance="high",
    )


def create_private_in_outlook(rig: Rig, memo: Memo) -> None:
    memo.events["it"] = rig.people["jana"].outlook.create(
        SECRET,
        memo.start,
        memo.start + HOUR,
        body={"contentType": "html", "content": "<p>Tajná diagnóza</p>"},
        location={"displayName": "Onkologie Poruba"},
        sensitivity="private",
    )


def create_meeting_in_outlook(rig: Rig, memo: Memo) -> None:
    create_in_outlook(rig, memo)
    rig.people["jana"].outlook.invite(memo.events["it"], rig.people["petr"].login)
    rig.world.settle()


def change_in_outlook(rig: Rig, memo: Memo) -> None:
    person(rig, memo).outlook.edit(
        memo.events["it"],
        subject="Změněno v Outlooku",
        body={"contentType": "html", "content": "<p>Text z Outlooku</p>"},
        location={"displayName": "Praha"},
        importance="low",
    )
    person(rig, memo).outlook.move_in_time(memo.events["it"], memo.start + 6 * HOUR, memo.start + 7 * HOUR)


def delete_in_outlook(rig: Rig, memo: Memo) -> None:
    person(rig, memo).outlook.delete(memo.events["it"])


def hide_in_outlook(rig: Rig, memo: Memo) -> None:
    person(rig, memo).outlook.make_private(memo.events["it"])


def invite_in_outlook(rig: Rig, memo: Memo) -> None:
    person(rig, memo).outlook.invite(memo.events["it"], rig.people["petr"].login)
    rig.world.settle()


def add_a_person(rig: Rig, memo: Memo) -> None:
    person(rig, memo).ui.add_person(memo.refs["it"], rig.people["petr"].person)


def remove_a_person(rig: Rig, memo: Memo) -> None:
    person(rig, memo).ui.remove_person(memo.refs["it"], rig.people["petr"].person)


def change_owner(rig: Rig, memo: Memo) -> None:
    person(rig, memo).ui.change_owner(memo.refs["it"], rig.people["eva"].person)


def edit_the_copy(rig: Rig, memo: Memo) -> None:
    rig.people["petr"].outlook.edit(memo.events["copy"], subject="Přepsáno v kopii")


def change_on_both(rig: Rig, memo: Memo) -> None:
    person(rig, memo).ui.edit(memo.refs["it"], title="Název z Raynetu", meeting_place="Místo z Raynetu")
    person(rig, memo).outlook.edit(memo.events["it"], subject="Název z Outlooku", importance="high")


def delete_here_edit_there(rig: Rig, memo: Memo) -> None:
    person(rig, memo).ui.delete(memo.refs["it"])
    person(rig, memo).outlook.edit(memo.events["it"], subject="Ještě platí")


def edit_here_delete_there(rig: Rig, memo: Memo) -> None:
    person(rig, memo).ui.edit(memo.refs["it"], title="Ještě platí")
    person(rig, memo).outlook.delete(memo.events["it"])


def cancel_here_edit_there(rig: Rig, memo: Memo) -> None:
    person(rig, memo).ui.cancel(memo.refs["it"])
    person(rig, memo).outlook.edit(memo.events["it"], subject="Ještě platí")


def ask_for_the_lost_value(rig: Rig, memo: Memo) -> None:
    (entry,) = rig.administration.conflicts.every(rig.firm)
    rig.administration.conflicts.request_restore(entry.conflict.id, actor="test")


def ask_to_undo(rig: Rig, memo: Memo) -> None:
    wrote = [one for one in rig.administration.passes.every(rig.firm) if one.counts.get("changed")]
    rig.administration.passes.request_undo(wrote[0].id, actor="test")


def confirm_the_hold(rig: Rig, memo: Memo) -> None:
    _decide(rig, "confirm")


def reject_the_hold(rig: Rig, memo: Memo) -> None:
    _decide(rig, "reject")


def _decide(rig: Rig, how: str) -> None:
    from server.domain.state import Decision

    (entry,) = rig.administration.holds.every(rig.firm)
    rig.administration.holds.decide(entry.hold.id, Decision(how), actor="test")


def both_sides_of_a_new_seat(rig: Rig, memo: Memo) -> None:
    """Eva's seat: what she has on both sides already is matched, the rest is made."""
    from tests.support.rig import add_person_with_seat

    eva = add_person_with_seat(rig, "eva")
    eva.ui.create("meeting", title="Stojí na obou", start=memo.start, end=memo.start + HOUR)
    eva.outlook.create("Stojí na obou", memo.start, memo.start + HOUR)
    eva.ui.create("task", title="Jen v Raynetu", start=memo.start + 2 * HOUR, end=memo.start + 3 * HOUR)
    eva.outlook.create("Jen v Outlooku", memo.start + 4 * HOUR, memo.start + 5 * HOUR)


def change_of_both_kinds(rig: Rig, memo: Memo) -> None:
    """Ten changes at once, both ways: several links in one pass."""
    create_in_raynet(rig, memo)
    jana, petr = rig.people["jana"], rig.people["petr"]
    for number in range(3):
        start = memo.start + (10 + number) * HOUR
        jana.outlook.create(f"Outlook {number}", start, start + HOUR)
        petr.ui.create("task", title=f"Raynet {number}", start=start, end=start + HOUR)


# --- what must come of it -----------------------------------------------------------------------------------------


def stands(*, raynet: tuple[str, ...], jana: tuple[str, ...], petr: tuple[str, ...] = ()) -> Step:
    """Exactly these titles stand on each side."""

    def check(rig: Rig, memo: Memo) -> None:
        assert titles(rig) == sorted(raynet)
        assert events_of(rig, "jana") == sorted(jana)
        assert events_of(rig, "petr") == sorted(petr)

    return check


def is_masked(rig: Rig, memo: Memo) -> None:
    (one,) = rig.raynet.activities()
    assert (one.title, one.personal, text_of(one.description), text_of(one.meeting_place)) == (MASK, True, "", "")


def five_stand(rig: Rig, memo: Memo) -> None:
    assert len(titles(rig)) == len(events_of(rig, "jana")) == 5


def nothing_stands(rig: Rig, memo: Memo) -> None:
    assert titles(rig) == events_of(rig, "jana") == events_of(rig, "petr") == []


def petr_takes_part(rig: Rig, memo: Memo) -> None:
    (one,) = rig.raynet.activities()
    assert rig.people["petr"].person in {row.person for row in one.participants}
    assert len(events_of(rig, "jana")) == len(events_of(rig, "petr")) == 1


def _all(title: str) -> Step:
    return stands(raynet=(title,), jana=(title,), petr=(title,))


STORIES = {
    story.name: story
    for story in (
        Story(name="create_event", when=create_in_raynet, then=_all("Nová schůzka")),
        Story(name="update_event", given=a_raynet_meeting, when=change_in_raynet, then=_all("Porada změněná")),
        Story(name="mark_event", given=a_raynet_meeting, when=complete_in_raynet, then=_all("Porada výroby")),
        Story(name="delete_event", given=a_raynet_meeting, when=delete_in_raynet, then=nothing_stands),
        Story(name="cancelled_event", given=a_raynet_meeting, when=cancel_in_raynet, then=nothing_stands),
        Story(name="unscheduled_event", given=a_raynet_meeting, when=unschedule_in_raynet, then=nothing_stands),
        Story(
            name="create_activity",
            when=create_in_outlook,
            then=stands(raynet=("Nová událost",), jana=("Nová událost",)),
        ),
        Story(name="create_private", when=create_private_in_outlook, then=is_masked),
        Story(name="create_meeting", when=create_meeting_in_outlook, then=petr_takes_part),
        Story(name="update_activity", given=a_raynet_meeting, when=change_in_outlook, then=_all("Změněno v Outlooku")),
        Story(name="cancel_activity", given=a_raynet_meeting, when=delete_in_outlook, then=nothing_stands),
        Story(name="delete_activity", given=an_outlook_event, when=delete_in_outlook, then=nothing_stands),
        Story(name="mask", given=an_outlook_event, when=hide_in_outlook, then=is_masked),
        Story(name="participants", given=an_outlook_event, when=invite_in_outlook, then=petr_takes_part),
        Story(
            name="add_copy",
            given=an_outlook_event,
            when=add_a_person,
            then=stands(raynet=("Soustředění",), jana=("Soustředění",), petr=("Soustředění",)),
        ),
        Story(
            name="remove_copy",
            given=a_raynet_meeting,
            when=remove_a_person,
            then=stands(raynet=("Porada výroby",), jana=("Porada výroby",)),
        ),
        Story(name="revert_copy", given=a_raynet_meeting, when=edit_the_copy, then=_all("Porada výroby")),
        Story(name="new_owner", given=a_raynet_meeting, when=change_owner, people=("jana", "petr", "eva")),
        Story(name="conflict", given=a_raynet_meeting, when=change_on_both, then=_all("Název z Raynetu")),
        Story(name="revive_activity", given=a_raynet_meeting, when=delete_here_edit_there, then=_all("Ještě platí")),
        Story(name="revive_event", given=a_raynet_meeting, when=edit_here_delete_there, then=_all("Ještě platí")),
        Story(name="reopen_activity", given=a_raynet_meeting, when=cancel_here_edit_there, then=_all("Ještě platí")),
        Story(name="restore", given=a_conflict, when=ask_for_the_lost_value, then=_all("Název z Outlooku")),
        Story(name="undo", given=a_conflict, when=ask_to_undo, may_differ=True),
        Story(name="confirm_hold", given=a_hold, when=confirm_the_hold, then=nothing_stands),
        Story(name="reject_hold", given=a_hold, when=reject_the_hold, then=five_stand),
        Story(name="first_sync", when=both_sides_of_a_new_seat),
        Story(name="many", when=change_of_both_kinds),
    )
}
