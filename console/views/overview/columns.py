"""Columns of all firms' health, and of alerts."""

from console.api.wire.firms import Alert, Health
from console.context import Context
from console.i18n import translate
from console.models.columns import Choice, Column, Filter
from console.presenters import states
from console.presenters.formats import ago, iso, number, span
from console.presenters.health import PROMISE_SECONDS, overall
from console.theme import Tone

_RANK = {"failed": 0, "warning": 1, "not_set_up": 2, "ok": 3, "paused": 4}


def health_columns() -> tuple[Column[Health], ...]:
    """Sorted by the server."""

    def worry(count: int) -> Tone | None:
        return Tone.WARN if count else None

    return (
        Column(key="name", title=lambda: translate("Overview", "Firm"), text=lambda h: h.name, sort="name", width=210),
        Column(
            key="state",
            title=lambda: translate("Overview", "State"),
            text=lambda h: overall(h)[0],
            tone=lambda h: overall(h)[1],
            sort="state",
            order=lambda h: _RANK.get(h.state, 9),
            width=180,
        ),
        Column(
            key="lag",
            title=lambda: translate("Overview", "Time to arrive"),
            text=lambda h: span(h.lag.p95),
            tone=lambda h: Tone.WARN if (h.lag.p95 or 0) > PROMISE_SECONDS else None,
            export=lambda h: "" if h.lag.p95 is None else f"{h.lag.p95:.1f}",
            sort="lag",
            is_numeric=True,
            width=110,
        ),
        Column(
            key="queue",
            title=lambda: translate("Overview", "Queue"),
            text=lambda h: number(h.queue),
            sort="queue",
            is_numeric=True,
            width=80,
        ),
        Column(
            key="holds",
            title=lambda: translate("Overview", "Held"),
            text=lambda h: number(h.holds),
            tone=lambda h: worry(h.holds),
            sort="holds",
            is_numeric=True,
            width=90,
        ),
        Column(
            key="errors",
            title=lambda: translate("Overview", "Set aside"),
            text=lambda h: number(h.errors),
            tone=lambda h: worry(h.errors),
            sort="errors",
            is_numeric=True,
            width=90,
        ),
        Column(
            key="conflicts",
            title=lambda: translate("Overview", "Conflicts"),
            text=lambda h: number(h.conflicts),
            sort="conflicts",
            is_numeric=True,
            width=90,
        ),
        Column(
            key="seats",
            title=lambda: translate("Overview", "Seats"),
            text=lambda h: f"{number(h.seats_used)} / {number(h.seats)}",
            is_numeric=True,
            width=90,
        ),
        Column(
            key="licence",
            title=lambda: translate("Overview", "Licence"),
            text=lambda h: states.licence(h.licence_state)[0],
            tone=lambda h: states.licence(h.licence_state)[1],
            sort="valid_until",
            width=210,
        ),
    )


def health_filters() -> tuple[Filter[Health], ...]:
    def choice(value: str) -> Choice:
        return Choice(value=value, title=lambda: states.health(value)[0])

    choices = [
        Choice(value="", title=lambda: translate("Overview", "All states")),
        *map(choice, ("failed", "warning", "ok", "paused", "not_set_up")),
    ]
    return (Filter(key="state", title=lambda: translate("Overview", "State"), choices=choices),)


def alert_columns(context: Context) -> tuple[Column[Alert], ...]:
    """``firm`` only for those who may see more than one."""
    language = context.language
    firm: Column[Alert] = Column(
        key="firm", title=lambda: translate("Overview", "Firm"), text=lambda a: a.firm_name or "—", width=180
    )
    columns: tuple[Column[Alert], ...] = (
        Column(
            key="severity",
            title=lambda: translate("Overview", "Severity"),
            text=lambda a: states.severity(a.severity)[0],
            tone=lambda a: states.severity(a.severity)[1],
            sort="severity",
            width=130,
        ),
        Column(
            key="text",
            title=lambda: translate("Overview", "What"),
            text=lambda a: a.text.said(language),
            hint=lambda a: a.text.said(language),
            width=430,
        ),
        Column(
            key="since",
            title=lambda: translate("Overview", "Since"),
            text=lambda a: ago(a.since),
            export=lambda a: iso(a.since),
            sort="since",
            width=120,
        ),
        Column(
            key="remedy",
            title=lambda: translate("Overview", "What to do"),
            text=lambda a: a.remedy.said(language),
            hint=lambda a: a.remedy.said(language),
            width=420,
        ),
    )
    return (columns[0], firm, *columns[1:]) if context.is_central else columns
