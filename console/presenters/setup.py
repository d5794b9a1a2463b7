"""How far the set-up of a firm is, from what the server says: which steps are done, which one is next."""

from dataclasses import dataclass

from console.api.wire.firms import Consent, Firm, Raynet
from console.i18n import translate

STEPS = ("raynet", "consent", "users", "rules", "preview", "start")


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What was read together. ``is_previewed`` is known to the window only: nothing is stored by looking."""

    firm: Firm
    raynet: Raynet
    consent: Consent
    users: int
    is_previewed: bool = False
    has_seen_rules: bool = False


def is_done(progress: Progress, step: str) -> bool:
    """Whether the step needs nothing more."""
    match step:
        case "raynet":
            return progress.raynet.key_set and progress.raynet.breaker is None
        case "consent":
            return progress.consent.state == "ok"
        case "users":
            return progress.users > 0
        case "rules":
            return progress.has_seen_rules or is_running(progress)
        case "preview":
            return progress.is_previewed or is_running(progress)
        case _:
            return is_running(progress)


def is_running(progress: Progress) -> bool:
    """The firm is synchronised already."""
    return progress.firm.connected and not progress.firm.paused and progress.users > 0


def is_open(progress: Progress, step: str) -> bool:
    """Whether the step can be worked on: previews and the start need both connections and somebody to look at."""
    if step in ("preview", "start"):
        return all(is_done(progress, earlier) for earlier in ("raynet", "consent", "users"))
    return True


def next_step(progress: Progress) -> str:
    """The first that is not done; the last one where all are."""
    return next((step for step in STEPS if not is_done(progress, step)), STEPS[-1])


def title(step: str) -> str:
    return {
        "raynet": translate("Setup", "Connect Raynet"),
        "consent": translate("Setup", "Consent of Microsoft 365"),
        "users": translate("Setup", "Users and seats"),
        "rules": translate("Setup", "Rules"),
        "preview": translate("Setup", "Preview"),
        "start": translate("Setup", "Start"),
    }[step]


def missing(progress: Progress) -> str:
    """Which steps stand before the start, in words; empty where none does."""
    left = [title(step) for step in ("raynet", "consent", "users") if not is_done(progress, step)]
    return ", ".join(left)
