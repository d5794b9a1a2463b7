"""The panel's API as a script: answers are made of the server's own contract, so that no screen shows what cannot be.

For states that are rare or long in coming. Everything that must *happen* is tested against the real server.
"""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import falcon
from pydantic import BaseModel, ValidationError

from server.api.addin import models as m
from server.api.addin import sign_in_models as si
from server.api.middleware.headers import SecurityHeaders
from server.api.panel.files import add_panel
from server.catalogue.reasons import REASONS
from server.domain.activity import ActivityStatus, Priority
from server.domain.concern import ConcernKind
from server.domain.ids import ActivityType
from server.domain.reasons import Reason

Answer = BaseModel | tuple[int, str] | None
#: From the request's body to its answer; a pair is a refusal: status and code.
Script = Callable[[dict[str, Any]], Answer]
ACCOUNT = "jana.mala@valce.example"
LONG_NAME = "Průmyslové sdružení strojíren a hutí Moravskoslezského kraje, obecně prospěšná společnost v likvidaci"


def config(**changes: Any) -> si.Config:
    policies = tuple(
        si.CarrierPolicy(
            client=kind,
            custom_properties=changes.get("custom_properties", "saved"),
            session_data=True,
            poll_seconds=changes.get("poll_seconds", 0.3),
            debounce_ms=50,
            # No sign of life falls into a test, however slow the machine.
            beat_seconds=600,
            draft_beat_seconds=changes.get("draft_beat_seconds", 600),
            beacon=True,
        )
        for kind in si.ClientKind
    )
    return si.Config(
        product="test",
        version="1",
        client_id="5b0e5f2e-6f0c-4a53-9c57-1d1f6f1c0a11",
        authority="https://login.microsoftonline.com/organizations",
        scope="api://ros.vitkovice.cz/5b0e5f2e-6f0c-4a53-9c57-1d1f6f1c0a11/access_as_user",
        sign_in=changes.get("sign_in", ("office_sso", "dialog")),
        carriers=policies,
    )


def options() -> m.Options:
    return m.Options(
        types=tuple(ActivityType),
        default_type=ActivityType.EVENT,
        priorities=tuple(Priority),
        concerns=tuple(ConcernKind),
        needs_concern=(ActivityType.TASK,),
        categories=(
            m.CategoryOption(id=1, label="Obchod", color="519CFF"),
            m.CategoryOption(id=2, label="Servis a záruční opravy", color=None),
        ),
    )


def bootstrap(state: m.UserState = m.UserState.READY, **changes: Any) -> m.Bootstrap:
    ready = state is m.UserState.READY
    text_cs = (
        "Panel propojí události tohoto kalendáře s vaším Raynet CRM. K tomu čte předmět, čas a hosty události,"
        " kterou právě upravujete, a vaše volby ukládá na server synchronizace.\nSouhlas můžete kdykoli odvolat"
        " u správce synchronizace ve vaší firmě."
    )
    text_en = (
        "The panel links events of this calendar with your Raynet CRM. For that it reads subject, time and attendees"
        " of the event that you edit, and keeps your choices on the synchronisation server.\nYou can withdraw the"
        " consent at the administrator of the synchronisation in your firm."
    )
    fields: dict[str, Any] = {
        "state": state,
        "account": ACCOUNT,
        "firm": "Válcovka Vítek s.r.o.",
        "consent": m.ConsentWording(version="1", text_cs=text_cs, text_en=text_en, accepted_at=None),
        "sync": None,
        "last_sync_at": None,
        "options": options() if ready else None,
    }
    return m.Bootstrap(**fields | changes)


def said(code: str, cs: str, en: str) -> m.Said:
    return m.Said(code=code, text_cs=cs, text_en=en)


def reason(code: Reason) -> m.Said:
    """As the server says it."""
    return said(code.value, REASONS[code].cs, REASONS[code].en)


def shown(kind: ConcernKind, number: int, label: str, detail: str = "") -> m.ConcernShown:
    return m.ConcernShown(kind=kind, id=number, label=label, detail=detail, open_url=None)


CLIENT = shown(ConcernKind.COMPANY, 11, "Hydraulika Sever s.r.o.", "Ostrava, IČ 25830000")
DEAL = shown(ConcernKind.BUSINESS_CASE, 12, "Hydraulické válce Ostrava", "OP-26-0012")
LONG = shown(ConcernKind.COMPANY, 21, LONG_NAME, "Ostrava-Vítkovice")
KNOWN = (CLIENT, DEAL, LONG)


def activity(**changes: Any) -> m.LinkedActivity:
    fields: dict[str, Any] = {
        "id": "meeting:5001",
        "type": ActivityType.MEETING,
        "title": "Jednání o ceně",
        "status": ActivityStatus.SCHEDULED,
        "priority": Priority.DEFAULT,
        "personal": False,
        "category": 1,
        "concerns": (CLIENT, DEAL),
        "open_url": "https://app.raynet.cz/valcovka/?view=DetailView&en=Meeting&ei=5001",
        "changed_at": None,
        "editable": ("concerns", "category", "priority", "status"),
        "reason": None,
    }
    return m.LinkedActivity(**fields | changes)


def event_state(status: m.StatusLine = m.StatusLine.LINKED, **changes: Any) -> m.EventState:
    fields: dict[str, Any] = {
        "status": status,
        "reason": None,
        "activity": activity() if status is m.StatusLine.LINKED else None,
        "draft": None,
        "pending": False,
        "conflicts": (),
        "last_sync_at": datetime.now(UTC) - timedelta(minutes=3),
        "can": ("change", "unlink", "sync_now", "restore"),
    }
    return m.EventState(**fields | changes)


def draft_state(body: dict[str, Any], draft_id: str, **changes: Any) -> m.DraftState:
    """What the server says of a draft that it has just taken."""
    chosen = body["choices"]
    labels = {(one.kind.value, one.id): one for one in KNOWN}
    concerns = tuple(
        labels.get((one["kind"], one["id"])) or shown(ConcernKind(one["kind"]), one["id"], f"#{one['id']}")
        for one in chosen["concerns"]
    )
    fields: dict[str, Any] = {
        "draft_id": draft_id,
        "rev": body["rev"],
        "accepted": True,
        "step": m.DraftStep.OPEN,
        "status": m.StatusLine.WAITING_FOR_SAVE,
        "choices": m.ChoicesShown(**{**chosen, "concerns": concerns}),
    }
    return m.DraftState(**fields | changes)


def hit(concern: m.ConcernShown, why: m.Suggested = m.Suggested.MATCH, **changes: Any) -> m.SearchHit:
    return m.SearchHit(**concern.model_dump(), why=why, **changes)


#: What the contract takes; a request that breaks it is kept in ``invalid`` and refused as the server would.
_TAKEN: Final[dict[str, type[BaseModel]]] = {
    "POST /auth/exchange": si.Exchange,
    "POST /consent": m.ConsentGiven,
    "POST /events/state": m.EventQuery,
    "POST /events/change": m.ChangePut,
    "POST /events/unlink": m.LinkSwitch,
    "POST /events/relink": m.LinkSwitch,
    "POST /events/sync-now": m.EventQuery,
    "POST /events/trail": m.EventQuery,
    "PUT /drafts": m.DraftPut,
    # The last word: its address is below the draft's.
    "POST /drafts": m.Beacon,
    "POST /search": m.SearchQuery,
}


class ScriptedApi:
    """Routes by ``METHOD /path``; what no script answers is ``not_found``. Every request is kept."""

    def __init__(self, routes: dict[str, Script | Answer] | None = None, **changes: Any) -> None:
        self.requests: list[tuple[str, dict[str, Any]]] = []
        self.invalid: list[str] = []
        self.down = False
        self.routes: dict[str, Script | Answer] = {
            "GET /config": config(**changes),
            "GET /bootstrap": bootstrap(),
            "PUT /drafts": lambda body: draft_state(body, "0" * 8 + "-0000-4000-8000-" + "0" * 12),
            "POST /search": lambda body: m.SearchResult(items=(), complete=True, fresh_at=None),
            **(routes or {}),
        }
        self._app = falcon.App()
        self._app.add_middleware(SecurityHeaders())
        add_panel(self._app, public_url="https://ros.vitkovice.cz", client_id=None)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if not path.startswith("/addin/v1/"):
            return self._app(environ, start_response)
        length = int(environ.get("CONTENT_LENGTH") or 0)
        raw = environ["wsgi.input"].read(length) if length else b""
        rest = path.removeprefix("/addin/v1")
        named = "/drafts" if rest.startswith("/drafts/") else rest
        name = f"{environ['REQUEST_METHOD']} {named}"
        body = json.loads(raw) if raw else {}
        self.requests.append((name, body))
        taken = _TAKEN.get(name)
        if taken is not None:
            try:
                taken.model_validate_json(raw)
            except ValidationError as error:
                self.invalid.append(f"{name}: {error}")
                return _reply(start_response, 422, {"code": "invalid", "title_cs": "Ne.", "title_en": "No."})
        if self.down:
            return _reply(start_response, 503, {"code": "unavailable", "title_cs": "Nejde to.", "title_en": "No."})
        script = self.routes.get(name, (404, "not_found"))
        found = script(body) if callable(script) else script
        if isinstance(found, tuple):
            status, code = found
            text = {"code": code, "title_cs": "Nic takového tu není.", "title_en": "There is no such thing here."}
            return _reply(start_response, status, text)
        return _reply(start_response, 200, found.model_dump(mode="json") if found is not None else {})

    def bodies(self, name: str) -> list[dict[str, Any]]:
        """What was sent to a route, in order."""
        return [body for asked, body in self.requests if asked == name]


def _reply(start_response: Callable[..., Any], status: int, document: Any) -> Iterable[bytes]:
    body = json.dumps(document).encode()
    headers = [("Content-Type", "application/json"), ("X-Request-Id", "7f3a9c21-demo"), ("Cache-Control", "no-store")]
    start_response(f"{status} Answer", [*headers, ("Content-Length", str(len(body)))])
    return [body]
