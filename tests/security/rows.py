"""Who may use which route, written down a second time and by hand: the routes' own declarations are what is tested.

A new route needs a row here. ``who`` is one of :data:`ROLES_OF`; ``own`` are the statuses of an allowed request about
something of one's own; ``body`` is one that the route accepts; ``reads`` marks what changes nothing.
"""

from dataclasses import dataclass, field
from typing import Any, Final

from tests.security.world import PASSWORD, RAYNET_URL

ALL: Final = frozenset({"central_admin", "firm_admin", "firm_auditor", "other_admin"})
ADMINS: Final = ALL - {"firm_auditor"}
#: ``anybody`` needs no session; ``own_due`` also holds while the password must be changed.
ROLES_OF: Final[dict[str, frozenset[str]]] = {
    "anybody": ALL,
    "own_due": ALL,
    "all": ALL,
    "admins": ADMINS,
    "central": frozenset({"central_admin"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What is expected of one route."""

    who: str
    own: tuple[int, ...] = (200,)
    body: dict[str, Any] | None = None
    query: dict[str, str] = field(default_factory=dict)

    def allows(self, actor: str) -> bool:
        return actor in ROLES_OF[self.who]


_GUID: Final = "6f1c9a7e-1111-4222-8333-1234567890ff"
_RAYNET: Final = {
    "url": RAYNET_URL,
    "instance": "novy",
    "user": "api@own.example",
    "key": "canary-raynet-key-that-fits",
}
_FIRM: Final = {"name": "Nová firma", "seats": 3, "valid_until": "2031-01-31"}
F: Final = "/firms/{firm_id}"

ROWS: Final[dict[tuple[str, str], Row]] = {
    # --- about, account ---
    ("GET", "/server"): Row(who="anybody"),
    ("GET", "/openapi.json"): Row(who="anybody"),
    ("POST", "/session"): Row(
        who="anybody", own=(201,), body={"login": "firm_admin", "password": f"{PASSWORD}firm_admin"}
    ),
    ("POST", "/session/entra"): Row(who="anybody", own=(409,), body={"access_token": "no-token"}),
    ("PUT", "/session/entra"): Row(who="all", own=(409,), body={"access_token": "no-token"}),
    ("GET", "/session"): Row(who="own_due"),
    ("DELETE", "/session"): Row(who="own_due", own=(204,)),
    ("PUT", "/session/password"): Row(
        who="own_due", own=(422,), body={"current": "not the password", "new": "nothing but water and salt"}
    ),
    ("POST", "/session/totp"): Row(who="all"),
    ("PUT", "/session/totp"): Row(who="all", own=(409,), body={"code": "123456"}),
    ("DELETE", "/session/totp"): Row(who="all", own=(204,)),
    ("GET", "/sessions"): Row(who="own_due"),
    ("DELETE", "/sessions/{session_id}"): Row(who="own_due", own=(204,)),
    # --- firms ---
    ("GET", "/firms"): Row(who="all"),
    ("POST", "/firms"): Row(who="central", own=(201,), body=_FIRM),
    ("GET", F): Row(who="all"),
    ("PATCH", F): Row(who="admins", body={"paused": True}),
    ("GET", f"{F}/health"): Row(who="all"),
    ("GET", "/overview"): Row(who="central"),
    ("GET", f"{F}/raynet"): Row(who="all"),
    ("PUT", f"{F}/raynet"): Row(who="admins", body=_RAYNET),
    ("POST", f"{F}/raynet/test"): Row(who="admins", body=_RAYNET),
    # --- users, rules ---
    ("GET", f"{F}/users"): Row(who="all"),
    ("POST", f"{F}/users"): Row(who="admins", own=(201,), body={"email": "nova@own.example"}),
    ("POST", f"{F}/users/bulk"): Row(who="admins", body={"add": [{"email": "nova@own.example"}]}),
    ("GET", f"{F}/users/{{user_id}}"): Row(who="all"),
    ("PATCH", f"{F}/users/{{user_id}}"): Row(who="admins", body={"enabled": False}),
    ("DELETE", f"{F}/users/{{user_id}}"): Row(who="admins", own=(204,)),
    ("GET", f"{F}/rules"): Row(who="all"),
    ("PUT", f"{F}/rules"): Row(who="admins", body={"authority": "outlook"}),
    # --- licence, tenant, directories ---
    ("GET", f"{F}/licence"): Row(who="all"),
    ("PUT", f"{F}/licence"): Row(who="central", body={"seats": 9, "valid_until": "2031-01-31", "grace_days": 7}),
    ("GET", f"{F}/licence/history"): Row(who="all"),
    ("GET", f"{F}/microsoft"): Row(who="all"),
    ("PUT", f"{F}/microsoft"): Row(who="admins", body={"mailbox_limit": "rbac", "limit_group": "ros@own.example"}),
    ("GET", f"{F}/consent"): Row(who="all"),
    ("POST", f"{F}/consent/link"): Row(who="admins"),
    ("POST", f"{F}/consent/check"): Row(who="admins"),
    ("GET", f"{F}/directory/raynet"): Row(who="all"),
    ("GET", f"{F}/directory/microsoft"): Row(who="all"),
    ("GET", f"{F}/proposals"): Row(who="all"),
    ("GET", f"{F}/registrations"): Row(who="all"),
    ("POST", f"{F}/registrations/{{registration_id}}/approve"): Row(who="admins", body={}),
    ("POST", f"{F}/registrations/{{registration_id}}/reject"): Row(who="admins"),
    # --- alerts ---
    ("GET", "/alerts"): Row(who="central"),
    ("POST", "/alerts/{server_alert_id}/acknowledge"): Row(who="central"),
    ("GET", f"{F}/alerts"): Row(who="all"),
    ("POST", f"{F}/alerts/{{alert_id}}/acknowledge"): Row(who="admins"),
    # --- sync ---
    ("GET", f"{F}/sync"): Row(who="all"),
    ("POST", f"{F}/sync/run"): Row(who="admins", own=(202,), body={}),
    ("POST", f"{F}/sync/preview"): Row(who="admins", own=(202,), body={}),
    ("GET", f"{F}/jobs/{{job_id}}"): Row(who="all"),
    ("DELETE", f"{F}/jobs/{{job_id}}"): Row(who="admins"),
    ("GET", f"{F}/series"): Row(who="all", query={"metric": "lag"}),
    ("GET", f"{F}/quotas"): Row(who="all"),
    ("GET", f"{F}/passes"): Row(who="all"),
    ("GET", f"{F}/passes/{{pass_id}}"): Row(who="all"),
    ("POST", f"{F}/passes/{{pass_id}}/undo"): Row(who="admins"),
    ("GET", f"{F}/pairs"): Row(who="all"),
    ("GET", f"{F}/pairs/{{pair_id}}"): Row(who="all"),
    ("GET", f"{F}/trail"): Row(who="all", query={"activity": "meeting:51"}),
    ("GET", f"{F}/errors"): Row(who="all"),
    ("GET", f"{F}/subscriptions"): Row(who="all"),
    ("GET", f"{F}/webhooks"): Row(who="all"),
    ("GET", f"{F}/holds"): Row(who="all"),
    ("GET", f"{F}/holds/{{hold_id}}"): Row(who="all"),
    ("POST", f"{F}/holds/{{hold_id}}/confirm"): Row(who="admins"),
    ("POST", f"{F}/holds/{{hold_id}}/reject"): Row(who="admins"),
    ("GET", f"{F}/conflicts"): Row(who="all"),
    ("POST", f"{F}/conflicts/{{conflict_id}}/restore"): Row(who="admins"),
    # --- administrators, audit ---
    ("GET", "/administrators"): Row(who="admins"),
    ("POST", "/administrators"): Row(
        who="admins", own=(201,), body={"login": "novy", "role": "firm_auditor", "firm_id": 0}
    ),
    ("GET", "/administrators/{administrator_id}"): Row(who="admins"),
    ("PATCH", "/administrators/{administrator_id}"): Row(who="admins", body={"enabled": False}),
    ("DELETE", "/administrators/{administrator_id}"): Row(who="admins", own=(204,)),
    ("POST", "/administrators/{administrator_id}/reset-password"): Row(who="admins", body={}),
    ("GET", "/audit"): Row(who="central"),
    ("GET", f"{F}/audit"): Row(who="all"),
}
