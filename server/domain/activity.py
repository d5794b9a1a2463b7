"""Raynet's record in our own shape: what one activity says, read whole or from a list."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from server.domain.concern import Concern
from server.domain.html import EMPTY, RichText
from server.domain.ids import ActivityKey, ActivityType, PersonId


class ActivityStatus(StrEnum):
    """Fact: raynet-api §10 [seen][doc]."""

    NEW = "NEW"
    SCHEDULED = "SCHEDULED"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"
    #: A value we do not know: the activity is left alone and says why.
    UNKNOWN = "UNKNOWN"


class Priority(StrEnum):
    MINOR = "MINOR"
    DEFAULT = "DEFAULT"
    CRITICAL = "CRITICAL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """One participant. ``id`` is the participant's own id, present in details only. Fact: raynet-api §8.2 (a)."""

    person: PersonId | None = None
    company: int | None = None
    lead: int | None = None
    owner: bool = False
    role: str | None = None
    id: int | None = None
    #: How Raynet shows who it is; no part of the identity.
    label: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """One Raynet activity. Instants are aware UTC. ``detailed`` tells a detail reply from a list row."""

    key: ActivityKey
    title: str
    status: ActivityStatus = ActivityStatus.SCHEDULED
    priority: Priority = Priority.DEFAULT
    personal: bool = False
    scheduled_from: datetime | None = None
    scheduled_till: datetime | None = None
    deadline: datetime | None = None
    description: RichText = EMPTY
    #: None where the type has no place.
    place: str | None = None
    participants: tuple[Participant, ...] = ()
    #: Linked to company, lead, business case, project, offer, order or a contact person of a task.
    has_client: bool = False
    #: The records it names itself; leads and people among the participants are not here.
    concerns: tuple[Concern, ...] = ()
    #: Id in the instance's code list.
    category: int | None = None
    recurring: bool = False
    locked: bool = False
    #: ``rowInfo.rowAccess`` = INVALID. Fact: raynet-api §22 no. 24.
    invalidated: bool = False
    version: int | None = None
    created_at: datetime | None = None
    created_by: str | None = None
    modified_at: datetime | None = None
    modified_by: str | None = None
    #: None = not read (lists do not carry them).
    ext_ids: tuple[str, ...] | None = None
    detailed: bool = False

    @property
    def owner(self) -> PersonId | None:
        """The person who owns it: the participant with the owner flag."""
        return next((one.person for one in self.participants if one.owner), None)

    @property
    def persons(self) -> frozenset[PersonId]:
        """All persons taking part, the owner included."""
        return frozenset(one.person for one in self.participants if one.person is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantWrite:
    """One item of the complete desired list: kept ones by id, new ones without, removed ones by ``remove``."""

    id: int | None = None
    person: PersonId | None = None
    company: int | None = None
    lead: int | None = None
    owner: bool = False
    role: str | None = None
    remove: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityChange:
    """What one update sends. None = leave as it is (nothing is ever cleared to null, raynet-api §22 no. 14)."""

    title: str | None = None
    scheduled_from: datetime | None = None
    scheduled_till: datetime | None = None
    description_html: str | None = None
    place: str | None = None
    priority: Priority | None = None
    status: ActivityStatus | None = None
    personal: bool | None = None
    participants: tuple[ParticipantWrite, ...] | None = None
    #: Records to name, one of each kind; those of other kinds stay.
    concerns: tuple[Concern, ...] = ()
    category: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityDraft:
    """What a create sends: a neutral placeholder; everything else follows by one update."""

    title: str
    owner: PersonId
    ext_id: str
    type: ActivityType = ActivityType.EVENT
    priority: Priority = Priority.DEFAULT
    #: Tasks only: required there. Fact: raynet-api §8.1.
    deadline: datetime | None = None
    #: Tasks without a client must be personal from the first call on. Fact: raynet-api §8.1 note 4 [doc].
    personal: bool | None = None
