"""A firm's access to Raynet: shown without its key, tried before it is stored."""

from typing import Final, Literal

from server.api.rest.access import CHANGE, READ
from server.api.rest.call import Call
from server.api.rest.routes import Routes, Versioned
from server.api.rest.shapes import Words
from server.api.services import RaynetTrial
from server.api.v1.models import raynet as shapes
from server.api.v1.trials import allowed_base, refuse_wrong_raynet, tried
from server.api.v1.words import breaker_of, words
from server.catalogue.sentences import Sentence
from server.domain.state import Side
from server.errors import Denied, Invalid, Remote
from server.store.admin.firms import ConnectionChange, RaynetConnection

ROUTES: Final = Routes("raynet")
_PATH: Final = "/firms/{firm_id}/raynet"


def _shown(call: Call) -> Versioned[shapes.Raynet]:
    administration = call.services.administration
    firm, sync = administration.firm_list.get(call.firm), administration.run_list.firm_sync(call.firm)
    breaker = sync.raynet_breaker
    is_current = breaker is not None and breaker.connection_revision >= firm.connection_revision
    answer = shapes.Raynet(
        url=firm.raynet_url or None,
        allowed_urls=call.services.site.raynet_urls,
        instance=firm.raynet_instance or None,
        user=firm.raynet_user or None,
        key_set=bool(firm.raynet_instance),
        breaker=breaker_of(Side.RAYNET, breaker) if is_current else None,
        last_read_at=sync.last_read_at,
    )
    return Versioned(answer, version=firm.revision)


@ROUTES.get(_PATH, READ, Sentence("Připojení k Raynetu", "Access to Raynet"))
def get_raynet(call: Call) -> Versioned[shapes.Raynet]:
    return _shown(call)


@ROUTES.put(
    _PATH,
    CHANGE,
    Sentence("Změnit připojení k Raynetu", "Change the access to Raynet"),
    "raynet_url_not_allowed",
    "raynet_refused",
    "raynet_unreachable",
    "raynet_key_missing",
)
def put_raynet(call: Call, body: shapes.RaynetPut) -> Versioned[shapes.Raynet]:
    firms = call.services.administration.firms
    # Before anybody is asked: who edits an old state must not spend one of the few tries that Raynet allows.
    call.refuse_stale(firms.get(call.firm).revision)
    stored = firms.raynet_connection(call.firm)
    trial = RaynetTrial(
        url=allowed_base(call, body.url), instance=body.instance, user=body.user, key=_key(body.key, stored, body)
    )
    refuse_wrong_raynet(call, call.firm, trial)
    change = ConnectionChange(
        raynet_url=trial.url, raynet_instance=trial.instance, raynet_user=trial.user, raynet_key=body.key
    )
    firms.connect(call.firm, change, actor=call.actor, revision=call.revision)
    return _shown(call)


@ROUTES.post(
    f"{_PATH}/test", CHANGE, Sentence("Vyzkoušet připojení k Raynetu", "Try the access to Raynet"),
    "raynet_url_not_allowed", "raynet_key_missing",
)  # fmt: skip
def try_raynet(call: Call, body: shapes.RaynetTest) -> shapes.RaynetTested:
    stored = call.services.administration.firms.raynet_connection(call.firm)
    if not (body.instance or stored.instance):
        raise Invalid(field="instance")
    trial = RaynetTrial(
        url=allowed_base(call, body.url or stored.url),
        instance=body.instance or stored.instance,
        user=body.user or stored.user,
        key=_key(body.key, stored, body),
    )
    answer = tried(call, call.firm, trial)
    if isinstance(answer, Remote):
        state: Literal["refused", "unreachable"] = "refused" if isinstance(answer, Denied) else "unreachable"
        text = words(answer.code, answer.data)
        return shapes.RaynetTested(state=state, code=answer.code, text=text, zone=None, login_known=False)
    text = Words(cs="Raynet přístup přijal.", en="Raynet accepted the access.")
    return shapes.RaynetTested(state="ok", code=None, text=text, zone=answer.zone, login_known=bool(answer.login))


def _key(given: str | None, stored: RaynetConnection, body: shapes.RaynetPut | shapes.RaynetTest) -> str:
    """The key that was given, or the stored one; never sent to another place or for another user than it is for."""
    if given is not None:
        return given
    is_same = (body.instance in (None, stored.instance)) and (body.user in (None, stored.user))
    if not stored.key or not is_same:
        raise Invalid("raynet_key_missing", field="key")
    return stored.key
