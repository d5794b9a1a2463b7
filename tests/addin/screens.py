"""Every state of the panel by name: what the server says, what Outlook is like, what the user does to get there."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from playwright.sync_api import expect

from server.api.addin import models as m
from server.domain.activity import ActivityStatus, Priority
from server.domain.concern import ConcernKind
from server.domain.ids import ActivityType
from server.domain.reasons import Reason
from tests.addin.opened import EventFormOf, Opened
from tests.addin.scripted import (
    CLIENT,
    DEAL,
    LONG,
    LONG_NAME,
    ScriptedApi,
    activity,
    bootstrap,
    draft_state,
    event_state,
    hit,
    reason,
    shown,
)

SAVED: Final = {"subject": "Jednání", "start": "2026-03-03T09:00:00Z", "end": "2026-03-03T10:00:00Z", "id": "AAMk1234"}
NEW: Final = {name: value for name, value in SAVED.items() if name != "id"}
_AT: Final = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)


def _nothing(_panel: Opened) -> None:
    """The state shows itself."""


@dataclass(frozen=True, kw_only=True)
class Screen:
    """``sign`` is a text key that says that the state is reached."""

    sign: str
    api: Callable[[], ScriptedApi] = ScriptedApi
    form: EventFormOf = field(default_factory=EventFormOf)
    reach: Callable[[Opened], None] = _nothing
    #: Reaching it takes time that the test makes pass.
    clock: bool = False


def _state(**changes: Any) -> Callable[[], ScriptedApi]:
    return lambda: ScriptedApi({"GET /bootstrap": bootstrap(**changes)})


def _event(state: m.EventState, **routes: Any) -> Callable[[], ScriptedApi]:
    given = {name.replace("__", " /events/"): answer for name, answer in routes.items()}
    return lambda: ScriptedApi({"POST /events/state": state, **given})


def _saved(**changes: Any) -> EventFormOf:
    return EventFormOf(item={**SAVED, **changes})


def _type(panel: Opened) -> None:
    panel.panel.locator(".type").first.click()
    expect(panel.panel.locator("#tab-basic")).to_be_visible()


def _waits(panel: Opened) -> None:
    _type(panel)
    panel.pass_time(10)


#: What stands under a search field once there is an answer.
_ANSWERED: Final = re.compile(r"^(?!$|Hledá se|Searching)")


def _find(text: str) -> Callable[[Opened], None]:
    def reach(panel: Opened) -> None:
        _type(panel)
        panel.panel.locator("#find-company").fill(text)
        expect(panel.panel.locator(".count").first).to_have_text(_ANSWERED)

    return reach


def _picked(panel: Opened) -> None:
    _find("val")(panel)
    panel.panel.locator(".option").nth(1).click()
    expect(panel.panel.locator(".chip")).to_be_visible()


def _tab(panel: Opened) -> None:
    panel.panel.locator("#tab-detail").click()
    expect(panel.panel.locator("#priority")).to_be_visible()


def _switch(panel: Opened) -> None:
    panel.panel.get_by_role("switch").click()


def _cancel(panel: Opened) -> None:
    _tab(panel)
    panel.panel.locator("input[value=CANCELLED]").click()


def _trail(panel: Opened) -> None:
    panel.panel.locator(".disclosure").click()
    panel.panel.locator(".trail").scroll_into_view_if_needed()
    expect(panel.panel.locator(".trail li").first).to_be_visible()


def _signs_in(panel: Opened) -> None:
    panel.panel.locator(".primary").click()


_FOUND: Final = m.SearchResult(
    items=(
        hit(CLIENT, m.Suggested.RECENT),
        hit(LONG),
        hit(shown(ConcernKind.COMPANY, 22, "Válcovna trub a.s.", "Chomutov")),
    ),
    complete=False,
    fresh_at=None,
)
_NONE_FOUND: Final = m.SearchResult(items=(), complete=True, fresh_at=None)
_CONFLICT: Final = m.ConflictShown(
    id="7",
    field="title",
    kept="Jednání o ceně válců",
    lost="Jednání o ceně a dodacích lhůtách pro celý rok",
    lost_side="graph",
    at=_AT,
    restore_requested=False,
)
_TRAIL: Final = m.Trail(
    items=(
        m.TrailEntry(
            at=_AT,
            seen=("raynet.title",),
            outcome="written",
            writes=("graph.title",),
            why=reason(Reason.RAYNET_CHANGED),
        ),
        m.TrailEntry(
            at=_AT - timedelta(days=3),
            seen=(),
            outcome="written",
            writes=(),
            why=reason(Reason.CREATED_FROM_PANEL),
        ),
    )
)
_FULL: Final = activity(
    type=ActivityType.MEETING,
    concerns=(
        shown(ConcernKind.COMPANY, 21, LONG_NAME, "Ostrava-Vítkovice, IČ 25830000"),
        DEAL,
        shown(ConcernKind.PERSON, 31, "Ing. Bohumila Nejezchlebová-Hradecká, Ph.D.", "vedoucí nákupu"),
        shown(ConcernKind.PERSON, 32, "Karel Pokorný"),
    ),
    priority=Priority.CRITICAL,
)
_NO_CLIENT: Final = ScriptedApi  # the draft answers by itself


def _finding(found: m.SearchResult) -> Callable[[], ScriptedApi]:
    return lambda: ScriptedApi({"POST /search": found})


def _elsewhere() -> ScriptedApi:
    draft = "00000000-0000-4000-8000-000000000000"
    return ScriptedApi({"PUT /drafts": lambda body: draft_state(body, draft, accepted=False, rev=9)})


def _not_saved() -> ScriptedApi:
    return ScriptedApi({"PUT /drafts": (503, "unavailable")})


def _gone_meanwhile() -> ScriptedApi:
    """Answers once, and then no more."""
    answers: list[m.EventState] = [event_state()]
    return ScriptedApi({"POST /events/state": lambda _body: answers.pop() if answers else (503, "unavailable")})


def _refused() -> ScriptedApi:
    return ScriptedApi({"GET /bootstrap": (403, "firm_unknown")})


def _offline() -> ScriptedApi:
    return ScriptedApi({"GET /bootstrap": (503, "unavailable")})


_LINKED = event_state()
_WAITING = reason(Reason.WOULD_MAIL)
_OUTSIDE = reason(Reason.OUTSIDE_WINDOW)
_PRIVATE = reason(Reason.PRIVATE_SKIPPED)
_UNLINKED = event_state(m.StatusLine.NOT_LINKED, activity=activity(), can=("relink",))

SCREENS: Final[dict[str, Screen]] = {
    "starting": Screen(sign=".skeleton", form=EventFormOf(faults={"noReady": True})),
    "no-outlook": Screen(sign=".notice h1", form=EventFormOf(faults={"noReady": True})),
    "sign-in": Screen(sign=".notice h1", form=EventFormOf(token=None)),
    "sign-in-blocked": Screen(
        sign=".message.error", form=EventFormOf(token=None, faults={"dialog": 12009}), reach=_signs_in
    ),
    "consent": Screen(sign=".notice h1", api=_state(state=m.UserState.CONSENT_MISSING)),
    "register": Screen(sign=".notice h1", api=_state(state=m.UserState.NOT_REGISTERED)),
    "register-waiting": Screen(sign=".notice h1", api=_state(state=m.UserState.REGISTRATION_WAITING)),
    "register-rejected": Screen(sign=".notice h1", api=_state(state=m.UserState.REGISTRATION_REJECTED)),
    "licence-expired": Screen(sign=".notice h1", api=_state(state=m.UserState.LICENCE_EXPIRED)),
    "firm-unknown": Screen(sign=".notice h1", api=_refused),
    "offline": Screen(sign=".notice h1", api=_offline),
    "mismatch": Screen(
        sign=".notice h1", api=_state(account="petr.velky@valce.example", addresses=("petr.velky@valce.example",))
    ),
    "recurring": Screen(sign=".notice h1", form=EventFormOf(item={**NEW, "seriesId": "AAMkSeries"})),
    "shared-calendar": Screen(sign=".notice h1", form=EventFormOf(item={**NEW, "shared": "reditel@valce.example"})),
    "not-organizer": Screen(
        sign=".crm",
        api=_event(_LINKED),
        form=EventFormOf(item={**SAVED, "organizer": "obchod@partner.example"}, mode="read"),
    ),
    "no-appointment": Screen(sign=".notice h1", form=EventFormOf(item=None)),
    "choose-type": Screen(sign=".types"),
    "new": Screen(sign="#tab-basic", reach=_type),
    "new-unlinked": Screen(sign="#linked-hint", reach=lambda panel: (_type(panel), _switch(panel), None)[-1]),
    "search": Screen(sign=".list", api=_finding(_FOUND), reach=_find("val")),
    "search-none": Screen(sign=".count", api=_finding(_NONE_FOUND), reach=_find("xyz")),
    "chosen": Screen(sign=".chip", api=_finding(_FOUND), reach=_picked),
    "detail": Screen(sign="#priority", reach=lambda panel: (_type(panel), _tab(panel), None)[-1]),
    "not-saved": Screen(sign=".message.error", api=_not_saved, reach=_type),
    "changed-elsewhere": Screen(sign=".standing .secondary", api=_elsewhere, reach=_type),
    "host-silent": Screen(
        sign=".message.warning", form=EventFormOf(faults={"never": ["subject.getAsync"]}), reach=_waits, clock=True
    ),
    "linked": Screen(sign=".crm", api=_event(event_state(activity=_FULL)), form=_saved()),
    "linked-detail": Screen(sign="#priority", api=_event(_LINKED), form=_saved(), reach=_tab),
    "linked-waits": Screen(
        sign=".message.info", api=_event(event_state(activity=activity(reason=_WAITING))), form=_saved()
    ),
    "pending": Screen(
        sign=".line.busy",
        api=_event(event_state(m.StatusLine.SAVING, activity=activity(), pending=True)),
        form=_saved(),
    ),
    "state-unknown": Screen(sign=".message.error", api=_gone_meanwhile, form=_saved()),
    "unlink": Screen(sign=".ask", api=_event(_LINKED), form=_saved(), reach=_switch),
    "cancel": Screen(sign=".ask", api=_event(_LINKED), form=_saved(), reach=_cancel),
    "unlinked": Screen(sign="#linked-hint", api=_event(_UNLINKED), form=_saved()),
    "conflict": Screen(sign=".card .secondary", api=_event(event_state(conflicts=(_CONFLICT,))), form=_saved()),
    "trail": Screen(sign=".trail", api=_event(_LINKED, POST__trail=_TRAIL), form=_saved(), reach=_trail),
    "done": Screen(
        sign=".crm", api=_event(event_state(activity=activity(status=ActivityStatus.COMPLETED))), form=_saved()
    ),
    "outside-window": Screen(
        sign=".message.info",
        api=_event(event_state(m.StatusLine.NOT_LINKED, reason=_OUTSIDE, can=())),
        form=_saved(),
    ),
    "private": Screen(
        sign=".message.info",
        api=_event(event_state(m.StatusLine.NOT_LINKED, reason=_PRIVATE, can=())),
        form=_saved(),
    ),
}
#: The watchdog's patience, for the state that waits for it.
WATCHDOG_MS: Final = {"no-outlook": 60}


def in_language(screen: Screen, language: str, theme: str) -> EventFormOf:
    return replace(screen.form, language=language, theme=theme, faults=dict(screen.form.faults))
