"""The result of reconciling one link: what becomes of its pairs, what is to be written, what was lost, and why."""

from dataclasses import dataclass, field
from typing import Literal

from server.domain.activity import ActivityChange
from server.domain.content import Content, FieldName
from server.domain.event import EventChange, EventDraft
from server.domain.ids import ActivityKey, ActivityType, EventKey, PairId, PersonId
from server.domain.reasons import Reason
from server.domain.state import Base, IntentKind, Link, Pair, Side


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityPlan:
    """A new activity: created as a placeholder, then filled by one update."""

    type: ActivityType
    owner: PersonId
    ext_id: str
    change: ActivityChange
    add_persons: tuple[PersonId, ...] = ()
    add_leads: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """One remote write. Exactly the members its ``kind`` needs are set; ``expects`` holds once it is confirmed."""

    kind: IntentKind
    pair: PairId
    reason: Reason
    fields: tuple[FieldName, ...] = ()
    activity: ActivityKey | None = None
    event: EventKey | None = None
    event_draft: EventDraft | None = None
    event_change: EventChange | None = None
    #: The stored body holds parts that are not ours: the writer reads it fresh and splices.
    foreign: bool = False
    activity_plan: ActivityPlan | None = None
    activity_change: ActivityChange | None = None
    expects: Base | None = None
    before: Content | None = None
    #: Takes something away from a user: what the guard counts.
    removal: bool = False
    #: Id of the panel's change that it carries out.
    panel_change: str | None = None

    @property
    def side(self) -> Side:
        match self.kind:
            case IntentKind.CREATE_EVENT | IntentKind.UPDATE_EVENT | IntentKind.DELETE_EVENT:
                return Side.GRAPH
            case IntentKind.CREATE_ACTIVITY | IntentKind.UPDATE_ACTIVITY | IntentKind.DELETE_ACTIVITY:
                return Side.RAYNET


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """A value that loses a conflict; journalled in the commit before the write that destroys it."""

    pair: PairId
    field: FieldName
    base: str
    kept: str
    lost: str
    lost_side: Side


Outcome = Literal["written", "nothing", "held", "released", "frozen", "parked", "closed", "matched", "journalled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A line of the trail: what differed, which reason decided, what follows."""

    pair: PairId | None
    reason: Reason
    outcome: Outcome
    seen: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """``link`` and ``pairs`` as they shall be stored now; ``writes`` in the order in which they must be sent."""

    link: Link
    pairs: tuple[Pair, ...]
    writes: tuple[Write, ...] = ()
    losses: tuple[Loss, ...] = ()
    steps: tuple[Step, ...] = field(default_factory=tuple)
