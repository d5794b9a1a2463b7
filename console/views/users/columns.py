"""Columns and filters of users, proposals and registrations."""

from console.api.wire.people import Proposal, Registration, User
from console.i18n import translate
from console.models.columns import Choice, Column, Filter
from console.presenters import states
from console.presenters.formats import NONE, ago, instant, iso, number, span
from console.theme import Tone

_STATES = ("ready", "new", "off", "unknown_user", "no_mailbox", "no_access", "no_person", "released")


def user_columns(language: str) -> tuple[Column[User], ...]:
    """Sorted by the server."""
    return (
        Column(key="email", title=lambda: translate("Users", "User"), text=lambda u: u.email, sort="email", width=270),
        Column(
            key="state",
            title=lambda: translate("Users", "State"),
            text=lambda u: states.user(u.state)[0],
            tone=lambda u: states.user(u.state)[1],
            hint=lambda u: u.reason.said(language),
            sort="state",
            width=180,
        ),
        Column(
            key="lag",
            title=lambda: translate("Users", "Calendar read"),
            text=lambda u: NONE if u.lag_seconds is None else translate("Users", "{0} ago").format(span(u.lag_seconds)),
            export=lambda u: "" if u.lag_seconds is None else f"{u.lag_seconds:.0f}",
            sort="lag",
            width=130,
        ),
        Column(
            key="pairs",
            title=lambda: translate("Users", "Items"),
            text=lambda u: number(u.pairs),
            is_numeric=True,
            width=80,
        ),
        Column(
            key="changed",
            title=lambda: translate("Users", "Last change"),
            text=lambda u: ago(u.last_change_at),
            hint=lambda u: instant(u.last_change_at),
            export=lambda u: iso(u.last_change_at),
            width=130,
        ),
        Column(
            key="person",
            title=lambda: translate("Users", "Raynet person"),
            text=_person,
            hint=_person_hint,
            width=190,
        ),
        Column(
            key="reason",
            title=lambda: translate("Users", "Why"),
            text=lambda u: u.reason.said(language),
            hint=lambda u: u.reason.said(language),
            width=300,
        ),
    )


def _person(user: User) -> str:
    if user.person_id is None:
        return NONE
    who = user.person_name or translate("Users", "no. {0}").format(user.person_id)
    return translate("Users", "{0} (chosen)").format(who) if user.person_chosen else who


def _person_hint(user: User) -> str:
    """The number is what Raynet's own support asks for."""
    if user.person_id is None:
        return ""
    how = translate("Users", "found by the e-mail address")
    if user.person_chosen:
        how = translate("Users", "chosen by an administrator")
    return translate("Users", "no. {0}").format(user.person_id) + ", " + how


def user_filters() -> tuple[Filter[User], ...]:
    def state(value: str) -> Choice:
        return Choice(value=value, title=lambda: states.user(value)[0])

    every = Choice(value="", title=lambda: translate("Users", "All states"))
    return (
        Filter(key="state", title=lambda: translate("Users", "State"), choices=(every, *map(state, _STATES))),
        Filter(
            key="enabled",
            title=lambda: translate("Users", "Seat"),
            choices=(
                Choice(value="", title=lambda: translate("Users", "With and without a seat")),
                Choice(value="true", title=lambda: translate("Users", "With a seat")),
                Choice(value="false", title=lambda: translate("Users", "Without a seat")),
            ),
        ),
    )


def registration_columns() -> tuple[Column[Registration], ...]:
    """Newest on top by the server."""
    return (
        Column(key="name", title=lambda: translate("Users", "Name"), text=lambda r: r.name, width=220),
        Column(key="email", title=lambda: translate("Users", "E-mail"), text=lambda r: r.email, width=260),
        Column(
            key="state",
            title=lambda: translate("Users", "State"),
            text=lambda r: registration_state(r.state)[0],
            tone=lambda r: registration_state(r.state)[1],
            width=150,
        ),
        Column(
            key="asked",
            title=lambda: translate("Users", "Asked"),
            text=lambda r: ago(r.asked_at),
            hint=lambda r: instant(r.asked_at),
            export=lambda r: iso(r.asked_at),
            order=lambda r: r.asked_at,
            width=140,
        ),
        Column(
            key="decided",
            title=lambda: translate("Users", "Decided"),
            text=lambda r: instant(r.decided_at),
            export=lambda r: iso(r.decided_at),
            width=160,
        ),
    )


def registration_state(value: str) -> tuple[str, Tone]:
    return {
        "waiting": (translate("Users", "Waits for you"), Tone.WARN),
        "approved": (translate("Users", "Approved"), Tone.GOOD),
        "rejected": (translate("Users", "Rejected"), Tone.NEUTRAL),
    }.get(value, (value, Tone.NEUTRAL))


def registration_filters() -> tuple[Filter[Registration], ...]:
    return (
        Filter(
            key="state",
            title=lambda: translate("Users", "State"),
            choices=(
                Choice(value="", title=lambda: translate("Users", "All states")),
                Choice(value="waiting", title=lambda: registration_state("waiting")[0]),
                Choice(value="approved", title=lambda: registration_state("approved")[0]),
                Choice(value="rejected", title=lambda: registration_state("rejected")[0]),
            ),
        ),
    )


def proposal_columns(language: str) -> tuple[Column[Proposal], ...]:
    """Held whole: sorted and searched here."""
    return (
        Column(key="email", title=lambda: translate("Users", "E-mail"), text=lambda p: p.email, width=230),
        Column(
            key="person",
            title=lambda: translate("Users", "In Raynet"),
            text=lambda p: p.person_name or NONE,
            width=170,
        ),
        Column(
            key="mailbox",
            title=lambda: translate("Users", "In Microsoft 365"),
            text=lambda p: p.mailbox_name or NONE,
            width=170,
        ),
        Column(
            key="confidence",
            title=lambda: translate("Users", "Match"),
            text=lambda p: certainty(p.confidence)[0],
            tone=lambda p: certainty(p.confidence)[1],
            order=lambda p: p.confidence,
            width=130,
        ),
        Column(
            key="why",
            title=lambda: translate("Users", "Why"),
            text=lambda p: p.text.said(language),
            hint=lambda p: p.text.said(language),
            width=330,
        ),
        Column(
            key="has",
            title=lambda: translate("Users", "Seat"),
            text=lambda p: translate("Users", "added already") if p.user_id is not None else "",
            width=120,
        ),
    )


def certainty(confidence: float) -> tuple[str, Tone]:
    """How sure a proposal is."""
    if confidence >= 0.95:
        return translate("Users", "certain"), Tone.GOOD
    if confidence >= 0.7:
        return translate("Users", "likely"), Tone.ACCENT
    return translate("Users", "uncertain"), Tone.WARN
