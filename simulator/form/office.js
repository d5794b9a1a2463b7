// A stand-in of office.js over a simulated event form: what the panel asks of Outlook, with the habits and the defects
// of each client. The form is `window.simulatedOutlook`, of this page or of the one that frames or opened it.
//
// Fact: what each client does is collected in outlook-addin §0, §3 and §4; a fault here names the report it imitates.
(() => {
  const SETS = { owa: 16, new: 16, classic: 16, cached: 16, mac: 14, ltsc2021: 9, "2019": 6 };
  const HOSTS = { owa: "OutlookWebApp", new: "newOutlookWindows", classic: "Outlook", cached: "Outlook", mac: "Outlook", ltsc2021: "Outlook", "2019": "Outlook" };
  const PLATFORMS = { owa: "OfficeOnline", new: "OfficeOnline", mac: "Mac" };
  const NOT_SAVED = { code: 9046, name: "ItemNotSaved", message: "ID se nedá načíst, dokud se položka neuloží." };

  const foreign = (read) => {
    try {
      return read();
    } catch {
      return undefined;
    }
  };
  const form = window.simulatedOutlook ?? foreign(() => window.parent.simulatedOutlook) ?? foreign(() => window.opener.simulatedOutlook) ?? {};
  const faults = (form.faults ??= {});
  const calls = (form.calls ??= []);
  const handlers = {};
  form.ghosts ??= 0;
  form.profile ??= "owa";

  /** Answers as Outlook does: later, once, or never. */
  const answer = (name, work) => (...given) => {
    const done = given.filter((one) => typeof one === "function").pop();
    calls.push(name);
    if ((faults.throws ?? []).includes(name)) throw new Error(`${name} is not there`);
    if ((faults.never ?? []).includes(name)) return;
    const wait = (faults.slow ?? {})[name] ?? 1;
    setTimeout(() => {
      let result;
      try {
        result = { status: "succeeded", value: work(...given) };
      } catch (error) {
        result = { status: "failed", value: undefined, error: error.code ? error : { code: 5001, name: "InternalError", message: String(error) } };
      }
      done?.(result);
    }, wait);
  };
  const fail = (code, message = "") => {
    throw { code, name: "Error", message };
  };

  const item = form.item;
  const property = (name, from = (value) => value) => ({ getAsync: answer(`${name}.getAsync`, () => from(item[name])) });
  const person = (address) => ({ emailAddress: address, displayName: address.split("@")[0] });

  const composed = () => ({
    itemType: "appointment",
    subject: property("subject", (value) => value ?? ""),
    start: property("start", (value) => new Date(value)),
    end: property("end", (value) => new Date(value)),
    organizer: property("organizer", (value) => person(value ?? form.address)),
    requiredAttendees: property("attendees", (value) => (value ?? []).map(person)),
    optionalAttendees: property("optional", (value) => (value ?? []).map(person)),
    recurrence: property("recurrence", (value) => value ?? null),
    get seriesId() {
      return item.seriesId ?? null;
    },
    getItemIdAsync: answer("getItemIdAsync", () => {
      if (!item.id) throw NOT_SAVED;
      return item.id;
    }),
    // Fact: fails on the user's own calendar [doc].
    getSharedPropertiesAsync: answer("getSharedPropertiesAsync", () => (item.shared ? { owner: item.shared } : fail(7000))),
    loadCustomPropertiesAsync: answer("loadCustomPropertiesAsync", () => properties()),
    sessionData: {
      getAsync: answer("sessionData.getAsync", (name) => ((form.session ??= {})[name] === undefined ? fail(9020) : form.session[name])),
      setAsync: answer("sessionData.setAsync", (name, value) => void ((form.session ??= {})[name] = value)),
    },
    notificationMessages: {
      replaceAsync: answer("notificationMessages.replaceAsync", (key, message) => {
        if (message.message.length > 150) fail(9009);
        (form.notices ??= {})[key] = message.message;
      }),
    },
    saveAsync: answer("saveAsync", () => fail(5001, "the panel must never save by itself")),
    addHandlerAsync: answer("item.addHandlerAsync", (kind, work) => void (handlers[kind] ??= []).push(work)),
  });

  /** Somebody else's meeting, in the form that only reads. */
  const read = () => ({
    itemType: "appointment",
    subject: item.subject,
    start: new Date(item.start),
    end: new Date(item.end),
    itemId: item.id,
    organizer: person(item.organizer ?? "somebody@else.example"),
    recurrence: item.recurrence ?? undefined,
    seriesId: item.seriesId ?? null,
  });

  function properties() {
    const changed = { ...(item.properties ?? {}) };
    let attempts = (form.propertySaves ??= 0);
    return {
      get: (name) => changed[name],
      set: (name, value) => void (changed[name] = value),
      saveAsync: answer("customProperties.saveAsync", () => {
        form.propertySaves = ++attempts;
        // New Outlook, 2026: the first save of an event is refused (#6624).
        if (faults.malformedFirst && attempts === 1) fail(5001, "Id is malformed.");
        // Outlook on the web, 2022: an unsaved event becomes a real one (#2965).
        if (!item.id && form.profile === "owa") form.ghosts += 1;
        item.properties = changed;
      }),
    };
  }

  const isSetSupported = (set, version = "1.1") => {
    const [wanted, minor] = [set.toLowerCase(), Number(version.split(".")[1] ?? 0)];
    if (wanted === "mailbox") return minor <= SETS[form.profile];
    if (wanted === "identityapi") return form.officeSignIn === true;
    if (wanted === "nestedappauth") return form.nested === true;
    return wanted === "openbrowserwindowapi" && ["classic", "cached", "mac", "ltsc2021"].includes(form.profile);
  };

  // --- the sign-in window ---

  const displayDialogAsync = (url, options, done) => {
    calls.push("displayDialogAsync");
    if (faults.dialog) {
      setTimeout(() => done({ status: "failed", error: { code: faults.dialog } }), 1);
      return;
    }
    const listeners = {};
    const opened = window.open(url, "_blank", "width=480,height=560");
    form.toOpener = (message) => listeners.dialogMessageReceived?.({ message });
    const watch = setInterval(() => {
      if (!opened.closed) return;
      clearInterval(watch);
      listeners.dialogEventReceived?.({ error: 12006 });
    }, 100);
    const dialog = {
      addEventHandler: (kind, work) => void (listeners[kind] = work),
      close: () => {
        clearInterval(watch);
        opened.close();
      },
    };
    setTimeout(() => done({ status: "succeeded", value: dialog }), 1);
  };

  const mailbox = {
    get item() {
      return item ? (form.mode === "read" ? shown.read : shown.composed) : null;
    },
    userProfile: { emailAddress: form.address ?? "", displayName: form.displayName ?? "", timeZone: form.timeZone ?? "Central Europe Standard Time" },
    diagnostics: { hostName: HOSTS[form.profile], hostVersion: form.version ?? "16.0.19127.20000" },
    addHandlerAsync: answer("mailbox.addHandlerAsync", (kind, work) => void (handlers[kind] ??= []).push(work)),
  };
  const shown = item ? { composed: composed(), read: read() } : {};

  window.Office = {
    AsyncResultStatus: { Succeeded: "succeeded", Failed: "failed" },
    EventType: {
      AppointmentTimeChanged: "olkAppointmentTimeChanged",
      RecurrenceChanged: "olkRecurrenceChanged",
      OfficeThemeChanged: "officeThemeChanged",
      DialogMessageReceived: "dialogMessageReceived",
      DialogEventReceived: "dialogEventReceived",
    },
    MailboxEnums: { ItemType: { Appointment: "appointment", Message: "message" }, ItemNotificationMessageType: { ErrorMessage: "errorMessage" } },
    context: {
      displayLanguage: form.language ?? "cs-CZ",
      platform: PLATFORMS[form.profile] ?? "PC",
      diagnostics: { platform: PLATFORMS[form.profile] ?? "PC", host: "Outlook", version: form.version ?? "16.0" },
      requirements: { isSetSupported },
      get officeTheme() {
        return form.theme ? { bodyBackgroundColor: form.theme, bodyForegroundColor: "#808080" } : undefined;
      },
      mailbox,
      ui: {
        displayDialogAsync,
        messageParent: (message) => window.opener?.simulatedOutlook?.toOpener?.(message),
        openBrowserWindow: (url) => void (form.opened ??= []).push(url),
        closeContainer: () => undefined,
      },
    },
    onReady: () => (faults.noReady ? new Promise(() => undefined) : new Promise((resolve) => setTimeout(() => resolve({ host: "Outlook", platform: "OfficeOnline" }), faults.readyMs ?? 5))),
  };
  window.OfficeRuntime = {
    auth: {
      getAccessToken: async (options) => {
        calls.push("getAccessToken");
        if (faults.officeToken) throw { code: faults.officeToken };
        return form.token(options);
      },
    },
  };

  // --- what the person at the form does ---

  form.fire = (kind) => (handlers[kind] ?? []).forEach((work) => work({ type: kind }));
  form.saveAs = (id) => {
    // Cached mode: the id exists before Exchange knows the event (#6077); others show it at once.
    setTimeout(() => void (item.id = id), faults.lateIdMs ?? 0);
  };
  form.setTheme = (color) => {
    form.theme = color;
    form.fire("officeThemeChanged");
  };
})();
