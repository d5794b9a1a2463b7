// Line drawings of the six types and of a few signs; they take the colour of the text beside them.

import { h, type VNode } from "./dom";

const PATHS = {
  meeting: "M7 9.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Zm6.5-.5a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM2.5 15.5c0-2.5 2-4 4.5-4s4.5 1.5 4.5 4m2-4c2.2 0 4 1.200 4 3.500",
  event: "M4 4.500h12a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1v-10a1 1 0 0 1 1-1Zm-1 4h14M7 2.500v3m6-3v3",
  task: "M4.500 3.500h11a1 1 0 0 1 1 1v11a1 1 0 0 1-1 1h-11a1 1 0 0 1-1-1v-11a1 1 0 0 1 1-1Zm2 6.500 2.500 2.500 4.500-5",
  phoneCall: "M4.500 3.500h2.800l1.200 3.200-1.700 1.400c.8 1.900 2.200 3.300 4.100 4.100l1.400-1.700 3.200 1.200v2.800c0 .600-.5 1-1 1C8.500 15.500 3.500 11 3.500 4.500c0-.6.400-1 1-1Z",
  email: "M3.500 5h13a.500.500 0 0 1 .5.500v9a.500.500 0 0 1-.5.500h-13a.500.500 0 0 1-.5-.5v-9a.500.500 0 0 1 .5-.5Zm-.2.500L10 11l6.700-5.500",
  letter: "M5.500 2.500h6l3.500 3.500v11h-9.500v-14.500Zm6 0v3.500h3.500M7.500 9.500h5m-5 2.500h5m-5 2.500h3",
  open: "M8 4.500H4.500a1 1 0 0 0-1 1v10a1 1 0 0 0 1 1h10a1 1 0 0 0 1-1V12M11.500 3.500h5v5m0-5-7 7",
  close: "m5.500 5.500 9 9m0-9-9 9",
  sync: "M15.500 8A6 6 0 0 0 5 6.500L3.500 8m1 4A6 6 0 0 0 15 13.500l1.500-1.500M3.500 4.500V8H7m9.500 7.500V12H13",
} as const;

export type IconName = keyof typeof PATHS;

export function icon(name: IconName): VNode {
  const shape = { d: PATHS[name], fill: "none", stroke: "currentColor", "stroke-width": "1.4", "stroke-linecap": "round", "stroke-linejoin": "round" };
  return h("svg", { class: "icon", viewBox: "0 0 20 20", width: 20, height: 20, "aria-hidden": "true", focusable: "false" }, h("path", shape));
}
