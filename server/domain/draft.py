"""The plan while it is being made: the one place that changes pairs, adds writes, losses and trail steps."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from server.domain import keys
from server.domain.activity import Activity
from server.domain.content import Content, FieldName
from server.domain.event import Event
from server.domain.ids import EventKey, MailboxId, PairId
from server.domain.mapping import World
from server.domain.plan import Loss, Outcome, Plan, Step, Write
from server.domain.reasons import Reason
from server.domain.sent import COPIES_COME_WITHIN, may_be_kept_of
from server.domain.state import Base, Group, Link, Origin, Pair, PairState, Role, SeenEvent, Side
from server.domain.when import AllDay, Timed, When

#: A save and the note that it was sent are never further apart, clocks that differ included.
_SENDING_TAKES = timedelta(hours=1)
_OPEN = (PairState.LIVE, PairState.FROZEN, PairState.HELD, PairState.PARKED)


def shown(value: object) -> str:
    """A value as the journal keeps it: readable for people, and :func:`when_read_back` understands it."""
    if isinstance(value, Timed):
        return f"{value.start.isoformat()}/{value.end.isoformat()}"
    if isinstance(value, AllDay):
        return f"{value.first.isoformat()}/{value.end.isoformat()}"
    plain = getattr(value, "plain", None)
    return plain if isinstance(plain, str) else "" if value is None else str(value)


def when_read_back(text: str) -> When | None:
    """The ``when`` of a journalled value; None when it is none."""
    first, _, second = text.partition("/")
    try:
        if "T" in first:
            return Timed(start=datetime.fromisoformat(first), end=datetime.fromisoformat(second))
        return AllDay(first=date.fromisoformat(first), end=date.fromisoformat(second))
    except ValueError:
        return None


class PlanDraft:
    """Reads come from the group as it was; changes collect here."""

    def __init__(self, group: Group, world: World) -> None:
        self.group = group
        self.world = world
        self.link: Link = group.link
        self._stored: dict[PairId, Pair] = {pair.id: pair for pair in group.pairs}
        self._pairs: dict[PairId, Pair] = dict(self._stored)
        self._events: dict[EventKey, SeenEvent] = {seen.key: seen for seen in group.events}
        #: A late duplicate of our own write was seen: the version counts as unseen until it is put right.
        self.has_late_duplicate = False
        #: The event that leads was compared with the activity.
        self.compared = False
        self.writes: list[Write] = []
        self.losses: list[Loss] = []
        self.steps: list[Step] = []

    # --- looking ---

    @property
    def activity(self) -> Activity | None:
        return self.group.activity.activity if self.group.activity is not None else None

    def activity_is_gone(self) -> bool:
        """Deleted by proof."""
        return self.group.activity is not None and self.group.activity.gone_at is not None

    @property
    def rejected(self) -> frozenset[PairId]:
        return self.world.rejected

    def by_us(self) -> bool:
        """The activity was last saved under our own login."""
        activity = self.activity
        return activity is not None and activity.modified_by is not None and activity.modified_by == self.world.login

    def is_own_echo(self) -> bool:
        """What is seen is exactly the result of our own saves: nobody else has saved since the base.

        Fact: `_version` grows with each save [spec][seen], raynet-api §11.
        """
        activity, link = self.activity, self.group.link
        if activity is None or activity.version is None or not self.by_us():
            return False
        if link.version is None:
            return link.own_saves > 0
        return activity.version <= link.version + link.own_saves

    def has_version_gap(self) -> bool:
        """Our save came on top of one that we had not seen."""
        activity, link = self.activity, self.group.link
        if activity is None or activity.version is None or link.version is None or link.own_saves == 0:
            return False
        return self.by_us() and activity.version > link.version + link.own_saves

    def saved_over_a_removal(self) -> bool:
        """Our save stands over a removal, no version is known yet: we sent none, so somebody else's came first."""
        saved = self.group.link.version is None and self.group.link.own_saves > 0
        return saved and self.by_us() and not any(one.is_removal for one in self.link.sent)

    def raynet_base(self, field: FieldName, value: object, base: object) -> tuple[object, bool]:
        """The base against which Raynet's ``value`` counts as a user's change; True = a late duplicate of our write.

        An echo differs from what was agreed where the remote keeps less than it was sent: only in fields of that very
        save, because an edit that may not be carried yet, or came in the breath of our save, stands beside them. A save
        of ours that nobody counted (a late duplicate, hazard H4) can bring back any value we once sent.
        """
        if base is None or value == base or not self.by_us():
            return base, False
        if self.is_own_echo() and not (self.group.link.version is None and self._was_sent(field, value)):
            # Which version a record that we made begins with is not known: the value itself must tell then.
            is_told = self.group.link.version is not None or may_be_kept_of(base, value)
            is_echo = is_told and field in self._just_sent() and self._is_last_sent(field, base)
            return (value if is_echo else base), False
        if self._was_sent(field, value) and not self._was_agreed_last(field, value):
            self.has_late_duplicate = True
            return value, True
        return base, False

    def _was_agreed_last(self, field: FieldName, value: object) -> bool:
        """Whether an event that led until now agreed on this value after the one that is compared agreed on its own.

        A copy that stands says nothing: it may lag behind its lead. One that has ended may have led.
        """
        led = [one for one in self.group.pairs if one.role is not Role.COPY or one.state is PairState.CLOSED]
        agreed = [one for one in led if one.base is not None and one.updated_at is not None]
        # One that began to lead as the other ended was touched then, and agreed on nothing.
        ended = PairState.CLOSED
        newest = max(agreed, key=lambda one: (one.updated_at or self.world.now, one.state is ended), default=None)
        return newest is not None and newest.base is not None and getattr(newest.base.raynet, field.value) == value

    def may_hide_duplicate(self, field: FieldName, value: object, base: object) -> bool:
        """Whether a late duplicate of our write may stand under a save that a user made since the base (hazard H4).

        Raynet names the last who saved only: more saves than that one, and a value we once sent, tell no more. It
        may be the value shown, or one that stood there when the user, who never saw the base go, typed another.
        """
        activity, link = self.activity, self.group.link
        if activity is None or self.by_us():
            return False
        known = link.version + link.own_saves if link.version is not None else None
        if known is not None and activity.version is not None and activity.version <= known + 1:
            return False
        return self._was_sent(field, value) or self._older_was_sent(field, base)

    def is_late_cancel(self) -> bool:
        """A removal that we once sent and gave up arrives after all: our login cancelled, in a save nobody counted."""
        return self.by_us() and not self.is_own_echo() and any(one.is_removal for one in self.link.sent)

    def is_late_deletion(self) -> bool:
        """A deletion that we sent and gave up may be what took the record: nothing tells any more who did."""
        sent = (one for one in self.link.sent if one.is_deletion)
        return any(self.world.now - one.at < COPIES_COME_WITHIN for one in sent)

    def was_removed_by_us(self) -> bool:
        """The activity went, or was cancelled, by our hand: because of what somebody did to the event that leads."""
        if self.activity_is_gone():
            return self.is_late_deletion()
        return self.by_us() and any(one.is_removal for one in self.link.sent)

    def _was_sent(self, field: FieldName, value: object) -> bool:
        digest = keys.value_digest(value)
        return any(sent.field is field and sent.digest == digest for sent in self.link.sent)

    def _is_last_sent(self, field: FieldName, value: object) -> bool:
        """Whether this is the value that our last save of the field carried: one that came by another event is not."""
        mine = [one.digest for one in self.link.sent if one.field is field and one.digest]
        return bool(mine) and mine[-1] == keys.value_digest(value)

    def _older_was_sent(self, field: FieldName, base: object) -> bool:
        """Whether a value other than what was agreed since may still arrive once more."""
        agreed, now = keys.value_digest(base), self.world.now
        mine = (one for one in self.link.sent if one.field is field and one.digest)
        return any(one.digest != agreed and now - one.at < COPIES_COME_WITHIN for one in mine)

    def _just_sent(self) -> frozenset[FieldName]:
        """Fields of our saves since the base: values of one save share their instant.

        The order is that of the notes, not of their instants: another worker's clock may be minutes ahead.
        """
        activity = self.activity
        saved_at = activity.modified_at if activity is not None else None
        batches = list(dict.fromkeys(sent.at for sent in reversed(self.link.sent)))[: self.group.link.own_saves]
        recent = {at for at in batches if saved_at is None or at >= saved_at - _SENDING_TAKES}
        return frozenset(sent.field for sent in self.link.sent if sent.at in recent)

    def pairs(self) -> tuple[Pair, ...]:
        return tuple(self._pairs.values())

    def open_pairs(self) -> tuple[Pair, ...]:
        return tuple(pair for pair in self._pairs.values() if pair.state in _OPEN)

    def lead(self) -> Pair | None:
        """The open pair that may change the activity."""
        leads = [pair for pair in self.open_pairs() if pair.role in (Role.LEAD, Role.FOLLOWER)]
        return min(leads, key=lambda pair: (pair.role is not Role.LEAD, pair.id)) if leads else None

    def _seen(self, pair: Pair) -> SeenEvent | None:
        return self._events.get(EventKey(pair.mailbox, pair.event)) if pair.event is not None else None

    def event_of(self, pair: Pair) -> Event | None:
        """The event as last seen; None when it is gone or was never seen."""
        seen = self._seen(pair)
        return seen.event if seen is not None and seen.gone_at is None else None

    def last_event_of(self, pair: Pair) -> Event | None:
        """As :meth:`event_of`, a deleted one included."""
        seen = self._seen(pair)
        return seen.event if seen is not None else None

    def is_gone(self, pair: Pair) -> bool:
        """Deleted by proof."""
        seen = self._seen(pair)
        return seen is not None and seen.gone_at is not None

    # --- changing pairs ---

    def put(
        self, pair: Pair, *, role: Role | None = None, state: PairState, reason: Reason | None, base: Base | None = None
    ) -> Pair:
        changed = replace(pair, role=role or pair.role, state=state, reason=reason, base=base or pair.base)
        self._pairs[pair.id] = changed
        return changed

    def set_base(self, pair: Pair, base: Base) -> Pair:
        current = replace(self._pairs[pair.id], base=base)
        self._pairs[pair.id] = current
        return current

    def _settle(self, pair: Pair, state: PairState, reason: Reason, outcome: Outcome) -> None:
        current = self._pairs[pair.id]
        if (current.state, current.reason) == (state, reason):
            return
        self._pairs[pair.id] = replace(current, state=state, reason=reason)
        stored = self._stored.get(pair.id)
        if stored is None or (stored.state, stored.reason) != (state, reason):
            self.steps.append(Step(pair=pair.id, reason=reason, outcome=outcome))

    def release(self, pair: Pair, reason: Reason) -> None:
        self._settle(pair, PairState.RELEASED, reason, "released")

    def release_all(self, reason: Reason) -> None:
        for pair in self.open_pairs():
            self.release(pair, reason)

    def close(self, pair: Pair, reason: Reason) -> None:
        self._settle(pair, PairState.CLOSED, reason, "closed")

    def freeze(self, pair: Pair) -> None:
        self._settle(pair, PairState.FROZEN, Reason.OUTSIDE_WINDOW, "frozen")

    def hold(self, pair: Pair, reason: Reason) -> None:
        self._settle(pair, PairState.HELD, reason, "held")

    def park(self, pair: Pair, reason: Reason) -> None:
        self._settle(pair, PairState.PARKED, reason, "parked")

    def park_all(self, reason: Reason) -> None:
        for pair in self.open_pairs():
            self.park(pair, reason)

    def revive(self, pair: Pair, role: Role | None = None) -> Pair:
        current = replace(self._pairs[pair.id], role=role or pair.role, state=PairState.LIVE, reason=None)
        self._pairs[pair.id] = current
        return current

    def settle_live(self, pair: Pair) -> None:
        """The pair is well: whatever set it aside has ended."""
        current = self._pairs[pair.id]
        if current.state in (PairState.FROZEN, PairState.HELD, PairState.PARKED):
            self._pairs[pair.id] = replace(current, state=PairState.LIVE, reason=None)

    def exclude(self, pair: Pair, role: Role, reason: Reason) -> None:
        """A candidate that is not carried now; each new observation asks again."""
        self._pairs[pair.id] = replace(self._pairs[pair.id], role=role)
        self._settle(pair, PairState.RELEASED, reason, "nothing")

    def new_pair(self, mailbox: MailboxId, role: Role) -> Pair:
        """A pair for an event still to be created; its id, hence the create's key, was never used before."""
        generation = self.link.generation
        while keys.pair_id(self.link.id, mailbox, generation) in self._pairs:
            generation += 1
        self.link = replace(self.link, generation=generation)
        pair = Pair(
            id=keys.pair_id(self.link.id, mailbox, generation),
            link_id=self.link.id,
            firm_id=self.link.firm_id,
            mailbox=mailbox,
            role=role,
            origin=Origin.RAYNET,
        )
        self._pairs[pair.id] = pair
        return pair

    # --- writing ---

    def write(self, write: Write, *, seen: tuple[str, ...] = ()) -> None:
        self.writes.append(write)
        names = tuple(f"{write.side.value}.{name}" for name in write.fields) or (write.kind.value,)
        self.steps.append(Step(pair=write.pair, reason=write.reason, outcome="written", seen=seen, writes=names))

    def lose(self, pair: Pair, field: FieldName, lost_side: Side, values: tuple[object, object, object]) -> None:
        """Journal a loser; ``values`` = (base, kept, lost)."""
        base, kept, lost = (shown(value) for value in values)
        self.losses.append(Loss(pair=pair.id, field=field, base=base, kept=kept, lost=lost, lost_side=lost_side))

    def note(self, pair: Pair, reason: Reason, outcome: Outcome, seen: tuple[str, ...] = ()) -> None:
        self.steps.append(Step(pair=pair.id, reason=reason, outcome=outcome, seen=seen))

    def note_link(self, reason: Reason) -> None:
        """A reason that concerns the activity as a whole; repeated ones are dropped when the plan is stored."""
        self.steps.append(Step(pair=None, reason=reason, outcome="nothing"))

    def _settled_version(self) -> Link:
        """The link at the version seen now; our saves up to it are accounted for."""
        seen, link = self.group.activity, self.link
        version = seen.activity.version if seen is not None and seen.key == link.activity else None
        if version is None or self.has_late_duplicate or (link.version is not None and version <= link.version):
            return link
        if link.version is not None and not self.compared:
            return link  # what a copy of ours brought is told from an edit when its event is there again
        left = 0 if link.version is None else max(0, link.own_saves - (version - link.version))
        return replace(link, version=version, own_saves=left)

    def plan(self) -> Plan:
        """The result. A pair that is well and needs no write has no failures to count any more."""
        busy = {write.pair for write in self.writes}
        for pair in self.pairs():
            if pair.failures and pair.state is PairState.LIVE and pair.id not in busy:
                self._pairs[pair.id] = replace(pair, failures=0)
        return Plan(
            link=self._settled_version(),
            pairs=tuple(self._pairs.values()),
            writes=tuple(self.writes),
            losses=tuple(self.losses),
            steps=tuple(self.steps),
        )


def changed_fields(before: Content, after: Content, names: tuple[FieldName, ...]) -> tuple[FieldName, ...]:
    """The common fields in which two contents differ, in table order."""
    return tuple(name for name in names if getattr(before, name.value) != getattr(after, name.value))
