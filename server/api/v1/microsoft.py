"""A firm's tenant and its consent.

Which tenant a firm has decides whose calendars it sees, and a return from Microsoft can be typed by hand: so the tenant
is changed by a central administrator only.
"""

from datetime import timedelta
from typing import Final

from server.admin.consent import OwnApp
from server.api.rest.access import CENTRAL_ADMIN, CHANGE, READ
from server.api.rest.call import Call
from server.api.rest.routes import Routes, Versioned
from server.api.rest.shapes import Words
from server.api.v1.models import microsoft as shapes
from server.api.v1.words import breaker_of
from server.catalogue.consent import STATES, STEPS, advice
from server.catalogue.sentences import Sentence
from server.domain.consent import StepVerdict
from server.domain.state import Side
from server.errors import Forbidden, Outdated, Unavailable
from server.store.admin.consents import Consent
from server.store.admin.firms import ConnectionChange

ROUTES: Final = Routes("microsoft")
_PATH: Final = "/firms/{firm_id}/microsoft"
_CONSENT: Final = "/firms/{firm_id}/consent"
#: Asking again sooner tells nothing new and may keep a refusal alive.
_CHECKED_LATELY: Final = timedelta(seconds=10)


def _shown(call: Call) -> Versioned[shapes.Microsoft]:
    """Both versions only ever grow, so their sum tells every change of either."""
    administration = call.services.administration
    firm, consent = administration.firm_list.get(call.firm), administration.consents.get(call.firm)
    breaker = administration.run_list.firm_sync(call.firm).graph_breaker
    is_current = breaker is not None and breaker.connection_revision >= firm.connection_revision
    answer = shapes.Microsoft(
        tenant_id=firm.tenant_id or None,
        mailbox_limit=consent.mailbox_limit,
        limit_group=consent.limit_group,
        limit_changed_at=consent.limit_changed_at,
        consent=consent.state,
        credential=_credential(call),
        breaker=breaker_of(Side.GRAPH, breaker) if is_current else None,
    )
    return Versioned(answer, version=firm.revision + consent.revision)


def _credential(call: Call) -> shapes.Credential | None:
    known = call.services.site.credential
    if known is None:
        return None
    left = (known.expires_at - call.services.now()).days if known.expires_at is not None else None
    return shapes.Credential(kind=known.kind, expires_at=known.expires_at, days_left=left)


@ROUTES.get(_PATH, READ, Sentence("Tenant firmy", "A firm's tenant"))
def get_microsoft(call: Call) -> Versioned[shapes.Microsoft]:
    return _shown(call)


@ROUTES.put(_PATH, CHANGE, Sentence("Změnit tenant a omezení schránek", "Change the tenant and the limit"),
            "tenant_by_central_only")  # fmt: skip
def put_microsoft(call: Call, body: shapes.MicrosoftPut) -> Versioned[shapes.Microsoft]:
    administration = call.services.administration
    firm, consent = administration.firm_list.get(call.firm), administration.consents.get(call.firm)
    if call.revision is not None and call.revision != firm.revision + consent.revision:
        raise Outdated(firm=call.firm)
    tenant = body.tenant_id.lower() if body.tenant_id is not None else None
    if tenant is not None and tenant != firm.tenant_id:
        if call.who.role is not CENTRAL_ADMIN:
            raise Forbidden("tenant_by_central_only")
        change = ConnectionChange(tenant_id=tenant)
        administration.firms.connect(call.firm, change, actor=call.actor, revision=firm.revision)
    if (body.mailbox_limit, body.limit_group) != (consent.mailbox_limit, consent.limit_group):
        administration.consents.set_limit(
            call.firm, body.mailbox_limit, body.limit_group, actor=call.actor, revision=consent.revision
        )
    return _shown(call)


# --- consent ----------------------------------------------------------------------------------------------------------


@ROUTES.post(
    f"{_CONSENT}/link", CHANGE, Sentence("Vytvořit odkaz k souhlasu", "Make a link for consent"),
    "firm_without_tenant", "too_many_links",
)  # fmt: skip
def make_consent_link(call: Call) -> shapes.ConsentLink:
    site = call.services.site
    if site.client_id is None:
        raise Unavailable("remotes_not_configured")
    app = OwnApp(authority_url=site.authority_url, client_id=site.client_id, public_url=site.public_url)
    made = call.services.consent.link(call.firm, app, actor=call.actor)
    return shapes.ConsentLink(url=made.url, expires_at=made.expires_at)


@ROUTES.get(_CONSENT, READ, Sentence("Stav souhlasu", "State of the consent"))
def get_consent(call: Call) -> shapes.Consent:
    return _consent(call.services.administration.consents.get(call.firm))


@ROUTES.post(f"{_CONSENT}/check", CHANGE, Sentence("Ověřit souhlas teď", "Check the consent now"))
def check_consent(call: Call) -> shapes.Consent:
    known = call.services.administration.consents.get(call.firm)
    now = call.services.now()
    if known.checked_at is not None and timedelta(0) <= now - known.checked_at < _CHECKED_LATELY:
        return _consent(known)
    return _consent(call.services.consent.check(call.firm, actor=call.actor))


def _consent(found: Consent) -> shapes.Consent:
    return shapes.Consent(
        state=found.state,
        text=Words.of(STATES[found.state.value]),
        tenant_id=found.tenant_id,
        granted_at=found.granted_at,
        checked_at=found.checked_at,
        next_check_at=found.next_check_at,
        refused_code=found.refused_code,
        steps=tuple(_step(one) for one in found.steps),
    )


def _step(one: StepVerdict) -> shapes.ConsentStep:
    text, remedy = advice(one.state.value, one.code, one.detail)
    title = STEPS[one.id]
    return shapes.ConsentStep(
        id=one.id,
        state=one.state,
        code=one.code,
        title=Words.of(title),
        text=Words.of(text),
        remedy=Words.of(remedy),
        until=one.until,
    )
