"""What the sync does now: queue, both sides, what they still let us do, push from both, the slowest users."""

from dataclasses import dataclass
from functools import partial

from PySide6.QtWidgets import QGridLayout, QProgressBar, QWidget

from console.api import people, sync
from console.api.wire.people import User
from console.api.wire.sync import Quota, SideState, Subscription, SyncState, Webhook
from console.context import Context
from console.i18n import translate
from console.jobs import Cancel
from console.presenters import states
from console.presenters.formats import ago, instant, number, span
from console.targets import Target
from console.theme import Tone
from console.widgets.banner import Banner
from console.widgets.buttons import button
from console.widgets.cards import FigureCard
from console.widgets.form import problem_banner
from console.widgets.words import Card, badge, clear, column, line, restyle, words


@dataclass(frozen=True, slots=True, kw_only=True)
class Everything:
    """All that the page shows, read together."""

    state: SyncState
    slowest: tuple[User, ...]
    ending: tuple[Subscription, ...]
    subscriptions: int
    webhooks: tuple[Webhook, ...]


class StateOfSync(QWidget):
    """Reads with ``renew``."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self.banner = Banner(context.theme)
        theme = context.theme
        self.queue = FigureCard(theme, "sync.queue", translate("Sync", "Queue"), "queue")
        self.open = FigureCard(theme, "sync.open", translate("Sync", "Writes under way"), "edit")
        self.last = FigureCard(
            theme,
            "sync.last",
            translate("Sync", "Last pass"),
            "clock",
            lambda: context.go(Target(section="sync", page="passes")),
        )
        self._sides = QGridLayout()
        self._sides.setSpacing(12)
        self._users = column(gap=6)
        self._push = column(gap=6)
        self.setLayout(
            column(
                self.banner,
                line(self.queue, self.open, self.last, gap=12),
                self._sides,
                line(
                    Card(
                        column(
                            words(translate("Sync", "Calendars read the longest ago"), "subtitle"),
                            self._users,
                            None,
                            gap=10,
                        )
                    ),
                    Card(column(words(translate("Sync", "Notifications"), "subtitle"), self._push, None, gap=10)),
                    gap=12,
                ),
                None,
                gap=12,
            )
        )

    def renew(self, *, is_quiet: bool) -> None:
        self._context.jobs.start(
            self._read,
            done=self._show,
            failed=lambda problem: problem_banner(self.banner, problem, self._context.language),
            owner=self,
            slot="read",
            is_quiet=is_quiet,
        )

    def _read(self, _cancel: Cancel) -> Everything:
        client, firm_id = self._context.client, self._context.scope.firm_id or 0
        ending = sync.subscriptions(client, firm_id, {"limit": 5, "sort": "expires_at"})
        return Everything(
            state=sync.state(client, firm_id),
            slowest=people.users(client, firm_id, {"limit": 6, "sort": "-lag", "enabled": True}).items,
            ending=ending.items,
            subscriptions=ending.total,
            webhooks=sync.webhooks(client, firm_id).items,
        )

    # --- showing ------------------------------------------------------------------------------------------------------

    def _show(self, found: Everything) -> None:
        state = found.state
        title, tone = states.sync(state.state)
        if state.state in ("idle", "queued") and not state.last_passes:
            self.banner.say(Tone.ACCENT, translate("Sync", "Waits for its first pass"), _never_passed(self._context))
        else:
            self.banner.say(tone, title, state.text.said(self._context.language))
        waits = translate("Sync", "oldest since {0}").format(ago(state.queue_since)) if state.queue else ""
        self.queue.show_figure(number(state.queue), waits or translate("Sync", "nothing waits"))
        self.open.show_figure(number(state.open_writes), translate("Sync", "each is confirmed or looked up"))
        started = state.last_passes[0].started_at if state.last_passes else None
        full = translate("Sync", "everything compared {0}").format(ago(state.last_full_at))
        self.last.show_figure(ago(started), full)
        clear(self._sides)
        quotas = {quota.side: quota for quota in state.quotas}
        for place, side in enumerate(state.sides):
            self._sides.addWidget(self._side(side, quotas.get(side.side)), 0, place)
        self._show_users(found.slowest)
        self._show_push(found)

    def _side(self, side: SideState, quota: Quota | None) -> Card:
        language = self._context.language
        parts: list[QWidget] = []
        if side.breaker is not None:
            parts.append(words(side.breaker.text.said(language), "problem", wrap=True))
            retry = translate("Sync", "Next try {0}").format(instant(side.breaker.retry_at))
            parts.append(words(retry, "muted"))
            state = badge(translate("Sync", "Refused"), Tone.BAD)
        elif side.waits_until is not None:
            state = badge(translate("Sync", "Waits until {0}").format(instant(side.waits_until)), Tone.WARN)
        elif side.last_read_at is None:
            state = badge(translate("Sync", "Not read yet"), Tone.NEUTRAL)
        else:
            state = badge(translate("Sync", "Reachable"), Tone.GOOD)
        parts.append(words(translate("Sync", "Last read {0}").format(ago(side.last_read_at)), "muted"))
        if quota is not None:
            parts.extend(_quota(quota))
        head = line(words(states.side(side.side), "subtitle"), None, state)
        return Card(column(head, *parts, None, gap=6))

    def _show_users(self, users: tuple[User, ...]) -> None:
        clear(self._users)
        for user in users:
            row = button(
                f"sync.user.{user.id}",
                user.email,
                partial(self._context.go, Target(section="users", page="users", item=str(user.id))),
                kind="link",
            )
            self._users.addLayout(line(row, None, words(_read(user), "muted")))
        if not users:
            self._users.addWidget(words(translate("Sync", "No user has a seat yet."), "muted"))

    def _show_push(self, found: Everything) -> None:
        clear(self._push)
        count = translate("Sync", "%n subscription(s) at Microsoft", "", found.subscriptions)
        self._push.addWidget(words(count))
        for one in found.ending:
            if one.state != "ok" or one.needs:
                text = translate("Sync", "{0}: ends {1}").format(one.email or one.mailbox, instant(one.expires_at))
                self._push.addWidget(words(text, "warn", wrap=True))
        for hook in found.webhooks:
            if hook.state == "ok":
                self._push.addWidget(words(translate("Sync", "Raynet notifies us."), "muted"))
            elif hook.state == "missing":
                self._push.addWidget(words(translate("Sync", "Raynet does not notify us yet."), "muted", wrap=True))
            else:
                said = hook.text.said(self._context.language) if hook.text is not None else hook.state
                self._push.addWidget(
                    words(translate("Sync", "Raynet does not notify us: {0}").format(said), "warn", wrap=True)
                )
        floor = translate("Sync", "Without notifications changes are looked for every few seconds.")
        self._push.addWidget(words(floor, "faint", wrap=True))


def _read(user: User) -> str:
    if user.lag_seconds is None:
        return translate("Sync", "not read yet")
    return translate("Sync", "read {0} ago").format(span(user.lag_seconds))


def _never_passed(context: Context) -> str:
    if context.can_change:
        return translate("Sync", "The first pass compares both sides; it begins by itself or with “Run now”.")
    return translate("Sync", "The first pass compares both sides; it begins by itself.")


def _quota(quota: Quota) -> list[QWidget]:
    today = translate("Sync", "Calls today: {0}").format(number(quota.calls_today))
    if quota.limit is None or quota.left is None:
        return [words(today, "muted")]
    used = max(0, quota.limit - quota.left)
    bar = QProgressBar()
    bar.setRange(0, max(1, quota.limit))
    bar.setValue(min(used, quota.limit))
    bar.setTextVisible(False)
    is_short = quota.left * 5 < quota.limit
    restyle(bar, "tone", "warn" if is_short else "neutral")
    text = translate("Sync", "{0} of {1} calls left").format(number(quota.left), number(quota.limit))
    bar.setAccessibleName(text)
    return [words(today, "muted"), bar, words(text, "warn" if is_short else "muted")]
