"""Bodies: what is not ours in an Outlook body survives everything, and a body equal for the eye is never written."""

from collections.abc import Callable
from datetime import timedelta

from tests.support.rig import Rig

HOUR = timedelta(hours=1)
Firm = Callable[..., Rig]
TABLE = '<table border="1" style="color:red"><tbody><tr><td>A&amp;B</td><td>1</td></tr></tbody></table>'
IMAGE = '<img src="https://obrazky.example/logo.png" width="10" alt="logo">'


def _body(html: str) -> dict[str, str]:
    return {"contentType": "html", "content": html}


def _paired(firm: Firm, html: str | None = None) -> tuple[Rig, str, object]:
    """An event of Jana's and the activity made of it."""
    rig = firm("jana")
    jana = rig.people["jana"]
    with rig.carried(raynet=2):
        event = jana.outlook.create("Porada", rig.clock() + HOUR, rig.clock() + 2 * HOUR, body=_body("<p>Začátek</p>"))
        if html is not None:
            jana.outlook.set_raw_body(event, html)
    (made,) = rig.raynet.activities()
    return rig, event, made.ref


def test_a_teams_link_survives_title_time_and_description_changes_from_raynet(firm: Firm) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    with rig.carried(raynet=2):
        event = jana.outlook.create("Porada", rig.clock() + HOUR, rig.clock() + 2 * HOUR, body=_body("<p>Text</p>"))
        jana.outlook.make_teams(event)
    (made,) = rig.raynet.activities()
    online = jana.outlook.state(event).online
    assert online is not None
    assert online.blob in jana.outlook.state(event).body
    with rig.carried(graph=1):
        jana.ui.edit(made.ref, title="Jiný název")
    with rig.carried(graph=1):
        jana.ui.move(made.ref, rig.clock() + 5 * HOUR)
    with rig.carried(graph=1):
        jana.ui.edit(made.ref, description="<p>Nový text</p><p>Druhý řádek</p>")
    state = jana.outlook.state(event)
    assert state.online == online
    assert not state.teams_destroyed
    assert online.blob in state.body
    assert "Nový text" in state.body
    assert "Text</p>" not in state.body.replace("Nový text", "")
    with rig.carried(graph=1):
        jana.ui.edit(made.ref, description=None)
    state = jana.outlook.state(event)
    assert online.blob in state.body
    assert "Nový text" not in state.body
    assert not state.teams_destroyed
    assert "teams" not in (rig.raynet.activity(made.ref).description or "").lower()


def test_foreign_tables_and_images_survive_byte_for_byte(firm: Firm) -> None:
    html = f"<html><body><p>Úvod</p>{TABLE}<p>Závěr</p>{IMAGE}</body></html>"
    rig, event, ref = _paired(firm, html)
    jana = rig.people["jana"]
    with rig.carried(graph=1):
        jana.ui.edit(ref, title="Jiný název")
    with rig.carried(graph=1):
        jana.ui.move(ref, rig.clock() + 5 * HOUR)
    assert jana.outlook.state(event).body == html
    with rig.carried(graph=1, most_reads=(12, 12)):
        text = rig.raynet.activity(ref).description
        jana.ui.edit(ref, description=text.replace("Úvod", "Nový úvod"))
    body = jana.outlook.state(event).body
    assert TABLE in body
    assert IMAGE in body
    assert "Nový úvod" in body
    assert "Závěr" in body


def test_a_description_change_reads_the_body_once_only_where_foreign_parts_exist(firm: Firm) -> None:
    rig, event, ref = _paired(firm)
    jana = rig.people["jana"]
    for html, gets in (("<p>Jen náš text</p>", 0), (f"<p>Text</p>{IMAGE}", 1)):
        with rig.carried(raynet=1):
            jana.outlook.set_raw_body(event, html)
        before = rig.reads()[1]
        jana.ui.edit(ref, description="<p>Odsud</p>" if gets == 0 else "<p>Odtud</p>")
        rig.tick()
        rig.one_pass()
        assert rig.reads()[1] - before == 1 + gets, "one delta round, and the body only where it must be spliced"
        with rig.carried():
            pass


def test_a_body_equal_for_the_eye_is_never_written(firm: Firm) -> None:
    rig, event, ref = _paired(firm)
    jana = rig.people["jana"]
    with rig.carried():
        jana.outlook.set_raw_body(
            event, "<html><head><style>p{margin:0}</style></head><body><div>Začátek</div></body></html>"
        )
    with rig.carried():
        jana.ui.edit(ref, description="<div><b>Začátek</b></div><div>&nbsp;</div>")
    with rig.carried():
        jana.outlook.set_raw_body(event, "Začátek")


def test_text_beside_a_table_edited_in_outlook_reaches_raynet_once(firm: Firm) -> None:
    rig, event, ref = _paired(firm, f"<p>Úvod</p>{TABLE}")
    jana = rig.people["jana"]
    with rig.carried(raynet=1):
        jana.outlook.set_raw_body(event, f"<p>Úvod podruhé</p>{TABLE}")
    assert "Úvod podruhé" in rig.raynet.activity(ref).description
    assert jana.outlook.state(event).body == f"<p>Úvod podruhé</p>{TABLE}"


def test_a_description_raynet_simplifies_on_save_does_not_travel_back(firm: Firm) -> None:
    rig = firm("jana")
    jana = rig.people["jana"]
    rich = '<p style="x">Tučně <b>a</b> <i>kurzívou</i></p><ul><li>jedna</li><li>dvě</li></ul><pre>kód</pre>'
    with rig.carried(raynet=2):
        event = jana.outlook.create("Porada", rig.clock() + HOUR, rig.clock() + 2 * HOUR, body=_body(rich))
    (made,) = rig.raynet.activities()
    body = jana.outlook.state(event).body
    assert "jedna" in made.description
    assert "<pre>" not in made.description
    with rig.carried(graph=1):
        jana.ui.edit(made.ref, title="Jinak")
    assert jana.outlook.state(event).body == body
