"""Everything about Raynet that nobody has established, as explicit switches; the default is the likeliest reading.

Source of each: raynet-api §22 (open unknowns) or the section named. Switches may be changed while the simulator runs.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(slots=True, kw_only=True)
class RaynetSwitches:
    """The readings one instance follows."""

    # -- creating (§8.1, §22 #2 #3 #4)
    inline_ext_id: Literal["honoured", "ignored", "error"] = "honoured"
    #: Ids unique within one entity type: a second use is 500 ``duplicateKey``. Otherwise the look-up gives the oldest.
    ext_id_unique: bool = True
    #: ``task`` = as in the vendor's own sample, only tasks take it.
    personal_on_create: Literal["task", "ignored", "honoured"] = "task"
    #: A record created without any client reads ``personal: true`` (recorded once for a UI record).
    personal_when_unlinked: bool = False
    meeting_place_on_create: bool = False
    participants_on_create: bool = False
    custom_fields_on_create: bool = False
    status_on_create: bool = True
    lead_on_create: bool = True
    #: ``completed`` sent on create without a final status: makes the record COMPLETED, or is dropped.
    completed_on_create_completes: bool = False
    #: ``{"data": 3}`` instead of ``{"data": {"id": 3}}``.
    create_answers_bare_id: bool = False
    code_list_create_answers_bare_id: bool = False

    # -- updating (§9, §10, §22 #1 #5 #14)
    participants_replace: bool = False
    owner_in_update: Literal["forbidden", "ignored"] = "forbidden"
    resolver_in_update: Literal["ignored", "honoured"] = "ignored"
    #: The sent ``completed`` survives beside a final status.
    sent_completed_wins: bool = False
    #: Status NEW empties the schedule; a schedule given to a NEW record makes it SCHEDULED.
    new_clears_schedule: bool = True
    schedule_makes_scheduled: bool = True
    null_in_update: Literal["clears", "ignored", "error"] = "clears"
    unchanged_save_bumps: bool = True
    unknown_field: Literal["error", "ignored"] = "error"
    inverted_interval: Literal["error", "accepted"] = "error"
    #: Fields an administrator made mandatory, enforced for API creates too when non-empty (§22 #15).
    mandatory_fields: tuple[str, ...] = ()
    #: Longest texts in characters; longer ones are a 500. None = no limit (§22 #21).
    title_limit: int | None = 255
    text_limit: int | None = None

    # -- what counts as a change (§22 #12 #13)
    ext_id_bumps: bool = False
    ext_id_raises_event: bool = False
    tag_bumps: bool = True
    tag_raises_event: bool = True
    lock_bumps: bool = True
    lock_raises_event: bool = True

    # -- errors (§7, §22 #5 #6)
    locked_status: Literal[403, 500] = 403
    forbidden_status: Literal[403, 500] = 403
    invisible_status: Literal[404, 500] = 404
    unknown_reference_status: Literal[404, 500] = 404
    ratelimit_headers_on_401: bool = False
    unauthorised_body: Literal["json", "html", "empty"] = "json"

    # -- reading (§4, §5, §8.2, §8.3, §22 #11 #22)
    z_suffix_accepted: bool = False
    id_in_on_activities: bool = True
    #: ``company[EQ]`` on activity lists: answers nothing useful [seen], or is refused like any unknown column.
    company_filter_on_activities: Literal["empty", "error"] = "empty"
    list_success_as_string: bool = False
    detail_success_as_string: bool = True
    default_limit: int = 20
    maximum_limit: int = 1000
    version_in_detail: bool = False
    deadline_in_lists: bool = False
    row_info_has_entity_name: bool = False
    #: ``rowInfo`` instants cut to the minute although ISO output is asked for (recorded replies carry milliseconds).
    row_info_to_the_minute: bool = False
    longest_id_list: int | None = None

    # -- identity (§8, §10, §13, §22 #16 #20)
    separate_id_spaces: bool = False
    #: ``moves`` = same id under the new type; ``recreated`` = new id, the old one is gone; ``hidden`` = the API still
    #: shows the old type.
    type_change: Literal["moves", "recreated", "hidden"] = "moves"
    type_change_events: Literal["updated", "deleted_created", "none"] = "updated"
    recurrence_id_shared: bool = True

    # -- limits (§6, §22 #7 #8)
    daily_quota: int = 24_000
    concurrency_limit: int = 4
    concurrency_scope: Literal["instance", "ip", "key"] = "instance"
    concurrency_429_uses_quota: bool = False

    # -- rights (§16, §22 #18 #23)
    user_list_needs_admin: bool = False
    webhooks_need_admin: bool = True

    # -- webhooks (§18, §22 #17)
    entity_filter: Literal["honoured", "ignored", "error"] = "honoured"
    webhook_pacing: Literal["newer", "older", "none"] = "newer"
    webhook_limit: int = 8
    webhook_answer_seconds: float = 10.0
    webhook_retry_seconds: float = 60.0
    webhook_retry_maximum_seconds: float = 3_600.0
    #: Shares of events, drawn from the instance's own seeded generator.
    webhook_loss: float = 0.0
    webhook_duplicates: float = 0.0
    webhook_reorder: float = 0.0
    #: Delay before an event enters the queue of a webhook, in seconds.
    webhook_delay_seconds: float = 0.0
    bulk_raises_events: bool = True
    recurrence_copies_raise_events: bool = True
