"""P12: the schema of the next release comes while this one runs; both work side by side, this one's code comes back.

The next release is this one with a migration more, which adds what migrations may add: columns that may be
empty or have a default, a table, an index. ``--older`` takes an earlier commit in the place of this release instead.
"""

import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from server.store.migrate import migration_state
from tests.process.load import Load
from tests.process.outcome import Outcome
from tests.process.rest import come_to_rest
from tests.process.site import ROOT, Process, Site, SiteOptions, open_site, wait

_NEXT = '''"""What the next release adds."""

import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{head}"


def upgrade() -> None:
    for table in ("firm", "seat", "link", "pair", "intent", "seen_activity", "seen_event", "notice", "mailbox_sync"):
        op.add_column(table, sa.Column("next_text", sa.Text()))
        op.add_column(table, sa.Column("next_number", sa.Integer(), nullable=False, server_default="7"))
    op.create_index("ix_notice_next", "notice", ["next_number"])
    op.create_table("next_table", sa.Column("id", sa.Integer(), primary_key=True))


def downgrade() -> None:
    raise NotImplementedError
'''


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """``seconds`` of load in each stage."""

    backend: str = "sqlite"
    seconds: float = 10.0
    rate: float = 5.0
    older: str = ""
    seed: int = 12
    patience_seconds: float = 180.0


def run(options: Options, folder: Path) -> Outcome:
    with open_site(SiteOptions(backend=options.backend, firms=2, people=3, seed=options.seed), folder) as site:
        this, following = _releases(site, folder, options)
        out = Outcome("P12", options.backend)
        with Load(site, options.rate, seed=options.seed) as load:
            stages: dict[str, int] = {}
            old = _worker(site, this)
            stages["this release"] = _works(site, options, old)
            migrated = _migrate(site, following)
            stages["this release on the next schema"] = _works(site, options, old)
            new = _worker(site, following)
            stages["both"] = _works(site, options, new)
            out.mark("exit code of this release", site.finish(old), most=0)
            stages["the next release"] = _works(site, options, new)
            out.mark("exit code of the next release", site.finish(new), most=0)
            back = _worker(site, this)
            stages["this release again"] = _works(site, options, back)
            come_to_rest(site, load, out, options.patience_seconds)
        out.figures |= {"requests_by_stage": stages, "migration_seconds": migrated, "older": options.older}
        for name, number in stages.items():
            out.mark(f"requests: {name}", number, least=1)
        return out


def _releases(site: Site, folder: Path, options: Options) -> tuple[Path, Path]:
    """Where this release's code lies, and the next one's."""
    if options.older:
        older = folder / "older"
        archive = subprocess.run(
            ["git", "archive", options.older, "server", "simulator"],  # noqa: S607  # git is there
            cwd=ROOT, capture_output=True, check=True,
        )  # fmt: skip
        older.mkdir()
        subprocess.run(["tar", "-x"], input=archive.stdout, cwd=older, check=True)  # noqa: S607  # tar is there
        return older, ROOT
    following = folder / "next"
    shutil.copytree(ROOT / "server", following / "server", ignore=shutil.ignore_patterns("__pycache__"))
    _, head = migration_state(site.database)
    versions = following / "server" / "store" / "migrations" / "versions"
    (versions / "9999_next.py").write_text(_NEXT.format(head=head))
    return ROOT, following


def _worker(site: Site, root: Path) -> Process:
    return site.begin(site.load(root=root))


def _migrate(site: Site, root: Path) -> float:
    """``ros migrate`` of that release, under load; its seconds."""
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "server.cli", "migrate"],
        cwd=root, env=site.environment(), capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return time.monotonic() - began


def _works(site: Site, options: Options, process: Process) -> int:
    """How many requests the process sent in one stage; it must have sent some and live."""
    since = time.monotonic()

    def asked() -> int:
        assert process.alive, process.log.read_text()[-3000:]
        return sum(1 for one in site.ledger.since(since) if one.pid == process.pid)

    wait(lambda: asked() > 0, "a request", options.patience_seconds)
    time.sleep(options.seconds)
    return asked()
