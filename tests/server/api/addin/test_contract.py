"""The contract stays: a form can hold the panel of the release before for hours, so names are only ever added."""

import json
import re
from pathlib import Path

from server.api.addin import models, sign_in_models
from server.api.addin.every import ROUTES
from tests.architecture.tree import ROOT
from tests.support.panel import PanelHost

FOLDER = Path(__file__).parent
#: What the panel of the last release uses. Members may be added to it; taking one away breaks panels that are open.
RELEASED = json.loads((FOLDER / "contract_names.json").read_text(encoding="utf-8"))


def names_now() -> dict[str, list[str]]:
    """Members of every shape, and words of every closed set."""
    found: dict[str, list[str]] = {}
    for module in (models, sign_in_models):
        for name, shape in vars(module).items():
            if isinstance(shape, type) and hasattr(shape, "model_fields"):
                found[name] = sorted(shape.model_fields)
            elif isinstance(shape, type) and hasattr(shape, "__members__"):
                found[name] = sorted(str(one.value) for one in shape.__members__.values())
    return found


def test_no_name_of_the_released_contract_is_gone() -> None:
    now = names_now()
    gone = {shape: sorted(set(names) - set(now.get(shape, ()))) for shape, names in RELEASED["shapes"].items()}
    assert not {shape: names for shape, names in gone.items() if names}


def test_no_request_demands_more_than_it_did() -> None:
    demanded = {
        name: sorted(field for field, info in shape.model_fields.items() if info.is_required())
        for module in (models, sign_in_models)
        for name, shape in vars(module).items()
        if isinstance(shape, type) and issubclass(shape, sign_in_models.Request)
    }
    more = {
        name: sorted(set(fields) - set(RELEASED["required"].get(name, fields))) for name, fields in demanded.items()
    }
    assert not {name: fields for name, fields in more.items() if fields}


def test_no_route_is_gone() -> None:
    now = {f"{one.method} {one.path}" for one in ROUTES}
    assert set(RELEASED["routes"]) <= now


def test_the_contract_tells_of_every_route() -> None:
    told = models.__doc__ or ""
    for route in ROUTES:
        path = route.path.replace("{conflict_id}", "{id}")
        assert re.search(rf"^{route.method} +``{re.escape(path)}``", told, re.MULTILINE), route.path


def test_every_code_that_the_panel_acts_on_is_told() -> None:
    told = set(re.findall(r"``([a-z_]+)``", models.__doc__ or ""))
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "server/api/addin").glob("*.py"))
    raised = set(re.findall(r"(?:NotSignedIn|Forbidden|Refused)\(\"([a-z_]+)\"", source))
    assert raised - {"sign_in_expired", "sign_in_cancelled"} <= told


def test_unknown_members_of_a_request_are_refused_and_not_repeated(office: PanelHost) -> None:
    panel = office.panel("jana")
    refused = panel.call("POST", "/search", {"kinds": ["company"], "canary-4711": "canary-4712"})
    assert refused.status_code == 422
    assert "canary" not in refused.text


def test_values_of_another_type_are_refused(office: PanelHost) -> None:
    panel = office.panel("jana")
    for body in ({"kinds": ["company"], "limit": "5"}, {"kinds": "company"}, {"kinds": ["nothing"]}, {"kinds": []}, []):
        assert panel.call("POST", "/search", body).status_code in (400, 422)
    form = panel.form()
    assert panel.call("PUT", f"/drafts/{form.draft_id}", form.delivery(rev=True)).status_code == 422
    assert panel.call("PUT", f"/drafts/{form.draft_id}", form.delivery(rev=0)).status_code == 422
    assert panel.call("PUT", "/drafts/not-an-id", form.delivery()).status_code == 404
    two = form.delivery(event={"ews_id": "A" * 20, "rest_id": "A" * 20})
    assert panel.call("PUT", f"/drafts/{form.draft_id}", two).status_code == 422


def test_two_records_of_a_kind_are_refused_but_for_people(office: PanelHost) -> None:
    form = office.panel("jana").form()
    form.choose(concerns=[{"kind": "company", "id": 1}, {"kind": "company", "id": 2}])
    assert form.deliver(form.delivery()).json["field"] == "concerns"
    form.choose(concerns=[{"kind": "person", "id": number} for number in range(1, 11)])
    assert form.deliver(form.delivery()).status_code == 200


def test_a_type_that_the_firm_does_not_carry_is_refused(office: PanelHost) -> None:
    office.rig.rules(types="meeting")
    form = office.panel("jana").form()
    form.choose(type="task")
    assert form.deliver(form.delivery()).json["field"] == "choices.type"
