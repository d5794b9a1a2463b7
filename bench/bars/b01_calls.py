"""B1, B2, B3: calls for one change, alone and in a burst of fifty, and what our own writes cost when they come back."""

from bench.calls import burst, isolated, one_way
from bench.measured import Found, Plot, Run, Target

TITLE = "B1 B2 B3: calls for one change"
TARGETS = (
    Target(bar="B1", name="calls per change, alone", most=2.6),
    Target(bar="B2", name="calls per change, 50 at once", most=1.6),
    Target(bar="B3", name="reads caused by a write of ours", most=0.05),
    Target(bar="B3", name="writes caused by a write of ours", most=0),
)
KINDS = {
    "R~": "edited in Raynet",
    "O~": "edited in Outlook",
    "R+": "made in Raynet",
    "O+": "made in Outlook",
    "R-": "deleted in Raynet",
    "O-": "deleted in Outlook",
}


def measure(run: Run) -> Found:
    alone = isolated(run.fresh("alone"), rounds=1 if run.quick else 3)
    run.say("each change alone: done")
    together = burst(run.fresh("burst"), bursts=1 if run.quick else 4)
    run.say("fifty at once: done")
    kinds = {name: one_way(run.fresh("kind"), what, times=2).calls.total / 2 for what, name in KINDS.items()}
    return Found(
        values={
            "calls per change, alone": alone.per_change,
            "calls per change, 50 at once": together.per_change,
            "reads caused by a write of ours": alone.echo_reads_per_write,
            "writes caused by a write of ours": float(alone.echo.writes + together.echo.writes),
        },
        details={
            "changes": alone.changes + together.changes,
            "calls of each kind of change alone": kinds,
            "reads for echoes in the bursts, to a write": round(together.echo_reads_per_write, 3),
        },
        plots=[
            Plot(
                name="calls-per-change",
                title="Calls for one change that comes alone",
                x="",
                y="calls",
                lines={name: [(0, calls)] for name, calls in kinds.items()},
                bars=True,
            )
        ],
    )
