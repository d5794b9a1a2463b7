"""What somebody with a true token of their own can try on others: nothing is changed, nothing is learnt."""

import json
from typing import Any

import pytest

from server.api.addin.drafts import NEW_DRAFTS
from simulator.graph import ids
from tests.support.panel import Panel, PanelHost, new_id, ref
from tests.support.rig import add_firm

_MOST_FORMS = NEW_DRAFTS.calls


def meeting_of_two(office: PanelHost) -> tuple[Panel, Panel, str, str]:
    """Jana's private meeting with Petr, carried over: both panels, her event and his copy."""
    jana, petr = office.panel("jana"), office.panel("petr")
    form = jana.form("Důvěrná porada")
    form.put(type="meeting")
    guest = {"emailAddress": {"address": petr.person.login, "name": "Petr"}, "type": "required"}
    event = form.save(attendees=[guest])
    form.beacon()
    office.rig.sync()
    (copy,) = (key for key, one in petr.person.outlook.events().items() if one.subject == "Důvěrná porada")
    return jana, petr, event, copy


def test_an_attendee_cannot_change_the_organizers_activity(office: PanelHost) -> None:
    _, petr, _, copy = meeting_of_two(office)
    assert "change" not in petr.state(copy)["can"]
    refused = petr.change(copy, expect=409, status="CANCELLED")
    assert refused["code"] == "event_of_another"
    form = petr.form("Důvěrná porada")
    form.event = copy
    form.choose(type="task", priority="CRITICAL")
    assert form.send(form.delivery(), status=409)["code"] == "event_of_another"
    wish = {"event": ref(copy), "change_id": new_id(), "choices": {"type": "task", "priority": "CRITICAL"}}
    assert petr.post("/events/relink", wish, status=409)["code"] == "event_of_another"
    office.rig.sync()
    (found,) = office.rig.raynet.activities()
    assert (found.kind, found.status, found.priority) == ("meeting", "SCHEDULED", "DEFAULT")


def test_the_worker_refuses_an_attendees_wish_that_came_before_the_event_was_known(office: PanelHost) -> None:
    """The API could not tell yet whose event it is."""
    jana, petr = office.panel("jana"), office.panel("petr")
    form = jana.form("Porada")
    form.put(type="meeting")
    guest = {"emailAddress": {"address": petr.person.login, "name": "Petr"}, "type": "required"}
    form.save(attendees=[guest])
    form.beacon()
    (copy,) = petr.person.outlook.events()
    early = petr.form("Porada")
    early.event = copy
    early.put(type="meeting", status="COMPLETED")
    office.rig.sync()
    office.rig.tick(60)
    office.rig.sync()
    (found,) = office.rig.raynet.activities()
    assert (found.kind, found.status) == ("meeting", "SCHEDULED")


@pytest.mark.parametrize("path", ["state", "trail", "unlink", "relink", "change", "sync-now"])
def test_an_event_of_somebody_else_is_like_one_that_never_was(office: PanelHost, path: str) -> None:
    _, petr, event, _ = meeting_of_two(office)
    other = add_firm(office.rig, people=("karel",))
    office.rig.people["karel"] = other.people["karel"]
    parsed = ids.decode(event)
    never = {"ews_id": ids.to_ews(ids.encode(parsed.mailbox, parsed.number + 9_999, 0))}
    bodies: dict[str, dict[str, Any]] = {
        "change": {"change_id": new_id(), "changes": {"priority": "CRITICAL"}},
        "unlink": {"change_id": new_id()},
        "relink": {"change_id": new_id()},
    }
    answers = [
        who.call("POST", f"/events/{path}", {"event": named, **bodies.get(path, {})})
        for who in (petr, office.panel("karel"))
        for named in (ref(event), never)
    ]
    told = {json.dumps({**one.json, "request_id": ""}, sort_keys=True) for one in answers}
    assert ({one.status_code for one in answers}, len(told)) == ({409}, 1)
    assert "Důvěrná" not in "".join(told)


def test_nobody_fills_the_store_with_drafts(office: PanelHost) -> None:
    """A person opens some forms an hour; each new one is a row that every pass looks at."""
    panel = office.panel("jana")
    first = panel.form("První")
    first.put(type="meeting")
    codes = []
    for number in range(_MOST_FORMS + 5):
        form = panel.form(f"Záplava {number}")
        form.choose(type="meeting")
        codes.append(form.deliver(form.delivery()).status_code)
        office.rig.clock.advance(seconds=1)
    assert (codes[0], codes[-1]) == (200, 429)
    assert codes.count(200) == _MOST_FORMS - 1
    assert first.put(type="task")["rev"] == 2, "a form that is open goes on"
    assert office.panel("petr").form("Jiný").put(type="meeting")["rev"] == 1
