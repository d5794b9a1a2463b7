"""``python -m bench.flame``: where the CPU of a busy pass goes, as a flame graph in ``bench/plots/flame.svg``.

Sampled by CPU time in the process that runs passes over changes on both sides, on SQLite. The simulated systems answer
in the same process: whatever runs in them is one block. Width is the share of samples, a caller lies under its callees.
"""

import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path
from types import FrameType

from bench.__main__ import quiet
from bench.calls import MIX, settled
from server.sync.context import PassOptions
from server.sync.passes import run_pass
from tests.support.turning import turning

PLOT = Path(__file__).parent / "plots" / "flame.svg"
_EVERY_SECONDS = 0.002
_WIDTH, _ROW, _TOP, _DEEPEST = 1200, 17, 30, 45
_COLOURS = {"server": "#f6ad55", "simulator": "#cbd5e0", "sqlalchemy": "#90cdf4"}
_TITLE = "CPU of a busy pass, SQLite, simulated systems in the same process"
_OTHERS = "#e2e8f0"
Stack = tuple[str, ...]


def main() -> int:
    quiet()
    found: Counter[Stack] = Counter()
    with tempfile.TemporaryDirectory() as folder, turning(Path(folder), people=("jana",)) as made:
        people = settled(made, items=20)
        for number in range(8):
            for place in range(20):
                people.change(MIX[(number * 20 + place) % len(MIX)])
            made.rig.world.settle()
            with _sampled(found):
                made.rig.driver.run(run_pass(made.rig.firm, PassOptions()))
            made.run_for(60)
    PLOT.write_text(drawn(found))
    sys.stderr.write(f"{found.total()} samples\n")
    return 0


@contextmanager
def _sampled(found: Counter[Stack]) -> Iterator[None]:
    """Count where this process is each time it has used so much CPU."""

    def note(_signal: int, frame: FrameType | None) -> None:
        found[_stack(frame)] += 1

    before = signal.signal(signal.SIGPROF, note)
    signal.setitimer(signal.ITIMER_PROF, _EVERY_SECONDS, _EVERY_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _stack(frame: FrameType | None) -> Stack:
    """From the outermost, without what only drives the flow."""
    names: list[str] = []
    while frame is not None:
        name = _name(frame)
        if name:
            names.append(name)
        frame = frame.f_back
    names.reverse()
    shown: list[str] = []
    for one in names:
        if one == "simulator":
            return (*shown, "simulated systems")
        if not shown or shown[-1] != one:
            shown.append(one)
    return tuple(shown[:_DEEPEST])


def _name(frame: FrameType) -> str:
    module = str(frame.f_globals.get("__name__", ""))
    if module.startswith("simulator"):
        return "simulator"
    if module in ("server.flow", "contextlib", "runpy", "__main__") or module.startswith("tests."):
        return ""
    return f"{module}.{frame.f_code.co_name}"


# --- drawing --------------------------------------------------------------------------------------------------------


def drawn(found: Counter[Stack]) -> str:
    """The SVG of these stacks."""
    total, blocks = found.total(), list(_blocks(sorted(found.items()), 0, 0.0))
    rows = 1 + max((row for row, *_ in blocks), default=0)
    height = _TOP + rows * _ROW + 10
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" font-family="sans-serif">',
        f"<title>{_TITLE}</title>",
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="4" y="19" font-size="13" fill="#4a5568" font-weight="bold">{_TITLE}</text>',
    ]
    for row, left, samples, name in blocks:
        width = _WIDTH * samples / max(1, total)
        if width < 0.7:
            continue
        x, y = _WIDTH * left / max(1, total), height - 10 - (row + 1) * _ROW
        share = f"{100 * samples / max(1, total):.1f} %"
        text = name.rpartition(".")[0].rpartition(".")[2] + "." + name.rpartition(".")[2] if "." in name else name
        letters = int((width - 6) / 6.2)
        out.append(f"<g><title>{escape(name)}: {share}</title>")
        size = f'width="{max(0.3, width - 0.6):.1f}" height="{_ROW - 1}"'
        out.append(f'<rect x="{x:.1f}" y="{y}" {size} fill="{_colour(name)}"/>')
        if letters >= 4:
            shown = text if len(text) <= letters else text[: letters - 1] + "…"
            out.append(f'<text x="{x + 3:.1f}" y="{y + 12}" font-size="10.5" fill="#1a202c">{escape(shown)}</text>')
        out.append("</g>")
    return "\n".join([*out, "</svg>\n"])


def _colour(name: str) -> str:
    if name == "simulated systems":
        return _COLOURS["simulator"]
    return _COLOURS.get(name.partition(".")[0], _OTHERS)


def _blocks(stacks: list[tuple[Stack, int]], row: int, left: float) -> Iterator[tuple[int, float, int, str]]:
    """(row, samples to its left, samples, name) of each block: equal beginnings are one block."""
    by_name: dict[str, list[tuple[Stack, int]]] = {}
    for stack, count in stacks:
        if len(stack) > row:
            by_name.setdefault(stack[row], []).append((stack, count))
    for name, some in sorted(by_name.items()):
        samples = sum(count for _, count in some)
        yield row, left, samples, name
        yield from _blocks(some, row + 1, left)
        left += samples


if __name__ == "__main__":
    sys.exit(main())
