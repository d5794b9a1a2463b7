"""P10: a long time of ordinary work, busier than life: memory, open files and tables stay as they are."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import inspect, make_url

from tests.process.load import Load
from tests.process.outcome import Outcome
from tests.process.rest import come_to_rest
from tests.process.site import Process, Site, SiteOptions, open_site, wait

#: What is worked off must not pile up: rows that may wait at any moment.
WAITING = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """``push``: webhooks and notifications too. The first third is for warming up."""

    backend: str = "sqlite"
    seconds: float = 3600.0
    rate: float = 2.0
    push: bool = True
    most_items: int = 150
    seed: int = 10
    patience_seconds: float = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sample:
    at: float
    rss_kib: int
    handles: int
    server_rss_kib: int
    server_handles: int
    waiting: int
    size: int


def run(options: Options, folder: Path) -> Outcome:
    site_options = SiteOptions(backend=options.backend, firms=2, people=4, push=options.push, seed=options.seed)
    mix = {"create": 10, "title": 35, "move": 35, "delete": 18, "private": 0}
    with open_site(site_options, folder) as site:
        server, worker = site.start_server(), site.start_worker()
        with Load(site, options.rate, mix=mix, most=options.most_items, seed=options.seed) as load:
            wait(lambda: site.ledger.checked > 5, "the first writes", options.patience_seconds)
            samples = _watched(site, worker, server, options)
        out = Outcome("P10", options.backend)
        come_to_rest(site, load, out, options.patience_seconds)
        later = samples[len(samples) // 3 :]
        slope = _slope([(one.at, one.rss_kib / 1024) for one in later]) * 3600
        server_slope = _slope([(one.at, one.server_rss_kib / 1024) for one in later]) * 3600
        out.figures |= {
            "seconds": options.seconds,
            "rss_mib": [round(one.rss_kib / 1024, 1) for one in (samples[0], later[0], later[-1])],
            "rss_slope_mib_per_hour": slope,
            "server_rss_slope_mib_per_hour": server_slope,
            "handles": [samples[0].handles, later[0].handles, later[-1].handles],
            "server_handles": [samples[0].server_handles, later[-1].server_handles],
            "most_waiting_rows": max(one.waiting for one in samples),
            "database_mib": [round(one.size / 2**20, 2) for one in (samples[0], later[0], later[-1])],
            "rows": _rows(site),
        }
        out.mark("RSS slope, MiB an hour", slope, most=1.0, of_time=True)
        out.mark("server's RSS slope, MiB an hour", server_slope, most=1.0, of_time=True)
        spread = max(one.handles for one in later) - min(one.handles for one in later)
        out.mark("spread of open handles", spread, most=12)
        out.mark("rows waiting, most", max(one.waiting for one in samples), most=WAITING)
        return out


def _watched(site: Site, worker: Process, server: Process, options: Options) -> list[_Sample]:
    samples: list[_Sample] = []
    began = time.monotonic()
    while time.monotonic() - began < options.seconds:
        assert worker.alive, worker.log.read_text()[-2000:]
        assert server.alive, server.log.read_text()[-2000:]
        child = _child(server)
        samples.append(
            _Sample(
                at=time.monotonic() - began,
                rss_kib=worker.rss_kib(),
                handles=worker.handles(),
                server_rss_kib=child.rss_kib(),
                server_handles=child.handles(),
                waiting=int(site.scalar("SELECT count(*) FROM notice"))
                + int(site.scalar("SELECT count(*) FROM attention")),
                size=_size(site),
            )
        )
        site.ledger.forget()
        time.sleep(max(0.5, options.seconds / 240))
    return samples


def _child(server: Process) -> Process:
    """gunicorn's first worker process: its master does nothing."""
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    return _Pid(server, int(children[0])) if children else server


class _Pid(Process):
    """Another process than the one that was started."""

    def __init__(self, parent: Process, pid: int) -> None:
        super().__init__(parent.name, parent.popen, parent.log)
        self._pid = pid

    @property
    def pid(self) -> int:
        return self._pid


def _size(site: Site) -> int:
    if site.is_sqlite:
        file = Path(str(make_url(site.url).database))
        return sum(one.stat().st_size for one in file.parent.glob(f"{file.name}*"))
    return int(site.scalar("SELECT pg_database_size(current_database())"))


def _rows(site: Site) -> dict[str, int]:
    """Of each table that is not empty."""
    names = inspect(site.peek).get_table_names()
    counts = {name: int(site.scalar(f'SELECT count(*) FROM "{name}"')) for name in sorted(names)}  # noqa: S608  # our tables
    return {name: number for name, number in counts.items() if number}


def _slope(points: Sequence[tuple[float, float]]) -> float:
    """Least squares, per unit of the first."""
    if len(points) < 2:
        return 0.0
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else 0.0
