"""What a turn in which nothing happened asks of the database: hundreds of thousands of them pass a day."""

from pathlib import Path

from sqlalchemy import Connection, event

from bench.calls import settled
from tests.support.turning import turning


def test_an_idle_turn_takes_few_transactions(tmp_path: Path) -> None:
    """Three write: the claim of the lease, the calendars' new places in the changes, the end of the pass."""
    with turning(tmp_path, people=("jana",)) as made:
        settled(made, items=4)
        begun: list[bool] = []

        def note(connection: Connection) -> None:
            begun.append(bool(connection.get_execution_options().get("ros_write")))

        before = made.calls()
        event.listen(made.rig.database.engine, "begin", note)
        result = made.rig.one_pass()
        event.remove(made.rig.database.engine, "begin", note)

        calls = made.calls() - before
        assert (calls.raynet_reads, calls.graph_reads, calls.writes, result.counts.told()) == (1, 1, 0, {})
        assert begun.count(True) == 3
        assert begun.count(False) <= 8
