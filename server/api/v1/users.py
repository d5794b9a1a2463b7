"""A firm's users: seats, their calendars, and changing many at once."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Final, Literal, cast

from server.api.rest.access import CHANGE, READ
from server.api.rest.call import Call
from server.api.rest.lists import folded, page, wanted
from server.api.rest.routes import Made, Routes, Versioned
from server.api.rest.shapes import Page, Words
from server.api.v1.models import users as shapes
from server.api.v1.words import words
from server.catalogue.sentences import Sentence
from server.catalogue.users import USERS
from server.domain.ids import PersonId, SeatId
from server.errors import Refused, RosError
from server.store.admin.seats import SeatChange
from server.store.admin.user_list import UserEntry, UserFilter

ROUTES: Final = Routes("users")
_PATH: Final = "/firms/{firm_id}/users"
_ONE: Final = "/firms/{firm_id}/users/{user_id}"
#: ``lag`` counts from the last reading: the longest lag is the earliest instant.
_TURNED: Final = {"lag": "-lag", "-lag": "lag"}
_REASONS: Final = {state: Words.of(sentence) for state, sentence in USERS.items()}


def shown(call: Call, one: UserEntry) -> shapes.User:
    """As it goes out."""
    names = call.services.directory.person_names(call.firm, one.directory_read_at)
    return _shown(one, names, call.services.now())


def _shown(one: UserEntry, names: Mapping[int, str], now: datetime) -> shapes.User:
    read_at, person = one.last_read_at, one.person_id
    return shapes.User(
        id=one.id,
        email=one.email,
        mailbox=one.mailbox,
        person_id=person,
        person_name=names.get(person) if person is not None else None,
        person_chosen=one.chosen_person_id is not None,
        enabled=one.enabled,
        state=cast(shapes.UserState, one.state),
        reason=_REASONS[one.state],
        pairs=one.pairs,
        lag_seconds=max(0.0, (now - read_at).total_seconds()) if read_at is not None else None,
        last_to_outlook_at=one.last_to_outlook_at,
        last_to_raynet_at=one.last_to_raynet_at,
        last_change_at=one.last_change_at,
        matched=one.matched,
        failures=one.failures,
        retry_at=one.wait_until,
    )


@ROUTES.get(_PATH, READ, Sentence("Uživatelé firmy", "A firm's users"))
def list_users(call: Call, query: shapes.UserQuery) -> Page[shapes.User]:
    asked = wanted(query, _TURNED.get(query.sort, query.sort))
    only = UserFilter(q=folded(query.q), state=query.state, enabled=query.enabled)
    found = call.services.administration.user_list.page(call.firm, asked, only)
    # The same for every row of a page.
    read_at = found.items[0].directory_read_at if found.items else None
    names, now = call.services.directory.person_names(call.firm, read_at), call.services.now()
    return page(found, asked, partial(_shown, names=names, now=now))


@ROUTES.post(_PATH, CHANGE, Sentence("Přidat uživatele", "Add a user"), "no_free_seat", "seat_exists")
def add_user(call: Call, body: shapes.NewUser) -> Made[shapes.User]:
    person = PersonId(body.person_id) if body.person_id is not None else None
    seat = call.services.administration.seats.add(call.firm, body.email, actor=call.actor, person_id=person)
    found = call.services.administration.user_list.get(call.firm, seat.id)
    return Made(shown(call, found), version=found.revision)


@ROUTES.get(_ONE, READ, Sentence("Uživatel", "A user"))
def get_user(call: Call, user_id: int) -> Versioned[shapes.User]:
    found = call.services.administration.user_list.get(call.firm, SeatId(user_id))
    return Versioned(shown(call, found), version=found.revision)


@ROUTES.patch(_ONE, CHANGE, Sentence("Změnit uživatele", "Change a user"), "no_free_seat")
def patch_user(call: Call, user_id: int, body: shapes.UserPatch) -> Versioned[shapes.User]:
    given = body.given()
    change = SeatChange(
        enabled=given.get("enabled"),
        person_id=given.get("person_id"),
        automatic_person="person_id" in given and given["person_id"] is None,
    )
    seats = call.services.administration.seats
    seats.set(call.firm, SeatId(user_id), change, actor=call.actor, revision=call.revision)
    found = call.services.administration.user_list.get(call.firm, SeatId(user_id))
    return Versioned(shown(call, found), version=found.revision)


@ROUTES.delete(_ONE, CHANGE, Sentence("Odebrat uživatele", "Remove a user"))
def remove_user(call: Call, user_id: int) -> None:
    call.services.administration.seats.remove(call.firm, SeatId(user_id), actor=call.actor, revision=call.revision)


Action = Literal["add", "enable", "disable", "remove"]


@ROUTES.post(f"{_PATH}/bulk", CHANGE, Sentence("Změnit mnoho uživatelů", "Change many users"))
def change_users(call: Call, body: shapes.BulkUsers) -> shapes.BulkResult:
    """What frees seats comes first, so that one request can exchange users of a full licence."""
    outcomes = [_tried("remove", one, None, partial(_remove, call, one)) for one in body.remove]
    outcomes += [_tried("disable", one, None, partial(_switch, call, one, on=False)) for one in body.disable]
    outcomes += [_tried("enable", one, None, partial(_switch, call, one, on=True)) for one in body.enable]
    outcomes += [_added(call, one) for one in body.add]
    refused = sum(one.code is not None for one in outcomes)
    return shapes.BulkResult(outcomes=tuple(outcomes), done=len(outcomes) - refused, refused=refused)


def _remove(call: Call, number: int) -> None:
    call.services.administration.seats.remove(call.firm, SeatId(number), actor=call.actor)


def _switch(call: Call, number: int, *, on: bool) -> None:
    change = SeatChange(enabled=on)
    call.services.administration.seats.set(call.firm, SeatId(number), change, actor=call.actor)


def _added(call: Call, new: shapes.NewUser) -> shapes.BulkOutcome:
    made: list[int] = []

    def add() -> None:
        person = PersonId(new.person_id) if new.person_id is not None else None
        seats = call.services.administration.seats
        made.append(seats.add(call.firm, new.email, actor=call.actor, person_id=person).id)

    outcome = _tried("add", None, new.email, add)
    return outcome.model_copy(update={"id": made[0]}) if made else outcome


def _tried(action: Action, number: int | None, email: str | None, work: Callable[[], None]) -> shapes.BulkOutcome:
    """One of many: refused or done, it stops no other."""
    error: RosError | None = None
    try:
        work()
    except Refused as refusal:
        error = refusal
    text: Words | None = words(error.code, error.data) if error is not None else None
    code = error.code if error is not None else None
    return shapes.BulkOutcome(action=action, id=number, email=email, code=code, text=text)
