"""What must be true of both sides once nothing is left to do, told from their own histories.

The rules are those of :mod:`tests.support.oracle`, in a form for many small worlds: each change of each record is
looked at once. What the sides show is :mod:`.shown`.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from server.domain.ids import MailboxId
from server.domain.reasons import Reason
from server.domain.rules import Mirror
from server.domain.state import Conflict, Group, PairState, Role
from server.sync.secrecy import LOOKED_AT_FOR
from simulator.graph import ids
from simulator.graph.state import EventState
from simulator.raynet.records import Activity, HistoryEntry, Ref
from tests.histories.equals import doubled
from tests.histories.house import House
from tests.histories.private import Privacy
from tests.histories.raynet_side import H9_WINDOW
from tests.histories.shown import (
    FIELDS,
    PLACEHOLDER,
    WITH_PLACE,
    Moment,
    Place,
    Shown,
    activity_shown,
    content_shown,
    event_shown,
    fields_of,
    journalled,
    superseded,
    thrown_away,
    timed_anew,
)
from tests.support.oracle import MASK
from tests.support.rig import API_LOGIN

if TYPE_CHECKING:
    from tests.histories.play import History

#: From the last look at an event to the arrival of a write that shows its text.
UNLOOKED = LOOKED_AT_FOR + timedelta(milliseconds=700)
_CLOSED = (PairState.CLOSED, PairState.RELEASED)


class Oracle:
    """Looks at one house at rest. ``problems`` is empty when everything is right."""

    def __init__(self, history: "History", house: House) -> None:
        self.house = house
        self.history = history
        self.rows = history.store.firms[house.id]
        self.now = history.timeline.clock()
        self.groups = [history.store.group(house.id, link) for link in sorted(self.rows.links)]
        self.journal: dict[str, list[Conflict]] = {}
        for one in self.rows.conflicts.values():
            self.journal.setdefault(one.link_id, []).append(one)
        self.problems: list[str] = []
        self.excused = 0
        self.privacy = Privacy(self)
        self.unlooked = UNLOOKED + timedelta(seconds=history.script.switches.get("delta_visibility_seconds", 0.0))
        self.seated = {
            person.mailbox.id
            for person in house.people
            if person.seat is not None and self.rows.seats[person.seat].enabled
        }
        self.live: dict[Place, EventState] = {}
        #: Meetings of which nothing stands but the organizer's word that they are off.
        self.called_off: set[Place] = set()
        #: What was deleted, as it was then.
        self.gone: dict[Place, EventState] = {}
        self.moments: dict[Place, list[Moment]] = {}
        self._gather()

    def _gather(self) -> None:
        for person in self.house.people:
            box = person.mailbox
            for item in box.items.values():
                place = (box.id, ids.encode(box.id, item.number, None))
                if item.content.alive and not item.content.state.is_cancelled:
                    self.live[place] = item.content.state
                elif item.content.alive:
                    self.called_off.add(place)
                else:
                    self.gone[place] = item.content.state
                self.moments[place] = [
                    Moment(
                        at=one.at,
                        order=one.sequence,
                        by=one.by.kind,
                        before=content_shown(one.before),
                        after=content_shown(one.after),
                        was=event_shown(one.before.state) if one.before is not None else None,
                        place=place,
                        private=one.after.state.sensitivity != "normal",
                        turned=one.before is not None and one.before.state.is_all_day != one.after.state.is_all_day,
                    )
                    for one in item.history
                ]
        followed: dict[Ref, Place] = {}
        for entry in self.house.raynet.history:
            subject = entry.after or entry.before
            assert subject is not None
            if entry.before is not None and entry.after is not None and entry.before.ref != entry.after.ref:
                # A type change: the same record under another key.
                old = self._place(entry.before.ref, followed)
                followed[entry.after.ref] = old
            place = self._place(subject.ref, followed)
            self.moments.setdefault(place, []).append(
                Moment(
                    at=entry.at,
                    order=entry.number,
                    by={"user": "human", "api": "app"}.get(entry.actor.source, "server"),
                    before=activity_shown(entry.before),
                    after=activity_shown(entry.after),
                    was=fields_of(entry.before) if entry.before is not None else None,
                    place=place,
                    version=subject.version,
                    moved=entry.action == "type_changed",
                )
            )
        self._followed = followed

    @staticmethod
    def _place(ref: Ref, followed: dict[Ref, Place]) -> Place:
        return followed.get(ref) or ("raynet", f"{ref.kind}:{ref.id}")

    def check(self) -> list[str]:
        """Everything."""
        self._nothing_open()
        self._nothing_double()
        self._nothing_half()
        for group in self.groups:
            self._equal(group)
            self._nothing_lost(group)
        self.privacy.look()
        return self.problems

    # --- open, double, half ---

    def _nothing_open(self) -> None:
        self.problems += [f"I13 open intent {one.kind.value}" for one in self.rows.open_intents.values()]

    def _nothing_double(self) -> None:
        # Whoever deletes an event and makes, or takes back, an equal one while Raynet edits it has both; so has who
        # reopens in Raynet what was cancelled when its equal in Outlook was first seen.
        twins = any(self.history.watch.deeds[one] for one in ("o.recreate", "o.restore", "r.reopen"))
        shown = () if twins else self.live.items()
        # In the hour that autumn repeats, equal starts may end an hour apart: those are two.
        places = [((box, one.subject, one.start, one.end), (box, key)) for (box, key), one in shown if one.is_organizer]
        records = [
            (
                (one.owner, one.title, one.scheduled_from, one.scheduled_till),
                self._place(one.ref, self._followed),
            )
            for one in self.house.raynet.activities()
            if activity_shown(one) is not None and one.title != MASK and one.created_by == API_LOGIN
        ]
        if twins:
            return
        self.problems += [f"I9 {n} equal events in one calendar" for n in doubled(self, places)]
        self.problems += [f"I9 {n} equal activities of one owner" for n in doubled(self, records)]
        by_activity: Counter[tuple[object, str]] = Counter()
        for group in self.groups:
            for pair in group.pairs:
                # Two meetings may invite the same person to it: those are Outlook's own.
                if pair.state not in _CLOSED and pair.role is not Role.ATTENDEE and group.link.activity is not None:
                    by_activity[group.link.activity, pair.mailbox] += 1
        self.problems += [f"I9 {n} pairs of one activity in one mailbox" for n in by_activity.values() if n > 1]
        own = Counter(
            (box, value.split("|")[1])
            for (box, _), one in self.live.items()
            for _, value in one.extended
            # With an invitation the organizer's key may travel: that names another calendar.
            if value.startswith("1|") and value.split("|")[2] == box
        )
        self.problems += [f"I9 {n} events made for one activity" for n in own.values() if n > 1]

    def _nothing_half(self) -> None:
        for one in self.house.raynet.activities():
            # What somebody repeated of one in the breath before it was filled is theirs.
            if PLACEHOLDER in one.title and not one.is_locked and one.created_by == API_LOGIN:
                self.problems.append("I9 a placeholder is left")
            elif not one.title.strip():
                self.problems.append("an activity without a title")
        paired = {(p.mailbox, p.event) for g in self.groups for p in g.pairs}
        linked = {(g.link.activity.type.value, g.link.activity.id) for g in self.groups if g.link.activity is not None}
        seated = {person.person for person in self.house.people if person.mailbox.id in self.seated}
        for (box, event), state in self.live.items():
            if (
                box in self.seated
                and (MailboxId(box), event) not in paired
                and self._near(state.start.replace(tzinfo=UTC))
            ):
                self.problems.append("I7 an event belongs to nothing")
        for one in self.house.raynet.activities():
            mine = (
                (one.owner,)
                if self.rows.firm.rules.mirror is Mirror.OWNER
                else tuple(p.person for p in one.participants)
            )
            concerned = seated.intersection(mine)
            # A left-over that is locked stays until it is unlocked, whatever was typed into it.
            waits = PLACEHOLDER in one.title and one.is_locked and one.created_by == API_LOGIN
            shown = activity_shown(one) is not None and one.scheduled_from is not None and not waits
            if shown and concerned and (one.kind, one.id) not in linked and self._near(one.scheduled_from):  # type: ignore[arg-type]  # just checked
                self.problems.append(f"I7 a {one.kind} belongs to nothing")

    def _near(self, start: datetime) -> bool:
        rules = self.rows.firm.rules
        ahead = timedelta(days=rules.window_ahead_days)
        return self.now - timedelta(days=rules.window_back_days) < start < self.now + ahead

    # --- equal ---

    def _record(self, group: Group) -> Activity | None:
        key = group.link.activity
        return self.house.raynet.activity(Ref(key.type.value, key.id)) if key is not None else None

    def _equal(self, group: Group) -> None:
        activity = self._record(group)
        shown = activity_shown(activity)
        for pair in group.pairs:
            if pair.state is not PairState.LIVE or pair.event is None or pair.role is Role.ATTENDEE:
                continue
            state = self.live.get((pair.mailbox, pair.event))
            if state is None or shown is None:
                waiting = state is not None and (state.is_draft or state.recurrence is not None)
                block = activity is not None and activity.kind == "task" and self.rows.firm.rules.deadline_block_minutes
                if (state is None) != (shown is None) and not waiting and not block:
                    self.problems.append(
                        f"I7 a live {pair.role.value} without its {'event' if state is None else 'activity'}"
                    )
                continue
            if not (state.attendees and pair.id in self._would_mail()):
                self._same(pair.role, shown, state)
            if state.sensitivity != "normal" and pair.role is Role.LEAD and activity is not None:
                made_here = activity.created_by == API_LOGIN
                if made_here and not activity.personal and not self.privacy.opened(activity):
                    self.problems.append("I12 a private event's activity is not personal")

    def _would_mail(self) -> set[str]:
        """Pairs whose trail says that a change stays in Raynet because Exchange would mail the attendees."""
        return {str(one.pair_id) for one in self.rows.trails if one.reason is Reason.WOULD_MAIL}

    def _same(self, role: Role, shown: Shown, state: EventState) -> None:
        theirs = event_shown(state)
        if theirs is None:
            return
        names: tuple[str, ...] = FIELDS
        if role is Role.COPY and state.sensitivity != "normal":
            return
        if state.attendees and not state.is_organizer and role is not Role.FOLLOWER:
            return
        if state.sensitivity in ("private", "confidential", "personal") and role in (Role.LEAD, Role.FOLLOWER):
            # Only the time is shared: what Raynet's people type over the mask is theirs and stays there.
            names = ("when",)
        if role is Role.FOLLOWER:
            names = ("when",)  # what Raynet's people write over somebody else's meeting stays theirs
        for name in names:
            if shown[name] is not None and shown[name] != theirs[name]:
                self.problems.append(f"I7 {name} of a {role.value} differs")

    # --- nothing lost ---

    def _places(self, group: Group) -> set[Place]:
        found: set[Place] = set()
        refs = {Ref(i.activity.type.value, i.activity.id) for i in self._intents(group) if i.activity}
        # A record that was matched, never written to and deleted is named by its journal entry alone.
        journal = self.journal.get(group.link.id, ())
        refs |= {Ref(one.activity.type.value, one.activity.id) for one in journal if one.activity is not None}
        if group.link.activity is not None:
            refs.add(Ref(group.link.activity.type.value, group.link.activity.id))
        found |= {self._place(ref, self._followed) for ref in refs}
        found |= {(pair.mailbox, pair.event) for pair in group.pairs if pair.event is not None}
        return found

    def _kin(self, group: Group) -> list[Group]:
        """This link and those of the same records: an event that is taken back after its removal begins a new one."""
        mine = self._places(group)
        return [one for one in self.groups if one is group or mine & self._places(one)]

    def _intents(self, group: Group) -> Iterable[Any]:
        if not hasattr(self, "_by_link"):
            self._by_link: dict[str, list[Any]] = {}
            for one in self.rows.intents.values():
                self._by_link.setdefault(one.link_id, []).append(one)
        return self._by_link.get(group.link.id, ())

    def _nothing_lost(self, group: Group) -> None:
        kin = self._kin(group)
        places = set().union(*(self._places(one) for one in kin))
        moments = [one for place in sorted(places) for one in self.moments.get(place, ())]
        moments.sort(key=lambda one: (one.at, one.place[0] != "raynet", one.order))
        last: dict[Place, Shown | None] = {}
        for moment in moments:
            last[moment.place] = moment.after
        living = [shown for shown in last.values() if shown is not None]
        living += [shown for one in kin for shown in self._called_off_with(one)]
        journal = [entry for one in kin for entry in self.journal.get(one.link.id, ())]
        theirs = self._not_carried(group)
        records = [found for one in kin if (found := self._record(one)) is not None]
        for index, moment in enumerate(moments):
            if moment.by != "human" or moment.after is None:
                continue
            before = moment.before or moment.was
            for name in FIELDS:
                value = moment.after[name]
                if value in (None, "", "DEFAULT") or (before is not None and before[name] == value) or name in theirs:
                    continue
                if any(shown[name] == value for shown in living) or self._set_back(moments, index, name):
                    continue
                since = self._stood_since(moments, index, name)
                if superseded(moments[since + 1 :], moment, name, value) or journalled(journal, name, value):
                    continue
                if thrown_away(moments, name, value):
                    continue
                if name == "when" and self.rows.firm.rules.deadline_block_minutes and timed_anew(moments[index + 1 :]):
                    continue
                if name == "when" and any(self._timed_while_new(one) for one in records):
                    continue
                self._lost(group, moments, index, name)

    def _called_off_with(self, group: Group) -> list[Shown]:
        """What people read in an activity that was called off by its own people or with somebody else's meeting.

        Or in a new task that its people gave a time: that ends the block of its deadline before it is planned.
        """
        record = self._record(group)
        if record is not None and self._timed_while_new(record):
            return [fields_of(record)]
        if record is None or record.status != "CANCELLED":
            return []
        follows = any(pair.role is Role.FOLLOWER for pair in group.pairs)
        return [fields_of(record)] if follows or self._called_off_by_people(record) else []

    def _timed_while_new(self, record: Activity) -> bool:
        is_new = record.status == "NEW" and record.scheduled_from is not None
        return is_new and bool(self.rows.firm.rules.deadline_block_minutes)

    def _called_off_by_people(self, record: Activity) -> bool:
        saves = [one for one in self.house.raynet.history if one.after is not None and one.after.ref == record.ref]
        return next((one.actor.source == "user" for one in saves if one.after.status == "CANCELLED"), False)  # type: ignore[union-attr]  # just asked

    def _set_back(self, moments: list[Moment], index: int, name: str) -> bool:
        """Changed in Outlook and back before anybody looked: no edit that could be seen."""
        moment = moments[index]
        begin, looks = self.history.timeline.start, self.history.watch.looks.get(moment.place[0], ())
        for earlier in reversed(moments[:index]):
            if earlier.place != moment.place:
                continue
            since, until = ((one.at - begin).total_seconds() * 1000 for one in (earlier, moment))
            if earlier.by != "human" or any(since <= look <= until for look in looks):
                return False
            if earlier.before is not None and moment.after is not None and earlier.before[name] == moment.after[name]:
                return True
        return False

    @staticmethod
    def _stood_since(moments: list[Moment], index: int, name: str) -> int:
        """Since which moment the value stood on the other side: who changed it there saw it.

        What its user put in its place meanwhile, and then set back, was never carried: nobody else saw that.
        """
        moment = moments[index]
        mine = [place for place, one in enumerate(moments[:index]) if one.place == moment.place]
        for place in reversed(mine):
            earlier = moments[place]
            if earlier.by != "human" or earlier.before is None or earlier.after is None or moment.after is None:
                break
            between, theirs = earlier.after[name], [one for one in moments[place:] if one.place != moment.place]
            if any(one.by == "app" and (one.after is None or one.after[name] == between) for one in theirs):
                break
            if earlier.before[name] == moment.after[name]:
                return place
        return index

    def _removed_blocks(self, group: Group) -> list[object]:
        """When tasks without a time stood in calendars for their deadline, as people removed them who read that."""
        length = timedelta(minutes=self.rows.firm.rules.deadline_block_minutes)
        places, blocks = self._places(group), []
        for entry in self.house.raynet.history if length else ():
            task, is_off = entry.before, entry.after is None or entry.after.status == "CANCELLED"
            if task is None or task.deadline is None or entry.actor.source != "user" or not is_off:
                continue
            if activity_shown(task) is None and self._place(task.ref, self._followed) in places:
                deadline = task.deadline.replace(microsecond=0)
                blocks.append((deadline - length, deadline))
        return blocks

    def _lost(self, group: Group, moments: list[Moment], index: int, name: str) -> None:
        """A value is nowhere any more, and nobody who saw it wanted that."""
        moment = moments[index]
        if name != "when" and any(one.private for one in moments) and self._masked_away(moments):
            return
        if name == "when" and moment.after is not None and moment.after[name] in self._removed_blocks(group):
            return
        late = self.house.raynet_side.late_arrivals
        if (late and self._stayed_for_mail(group)) or self._unseen(moments, index):
            self.excused += 1
            return
        self.problems.append(f"I8 lost {name} of {'raynet' if moment.place[0] == 'raynet' else 'outlook'}")

    @staticmethod
    def _masked_away(moments: list[Moment]) -> bool:
        """A text of a private event went with it, or with its activity that a person removed seeing only the mask."""
        if any(one.by == "human" and (one.after is None or one.moved) for one in moments):
            return True
        hidden = {one.place for one in moments if one.private}
        ends = {one.place: one.after for one in moments if one.place in hidden}
        return any(after is None for after in ends.values())

    def _not_carried(self, group: Group) -> set[str]:
        """Fields that are one side's own: Outlook's place of types without one, the time of somebody else's meeting."""
        out = set()
        if any(place[0] == "raynet" and not place[1].startswith(WITH_PLACE) for place in self._places(group)):
            out.add("place")
        if any(pair.role is Role.FOLLOWER for pair in group.pairs):
            out.add("when")
        return out

    def _stayed_for_mail(self, group: Group) -> bool:
        """A value that stays in Raynet because Exchange would mail has no second home: a late write of ours ends it."""
        return any(pair.id in self._would_mail() for pair in group.pairs)

    def _unseen(self, moments: list[Moment], index: int) -> bool:
        """Raynet has no conditional write: what came between our reading and our write was never seen (H9)."""
        moment = moments[index]
        if moment.place[0] != "raynet":
            return False
        before = moment.was
        if before is not None and PLACEHOLDER in before["title"]:
            made = next(one.at for one in moments if one.place == moment.place)
            if moment.at - made < H9_WINDOW:
                return True  # typed into a record that was to be filled in the same breath
            rest = [one for one in moments[index:] if one.place == moment.place]
            if rest[-1].after is None and all(PLACEHOLDER in (one.after or {}).get("title", "") for one in rest[:-1]):
                return True  # typed into a left-over that nobody could fill nor remove: it went with that
        after = next((one for one in moments[index + 1 :] if one.place == moment.place and one.by != "human"), None)
        if after is None:
            return False
        former = {f"{ref.kind}:{ref.id}" for ref, place in self._followed.items() if place == moment.place}
        side, names = self.house.raynet_side, {moment.place[1], *former}
        is_late = any(abs(after.at - one) < timedelta(seconds=1) for one in side.late_arrivals)
        if is_late and self._removed_unread(moments, after, names):
            return True  # a late copy set it back, and who removed the record then saw that
        return side.was_unseen(names, moment.version, moment.at, after.at)

    def _removed_unread(self, moments: list[Moment], late: Moment, names: set[str]) -> bool:
        """Nobody but people touched the record from this save on until one removed it, and none of that was read."""
        left = (one for one in moments if one.place == late.place and one.order > late.order)
        versions = [late.version]
        for one in left:
            if one.by != "human":
                return False
            if one.after is None:
                return not any(self.house.raynet_side.was_read(names, version) for version in versions)
            versions.append(one.version)
        return False

    def was_unseen(self, entry: HistoryEntry) -> bool:
        """Whether our next save of the record came too soon after this one to know of it (H9)."""
        assert entry.after is not None
        moments = self.moments[self._place(entry.after.ref, self._followed)]
        return self._unseen(moments, next(place for place, one in enumerate(moments) if one.order == entry.number))

    def came_late(self, entry: HistoryEntry) -> bool:
        """Whether it is a copy of a write of ours that arrived after its time (H4): what it takes is counted."""
        return any(abs(entry.at - one) < timedelta(seconds=1) for one in self.house.raynet_side.late_arrivals)
