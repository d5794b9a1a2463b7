"""Words and tones of the contract's states. An unknown one (a newer server) is shown as it came, in a neutral tone."""

from console.i18n import translate
from console.theme import Tone

State = tuple[str, Tone]


def _found(states: dict[str, State], value: str | None) -> State:
    return states.get(value or "", (value or "—", Tone.NEUTRAL))


def health(value: str) -> State:
    return _found(
        {
            "ok": (translate("States", "In order"), Tone.GOOD),
            "warning": (translate("States", "Attention"), Tone.WARN),
            "failed": (translate("States", "Action needed"), Tone.BAD),
            "paused": (translate("States", "Paused"), Tone.NEUTRAL),
            "not_set_up": (translate("States", "Not set up yet"), Tone.ACCENT),
        },
        value,
    )


def licence(value: str) -> State:
    return _found(
        {
            "active": (translate("States", "Valid"), Tone.GOOD),
            "expiring": (translate("States", "Ends soon"), Tone.WARN),
            "grace": (translate("States", "Grace period"), Tone.BAD),
            "expired": (translate("States", "Ended"), Tone.BAD),
        },
        value,
    )


def user(value: str) -> State:
    return _found(
        {
            "ready": (translate("States", "Synchronised"), Tone.GOOD),
            "new": (translate("States", "Not looked at yet"), Tone.ACCENT),
            "off": (translate("States", "Without a seat"), Tone.NEUTRAL),
            "released": (translate("States", "Released"), Tone.NEUTRAL),
            "unknown_user": (translate("States", "Not in Microsoft 365"), Tone.BAD),
            "no_mailbox": (translate("States", "No mailbox"), Tone.BAD),
            "no_access": (translate("States", "No access"), Tone.BAD),
            "no_person": (translate("States", "Not in Raynet"), Tone.WARN),
        },
        value,
    )


def pair(value: str) -> State:
    return _found(
        {
            "live": (translate("States", "Synchronised"), Tone.GOOD),
            "frozen": (translate("States", "Outside the window"), Tone.NEUTRAL),
            "released": (translate("States", "Released"), Tone.NEUTRAL),
            "held": (translate("States", "Held"), Tone.WARN),
            "parked": (translate("States", "Set aside"), Tone.BAD),
            "closed": (translate("States", "Closed"), Tone.NEUTRAL),
        },
        value,
    )


def sync(value: str) -> State:
    return _found(
        {
            "idle": (translate("States", "Everything carried over"), Tone.GOOD),
            "queued": (translate("States", "Changes wait"), Tone.ACCENT),
            "waiting": (translate("States", "Waiting"), Tone.ACCENT),
            "working": (translate("States", "Working"), Tone.ACCENT),
            "paused": (translate("States", "Paused"), Tone.NEUTRAL),
            "not_set_up": (translate("States", "Not set up yet"), Tone.ACCENT),
            "unlicensed": (translate("States", "Without a licence"), Tone.BAD),
            "refused": (translate("States", "Access refused"), Tone.BAD),
        },
        value,
    )


def severity(value: str) -> State:
    return _found(
        {
            "info": (translate("States", "Information"), Tone.ACCENT),
            "warning": (translate("States", "Warning"), Tone.WARN),
            "error": (translate("States", "Error"), Tone.BAD),
            "critical": (translate("States", "Critical"), Tone.BAD),
        },
        value,
    )


def side(value: str) -> str:
    """A system's own name."""
    return {"raynet": "Raynet CRM", "graph": "Microsoft 365", "outlook": "Outlook"}.get(value, value)


def activity_type(value: str) -> str:
    """Raynet's kinds of activity, as its users call them."""
    names = {
        "task": translate("States", "Task"),
        "event": translate("States", "Event"),
        "meeting": translate("States", "Meeting"),
        "phonecall": translate("States", "Phone call"),
        "phone_call": translate("States", "Phone call"),
        "phoneCall": translate("States", "Phone call"),
        "letter": translate("States", "Letter"),
        "email": translate("States", "E-mail"),
    }
    return names.get(value, value)
