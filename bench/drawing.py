"""Plots as SVG, written by hand so that no plotting library is needed and a new run differs only where figures do."""

import math
from collections.abc import Sequence
from html import escape
from typing import Any

_WIDTH, _HEIGHT = 720, 360
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 20, 40, 60
_COLOURS = ("#2b6cb0", "#c05621", "#2f855a", "#805ad5", "#b83280", "#4a5568", "#975a16", "#285e61")
_STYLE = 'font-family="sans-serif" font-size="12" fill="#4a5568"'


def drawn(plot: dict[str, Any]) -> str:
    """The SVG of a stored plot."""
    lines: dict[str, list[Sequence[float]]] = plot["lines"]
    inside = _bars(plot, lines) if plot["bars"] else _curves(plot, lines)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">',
            f"<title>{escape(plot['title'])}</title>",
            f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
            f'<text x="{_LEFT}" y="24" {_STYLE} font-weight="bold">{escape(plot["title"])}</text>',
            *inside,
            "</svg>\n",
        ]
    )


def _bars(plot: dict[str, Any], lines: dict[str, list[Sequence[float]]]) -> list[str]:
    """One bar for each line's first point."""
    out, step = [], (_HEIGHT - _TOP - 30) / max(1, len(lines))
    most = max((points[0][1] for points in lines.values()), default=1.0) or 1.0
    for place, (name, points) in enumerate(lines.items()):
        y, value = _TOP + 10 + place * step, points[0][1]
        width = max(1.0, (_WIDTH - 320) * value / most)
        out.append(f'<text x="210" y="{y + step / 2 + 4:.1f}" text-anchor="end" {_STYLE}>{escape(name)}</text>')
        out.append(f'<rect x="220" y="{y:.1f}" width="{width:.1f}" height="{step * 0.7:.1f}" fill="{_COLOURS[0]}"/>')
        label = f"{value:.3g} {plot['y']}"
        out.append(f'<text x="{226 + width:.1f}" y="{y + step / 2 + 4:.1f}" {_STYLE}>{escape(label)}</text>')
    return out


def _curves(plot: dict[str, Any], lines: dict[str, list[Sequence[float]]]) -> list[str]:
    points = [point for some in lines.values() for point in some]
    xs = _Axis([x for x, _ in points], _LEFT, _WIDTH - _RIGHT, logarithmic=plot["logarithmic"])
    ys = _Axis([0.0, *(y for _, y in points)], _HEIGHT - _BOTTOM, _TOP)
    out = []
    for value in ys.ticks():
        y = ys.at(value)
        out.append(f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#e2e8f0"/>')
        out.append(f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end" {_STYLE}>{value:g}</text>')
    for value in xs.ticks():
        x = xs.at(value)
        out.append(f'<text x="{x:.1f}" y="{_HEIGHT - _BOTTOM + 18}" text-anchor="middle" {_STYLE}>{value:g}</text>')
    for place, (name, some) in enumerate(lines.items()):
        colour = _COLOURS[place % len(_COLOURS)]
        path = " ".join(f"{xs.at(x):.1f},{ys.at(y):.1f}" for x, y in some)
        out.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        x = _LEFT + place * 190
        out.append(f'<rect x="{x}" y="{_HEIGHT - 20}" width="12" height="4" fill="{colour}"/>')
        out.append(f'<text x="{x + 18}" y="{_HEIGHT - 14}" {_STYLE}>{escape(name)}</text>')
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    out.append(f'<text x="{middle}" y="{_HEIGHT - 26}" text-anchor="middle" {_STYLE}>{escape(plot["x"])}</text>')
    out.append(
        f'<text x="16" y="{_TOP + 130}" transform="rotate(-90 16 {_TOP + 130})" {_STYLE}>{escape(plot["y"])}</text>'
    )
    return out


class _Axis:
    """Values to pixels."""

    def __init__(self, values: Sequence[float], first: float, last: float, *, logarithmic: bool = False) -> None:
        self._log = logarithmic
        self._low, self._high = self._scaled(min(values)), self._scaled(max(values))
        self._first, self._last = first, last

    def _scaled(self, value: float) -> float:
        return math.log10(value) if self._log else value

    def at(self, value: float) -> float:
        span = (self._high - self._low) or 1.0
        return self._first + (self._scaled(value) - self._low) / span * (self._last - self._first)

    def ticks(self) -> list[float]:
        if self._log:
            return [10.0**power for power in range(math.ceil(self._low), math.floor(self._high) + 1)]
        span = (self._high - self._low) or 1.0
        step = 10 ** math.floor(math.log10(span))
        step = next(step * part for part in (0.1, 0.2, 0.5, 1.0, 2.0) if span / (step * part) <= 7)
        first = math.ceil(self._low / step)
        return [round(number * step, 10) for number in range(first, math.floor(self._high / step) + 1)]
