// The only file that names Office. Every call has a time-out: a host that never calls back must not freeze the panel.

import { HostFailure, type ClientFacts, type Host } from "./ports";
import type { ClientKind, EventRef, Fingerprint } from "./contract";

const CALL_MS = 6_000;
/** Fact: compose forms answer 9046 ItemNotSaved until the event is saved, outlook-addin §0 [doc]. */
const NOT_SAVED = 9046;

/** Office's older sign-in; its types are not part of the library's. */
interface OlderSignIn {
  getAccessToken(options: { allowSignInPrompt: boolean; allowConsentPrompt: boolean; forMSGraphAccess: boolean }): Promise<string>;
}

type Callback<T> = (result: Office.AsyncResult<T>) => void;

/** Resolves when Outlook has connected the page. Rejects when the page stands outside of it. */
export async function outlook(): Promise<Host> {
  await libraryLoaded();
  const info = await Office.onReady();
  if (!Office.context?.mailbox) throw new HostFailure(`onReady ${String(info.host)}`, 0);
  return new OutlookHost();
}

/** The library is fetched beside us, so that the first paint does not wait for it. */
function libraryLoaded(): Promise<void> {
  if (typeof Office !== "undefined" && Office.onReady !== undefined) return Promise.resolve();
  return new Promise((resolve) => {
    const look = window.setInterval(() => {
      if (typeof Office === "undefined" || Office.onReady === undefined) return;
      window.clearInterval(look);
      resolve();
    }, 20);
  });
}

/** For the page in the sign-in window. */
export async function tellOpener(message: string): Promise<void> {
  await libraryLoaded();
  await Office.onReady();
  Office.context.ui.messageParent(message);
}

/** Opens the sign-in window and waits for its one message. Rejects with the event's code when it is closed. */
export function askInWindow(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    Office.context.ui.displayDialogAsync(url, { height: 60, width: 30, promptBeforeOpen: false }, (opened) => {
      if (opened.status !== Office.AsyncResultStatus.Succeeded) {
        reject(new HostFailure("displayDialogAsync", opened.error.code));
        return;
      }
      const dialog = opened.value;
      dialog.addEventHandler(Office.EventType.DialogMessageReceived, (got) => {
        dialog.close();
        if ("message" in got) resolve(got.message);
        else reject(new HostFailure("dialog", got.error));
      });
      dialog.addEventHandler(Office.EventType.DialogEventReceived, (got) => {
        reject(new HostFailure("dialog", "error" in got ? got.error : 0));
      });
    });
  });
}

export function supports(set: string, version: string): boolean {
  return Office.context.requirements.isSetSupported(set, version);
}

/** The token of Office's older single sign-on. */
export function officeToken(mayAsk: boolean): Promise<string> {
  const runtime = (globalThis as { OfficeRuntime?: { auth: OlderSignIn } }).OfficeRuntime;
  if (!runtime) return Promise.reject(new HostFailure("getAccessToken", 13000));
  const asked = runtime.auth.getAccessToken({ allowSignInPrompt: mayAsk, allowConsentPrompt: mayAsk, forMSGraphAccess: false });
  return within("getAccessToken", asked, mayAsk ? 120_000 : 15_000);
}

function within<T>(name: string, work: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = window.setTimeout(() => reject(new HostFailure(name, 0)), ms);
    work.then(resolve, reject).finally(() => window.clearTimeout(timer));
  });
}

function call<T>(name: string, work: (done: Callback<T>) => void): Promise<T> {
  const answered = new Promise<T>((resolve, reject) => {
    try {
      work((result) => {
        if (result.status === Office.AsyncResultStatus.Succeeded) resolve(result.value);
        else reject(new HostFailure(name, result.error.code));
      });
    } catch {
      // Hosts throw at once for what they do not have.
      reject(new HostFailure(name, -1));
    }
  });
  return within(name, answered, CALL_MS);
}

const KINDS: Readonly<Record<string, ClientKind>> = {
  outlookwebapp: "owa",
  newoutlookwindows: "new",
  outlook: "classic",
};

function clientFacts(): ClientFacts {
  const { hostName, hostVersion } = Office.context.mailbox.diagnostics;
  const platform = String(Office.context.diagnostics?.platform ?? Office.context.platform ?? "");
  const kind = platform === "Mac" ? "mac" : (KINDS[hostName.toLowerCase()] ?? "other");
  const sets = Array.from({ length: 20 }, (_, n) => `1.${20 - n}`);
  return { kind, host_version: hostVersion, platform, mailbox_set: sets.find((set) => supports("Mailbox", set)) ?? "1.0" };
}

class OutlookHost implements Host {
  readonly facts = clientFacts();
  readonly language = Office.context.displayLanguage || "cs-CZ";
  readonly timeZone = Office.context.mailbox.userProfile.timeZone ?? "";
  readonly address = Office.context.mailbox.userProfile.emailAddress ?? "";

  get form(): "compose" | "read" | "none" {
    const item = Office.context.mailbox.item;
    if (!item || item.itemType !== Office.MailboxEnums.ItemType.Appointment) return "none";
    return typeof item.subject === "string" ? "read" : "compose";
  }

  async eventRef(): Promise<EventRef | null> {
    const read = this.reading.itemId;
    if (this.form === "read") return read ? { ews_id: read } : null;
    try {
      const id = await call<string>("getItemIdAsync", (done) => this.item.getItemIdAsync(done));
      return id ? { ews_id: id } : null;
    } catch (failure) {
      if (failure instanceof HostFailure && failure.code === NOT_SAVED) return null;
      throw failure;
    }
  }

  async fingerprint(): Promise<Fingerprint> {
    const [subject, start, end] = await Promise.all([
      call<string>("subject", (done) => this.item.subject.getAsync(done)),
      call<Date>("start", (done) => this.item.start.getAsync(done)),
      call<Date>("end", (done) => this.item.end.getAsync(done)),
    ]);
    return { subject: plain(subject), start: instant(start), end: instant(end) };
  }

  async isSeries(): Promise<boolean> {
    if (this.form === "read") return Boolean(this.reading.recurrence) || Boolean(this.reading.seriesId);
    if (!supports("Mailbox", "1.7")) return false;
    if (this.item.seriesId) return true;
    return (await call<Office.Recurrence | null>("recurrence", (done) => this.item.recurrence.getAsync(done))) !== null;
  }

  async organizer(): Promise<string | null> {
    if (this.form === "read") return this.reading.organizer?.emailAddress ?? null;
    if (!supports("Mailbox", "1.7")) return null;
    return (await call<Office.EmailAddressDetails>("organizer", (done) => this.item.organizer.getAsync(done))).emailAddress;
  }

  async attendees(): Promise<readonly string[]> {
    if (this.form !== "compose") return [];
    const asked = [this.item.requiredAttendees, this.item.optionalAttendees].map((list, n) =>
      call<Office.EmailAddressDetails[]>(`attendees ${n}`, (done) => list.getAsync(done)),
    );
    const found = await Promise.all(asked);
    return found.flat().map((one) => one.emailAddress).filter((address) => address !== "");
  }

  async isShared(): Promise<boolean> {
    if (!supports("Mailbox", "1.8") || !this.item.getSharedPropertiesAsync) return false;
    // Fact: the call fails on the user's own calendar [doc]; so every failure means "not shared".
    return call("getSharedPropertiesAsync", (done) => this.item.getSharedPropertiesAsync(done)).then(
      () => true,
      () => false,
    );
  }

  onItemChanged(changed: () => void): void {
    if (this.form !== "compose" || !supports("Mailbox", "1.7")) return;
    for (const kind of [Office.EventType.AppointmentTimeChanged, Office.EventType.RecurrenceChanged]) {
      // What cannot be registered is found by looking again every few seconds.
      call("addHandlerAsync", (done: Callback<void>) => this.item.addHandlerAsync(kind, changed, done)).catch(() => undefined);
    }
  }

  async readSession(name: string): Promise<string | null> {
    if (!supports("Mailbox", "1.11") || !this.item.sessionData) return null;
    return call<string>("sessionData", (done) => this.item.sessionData.getAsync(name, done)).catch(() => null);
  }

  async writeSession(name: string, value: string): Promise<void> {
    if (!supports("Mailbox", "1.11") || !this.item.sessionData) return;
    await call<void>("sessionData", (done) => this.item.sessionData.setAsync(name, value, done));
  }

  async mark(draftId: string): Promise<void> {
    const properties = await call<Office.CustomProperties>("loadCustomPropertiesAsync", (done) => this.item.loadCustomPropertiesAsync(done));
    if (properties.get("draftId") === draftId) return;
    properties.set("draftId", draftId);
    await call<void>("customProperties.saveAsync", (done) => properties.saveAsync(done));
  }

  openOutside(url: string): void {
    if (supports("OpenBrowserWindowApi", "1.1")) Office.context.ui.openBrowserWindow(url);
    else window.open(url, "_blank", "noopener");
  }

  background(): string | null {
    return (supports("Mailbox", "1.14") && Office.context.officeTheme?.bodyBackgroundColor) || null;
  }

  onThemeChanged(changed: () => void): void {
    if (!supports("Mailbox", "1.14")) return;
    call("addHandlerAsync", (done: Callback<void>) =>
      Office.context.mailbox.addHandlerAsync(Office.EventType.OfficeThemeChanged, changed, done),
    ).catch(() => undefined);
  }

  warn(text: string): void {
    const message = {
      type: Office.MailboxEnums.ItemNotificationMessageType.ErrorMessage,
      message: text.slice(0, 150),
    };
    call<void>("notificationMessages", (done) => this.item.notificationMessages.replaceAsync("raynet", message, done)).catch(() => undefined);
  }

  private get item(): Office.AppointmentCompose {
    return Office.context.mailbox.item as unknown as Office.AppointmentCompose;
  }

  private get reading(): Office.AppointmentRead {
    return Office.context.mailbox.item as unknown as Office.AppointmentRead;
  }
}

/** As Outlook keeps it. Fact: subjects are at most 255 long, outlook-addin §4 [doc]; half characters cannot be sent. */
function plain(subject: string): string {
  const kept = subject.slice(0, 255).replace(/[\ud800-\udbff]$/, "");
  return new TextDecoder().decode(new TextEncoder().encode(kept));
}

/** Whole seconds: calendars keep no finer ones, and equal times must read equal. */
function instant(moment: Date): string {
  return `${moment.toISOString().slice(0, 19)}Z`;
}
