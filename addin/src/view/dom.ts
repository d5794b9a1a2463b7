// A page as a value, and the smallest change that makes the document equal to it: focus and typing survive.

export type Listener = (event: Event) => void;
type Value = string | number | boolean | null | undefined | Listener;
export type Child = VNode | string | null | false | undefined;

export interface VNode {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, Value>>;
  readonly children: readonly Child[];
}

const SVG = new Set(["svg", "path", "circle", "rect"]);
/** Set as properties: the attribute is only where they begin. */
const PROPERTIES = new Set(["value", "checked"]);

interface Drawn extends Element {
  drawnKey?: string;
  drawnAttributes?: Readonly<Record<string, Value>>;
}

/** `key` tells siblings of one kind apart; a function under `onclick` and the like listens. */
export function h(tag: string, attributes: Readonly<Record<string, Value>> = {}, ...children: readonly (Child | readonly Child[])[]): VNode {
  return { tag, attributes, children: children.flat() as readonly Child[] };
}

export function patch(parent: Element, wanted: readonly Child[]): void {
  const old = new Map<string, Drawn>();
  for (const child of Array.from(parent.children) as Drawn[]) if (child.drawnKey) old.set(child.drawnKey, child);
  let place: ChildNode | null = parent.firstChild;
  const put = (node: ChildNode): void => {
    if (node === place) place = node.nextSibling;
    else parent.insertBefore(node, place);
  };
  const used = new Map<string, number>();
  for (const child of wanted) {
    if (child === null || child === undefined || child === false) continue;
    if (typeof child === "string") {
      if (place instanceof Text) {
        if (place.data !== child) place.data = child;
        place = place.nextSibling;
      } else put(document.createTextNode(child));
      continue;
    }
    const name = `${child.tag}#${String(child.attributes["key"] ?? "")}`;
    const number = (used.get(name) ?? 0) + 1;
    used.set(name, number);
    const key = `${name}#${number}`;
    const element = old.get(key) ?? made(child.tag, key);
    old.delete(key);
    put(element);
    dress(element, child.attributes);
    patch(element, child.children);
    if (child.tag === "select") property(element, "value", child.attributes["value"]);
  }
  while (place !== null) {
    const next: ChildNode | null = place.nextSibling;
    place.remove();
    place = next;
  }
}

function made(tag: string, key: string): Drawn {
  const element: Drawn = SVG.has(tag) ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  element.drawnKey = key;
  return element;
}

function dress(element: Drawn, wanted: Readonly<Record<string, Value>>): void {
  const before = element.drawnAttributes ?? {};
  element.drawnAttributes = wanted;
  for (const name of new Set([...Object.keys(before), ...Object.keys(wanted)])) {
    const value = wanted[name];
    if (name === "key") continue;
    if (name.startsWith("on")) listen(element, name.slice(2), name in before);
    else if (PROPERTIES.has(name) && element.tagName !== "OPTION") property(element, name, value);
    else if (value !== before[name]) attribute(element, name, value);
  }
}

/** One listener for the element's life; it calls whatever was drawn last. */
function listen(element: Drawn, kind: string, listens: boolean): void {
  if (listens) return;
  element.addEventListener(kind, (event) => {
    const work = element.drawnAttributes?.[`on${kind}`];
    if (typeof work === "function") work(event);
  });
}

function property(element: Element, name: string, value: Value): void {
  const target = element as unknown as Record<string, unknown>;
  if (value !== undefined && target[name] !== value) target[name] = value;
}

function attribute(element: Element, name: string, value: Value): void {
  if (value === null || value === undefined || value === false) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? "" : String(value));
}
