"""Administrators: a central one sees all, a firm's those of the firm."""

from typing import Final

from server.api.rest.access import CHANGE
from server.api.rest.call import Call
from server.api.rest.lists import folded, page, wanted
from server.api.rest.routes import Made, Routes, Versioned
from server.api.rest.shapes import Page
from server.api.v1.models import administrators as shapes
from server.catalogue.sentences import Sentence
from server.domain.ids import FirmId
from server.errors import NotFound
from server.store.admin import administrators as store
from server.store.admin.administrators import AdministratorChange, AdministratorFilter, first_password
from server.store.admin.firm_list import firm_names
from server.store.tables.people import AdministratorRole

ROUTES: Final = Routes("administrators")
_ONE: Final = "/administrators/{administrator_id}"


def shown(call: Call, one: store.Administrator, names: dict[int, str]) -> shapes.Administrator:
    """As it goes out: never the password's hash or the secret of the second factor."""
    entra = None
    if one.entra_tenant_id is not None and one.entra_object_id is not None:
        entra = shapes.EntraPerson(tenant_id=one.entra_tenant_id, object_id=one.entra_object_id)
    return shapes.Administrator(
        id=one.id,
        login=one.login,
        role=one.role,
        firm_id=one.firm_id,
        firm_name=names.get(one.firm_id) if one.firm_id is not None else None,
        enabled=one.enabled,
        locked_until=one.locked_until,
        must_change_password=one.must_change_password,
        totp=one.has_totp,
        entra=entra,
        last_sign_in_at=one.last_sign_in_at,
        created_at=one.created_at,
        current=one.id == call.who.administrator_id,
    )


def _shown_with_name(call: Call, one: store.Administrator) -> shapes.Administrator:
    return shown(call, one, firm_names(call.services.database, {one.firm_id}))


@ROUTES.get("/administrators", CHANGE, Sentence("Správci", "Administrators"))
def list_administrators(call: Call, query: shapes.AdministratorQuery) -> Page[shapes.Administrator]:
    asked = wanted(query)
    only = AdministratorFilter(
        q=folded(query.q),
        role=query.role,
        of_firm=FirmId(query.firm_id) if query.firm_id is not None else None,
        enabled=query.enabled,
    )
    found = call.services.administration.administrators.page(asked, only, call.who.firm_id)
    names = firm_names(call.services.database, {one.firm_id for one in found.items})
    return page(found, asked, lambda one: shown(call, one, names))


@ROUTES.post(
    "/administrators", CHANGE, Sentence("Přidat správce", "Add an administrator"), "not_found", "login_exists",
    "entra_linked",
)  # fmt: skip
def add_administrator(call: Call, body: shapes.NewAdministrator) -> Made[shapes.AdministratorMade]:
    firm = _firm_of_new(call, body)
    password = first_password()
    new = store.NewAdministrator(
        login=body.login,
        role=body.role,
        firm=firm,
        entra=(body.entra.tenant_id, body.entra.object_id) if body.entra is not None else None,
        must_change_password=True,
    )
    made = call.services.administration.administrators.create(new, password, actor=call.actor)
    answer = shapes.AdministratorMade(administrator=_shown_with_name(call, made), initial_password=password)
    return Made(answer, version=made.revision)


def _firm_of_new(call: Call, body: shapes.NewAdministrator) -> FirmId | None:
    """A firm's administrator adds to the own firm only; any other firm is as unknown as one that does not exist."""
    own = call.who.firm_id
    given = FirmId(body.firm_id) if body.firm_id is not None else None
    if own is None:
        return given
    if given not in (None, own) or body.role is AdministratorRole.CENTRAL_ADMIN:
        raise NotFound
    return own


@ROUTES.get(_ONE, CHANGE, Sentence("Správce", "An administrator"))
def get_administrator(call: Call, administrator_id: int) -> Versioned[shapes.Administrator]:
    found = call.services.administration.administrators.get(administrator_id, call.who.firm_id)
    return Versioned(_shown_with_name(call, found), version=found.revision)


@ROUTES.patch(
    _ONE, CHANGE, Sentence("Změnit správce", "Change an administrator"), "own_account", "last_central_admin",
    "entra_linked",
)  # fmt: skip
def patch_administrator(
    call: Call, administrator_id: int, body: shapes.AdministratorPatch
) -> Versioned[shapes.Administrator]:
    entra: tuple[str, ...] | None = None
    if "entra" in body.given():
        entra = (body.entra.tenant_id, body.entra.object_id) if body.entra is not None else ()
    changed = call.services.administration.administrators.change(
        administrator_id,
        AdministratorChange(role=body.role, enabled=body.enabled, entra=entra),
        actor=call.actor,
        firm=call.who.firm_id,
        revision=call.revision,
    )
    return Versioned(_shown_with_name(call, changed), version=changed.revision)


@ROUTES.delete(
    _ONE, CHANGE, Sentence("Odebrat správce", "Remove an administrator"), "own_account", "last_central_admin"
)
def remove_administrator(call: Call, administrator_id: int) -> None:
    call.services.administration.administrators.remove(
        administrator_id, actor=call.actor, firm=call.who.firm_id, revision=call.revision
    )


@ROUTES.post(
    f"{_ONE}/reset-password", CHANGE, Sentence("Dát správci nové heslo", "Give an administrator a new password"),
    "own_account",
)  # fmt: skip
def reset_password(
    call: Call, administrator_id: int, body: shapes.PasswordReset
) -> Versioned[shapes.AdministratorMade]:
    changed, password = call.services.administration.administrators.reset_password(
        administrator_id, actor=call.actor, totp=body.totp, firm=call.who.firm_id
    )
    answer = shapes.AdministratorMade(administrator=_shown_with_name(call, changed), initial_password=password)
    return Versioned(answer, version=changed.revision)
