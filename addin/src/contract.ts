// What travels between the panel and `/addin/v1`, in the words of the server's contract (server/api/addin/models.py).
// Members that the panel does not need are left out; members it does not know are ignored.

export const ACTIVITY_TYPES = ["meeting", "event", "task", "phoneCall", "email", "letter"] as const;
export type ActivityType = (typeof ACTIVITY_TYPES)[number];

/** What an activity can concern, in the order in which the form asks. */
export const CONCERNS = ["lead", "company", "businessCase", "project", "offer", "salesOrder", "person"] as const;
export type ConcernKind = (typeof CONCERNS)[number];

export const PRIORITIES = ["MINOR", "DEFAULT", "CRITICAL"] as const;
export type Priority = (typeof PRIORITIES)[number];

export type ActivityStatus = "NEW" | "SCHEDULED" | "COMPLETED" | "CANCELLED" | "UNKNOWN";

export interface Said {
  readonly code: string;
  readonly text_cs: string;
  readonly text_en: string;
}

export type ClientKind = "owa" | "new" | "classic" | "mac" | "other";

/** What the panel may do in one kind of Outlook; the server can change it at once. */
export interface CarrierPolicy {
  readonly client: ClientKind;
  readonly custom_properties: "never" | "saved" | "always";
  readonly session_data: boolean;
  readonly poll_seconds: number;
  readonly debounce_ms: number;
  readonly beat_seconds: number;
  /** Absent: a server that does not ask for more. */
  readonly draft_beat_seconds?: number;
  readonly beacon: boolean;
}

export interface Config {
  readonly version: string;
  readonly client_id: string;
  readonly authority: string;
  readonly scope: string;
  readonly sign_in: readonly ("nested" | "office_sso" | "dialog")[];
  readonly carriers: readonly CarrierPolicy[];
}

export interface PanelToken {
  readonly token: string;
  readonly expires_at: string;
}

export type UserState =
  | "not_registered"
  | "registration_waiting"
  | "registration_rejected"
  | "consent_missing"
  | "licence_expired"
  | "ready";

export interface ConsentWording {
  readonly version: string;
  readonly text_cs: string;
  readonly text_en: string;
  readonly accepted_at: string | null;
}

export interface CategoryOption {
  readonly id: number;
  readonly label: string;
}

export interface Options {
  readonly types: readonly ActivityType[];
  readonly default_type: ActivityType;
  readonly priorities: readonly Priority[];
  readonly concerns: readonly ConcernKind[];
  readonly needs_concern: readonly ActivityType[];
  readonly categories: readonly CategoryOption[];
}

export interface Bootstrap {
  readonly state: UserState;
  readonly account: string;
  /** Every address of the account; absent or empty: nothing to compare with. */
  readonly addresses?: readonly string[];
  readonly firm: string | null;
  readonly consent: ConsentWording;
  readonly sync: Said | null;
  readonly last_sync_at: string | null;
  readonly options: Options | null;
}

export interface Concern {
  readonly kind: ConcernKind;
  readonly id: number;
}

export interface ConcernShown extends Concern {
  readonly label: string;
  readonly detail?: string;
  readonly open_url?: string | null;
}

export interface SearchHit extends ConcernShown {
  readonly why: "attendee" | "recent" | "match";
  readonly company?: ConcernShown | null;
}

export interface SearchResult {
  readonly items: readonly SearchHit[];
  readonly complete: boolean;
}

/** What the user chose. null = not chosen: the firm's default. */
export interface Choices {
  readonly linked: boolean;
  readonly type: ActivityType | null;
  readonly concerns: readonly ConcernShown[];
  readonly category: number | null;
  readonly priority: Priority | null;
  readonly status: ActivityStatus | null;
  readonly personal: boolean | null;
}

export const NO_CHOICES: Choices = {
  linked: true,
  type: null,
  concerns: [],
  category: null,
  priority: null,
  status: null,
  personal: null,
};

/** By what a new event is recognised when it arrives. Instants as RFC 3339 in UTC. */
export interface Fingerprint {
  readonly subject: string;
  readonly start: string;
  readonly end: string;
}

export interface EventRef {
  readonly ews_id?: string;
  readonly rest_id?: string;
}

export type StatusCode = "waiting_for_save" | "saving" | "linked" | "not_linked" | "unknown" | "refused";

export type Editable = "concerns" | "category" | "priority" | "status" | "personal";

export interface LinkedActivity {
  readonly id: string;
  readonly type: ActivityType;
  readonly title: string;
  readonly status: ActivityStatus;
  readonly priority: Priority;
  readonly personal: boolean;
  readonly category: number | null;
  readonly concerns: readonly ConcernShown[];
  readonly open_url: string;
  readonly changed_at: string | null;
  readonly editable: readonly Editable[];
  readonly reason: Said | null;
}

export interface DraftState {
  readonly draft_id: string;
  readonly rev: number;
  readonly accepted: boolean;
  readonly step: "open" | "bound" | "applied" | "expired";
  readonly status: StatusCode;
  readonly refused: readonly string[];
  readonly choices: Choices;
  readonly is_copy: boolean;
  readonly activity: LinkedActivity | null;
  readonly reason: Said | null;
}

export interface ConflictShown {
  readonly id: string;
  readonly field: string;
  readonly kept: string;
  readonly lost: string;
  readonly lost_side: "raynet" | "graph";
  readonly at: string;
  readonly restore_requested: boolean;
}

export type Action = "choose" | "change" | "unlink" | "relink" | "sync_now" | "restore";

export interface EventState {
  readonly status: StatusCode;
  readonly reason: Said | null;
  readonly activity: LinkedActivity | null;
  readonly draft: DraftState | null;
  readonly pending: boolean;
  readonly conflicts: readonly ConflictShown[];
  readonly last_sync_at: string | null;
  readonly can: readonly Action[];
}

/** What to change in a linked activity; absent = leave it. */
export interface Changes {
  readonly concerns?: readonly Concern[];
  readonly category?: number;
  readonly priority?: Priority;
  readonly status?: ActivityStatus;
  readonly personal?: boolean;
}

export interface TrailEntry {
  readonly at: string;
  readonly seen: readonly string[];
  readonly outcome: string;
  readonly writes: readonly string[];
  readonly why: Said;
}
