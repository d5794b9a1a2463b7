"""Nothing private is shown in Raynet (I2): no text of a private event, and no record made of one to others."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from server.domain.rules import OutlookDelete, PrivateEvents
from simulator.graph.state import Revision
from simulator.raynet.records import Activity
from tests.histories.shown import PLACEHOLDER, plain
from tests.support.oracle import MASK
from tests.support.rig import API_LOGIN

if TYPE_CHECKING:
    from tests.histories.oracle import Oracle


class Privacy:
    """Looks at one house at rest, and back at each write of ours; tells the oracle."""

    def __init__(self, oracle: "Oracle") -> None:
        self._oracle = oracle
        self._any: bool | None = None

    def opened(self, activity: Activity) -> bool:
        """Whether somebody opened the record in Raynet."""
        return any(
            one.actor.source == "user" and one.after is not None and not one.after.personal
            for one in self._oracle.house.raynet.history
            if one.entity_id == activity.id
        )

    def look(self) -> None:
        """I2: at no instant did our own write show a private text, or a record made of a private event to others."""
        late = (
            self._oracle.history.watch.late_writes or self._oracle.rows.firm.rules.private_events is PrivateEvents.FULL
        )
        for entry in self._oracle.house.raynet.history:
            after = entry.after
            if entry.actor.source != "api" or after is None:
                continue
            ours = after.created_by == API_LOGIN and PLACEHOLDER not in after.title
            if ours and not after.personal and not self.opened(after):
                self._oracle.problems.append("I2 an activity of ours is shown to everybody")
            if not late and self._tells_secret(after, entry.at):
                self._oracle.problems.append("I2 a private text in Raynet")
        for activity in self._oracle.house.raynet.activities():
            carried_in_full = activity.personal and self._oracle.rows.firm.rules.private_events is PrivateEvents.FULL
            if carried_in_full or not self._tells_secret(activity, self._oracle.now):
                continue
            if self._shown_again_in_a_series(activity):
                self._oracle.excused += 1
            else:
                self._oracle.problems.append("I2 a private text in Raynet")

    def _shown_again_in_a_series(self, activity: Activity) -> bool:
        """Whether a late copy of our write arrived in a record that was made a series: no other write may follow."""
        ours = [
            one.at
            for one in self._oracle.house.raynet.history
            if one.entity_id == activity.id and one.actor.source == "api"
        ]
        came_late = any(
            ours and abs(ours[-1] - one) < timedelta(seconds=1) for one in self._oracle.house.raynet_side.late_arrivals
        )
        return activity.recurrence is not None and came_late

    def _tells_secret(self, activity: Activity, at: datetime) -> bool:
        shown = plain(" ".join((activity.title, activity.description or "", activity.meeting_place or "")))
        told = {secret for secret in self._secrets_at(at) if secret in shown}
        stays = self._oracle.rows.firm.rules.outlook_delete is OutlookDelete.IGNORE
        if told and (stays or activity.status == "CANCELLED"):
            # A record that outlived its open event, or was called off with it, says what that said; an equal one was
            # private later.
            told = {one for one in told if not any(one in open_text for open_text in self._open_to_the_end(at))}
        return bool(told)

    def _open_to_the_end(self, at: datetime) -> set[str]:
        """Texts of events that were deleted by this instant and were open when they were."""
        out: set[str] = set()
        for person in self._oracle.house.people:
            for item in person.mailbox.items.values():
                past = [one.after for one in item.history if one.at <= at]
                if not past or past[-1].alive:
                    continue
                last = next((one.state for one in reversed(past) if one.alive), None)
                if last is not None and last.sensitivity == "normal":
                    out |= {plain(last.subject), plain(last.body)} | {plain(p.display_name) for p in last.places}
        return out

    def _secrets_at(self, at: datetime) -> set[str]:
        """Texts that are private at this instant and shown nowhere as an open text."""
        if self._any is None:
            self._any = any(
                one.after.state.sensitivity != "normal"
                for person in self._oracle.house.people
                for item in person.mailbox.items.values()
                for one in item.history
            )
        if not self._any:
            return set()
        hidden: set[str] = set()
        open_texts = self._typed_in_raynet()
        for person in self._oracle.house.people:
            for item in person.mailbox.items.values():
                past = [one for one in item.history if one.at <= at]
                # What turned private in the moment before the write may be younger than the last look at it.
                while past and at < self._oracle.now and self._just_hidden(past[-1], at):
                    past = past[:-1]
                while past and self._after_its_seat(person.mailbox.id, past[-1]):
                    past = past[:-1]
                if past and not past[-1].after.alive:
                    open_texts |= {one for one in self._open_a_moment_ago(item.history, at) if len(one) > 3}
                if not past or not past[-1].after.alive:
                    continue
                state = past[-1].after.state
                texts = {plain(state.subject), plain(state.body)} | {plain(p.display_name) for p in state.places}
                if state.sensitivity == "normal":
                    texts |= self._open_a_moment_ago(item.history, at)
                target = hidden if state.sensitivity != "normal" else open_texts
                target.update(one for one in texts if len(one) > 3)
        hidden.discard(MASK)
        return {one for one in hidden if not any(one in shown for shown in open_texts)}

    def _open_a_moment_ago(self, history: Sequence[Revision], at: datetime) -> set[str]:
        """What an open event said at the last look: an invited person's private copy may say it a little longer."""
        out: set[str] = set()
        for one, follower in pairwise(history):
            state = one.after.state
            if at - self._oracle.unlooked < follower.at <= at and one.after.alive and state.sensitivity == "normal":
                out |= {plain(state.subject), plain(state.body)} | {plain(p.display_name) for p in state.places}
        return out

    def _just_hidden(self, entry: Revision, at: datetime) -> bool:
        # Exchange itself saves once more what its user has just saved.
        hides = entry.by.kind != "app" and entry.after.alive and entry.after.state.sensitivity != "normal"
        return hides and entry.at > at - self._oracle.unlooked

    def _after_its_seat(self, mailbox: str, entry: Revision) -> bool:
        """Whether it came after the last look at a calendar that nobody may read or write for any more."""
        looks = self._oracle.history.watch.looks.get(mailbox, ())
        last = self._oracle.history.timeline.start + timedelta(milliseconds=max(looks, default=0))
        return mailbox not in self._oracle.seated and entry.at > last

    def _typed_in_raynet(self) -> set[str]:
        """What people themselves wrote there is no secret of Outlook's."""
        out: set[str] = set()
        for entry in self._oracle.house.raynet.history:
            if entry.actor.source == "user" and entry.after is not None:
                after = entry.after
                out |= {plain(after.title), plain(after.description), plain(after.meeting_place)}
        return out
