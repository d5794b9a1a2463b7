"""Bootstrap, consent, registration: who the user is here and what stands between them and the panel."""

from typing import Final

from server.api.addin.bounds import Rate
from server.api.addin.call import PanelCall, call_of
from server.api.addin.models import (
    Bootstrap,
    CategoryOption,
    ConsentGiven,
    ConsentWording,
    Options,
    Said,
    UserState,
)
from server.catalogue.panel import CONSENT, SYNC_STATES
from server.domain.activity import Priority
from server.domain.concern import ConcernKind
from server.domain.ids import ActivityType
from server.domain.mapping import NEW_TYPE
from server.domain.panel import CONSENT_VERSION
from server.domain.state import MailboxState
from server.errors import Forbidden, Outdated
from server.store.admin.registrations import Applicant

#: Kinds that are read ahead: those people look for first.
_WARMED: Final = (ConcernKind.COMPANY, ConcernKind.PERSON, ConcernKind.LEAD, ConcernKind.BUSINESS_CASE)
_REGISTRATIONS: Final = Rate(5, 600.0)


def bootstrap(call: PanelCall) -> Bootstrap:
    """How things stand; asks the directory only for what the user sees of their account."""
    account, state, wording = call.account(), call.state, CONSENT[CONSENT_VERSION]
    if state is UserState.READY:
        call.desk.index.warm(call.firm_id, _WARMED)
    seat, mailbox = call.standing.seat, call.standing.mailbox
    addresses = account.addresses if account is not None else ()
    return Bootstrap(
        state=state,
        account=seat.email if seat is not None else addresses[0] if addresses else call.caller.name,
        addresses=addresses,
        firm=call.firm.name if state is not UserState.CONSENT_MISSING or seat is not None else None,
        consent=ConsentWording(
            version=CONSENT_VERSION,
            text_cs=wording.cs.format(host=call.desk.host),
            text_en=wording.en.format(host=call.desk.host),
            accepted_at=call.standing.consented_at,
        ),
        sync=_sync(call) if seat is not None else None,
        last_sync_at=mailbox.last_read_at if mailbox is not None else None,
        options=_options(call) if state is UserState.READY else None,
    )


def _sync(call: PanelCall) -> Said:
    """Whether the calendar is being synchronised, and if not, who can change that."""
    if call.firm.paused:
        code = "sync_paused"
    elif call.standing.mailbox is None:
        code = "sync_starting"
    elif call.standing.mailbox.state is MailboxState.READY:
        code = "sync_running" if call.standing.mailbox.matched else "sync_starting"
    else:
        code = f"sync_{call.standing.mailbox.state.value}"
    said = SYNC_STATES[code]
    return Said(code=code, text_cs=said.cs, text_en=said.en)


def _options(call: PanelCall) -> Options:
    types = call.firm.rules.types
    return Options(
        types=types,
        default_type=NEW_TYPE if NEW_TYPE in types else types[0],
        priorities=tuple(Priority),
        concerns=tuple(ConcernKind),
        needs_concern=(ActivityType.TASK,) if ActivityType.TASK in types else (),
        categories=tuple(
            CategoryOption(id=one.id, label=one.label, color=one.color)
            for one in call.desk.index.categories(call.firm_id)
        ),
    )


def consent(call: PanelCall, body: ConsentGiven) -> Bootstrap:
    """The panel's own consent, recorded with its wording. Outdated when another wording was shown."""
    if body.version != CONSENT_VERSION:
        raise Outdated(version=CONSENT_VERSION)
    call.desk.people.agree(call.firm_id, call.caller.tid, call.caller.oid, version=body.version, language=body.language)
    return bootstrap(_anew(call))


def register(call: PanelCall) -> Bootstrap:
    """Ask for a seat: for the firm's administrator, or at once where the rule says so and one is free."""
    state = call.state
    if state in (UserState.CONSENT_MISSING, UserState.LICENCE_EXPIRED, UserState.REGISTRATION_REJECTED):
        raise Forbidden(state.value)
    if state is UserState.NOT_REGISTERED:
        call.desk.limiter.check("register", call.caller.oid, _REGISTRATIONS)
        account = call.account()
        if account is None or not account.addresses:
            raise Forbidden("account_unsupported")
        applicant = Applicant(tid=call.caller.tid, oid=call.caller.oid, email=account.addresses[0], name=account.name)
        call.desk.registrations.ask(call.firm_id, applicant)
    return bootstrap(_anew(call))


def _anew(call: PanelCall) -> PanelCall:
    """The same caller after a change."""
    return call_of(call.desk, call.token)
