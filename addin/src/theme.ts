// Dark or light as Outlook is; where it does not say, as the system prefers (the style sheet's own matter).

/** `background` as the host names it (`#1f1f1f`); dark themes are told by its luminance, nothing else is offered. */
export function applyTheme(background: string | null): void {
  const root = document.documentElement;
  const luminance = background === null ? null : relativeLuminance(background);
  if (luminance === null) delete root.dataset["theme"];
  else root.dataset["theme"] = luminance < 0.35 ? "dark" : "light";
}

/** Fact: WCAG 2.2 definition of relative luminance. */
export function relativeLuminance(color: string): number | null {
  const hex = /^#?([0-9a-f]{6})$/i.exec(color.trim())?.[1];
  if (hex === undefined) return null;
  const [red, green, blue] = [0, 2, 4].map((at) => {
    const part = parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
