"""What the flows need from Raynet: typed operations in domain terms."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from server.domain.activity import Activity, ActivityChange, ActivityDraft
from server.domain.concern import ConcernKind
from server.domain.ids import (
    ActivityKey,
    ActivityType,
    FirmId,
    PersonId,
)
from server.domain.record import Category, Record
from server.flow import Op


@dataclass(frozen=True, slots=True, kw_only=True)
class RaynetIdentity:
    """Who the API user is. ``zone`` is an IANA name, None when it could not be read."""

    login: str
    zone: str | None
    person: PersonId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityPage:
    """Rows of one list call. ``total`` is the list's ``totalCount``; ``more`` tells that the page was full.

    ``reaching`` tells that rows which began before a window may follow. ``read_at``: Raynet's own clock when it
    answered, a second at most too early; None where it does not say.
    """

    activities: tuple[Activity, ...]
    total: int
    more: bool
    reaching: bool = False
    read_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RaynetUser:
    """A Raynet user account with its person. ``emails`` lower case: user name first, then the others."""

    person: PersonId
    emails: tuple[str, ...]
    name: str
    active: bool = True


@dataclass(frozen=True, slots=True)
class Probe(Op[RaynetIdentity]):
    """Check credentials and read login and zone of the API user. Denied when refused."""

    firm: FirmId


@dataclass(frozen=True, slots=True)
class NewestActivities(Op[ActivityPage]):
    """The newest-changed activities of the whole instance, newest first, from ``offset``.

    ``total`` counts the instance. One call. Rows may shift towards higher offsets between two calls (repeats), never
    skip, unless something was deleted, which ``total`` shows.
    """

    firm: FirmId
    offset: int
    limit: int


@dataclass(frozen=True, slots=True)
class WindowActivities(Op[ActivityPage]):
    """Activities scheduled into [``start``, ``end``), by ascending id after ``after_id``. A thousand rows to a call.

    ``reaching`` asks, in a call of its own, for those too that began before ``start`` and reach into the window.
    """

    firm: FirmId
    start: datetime
    end: datetime
    after_id: int = 0
    reaching: bool = True


@dataclass(frozen=True, slots=True)
class DeadlineTasks(Op[tuple[Activity, ...]]):
    """Unscheduled tasks whose deadline lies in [``start``, ``end``), as list rows: those may not show the deadline."""

    firm: FirmId
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class ActivitiesById(Op[tuple[Activity, ...]]):
    """The rows of these ids, in one mixed list call per 100. A missing row is no proof of anything."""

    firm: FirmId
    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class GetActivity(Op[Activity]):
    """The single record in detail. Gone on Raynet's own not-found answer, Denied when hidden."""

    firm: FirmId
    key: ActivityKey


@dataclass(frozen=True, slots=True)
class FindActivity(Op[Activity | None]):
    """Look ``id`` up in the mixed list whatever its type has become: the second half of a proof of deletion."""

    firm: FirmId
    id: int


@dataclass(frozen=True, slots=True)
class FindByExtId(Op[Activity | None]):
    """The activity of ``type`` that carries ``ext_id``, in detail; None when unknown."""

    firm: FirmId
    type: ActivityType
    ext_id: str


@dataclass(frozen=True, slots=True)
class FindByTitle(Op[tuple[Activity, ...]]):
    """Activities of exactly this title created at or after ``created_from`` (finds placeholders without an extId)."""

    firm: FirmId
    title: str
    created_from: datetime


@dataclass(frozen=True, slots=True)
class CreateActivity(Op[ActivityKey]):
    """PUT. Unknown outcome raises Unavailable(unknown_outcome=True)."""

    firm: FirmId
    type: ActivityType
    draft: ActivityDraft


@dataclass(frozen=True, slots=True)
class UpdateActivity(Op[None]):
    """POST of only the given members."""

    firm: FirmId
    key: ActivityKey
    change: ActivityChange


@dataclass(frozen=True, slots=True)
class DeleteActivity(Op[None]):
    """DELETE. Gone when it is not there any more."""

    firm: FirmId
    key: ActivityKey


@dataclass(frozen=True, slots=True)
class AddExtId(Op[None]):
    """PUT …/extId/; a duplicate counts as success."""

    firm: FirmId
    key: ActivityKey
    ext_id: str


@dataclass(frozen=True, slots=True)
class RaynetUsers(Op[tuple[RaynetUser, ...]]):
    """All users with their persons' addresses; falls back to the person list where accounts may not be read.

    ``detailed`` also reads each account's alternative address, one call per user. Fact: details only, raynet-api §16.
    """

    firm: FirmId
    detailed: bool = False


@dataclass(frozen=True, slots=True)
class PersonsByEmail(Op[Mapping[str, tuple[PersonId, ...]]]):
    """For each lower-case address the persons that carry it (first or second address). Batched by the adapter."""

    firm: FirmId
    emails: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSeen:
    """A webhook as Raynet lists it."""

    id: str
    url: str


@dataclass(frozen=True, slots=True)
class ListWebhooks(Op[tuple[WebhookSeen, ...]]):
    firm: FirmId


@dataclass(frozen=True, slots=True)
class CreateWebhook(Op[str]):
    """For created, updated and deleted activities of all six types; the id is returned."""

    firm: FirmId
    url: str
    token: str


@dataclass(frozen=True, slots=True)
class DeleteWebhook(Op[None]):
    firm: FirmId
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPage:
    """Records of one list call, the ones changed last first; ``more`` tells that others follow."""

    records: tuple[Record, ...]
    total: int
    more: bool


@dataclass(frozen=True, slots=True)
class NewestRecords(Op[RecordPage]):
    """Records of one kind, changed last first, from ``offset``; only those changed at or after ``since``. One call."""

    firm: FirmId
    kind: ConcernKind
    since: datetime | None = None
    offset: int = 0
    limit: int = 1000


@dataclass(frozen=True, slots=True)
class FindRecords(Op[RecordPage]):
    """Records of one kind with ``text`` in their name, as Raynet compares it. One call, ahead of everything else."""

    firm: FirmId
    kind: ConcernKind
    text: str
    limit: int = 50


@dataclass(frozen=True, slots=True)
class ActivityCategories(Op[tuple[Category, ...]]):
    """The instance's activity categories, in its order."""

    firm: FirmId
