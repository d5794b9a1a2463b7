"""How the control API shows activities, events, mails and the world."""

from datetime import UTC
from typing import Any

from simulator.graph.meetings import Mail
from simulator.graph.state import EventState
from simulator.raynet.instance import RaynetInstance
from simulator.raynet.records import Activity
from simulator.world import World

Row = dict[str, Any]


def overview_json(world: World) -> Row:
    """Addresses, instances with users, tenants with mailboxes. API keys are named, never shown."""
    return {
        "now": world.clock().isoformat(),
        "raynet_url": world.raynet_url,
        "graph_url": world.graph_url,
        "authority_url": world.authority_url,
        "instances": [_instance_json(instance) for instance in world.raynet.instances()],
        "tenants": [
            {
                "id": tenant.id,
                "name": tenant.display_name,
                "mailboxes": [
                    {"id": user.id, "address": user.mail, "login": user.user_principal_name, "name": user.display_name}
                    for user in tenant.users.values()
                    if user.id in world.graph.exchange.mailboxes
                ],
            }
            for tenant in world.entra.tenants.values()
        ],
    }


def _instance_json(instance: RaynetInstance) -> Row:
    users = [
        {
            "id": user.id,
            "login": user.username,
            "person": user.person,
            "name": _name(instance, user.person),
            "email2": user.email2,
            "role": user.role,
        }
        for user in instance.users()
    ]
    keys = [{"name": key.name, "login": key.login, "revoked": key.revoked} for key in instance.api_keys()]
    return {"name": instance.name, "users": users, "keys": keys, "activities": len(instance.activities())}


def activity_json(instance: RaynetInstance, activity: Activity) -> Row:
    company = instance.reference("company", activity.company)
    return {
        "kind": activity.shown_kind or activity.kind,
        "id": activity.id,
        "title": activity.title,
        "status": activity.status,
        "priority": activity.priority,
        "personal": activity.personal,
        "start": activity.scheduled_from,
        "end": activity.scheduled_till,
        "deadline": activity.deadline,
        "completed": activity.completed,
        "description": activity.description,
        "place": activity.meeting_place,
        "company": company["name"] if company else None,
        "owner": activity.owner,
        "participants": [
            {"id": p.id, "person": p.person, "company": p.company, "lead": p.lead, "name": _name(instance, p.person)}
            for p in activity.participants
        ],
        "tags": list(activity.tags),
        "locked": activity.is_locked,
        "version": activity.version,
        "ext_ids": list(activity.ext_ids),
        "updated_by": activity.updated_by or activity.created_by,
        "modified": activity.last_modified_at,
    }


def event_json(event_id: str, state: EventState) -> Row:
    """An all-day event starts and ends at UTC midnights here, standing for its dates."""
    return {
        "id": event_id,
        "subject": state.subject,
        "body": state.body,
        "start": state.start.replace(tzinfo=UTC).isoformat(),
        "end": state.end.replace(tzinfo=UTC).isoformat(),
        "all_day": state.is_all_day,
        "places": [place.display_name for place in state.places],
        "attendees": [attendee.person.address for attendee in state.attendees],
        "organizer": state.organizer.address,
        "is_organizer": state.is_organizer,
        "response": state.response,
        "categories": list(state.categories),
        "importance": state.importance,
        "sensitivity": state.sensitivity,
        "show_as": state.show_as,
        "kind": state.kind,
        "online": state.online is not None,
        "cancelled": state.is_cancelled,
        "modified": state.modified,
    }


def mail_json(mail: Mail) -> Row:
    return {"at": mail.at, "kind": mail.kind, "mailbox": mail.mailbox, "recipients": list(mail.recipients)}


def history_json(instance: RaynetInstance, after: int) -> list[Row]:
    """Changes in Raynet after the given number, oldest first."""
    return [
        {
            "number": entry.number,
            "at": entry.at,
            "action": entry.action,
            "entity": entry.entity,
            "id": entry.entity_id,
            "by": entry.actor.login,
            "source": entry.actor.source,
            "description": entry.actor.description,
        }
        for entry in instance.history[after:]
    ]


def _name(instance: RaynetInstance, person: int | None) -> str | None:
    reference = instance.reference("person", person)
    name: str | None = reference["fullName"] if reference is not None else None
    return name
