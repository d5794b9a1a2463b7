"""Entries of the audit log in words. An action we do not know is shown by its code."""

from console.api.wire.people import AuditEntry
from console.i18n import translate
from console.presenters.roles import role_text


def action_text(action: str) -> str:
    """What was done."""
    return {
        "firm.added": translate("AuditActions", "Firm added"),
        "firm.changed": translate("AuditActions", "Firm changed"),
        "firm.paused": translate("AuditActions", "Synchronisation paused"),
        "firm.resumed": translate("AuditActions", "Synchronisation resumed"),
        "firm.rules": translate("AuditActions", "Rules changed"),
        "firm.licence": translate("AuditActions", "Licence changed"),
        "firm.connection": translate("AuditActions", "Connection changed"),
        "seat.added": translate("AuditActions", "User added"),
        "seat.changed": translate("AuditActions", "User changed"),
        "seat.removed": translate("AuditActions", "User removed"),
        "alert.acknowledged": translate("AuditActions", "Alert acknowledged"),
        "sync.run": translate("AuditActions", "Pass started"),
        "pass.undo": translate("AuditActions", "Pass taken back"),
        "hold.confirm": translate("AuditActions", "Held deletion confirmed"),
        "hold.reject": translate("AuditActions", "Held deletion rejected"),
        "conflict.restore": translate("AuditActions", "Lost value restored"),
        "registration.asked": translate("AuditActions", "Registration asked for"),
        "registration.approved": translate("AuditActions", "Registration approved"),
        "registration.rejected": translate("AuditActions", "Registration rejected"),
        "consent.link": translate("AuditActions", "Consent link made"),
        "consent.returned": translate("AuditActions", "Consent given"),
        "consent.declined": translate("AuditActions", "Consent declined"),
        "consent.checked": translate("AuditActions", "Consent checked"),
        "consent.limit": translate("AuditActions", "Limit to mailboxes changed"),
        "consent.given": translate("AuditActions", "Consent of a user in the panel"),
        "job.preview": translate("AuditActions", "Preview asked for"),
        "job.run": translate("AuditActions", "Pass asked for"),
        "job.cancelled": translate("AuditActions", "Job cancelled"),
        "session.started": translate("AuditActions", "Signed in"),
        "session.ended": translate("AuditActions", "Signed out"),
        "administrator.added": translate("AuditActions", "Administrator added"),
        "administrator.changed": translate("AuditActions", "Administrator changed"),
        "administrator.removed": translate("AuditActions", "Administrator removed"),
        "administrator.reset": translate("AuditActions", "New initial password made"),
        "administrator.password": translate("AuditActions", "Password changed"),
        "administrator.locked": translate("AuditActions", "Account locked"),
        "administrator.totp_on": translate("AuditActions", "Second factor turned on"),
        "administrator.totp_off": translate("AuditActions", "Second factor turned off"),
    }.get(action, action)


def actor_text(entry: AuditEntry) -> str:
    """Who did it."""
    return entry.actor_login or actor_name(entry.actor)


def actor_name(actor: str) -> str:
    """Somebody without a login, by the kind that the log writes."""
    kind, _colon, number = actor.partition(":")
    if kind == "admin":
        # Of accounts that are gone or not the firm's own, the log tells no name.
        return translate("AuditActions", "administrator no. {0}").format(number)
    if kind == "panel":
        return translate("AuditActions", "a user in the panel")
    return {
        "ros": translate("AuditActions", "an operator on the server"),
        "migration": translate("AuditActions", "an update of the server"),
        "worker": translate("AuditActions", "the synchronisation itself"),
        "microsoft": translate("AuditActions", "the organisation's administrator at Microsoft"),
        "sign-in": translate("AuditActions", "somebody signing in"),
    }.get(actor, actor)


def object_text(name: str) -> str:
    """On what: a kind and its id."""
    kind, colon, number = name.partition(":")
    kinds = {
        "firm": translate("AuditActions", "firm {0}"),
        "administrator": translate("AuditActions", "administrator {0}"),
        "seat": translate("AuditActions", "user {0}"),
        "pass": translate("AuditActions", "pass {0}"),
        "hold": translate("AuditActions", "held deletion {0}"),
        "conflict": translate("AuditActions", "conflict {0}"),
        "alert": translate("AuditActions", "alert {0}"),
        "registration": translate("AuditActions", "registration {0}"),
        "consent": translate("AuditActions", "text of the consent {0}"),
    }
    # Their ids are nobody's words.
    if kind in ("session", "job"):
        return translate("AuditActions", "a sign-in") if kind == "session" else translate("AuditActions", "a job")
    return kinds[kind].format(number) if colon and kind in kinds else name


def detail_text(entry: AuditEntry) -> str:
    """Old and new values in one line."""
    return ", ".join(detail_lines(entry))


def detail_lines(entry: AuditEntry) -> list[str]:
    """One by one."""
    return [f"{_name(name)}: {_value(value)}" for name, value in entry.detail.items()]


def _name(name: str) -> str:
    """What a value is of; names of rules and what a newer server says stay as they are."""
    return {
        "method": translate("AuditDetails", "how"),
        "role": translate("AuditDetails", "role"),
        "email": translate("AuditDetails", "e-mail"),
        "login": translate("AuditDetails", "login"),
        "seats": translate("AuditDetails", "seats"),
        "valid_until": translate("AuditDetails", "valid until"),
        "grace_days": translate("AuditDetails", "grace (days)"),
        "name": translate("AuditDetails", "name"),
        "note": translate("AuditDetails", "note"),
        "paused": translate("AuditDetails", "paused"),
        "tenant_id": translate("AuditDetails", "organisation"),
        "limit": translate("AuditDetails", "limit"),
        "code": translate("AuditDetails", "code"),
        "failures": translate("AuditDetails", "failed attempts"),
        "language": translate("AuditDetails", "language"),
        "person_id": translate("AuditDetails", "person in Raynet"),
        "enabled": translate("AuditDetails", "seat"),
        "raynet_url": translate("AuditDetails", "Raynet's address"),
        "raynet_instance": translate("AuditDetails", "Raynet's instance"),
        "raynet_user": translate("AuditDetails", "Raynet's user"),
        "reason": translate("AuditDetails", "reason"),
        "state": translate("AuditDetails", "state"),
        "totp": translate("AuditDetails", "second factor"),
        "raynet_key": translate("AuditDetails", "Raynet's key"),
        "entra_tenant_id": translate("AuditDetails", "organisation in Entra ID"),
        "entra_object_id": translate("AuditDetails", "person in Entra ID"),
    }.get(name, name)


def _value(value: object) -> str:
    if isinstance(value, dict) and set(value) == {"old", "new"}:
        return f"{_value(value['old'])} → {_value(value['new'])}"
    if isinstance(value, list) and len(value) == 2:
        return f"{_value(value[0])} → {_value(value[1])}"
    if isinstance(value, str) and (both := value.split(" -> ")) and len(both) == 2:
        return f"{_value(both[0])} → {_value(both[1])}"
    if isinstance(value, bool):
        return translate("AuditDetails", "yes") if value else translate("AuditDetails", "no")
    if value is None or value == "":
        return "—"
    return {
        "True": translate("AuditDetails", "yes"),
        "False": translate("AuditDetails", "no"),
        "changed": translate("AuditDetails", "changed"),
        "on": translate("AuditDetails", "on"),
        "off": translate("AuditDetails", "off"),
        "kept": translate("AuditDetails", "kept"),
        "none": translate("AuditDetails", "none"),
        "unknown": translate("AuditDetails", "not verified"),
        "waiting": translate("AuditDetails", "Microsoft is spreading it"),
        "ok": translate("AuditDetails", "in order"),
        "failed": translate("AuditDetails", "something is missing"),
        "password": translate("AuditDetails", "password"),
        "entra": "Microsoft Entra ID",
        "central_admin": role_text("central_admin"),
        "firm_admin": role_text("firm_admin"),
        "firm_auditor": role_text("firm_auditor"),
    }.get(str(value), str(value))
