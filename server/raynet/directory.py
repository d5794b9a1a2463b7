"""Who is who: the API user, the users with their persons, persons by address."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final, TypeVar

from pydantic import BaseModel, ValidationError

from server.domain.ids import PersonId
from server.domain.text import clean
from server.domain.zones import iana_zone
from server.errors import Denied, Gone, Rejected, Remote
from server.ports.raynet import PersonsByEmail, Probe, RaynetIdentity, RaynetUser, RaynetUsers
from server.raynet.access import ISO_DATES, Access, understood
from server.raynet.client import Call
from server.raynet.codes import RaynetCode
from server.raynet.quota import Lane
from server.raynet.replies import BrokenReplyError, Subject, bare
from server.raynet.translate import id_of
from server.raynet.wire import Json, PersonShape, SecurityInfoShape, UserAccountShape

Shape = TypeVar("Shape", bound=BaseModel)

_PERSONS: Final = "person/"
_ACCOUNTS: Final = "userAccount/"
#: Fact: leaves out invalidated records [spec], §15.
_VALID: Final = ("rowInfo.rowAccess[NE_OR_NULL]", "INVALID")
#: Fact: an empty value tests for "not empty": persons that are users [spec][doc], §5, §16.
_IS_USER: Final = ("userAccount-id[NE]", "")
_EMAIL_COLUMNS: Final = ("contactInfo.email", "contactInfo.email2")
_EMAILS_PER_CALL: Final = 50
_INVALID: Final = "INVALID"


# --- the API user ---------------------------------------------------------------------------------------------------


def probe(access: Access, _op: Probe) -> RaynetIdentity:
    """Fact: ``/security/info`` is bare and has no slash at the end [seen], §2; the account names the zone [spec], §4.

    An account that may not be read leaves zone and person unknown; a login that may not be used is Denied. Where the
    address does not exist, reading one client proves the login [seen].
    """
    try:
        reply = access.send(Call(method="GET", path="security/info", subject=Subject.LOGIN))
    except Remote as error:
        if error.status != 404:
            raise
        access.page("company/", (), lane=Lane.USER, subject=Subject.LOGIN, limit=1)
        return RaynetIdentity(login=access.connection.user, zone=None, person=None)
    info = understood(reply, lambda: _parsed(SecurityInfoShape, bare(reply)))
    account = _own_account(access, info)
    zone = iana_zone(account.timezone) if account else None
    access.learnt.zone = zone or access.learnt.zone
    return RaynetIdentity(
        login=clean(info.username),
        zone=zone.key if zone else None,
        person=PersonId(account.person.id) if account and account.person else None,
    )


def _own_account(access: Access, info: SecurityInfoShape) -> UserAccountShape | None:
    return None if info.account is None else _account(access, info.account, Lane.USER)


def _account(access: Access, number: int, lane: Lane) -> UserAccountShape | None:
    """An account in detail; None where it may not be read."""
    call = Call(method="GET", path=f"{_ACCOUNTS}{number}/", query=(ISO_DATES,), lane=lane)
    try:
        reply = access.send(call)
    except (Gone, Rejected):
        return None
    except Denied as denied:
        if denied.code != RaynetCode.FORBIDDEN:
            raise
        return None
    return understood(reply, lambda: _parsed(UserAccountShape, bare(reply).get("data")))


def _parsed(shape: type[Shape], value: Json) -> Shape:
    try:
        return shape.model_validate(value)
    except ValidationError:
        # The chain is cut: pydantic's own report quotes what was given.
        raise BrokenReplyError("odd_record") from None


# --- users ----------------------------------------------------------------------------------------------------------


def users(access: Access, op: RaynetUsers) -> tuple[RaynetUser, ...]:
    """Accounts joined with their persons; the persons alone where accounts may not be read. Two calls per 1,000 users.

    Fact: whether others than administrators may list accounts is not documented, §16.
    """
    persons = {shape.id: shape for shape in _rows(access, _PERSONS, (_IS_USER, ("sortColumn", "id")), PersonShape)}
    try:
        accounts = tuple(_rows(access, _ACCOUNTS, (("sortColumn", "username"),), UserAccountShape))
    except Rejected:
        accounts = ()
    except Denied as denied:
        if denied.code != RaynetCode.FORBIDDEN:
            raise
        accounts = ()
    if op.detailed:
        # Fact: the alternative address is in details only [spec], §16; one call per account.
        accounts = tuple(_account(access, one.id, Lane.SWEEP) or one for one in accounts)
    found = {one.person: one for account in accounts if (one := _from_account(account, persons)) is not None}
    for shape in persons.values():
        found.setdefault(PersonId(shape.id), _user(shape.id, (), "", shape))
    return tuple(found[person] for person in sorted(found))


def _from_account(account: UserAccountShape, persons: Mapping[int, PersonShape]) -> RaynetUser | None:
    if account.person is None:
        return None
    own = tuple(text.strip().lower() for text in (account.username, account.email2) if text and text.strip())
    return _user(account.person.id, own, account.person.full_name or "", persons.get(account.person.id))


def _user(person: int, own: tuple[str, ...], name: str, shape: PersonShape | None) -> RaynetUser:
    """Fact: user name first, then the account's, then the person's addresses, §16. Without a mark: active [spec]."""
    emails = tuple(dict.fromkeys((*own, *(shape.emails if shape else ()))))
    active = shape is None or shape.active_account is not False
    return RaynetUser(
        person=PersonId(person), emails=emails, name=clean(name or (shape.full_name if shape else "")), active=active
    )


def _rows(access: Access, path: str, query: tuple[tuple[str, str], ...], shape: type[Shape]) -> Iterable[Shape]:
    return _shapes(access, access.pages(path, query, lane=Lane.SWEEP, subject=Subject.EXTRA), shape)


def _shapes(access: Access, rows: Iterable[Json], shape: type[Shape]) -> Iterable[Shape]:
    for row in rows:
        try:
            yield _parsed(shape, row)
        except BrokenReplyError as broken:
            access.note_odd_row(str(broken.args[0]), id_of(row))


# --- persons by address ---------------------------------------------------------------------------------------------


def persons_by_email(access: Access, op: PersonsByEmail) -> Mapping[str, tuple[PersonId, ...]]:
    """Every asked address, with all valid persons that carry it, in order of id.

    Fact: which operators ``contactInfo.email`` knows is not documented per column, §5, §15. ``IN`` is tried where
    several are asked for, and trusted from the first time it found somebody; until then what it did not find is asked
    for one by one. An instance whose plain filter minds case finds fewer persons than it could, never wrong ones.
    """
    wanted = tuple(dict.fromkeys(email.strip().lower() for email in op.emails))
    found: dict[str, set[PersonId]] = defaultdict(set)
    open_ones = [email for email in wanted if email]
    batch = [email for email in open_ones if _may_be_listed(email)]
    if len(batch) > 1 and access.learnt.emails_in is not False and _found_together(access, batch, found):
        open_ones = [email for email in open_ones if email not in batch]
    for email in open_ones:
        if not found[email]:
            _collect(access, {email}, "", email, found)
            if found[email] and email in batch and len(batch) > 1:
                # The batch should have found it.
                access.learnt.emails_in = False
    return {email: tuple(sorted(found[email])) for email in wanted}


def _may_be_listed(email: str) -> bool:
    """Fact: ``IN`` separates by commas [spec], §5; nothing says how to quote one."""
    return "," not in email


def _found_together(access: Access, batch: list[str], found: dict[str, set[PersonId]]) -> bool:
    """Whether the answer for the whole batch can be trusted; what it found is in ``found`` either way."""
    try:
        for start in range(0, len(batch), _EMAILS_PER_CALL):
            chunk = batch[start : start + _EMAILS_PER_CALL]
            _collect(access, set(chunk), "[IN]", ",".join(chunk), found)
    except Rejected:
        access.learnt.emails_in = False
        return False
    if any(found[email] for email in batch):
        access.learnt.emails_in = True
    return access.learnt.emails_in is True


def _collect(access: Access, wanted: set[str], operator: str, value: str, found: dict[str, set[PersonId]]) -> None:
    """Ask for both address columns; compared once more here, in lower case.

    Rejected where more come than can carry an address: then the filter was not understood.
    """
    for column in _EMAIL_COLUMNS:
        query = ((f"{column}{operator}", value), _VALID, ("sortColumn", "id"))
        page = access.page(_PERSONS, query, lane=Lane.USER, subject=Subject.EXTRA)
        if page.total > len(page.rows):
            raise Rejected(RaynetCode.BAD_REQUEST, detail="filter_ignored")
        for shape in _shapes(access, page.rows, PersonShape):
            if shape.row_access == _INVALID:
                continue
            for email in wanted.intersection(shape.emails):
                found[email].add(PersonId(shape.id))
