"""Users of the tenant, the tenant itself, and whether a calendar may be read."""

from typing import Final
from urllib.parse import quote

from pydantic import ValidationError

from server.domain.ids import EventId, FirmId, MailboxId
from server.errors import Denied, Gone, Rejected
from server.microsoft.client import GraphClient, broken_reply
from server.microsoft.codes import GraphCode
from server.microsoft.exchange import Call, Json, user_path
from server.microsoft.wire import GraphUserShape
from server.ports.graph import FindUser, GetUser, GraphUser, ListUsers, ProbeMailbox, ProbeTenant, TranslateId

_MEMBERS: Final = "id,displayName,mail,userPrincipalName,proxyAddresses,userType"
_PRIMARY: Final = "SMTP:"
_PAGE: Final = 999
_MOST_USERS: Final = 20_000


#: Fact: ids of Graph's application roles [seen], §1.
_ROLE_IDS: Final = {
    "ef54d2bf-783f-4e0f-bca1-3210c0444d99": "Calendars.ReadWrite",
    "798ee544-9d2d-430c-a058-570e29e34338": "Calendars.Read",
    "df021288-bdef-4463-88db-98f22de89214": "User.Read.All",
    "498476ce-e0fe-48b0-b801-37ba7e2685c6": "Organization.Read.All",
}


class Directory:
    """``client_id``: our registration's id, the same in all tenants."""

    def __init__(self, client: GraphClient, client_id: str) -> None:
        self._client = client
        self._client_id = client_id

    def find_user(self, op: FindUser) -> GraphUser | None:
        """By exact ``mail``, then primary address, then user name, then an alias; guests only where nobody else is.

        Fact: more than one hit is possible across attributes; shared mailboxes are disabled accounts with a working
        calendar, so ``accountEnabled`` is not asked [inferred], §20. Two users of the same rank: None, nobody guesses.
        """
        email = op.email.strip().lower()
        quoted = email.replace("'", "''")
        wish = f"mail eq '{quoted}' or userPrincipalName eq '{quoted}' or proxyAddresses/any(p:p eq 'smtp:{quoted}')"
        call = Call(method="GET", url=f"/users?$filter={quote(wish, safe='')}&$select={_MEMBERS}")
        shapes = _shapes(call, self._client.send(op.firm, call).members.get("value"))
        ranked = [(rank, shape) for shape in shapes if (rank := _rank(shape, email)) is not None]
        best = min((rank for rank, _ in ranked), default=None)
        chosen = [shape for rank, shape in ranked if rank == best]
        return _user(chosen[0]) if len(chosen) == 1 else None

    def list_users(self, op: ListUsers) -> tuple[GraphUser, ...]:
        """Page by page; a tenant of more than :data:`_MOST_USERS` is cut there, search by address finds the others.

        Fact: at most 999 users to a page [doc?]; a smaller page would only cost more calls.
        """
        found: dict[MailboxId, GraphUser] = {}
        url: str | None = f"/users?$top={_PAGE}&$select={_MEMBERS}"
        while url is not None and len(found) < _MOST_USERS:
            call = Call(method="GET", url=url)
            reply = self._client.send(op.firm, call).members
            for shape in _shapes(call, reply.get("value")):
                if (shape.user_type or "").lower() != "guest":
                    found[MailboxId(shape.id)] = _user(shape)
            url = self._next(call, reply.get("@odata.nextLink"))
        return tuple(found[mailbox] for mailbox in sorted(found))

    def _next(self, call: Call, link: object) -> str | None:
        if link is None or (isinstance(link, str) and link != call.url and self._client.is_own_link(link)):
            return link
        raise broken_reply(call, GraphCode.FOREIGN_LINK.value)

    def get_user(self, op: GetUser) -> GraphUser | None:
        """By object id, which is what a token says of a person."""
        call = Call(method="GET", url=f"{user_path(op.id)}?$select={_MEMBERS}", mailbox=op.id)
        try:
            shape = GraphUserShape.model_validate(self._client.send(op.firm, call).members)
        except Denied as denied:
            if denied.code != GraphCode.UNKNOWN_USER.value:
                raise
            return None
        except ValidationError:
            raise broken_reply(call, "odd_user") from None
        if shape.id.lower() != op.id.lower() or (shape.user_type or "").lower() == "guest":
            return None
        return _user(shape)

    def translate_id(self, op: TranslateId) -> EventId | None:
        """Fact: up to 1,000 ids in one call, ``restImmutableEntryId`` keeps over moves [doc], §12.

        What cannot be translated is answered without a target id, or not at all [inferred].
        """
        body = {"inputIds": [op.id], "sourceIdType": op.form.value, "targetIdType": "restImmutableEntryId"}
        url = user_path(op.mailbox, "translateExchangeIds")
        call = Call(method="POST", url=url, mailbox=op.mailbox, body=body, only_asks=True)
        try:
            rows = self._client.send(op.firm, call).members.get("value")
        except (Gone, Rejected):
            return None
        first = rows[0] if isinstance(rows, list) and rows and isinstance(rows[0], dict) else {}
        target = first.get("targetId")
        return EventId(target) if isinstance(target, str) and target else None

    def probe_mailbox(self, op: ProbeMailbox) -> None:
        """Fact: the calendar itself is the only truth about access [doc], §3, §20."""
        url = f"{user_path(op.mailbox, 'calendar')}?$select=id,name,canEdit"
        self._client.send(op.firm, Call(method="GET", url=url, mailbox=op.mailbox))

    def assigned_roles(self, firm: FirmId) -> frozenset[str]:
        """The application roles of Graph that the tenant granted us, as far as we know their ids."""
        path = f"/servicePrincipals(appId='{quote(self._client_id, safe='')}')/appRoleAssignments"
        call = Call(method="GET", url=path)
        rows = self._client.send(firm, call).members.get("value")
        if not isinstance(rows, list):
            raise broken_reply(call, "no_value")
        ids = [str(row.get("appRoleId", "")).lower() for row in rows if isinstance(row, dict)]
        return frozenset(_ROLE_IDS[id_] for id_ in ids if id_ in _ROLE_IDS)

    def probe_tenant(self, op: ProbeTenant) -> str:
        call = Call(method="GET", url="/organization?$select=id")
        rows = self._client.send(op.firm, call).members.get("value")
        first = rows[0] if isinstance(rows, list) and rows else None
        tenant = first.get("id") if isinstance(first, dict) else None
        if not isinstance(tenant, str):
            raise broken_reply(call, "no_tenant")
        return tenant


def _shapes(call: Call, rows: Json) -> list[GraphUserShape]:
    if not isinstance(rows, list):
        raise broken_reply(call, "no_value")
    try:
        return [GraphUserShape.model_validate(row) for row in rows]
    except ValidationError:
        raise broken_reply(call, "odd_user") from None


def _rank(user: GraphUserShape, email: str) -> tuple[bool, int] | None:
    is_guest = (user.user_type or "").lower() == "guest"
    if (user.mail or "").lower() == email:
        return is_guest, 0
    if f"{_PRIMARY}{email}" in (_primary_or_alias(proxy) for proxy in user.proxies):
        return is_guest, 1
    if (user.principal_name or "").lower() == email:
        return is_guest, 2
    return (is_guest, 3) if email in _proxies(user) else None


def _user(user: GraphUserShape) -> GraphUser:
    primary = [p.partition(":")[2].lower() for p in user.proxies if p.startswith(_PRIMARY)]
    name = user.principal_name or ""
    named = [*primary, (user.mail or "").lower(), *_proxies(user), name.lower() if "@" in name else ""]
    addresses = tuple(dict.fromkeys(address for address in named if address))
    return GraphUser(mailbox=MailboxId(user.id), addresses=addresses, name=user.name or "")


def _primary_or_alias(proxy: str) -> str:
    """``SMTP:`` (primary) keeps its case, the address is lowered."""
    kind, _, address = proxy.partition(":")
    return f"{kind}:{address.lower()}"


def _proxies(user: GraphUserShape) -> list[str]:
    return [p.partition(":")[2].lower() for p in user.proxies if p[:5].upper() == _PRIMARY]
