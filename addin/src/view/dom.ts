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

type Node = Drawn | (Text & { drawnKey?: string });

interface Named {
  readonly key: string;
  readonly child: VNode | string;
}

/** `key` tells siblings of one kind apart; a function under `onclick` and the like listens. */
export function h(tag: string, attributes: Readonly<Record<string, Value>> = {}, ...children: readonly (Child | readonly Child[])[]): VNode {
  return { tag, attributes, children: children.flat() as readonly Child[] };
}

/** What stays is never taken out, not for a moment: that would cost the focus, and a press its click. */
export function patch(parent: Element, wanted: readonly Child[]): void {
  const children = named(wanted);
  const keys = new Set(children.map((one) => one.key));
  const old = new Map<string, Node>();
  for (const node of Array.from(parent.childNodes) as Node[]) {
    if (node.drawnKey !== undefined && keys.has(node.drawnKey)) old.set(node.drawnKey, node);
    else node.remove();
  }
  const nodes = children.map(({ key, child }) => old.get(key) ?? made(key, child));
  arrange(parent, nodes);
  children.forEach(({ child }, at) => {
    const node = nodes[at] as Node;
    if (typeof child === "string") {
      if ((node as Text).data !== child) (node as Text).data = child;
    } else if (node instanceof Element) {
      dress(node, child.attributes);
      patch(node, child.children);
      if (child.tag === "select") property(node, "value", child.attributes["value"]);
    }
  });
}

/** The children that are there, each under a key of its own. */
function named(wanted: readonly Child[]): readonly Named[] {
  const used = new Map<string, number>();
  const found: Named[] = [];
  for (const child of wanted) {
    if (child === null || child === undefined || child === false) continue;
    const name = typeof child === "string" ? "#text" : `${child.tag}#${String(child.attributes["key"] ?? "")}`;
    const number = (used.get(name) ?? 0) + 1;
    used.set(name, number);
    found.push({ key: `${name}#${number}`, child });
  }
  return found;
}

/** Puts nodes in order around the one that a person is at, which does not move. */
function arrange(parent: Element, nodes: readonly Node[]): void {
  const held = nodes.findIndex((node) => node.parentNode === parent && isHeld(node));
  for (let at = held - 1; at >= 0; at -= 1) {
    const [node, next] = [nodes[at] as Node, nodes[at + 1] as Node];
    if (node.nextSibling !== next) parent.insertBefore(node, next);
  }
  for (let at = held + 1; at < nodes.length; at += 1) {
    const place = at === 0 ? parent.firstChild : (nodes[at - 1] as Node).nextSibling;
    if (place !== nodes[at]) parent.insertBefore(nodes[at] as Node, place);
  }
}

function isHeld(node: Node): boolean {
  return node instanceof Element && (node.contains(document.activeElement) || node.matches(":active"));
}

function made(key: string, child: VNode | string): Node {
  const node: Node = typeof child === "string" ? document.createTextNode(child) : element(child.tag);
  node.drawnKey = key;
  return node;
}

function element(tag: string): Drawn {
  return SVG.has(tag) ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
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
