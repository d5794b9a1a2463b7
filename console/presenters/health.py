"""A firm's health as figures: what each says, in which tone, and where a click on it leads."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from console.api.wire.firms import Alert, Expiry, Health
from console.i18n import translate
from console.presenters import states
from console.presenters.formats import ago, day, days_left, number, span
from console.presenters.states import licence
from console.targets import Target
from console.theme import Tone

#: The promise: a change arrives within so many seconds.
PROMISE_SECONDS = 15
#: What waits for longer is stuck.
_STUCK_AFTER = timedelta(minutes=5)
#: An end that is further away needs no word.
_ANNOUNCED_DAYS = 60
_ALARMING_DAYS = 7
_COUNTED_DAYS = 730


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """``key`` names the card."""

    key: str
    title: str
    icon: str
    figure: str
    note: str
    tone: Tone
    target: Target


def figures(found: Health) -> tuple[Figure, ...]:
    """The cards of one firm's overview, most urgent questions first."""
    return (_lag(found), _waiting(found), _users(found), *_decisions(found), _pairs(found), _licence(found))


def _lag(found: Health) -> Figure:
    p95 = found.lag.p95
    is_late = p95 is not None and p95 > PROMISE_SECONDS
    if p95 is None:
        note, tone = translate("Health", "nothing was carried over lately"), Tone.NEUTRAL
    elif is_late:
        note, tone = translate("Health", "slower than the promised {0}").format(span(PROMISE_SECONDS)), Tone.WARN
    else:
        note, tone = translate("Health", "typically {0}").format(span(found.lag.p50)), Tone.GOOD
    return Figure(
        key="lag",
        title=translate("Health", "Time to arrive"),
        icon="clock",
        figure=span(p95),
        note=note,
        tone=tone,
        target=Target(section="users", filters={"sort": "-lag"}),
    )


def _waiting(found: Health) -> Figure:
    note = translate("Health", "nothing waits")
    if found.queue:
        note = translate("Health", "oldest: {0}").format(ago(found.queue_since))
    return Figure(
        key="queue",
        title=translate("Health", "Queue"),
        icon="queue",
        figure=number(found.queue),
        note=note,
        tone=Tone.WARN if found.queue and _is_old(found.queue_since) else Tone.NEUTRAL,
        target=Target(section="sync", page="state"),
    )


def _is_old(since: datetime | None) -> bool:
    return since is not None and datetime.now(UTC) - since > _STUCK_AFTER


def _users(found: Health) -> Figure:
    boxes = found.mailboxes
    broken = boxes.unknown_user + boxes.no_mailbox + boxes.no_access + boxes.no_person
    unread = found.seats_used - boxes.ready - broken - boxes.released
    if broken:
        note = translate("Health", "%n with a problem", "", broken)
    elif not found.seats_used:
        note = translate("Health", "nobody has a seat yet")
    elif unread > 0:
        note = translate("Health", "%n not looked at yet", "", unread)
    else:
        note = translate("Health", "all in order")
    return Figure(
        key="users",
        title=translate("Health", "Synchronised users"),
        icon="users",
        figure=number(boxes.ready),
        note=note,
        tone=Tone.WARN if broken else Tone.GOOD if boxes.ready else Tone.NEUTRAL,
        target=Target(section="users", page="users"),
    )


def _decisions(found: Health) -> tuple[Figure, ...]:
    def one(key: str, title: str, icon: str, count: int, note: str, target: Target) -> Figure:
        tone = Tone.WARN if count else Tone.GOOD
        quiet = translate("Health", "none")
        return Figure(
            key=key,
            title=title,
            icon=icon,
            figure=number(count),
            note=note if count else quiet,
            tone=tone,
            target=target,
        )

    return (
        one(
            "holds",
            translate("Health", "Held deletions"),
            "hold",
            found.holds,
            translate("Health", "wait for your decision"),
            Target(section="sync", page="holds"),
        ),
        one(
            "errors",
            translate("Health", "Items set aside"),
            "error",
            found.errors,
            translate("Health", "tried again by themselves"),
            Target(section="sync", page="errors"),
        ),
        one(
            "conflicts",
            translate("Health", "Conflicts"),
            "conflicts",
            found.conflicts,
            translate("Health", "a value lost, it can be restored"),
            Target(section="conflicts"),
        ),
    )


def _pairs(found: Health) -> Figure:
    return Figure(
        key="pairs",
        title=translate("Health", "Synchronised items"),
        icon="calendar",
        figure=number(found.pairs.live),
        note=translate("Health", "last pass {0}").format(
            ago(found.last_pass.started_at if found.last_pass is not None else None)
        ),
        tone=Tone.NEUTRAL,
        target=Target(section="sync", page="pairs", filters={"state": "live"}),
    )


def _licence(found: Health) -> Figure:
    words, tone = licence(found.licence_state)
    end = next((one for one in found.expiries if one.kind == "licence"), None)
    note = words
    if end is not None:
        # So far away nobody counts days.
        is_far = end.days_left > _COUNTED_DAYS
        left = translate("Health", "until {0}").format(day(end.at.date().isoformat())) if is_far else None
        note = f"{words} – {left or days_left(end.days_left)}"
    return Figure(
        key="seats",
        title=translate("Health", "Seats"),
        icon="licence",
        figure=f"{number(found.seats_used)} / {number(found.seats)}",
        note=note,
        tone=tone,
        target=Target(section="users", page="licence"),
    )


def overall(found: Health) -> tuple[str, Tone]:
    """The whole firm in a word. Nothing is in order before the first pass has looked at it."""
    if found.state == "ok" and found.last_pass is None:
        return translate("Health", "Waits for its first pass"), Tone.ACCENT
    return states.health(found.state)


def expiry_tone(end: Expiry) -> Tone | None:
    """None where an end is nobody's business yet."""
    if end.kind == "subscription":
        # It renews itself two days ahead; what is nearer was not renewed, and changes are looked for meanwhile.
        return None if end.days_left > 0 else Tone.WARN
    if end.days_left > _ANNOUNCED_DAYS:
        return None
    return Tone.BAD if end.days_left <= _ALARMING_DAYS else Tone.WARN


def expiry_text(end: Expiry) -> str:
    """What ends and when."""
    names = {
        "licence": translate("Health", "Licence"),
        "secret": translate("Health", "Secret of the app registration"),
        "certificate": translate("Health", "Certificate of the app registration"),
        "subscription": translate("Health", "Notifications from Microsoft"),
    }
    return f"{names.get(end.kind, end.kind)}: {days_left(end.days_left)}"


def alert_target(alert: Alert) -> Target:
    """Where the remedy of an alert is."""
    places = {
        "licence": ("users", "licence"),
        "consent": ("consent", ""),
        "raynet": ("settings", "raynet"),
        "sync": ("sync", "state"),
        "holds": ("sync", "holds"),
        "errors": ("sync", "errors"),
        "users": ("users", "users"),
        "server": ("overview", ""),
    }
    section, page = places.get(alert.section, ("overview", ""))
    filters = {"firm_name": alert.firm_name} if alert.firm_name else {}
    return Target(section=section, page=page, firm_id=alert.firm_id, filters=filters)
