"""``python -m tests.histories``: play seeds or scripts, keep a failure, go on with the campaign, hunt defects."""

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from pathlib import Path

from tests.histories import campaign, crashes, figures, hunt
from tests.histories.campaign import Tally
from tests.histories.defects import DEFECTS
from tests.histories.play import History, Outcome, play
from tests.histories.script import Script
from tests.histories.thaw import thawed


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _play(args: argparse.Namespace) -> int:
    if args.file is not None:
        outcome = play(Script.load(args.file))
        _say("\n".join(outcome.problems) or "nothing wrong")
        return bool(outcome.problems)
    outcome = campaign.played(args.seed)
    if args.trace:
        _tell(outcome)
    if outcome.problems:
        _say(campaign.report(args.seed, outcome, seconds=args.seconds))
    else:
        _say(f"seed {args.seed}: nothing wrong; {outcome.calls} calls, {outcome.writes} writes, {outcome.deeds} deeds")
    return bool(outcome.problems)


def _tell(outcome: Outcome) -> None:
    """The decision trail of everything in the history."""
    history = History(outcome.script)
    history.run()
    for house in history.village.houses:
        for one in history.store.firms[house.id].trails:
            _say(f"{one.at:%H:%M:%S} {one.link_id[:6]} {one.reason.value} {one.outcome} {one.seen} {one.writes}")


def _chunk(seeds: range) -> Tally:
    return campaign.run(seeds)


def _run(args: argparse.Namespace) -> int:
    began, total = time.monotonic(), Tally()
    before = campaign.reference_rate()
    chunks = [
        range(one, min(one + 100, args.first + args.count)) for one in range(args.first, args.first + args.count, 100)
    ]
    # Thawed once, not for each chunk.
    with thawed(), ProcessPoolExecutor(args.jobs) if args.jobs > 1 else nullcontext() as pool:
        for tally in map(_chunk, chunks) if pool is None else pool.map(_chunk, chunks):
            total.join(tally)
    summary = figures.summary(total, time.monotonic() - began, reference=before)
    _say(summary)
    for seed, problem in sorted(total.failed.items()):
        _say(f"failed: {seed}: {problem}   (python -m tests.histories play --seed {seed})")
    if args.coverage:
        missing = figures.write_coverage(total)
        figures.keep_run(summary, campaign.commit_id())
        _say(f"coverage: {missing} of the expected pairs were never struck; bench/histories/coverage.md")
    return bool(total.failed)


def _keep(args: argparse.Namespace) -> int:
    path = campaign.keep(args.seed, seconds=args.seconds)
    _say(str(path) if path is not None else f"seed {args.seed} does not fail")
    return path is None


def _campaign(args: argparse.Namespace) -> int:
    until = time.monotonic() + args.minutes * 60
    campaign.campaign(args.start, args.share, args.of, lambda: time.monotonic() > until)
    figures.write_readme()
    _say(figures.campaign_summary())
    return 0


def _defects(args: argparse.Namespace) -> int:
    names = args.names or ([one.name for one in DEFECTS if one.name not in hunt.recorded()] if args.missing else [])
    with thawed():
        return hunt.hunt(names, cap=args.cap, ranges=args.ranges, seconds=args.seconds, say=_say)


def _crashes(args: argparse.Namespace) -> int:
    with thawed():
        until = time.monotonic() + args.minutes * 60
        seeds = range(args.first, args.first + args.count)
        tally = crashes.enumerate_small(seeds, until=lambda: time.monotonic() > until, say=_say)
    figures.write_readme()
    _say(f"{tally.seeds} seeds, {tally.points} crash points, {len(tally.failed)} failures")
    return bool(tally.failed)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.histories", description=__doc__)
    commands = parser.add_subparsers(required=True)

    one = commands.add_parser("play", help="one seed (shrunk when it fails), or one script")
    one.add_argument("--seed", type=int, default=0)
    one.add_argument("--file", type=Path)
    one.add_argument("--seconds", type=float, default=60.0, help="for shrinking")
    one.add_argument("--trace", action="store_true")
    one.set_defaults(work=_play)

    many = commands.add_parser("run", help="a range of seeds")
    many.add_argument("--first", type=int, default=0)
    many.add_argument("--count", type=int, default=1000)
    many.add_argument("--jobs", type=int, default=1)
    many.add_argument("--coverage", action="store_true", help="write bench/histories/coverage.md")
    many.set_defaults(work=_run)

    kept = commands.add_parser("keep", help="put a failing seed, shrunk, into the corpus")
    kept.add_argument("--seed", type=int, required=True)
    kept.add_argument("--seconds", type=float, default=120.0)
    kept.set_defaults(work=_keep)

    long = commands.add_parser(
        "campaign", help="seeds without end, logged in bench/histories; goes on where it stopped"
    )
    long.add_argument("--start", type=int, default=1_000_000)
    long.add_argument("--share", type=int, default=0)
    long.add_argument("--of", type=int, default=1)
    long.add_argument("--minutes", type=float, default=1e9)
    long.set_defaults(work=_campaign)

    planted = commands.add_parser("defects", help="how many histories find each planted defect; writes defects.md")
    planted.add_argument("names", nargs="*")
    planted.add_argument("--cap", type=int, default=2_000)
    planted.add_argument("--missing", action="store_true", help="only those that no script shows yet")
    planted.add_argument("--ranges", type=int, default=3)
    planted.add_argument("--seconds", type=float, default=60.0, help="for shrinking")
    planted.set_defaults(work=_defects)

    dying = commands.add_parser(
        "crashes", help="a crash at each yield point of each of these small worlds, in turn; goes on where it stopped"
    )
    dying.add_argument("--first", type=int, default=0)
    dying.add_argument("--count", type=int, default=200)
    dying.add_argument("--minutes", type=float, default=1e9)
    dying.set_defaults(work=_crashes)

    args = parser.parse_args()
    return int(args.work(args))


if __name__ == "__main__":
    sys.exit(main())
