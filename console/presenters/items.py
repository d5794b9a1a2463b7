"""Activities, fields, writes and outcomes as people read them."""

from collections.abc import Iterable

from console.i18n import translate
from console.presenters import states


def field_name(name: str) -> str:
    """A row of the correspondence table."""
    names = {
        "title": translate("Items", "title"),
        "when": translate("Items", "time"),
        "description": translate("Items", "description"),
        "place": translate("Items", "place"),
        "priority": translate("Items", "priority"),
        "categories": translate("Items", "categories"),
        "participants": translate("Items", "participants"),
        "personal": translate("Items", "privacy"),
        "existence": translate("Items", "the whole item"),
        "choices": translate("Items", "choices in the panel"),
    }
    return names.get(name, name)


def field_names(names: Iterable[str]) -> str:
    """Several, with commas; a side in front where it is named (``graph.title``)."""
    return ", ".join(write_text(name) for name in names)


def write_text(name: str) -> str:
    """A write of the trail: ``graph.title``, or the kind of a write without fields."""
    side, dot, field = name.partition(".")
    if dot:
        return f"{states.side('outlook' if side == 'graph' else side)}: {field_name(field)}"
    return kind_text(name) if name in _kinds() else field_name(name)


def _kinds() -> dict[str, str]:
    return {
        "create_event": translate("Items", "created in Outlook"),
        "update_event": translate("Items", "changed in Outlook"),
        "delete_event": translate("Items", "removed from Outlook"),
        "create_activity": translate("Items", "created in Raynet"),
        "update_activity": translate("Items", "changed in Raynet"),
        "delete_activity": translate("Items", "removed from Raynet"),
    }


def kind_text(kind: str) -> str:
    """What a write does."""
    return _kinds().get(kind, kind)


def outcome_text(outcome: str) -> str:
    """What became of a decision."""
    return {
        "written": translate("Items", "Written"),
        "nothing": translate("Items", "Nothing to do"),
        "held": translate("Items", "Held"),
        "released": translate("Items", "Released"),
        "frozen": translate("Items", "Outside the window"),
        "parked": translate("Items", "Set aside"),
        "closed": translate("Items", "Closed"),
        "matched": translate("Items", "Matched"),
        "journalled": translate("Items", "Kept in the journal"),
    }.get(outcome, outcome)


def activity_text(key: str | None) -> str:
    """``meeting:5001`` as ``Meeting 5001``."""
    if not key:
        return "—"
    kind, colon, number = key.partition(":")
    if colon and not number.isdecimal():
        # A mailbox and the long id of an event in it.
        return translate("Items", "an event in Outlook")
    return f"{states.activity_type(kind)} {number}" if colon else key


def trigger_text(trigger: str) -> str:
    """What started a pass."""
    return {
        "worker": translate("Items", "by itself"),
        "poll": translate("Items", "by itself"),
        "nightly": translate("Items", "nightly comparison"),
        "command": translate("Items", "by an operator"),
        "decision": translate("Items", "after a decision"),
        "manual": translate("Items", "by an administrator"),
        "preview": translate("Items", "for a preview"),
    }.get(trigger, trigger)


def counts_text(counts: dict[str, int]) -> str:
    """What a pass did, in words; only what was not zero."""
    names = (
        ("matched", translate("Items", "matched {0}")),
        ("created", translate("Items", "created {0}")),
        ("changed", translate("Items", "changed {0}")),
        ("removed", translate("Items", "removed {0}")),
        ("ambiguous", translate("Items", "unclear {0}")),
        ("held", translate("Items", "held {0}")),
        ("conflicts", translate("Items", "conflicts {0}")),
        ("errors", translate("Items", "errors {0}")),
        ("mails", translate("Items", "e-mails {0}")),
    )
    said = [text.format(counts[name]) for name, text in names if counts.get(name)]
    return ", ".join(said) or translate("Items", "nothing to do")
