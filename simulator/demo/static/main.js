// Puts the page together: asks for the state twice a second, shows it, carries out what the visitor does.

import { addDays, Calendar, dayText } from "./calendar.js";
import { EventDialog } from "./form.js";
import { showChanges, showDetails, showTrail } from "./panel.js";
import { switchLanguage, text, translate } from "./texts.js";

const POLL_MS = 500;
const byId = (id) => document.getElementById(id);
const monday = (day) => addDays(day, -((new Date(`${day}T12:00`).getDay() + 6) % 7));

const view = { user: 0, week: monday(dayText(new Date())), key: null, side: null, partner: null, state: null, tag: "", why: null, started: false };
const calendars = {};
const dialog = new EventDialog({ act: (side, key, what, body) => act(side, key, what, body), user: () => view.user });

// --- asking -------------------------------------------------------------------------------------------------------

async function refresh() {
  const address = `/api/state?user=${view.user}&day=${view.week}`;
  try {
    const reply = await fetch(address, { headers: view.tag ? { "If-None-Match": view.tag } : {}, cache: "no-store" });
    if (reply.status === 200) {
      view.tag = reply.headers.get("ETag") ?? "";
      view.state = await reply.json();
      if (!view.started) start(view.state.now);
      show();
    }
    byId("status").classList.remove("lost");
    if (view.state) byId("status").textContent = text(view.state.running ? "running" : "starting");
  } catch {
    byId("status").textContent = text("lost");
    byId("status").classList.add("lost");
  }
}

/** The simulated firm's today may be another week than the browser's; at a weekend the coming week is shown. */
function start(now) {
  view.started = true;
  const today = now.slice(0, 10);
  const weekend = [0, 6].includes(new Date(`${today}T12:00`).getDay());
  const week = weekend ? addDays(monday(today), 7) : monday(today);
  if (week !== view.week) {
    view.week = week;
    again();
  }
}

async function askWhy() {
  const item = selected();
  if (!item) {
    view.why = null;
  } else {
    const query = new URLSearchParams({ user: view.user, side: item.side, key: item.key });
    try {
      const reply = await fetch(`/api/why?${query}`, { cache: "no-store" });
      view.why = reply.ok ? await reply.json() : null;
    } catch {
      view.why = null;
    }
  }
  showTrail(byId("trail"), selected(), view.why);
}

async function act(side, key, what, body) {
  byId("f-error").textContent = "";
  const reply = await fetch("/api/act", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ user: view.user, side, key, what, ...body }),
  });
  const answer = await reply.json();
  if (!reply.ok) {
    byId("status").textContent = `${text("failed")} (${answer.error})`;
    byId("f-error").textContent = text("failed");
    again();
    return false;
  }
  if (what === "create") choose({ side, key: answer.key });
  again();
  return true;
}

const again = () => {
  view.tag = "";
  refresh();
};

// --- showing ------------------------------------------------------------------------------------------------------

const selected = () => view.state?.[view.side]?.find((item) => item.key === view.key) ?? null;

function show() {
  const { state } = view;
  const item = selected();
  const other = view.side === "raynet" ? "outlook" : "raynet";
  for (const side of ["raynet", "outlook"]) {
    const marked = item && { key: side === view.side ? item.key : null, partner: side === other ? item.partner : null };
    calendars[side].show(state[side], view.week, marked, state.now);
  }
  showPeople(state.users);
  byId("range").textContent = rangeText();
  showDetails(byId("details"), item, { act: (one, what, body) => act(one.side, one.key, what, body), edit: (one) => dialog.edit(one) });
  showChanges(byId("changes"), state.changes);
  byId("totals").textContent = text("totals", { ...state.calls, mails: state.mails });
  const trailOf = JSON.stringify([item, state.changes[0]?.number, state.changes[0]?.seconds, document.documentElement.lang]);
  if (trailOf !== view.trailOf) {
    view.trailOf = trailOf;
    askWhy();
  }
  drawLink();
}

function rangeText() {
  const tongue = document.documentElement.lang === "en" ? "en-GB" : "cs-CZ";
  const shown = (day, options) => new Date(`${day}T12:00`).toLocaleDateString(tongue, options);
  return `${shown(view.week, { day: "numeric", month: "numeric" })} – ${shown(addDays(view.week, 6), { day: "numeric", month: "numeric", year: "numeric" })}`;
}

function showPeople(users) {
  const root = byId("people");
  if (root.children.length !== users.length) {
    root.replaceChildren(...users.map((user, number) => person(user, number)));
  }
  [...root.children].forEach((button, number) => {
    button.setAttribute("aria-checked", String(number === view.user));
    button.tabIndex = number === view.user ? 0 : -1;
  });
}

function person(user, number) {
  const button = document.createElement("button");
  button.type = "button";
  button.setAttribute("role", "radio");
  button.textContent = user.name;
  button.addEventListener("click", () => choosePerson(number));
  button.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const count = view.state.users.length;
    choosePerson((number + step + count) % count);
    byId("people").children[view.user].focus();
  });
  return button;
}

function choosePerson(number) {
  view.user = number;
  choose(null);
  again();
}

function choose(item) {
  view.side = item?.side ?? null;
  view.key = item?.key ?? null;
  view.why = null;
  if (view.state) show();
}

/** A line from the selected item to its partner on the other side. */
function drawLink() {
  const board = byId("board").getBoundingClientRect();
  const path = byId("link").firstElementChild;
  const item = selected();
  const other = view.side === "raynet" ? "outlook" : "raynet";
  const from = item && calendars[view.side].element(item.key);
  const to = item?.partner && calendars[other].element(item.partner);
  const ends = [from, to].map((element) => element && visible(element));
  if (!ends[0] || !ends[1]) {
    path.setAttribute("d", "");
    return;
  }
  const [left, right] = view.side === "raynet" ? ends : [ends[1], ends[0]];
  const [x1, y1, x2, y2] = [left.right - board.left, left.middle - board.top, right.left - board.left, right.middle - board.top];
  const bend = Math.max(30, (x2 - x1) / 2);
  path.setAttribute("d", `M ${x1} ${y1} C ${x1 + bend} ${y1}, ${x2 - bend} ${y2}, ${x2} ${y2}`);
}

/** Both calendars always show the same hours. */
function follow(side, grid) {
  const other = byId(side === "raynet" ? "outlook" : "raynet").querySelector(".grid");
  if (other && grid.classList.contains("grid") && other.scrollTop !== grid.scrollTop) other.scrollTop = grid.scrollTop;
  drawLink();
}

function visible(element) {
  const box = element.getBoundingClientRect();
  const frame = element.closest(".calendar").getBoundingClientRect();
  const middle = Math.min(frame.bottom - 4, Math.max(frame.top + 60, (box.top + box.bottom) / 2));
  return { left: box.left, right: box.right, middle };
}

// --- start ----------------------------------------------------------------------------------------------------------

for (const side of ["raynet", "outlook"]) {
  calendars[side] = new Calendar(byId(side), side, {
    select: choose,
    move: (item, start, end) => {
      choose(item);
      act(item.side, item.key, "move", { start, end, all_day: false });
    },
    create: (side, day, minutes) => dialog.create(side, day, minutes),
  });
  byId(side).addEventListener("scroll", (event) => follow(side, event.target), { capture: true, passive: true });
}
for (const button of document.querySelectorAll(".add")) {
  button.addEventListener("click", () => {
    const today = view.state?.now.slice(0, 10) ?? view.week;
    dialog.create(button.dataset.side, today >= view.week && today < addDays(view.week, 7) ? today : view.week, 9 * 60);
  });
}
const turn = (days) => () => {
  view.week = days === 0 ? monday(view.state?.now.slice(0, 10) ?? dayText(new Date())) : addDays(view.week, days);
  again();
};
byId("earlier").addEventListener("click", turn(-7));
byId("today").addEventListener("click", turn(0));
byId("later").addEventListener("click", turn(7));
byId("language").addEventListener("click", () => {
  switchLanguage();
  byId("details").dataset.shape = "";
  again();
});
window.addEventListener("resize", drawLink);
translate();
refresh();
setInterval(refresh, POLL_MS);
