// One week of one side: a grid of days, items placed by time, dragging to move and to lengthen.

import { locale, text } from "./texts.js";

const FIRST_HOUR = 6;
const LAST_HOUR = 20;
const STEP = 15;
const MINUTES = (LAST_HOUR - FIRST_HOUR) * 60;

export const dayText = (date) =>
  `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}-${String(date.getDate()).padStart(2, "0")}`;
export const addDays = (day, count) => {
  const [year, month, date] = day.split("-").map(Number);
  return dayText(new Date(year, month - 1, date + count));
};
const minutesOf = (wall) => Number(wall.slice(11, 13)) * 60 + Number(wall.slice(14, 16));
const timeText = (minutes) => `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
const make = (tag, name, content = "") => {
  const element = document.createElement(tag);
  element.className = name;
  element.textContent = content;
  return element;
};

/** hooks: select(item), move(item, start, end), create(side, day, minutes) */
export class Calendar {
  constructor(root, side, hooks) {
    this.root = root;
    this.side = side;
    this.hooks = hooks;
    this.items = [];
    this.dragging = null;
    root.addEventListener("pointerdown", (event) => this.press(event));
    root.addEventListener("pointermove", (event) => this.drag(event));
    root.addEventListener("pointerup", (event) => this.drop(event));
    root.addEventListener("pointercancel", () => this.abandon());
  }

  show(items, week, selected, now) {
    if (this.dragging) return;
    const focused = document.activeElement?.dataset?.key;
    const hadFocus = this.root.contains(document.activeElement) && focused;
    this.items = items;
    const scrolled = this.root.querySelector(".grid")?.scrollTop;
    const weekend = items.some((item) => item.start.slice(0, 10) >= addDays(week, 5));
    this.days = Array.from({ length: weekend ? 7 : 5 }, (_, n) => addDays(week, n));
    this.root.replaceChildren(this.header(now), this.allDay(selected), this.grid(selected, now));
    const grid = this.root.querySelector(".grid");
    grid.scrollTop = scrolled ?? (grid.scrollHeight * 1.5 * 60) / MINUTES;
    if (hadFocus) this.element(focused)?.focus({ preventScroll: true });
  }

  element(key) {
    return key ? this.root.querySelector(`[data-key="${CSS.escape(key)}"]`) : null;
  }

  header(now) {
    const row = make("div", "days");
    row.append(make("span", "hour"));
    for (const day of this.days) {
      const date = new Date(`${day}T12:00`);
      const cell = make("span", day === now.slice(0, 10) ? "day now" : "day");
      cell.append(make("b", "", date.toLocaleDateString(locale(), { weekday: "short" })), ` ${date.toLocaleDateString(locale(), { day: "numeric", month: "numeric" })}`);
      row.append(cell);
    }
    return row;
  }

  allDay(selected) {
    const row = make("div", "allday");
    row.append(make("span", "hour"));
    for (const day of this.days) {
      const cell = make("div", "cell");
      for (const item of this.items.filter((one) => one.all_day && one.start.slice(0, 10) <= day && one.end.slice(0, 10) > day)) {
        cell.append(this.chip(item, selected));
      }
      row.append(cell);
    }
    return row;
  }

  grid(selected, now) {
    const grid = make("div", "grid");
    const hours = make("div", "hours");
    for (let hour = FIRST_HOUR; hour < LAST_HOUR; hour += 1) hours.append(make("span", "", `${hour}:00`));
    grid.append(hours);
    for (const day of this.days) {
      const column = make("div", "column");
      column.dataset.day = day;
      for (const placed of lanes(this.items.filter((item) => !item.all_day && item.start.slice(0, 10) === day))) {
        column.append(this.block(placed, selected));
      }
      if (day === now.slice(0, 10)) {
        const line = make("div", "now-line");
        line.style.top = `${((minutesOf(now) - FIRST_HOUR * 60) / MINUTES) * 100}%`;
        column.append(line);
      }
      grid.append(column);
    }
    return grid;
  }

  chip(item, selected) {
    const element = make("button", "item", "");
    element.type = "button";
    element.dataset.key = item.key;
    const marks = ["private", "done", "online", "all_day"].filter((name) => item[name]);
    element.classList.add(...marks.map((name) => name.replace("_", "-")));
    element.classList.toggle("selected", item.key === selected?.key);
    element.classList.toggle("partner", item.key === selected?.partner);
    element.classList.toggle("cancelled", !item.lives);
    element.classList.toggle("alone", !item.partner && item.lives);
    element.classList.toggle("moving", Boolean(item.partner) && !item.agrees && item.lives);
    const signs = [item.private ? "🔒" : "", item.done ? "✓" : "", item.importance === "high" ? "!" : "", item.online ? "Teams ·" : ""];
    element.append(make("span", "name", `${signs.join("")} ${item.title}`.trim()));
    element.append(make("span", "when", item.all_day ? text("allday") : `${item.start.slice(11)}–${item.end.slice(11)}`));
    const kind = item.side === "raynet" ? `${text(`kind.${item.kind}`)}, ` : "";
    const state = item.partner ? text(item.agrees ? "agrees" : "differs") : text("partner.none");
    element.setAttribute("aria-label", `${kind}${item.title}, ${item.start.replace("T", " ")}, ${state}`);
    element.setAttribute("aria-pressed", String(item.key === selected?.key));
    element.title = `${kind}${item.title}`;
    element.addEventListener("click", () => this.hooks.select(item));
    return element;
  }

  block({ item, lane, count }, selected) {
    const element = this.chip(item, selected);
    const from = Math.max(0, minutesOf(item.start) - FIRST_HOUR * 60);
    const sameDay = item.end.slice(0, 10) === item.start.slice(0, 10);
    const till = sameDay ? minutesOf(item.end) - FIRST_HOUR * 60 : MINUTES;
    element.style.top = `${(from / MINUTES) * 100}%`;
    element.style.height = `${(Math.max(25, Math.min(MINUTES, till) - from) / MINUTES) * 100}%`;
    element.style.left = `${(lane / count) * 100}%`;
    element.style.width = `${100 / count}%`;
    element.classList.toggle("short", till - from < 50);
    element.classList.toggle("brief", till - from < 75);
    element.append(make("span", "grip"));
    return element;
  }

  // --- by pointer ---

  press(event) {
    const element = event.target.closest(".item");
    const column = event.target.closest(".column");
    if (event.button !== 0 || !column) return;
    if (!element) {
      this.pressedEmpty = { x: event.clientX, y: event.clientY };
      return;
    }
    const item = this.items.find((one) => one.key === element.dataset.key);
    if (!item || !item.lives) return;
    const height = column.getBoundingClientRect().height;
    this.dragging = {
      item,
      element,
      resizing: event.target.classList.contains("grip"),
      x: event.clientX,
      y: event.clientY,
      perMinute: height / MINUTES,
      width: column.getBoundingClientRect().width,
      days: 0,
      minutes: 0,
      moved: false,
      pointer: event.pointerId,
    };
  }

  drag(event) {
    const drag = this.dragging;
    if (!drag) return;
    const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
    if (!drag.moved && Math.hypot(dx, dy) < 5) return;
    if (!drag.moved) this.root.setPointerCapture(drag.pointer);
    drag.moved = true;
    drag.minutes = Math.round(dy / drag.perMinute / STEP) * STEP;
    drag.days = drag.resizing ? 0 : Math.round(dx / drag.width);
    drag.element.classList.add("dragged");
    if (drag.resizing) {
      const length = minutesOf(drag.item.end) - minutesOf(drag.item.start) + drag.minutes;
      drag.element.style.height = `${Math.max(STEP, length) * drag.perMinute}px`;
    } else {
      drag.element.style.transform = `translate(${drag.days * drag.width}px, ${drag.minutes * drag.perMinute}px)`;
    }
  }

  drop(event) {
    const drag = this.dragging;
    this.dragging = null;
    if (!drag) {
      this.addAt(event);
      return;
    }
    if (!drag.moved) return;
    drag.element.addEventListener("click", (click) => click.stopImmediatePropagation(), { capture: true, once: true });
    const length = minutesOf(drag.item.end) - minutesOf(drag.item.start);
    const from = Math.max(0, Math.min(24 * 60 - STEP, minutesOf(drag.item.start) + (drag.resizing ? 0 : drag.minutes)));
    const till = Math.min(24 * 60 - 1, from + Math.max(STEP, length + (drag.resizing ? drag.minutes : 0)));
    const day = addDays(drag.item.start.slice(0, 10), drag.days);
    this.hooks.move(drag.item, `${day}T${timeText(from)}`, `${day}T${timeText(till)}`);
  }

  abandon() {
    this.dragging = null;
  }

  addAt(event) {
    const pressed = this.pressedEmpty;
    this.pressedEmpty = null;
    const column = event.target.closest?.(".column");
    if (!pressed || !column || event.target.closest(".item") || Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) > 5) return;
    const box = column.getBoundingClientRect();
    const minutes = FIRST_HOUR * 60 + Math.floor(((event.clientY - box.top) / box.height) * (MINUTES / 30)) * 30;
    this.hooks.create(this.side, column.dataset.day, minutes);
  }
}

/** Items that overlap share the column's width. */
function lanes(items) {
  const placed = [];
  let group = [];
  let groupEnd = "";
  const close = () => {
    const count = Math.max(1, ...group.map((one) => one.lane + 1));
    for (const one of group) placed.push({ ...one, count });
    group = [];
  };
  for (const item of [...items].sort((a, b) => a.start.localeCompare(b.start) || a.key.localeCompare(b.key))) {
    if (group.length && item.start >= groupEnd) close();
    if (!group.length) groupEnd = "";
    const busy = new Set(group.filter((one) => one.item.end > item.start).map((one) => one.lane));
    let lane = 0;
    while (busy.has(lane)) lane += 1;
    group.push({ item, lane });
    if (item.end > groupEnd) groupEnd = item.end;
  }
  close();
  return placed;
}
