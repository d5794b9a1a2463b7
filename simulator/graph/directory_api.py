"""``/users``, ``/organization`` and the app-role assignments. Facts: graph-calendar §3, §20."""

import re
from collections.abc import Callable
from datetime import UTC
from typing import Any

from simulator.entra.directory import APP_ROLE_IDS, Tenant, User
from simulator.graph import odata
from simulator.graph.access import READ_APPLICATIONS, READ_ORGANIZATION, READ_USERS, Access, user_of
from simulator.graph.call import Call, Reply
from simulator.graph.errors import GraphError
from simulator.graph.query import encoded
from simulator.graph.render import stamp
from simulator.graph.state import Json

_DEFAULT_MEMBERS = (
    "businessPhones",
    "displayName",
    "givenName",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
)
_PRINCIPAL = re.compile(r"^servicePrincipals\(appId='([^']*)'\)$", re.IGNORECASE)
_PLAN_ID = "efb87545-963c-4e0d-99df-69c6916d9eb0"


def user_json(user: User) -> Json:
    """Everything a user can show; the default answer is only a part of it. Fact: [spec], graph-calendar §20."""
    created = None if user.created is None else stamp(user.created.astimezone(UTC).replace(tzinfo=None, microsecond=0))
    return {
        "id": user.id,
        "businessPhones": [],
        "displayName": user.display_name,
        "givenName": user.given_name,
        "jobTitle": None,
        "mail": user.mail,
        "mailNickname": user.user_principal_name.split("@")[0],
        "mobilePhone": None,
        "officeLocation": None,
        "preferredLanguage": user.preferred_language,
        "surname": user.surname,
        "userPrincipalName": user.user_principal_name,
        "accountEnabled": user.account_enabled,
        "userType": user.user_type,
        "proxyAddresses": list(user.proxy_addresses),
        "otherMails": [],
        "createdDateTime": created,
        "assignedPlans": [
            {
                "assignedDateTime": created,
                "capabilityStatus": "Enabled",
                "service": plan,
                "servicePlanId": _PLAN_ID,
            }
            for plan in user.assigned_plans
        ],
    }


class DirectoryApi:
    """Reads of one service's directories; ``base`` starts all links."""

    def __init__(self, access: Access, base: str) -> None:
        self._access = access
        self._base = base

    def handler(self, call: Call) -> tuple[str, Callable[[], Reply]] | None:
        """Kind and work of a directory request; None when it is none."""
        if call.method != "GET":
            return None
        head = call.parts[0].lower()
        if head == "users" and len(call.parts) == 1:
            return "users.list", lambda: self._users(call)
        if head == "users" and len(call.parts) == 2:
            return "user.get", lambda: self._user(call)
        if head == "organization" and len(call.parts) == 1:
            return "organization.list", lambda: self._organization(call)
        match = _PRINCIPAL.match(call.parts[0])
        if match and len(call.parts) == 2 and call.parts[1].lower() == "approleassignments":
            return "appRoleAssignments.list", lambda: self._assignments(call, match[1])
        return None

    def _users(self, call: Call) -> Reply:
        self._access.need_directory(call.identity, READ_USERS)
        query = call.query
        criteria = odata.parse_filter(query["$filter"]) if query.get("$filter") else None
        is_advanced = (
            call.request.headers.get("consistencylevel", "").lower() == "eventual" and query.get("$count") == "true"
        )
        if criteria is not None and "endswith" in criteria.functions and not is_advanced:
            text = "Operator 'endsWith' is not supported because the request needs ConsistencyLevel and $count."
            raise GraphError(400, "Request_UnsupportedQuery", text)
        found = [user_json(user) for user in call.identity.tenant.users.values()]
        if criteria is not None:
            matches = criteria.matches
            found = [document for document in found if matches(_resolver(document))]
        return Reply(document=self._page(call, found))

    def _page(self, call: Call, found: list[Json]) -> Json:
        query = call.query
        top = int(query["$top"]) if query.get("$top", "").isdigit() else 100
        skip = int(query["$skiptoken"]) if query.get("$skiptoken", "").isdigit() else 0
        names = _selected(query.get("$select"))
        document: Json = {"@odata.context": f"{self._base}/v1.0/$metadata#users"}
        if query.get("$count") == "true":
            document["@odata.count"] = len(found)
        document["value"] = [_only(user, names) for user in found[skip : skip + top]]
        if skip + top < len(found):
            kept = [(name, value) for name, value in call.pairs if name != "$skiptoken"]
            document["@odata.nextLink"] = f"{self._base}/v1.0/users?{encoded([*kept, ('$skiptoken', str(skip + top))])}"
        return document

    def _user(self, call: Call) -> Reply:
        self._access.need_directory(call.identity, READ_USERS)
        user = user_of(call.identity.tenant, call.parts[1])
        document = _only(user_json(user), _selected(call.query.get("$select")))
        return Reply(document={"@odata.context": f"{self._base}/v1.0/$metadata#users/$entity"} | document)

    def _organization(self, call: Call) -> Reply:
        self._access.need_directory(call.identity, READ_ORGANIZATION)
        document = _organization_json(call.identity.tenant)
        names = [name for name in call.query.get("$select", "").split(",") if name]
        if names:
            document = {name: document.get(name) for name in ("id", *names)}
        return Reply(document={"@odata.context": f"{self._base}/v1.0/$metadata#organization", "value": [document]})

    def _assignments(self, call: Call, client_id: str) -> Reply:
        self._access.need_directory(call.identity, READ_APPLICATIONS)
        principal = call.identity.tenant.service_principals.get(client_id)
        if principal is None:
            raise GraphError(404, "Request_ResourceNotFound", f"Resource '{client_id}' does not exist.")
        value = [
            {
                "id": f"{principal.id}-{role}",
                "appRoleId": APP_ROLE_IDS.get(role, "00000000-0000-0000-0000-000000000000"),
                "principalId": principal.id,
                "principalType": "ServicePrincipal",
                "resourceDisplayName": "Microsoft Graph",
            }
            for role in sorted(principal.granted)
        ]
        return Reply(document={"@odata.context": f"{self._base}/v1.0/$metadata#appRoleAssignments", "value": value})


def _organization_json(tenant: Tenant) -> Json:
    domains = [
        {
            "capabilities": "Email, OfficeCommunicationsOnline",
            "isDefault": position == 0,
            "isInitial": name.endswith(".onmicrosoft.com"),
            "name": name,
            "type": "Managed",
        }
        for position, name in enumerate(tenant.domains)
    ]
    return {
        "id": tenant.id,
        "displayName": tenant.display_name,
        "countryLetterCode": "CZ",
        "preferredLanguage": "cs",
        "tenantType": "AAD",
        "verifiedDomains": domains,
    }


def _selected(text: str | None) -> tuple[str, ...]:
    names = tuple(name.strip() for name in (text or "").split(",") if name.strip())
    return names or (*_DEFAULT_MEMBERS, "id")


def _only(document: Json, names: tuple[str, ...]) -> Json:
    return {name: document.get(name) for name in names}


def _resolver(document: Json) -> odata.Resolve:
    lowered = {name.lower(): value for name, value in document.items()}

    def resolve(path: str) -> Any:
        if path.lower() not in lowered:
            raise GraphError(400, "Request_UnsupportedQuery", f"Property '{path}' does not exist or is not filterable.")
        return lowered[path.lower()]

    return resolve
