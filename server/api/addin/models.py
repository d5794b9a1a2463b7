"""The contract between the panel and ``/addin/v1``: every request and answer, every word it may use.

Its anonymous part is :mod:`server.api.addin.sign_in_models`.

Common to all routes (base ``/addin/v1``):

- ``Authorization: Bearer …`` with Entra's access token (scope ``access_as_user``) or with the opaque panel token of
  ``/auth/exchange``. No cookies, same origin, JSON in and out, names in snake_case, instants RFC 3339 UTC with ``Z``.
- Optional headers: ``Accept-Language`` (language of problems), ``X-Ros-Client`` (``kind/host version/platform/mailbox
  set/panel version``, ASCII, for the log). Each answer carries ``X-Request-Id``: its first 8 characters are the support
  code. ``Cache-Control: no-store``.
- Problems are RFC 9457 with ``code`` and ``title_cs``/``title_en``. Those the panel acts on:

  ===== ============================ ========================================================================
  401   ``token_missing``            sign in
  401   ``token_expired``            get a new token, silently if it can be had
  401   ``token_refused``            sign in again; the answer does not say what was wrong
  403   ``firm_unknown``             the tenant is no customer
  403   ``account_unsupported``      a personal or guest account: choose the work account of this mailbox
  403   ``not_registered``           show the sentence and *Zaregistrovat*
  403   ``registration_waiting``     registered, the firm's administrator decides
  403   ``registration_rejected``    the administrator said no
  403   ``consent_missing``          show the consent page (also after its wording changed)
  403   ``licence_expired``          the firm's licence ended
  404   ``not_found``                no such draft, event (of this mailbox), conflict
  409   ``event_recurring``          series are not synchronised
  409   ``event_of_another``         an attendee's copy: only the organizer changes the activity
  409   ``event_not_saved``          Exchange does not know the id yet: ask again later
  409   ``draft_finished``           the draft expired: make a new one
  409   ``draft_bound``              too late to take the draft back
  409   ``not_linked``               there is no activity to change
  422   ``invalid``                  ``field`` names what is wrong
  422   ``cannot_clear``             a record that Raynet can only replace was left out
  429   ``too_many_tries``           ``Retry-After`` in seconds, also as ``retry_after_seconds``
  503   ``unavailable``              try again with back-off; what the user chose stays in the panel
  ===== ============================ ========================================================================

Routes (method, path, request → answer):

=======  ==============================  ==================================================================
GET      ``/config``                     → :class:`Config`; anonymous
GET      ``/auth/start``                 ``?challenge=`` (base64url SHA-256 of a verifier of the panel, 43 characters)
                                         and ``lang=cs|en`` → 302 to Entra; the page of the Office dialog; anonymous
GET      ``/auth/callback``              Entra comes back here → 302 ``/addin/signed-in.html#code=…`` or ``#error=…``
POST     ``/auth/exchange``              :class:`Exchange` → :class:`PanelToken`; anonymous, once per code
DELETE   ``/auth/token``                 → 204; forgets the panel token that was sent
GET      ``/bootstrap``                  → :class:`Bootstrap`; needs no registration or consent
POST     ``/consent``                    :class:`ConsentGiven` → :class:`Bootstrap`
POST     ``/register``                   ``{}`` → :class:`Bootstrap`
POST     ``/events/state``               :class:`EventQuery` → :class:`EventState`
POST     ``/events/change``              :class:`ChangePut` → :class:`EventState`
POST     ``/events/unlink``              :class:`LinkSwitch` → :class:`EventState`
POST     ``/events/relink``              :class:`LinkSwitch` → :class:`EventState`
POST     ``/events/sync-now``            :class:`EventQuery` → :class:`EventState`
POST     ``/events/trail``               :class:`EventQuery` → :class:`Trail`
PUT      ``/drafts/{draft_id}``          :class:`DraftPut` → :class:`DraftState`
GET      ``/drafts/{draft_id}``          → :class:`DraftState`
DELETE   ``/drafts/{draft_id}``          → :class:`DraftState`; only while it is ``open``
POST     ``/drafts/{draft_id}/beacon``   :class:`Beacon` → 204 whatever it said; anonymous, any content type
POST     ``/search``                     :class:`SearchQuery` → :class:`SearchResult`
POST     ``/conflicts/{id}/restore``     ``{}`` → :class:`EventState`
=======  ==============================  ==================================================================
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, Field, StringConstraints, TypeAdapter, model_validator

from server.api.addin.sign_in_models import Answer, Base64Url, ClientKind, Request
from server.domain.activity import ActivityStatus, Priority
from server.domain.concern import ConcernKind
from server.domain.ids import ActivityType

DraftId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
#: Checks a draft's id that stands in a path.
DRAFT_ID: Final = TypeAdapter(DraftId)
OutlookId = Annotated[str, StringConstraints(min_length=8, max_length=1024, pattern=r"^[A-Za-z0-9+/=_-]+$")]
RecordId = Annotated[int, Field(gt=0, lt=2**53)]


class Said(Answer):
    """A sentence in both languages with its stable code."""

    code: str
    text_cs: str
    text_en: str


# --- who the user is ------------------------------------------------------------------------------------------------


class UserState(StrEnum):
    """``ready`` alone opens the other routes; they answer the others as problems of the same name."""

    NOT_REGISTERED = "not_registered"
    REGISTRATION_WAITING = "registration_waiting"
    REGISTRATION_REJECTED = "registration_rejected"
    CONSENT_MISSING = "consent_missing"
    LICENCE_EXPIRED = "licence_expired"
    READY = "ready"


class ConsentWording(Answer):
    """The text the user agrees to. ``accepted_at`` is of this very version; None = not yet."""

    version: str
    text_cs: str
    text_en: str
    accepted_at: datetime | None


class CategoryOption(Answer):
    """A Raynet activity category; ``color`` six hex digits without ``#``, or None."""

    id: int
    label: str
    color: str | None


class Options(Answer):
    """What the firm lets the user choose from."""

    types: tuple[ActivityType, ...]
    default_type: ActivityType
    priorities: tuple[Priority, ...]
    concerns: tuple[ConcernKind, ...]
    #: Types for which something it concerns must be chosen, else the activity is personal.
    needs_concern: tuple[ActivityType, ...]
    categories: tuple[CategoryOption, ...]


class Bootstrap(Answer):
    """First call of each panel. ``account`` is the signed-in name for display, the e-mail of the seat once known."""

    state: UserState
    account: str
    #: Every address of the account in its directory, lower case; empty when the directory could not be asked.
    addresses: tuple[str, ...] = ()
    firm: str | None
    consent: ConsentWording
    #: Whether the mailbox is being synchronised, and if not why.
    sync: Said | None
    last_sync_at: datetime | None
    #: None unless ``state`` is ``ready``.
    options: Options | None


class ConsentGiven(Request):
    """The version of the text that was shown; another one than the current is ``outdated`` (412)."""

    version: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    language: Literal["cs", "en"]


# --- choices --------------------------------------------------------------------------------------------------------


class Concern(Request):
    """One record the event concerns."""

    kind: ConcernKind
    id: RecordId


class ConcernShown(Answer):
    """As the panel shows it. ``label`` is never empty; ``open_url`` opens the record in Raynet."""

    kind: ConcernKind
    id: int
    label: str
    detail: str = ""
    open_url: str | None = None


class Choices(Request):
    """What the user chose. None = not chosen: the firm's default.

    At most one record of each kind, but up to 10 contact persons. ``linked`` false: keep this event out of Raynet.
    """

    linked: bool = True
    type: ActivityType | None = None
    concerns: Annotated[tuple[Concern, ...], Field(max_length=16)] = ()
    category: RecordId | None = None
    priority: Priority | None = None
    status: Literal[ActivityStatus.SCHEDULED, ActivityStatus.COMPLETED] | None = None
    personal: bool | None = None


class ChoicesShown(Answer):
    """The same with labels, in answers."""

    linked: bool
    type: ActivityType | None
    concerns: tuple[ConcernShown, ...]
    category: int | None
    priority: Priority | None
    status: ActivityStatus | None
    personal: bool | None


class Fingerprint(Request):
    """What the form says now. ``start``/``end`` as Office gives them, UTC; a whole day by its local midnights."""

    subject: Annotated[str, StringConstraints(max_length=1000)]
    start: AwareDatetime
    end: AwareDatetime


class ClientInfo(Request):
    """Which Outlook this is; for policy and support."""

    kind: ClientKind
    host_version: Annotated[str, StringConstraints(max_length=40)] = ""
    platform: Annotated[str, StringConstraints(max_length=40)] = ""
    mailbox_set: Annotated[str, StringConstraints(max_length=10)] = ""
    panel_version: Annotated[str, StringConstraints(max_length=20)] = ""


class EventRef(Request):
    """The event by the id Office gives: exactly one of the two. Only events of the caller's own mailbox are found."""

    ews_id: OutlookId | None = None
    rest_id: OutlookId | None = None

    @model_validator(mode="after")
    def _one(self) -> "EventRef":
        if (self.ews_id is None) == (self.rest_id is None):
            raise ValueError("exactly one id")
        return self


# --- drafts: a new event that has no id yet -------------------------------------------------------------------------


class DraftPut(Request):
    """The whole state of a form that is being filled in.

    ``rev`` starts at 1 and grows with each change. The same ``rev`` again with the same content is a repeated delivery
    or a beat and changes nothing but the time. A lower one, or the same with other content (the form is open twice), is
    not taken: the answer then has ``accepted`` false and shows what the server holds. ``event`` as soon as the form
    has an id. ``beacon_secret`` is made by the panel; a beacon uses it up, each PUT may bring a new one.
    """

    rev: Annotated[int, Field(ge=1, le=1_000_000)]
    #: Seconds since the form was opened, at the moment of sending: a delivery that was held up still fits its event.
    age_seconds: Annotated[float, Field(ge=0, le=1e9)] = 0.0
    choices: Choices
    fingerprint: Fingerprint
    client: ClientInfo
    beacon_secret: Base64Url
    event: EventRef | None = None


class DraftStep(StrEnum):
    """``open``: waits for the event; ``bound``: event found, activity being made; then one of the last two."""

    OPEN = "open"
    BOUND = "bound"
    APPLIED = "applied"
    EXPIRED = "expired"


class StatusLine(StrEnum):
    """The status line. The panel adds its own *Neuloženo – zkusit znovu* when no answer came."""

    #: Čeká na uložení události v Outlooku.
    WAITING_FOR_SAVE = "waiting_for_save"
    #: The event is known; the activity, or the change, is on its way to Raynet.
    SAVING = "saving"
    LINKED = "linked"
    #: Not in Raynet, for the reason given.
    NOT_LINKED = "not_linked"
    #: Nothing is known of this event yet; the default will make a private *událost* of it.
    UNKNOWN = "unknown"
    #: Raynet refused the last change; what stands there is shown.
    REFUSED = "refused"


class LinkedActivity(Answer):
    """The activity as last seen. ``id`` is ``meeting:5001``."""

    id: str
    type: ActivityType
    title: str
    status: ActivityStatus
    priority: Priority
    personal: bool
    category: int | None
    concerns: tuple[ConcernShown, ...]
    open_url: str
    changed_at: datetime | None
    #: Which of the choices may be changed here and now; ``type`` never (only in Raynet).
    editable: tuple[Literal["concerns", "category", "priority", "status", "personal"], ...]
    #: Why not all of them, where that is so.
    reason: Said | None


class DraftState(Answer):
    """``choices`` and ``rev`` are what the server holds. Say *uloženo* only for an ``accepted`` revision."""

    draft_id: str
    rev: int
    accepted: bool
    step: DraftStep
    status: StatusLine
    #: Choices of this revision that were not taken, by name (``type`` once the activity exists).
    refused: tuple[str, ...] = ()
    choices: ChoicesShown
    #: The event it belongs to is another one than that of the calling form: a duplicate. Offer the choices, no more.
    is_copy: bool = False
    activity: LinkedActivity | None = None
    reason: Said | None = None


class Beacon(Request):
    """The last state when the form closes. Taken only with the draft's current secret and a higher ``rev``."""

    secret: Base64Url
    rev: Annotated[int, Field(ge=1, le=1_000_000)]
    choices: Choices
    fingerprint: Fingerprint


# --- events that exist ----------------------------------------------------------------------------------------------


class EventQuery(Request):
    """``form_open``: the form is open now, so the server leaves the event alone for a while (True), or no more."""

    event: EventRef
    form_open: bool | None = None


class ConflictShown(Answer):
    """A value that lost. ``restore_requested``: somebody wants it back and the sync is about to write it."""

    id: str
    field: str
    kept: str
    lost: str
    lost_side: Literal["raynet", "graph"]
    at: datetime
    restore_requested: bool


class EventState(Answer):
    """Everything about one event. ``can`` says which actions make sense now."""

    status: StatusLine
    #: Why it is not in Raynet, or not carried now, and who can change that.
    reason: Said | None
    activity: LinkedActivity | None
    #: A draft that belongs to it, or whose choices may be offered because it is a copy.
    draft: DraftState | None
    #: A change on its way to Raynet.
    pending: bool
    conflicts: tuple[ConflictShown, ...]
    last_sync_at: datetime | None
    can: tuple[Literal["choose", "change", "unlink", "relink", "sync_now", "restore"], ...]


class Changes(Request):
    """What to change in a linked activity; absent = leave it. ``concerns`` replaces the chosen records.

    A company, business case, project, offer or order can be replaced but not taken away (Raynet has no way to say so):
    422 ``cannot_clear``. ``CANCELLED`` takes the event out of Outlook, as cancelling in Raynet does.
    """

    concerns: Annotated[tuple[Concern, ...], Field(max_length=16)] | None = None
    category: RecordId | None = None
    priority: Priority | None = None
    status: Literal[ActivityStatus.SCHEDULED, ActivityStatus.COMPLETED, ActivityStatus.CANCELLED] | None = None
    personal: bool | None = None


class ChangePut(Request):
    """``change_id`` (made by the panel) makes a repeated delivery harmless. Written by the sync within seconds."""

    event: EventRef
    change_id: DraftId
    changes: Changes


class LinkSwitch(Request):
    """Unlink: the pair is let go, event and activity stay as they are. Relink: it is taken up again.

    Relinking an event that has no activity makes one, with ``choices`` if any.
    """

    event: EventRef
    change_id: DraftId
    choices: Choices | None = None


class TrailEntry(Answer):
    """One decision: when, what was seen (names of fields), why, what followed."""

    at: datetime
    seen: tuple[str, ...]
    outcome: str
    writes: tuple[str, ...]
    why: Said


class Trail(Answer):
    """Newest first, at most 100."""

    items: tuple[TrailEntry, ...]


# --- search ---------------------------------------------------------------------------------------------------------


class SearchQuery(Request):
    """Type-ahead. An empty ``q`` asks for suggestions: recent ones, and records of the attendees' addresses.

    Diacritics and case do not matter; every word must occur. ``attendees``: addresses of the form's recipients.
    """

    kinds: Annotated[tuple[ConcernKind, ...], Field(min_length=1, max_length=7)]
    q: Annotated[str, StringConstraints(max_length=100)] = ""
    attendees: Annotated[tuple[Annotated[str, StringConstraints(max_length=320)], ...], Field(max_length=50)] = ()
    limit: Annotated[int, Field(ge=1, le=50)] = 20


class Suggested(StrEnum):
    """Why a record stands where it stands."""

    ATTENDEE = "attendee"
    RECENT = "recent"
    MATCH = "match"


class SearchHit(ConcernShown):
    """``company`` is the client a record belongs to, so that choosing a deal can fill in the client."""

    why: Suggested
    company: ConcernShown | None = None


class SearchResult(Answer):
    """``complete`` false: there may be more, narrow the words. ``fresh_at``: how old the answer may be."""

    items: tuple[SearchHit, ...]
    complete: bool
    fresh_at: datetime | None
