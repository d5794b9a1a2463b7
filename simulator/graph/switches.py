"""Switches for what Microsoft leaves open or reports differ on; the defaults are the likeliest reading."""

from dataclasses import dataclass
from typing import Literal

DeltaExpiry = Literal[
    "gone", "syncStateNotFound", "resyncRequired", "fullSyncRequired", "SyncStateInvalid", "InvalidDeltaToken"
]
TeamsLoss = Literal["vanishes", "returns", "reminted"]
AfterDelete = Literal["replay", "duplicate", "forgotten"]


@dataclass(slots=True, kw_only=True)
class GraphSwitches:
    """One service's behaviour. Probabilities are 0..1, times simulated seconds. Facts: graph-calendar §23."""

    # -- writing
    #: Microsoft lists the IANA names it takes; live tests say it takes all. False: the list only.
    accept_all_iana_zones: bool = False
    #: What a ``dateTime`` with offset or Z does: True converts it, False answers 400.
    accept_offset_times: bool = True
    #: A subject over 255 characters: cut, or refused with 400.
    cut_long_subjects: bool = True
    #: PATCH of ``start`` alone is refused when false; when true the end keeps its instant.
    accept_start_alone: bool = True
    default_all_day_show_as: str = "free"
    default_all_day_reminder_minutes: int = 1080
    patch_honours_if_match: bool = True
    duplicate_transaction_status: int = 400
    transaction_after_delete: AfterDelete = "replay"
    #: None remembers transaction ids for ever.
    transaction_lifetime_seconds: float | None = None
    text_body_echoes: bool = True
    create_answer_change_key_differs: bool = False
    #: The server's own save after each create; None switches it off.
    post_create_bump_seconds: float | None = 2.0
    #: How many such saves follow one another.
    post_create_bumps: int = 1
    random_conflict_probability: float = 0.0
    #: Share of PATCHes that answer 409 within ``conflict_window_seconds`` after the item's last save.
    overlap_conflict_probability: float = 0.0
    conflict_window_seconds: float = 2.0
    teams_body_loss: TeamsLoss = "vanishes"
    extended_properties_travel: bool = False

    # -- mail
    #: Do categories, reminder and extended properties on a meeting mail the attendees?
    private_writes_mail: bool = False
    #: Does a PATCH that repeats the present values mail?
    unchanged_patch_mails: bool = True
    attendee_delete_informs_organizer: bool = False
    #: Attendees' copies follow the organizer after this time; 0 is at once.
    meeting_delivery_seconds: float = 0.0

    # -- reading and delta
    default_page_size: int = 10
    delta_page_size: int = 10
    delta_visibility_seconds: float = 0.0
    delta_repeat_probability: float = 0.0
    #: A repeated change of a single event shows it as that change left it, older than the event is by now.
    delta_repeats_old: bool = False
    delta_shuffles: bool = False
    #: Changes outside the window appear as ``@removed``.
    delta_reports_outside: bool = True
    #: A save of extended properties, extensions or categories only: does delta show it?
    delta_reports_private_saves: bool = True
    delta_accepts_select: bool = False
    delta_expand_status: int = 400
    #: The service bug: a series larger than a page makes the nextLink repeat for ever.
    delta_series_loop: bool = False
    delta_expiry: DeltaExpiry = "gone"
    #: None lets delta tokens live for ever.
    delta_token_seconds: float | None = None
    #: Occurrences share the master's iCalUId (seen) or have their own (documented).
    occurrences_share_ical_uid: bool = True
    cancelled_occurrences_surface: bool = True

    # -- limits
    requests_per_window: int = 10_000
    window_seconds: float = 600.0
    concurrent_requests: int = 4
    #: How long each request counts as running, on the simulated clock; overlap of real threads counts anyway.
    occupancy_seconds: float = 0.0
    concurrency_retry_after_seconds: int = 1
    mailbox_move_status: int = 503

    # -- notifications
    notify_delay_min_seconds: float = 1.0
    notify_delay_max_seconds: float = 4.0
    notify_loss_probability: float = 0.0
    notify_duplicate_probability: float = 0.0
    #: An update is announced as created first.
    notify_update_as_created_probability: float = 0.0
    #: Several notifications of one URL travel in one POST up to this number.
    notifications_per_post: int = 20
    reply_limit_seconds: float = 10.0
    slow_after_seconds: float = 10.0
    slow_delay_seconds: float = 10.0
    slow_share: float = 0.10
    drop_share: float = 0.15
    retry_hours: float = 4.0
    duplicate_subscriptions_accepted: bool = True
    subscription_max_minutes: int = 10_080
    subscription_min_minutes: int = 45
    subscription_needs_read_role: bool = False
    subscriptions_per_mailbox: int = 1000
    validation_limit_seconds: float = 10.0
    #: Ask for reauthorization this long before a subscription ends; None leaves it to ``GraphService.lifecycle``.
    reauthorize_before_seconds: float | None = None
    #: An ignored ``reauthorizationRequired`` pauses delivery after this time.
    reauthorize_grace_seconds: float = 3600.0
